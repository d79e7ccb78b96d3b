"""The client of LINE's API: what each answer means, and that none is waited for long.

The tests of the sender and of the channel take the address and the quick time from here.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import selectors
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from linebot.v3.messaging import TextMessage
from prometheus_client import REGISTRY
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from helpdesk.domain.line_sending import Outcome
from helpdesk.gateway.line_client import LineClient, Quota
from helpdesk.services.account_link import LineAway
from tests.converse.stage import free_port, serving
from tests.line_platform import Faults, LinePlatform, application
from tests.line_platform.schema import violations

SECRET = "a channel secret that is only good for tests"
TOKEN = "a token that is only good for tests"
KEY = "123e4567-e89b-12d3-a456-426614174000"
HELLO = TextMessage(text="秘密の話です")

Reply = Callable[[LineClient], Awaitable[Outcome]]


class _QuickSelector(selectors.DefaultSelector):
    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> Any:
        return super().select(timeout and timeout / self._speed)


class QuickLoop(asyncio.SelectorEventLoop):
    """Time passes faster on it: what waits for seconds waits for hundredths."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        super().__init__(_QuickSelector(speed))

    def time(self) -> float:
        return super().time() * self._speed


def quick(
    speed: float,
) -> Callable[[Callable[..., Coroutine[Any, Any, None]]], Callable[..., None]]:
    """Runs a test on a QuickLoop. Its fixtures must not be asynchronous."""

    def decorate(
        test: Callable[..., Coroutine[Any, Any, None]],
    ) -> Callable[..., None]:
        @functools.wraps(test)
        def run(*args: Any, **named: Any) -> None:
            with asyncio.Runner(loop_factory=lambda: QuickLoop(speed)) as runner:
                runner.run(test(*args, **named))

        return run

    return decorate


class Host:
    """One address for many tests: what answers there changes."""

    def __init__(self) -> None:
        self.app: ASGIApp = Response(status_code=404)
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.serving = serving(self, port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            raise NotImplementedError
        await self.app(scope, receive, send)


@contextmanager
def hosting() -> Iterator[Host]:
    """An address that answers until the block ends."""
    # LINE's description is read once, which would take the time of a call.
    violations("ReplyMessageRequest", {"replyToken": "", "messages": []})
    host = Host()
    with host.serving:
        yield host


class Stub:
    """Answers as it is told, and keeps what it was asked."""

    def __init__(self, status: int = 200, content: bytes = b"{}") -> None:
        self.status = status
        self.content = content
        self.asked: list[Request] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(Request(scope))
        headers = {"x-line-request-id": "r-1"}
        response = Response(
            self.content, self.status, headers, media_type="application/json"
        )
        await response(scope, receive, send)


async def silence(scope: Scope, receive: Receive, send: Send) -> None:
    """Says nothing until the client has hung up."""
    while (await receive())["type"] != "http.disconnect":
        pass


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with hosting() as host:
        yield host


@pytest.fixture
def line(host: Host) -> Iterator[LinePlatform]:
    platform = LinePlatform(SECRET, TOKEN)
    host.app = application(platform)
    yield platform
    platform.close()
    assert platform.problems == []


@pytest.fixture
def aiko(line: LinePlatform) -> str:
    return line.add_user("アイコ")


@asynccontextmanager
async def client_of(host: Host, token: str = TOKEN):
    client = LineClient(token, host.address)
    try:
        yield client
    finally:
        await client.close()


def reply(client: LineClient) -> Awaitable[Outcome]:
    return client.reply("a reply token", [HELLO])


def push(client: LineClient) -> Awaitable[Outcome]:
    return client.push("Ub1", [HELLO], KEY)


BOTH = pytest.mark.parametrize(
    "send", [pytest.param(reply, id="reply"), pytest.param(push, id="push")]
)


# --- What an answer means -------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.ACCEPTED),
        (202, Outcome.ACCEPTED),
        (301, Outcome.UNKNOWN),
        (400, Outcome.REFUSED),
        (401, Outcome.UNAUTHORIZED),
        (403, Outcome.UNAUTHORIZED),
        (404, Outcome.REFUSED),
        (409, Outcome.ACCEPTED),
        (410, Outcome.REFUSED),
        (413, Outcome.REFUSED),
        (415, Outcome.REFUSED),
        (429, Outcome.BUSY),
        (500, Outcome.UNKNOWN),
        (502, Outcome.UNKNOWN),
        (503, Outcome.UNKNOWN),
        (504, Outcome.UNKNOWN),
    ],
    ids=str,
)
async def test_status_says_what_came_of_it(
    host: Host, send: Reply, status: int, outcome: Outcome
):
    host.app = Stub(status, b'{"message": "whatever it says"}')

    async with client_of(host) as client:
        assert await send(client) is outcome


