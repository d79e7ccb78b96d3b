"""The way to a carrier over HTTP: whatever goes wrong there, it is CarrierAway."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from helpdesk.carrier.http_carrier import HttpCarrier
from helpdesk.services.carrier import (
    Carrier,
    CarrierAway,
    NoSuchSubscription,
    UnknownUserCode,
)
from tests.carrier.conftest import TOKEN
from tests.carrier.faulty import Fault, FaultyCarrier
from tests.converse.stage import free_port

PROBLEM = "application/problem+json"
CODE = "31415926535897932"


class Seconds:
    """A clock that only goes forward, when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def at(seconds: Seconds) -> Iterator[Callable[..., HttpCarrier]]:
    """A carrier at an address, or whose server is a function."""
    made: list[HttpCarrier] = []

    def make(
        server: str | Callable[[httpx.Request], httpx.Response], timeout: float = 5.0
    ) -> HttpCarrier:
        if isinstance(server, str):
            client = httpx.Client(timeout=timeout, trust_env=False, verify=False)
            url = server
        else:
            client = httpx.Client(transport=httpx.MockTransport(server))
            url = "http://carrier.example/api"
        made.append(HttpCarrier(url, TOKEN, client, seconds))
        return made[-1]

    yield make
    for each in made:
        each.close()


def subscription(**other: Any) -> dict[str, Any]:
    plain = {
        "id": "yuki.1",
        "contract_holder": "yuki",
        "end_user_is_holder": True,
        "number_last4": "5501",
        "order": {"place": "web", "keeps_number": False},
    }
    return plain | other


# --- Faults of the connection ---------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "tries"),
    [
        (Fault.CUT, 2),
        (Fault.LOST_ANSWER, 2),
        (Fault.HALF_ANSWER, 2),
        (Fault.SERVER_ERROR, 1),
        (Fault.NO_JSON, 1),
    ],
)
@pytest.mark.parametrize("is_change", [False, True], ids=["reading", "change"])
def test_broken_connection_is_tried_once_more(
    at: Callable[..., HttpCarrier],
    faulty: FaultyCarrier,
    faulty_address: str,
    fault: Fault,
    tries: int,
    is_change: bool,
):
    carrier, faulty.fault = at(faulty_address), fault
    buy, look = carrier.buy_data, carrier.contract

    with pytest.raises(CarrierAway):
        buy("yuki.1", 500, "buy:1") if is_change else look("yuki.1")

    key = "buy:1" if is_change else None
    assert [asked[2] for asked in faulty.asked] == [key] * tries


@pytest.mark.parametrize("fault", [Fault.LOST_ANSWER, Fault.HALF_ANSWER, Fault.NO_JSON])
def test_change_whose_answer_is_lost_is_made_once(
    at: Callable[..., HttpCarrier],
    faulty: FaultyCarrier,
    faulty_address: str,
    fault: Fault,
):
    carrier = at(faulty_address)
    faulty.fault = fault
    with pytest.raises(CarrierAway):
        carrier.buy_data("yuki.1", 500, "buy:1")
    faulty.fault = Fault.NONE

    receipt = carrier.buy_data("yuki.1", 500, "buy:1")

    assert receipt.megabytes == 500
    assert carrier.usage("yuki.1").balance.bought == 1000
    assert carrier.purchase_offer("yuki.1").left == 2


def test_silence_ends_in_a_time_out(
    at: Callable[..., HttpCarrier], faulty: FaultyCarrier, faulty_address: str
):
    carrier, faulty.fault = at(faulty_address, timeout=0.05), Fault.SILENCE

    with pytest.raises(CarrierAway, match="ReadTimeout"):
        carrier.usage("yuki.1")

    assert len(faulty.asked) == 1


def test_nobody_there_is_away(at: Callable[..., HttpCarrier]):
    carrier = at(f"http://127.0.0.1:{free_port()}")

    with pytest.raises(CarrierAway, match="ConnectError"):
        carrier.reissue_code("yuki.1", "reissue:1")


