"""The sender: everything reaches LINE once, whatever LINE does meanwhile."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from helpdesk.gateway.line_channel import line_messages
from helpdesk.gateway.line_client import LineClient
from helpdesk.gateway.line_payloads import parse
from helpdesk.gateway.line_sender import LineSender, SenderPace
from helpdesk.services.sample_world import line_user_id
from helpdesk.services.turns import Answer, BotMessage
from helpdesk.storage import line_tables, tables
from tests.fakes import FakeClock
from tests.gateway.bots import until
from tests.gateway.test_line_client import SECRET, TOKEN, Host, hosting, quick
from tests.line_platform import Faults, LinePlatform, Pace, application

BOT, OPERATOR = "いつでもヘルプ", "オペレーター"
REPLY, PUSH = "/v2/bot/message/reply", "/v2/bot/message/push"
LOADING, ALIASES = "/v2/bot/chat/loading/start", "/v2/bot/richmenu/alias/list"
VARIANTS = ("none", "holder", "end_user", "both", "operator")
FAULTS = (
    *("error_500", "error_500_accepted", "timeout", "timeout_accepted", "rate_429"),
)
QUICK = SenderPace(poll=0.005)
# Looks at everybody again and again, and holds for a moment only.
RESTLESS = SenderPace(poll=0.005, look_at_all=0.01, hold=0.05, quota=0.01)

Said = list[tuple[str, str | None, str]]


class Desk:
    """The services, LINE, and a sender between them for as long as a test wants."""

    def __init__(
        self, helpdesk: Helpdesk, line: LinePlatform, clock: FakeClock, address: str
    ) -> None:
        self.helpdesk = helpdesk
        self.line = line
        self.clock = clock
        self._address = address

    @asynccontextmanager
    async def sending(
        self, pace: SenderPace = QUICK, token: str = TOKEN
    ) -> AsyncIterator[LineSender]:
        """A sender that must be woken."""
        client = LineClient(token, self._address)
        messages = line_messages(self.helpdesk)
        sender = LineSender(self.helpdesk.line_delivery, client, messages, pace)
        try:
            yield sender
        finally:
            await sender.close()
            await client.close()

    @asynccontextmanager
    async def polling(self, pace: SenderPace = QUICK) -> AsyncIterator[LineSender]:
        """A sender that finds its work."""
        async with self.sending(pace) as sender:
            polling = asyncio.create_task(sender.run())
            try:
                yield sender
            finally:
                polling.cancel()
                with suppress(asyncio.CancelledError):
                    await polling

    def hear(self, user: str, text: str = "こんにちは") -> str:
        """Let the user write; the customer."""
        self.line.deliver(user, text)
        return self.customer(user)

    def customer(self, user: str) -> str:
        user_hash = self.helpdesk.cipher.fingerprint(user)
        with self.helpdesk.database.reading() as unit:
            customer = unit.line_accounts.customer_of(user_hash)
        assert customer is not None
        return customer

    def answer(self, customer: str, *messages: str | BotMessage) -> None:
        """Let the bot answer the customer's next message."""
        turn = self.helpdesk.conversations.next_turn(customer)
        assert turn is not None
        bubbles = [BotMessage(m) if isinstance(m, str) else m for m in messages]
        self.helpdesk.conversations.answer(turn, Answer(bubbles, None))

    def say(self, customer: str, text: str, author: str = "operator") -> None:
        """Let somebody else say something to the customer."""
        with self.helpdesk.database.writing() as unit:
            unit.conversations.say(customer, author, text, self.clock())

    def said(self, user: str) -> Said:
        """How each bubble came, under whose name, and its text."""
        return [
            (entry.how, entry.sender_name, entry.text)
            for entry in self.line.chat(user)
            if entry.sender == "bot"
        ]

    def asked(self, *paths: str) -> list[tuple[str, int | None]]:
        """The requests to LINE with their statuses."""
        return [
            (call.path, call.status)
            for call in list(self.line.calls)
            if call.path in (paths or (REPLY, PUSH))
        ]

    def calls(self) -> list[dict[str, Any]]:
        """The rows of the outbox's book, the oldest first."""
        calls = line_tables.line_calls
        with self.helpdesk.database.engine.connect() as connection:
            rows = connection.execute(select(calls).order_by(calls.c.first_line))
            return [dict(row._mapping) for row in rows]

    def states(self) -> list[tuple[str, str, int]]:
        """Kind, state and number of attempts of each call."""
        return sorted(
            (call["kind"], call["state"], call["attempts"]) for call in self.calls()
        )

    def audit(self) -> list[tuple[str, str]]:
        with self.helpdesk.database.engine.connect() as connection:
            rows = connection.execute(select(tables.audit)).all()
        return [(row.actor, row.action) for row in rows if row.actor == "line"]

    def forward_until_said(self, user: str) -> Said:
        """Let a minute pass each time that this is asked in vain."""
        if not self.said(user):
            self.clock.forward(minutes=1)
        return self.said(user)

    async def settled(self, calls: int = 1) -> None:
        """Wait until so many calls have been made and none is open."""
        await until(
            lambda: (
                len(self.calls()) >= calls
                and all(call["state"] != "open" for call in self.calls())
            )
        )

    async def time_for_another_attempt(self, attempts: int = 1) -> None:
        """Wait until so many have failed, and move the clock to the next."""
        (failed,) = await self.failed(attempts)
        self.clock.set(failed["next_try_at"])

    async def failed(self, attempts: int = 1) -> list[dict[str, Any]]:
        """The open call, once so many attempts have failed."""

        def found() -> list[dict[str, Any]]:
            return [
                call
                for call in self.calls()
                if call["state"] == "open"
                and call["attempts"] >= attempts
                and not call["is_under_way"]
            ]

        await until(lambda: bool(found()))
        return found()


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with hosting() as host:
        yield host


