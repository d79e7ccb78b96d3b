"""`POST /line/webhook`: who is believed, what is stored, and what LINE is told."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select

from helpdesk.bootstrap import Helpdesk
from helpdesk.gateway.line_channel import LineChannel
from helpdesk.gateway.line_payloads import parse
from helpdesk.gateway.line_webhook import Intake
from helpdesk.gateway.worker import Hub
from helpdesk.public import PublicApplication
from helpdesk.services.line_events import LineEvent
from helpdesk.services.ports import InboxItem
from helpdesk.storage import line_tables, tables
from tests.fakes import NOW
from tests.gateway.bots import FakeBot, until
from tests.line_platform import signature

PAYLOADS = Path(__file__).parent / "payloads"
KINDS = sorted(file.stem for file in PAYLOADS.glob("*.json"))
# LINE's own example of a signature ("Verify webhook signature").
SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"
EMPTY = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
SIGNATURE = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="
BOT = "U8e742f61d673b39c7fff3cecb7536ef0"
AIKO = "U4af4980629e54a2bb1d6e1a3c9d17f01"
EITA = "U91eeaf62d91c4a0f8b6b5a5f3f1f2c02"

STORED, NOT_SIGNED = (200, "stored"), (401, "not_signed")
UNPARSABLE, TOO_LONG = (400, "unparsable"), (413, "too_long")
NOT_STORED = (503, "not_stored")
MOST_BYTES = 1_000_000
TOGETHER = 50


class Line:
    """LINE's side: signs what it delivers. `intake` is what takes it."""

    def __init__(
        self, helpdesk: Helpdesk, http: httpx.AsyncClient, intake: Intake
    ) -> None:
        self._helpdesk = helpdesk
        self.http = http
        self.intake = intake

    async def deliver(self, *events: Any) -> tuple[int, str]:
        """The answer, once the events have become what they mean."""
        outcome = await self.send(*events)
        await self.sorted()
        return outcome

    async def send(self, *events: Any, secret: str = SECRET) -> tuple[int, str]:
        body = body_of(*events)
        return await self.post(body, signature(secret, body))

    async def sorted(self) -> None:
        """Wait until every stored event has become what it means."""
        events = line_tables.line_events
        query = select(events).where(events.c.sorted_at.is_(None))

        def are_sorted() -> bool:
            with self._helpdesk.database.engine.connect() as connection:
                return connection.execute(query).first() is None

        await until(are_sorted)

    async def post(
        self, content: bytes | AsyncIterator[bytes], signed: str | bytes | None
    ) -> tuple[int, str]:
        headers = {} if signed is None else {"X-Line-Signature": signed}
        response = await self.http.post(
            "/line/webhook", content=content, headers=headers
        )
        return response.status_code, response.json()["result"]


class Events:
    """The service of events, its statements counted; `hold` makes them wait."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self._events = helpdesk.line_events
        self.sort = helpdesk.line_events.sort
        self.forget_old = helpdesk.line_events.forget_old
        self.statements: list[int] = []
        self.hold = threading.Event()
        self.hold.set()

    def store(self, events: Sequence[LineEvent]) -> None:
        self.statements.append(len(events))
        if not self.hold.wait(5):
            raise TimeoutError
        self._events.store(events)


@pytest.fixture
def product(helpdesk: Helpdesk) -> Helpdesk:
    """The services with a channel on LINE that can be heard, but sends nothing."""
    line = {"line_channel_secret": SECRET, "line_channel_access_token": ""}
    return replace(helpdesk, settings=helpdesk.settings.model_copy(update=line))


class QuietBot(FakeBot):
    """Never done: what is stored stays in the inbox."""

    def __init__(self) -> None:
        super().__init__(self._hang)

    async def _hang(self, _: InboxItem) -> None:
        await asyncio.Event().wait()


@asynccontextmanager
async def running(product: Helpdesk, bot: FakeBot) -> AsyncIterator[Line]:
    """The application at work."""
    application = PublicApplication(product, bot)
    app = application.starlette()
    # An accident of ours is a 500 to LINE, as it is behind a real server.
    transport = httpx.ASGITransport(application.asgi(), raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://help.example") as http,
    ):
        line = Line(product, http, application._line._webhook._intake)
        yield line


@pytest.fixture
async def line(product: Helpdesk) -> AsyncIterator[Line]:
    async with running(product, QuietBot()) as line:
        yield line


def event(event_id: str, user_id: str = AIKO, **changes: Any) -> dict[str, Any]:
    """A text of a user, just sent, changed."""
    message = {"id": f"m-{event_id}", "type": "text", "text": f"{event_id}です"}
    usual = {
        "type": "message",
        "mode": "active",
        "timestamp": round(datetime.now(UTC).timestamp() * 1000),
        "source": {"type": "user", "userId": user_id},
        "webhookEventId": event_id,
        "deliveryContext": {"isRedelivery": False},
        "replyToken": f"token-{event_id}",
        "message": message,
    }
    return usual | changes


def payload(name: str) -> bytes:
    """A body of LINE's, of right now."""
    now = b"%d" % (datetime.now(UTC).timestamp() * 1000)
    body = (PAYLOADS / f"{name}.json").read_bytes()
    return body.replace(b"1462629479859", now)