def test_answer_that_drips_is_given_up(
    at: Callable[..., HttpCarrier], seconds: Seconds
):
    sent = []

    def drip() -> Iterator[bytes]:
        for byte in json.dumps(subscription()).encode():
            seconds.now += 1
            sent.append(byte)
            yield bytes([byte])

    carrier = at(lambda _: httpx.Response(200, content=drip()))

    with pytest.raises(CarrierAway, match="ReadTimeout"):
        carrier.subscription("yuki.1")

    assert len(sent) == 11


def test_endless_answer_is_given_up(at: Callable[..., HttpCarrier]):
    def pour() -> Iterator[bytes]:
        while True:
            yield b" " * 100_000

    carrier = at(lambda _: httpx.Response(200, content=pour()))

    with pytest.raises(CarrierAway, match="too long"):
        carrier.subscription("yuki.1")


# --- Answers that are not as agreed ---------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json=subscription(id="eita.1")),
        httpx.Response(200, json=subscription(number_last4="550")),
        httpx.Response(200, json=subscription(number_last4=5501)),
        httpx.Response(200, json=subscription(end_user_is_holder="yes")),
        httpx.Response(200, json=subscription(order={"place": "moon"})),
        httpx.Response(200, json=subscription(order=None)),
        httpx.Response(200, json=[subscription()]),
        httpx.Response(200, json=None),
        httpx.Response(200, content=b""),
        httpx.Response(200, content=b"\xff\xfe{}"),
        httpx.Response(201, json=subscription()),
        httpx.Response(204),
        httpx.Response(302, headers={"Location": "http://elsewhere.example"}),
        httpx.Response(400, json={"type": "/problems/BadRequest"}),
        httpx.Response(404, content=b"not found"),
        httpx.Response(404, json={"type": "/problems/NotFound"}),
        httpx.Response(404, json={"type": "/problems/UnknownUserCode"}),
        httpx.Response(409, json={"type": "/problems/GiftRefused", "problem": "unit"}),
        httpx.Response(500, json={"type": "/problems/NoSuchSubscription"}),
        httpx.Response(503, json={"type": "/problems/CarrierAway"}),
    ],
    ids=[
        *("another's", "short number", "number", "text for truth", "unknown place"),
        *("no order", "list", "null", "empty", "no text", "created", "no content"),
        *("redirect", "bad request", "plain 404", "unknown path", "another's refusal"),
        *("refusal of another call", "500", "503"),
    ],
)
def test_answer_that_is_not_as_agreed_is_away(
    at: Callable[..., HttpCarrier], answer: httpx.Response
):
    carrier = at(lambda _: answer)

    with pytest.raises(CarrierAway):
        carrier.subscription("yuki.1")


@pytest.mark.parametrize(
    ("ask", "content"),
    [
        (lambda c: c.user_code("yuki.1"), {"user_code": int(CODE)}),
        (lambda c: c.user_code("yuki.1"), {"user_code": CODE[:-1]}),
        (lambda c: c.reissues_left("yuki.1"), {"left": -1}),
        (lambda c: c.reissues_left("yuki.1"), {"left": True}),
        (lambda c: c.subscriptions_of("eita"), {"subscriptions": [subscription()]}),
        (lambda c: c.log_in("a", "b"), {}),
        (lambda c: c.possible_plans("yuki.1"), {"plans": []}),
        (lambda c: c.change_plan("yuki.1", "a", "k"), {"takes_effect_on": "soon"}),
        (lambda c: c.change_plan("yuki.1", "a", "k"), {"takes_effect_on": 1}),
        (
            lambda c: c.statements("yuki.1"),
            {"statements": [{"month": "2026-13", "items": [], "state": "open"}]},
        ),
        (
            lambda c: c.notices("yuki.1"),
            {
                "notices": [
                    {"subscription": "eita.1", "kind": "shipped", "on": "2026-11-01"}
                ]
            },
        ),
        (lambda c: c.reissue_code("yuki.1", "k"), {}),
    ],
    ids=[
        *("code as a number", "short code", "below nothing", "truth for a number"),
        *("another's", "no answer", "no plan", "no day", "number for a day"),
        *("no month", "another's notice", "an answer where none is due"),
    ],
)
def test_content_that_cannot_be_is_away(
    at: Callable[..., HttpCarrier], ask: Callable[[Carrier], object], content: Any
):
    carrier = at(lambda _: httpx.Response(200, json=content))

    with pytest.raises(CarrierAway):
        ask(carrier)