@pytest.fixture
def line(host: Host, helpdesk: Helpdesk, clock: FakeClock) -> Iterator[LinePlatform]:
    """LINE on the services' clock; what it delivers is stored at once."""

    def take(request: httpx.Request) -> httpx.Response:
        helpdesk.line_events.store(parse(request.content, clock()).events)
        while helpdesk.line_events.sort():
            pass
        return httpx.Response(200)

    platform = LinePlatform(
        SECRET,
        TOKEN,
        "http://product.test/line/webhook",
        clock,
        pace=Pace(pause=0.001, longest_pause=0.002),
        transport=httpx.MockTransport(take),
    )
    host.app = application(platform)
    yield platform
    platform.close()
    assert platform.problems == []


@pytest.fixture
def desk(helpdesk: Helpdesk, line: LinePlatform, clock: FakeClock, host: Host) -> Desk:
    return Desk(helpdesk, line, clock, host.address)


@pytest.fixture
def aiko(line: LinePlatform) -> str:
    return line.add_user("アイコ")


@pytest.fixture
def eita(line: LinePlatform) -> str:
    return line.add_user("エイタ")


def put_menus(line: LinePlatform) -> None:
    """As `make line-setup` does, without pictures that take time to draw."""
    for variant in VARIANTS:
        menu_id = line.menus.create({"name": variant, "areas": []})
        line.menus.get(menu_id).image = b"a picture"
        alias = f"helpdesk-{variant}"
        if alias in line.menus.aliases():
            line.menus.update_alias(alias, menu_id)
        else:
            line.menus.create_alias(alias, menu_id)


def menu_name(line: LinePlatform, user: str) -> str | None:
    menu = line.menu_of(user)
    return None if menu is None else str(menu.menu["name"])


def figure(name: str) -> float | None:
    return REGISTRY.get_sample_value(name)


# --- Replies and pushes ---------------------------------------------------------------


async def test_answer_goes_out_by_the_reply_token_under_the_bots_name(
    desk: Desk, aiko: str
):
    customer = desk.hear(aiko)
    desk.answer(customer, "はい、どうぞ。")

    async with desk.sending() as sender:
        sender.wake(customer)
        await desk.settled()

    assert desk.said(aiko) == [("reply", BOT, "はい、どうぞ。")]
    assert (desk.states(), desk.line.pushes) == ([("reply", "sent", 1)], 0)


async def test_operator_and_system_speak_under_their_names(desk: Desk, aiko: str):
    customer = desk.hear(aiko)
    desk.say(customer, "お待ちください。", "system")
    desk.say(customer, "担当の者です。", "operator")

    async with desk.sending() as sender:
        sender.wake(customer)
        await desk.settled()

    assert desk.said(aiko) == [
        ("reply", BOT, "お待ちください。"),
        ("reply", OPERATOR, "担当の者です。"),
    ]


async def test_bubbles_of_an_answer_go_out_in_one_call(desk: Desk, aiko: str):
    customer = desk.hear(aiko)
    desk.answer(customer, *"一二三四五")

    async with desk.sending() as sender:
        sender.wake(customer)
        await desk.settled()

    assert [text for _, _, text in desk.said(aiko)] == list("一二三四五")
    assert desk.asked() == [(REPLY, 200)]


async def test_sixth_bubble_is_pushed_with_a_retry_key(desk: Desk, aiko: str):
    customer = desk.hear(aiko)
    desk.answer(customer, *"一二三四五六")

    async with desk.sending() as sender:
        sender.wake(customer)
        await desk.settled(2)

    assert [(how, text) for how, _, text in desk.said(aiko)] == [
        *(("reply", text) for text in "一二三四五"),
        ("push", "六"),
    ]
    reply, push = desk.line.calls
    assert (reply.retry_key, str(uuid.UUID(push.retry_key))) == (None, push.retry_key)


async def test_many_lines_go_out_in_order_whatever_their_number(desk: Desk, aiko: str):
    customer = desk.hear(aiko)
    lines = [f"{number}番目です" for number in range(33)]
    for text in lines:
        desk.say(customer, text)

    async with desk.sending() as sender:
        sender.wake(customer)
        await desk.settled(7)

    assert [text for _, _, text in desk.said(aiko)] == lines
    assert len({call.retry_key for call in desk.line.calls}) == 7