def body_of(*events: Any, destination: str = BOT) -> bytes:
    return json.dumps({"destination": destination, "events": list(events)}).encode()


def stored(helpdesk: Helpdesk) -> list[tuple[str, str]]:
    """Id and type of each event."""
    events = line_tables.line_events
    with helpdesk.database.engine.connect() as connection:
        rows = connection.execute(select(events).order_by(events.c.event_id)).all()
    return [(row.event_id, row.type) for row in rows]


def written(helpdesk: Helpdesk, user_id: str = AIKO) -> list[str]:
    """What this user has written, as the transcript shows it."""
    user_hash = helpdesk.cipher.fingerprint(user_id)
    with helpdesk.database.reading() as unit:
        customer = unit.line_accounts.customer_of(user_hash)
    lines = helpdesk.conversations.messages(customer) if customer else []
    return [line.text for line in lines if line.author == "customer"]


def waiting(helpdesk: Helpdesk) -> list[tuple[str, str]]:
    """The text or payload of each inbox item that waits, with its event."""
    inbox = tables.inbox
    with helpdesk.database.engine.connect() as connection:
        rows = connection.execute(select(inbox).order_by(inbox.c.id)).all()
    return [
        (row.event_id, row.payload or row.text)
        for row in rows
        if row.finished_at is None
    ]


def sabotage(helpdesk: Helpdesk, *statements: str) -> None:
    with helpdesk.database.engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


# --- Who is believed ------------------------------------------------------------------


async def test_check_of_the_connection_is_answered(line: Line, product: Helpdesk):
    assert await line.post(EMPTY, SIGNATURE) == STORED
    assert stored(product) == []


@pytest.mark.parametrize(
    ("body", "signed"),
    [
        pytest.param(EMPTY, None, id="no signature"),
        pytest.param(EMPTY, "", id="empty"),
        pytest.param(EMPTY, SIGNATURE[:-2] + "x=", id="wrong"),
        pytest.param(EMPTY, "署名".encode(), id="not ASCII"),
        pytest.param(EMPTY, b"\xff\xfe", id="no UTF-8"),
        pytest.param(EMPTY, "A" * 10_000, id="very long"),
    ],
)
async def test_call_that_is_not_signed_is_refused(
    line: Line, product: Helpdesk, body: bytes, signed: str | bytes | None
):
    assert await line.post(body, signed) == NOT_SIGNED


async def test_call_changed_by_a_byte_is_refused_and_not_stored(
    line: Line, product: Helpdesk
):
    body = body_of(event("a"))
    signed = signature(SECRET, body)

    outcomes = [
        await line.post(changed, signed)
        for changed in (
            body + b"\n",
            body[:-1],
            body.replace(b"a", b"b", 1),
            body[:20] + bytes([body[20] ^ 1]) + body[21:],
        )
    ]

    assert outcomes == [NOT_SIGNED] * 4
    assert (stored(product), waiting(product)) == ([], [])


async def test_each_of_two_secrets_is_believed_while_one_rotates(product: Helpdesk):
    two = {"line_channel_secret": f"an old secret, {SECRET}"}
    settings = product.settings.model_copy(update=two)

    async with running(replace(product, settings=settings), QuietBot()) as line:
        outcomes = [
            await line.send(event(event_id), secret=secret)
            for event_id, secret in (
                ("a", "an old secret"),
                ("b", SECRET),
                ("c", "another secret"),
            )
        ]

    assert outcomes == [STORED, STORED, NOT_SIGNED]
    assert [event_id for event_id, _ in stored(product)] == ["a", "b"]


