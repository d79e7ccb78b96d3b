"""The client of Rasa's channel, against a real HTTP server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from helpdesk.domain.card import Card, CardRow, as_json
from helpdesk.gateway.rasa_client import RasaAway, RasaClient, answer_of
from helpdesk.services.ports import InboxItem
from helpdesk.services.turns import Answer, BotMessage
from tests.converse.stage import free_port, serving
from tests.fakes import NOW

ITEM = InboxItem(7, "aiko:client-1", "aiko", "こんにちは", None, NOW, None)
BUTTON = InboxItem(8, "aiko:client-2", "aiko", None, "/greet", NOW, None)
CONTENT = b"""{"messages": [
    {"text": "Hello", "buttons": [{"title": "Next", "payload": "/greet"}]},
    {"text": "Bye", "buttons": []}
], "awaits": "user_code", "actions": [], "slots": {}}"""
ANSWER = Answer(
    [BotMessage("Hello", [("Next", "/greet")]), BotMessage("Bye", [])], "user_code"
)


@dataclass
class RasaStub:
    """Answers as it is told, and keeps what it was sent."""

    port: int = field(default_factory=free_port)
    status: int = 200
    content: bytes = CONTENT
    received: list[tuple[str, str, str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, request: Request) -> Response:
        body = await request.json() if request.method == "POST" else None
        secret = request.headers.get("authorization", "")
        self.received.append((request.method, request.url.path, secret, body))
        return Response(self.content, self.status, media_type="application/json")


@pytest.fixture(scope="module")
def server() -> Iterator[RasaStub]:
    stub = RasaStub()
    route = Route("/{path:path}", stub.answer, methods=["GET", "POST"])
    with serving(Starlette(routes=[route]), stub.port):
        yield stub


@pytest.fixture
def stub(server: RasaStub) -> RasaStub:
    server.status, server.content = 200, CONTENT
    server.received.clear()
    return server


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=5, trust_env=False) as client:
        yield client


@pytest.fixture
def rasa(stub: RasaStub, http: httpx.AsyncClient) -> RasaClient:
    return RasaClient(stub.url, "the secret", http)


@pytest.mark.parametrize(
    ("item", "said"),
    [
        pytest.param(ITEM, {"text": "こんにちは"}, id="text"),
        pytest.param(BUTTON, {"payload": "/greet"}, id="payload"),
    ],
)
async def test_turn_sends_the_item_once_and_gives_the_answer(
    rasa: RasaClient, stub: RasaStub, item: InboxItem, said: dict[str, str]
):
    answer = await rasa.turn(item)

    assert answer == ANSWER
    assert stub.received == [
        (
            "POST",
            "/webhooks/gateway/turn",
            "Bearer the secret",
            {"customer": "aiko", "event_id": item.event_id, **said},
        )
    ]


@pytest.mark.parametrize("status", [302, 401, 500, 503])
async def test_answer_that_is_no_success_means_away(
    rasa: RasaClient, stub: RasaStub, status: int
):
    stub.status = status

    with pytest.raises(RasaAway) as away:
        await rasa.turn(ITEM)

    assert str(away.value) == "HTTPStatusError"


async def test_nobody_listening_means_away(http: httpx.AsyncClient):
    rasa = RasaClient(f"http://127.0.0.1:{free_port()}", "the secret", http)

    with pytest.raises(RasaAway) as away:
        await rasa.turn(ITEM)

    assert (str(away.value), await rasa.is_ready()) == ("ConnectError", False)


@pytest.mark.parametrize(
    ("status", "content", "ready"),
    [
        pytest.param(200, b'{"tracker_store": "BoundedTrackerStore"}', True, id="ours"),
        pytest.param(
            200, b'{"tracker_store": "InMemoryTrackerStore"}', False, id="other"
        ),
        pytest.param(200, b"{}", False, id="none"),
        pytest.param(503, b'{"tracker_store": "BoundedTrackerStore"}', False, id="503"),
        pytest.param(200, b"<html>", False, id="no JSON"),
    ],
)
async def test_ready_means_an_answer_and_our_own_tracker_store(
    rasa: RasaClient, stub: RasaStub, status: int, content: bytes, ready: bool
):
    stub.status, stub.content = status, content

    assert await rasa.is_ready() is ready
    assert [(method, path) for method, path, *_ in stub.received] == [
        ("GET", "/webhooks/gateway/")
    ]


def test_answer_of_nothing_is_nothing():
    content = {"messages": [], "awaits": None, "actions": [], "slots": {}}

    assert answer_of(content) == Answer([], None)


CARD = Card("Data", "1.3 GB left", (CardRow("Used", "1.7 GB", 0.57),), None)


@pytest.mark.parametrize(
    ("form", "card"),
    [
        pytest.param(as_json(CARD), CARD, id="card"),
        pytest.param(None, None, id="none"),
        pytest.param({"title": "secret"}, None, id="malformed"),
        pytest.param("secret", None, id="no object"),
    ],
)
def test_message_is_said_whatever_its_card_is(
    form: object, card: Card | None, caplog: pytest.LogCaptureFixture
):
    said = {"text": "1.3 GB are left.", "buttons": [], "card": form}

    answer = answer_of({"messages": [said], "awaits": None})

    assert answer == Answer([BotMessage("1.3 GB are left.", [], card)], None)
    assert (len(caplog.messages), "secret" in caplog.text) == (
        int(form is not None and card is None),
        False,
    )