@BOTH
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"{}", id="nothing sent"),
        pytest.param(b"", id="empty"),
        pytest.param(b"not JSON", id="no JSON"),
        pytest.param(b"[]", id="list"),
        pytest.param(b'{"sentMessages": [{"id": 7}]}', id="ids are numbers"),
        pytest.param(b'{"sentMessages": [{"id": "7", "new": {}}]}', id="new field"),
    ],
)
async def test_accepted_is_accepted_whatever_it_says(
    host: Host, send: Reply, content: bytes
):
    host.app = Stub(200, content)

    async with client_of(host) as client:
        assert await send(client) is Outcome.ACCEPTED


@BOTH
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>", id="page"),
        pytest.param("エラー".encode(), id="UTF-8"),
    ],
)
@pytest.mark.parametrize("status", [400, 500])
async def test_refusal_is_understood_whatever_it_says(
    host: Host, send: Reply, status: int, content: bytes
):
    host.app = Stub(status, content)

    async with client_of(host) as client:
        outcome = await send(client)

    assert outcome is (Outcome.REFUSED if status == 400 else Outcome.UNKNOWN)


@BOTH
@pytest.mark.parametrize("status", [400, 404, 500, 502])
async def test_refusal_that_cannot_be_read_is_not_taken_for_accepted(
    host: Host, send: Reply, status: int
):
    """The SDK decodes it as UTF-8; what stands before LINE may answer otherwise."""
    host.app = Stub(status, "エラー".encode("shift_jis"))

    async with client_of(host) as client:
        assert await send(client) is not Outcome.ACCEPTED


@BOTH
async def test_nobody_there_is_unknown(send: Reply):
    client = LineClient(TOKEN, f"http://127.0.0.1:{free_port()}")

    outcome = await send(client)
    await client.close()

    assert outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("fault", ["timeout", "timeout_accepted"])
async def test_connection_that_is_cut_is_unknown(
    host: Host, line: LinePlatform, aiko: str, fault: str
):
    line.faults = Faults(next={"push": [fault]}, hang_seconds=0.001)

    async with client_of(host) as client:
        outcome = await client.push(aiko, [HELLO], KEY)

    # The SDK's client must not try again by itself: it would use up the reply token.
    assert (outcome, len(line.calls)) == (Outcome.UNKNOWN, 1)


async def test_reply_and_push_say_what_line_wants_to_hear(host: Host):
    host.app = stub = Stub()

    async with client_of(host) as client:
        await reply(client)
        await push(client)

    assert [
        (
            request.url.path,
            request.headers["authorization"],
            request.headers.get("x-line-retry-key"),
        )
        for request in stub.asked
    ] == [
        ("/v2/bot/message/reply", f"Bearer {TOKEN}", None),
        ("/v2/bot/message/push", f"Bearer {TOKEN}", KEY),
    ]


async def test_push_with_the_same_key_is_made_once(
    host: Host, line: LinePlatform, aiko: str
):
    async with client_of(host) as client:
        outcomes = [await client.push(aiko, [HELLO], KEY) for _ in range(2)]

    assert (outcomes, line.said(aiko), line.pushes) == (
        [Outcome.ACCEPTED] * 2,
        ["秘密の話です"],
        1,
    )


async def test_wrong_token_is_unauthorized(host: Host, line: LinePlatform, aiko: str):
    async with client_of(host, "another token") as client:
        assert await client.push(aiko, [HELLO], KEY) is Outcome.UNAUTHORIZED


# --- The month's pushes ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "used", "quota"),
    [
        pytest.param(None, 7, Quota(None, 7), id="no limit"),
        pytest.param(200, 0, Quota(200, 0), id="nothing used"),
        pytest.param(200, 199, Quota(200, 199), id="some used"),
    ],
)
async def test_quota_is_told(
    host: Host, line: LinePlatform, limit: int | None, used: int, quota: Quota
):
    line.quota.limit, line.quota.used = limit, used

    async with client_of(host) as client:
        assert await client.quota() == quota