async def test_each_answer_takes_a_token_of_its_own(desk: Desk, aiko: str):
    customer = desk.hear(aiko, "一")
    desk.hear(aiko, "二")

    async with desk.sending() as sender:
        for number, text in enumerate(("一です", "二です"), 1):
            desk.answer(customer, text)
            sender.wake(customer)
            await desk.settled(number)

    answered = {entry.event_id for entry in desk.line.chat(aiko)[2:]}
    assert [how for how, _, _ in desk.said(aiko)] == ["reply", "reply"]
    assert len(answered) == 2


@pytest.mark.parametrize(
    ("seconds", "how"),
    [
        pytest.param(0, "reply", id="at once"),
        pytest.param(20, "reply", id="in time"),
        pytest.param(61, "push", id="too late"),
        pytest.param(3600, "push", id="much too late"),
    ],
)
async def test_answer_after_the_tokens_life_is_pushed(
    desk: Desk, aiko: str, seconds: int, how: str
):
    customer = desk.hear(aiko)
    desk.clock.forward(seconds=seconds)
    desk.answer(customer, "はい")

    async with desk.sending() as sender:
        sender.wake(customer)
        await desk.settled()

    assert [(each[0], each[2]) for each in desk.said(aiko)][-1] == (how, "はい")
    # A token that is begun when it is about to die would be refused.
    assert {status for _, status in desk.asked()} == {200}


@pytest.mark.parametrize(
    ("minutes", "how"),
    [
        pytest.param(5, "reply", id="another minute"),
        pytest.param(21, "push", id="twenty minutes are the end"),
    ],
)
async def test_redelivery_gives_the_token_another_minute(
    desk: Desk, aiko: str, minutes: int, how: str
):
    heard = desk.line.deliver(aiko, "こんにちは")
    customer = desk.customer(aiko)
    desk.clock.forward(minutes=minutes)
    desk.line.redeliver(heard.event_id or "")
    desk.line.settle()
    desk.answer(customer, "はい")

    async with desk.sending() as sender:
        sender.wake(customer)
        await desk.settled()

    assert desk.said(aiko)[-1][0] == how
    assert {status for _, status in desk.asked()} == {200}


async def test_customers_are_served_at_the_same_time(desk: Desk, aiko: str, eita: str):
    desk.line.faults = Faults(next={"reply": ["timeout"]}, hang_seconds=5)
    first, second = desk.hear(aiko), desk.hear(eita)
    desk.answer(first, "アイコさん")
    desk.answer(second, "エイタさん")

    async with desk.sending() as sender:
        sender.wake(first)
        await until(lambda: bool(desk.line.calls))
        sender.wake(second)
        await until(lambda: bool(desk.said(eita)))

    assert desk.said(eita) == [("reply", BOT, "エイタさん")]


async def test_what_nobody_woke_is_found(desk: Desk, aiko: str):
    customer = desk.hear(aiko)
    desk.answer(customer, "はい")

    async with desk.polling():
        await desk.settled()
        desk.say(customer, "担当の者です。")
        await desk.settled(2)

    assert [text for _, _, text in desk.said(aiko)] == ["はい", "担当の者です。"]


async def test_line_that_is_told_to_somebody_on_line_wakes(desk: Desk, aiko: str):
    customer = desk.hear(aiko)

    async with desk.sending() as sender:
        sender.wake(customer)
        desk.answer(customer, "はい")
        sender.told(customer)
        await desk.settled()

    assert desk.said(aiko) == [("reply", BOT, "はい")]


# --- When LINE fails ------------------------------------------------------------------


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("kind", "late"), [("reply", 0), ("push", 61)])
@quick(20)
async def test_attempt_that_fails_is_repeated_and_said_once(
    desk: Desk, aiko: str, kind: str, late: int, fault: str
):
    desk.line.faults = Faults(next={kind: [fault]}, hang_seconds=0.001)
    customer = desk.hear(aiko)
    desk.clock.forward(seconds=late)
    desk.answer(customer, "はい")

    async with desk.sending() as sender:
        sender.wake(customer)
        await desk.time_for_another_attempt()
        await desk.settled()

    sent = [call for call in desk.line.calls if call.path in (REPLY, PUSH)]
    assert desk.said(aiko) == [(kind, BOT, "はい")]
    assert (len(sent), len({call.retry_key for call in sent})) == (2, 1)
    assert desk.states() == [(kind, "sent", 2)]


@pytest.mark.parametrize("fault", ["timeout", "timeout_accepted"])
@pytest.mark.parametrize(("kind", "late"), [("reply", 0), ("push", 61)])
@quick(20)
async def test_line_that_says_nothing_is_given_up_after_a_while(
    desk: Desk, aiko: str, kind: str, late: int, fault: str
):
    desk.line.faults = Faults(next={kind: [fault]}, hang_seconds=60)
    customer = desk.hear(aiko)
    desk.clock.forward(seconds=late)
    desk.answer(customer, "はい")

    async with desk.sending() as sender:
        sender.wake(customer)
        await desk.time_for_another_attempt()
        await desk.settled()

    assert [text for _, _, text in desk.said(aiko)].count("はい") == 1
    assert desk.states() == [(kind, "sent", 2)]