@pytest.mark.parametrize("configured", ["", " , ,"], ids=repr)
async def test_nobody_is_believed_without_a_secret(product: Helpdesk, configured: str):
    none = {"line_channel_secret": configured}
    settings = product.settings.model_copy(update=none)

    async with running(replace(product, settings=settings), QuietBot()) as line:
        outcome = await line.send(event("a"), secret="")

    assert (outcome, stored(product)) == (NOT_SIGNED, [])


async def test_signature_is_checked_before_anything_is_read(line: Line):
    assert await line.post(b"{", "wrong") == NOT_SIGNED


async def test_webhook_is_only_posted_to(line: Line):
    response = await line.http.get("/line/webhook")

    assert response.status_code in (404, 405)


# --- What is not stored ---------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="no JSON"),
        pytest.param(b"\xff", id="no UTF-8"),
        pytest.param(b"[]", id="list"),
        pytest.param(b'{"destination":"U"}', id="no events"),
        pytest.param(b"[" * 400_000, id="deep"),
        pytest.param(b'{"events":[' + b"9" * 5000 + b"]}", id="a number too long"),
    ],
)
async def test_body_that_is_no_webhook_is_refused(line: Line, body: bytes):
    assert await line.post(body, signature(SECRET, body)) == UNPARSABLE


async def test_body_of_a_megabyte_is_read_and_a_longer_one_is_not(
    line: Line, product: Helpdesk
):
    longest = body_of(event("a")).ljust(MOST_BYTES)
    longer = body_of(event("b")).ljust(MOST_BYTES + 1)

    outcomes = [
        await line.post(body, signature(SECRET, body)) for body in (longest, longer)
    ]

    assert (outcomes, stored(product)) == ([STORED, TOO_LONG], [("a", "message")])


async def test_long_body_of_undeclared_length_is_not_read_to_its_end(line: Line):
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 100_000
            yield b" " * 100_000

    assert await line.post(endless(), SIGNATURE) == TOO_LONG


@pytest.mark.parametrize("declared", ["much", "-1", "1e3"])
async def test_length_that_is_no_number_is_not_believed(line: Line, declared: str):
    headers = {"x-line-signature": SIGNATURE, "content-length": declared}

    response = await line.http.post("/line/webhook", content=EMPTY, headers=headers)

    assert response.status_code == 200


# --- What is stored -------------------------------------------------------------------


async def test_several_events_of_several_users_are_stored(
    line: Line, product: Helpdesk
):
    outcome = await line.deliver(event("a"), event("b", EITA), event("c"))

    assert outcome == STORED
    assert (written(product), written(product, EITA)) == (
        ["aです", "cです"],
        ["bです"],
    )
    assert waiting(product) == [("a", "aです"), ("b", "bです"), ("c", "cです")]


async def test_events_of_one_call_are_taken_in_the_order_in_which_they_happened(
    line: Line, product: Helpdesk
):
    later, earlier = event("later"), event("earlier")
    earlier["timestamp"] -= 1000

    await line.deliver(later, earlier)

    assert written(product) == ["earlierです", "laterです"]


async def test_event_that_comes_twice_in_a_call_is_stored_once(
    line: Line, product: Helpdesk
):
    outcome = await line.deliver(event("a"), event("a"), event("b"))

    assert (outcome, written(product)) == (STORED, ["aです", "bです"])


async def test_event_that_comes_again_is_stored_once(line: Line, product: Helpdesk):
    again = event("a", deliveryContext={"isRedelivery": True})

    outcomes = [await line.deliver(each) for each in (event("a"), again, event("a"))]

    assert (outcomes, written(product)) == ([STORED] * 3, ["aです"])


async def test_event_that_comes_in_twenty_calls_at_once_is_stored_once(
    line: Line, product: Helpdesk
):
    calls = (line.deliver(event("a"), event(f"b-{n}", EITA)) for n in range(20))

    outcomes = await asyncio.gather(*calls)

    assert outcomes == [STORED] * 20
    assert (written(product), len(written(product, EITA))) == (["aです"], 20)


@pytest.mark.parametrize("name", KINDS)
async def test_every_kind_of_event_is_stored_and_answered_with_200(
    line: Line, product: Helpdesk, name: str
):
    body = payload(name)

    outcome = await line.post(body, signature(SECRET, body))

    wanted = [
        (each["webhookEventId"], each["type"]) for each in json.loads(body)["events"]
    ]
    assert (outcome, stored(product)) == (STORED, sorted(wanted))


