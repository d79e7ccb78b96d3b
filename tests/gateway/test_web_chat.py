"""The web chat's routes: session, messages in, events out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import Message, Scope

from helpdesk.bootstrap import Helpdesk, build
from helpdesk.domain.card import Card, CardRow, as_json
from helpdesk.public import PublicApplication
from helpdesk.services.ports import InboxItem
from helpdesk.services.turns import Answer, BotMessage, Turn
from helpdesk.settings import Settings
from tests.fakes import NOW
from tests.gateway.bots import FakeBot, until

AT = NOW.isoformat()


class QuietBot:
    """Never done: what is accepted stays in the inbox."""

    async def turn(self, item: InboxItem) -> Answer:
        await asyncio.Event().wait()
        raise AssertionError


@pytest.fixture
async def app(helpdesk: Helpdesk) -> AsyncIterator[Starlette]:
    application = PublicApplication(helpdesk, QuietBot()).starlette()
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def browser(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with another_browser(app) as client:
        yield client


def another_browser(app: Starlette) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://help.example")


async def be(browser: httpx.AsyncClient, sample: str) -> None:
    await browser.post("/chat/session", json={"sample": sample})


def outcome(response: httpx.Response) -> tuple[int, Any]:
    return response.status_code, response.json()


def said(helpdesk: Helpdesk, customer: str) -> list[tuple[str, str, str | None]]:
    """Author, text and client id of each line."""
    return [
        (each.author, each.text, each.client_id)
        for each in helpdesk.conversations.messages(customer)
    ]


# --- Session --------------------------------------------------------------------------


async def test_session_gives_each_browser_a_customer_and_keeps_it(
    app: Starlette, browser: httpx.AsyncClient, helpdesk: Helpdesk
):
    async with another_browser(app) as other:
        first = (await browser.post("/chat/session")).json()["customer"]
        again = (await browser.post("/chat/session")).json()["customer"]
        second = (await other.post("/chat/session")).json()["customer"]

    assert (first == again, first != second) == (True, True)
    assert [helpdesk.conversations.exists(each) for each in (first, second)] == [
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("body", "is_eita"),
    [
        pytest.param(b'{"sample": "eita"}', True, id="sample person"),
        pytest.param(b'{"sample": "nobody"}', False, id="no such person"),
        pytest.param(b'{"sample": ["eita"]}', False, id="no text"),
        pytest.param(b"[]", False, id="no object"),
        pytest.param(b"{", False, id="bad JSON"),
        pytest.param(b"\xff", False, id="no UTF-8"),
        pytest.param(b"", False, id="empty"),
    ],
)
async def test_session_may_be_that_of_a_sample_person(
    browser: httpx.AsyncClient, body: bytes, is_eita: bool
):
    response = await browser.post("/chat/session", content=body)

    customer = response.json()["customer"]
    assert (response.status_code, customer == "eita", customer.startswith("web-")) == (
        200,
        is_eita,
        not is_eita,
    )


async def test_production_has_no_sample_people_and_a_secure_cookie(
    helpdesk: Helpdesk, settings: Settings
):
    production = build(
        settings.model_copy(
            update={
                "env": "production",
                "database_url": str(helpdesk.database.engine.url),
            }
        ),
        helpdesk.clock,
    )
    application = PublicApplication(production, QuietBot()).starlette()
    async with another_browser(application) as client:
        response = await client.post("/chat/session", json={"sample": "eita"})
    production.database.engine.dispose()

    assert response.json()["customer"].startswith("web-")
    assert "; secure" in response.headers["set-cookie"]


async def test_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    browser: httpx.AsyncClient,
):
    response = await browser.post("/chat/session")

    name, *attributes = response.headers["set-cookie"].lower().split("; ")
    assert (name.split("=")[0], {"httponly", "samesite=lax"} <= set(attributes)) == (
        "helpdesk",
        True,
    )


# --- Messages in ----------------------------------------------------------------------


async def test_message_is_stored_and_accepted(
    browser: httpx.AsyncClient, helpdesk: Helpdesk
):
    await be(browser, "eita")

    response = await browser.post(
        "/chat/messages", json={"text": "連携とは", "client_id": "c1"}
    )

    turn = helpdesk.conversations.next_turn("eita")
    assert turn is not None
    assert outcome(response) == (202, {"id": turn.item.id, "at": AT})
    assert turn == Turn(
        InboxItem(turn.item.id, "eita:c1", "eita", "連携とは", None, NOW, None), 0
    )
    assert said(helpdesk, "eita") == [("customer", "連携とは", "c1")]


async def test_same_client_id_is_one_message(
    browser: httpx.AsyncClient, helpdesk: Helpdesk
):
    await be(browser, "eita")
    body = {"text": "連携とは", "client_id": "c1"}

    answers = [
        outcome(await browser.post("/chat/messages", json=body)) for _ in range(2)
    ]

    assert (answers[0][0], answers[1]) == (202, answers[0])
    assert said(helpdesk, "eita") == [("customer", "連携とは", "c1")]


async def test_same_client_id_of_another_customer_is_another_message(
    app: Starlette, browser: httpx.AsyncClient, helpdesk: Helpdesk
):
    body = {"text": "連携とは", "client_id": "c1"}
    async with another_browser(app) as other:
        await be(browser, "eita")
        await be(other, "aiko")
        answers = [
            (await each.post("/chat/messages", json=body)).json()["id"]
            for each in (browser, other)
        ]

    assert (len(set(answers)), said(helpdesk, "aiko")) == (
        2,
        [("customer", "連携とは", "c1")],
    )


async def test_message_without_client_id_is_one_of_its_own(
    browser: httpx.AsyncClient, helpdesk: Helpdesk
):
    await be(browser, "eita")

    for _ in range(2):
        await browser.post("/chat/messages", json={"text": "はい"})

    assert [text for _, text, _ in said(helpdesk, "eita")] == ["はい", "はい"]


async def test_button_of_the_welcome_is_its_wish(
    browser: httpx.AsyncClient, helpdesk: Helpdesk
):
    await be(browser, "eita")
    body = {"data": "wish-link_end_user", "client_id": "c1"}

    response = await browser.post("/chat/messages", json=body)

    turn = helpdesk.conversations.next_turn("eita")
    assert turn is not None
    assert (response.status_code, turn.item.payload) == (202, "/link_end_user")
    assert said(helpdesk, "eita") == [("customer", "利用者連携をしたい", "c1")]


async def test_code_is_not_in_what_is_stored(
    browser: httpx.AsyncClient, helpdesk: Helpdesk
):
    await be(browser, "eita")

    await browser.post("/chat/messages", json={"text": "24681357902468131です"})

    turn = helpdesk.conversations.next_turn("eita")
    assert turn is not None
    assert turn.item.text is not None
    assert (turn.item.text[:6], turn.item.text[14:]) == ("[CODE:", "]です")
    assert said(helpdesk, "eita")[0][1] == turn.item.text


@pytest.mark.parametrize("session", [None, "forged"])
async def test_message_without_session_is_refused(
    browser: httpx.AsyncClient, helpdesk: Helpdesk, session: str | None
):
    if session is not None:
        browser.cookies.set("helpdesk", session)

    response = await browser.post("/chat/messages", json={"text": "はい"})

    assert outcome(response) == (
        401,
        {"error": helpdesk.catalog.wording.session_needed},
    )


async def test_session_of_a_customer_who_is_gone_is_refused_then_replaced(
    browser: httpx.AsyncClient, helpdesk: Helpdesk
):
    former = (await browser.post("/chat/session")).json()["customer"]
    with helpdesk.database.engine.begin() as connection:
        for table in ("conversations WHERE customer", "customers WHERE id"):
            connection.exec_driver_sql(f"DELETE FROM {table} = ?", (former,))

    refused = await browser.post("/chat/messages", json={"text": "はい"})
    replaced = (await browser.post("/chat/session")).json()["customer"]

    assert (refused.status_code, replaced != former) == (401, True)


@pytest.mark.parametrize(
    ("length", "status"),
    [
        pytest.param(5000, 202, id="at the limit"),
        pytest.param(5001, 413, id="above it"),
    ],
)
async def test_message_has_a_longest_length(
    browser: httpx.AsyncClient, helpdesk: Helpdesk, length: int, status: int
):
    await be(browser, "eita")

    response = await browser.post("/chat/messages", json={"text": "あ" * length})

    assert (response.status_code, len(said(helpdesk, "eita"))) == (
        status,
        int(status == 202),
    )


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="bad JSON"),
        pytest.param(b"\xff", id="no UTF-8"),
        pytest.param(b"", id="empty"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b"{}", id="nothing in it"),
        pytest.param(b'{"text": 1}', id="a number"),
        pytest.param(b'{"text": null}', id="null"),
        pytest.param(b'{"data": 1}', id="a button that is no text"),
        pytest.param(
            json.dumps({"text": "x", "client_id": "x" * 65}).encode(), id="long id"
        ),
        pytest.param(b"[" * 100_000, id="deeply nested"),
        pytest.param(b'{"text": "x", "client_id": "\\ud800"}', id="half a character"),
    ],
)
async def test_what_cannot_be_read_is_refused_in_a_sentence(
    browser: httpx.AsyncClient, helpdesk: Helpdesk, body: bytes
):
    await be(browser, "eita")
    headers = {"content-type": "application/json"}

    response = await browser.post("/chat/messages", content=body, headers=headers)

    assert outcome(response) == (
        422,
        {"error": helpdesk.catalog.wording.unreadable},
    )
    assert said(helpdesk, "eita") == []


@pytest.mark.parametrize(
    "button",
    [
        pytest.param("wish-unlink", id="a wish that is not offered"),
        pytest.param("/unlink", id="a command"),
        pytest.param("", id="empty"),
        pytest.param("\ud800", id="half a character"),
    ],
)
async def test_button_that_was_never_offered_is_refused(
    browser: httpx.AsyncClient, helpdesk: Helpdesk, button: str
):
    await be(browser, "eita")

    response = await browser.post(
        "/chat/messages",
        content=json.dumps({"data": button}),
        headers={"content-type": "application/json"},
    )

    assert outcome(response) == (
        422,
        {"error": helpdesk.catalog.wording.unknown_button},
    )
    assert said(helpdesk, "eita") == []


async def test_button_of_another_customer_is_refused(
    app: Starlette, browser: httpx.AsyncClient, helpdesk: Helpdesk
):
    say(helpdesk, "aiko", "どちらですか", ("はい", "/affirm"))
    button = helpdesk.conversations.messages("aiko")[-1].buttons[0]
    await be(browser, "eita")

    response = await browser.post("/chat/messages", json={"data": button.id})

    assert response.status_code == 422


async def test_half_characters_and_nul_are_taken_out(
    browser: httpx.AsyncClient, helpdesk: Helpdesk
):
    await be(browser, "eita")

    response = await browser.post(
        "/chat/messages",
        content=b'{"text": "a\\ud800b\\u0000c"}',
        headers={"content-type": "application/json"},
    )

    assert (response.status_code, said(helpdesk, "eita")[0][1]) == (202, "abc")


async def test_form_without_script_leads_back_to_the_page(
    browser: httpx.AsyncClient, helpdesk: Helpdesk
):
    await be(browser, "eita")

    response = await browser.post("/chat/messages", data={"text": "連携とは"})

    assert (response.status_code, response.headers["location"]) == (303, "/chat")
    assert [text for _, text, _ in said(helpdesk, "eita")] == ["連携とは"]


# --- Events out -----------------------------------------------------------------------


def say(
    helpdesk: Helpdesk, customer: str, text: str, *buttons: tuple[str, str]
) -> None:
    """A message of the customer, answered by the bot with this text."""
    answer_with(helpdesk, customer, BotMessage(f"{text}？", buttons), text)


def answer_with(
    helpdesk: Helpdesk, customer: str, message: BotMessage, text: str = "?"
) -> None:
    """A message of the customer, answered by the bot."""
    conversations = helpdesk.conversations
    conversations.accept_text(customer, text, f"client-{text}")
    turn = conversations.next_turn(customer)
    assert turn is not None
    conversations.answer(turn, Answer([message], None))


class Stream:
    """An open event stream: the application is driven without a server."""

    def __init__(self, app: Starlette, browser: httpx.AsyncClient) -> None:
        self._app = app
        self._cookie = "; ".join(f"{k}={v}" for k, v in browser.cookies.items())
        self._gone = asyncio.Event()
        self._asked = False
        self.status = 0
        self.headers: dict[str, str] = {}
        self.text = ""

    async def read(self, count: int, query: str = "", **headers: str) -> list[Any]:
        """The data of the events up to the given number; then the browser leaves."""
        task = asyncio.create_task(self._open(query, headers))
        try:
            await until(lambda: task.done() or len(self.events()) >= count)
            if task.done():
                task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return self.events()

    def events(self) -> list[Any]:
        return [
            json.loads(line.removeprefix("data: "))
            for line in self.text.splitlines()
            if line.startswith("data: ")
        ]

    def ids(self) -> list[int]:
        lines = self.text.splitlines()
        return [int(line[4:]) for line in lines if line.startswith("id: ")]

    async def _open(self, query: str, headers: dict[str, str]) -> None:
        given = {"cookie": self._cookie} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/chat/events",
            "query_string": query.encode(),
            "headers": [(k.encode(), v.encode()) for k, v in given.items()],
            "server": ("help.example", 80),
            "client": ("127.0.0.1", 1),
        }
        await self._app(scope, self._receive, self._send)

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            self.text += message["body"].decode()


async def test_events_carry_what_is_said_to_the_customer(
    app: Starlette, browser: httpx.AsyncClient, helpdesk: Helpdesk
):
    await be(browser, "eita")
    say(helpdesk, "eita", "一", ("はい", "/affirm"), ("連携", "/unlink"))
    line = helpdesk.conversations.messages("eita")[-1]
    stream = Stream(app, browser)

    events = await stream.read(1)

    assert events == [
        {
            "id": line.id,
            "from": "bot",
            "text": "一？",
            "buttons": [
                {"label": "はい", "data": line.buttons[0].id},
                {"label": "連携", "data": line.buttons[1].id},
            ],
            "at": AT,
        }
    ]
    assert (stream.status, stream.ids()) == (200, [line.id])
    assert {
        name: stream.headers[name]
        for name in ("content-type", "cache-control", "x-accel-buffering")
    } == {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
    }


async def test_event_has_a_card_where_there_is_one(
    app: Starlette, browser: httpx.AsyncClient, helpdesk: Helpdesk
):
    await be(browser, "eita")
    card = Card("Data", "1.3 GB left", [CardRow("Used", "1.7 GB", 0.57)])
    answer_with(helpdesk, "eita", BotMessage("1.3 GB are left.", card=card))

    [event] = await Stream(app, browser).read(1)

    assert (event["text"], event["card"]) == ("1.3 GB are left.", as_json(card))


@pytest.mark.parametrize(
    ("name", "missed"),
    [
        pytest.param("header", ["二？", "三？"], id="Last-Event-ID"),
        pytest.param("query", ["二？", "三？"], id="after in the address"),
        pytest.param("header wins", ["二？", "三？"], id="header before address"),
        pytest.param("neither", ["一？", "二？", "三？"], id="from the start"),
        pytest.param("nonsense", ["一？", "二？", "三？"], id="an id that is none"),
    ],
)
async def test_events_go_on_after_the_last_one_seen(
    app: Starlette,
    browser: httpx.AsyncClient,
    helpdesk: Helpdesk,
    name: str,
    missed: list[str],
):
    await be(browser, "eita")
    say(helpdesk, "eita", "一")
    seen = str(helpdesk.conversations.messages("eita")[-1].id)
    say(helpdesk, "eita", "二")
    say(helpdesk, "eita", "三")
    query, headers = {
        "header": ("", {"last_event_id": seen}),
        "query": (f"after={seen}", {}),
        "header wins": ("after=0", {"last_event_id": seen}),
        "neither": ("", {}),
        "nonsense": ("", {"last_event_id": "-1; DROP"}),
    }[name]

    events = await Stream(app, browser).read(len(missed), query, **headers)

    assert [event["text"] for event in events] == missed


async def test_id_beyond_all_numbers_does_not_break_the_stream(
    app: Starlette, browser: httpx.AsyncClient, helpdesk: Helpdesk
):
    await be(browser, "eita")
    say(helpdesk, "eita", "一")

    stream = Stream(app, browser)
    reading = asyncio.create_task(stream.read(1, last_event_id="9" * 30))
    await until(lambda: reading.done() or ": open" in stream.text)
    await asyncio.sleep(0.05)
    broke = reading.done() and reading.exception() is not None
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)

    assert (stream.status, broke) == (200, False)


async def test_events_are_those_of_this_customer(
    app: Starlette, browser: httpx.AsyncClient, helpdesk: Helpdesk
):
    await be(browser, "eita")
    say(helpdesk, "aiko", "二")
    say(helpdesk, "eita", "一")

    events = await Stream(app, browser).read(1)

    assert [event["text"] for event in events] == ["一？"]


async def test_events_without_session_are_refused(app: Starlette, helpdesk: Helpdesk):
    async with another_browser(app) as browser:
        response = await browser.get("/chat/events")

    assert outcome(response) == (
        401,
        {"error": helpdesk.catalog.wording.session_needed},
    )


async def test_answer_comes_to_an_open_stream_between_signs_of_typing(
    helpdesk: Helpdesk,
):
    goes_on = asyncio.Event()

    async def wait(_: InboxItem) -> None:
        await goes_on.wait()

    application = PublicApplication(helpdesk, FakeBot(wait)).starlette()
    async with (
        application.router.lifespan_context(application),
        another_browser(application) as browser,
    ):
        await be(browser, "eita")
        stream = Stream(application, browser)
        reading = asyncio.create_task(stream.read(3))
        await until(lambda: ": open" in stream.text)
        await browser.post("/chat/messages", json={"text": "はい"})
        await until(lambda: "typing" in stream.text)
        goes_on.set()
        events = await reading

    first, *later = [event.get("on", event.get("text")) for event in events]
    # The answer is stored a moment before the typing ends: either may be seen first.
    assert (first, sorted(later, key=str)) == (True, [False, "「はい」ですね。"])
