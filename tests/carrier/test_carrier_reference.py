"""The reference carrier as a process: what it needs, and that it answers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from helpdesk.carrier.http_carrier import HttpCarrier
from helpdesk.carrier_reference import CannotServe, main, prepare
from helpdesk.services.carrier import CarrierAway
from helpdesk.settings import ROOT, Settings
from tests.carrier.conftest import TOKEN
from tests.converse.stage import free_port


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "HELPDESK_CARRIER_TOKEN is missing: it lets callers in."),
        (
            {"carrier_token": TOKEN, "env": "production"},
            "The reference carrier is not for production.",
        ),
    ],
    ids=["no token", "production"],
)
def test_what_is_in_the_way_is_said(
    settings: Settings, changes: dict[str, str], sentence: str
):
    with pytest.raises(CannotServe) as refused:
        prepare(settings.model_copy(update=changes), "sqlite://")

    assert str(refused.value) == sentence


def test_database_that_cannot_be_opened_is_said(settings: Settings, tmp_path: Path):
    changes = {"carrier_token": TOKEN}

    with pytest.raises(CannotServe, match=r"^The database cannot be opened: "):
        prepare(settings.model_copy(update=changes), f"sqlite:///{tmp_path}")


def test_wrong_settings_are_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("HELPDESK_CARRIER_URL", "http://127.0.0.1:8090")
    monkeypatch.setenv("HELPDESK_CARRIER_TOKEN", "")

    assert main(["--port", "8090"]) == 1
    assert capsys.readouterr().err == (
        "HELPDESK_CARRIER_TOKEN: it is missing, and HELPDESK_CARRIER_URL needs it\n"
    )


def test_process_answers_from_its_own_books(tmp_path: Path):
    port = free_port()
    command = [sys.executable, "-m", "helpdesk.carrier_reference", "--port", str(port)]
    command += ["--database", f"sqlite:///{tmp_path / 'carrier.db'}"]
    # Where the product asks, it asks not itself.
    variables = {
        "HELPDESK_CARRIER_URL": f"http://127.0.0.1:{port}",
        "HELPDESK_CARRIER_TOKEN": TOKEN,
        "HELPDESK_SECRET_KEY": "k" * 32,
    }
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | variables, stdout=subprocess.DEVNULL
    )
    client = httpx.Client(trust_env=False, timeout=5)
    carrier = HttpCarrier(f"http://127.0.0.1:{port}", TOKEN, client)
    try:
        found = _when_it_answers(carrier, process)
    finally:
        carrier.close()
        process.terminate()
        process.wait(10)

    assert found == ["eita.1", "eita.2"]


def _when_it_answers(
    carrier: HttpCarrier, process: subprocess.Popen[bytes]
) -> list[str]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return [each.id for each in carrier.subscriptions_of("eita")]
        except CarrierAway:
            time.sleep(0.1)
    raise AssertionError("it does not answer")