async def test_unknown_event_is_kept_encrypted_and_says_nothing(
    line: Line, product: Helpdesk
):
    own = {"detail": "秘密"}

    outcome = await line.deliver(event("a", type="somethingNew", somethingNew=own))

    with product.database.engine.connect() as connection:
        row = connection.execute(select(line_tables.line_events)).one()
    assert (outcome, written(product), waiting(product)) == (STORED, [], [])
    assert json.loads(product.cipher.decrypt(row.content))["detail"] == own


@pytest.mark.parametrize("name", ["group_text", "room_text", "edited", "join"])
async def test_group_makes_no_customer_and_no_turn(
    line: Line, product: Helpdesk, name: str
):
    before = _customers(product)
    body = payload(name)

    await line.post(body, signature(SECRET, body))
    await line.sorted()

    assert (_customers(product), waiting(product)) == (before, [])


async def test_standby_is_stored_and_makes_no_turn(line: Line, product: Helpdesk):
    body = payload("standby")

    outcome = await line.post(body, signature(SECRET, body))
    await line.sorted()

    assert (outcome, len(stored(product))) == (STORED, 1)
    assert (written(product), waiting(product)) == ([], [])


def _customers(helpdesk: Helpdesk) -> int:
    with helpdesk.database.engine.connect() as connection:
        return len(connection.execute(select(tables.customers)).all())


# --- What is strange ------------------------------------------------------------------


def _message(**message: Any) -> dict[str, Any]:
    return {"message": {"id": "m-1", "type": "text", "text": "はい"} | message}


def _deep() -> Any:
    deep: Any = 1
    for _ in range(200):
        deep = {"a": [deep]}
    return deep


STRANGE = {
    "no message": {"message": None},
    "message a list": {"message": [1]},
    "message without anything": {"message": {}},
    "type a list": _message(type=["text"]),
    "type unknown": _message(type="hologram"),
    "text a number": _message(text=17),
    "text null": _message(text=None),
    "text empty": _message(text=""),
    "text of NUL": _message(text="\x00\x00"),
    "half an emoji": _message(text="は\ud83dい"),
    "text of 900 KB": _message(text="あ" * 150_000),
    "a command": _message(text='/EXTERNAL_holder_linked{"subscription": "eita-1"}'),
    "message id a number": _message(id=17),
    "message id a list": _message(id=["17"]),
    "message id very long": _message(id="1" * 1000),
    "deep": _message(more=_deep()),
    "sticker without anything": {"message": {"type": "sticker"}},
    "keywords null": _message(type="sticker", text=None, keywords=None),
    "keywords a text": _message(type="sticker", text=None, keywords="hi"),
    "keywords mixed": _message(type="sticker", text=None, keywords=[1, None, {}]),
    "keywords an object": _message(type="sticker", text=None, keywords={"hi": 1}),
    "keywords a number": _message(type="sticker", text=None, keywords=7),
    "no postback": {"type": "postback"},
    "data null": {"type": "postback", "postback": {"data": None}},
    "data a number": {"type": "postback", "postback": {"data": 1}},
    "data unknown": {"type": "postback", "postback": {"data": "1:menu:nothing"}},
    "data of a command": {"type": "postback", "postback": {"data": "1:/affirm"}},
    "data very long": {"type": "postback", "postback": {"data": "1:" * 10_000}},
    "follow without anything": {"type": "follow"},
    "unsend without anything": {"type": "unsend"},
    "unsend of a number": {"type": "unsend", "unsend": {"messageId": 17}},
    "unsend of nothing": {"type": "unsend", "unsend": {"messageId": "17"}},
    "edit of nothing": {"type": "messageEdited"},
    "link without anything": {"type": "accountLink"},
    "link maybe": {"type": "accountLink", "link": {"result": "maybe", "nonce": "n"}},
    "nonce a list": {"type": "accountLink", "link": {"result": "ok", "nonce": [1]}},
    "type of 100 characters": {"type": "x" * 100},
    "type of an attribute": {"type": "__class__"},
    "type a common property": {"type": "source"},
    "moment a text": {"timestamp": "1462629479859"},
    "moment negative": {"timestamp": -1},
    "moment of 1e30": {"timestamp": 1e30},
    "moment of 30 digits": {"timestamp": 10**30},
    "moment in the year 1": {"timestamp": -62_135_500_000_000},
    "moment in the year 9999": {"timestamp": 253_402_300_000_000},
    "redelivered before it was sent": {
        "timestamp": 4_000_000_000_000,
        "deliveryContext": {"isRedelivery": True},
    },
    "user id of 100 KB": {"source": {"type": "user", "userId": "U" * 100_000}},
    "token of 100 KB": {"replyToken": "t" * 100_000},
    "half an emoji in the type": {"type": "new\ud83d"},
    "half an emoji in the token": {"replyToken": "token\ud83d"},
    "half an emoji in the user id": {"source": {"type": "user", "userId": "U\ud83d"}},
    "no source": {"source": None},
    "source of an unknown type": {"source": {"type": "openchat", "userId": AIKO}},
}