@pytest.mark.parametrize(
    ("limit", "faults", "outcome"),
    [
        pytest.param(10, Faults(), Outcome.OVER_LIMIT, id="used up"),
        pytest.param(9, Faults(), Outcome.OVER_LIMIT, id="more than used up"),
        pytest.param(
            11, Faults(next={"push": ["rate_429"]}), Outcome.BUSY, id="one is left"
        ),
        pytest.param(
            None, Faults(next={"push": ["rate_429"]}), Outcome.BUSY, id="no limit"
        ),
        pytest.param(
            10, Faults(error_500={"other": 1}), Outcome.BUSY, id="quota not told"
        ),
    ],
)
async def test_refused_push_is_over_the_limit_only_if_the_quota_is_used_up(
    host: Host,
    line: LinePlatform,
    aiko: str,
    limit: int | None,
    faults: Faults,
    outcome: Outcome,
):
    line.quota.limit, line.quota.used = limit, 10
    line.faults = faults

    async with client_of(host) as client:
        assert await client.push(aiko, [HELLO], KEY) is outcome


async def test_reply_that_is_too_much_is_busy_whatever_the_quota(
    host: Host, line: LinePlatform
):
    line.quota.limit = 0
    line.faults = Faults(rate_429=1)

    async with client_of(host) as client:
        outcome = await reply(client)

    assert (outcome, [call.path for call in line.calls]) == (
        Outcome.BUSY,
        ["/v2/bot/message/reply"],
    )


# --- Everything else ------------------------------------------------------------------


async def test_dots_are_shown_for_twenty_seconds(
    host: Host, line: LinePlatform, aiko: str
):
    async with client_of(host) as client:
        await client.start_loading(aiko)

    assert (line.loading(aiko), [call.status for call in line.calls]) == (True, [202])


@pytest.mark.parametrize("kind", ["group", "room"])
async def test_group_and_room_are_left(host: Host, line: LinePlatform, kind: str):
    line.webhook_url = None
    chat = line.add_group([], kind)

    async with client_of(host) as client:
        await client.leave(kind, chat)

    assert (line.chats[chat].friend, line.calls[0].path) == (
        False,
        f"/v2/bot/{kind}/{chat}/leave",
    )


@pytest.mark.parametrize("faults", [Faults(error_500=1), Faults(rate_429=1)], ids=str)
async def test_dots_and_leaving_may_fail(
    host: Host, line: LinePlatform, aiko: str, faults: Faults
):
    line.faults = faults

    async with client_of(host) as client:
        await client.start_loading(aiko)
        await client.leave("group", line.add_group([aiko]))

    assert len(line.calls) == 2


async def test_link_token_is_the_users_own(host: Host, line: LinePlatform, aiko: str):
    async with client_of(host) as client:
        token = await client.link_token(aiko)

    assert line.link_tokens.redeem(token, "n" * 43, line.clock()) == aiko


async def test_line_says_who_we_are(host: Host, line: LinePlatform):
    async with client_of(host) as client:
        assert await client.bot_user_id() == line.bot_user_id


async def test_menus_are_found_by_their_aliases(host: Host, line: LinePlatform):
    ids = {name: line.menus.create({"name": name}) for name in ("none", "both")}
    for name, menu_id in ids.items():
        line.menus.get(menu_id).image = b"a picture"
        line.menus.create_alias(f"helpdesk-{name}", menu_id)
    line.menus.create_alias("somebody-elses", ids["none"])

    async with client_of(host) as client:
        assert await client.menus() == ids


async def test_menu_is_shown(host: Host, line: LinePlatform, aiko: str):
    menu_id = line.menus.create({"name": "both"})
    line.menus.get(menu_id).image = b"a picture"

    async with client_of(host) as client:
        await client.show_menu(aiko, menu_id)

    menu = line.menu_of(aiko)
    assert menu is not None
    assert menu.menu_id == menu_id