@pytest.mark.parametrize("problem", ["boredom", None, 7])
def test_refusal_for_an_unknown_reason_is_away(
    at: Callable[..., HttpCarrier], problem: Any
):
    content = {"type": "/problems/GiftRefused", "problem": problem}
    carrier = at(lambda _: httpx.Response(409, json=content))

    with pytest.raises(CarrierAway):
        carrier.give_data("yuki.1", "hiro.1", 500, "gift:1")


def test_what_an_answer_holds_besides_is_passed_over(at: Callable[..., HttpCarrier]):
    content = subscription(
        colour="green", order={"place": "shop", "keeps_number": True}
    )
    carrier = at(lambda _: httpx.Response(200, json=content))

    assert carrier.subscription("yuki.1").number_last4 == "5501"


def test_type_of_a_refusal_may_be_a_whole_address(at: Callable[..., HttpCarrier]):
    content = {"type": "https://carrier.example/problems/NoSuchSubscription"}
    carrier = at(lambda _: httpx.Response(404, json=content))

    with pytest.raises(NoSuchSubscription):
        carrier.subscription("yuki.1")


# --- What is sent, and what is logged -------------------------------------------------


def test_codes_and_passwords_stand_in_no_address(at: Callable[..., HttpCarrier]):
    asked: list[httpx.Request] = []

    def server(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(503)

    carrier = at(server)
    for ask in (
        lambda: carrier.log_in("yuki-1", "Sample-Yuki-1"),
        lambda: carrier.subscription_of_code(CODE),
    ):
        with pytest.raises(CarrierAway):
            ask()

    assert [(str(each.url), json.loads(each.content)) for each in asked] == [
        (
            "http://carrier.example/api/logins/check",
            {"login_id": "yuki-1", "password": "Sample-Yuki-1"},
        ),
        ("http://carrier.example/api/user-codes/find", {"user_code": CODE}),
    ]
    assert {each.headers["authorization"] for each in asked} == {f"Bearer {TOKEN}"}


def test_what_no_carrier_can_know_is_not_asked_for(at: Callable[..., HttpCarrier]):
    carrier = at(lambda _: pytest.fail("it was asked"))

    with pytest.raises(UnknownUserCode):
        carrier.subscription_of_code("12345")
    with pytest.raises(NoSuchSubscription):
        carrier.usage("../healthz?")
    assert carrier.log_in("", "") is None


@pytest.mark.parametrize("status", [401, 403])
def test_refused_token_is_told_once(
    at: Callable[..., HttpCarrier], caplog: pytest.LogCaptureFixture, status: int
):
    answers = [status, status, 200, status]
    carrier = at(lambda _: httpx.Response(answers.pop(0), json=subscription()))

    for _ in range(2):
        with pytest.raises(CarrierAway):
            carrier.subscription("yuki.1")
    carrier.subscription("yuki.1")
    with pytest.raises(CarrierAway):
        carrier.subscription("yuki.1")

    told = f"the carrier refuses HELPDESK_CARRIER_TOKEN (status {status})"
    assert [each.getMessage() for each in caplog.records] == [told, told]


def test_log_holds_no_secrets_and_no_ids(
    at: Callable[..., HttpCarrier], caplog: pytest.LogCaptureFixture
):
    # httpx itself logs addresses, which the processes keep silent.
    caplog.set_level(logging.DEBUG, logger="helpdesk")
    bad = subscription(id="yuki.1", number_last4=CODE, user_code=[CODE])
    answers = [httpx.Response(code, json=bad) for code in (200, 200, 200, 500, 401)]
    answers += [httpx.Response(409, json={"type": "/problems/" + CODE})]
    carrier = at(lambda _: answers.pop(0))
    causes = []

    for ask in (
        lambda: carrier.user_code("yuki.1"),
        lambda: carrier.subscription_of_code(CODE),
        lambda: carrier.log_in("yuki-1", "Sample-Yuki-1"),
        lambda: carrier.reissue_code("yuki.1", "reissue:key-of-it"),
        lambda: carrier.subscription("yuki.1"),
        lambda: carrier.give_data("yuki.1", "hiro.1", 500, "gift:key-of-it"),
    ):
        with pytest.raises(CarrierAway) as away:
            ask()
        causes.append(str(away.value))
        assert away.value.__suppress_context__ or away.value.__context__ is None

    logged = caplog.text + " ".join(causes)
    assert len(caplog.records) == 6
    for secret in (CODE, "Sample-Yuki-1", "yuki", "hiro", "key-of-it", TOKEN):
        assert secret not in logged


# --- The short circuit ----------------------------------------------------------------


def test_carrier_that_is_away_is_not_waited_for_by_everybody(
    at: Callable[..., HttpCarrier], seconds: Seconds
):
    asked = []

    def server(request: httpx.Request) -> httpx.Response:
        asked.append(seconds.now)
        raise httpx.ReadTimeout("no answer", request=request)

    carrier = at(server)
    for _ in range(20):
        with pytest.raises(CarrierAway):
            carrier.usage("yuki.1")
    seconds.now += 4.9
    with pytest.raises(CarrierAway):
        carrier.usage("yuki.1")
    seconds.now += 0.2
    for _ in range(3):
        with pytest.raises(CarrierAway):
            carrier.usage("yuki.1")

    # Five wait, then one in five seconds.
    assert asked == [1000.0] * 5 + [1005.1]


def test_carrier_that_is_back_is_asked_again(
    at: Callable[..., HttpCarrier], seconds: Seconds
):
    is_away = True

    def server(request: httpx.Request) -> httpx.Response:
        return (
            httpx.Response(503) if is_away else httpx.Response(200, json=subscription())
        )

    carrier = at(server)
    for _ in range(6):
        with pytest.raises(CarrierAway):
            carrier.subscription("yuki.1")
    is_away = False
    with pytest.raises(CarrierAway):
        carrier.subscription("yuki.1")
    seconds.now += 5

    found = [carrier.subscription("yuki.1").id for _ in range(3)]

    assert found == ["yuki.1"] * 3


def test_failures_that_are_not_in_a_row_open_nothing(at: Callable[..., HttpCarrier]):
    asked = []

    def server(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if len(asked) % 5 == 0:
            return httpx.Response(200, json=subscription())
        return httpx.Response(504)

    carrier = at(server)
    for number in range(1, 21):
        if number % 5 == 0:
            carrier.subscription("yuki.1")
        else:
            with pytest.raises(CarrierAway):
                carrier.subscription("yuki.1")

    assert len(asked) == 20


def test_one_answer_that_is_wrong_keeps_no_other_from_being_asked(
    at: Callable[..., HttpCarrier],
):
    def server(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/statements"):
            return httpx.Response(500)
        return httpx.Response(200, json=subscription())

    carrier = at(server)
    for _ in range(10):
        with pytest.raises(CarrierAway):
            carrier.statements("yuki.1")

    assert carrier.subscription("yuki.1").id == "yuki.1"