@pytest.mark.parametrize("strange", STRANGE.values(), ids=STRANGE)
async def test_strange_event_is_stored_with_its_neighbours(
    line: Line, product: Helpdesk, strange: dict[str, Any]
):
    outcome = await line.deliver(
        event("before", EITA), event("strange") | strange, event("z-after", EITA)
    )

    assert (outcome, [event_id for event_id, _ in stored(product)]) == (
        STORED,
        ["before", "strange", "z-after"],
    )
    assert sorted(written(product, EITA)) == ["beforeです", "z-afterです"]


async def test_strange_events_are_answered_like_others(product: Helpdesk):
    bot = FakeBot()

    async with running(product, bot) as line:
        for number, strange in enumerate(STRANGE.values()):
            await line.deliver(event(f"strange-{number}") | strange)
        await line.deliver(event("last"))
        await until(lambda: not waiting(product))

    assert "lastです" in bot.asked
    assert not [text for text in bot.asked if text.startswith("/EXTERNAL_holder")]


async def test_deep_event_is_stored_or_its_call_refused(line: Line):
    """At no depth is it an accident, after which LINE would deliver it for ever."""
    outcomes = set()
    for depth in range(800, 1001, 4):
        deep = b'{"a":' * depth + b"1" + b"}" * depth
        body = body_of(event("a", more="DEEP")).replace(b'"DEEP"', deep)
        outcomes.add(await line.post(body, signature(SECRET, body)))

    assert outcomes == {STORED, UNPARSABLE}


async def test_sticker_with_keywords_of_another_type_is_answered(
    line: Line, product: Helpdesk
):
    await line.deliver(event("a", **_message(type="sticker", text=None, keywords=7)))

    assert waiting(product) == [("a", "/EXTERNAL_sticker")]


async def test_event_without_a_usable_id_is_passed_over(line: Line, product: Helpdesk):
    unusable = [
        event("x", webhookEventId=each)
        for each in (None, "", 17, ["a"], {}, True, "a" * 65, "a b")
    ]

    outcome = await line.deliver(*unusable, None, "event", [], event("a", EITA))

    assert (outcome, stored(product)) == (STORED, [("a", "message")])
    assert (written(product), written(product, EITA)) == ([], ["aです"])


# --- In time --------------------------------------------------------------------------


async def test_answer_comes_although_the_bot_hangs(product: Helpdesk):
    bot = QuietBot()

    async with running(product, bot) as line:
        first = await line.deliver(*(event(f"{n}", f"U{n:032x}") for n in range(50)))
        await until(lambda: bool(bot.asked))
        then = [await line.deliver(event(f"later-{n}")) for n in range(5)]

    assert (first, then) == (STORED, [STORED] * 5)


async def test_calls_that_come_together_are_stored_together(product: Helpdesk):
    events = Events(product)
    events.hold.clear()

    async with running(replace(product, line_events=events), QuietBot()) as line:
        calls = [asyncio.create_task(line.send(event(f"{n}"))) for n in range(TOGETHER)]
        await until(lambda: bool(events.statements))
        first = events.statements[0]
        await until(lambda: len(line.intake._waiting) == TOGETHER - first)
        events.hold.set()
        outcomes = await asyncio.gather(*calls)

    assert (outcomes, len(stored(product))) == ([STORED] * TOGETHER, TOGETHER)
    assert len(events.statements) <= 2