@quick(50)
async def test_reply_that_fails_all_its_tokens_life_becomes_a_push(
    desk: Desk, aiko: str
):
    desk.line.faults = Faults(error_500={"reply": 1})
    customer = desk.hear(aiko)
    desk.answer(customer, "はい")

    async with desk.sending() as sender:
        sender.wake(customer)
        await desk.time_for_another_attempt(1)
        await desk.time_for_another_attempt(2)
        desk.clock.forward(minutes=1)
        await desk.settled(2)

    assert desk.said(aiko) == [("push", BOT, "はい")]
    states = [(kind, state) for kind, state, _ in desk.states()]
    assert states == [("push", "sent"), ("reply", "replaced")]


@quick(50)
async def test_push_is_tried_for_a_day_and_then_given_up(
    desk: Desk, aiko: str, caplog: pytest.LogCaptureFixture
):
    desk.line.faults = Faults(next={"push": ["error_500_accepted"]})
    customer = desk.hear(aiko)
    desk.clock.forward(minutes=2)
    desk.answer(customer, "はい")

    async with desk.sending() as sender:
        sender.wake(customer)
        await desk.failed()
        desk.clock.forward(hours=24)
        desk.say(customer, "担当の者です。")
        await until(lambda: len(desk.said(aiko)) > 1)

    assert desk.said(aiko) == [
        ("push", BOT, "はい"),
        ("push", OPERATOR, "担当の者です。"),
    ]
    assert "given up" in caplog.text


@quick(20)
async def test_wrong_access_token_loses_nothing(desk: Desk, aiko: str):
    customer = desk.hear(aiko)
    desk.answer(customer, "はい")

    async with desk.sending(token="another token") as sender:
        sender.wake(customer)
        await desk.time_for_another_attempt()
    async with desk.polling():
        await desk.settled()

    assert desk.said(aiko) == [("reply", BOT, "はい")]


async def test_message_that_line_refuses_does_not_stop_the_next(
    desk: Desk, aiko: str, caplog: pytest.LogCaptureFixture
):
    customer = desk.hear(aiko)
    desk.clock.forward(minutes=2)
    user_id = desk.helpdesk.cipher.encrypt("not a user id of LINE")
    accounts = line_tables.line_accounts.update().where(
        line_tables.line_accounts.c.customer == customer
    )
    with desk.helpdesk.database.engine.begin() as connection:
        connection.execute(accounts.values(user_id=user_id))
    desk.answer(customer, "一")

    async with desk.sending() as sender:
        sender.wake(customer)
        await desk.settled()
        desk.hear(aiko)
        desk.answer(customer, "二")
        sender.wake(customer)
        await desk.settled(2)

    refused = list(desk.line.problems)
    desk.line.problems.clear()
    assert (len(refused), desk.states()) == (
        1,
        [("push", "failed", 1), ("reply", "sent", 1)],
    )
    assert desk.said(aiko) == [("reply", BOT, "二")]
    assert [each.levelname for each in caplog.records if "ended" in each.message] == [
        "ERROR"
    ]


@quick(20)
async def test_push_is_repeated_as_it_was(desk: Desk, aiko: str):
    desk.line.faults = Faults(next={"push": ["error_500_accepted"]})
    customer = desk.hear(aiko)
    desk.clock.forward(minutes=2)
    buttons = [("はい", "/affirm"), ("いいえ", "/deny")]
    desk.answer(customer, BotMessage("この番号ですか", buttons))

    async with desk.sending() as sender:
        sender.wake(customer)
        await until(lambda: bool(desk.line.calls))
        desk.say(customer, "担当の者です。")
        await desk.time_for_another_attempt()
        await desk.settled(2)

    problems = list(desk.line.problems)
    desk.line.problems.clear()
    assert problems == []


# --- When we fail ---------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["timeout", "timeout_accepted"])
@pytest.mark.parametrize(("kind", "late"), [("reply", 0), ("push", 61)])
async def test_call_that_a_crash_cut_off_is_made_once(
    desk: Desk, aiko: str, kind: str, late: int, fault: str
):
    desk.line.faults = Faults(next={kind: [fault]}, hang_seconds=60)
    customer = desk.hear(aiko)
    desk.clock.forward(seconds=late)
    desk.answer(customer, "はい")

    async with desk.sending() as sender:
        sender.wake(customer)
        await until(lambda: bool(desk.asked()))
    async with desk.polling():
        await desk.settled()

    assert [text for _, _, text in desk.said(aiko)].count("はい") == 1
    assert desk.states() == [(kind, "sent", 2)]
    assert len({call.retry_key for call in desk.line.calls if call.path == PUSH}) < 2


async def test_reply_that_a_long_absence_cut_off_is_not_said_twice(
    desk: Desk, aiko: str, caplog: pytest.LogCaptureFixture
):
    """Whether LINE has it can no longer be found out: the staff is told."""
    desk.line.faults = Faults(next={"reply": ["timeout_accepted"]}, hang_seconds=60)
    customer = desk.hear(aiko)
    desk.answer(customer, "はい")

    async with desk.sending() as sender:
        sender.wake(customer)
        await until(lambda: bool(desk.asked()))
    desk.clock.forward(minutes=5)
    async with desk.polling():
        await desk.settled()

    assert desk.said(aiko) == [("reply", BOT, "はい")]
    assert desk.states() == [("reply", "uncertain", 2)]
    assert "ended as uncertain" in caplog.text


