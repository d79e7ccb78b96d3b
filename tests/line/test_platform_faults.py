"""The fake LINE platform: the failures that a test asks for."""

from __future__ import annotations

import httpx
import pytest

from tests.line.conftest import HELLO, TOKEN
from tests.line_platform import Faults, running


def test_rate_limit_has_another_text_than_the_quota(line, bot, aiko):
    line.faults = Faults(rate_429={"push": 1})

    refused = bot.push(aiko)

    assert refused.status_code == 429
    assert refused.json()["message"].startswith("The API rate limit")
    assert bot.get("/v2/bot/info").status_code == 200


@pytest.mark.parametrize(
    ("fault", "said"), [("timeout", []), ("timeout_accepted", ["こんにちは"])]
)
def test_timeout_closes_the_connection(line, aiko, fault, said):
    line.faults = Faults(next=[fault], hang_seconds=0.001)
    body = {"to": aiko, "messages": [HELLO]}

    with (
        running(line) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        client.post(
            "/v2/bot/message/push",
            json=body,
            headers={"authorization": f"Bearer {TOKEN}"},
        )

    assert line.said(aiko) == said
    assert line.calls[-1].status is None


def test_client_that_waits_less_sees_its_own_timeout(line, aiko):
    line.faults = Faults(timeout=1, hang_seconds=10)

    with (
        running(line) as address,
        httpx.Client(base_url=address, timeout=0.05, trust_env=False) as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        client.get("/v2/bot/info", headers={"authorization": f"Bearer {TOKEN}"})


def test_same_seed_brings_the_same_faults():
    draws = [
        [faults.draw("push") for _ in range(50)]
        for faults in (Faults(error_500=0.3, seed=7), Faults(error_500=0.3, seed=7))
    ]

    assert draws[0] == draws[1]
    assert set(draws[0]) == {"ok", "error_500"}


@pytest.mark.parametrize(
    "misspelt", [{"next": ["error"]}, {"next": {"pusch": []}}, {"latency": {"x": 1}}]
)
def test_misspelt_fault_is_refused(misspelt):
    with pytest.raises(ValueError, match="no such"):
        Faults(**misspelt)