async def test_event_that_cannot_be_sorted_is_kept_and_stops_no_other(
    product: Helpdesk, line: Line, caplog: pytest.LogCaptureFixture
):
    sabotage(
        product,
        "CREATE TRIGGER refuse BEFORE INSERT ON inbox WHEN NEW.event_id = 'refused'"
        " BEGIN SELECT RAISE(ABORT, 'refused'); END",
    )
    calls = [line.deliver(event(f"{n}", EITA)) for n in range(9)]

    with caplog.at_level(logging.DEBUG, "helpdesk"):
        outcomes = await asyncio.gather(*calls, line.deliver(event("refused")))

    sabotage(product, "DROP TRIGGER refuse")
    with product.database.engine.connect() as connection:
        events = connection.execute(select(line_tables.line_events)).all()
    kept = [row.event_id for row in events if row.content is not None]
    assert (outcomes, kept) == ([STORED] * 10, ["refused"])
    assert len(written(product, EITA)) == 9
    errors = [each for each in caplog.records if each.levelname == "ERROR"]
    assert [each.getMessage() for each in errors] == [
        "An event of type message could not be sorted"
    ]
    for secret in ("refusedです", AIKO, "token-refused"):
        assert secret not in caplog.text


async def test_call_that_the_database_refuses_is_taken_when_it_comes_again(
    product: Helpdesk, line: Line, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.DEBUG, "helpdesk"):
        sabotage(product, "ALTER TABLE line_events RENAME TO away")
        refused = await line.send(event("a"))
        sabotage(product, "ALTER TABLE away RENAME TO line_events")
    again = event("a", deliveryContext={"isRedelivery": True})

    taken = await line.deliver(again)

    assert (refused, taken, written(product)) == (NOT_STORED, STORED, ["aです"])
    for secret in ("aです", AIKO, "token-a"):
        assert secret not in caplog.text


async def test_what_was_stored_before_a_crash_is_sorted_after_it(product: Helpdesk):
    """The process ends after LINE got its 200."""
    product.line_events.store(parse(body_of(event("a")), product.clock()).events)

    async with running(product, QuietBot()) as line:
        await line.sorted()

    assert written(product) == ["aです"]


async def test_results_are_counted(line: Line):
    def count(result: str) -> float:
        name = "helpdesk_line_webhooks_total"
        return REGISTRY.get_sample_value(name, {"result": result}) or 0.0

    before = count("stored"), count("not_signed")

    await line.deliver(event("a"))
    await line.post(EMPTY, "wrong")

    assert (count("stored"), count("not_signed")) == (before[0] + 1, before[1] + 1)


@pytest.mark.parametrize("turns", range(5))
async def test_sorting_can_be_stopped_at_any_moment(product: Helpdesk, turns: int):
    """So many turns of the loop after a call has come: see asyncio.wait_for."""
    channel = LineChannel(product, Hub(), lambda customer: None)
    sorting = asyncio.create_task(channel._sort())
    await until(lambda: bool(channel._unsorted._waiters))

    channel._arrived()
    for _ in range(turns):
        await asyncio.sleep(0)
    sorting.cancel()
    done, _ = await asyncio.wait([sorting], timeout=0.2)
    sorting.cancel()

    assert done == {sorting}


# --- Intake ---------------------------------------------------------------------------


def _events(*event_ids: str) -> list[LineEvent]:
    return [LineEvent(event_id, "message", NOW, NOW) for event_id in event_ids]


async def test_intake_that_fails_says_so_to_all_and_goes_on(
    caplog: pytest.LogCaptureFixture,
):
    asked: list[int] = []

    def store(events: Sequence[LineEvent]) -> None:
        asked.append(len(events))
        if len(asked) == 1:
            raise ZeroDivisionError

    intake = Intake(store)
    first = await asyncio.gather(*(intake.store(_events(each)) for each in "abc"))
    second = await intake.store(_events("d", "e"))
    intake.close()

    assert (first, second, asked) == ([False] * 3, True, [3, 2])
    assert [record.getMessage() for record in caplog.records] == [
        "Webhook calls could not be stored"
    ]


async def test_intake_stores_what_somebody_who_has_hung_up_has_sent():
    hold = threading.Event()
    stored_ids: list[str] = []

    def store(events: Sequence[LineEvent]) -> None:
        hold.wait(5)
        stored_ids.extend(each.event_id for each in events)

    intake = Intake(store)
    gone = asyncio.create_task(intake.store(_events("a")))
    await until(lambda: intake._running is not None and not intake._waiting)
    stays = asyncio.create_task(intake.store(_events("b")))
    await until(lambda: len(intake._waiting) == 1)
    gone.cancel()
    hold.set()
    result = await stays
    intake.close()

    assert (result, stored_ids, gone.cancelled()) == (True, ["a", "b"], True)


async def test_intake_that_is_closed_takes_nothing(caplog: pytest.LogCaptureFixture):
    intake = Intake(lambda events: None)
    intake.close()

    assert await intake.store(_events("a")) is False
    assert len(caplog.records) == 1