async def test_answer_that_was_not_yet_sent_outlives_a_restart(desk: Desk, aiko: str):
    customer = desk.hear(aiko)
    async with desk.polling():
        pass
    desk.answer(customer, *"一二三四五六")

    async with desk.polling():
        await desk.settled(2)

    assert [text for _, _, text in desk.said(aiko)] == list("一二三四五六")


async def test_nothing_is_begun_after_the_end(desk: Desk, aiko: str):
    customer = desk.hear(aiko)
    async with desk.sending() as sender:
        sender.wake(customer)
        await until(lambda: not sender._tasks._running)
    desk.answer(customer, "はい")

    sender.told(customer)
    await until(lambda: not sender._tasks._running)

    assert desk.calls() == []


# --- The month's pushes ---------------------------------------------------------------


async def test_answer_is_held_when_the_pushes_are_used_up_and_staff_is_told(
    desk: Desk, aiko: str, eita: str, caplog: pytest.LogCaptureFixture
):
    desk.line.quota.limit = 0
    customers = [desk.hear(aiko), desk.hear(eita)]
    desk.clock.forward(minutes=2)

    async with desk.sending() as sender:
        for number, customer in enumerate(customers, 1):
            desk.answer(customer, "はい")
            sender.wake(customer)
            await until(lambda n=number: not sender._tasks._running or n == 1)
            await until(lambda: bool(desk.audit()))
        holding = figure("helpdesk_line_holding")

    assert (desk.said(aiko), desk.said(eita)) == ([], [])
    # One push has shown it; the others wait.
    assert desk.asked() == [(PUSH, 429)]
    assert (desk.states(), holding) == ([("push", "held", 1)], 1.0)
    assert desk.audit() == [("line", "push_limit_reached")]
    assert [each.levelname for each in caplog.records if "used up" in each.message] == [
        "ERROR"
    ]


async def test_what_is_held_comes_with_the_next_token_in_order(desk: Desk, aiko: str):
    desk.line.quota.limit = 0
    customer = desk.hear(aiko)
    desk.clock.forward(minutes=2)

    async with desk.sending() as sender:
        desk.answer(customer, "一")
        sender.wake(customer)
        await desk.settled()
        # While the bot thinks, what is held waits for its answer's token.
        sender.typing(customer, on=True)
        desk.say(customer, "二")
        desk.hear(aiko, "まだですか")
        desk.answer(customer, "三")
        sender.typing(customer, on=False)
        sender.wake(customer)
        await desk.settled(2)

    assert desk.said(aiko) == [
        ("reply", BOT, "一"),
        ("reply", OPERATOR, "二"),
        ("reply", BOT, "三"),
    ]
    assert desk.line.pushes == 0


async def test_who_has_a_token_is_answered_while_pushes_are_held(
    desk: Desk, aiko: str, eita: str
):
    desk.line.quota.limit = 0
    held = desk.hear(aiko)
    desk.clock.forward(minutes=2)

    async with desk.sending() as sender:
        desk.answer(held, "はい")
        sender.wake(held)
        await desk.settled()
        other = desk.hear(eita)
        desk.answer(other, "どうぞ")
        sender.wake(other)
        await desk.settled(2)

    assert desk.said(eita) == [("reply", BOT, "どうぞ")]


async def test_what_is_held_goes_out_when_the_quota_is_raised(desk: Desk, aiko: str):
    desk.line.quota.limit = 0
    customer = desk.hear(aiko)
    desk.clock.forward(minutes=2)
    desk.answer(customer, "一")

    async with desk.polling(RESTLESS) as sender:
        await desk.settled(2)
        tries = len(desk.asked())
        desk.line.quota.limit = 1
        await until(lambda: bool(desk.forward_until_said(aiko)))
        await until(lambda: not sender._tasks._running)

    assert (desk.said(aiko), tries > 1) == ([("push", BOT, "一")], True)
    assert desk.audit() == [
        ("line", "push_limit_reached"),
        ("line", "push_limit_lifted"),
    ]
    assert figure("helpdesk_line_holding") == 0.0


@quick(20)
async def test_push_that_is_too_much_at_once_is_not_held(desk: Desk, aiko: str):
    desk.line.quota.limit = 10
    desk.line.faults = Faults(next={"push": ["rate_429"]})
    customer = desk.hear(aiko)
    desk.clock.forward(minutes=2)
    desk.answer(customer, "はい")

    async with desk.sending() as sender:
        sender.wake(customer)
        await desk.time_for_another_attempt()
        await desk.settled()

    assert (desk.said(aiko), desk.audit()) == ([("push", BOT, "はい")], [])