ASKING: dict[str, Callable[[LineClient], Awaitable[object]]] = {
    "quota": lambda client: client.quota(),
    "link token": lambda client: client.link_token("Ub1"),
    "who we are": lambda client: client.bot_user_id(),
    "menus": lambda client: client.menus(),
    "showing a menu": lambda client: client.show_menu("Ub1", "richmenu-1"),
}
SENDING: dict[str, Callable[[LineClient], Awaitable[object]]] = {
    "reply": reply,
    "push": push,
    "dots": lambda client: client.start_loading("Ub1"),
    "leaving": lambda client: client.leave("room", "Rb1"),
}


@pytest.mark.parametrize("ask", ASKING.values(), ids=ASKING)
@pytest.mark.parametrize(
    ("status", "is_final"),
    [
        pytest.param(400, True, id="refused"),
        pytest.param(404, True, id="not found"),
        pytest.param(401, False, id="wrong token"),
        pytest.param(429, False, id="too much"),
        pytest.param(500, False, id="accident"),
        pytest.param(503, False, id="away"),
    ],
)
async def test_who_asks_in_vain_is_told_whether_it_is_for_ever(
    host: Host,
    ask: Callable[[LineClient], Awaitable[object]],
    status: int,
    is_final: bool,
):
    host.app = Stub(status, b'{"message": "no"}')

    async with client_of(host) as client:
        with pytest.raises(LineAway) as away:
            await ask(client)

    assert away.value.is_final is is_final


@pytest.mark.parametrize(
    "ask", [ASKING[key] for key in ASKING if key != "showing a menu"]
)
@pytest.mark.parametrize("content", [b"", b"{}", b"not JSON", b"[]"], ids=repr)
async def test_answer_that_says_nothing_is_no_answer(
    host: Host, ask: Callable[[LineClient], Awaitable[object]], content: bytes
):
    host.app = Stub(200, content)

    async with client_of(host) as client:
        with pytest.raises(LineAway):
            await ask(client)


@pytest.mark.parametrize("ask", (ASKING | SENDING).values(), ids=ASKING | SENDING)
@quick(50)
async def test_silence_is_not_waited_for_longer_than_twenty_seconds(
    host: Host, ask: Callable[[LineClient], Awaitable[object]]
):
    host.app = silence
    client = LineClient(TOKEN, host.address)

    try:
        async with asyncio.timeout(20):
            answer = await ask(client)
    except LineAway:
        answer = None
    finally:
        await client.close()

    assert answer in (Outcome.UNKNOWN, None)


# --- Logs and figures -----------------------------------------------------------------


async def test_failures_are_logged_with_lines_request_id_and_nothing_personal(
    host: Host, caplog: pytest.LogCaptureFixture
):
    host.app = Stub(400, '{"message": "秘密の話です of Ub1 is bad"}'.encode())

    with caplog.at_level(logging.DEBUG, "helpdesk"):
        async with client_of(host) as client:
            for ask in SENDING.values():
                await ask(client)
            for ask in ASKING.values():
                with pytest.raises(LineAway):
                    await ask(client)

    told = [record for record in caplog.records if record.name.startswith("helpdesk")]
    text = "\n".join(record.getMessage() for record in told)
    assert "LINE reply: status 400, request r-1" in text
    for secret in ("Ub1", "Rb1", "秘密", TOKEN, "a reply token", "richmenu-1"):
        assert secret not in text


async def test_libraries_do_not_log_what_is_sent_or_said(
    host: Host, line: LinePlatform, aiko: str, caplog: pytest.LogCaptureFixture
):
    """The application logs from INFO on; below it the SDK logs every answer."""
    line.faults = Faults(next={"push": ["error_500", "timeout"]}, hang_seconds=0.001)

    with caplog.at_level(logging.INFO):
        async with client_of(host) as client:
            for _ in range(3):
                await client.push(aiko, [HELLO], KEY)
            await client.link_token(aiko)

    names = {record.name.partition(".")[0] for record in caplog.records}
    assert names == {"helpdesk"}


async def test_calls_are_counted_by_what_came_of_them(host: Host):
    def count(outcome: str) -> float:
        labels = {"call": "push", "outcome": outcome}
        found = REGISTRY.get_sample_value("helpdesk_line_calls_total", labels)
        return found or 0.0

    names = ("accepted", "refused", "unknown")
    before = [count(name) for name in names]

    async with client_of(host) as client:
        for status in (200, 409, 400, 500):
            host.app = Stub(status)
            await push(client)

    assert [count(name) for name in names] == [
        each + more for each, more in zip(before, (2, 1, 1), strict=True)
    ]