@pytest.mark.parametrize(
    ("limit", "used", "warnings"),
    [
        pytest.param(200, 159, [], id="below"),
        pytest.param(200, 160, ["160 of 200 pushes are used"], id="four fifths"),
        pytest.param(None, 10_000, [], id="no limit"),
    ],
)
async def test_quota_is_watched(
    desk: Desk,
    caplog: pytest.LogCaptureFixture,
    limit: int | None,
    used: int,
    warnings: list[str],
):
    desk.line.quota.limit, desk.line.quota.used = limit, used
    known = len([call for call in desk.line.calls if "consumption" in call.path])

    async with desk.polling():
        await until(
            lambda: (
                figure("helpdesk_line_push_quota_used") == used
                and any("consumption" in call.path for call in desk.line.calls[known:])
            )
        )

    told = [each.message for each in caplog.records if "pushes" in each.message]
    assert (told, figure("helpdesk_line_push_quota")) == (warnings, limit or -1)


# --- Who is not there -----------------------------------------------------------------


async def test_nothing_is_sent_to_who_has_blocked_us(desk: Desk, aiko: str):
    customer = desk.hear(aiko)
    desk.clock.forward(seconds=1)
    desk.line.send(aiko, {"type": "unfollow"})
    desk.line.settle()

    async with desk.sending() as sender:
        desk.answer(customer, "はい")
        sender.wake(customer)
        await until(lambda: not sender._tasks._running)
        desk.clock.forward(seconds=1)
        desk.line.send(aiko, {"type": "follow"})
        desk.line.settle()
        desk.answer(customer, "おかえりなさい")
        sender.wake(customer)
        await desk.settled()

    assert desk.said(aiko) == [("reply", BOT, "おかえりなさい")]
    assert desk.line.undelivered == []


async def test_push_to_who_blocks_us_meanwhile_ends_the_call(desk: Desk, aiko: str):
    customer = desk.hear(aiko)
    desk.clock.forward(minutes=2)
    desk.answer(customer, "はい")
    desk.line.chats[aiko].blocked = True

    async with desk.sending() as sender:
        sender.wake(customer)
        await desk.settled()

    assert (desk.states(), desk.line.quota.used) == ([("push", "sent", 1)], 0)


async def test_customer_of_the_web_chat_is_never_sent_to_line(desk: Desk):
    conversations = desk.helpdesk.conversations
    customer = conversations.begin("web")
    conversations.accept_text(customer, "こんにちは", "1")
    desk.answer(customer, "はい")

    async with desk.polling(RESTLESS) as sender:
        sender.told(customer)
        sender.typing(customer, on=True)
        sender.wake(customer)
        await until(lambda: len(desk.asked(ALIASES)) > 1)

    assert (desk.asked(REPLY, PUSH, LOADING), desk.calls()) == ([], [])


async def test_what_is_said_on_the_web_is_not_repeated_on_line(
    desk: Desk, line: LinePlatform
):
    conversations = desk.helpdesk.conversations
    user = line.add_user("アイコ", line_user_id("aiko"))
    desk.hear(user, "LINEからです")
    desk.answer("aiko", "LINEへ")

    async with desk.polling() as sender:
        await desk.settled()
        conversations.accept_text("aiko", "ウェブからです", "1")
        desk.answer("aiko", "ウェブへ")
        sender.told("aiko")
        sender.typing("aiko", on=True)
        await until(lambda: not sender._tasks._running)
        desk.hear(user, "またLINEからです")
        desk.answer("aiko", "またLINEへ")
        sender.wake("aiko")
        await desk.settled(2)

    assert [text for _, _, text in desk.said(user)] == ["LINEへ", "またLINEへ"]
    assert desk.asked(LOADING) == []


async def test_unfollow_that_comes_late_does_not_silence_us(
    desk: Desk, aiko: str, line: LinePlatform
):
    desk.hear(aiko)
    line.send(aiko, {"type": "unfollow"})
    line.settle()
    desk.clock.forward(seconds=5)
    line.send(aiko, {"type": "follow"})
    line.settle()
    late = next(e for e in line.events.values() if e.payload["type"] == "unfollow")
    late.payload["webhookEventId"] = "delivered-late"
    line.post(replace(late))
    line.settle()
    customer = desk.hear(aiko, "まだ友だちです")
    for text in ("一", "二", "三"):
        desk.answer(customer, text)

    async with desk.sending() as sender:
        sender.wake(customer)
        await until(lambda: not sender._tasks._running)

    assert [text for _, _, text in desk.said(aiko)] == ["一", "二", "三"]


# --- Dots -----------------------------------------------------------------------------


async def test_dots_are_shown_before_the_answer_and_end_with_it(desk: Desk, aiko: str):
    customer = desk.hear(aiko)

    async with desk.sending() as sender:
        sender.wake(customer)
        sender.typing(customer, on=True)
        await until(lambda: desk.line.loading(aiko))
        desk.answer(customer, "はい")
        sender.typing(customer, on=False)
        sender.told(customer)
        await desk.settled()

    assert desk.asked(LOADING, REPLY) == [(LOADING, 202), (REPLY, 200)]
    assert desk.line.loading(aiko) is False


async def test_dots_that_are_slow_do_not_come_after_the_answer(desk: Desk, aiko: str):
    desk.line.faults = Faults(latency={"loading": 0.05})
    customer = desk.hear(aiko)

    async with desk.sending() as sender:
        sender.wake(customer)
        sender.typing(customer, on=True)
        await asyncio.sleep(0)
        desk.answer(customer, "はい")
        sender.typing(customer, on=False)
        sender.told(customer)
        await desk.settled()

    assert desk.asked(LOADING, REPLY) == [(LOADING, 202), (REPLY, 200)]
    assert desk.line.loading(aiko) is False


async def test_dots_that_hang_do_not_hold_the_answer_for_long(desk: Desk, aiko: str):
    desk.line.faults = Faults(timeout={"loading": 1}, hang_seconds=60)
    customer = desk.hear(aiko)

    async with desk.sending(SenderPace(poll=0.005, dots=0.02)) as sender:
        sender.wake(customer)
        sender.typing(customer, on=True)
        await asyncio.sleep(0)
        desk.answer(customer, "はい")
        sender.typing(customer, on=False)
        sender.told(customer)
        await desk.settled()

    assert desk.said(aiko) == [("reply", BOT, "はい")]


@pytest.mark.parametrize("fault", ["error_500", "rate_429"])
async def test_dots_that_fail_do_no_harm(desk: Desk, aiko: str, fault: str):
    desk.line.faults = Faults(next={"loading": [fault] * 3})
    customer = desk.hear(aiko)

    async with desk.sending() as sender:
        sender.wake(customer)
        sender.typing(customer, on=True)
        await until(lambda: bool(desk.asked(LOADING)))
        desk.answer(customer, "はい")
        sender.typing(customer, on=False)
        sender.told(customer)
        await desk.settled()

    assert desk.said(aiko) == [("reply", BOT, "はい")]
    assert len(desk.asked(LOADING)) == 1


async def test_dots_are_shown_again_until_the_bot_is_done(desk: Desk, aiko: str):
    customer = desk.hear(aiko)

    async with desk.sending(SenderPace(loading=0.01)) as sender:
        sender.wake(customer)
        sender.typing(customer, on=True)
        await until(lambda: len(desk.asked(LOADING)) > 2)
        desk.answer(customer, "はい")
        sender.typing(customer, on=False)
        sender.told(customer)
        await desk.settled()
        shown = len(desk.asked(LOADING))

    assert len(desk.asked(LOADING)) == shown
    assert desk.line.loading(aiko) is False


async def test_dots_of_a_turn_that_says_nothing_are_not_shown_again(
    desk: Desk, aiko: str
):
    customer = desk.hear(aiko)

    async with desk.sending(SenderPace(loading=0.005)) as sender:
        sender.wake(customer)
        sender.typing(customer, on=True)
        await until(lambda: bool(desk.asked(LOADING)))
        sender.typing(customer, on=False)
        (task,) = [dots._task for dots in sender._dots.values()]
        await until(task.done)

    assert desk.asked(REPLY) == []


async def test_turn_after_one_that_said_nothing_has_its_dots_too(desk: Desk, aiko: str):
    customer = desk.hear(aiko)

    async with desk.sending(SenderPace(loading=0.005)) as sender:
        sender.wake(customer)
        sender.typing(customer, on=True)
        await until(lambda: bool(desk.asked(LOADING)))
        sender.typing(customer, on=False)
        await until(sender._dots[customer]._task.done)
        shown = len(desk.asked(LOADING))
        sender.typing(customer, on=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(0.3):
                await until(lambda: len(desk.asked(LOADING)) > shown)

    assert len(desk.asked(LOADING)) > shown


async def test_dots_of_two_turns_in_a_row_are_all_ended(desk: Desk, aiko: str):
    """The second turn begins before the answer of the first is out."""
    customer = desk.hear(aiko)

    async with desk.sending() as sender:
        sender.wake(customer)
        sender.typing(customer, on=True)
        first = sender._dots[customer]
        await until(first._shown.is_set)
        sender.typing(customer, on=False)
        sender.typing(customer, on=True)
    done, _ = await asyncio.wait([first._task], timeout=0.1)

    assert done == {first._task}


# --- Menus ----------------------------------------------------------------------------


async def test_menu_follows_links_and_talk(
    desk: Desk, line: LinePlatform, helpdesk: Helpdesk
):
    put_menus(line)
    subscription = helpdesk.sample_world.contracts()[0].id
    user = line.add_user("エイタ", line_user_id("eita"))
    desk.hear(user)
    seen = []

    async def sees(variant: str) -> None:
        await until(lambda: menu_name(line, user) == variant)
        seen.append(variant)

    async with desk.polling():
        await sees("none")
        helpdesk.linking.link("eita", subscription, LinkRole.HOLDER)
        await sees("holder")
        helpdesk.linking.link("eita", subscription, LinkRole.END_USER)
        await sees("both")
        helpdesk.handoffs.request("eita", "request")
        await sees("operator")
        helpdesk.talks.claim("eita", "op1")
        helpdesk.talks.resolve("eita", "op1")
        await sees("both")
        for link, _ in helpdesk.linking.links_of("eita"):
            if link.role is LinkRole.HOLDER:
                helpdesk.linking.unlink("eita", link.id)
        await sees("end_user")

    assert len(seen) == 6


async def test_menu_of_who_has_links_already_is_shown(desk: Desk, line: LinePlatform):
    put_menus(line)
    yuki = line.add_user("ユキ", line_user_id("yuki"))
    hiro = line.add_user("ヒロ", line_user_id("hiro"))

    async with desk.polling():
        await until(lambda: None not in (menu_name(line, yuki), menu_name(line, hiro)))

    assert (menu_name(line, yuki), menu_name(line, hiro)) == ("both", "end_user")


async def test_menu_that_is_right_is_not_sent_again(desk: Desk, line: LinePlatform):
    put_menus(line)
    aiko = line.add_user("アイコ", line_user_id("aiko"))

    async with desk.polling() as sender:
        await until(lambda: menu_name(line, aiko) == "none")
        asked = line_menu_calls(line)
        with desk.helpdesk.database.writing() as unit:
            unit.line_accounts.mark_menu("aiko")
        await until(lambda: "aiko" not in desk.helpdesk.line_delivery.with_menu_due())
        await until(lambda: not sender._tasks._running)

    own = f"/v2/bot/user/{aiko}/richmenu/"
    assert [call for call in asked if call.startswith(own)] == [
        call for call in line_menu_calls(line) if call.startswith(own)
    ]


def line_menu_calls(line: LinePlatform) -> list[str]:
    return [call.path for call in line.calls if call.path.startswith("/v2/bot/user/")]


@pytest.mark.parametrize("fault", ["error_500", "rate_429", "timeout"])
async def test_menu_that_could_not_be_shown_is_shown_later(
    desk: Desk, line: LinePlatform, fault: str
):
    put_menus(line)
    # The first call asks for the menus; everything sample people need comes after it.
    line.faults = Faults(next={"menu": ["ok", *[fault] * 10]}, hang_seconds=0.001)
    yuki = line.add_user("ユキ", line_user_id("yuki"))

    async with desk.polling(replace(QUICK, menus_rest=0.01)):
        await until(lambda: menu_name(line, yuki) is not None)

    assert menu_name(line, yuki) == "both"


async def test_without_menus_on_line_none_is_shown(
    desk: Desk, aiko: str, caplog: pytest.LogCaptureFixture
):
    customer = desk.hear(aiko)
    desk.answer(customer, "はい")

    async with desk.polling():
        await desk.settled()

    assert (line_menu_calls(desk.line), desk.said(aiko)) == (
        [],
        [("reply", BOT, "はい")],
    )
    assert "make line-setup" in caplog.text


async def test_menus_that_were_made_anew_are_shown_anew(desk: Desk, line: LinePlatform):
    put_menus(line)
    yuki = line.add_user("ユキ", line_user_id("yuki"))

    async with desk.polling(RESTLESS):
        await until(lambda: menu_name(line, yuki) == "both")
        former = line.menu_of(yuki)
        put_menus(line)
        line.menus.delete(former.menu_id if former else "")
        await until(lambda: menu_name(line, yuki) == "both")

    assert line.menu_of(yuki) != former


async def test_menus_that_were_made_anew_meanwhile_are_shown_anew(
    desk: Desk, line: LinePlatform
):
    put_menus(line)
    yuki = line.add_user("ユキ", line_user_id("yuki"))
    async with desk.polling():
        await until(lambda: menu_name(line, yuki) == "both")
        await until(lambda: not desk.helpdesk.line_delivery.with_menu_due())
    former = line.menu_of(yuki)
    put_menus(line)
    line.menus.delete(former.menu_id if former else "")

    async with desk.polling(RESTLESS):
        await until(lambda: len(desk.asked(ALIASES)) > 5)

    assert menu_name(line, yuki) == "both"


# --- Logs -----------------------------------------------------------------------------


@quick(20)
async def test_logs_hold_nothing_personal(
    desk: Desk, aiko: str, caplog: pytest.LogCaptureFixture
):
    faults = ["error_500", "timeout", "rate_429"]
    desk.line.faults = Faults(
        next={"reply": [*faults], "push": [*faults], "loading": [*faults]},
        hang_seconds=0.001,
    )
    put_menus(desk.line)
    with caplog.at_level(logging.DEBUG, "helpdesk"):
        customer = desk.hear(aiko, "秘密の話です")
        desk.answer(customer, "内緒の答えです")
        async with desk.polling() as sender:
            sender.typing(customer, on=True)
            for attempts in (1, 2, 3):
                await desk.time_for_another_attempt(attempts)
            await desk.settled()
            desk.clock.forward(minutes=2)
            desk.say(customer, "内緒の話です")
            for attempts in (1, 2, 3):
                await desk.time_for_another_attempt(attempts)
            await desk.settled(2)

    told = [each for each in caplog.records if each.name.startswith("helpdesk")]
    text = "\n".join(str(each.getMessage()) for each in told)
    tokens = [event.reply_token for event in desk.line.events.values()]
    assert len(told) >= 6
    for secret in (aiko, customer, "秘密", "内緒", TOKEN, *filter(None, tokens)):
        assert secret not in text
