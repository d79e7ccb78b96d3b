"""When a notice waits, for whom, and that it is said once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.data_balance import DataBalance
from helpdesk.domain.line_sending import CallKind, Outcome
from helpdesk.domain.notices import QuietHours
from helpdesk.services.line_delivery import Call, NotYet
from helpdesk.services.sample_world import line_user_id
from helpdesk.services.turns import Answer, BotMessage
from tests.fakes import FakeClock, japan
from tests.services.carrier_talk import set_balance
from tests.services.line_talk import accept as accept_events
from tests.services.line_talk import answer, judge, look, next_call, next_turn, words
from tests.services.line_talk import text as line_text
from tests.services.notice_talk import (
    BILL,
    EXPIRING,
    LOW,
    on_carrier,
    say,
    states,
    tell,
)

HIRO_LOW = [("hiro", "low_data")]
NEVER = QuietHours(time(0), time(0))


@pytest.fixture
def hiro(helpdesk: Helpdesk) -> str:
    """Has nothing left, and wants to be told."""
    helpdesk.notices.choose("hiro", LOW, is_on=True)
    return "hiro"


# --- Quiet hours --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (japan(2026, 11, 24, 20, 59, 59), HIRO_LOW),
        (japan(2026, 11, 24, 21), []),
        (japan(2026, 11, 25, 8, 59, 59), []),
        (japan(2026, 11, 25, 9), HIRO_LOW),
    ],
    ids=["before", "at the beginning", "before the end", "at the end"],
)
def test_nothing_is_said_in_the_quiet_hours(
    helpdesk: Helpdesk,
    clock: FakeClock,
    hiro: str,
    now: datetime,
    told: list[tuple[str, str]],
):
    clock.set(now)

    assert tell(helpdesk) == told


def test_bot_that_comes_late_keeps_the_quiet_hours(
    helpdesk: Helpdesk, clock: FakeClock, hiro: str
):
    clock.set(japan(2026, 11, 24, 20, 59, 59))
    helpdesk.notices.look_after()

    clock.set(japan(2026, 11, 24, 21))
    said = say(helpdesk, hiro)
    clock.set(japan(2026, 11, 25, 9))

    assert said is None
    assert tell(helpdesk) == HIRO_LOW


# --- Who speaks ---------------------------------------------------------------------


def test_nothing_is_said_while_somebody_waits_or_an_operator_speaks(
    helpdesk: Helpdesk, clock: FakeClock, hiro: str
):
    helpdesk.handoffs.request(hiro, "request")
    told = [tell(helpdesk)]
    helpdesk.talks.claim(hiro, "op1")
    clock.set(japan(2026, 11, 24, 12))
    told.append(tell(helpdesk))
    helpdesk.talks.resolve(hiro, "op1")
    answer(helpdesk, "ここからは自動応答です。", customer=hiro)
    clock.set(japan(2026, 11, 24, 12, 9, 59))
    told.append(tell(helpdesk))
    clock.set(japan(2026, 11, 24, 12, 10))
    told.append(tell(helpdesk))

    assert told == [[], [], [], HIRO_LOW]


def test_operator_who_takes_over_meanwhile_holds_it_back(
    helpdesk: Helpdesk, clock: FakeClock, hiro: str
):
    helpdesk.notices.look_after()
    turn = next_turn(helpdesk, hiro)
    helpdesk.handoffs.request(hiro, "request")
    helpdesk.talks.claim(hiro, "op1")
    # The bot's answer comes too late: it is dropped, and the notice is not lost.
    assert helpdesk.notices.news(hiro, 1) is not None
    helpdesk.conversations.answer(turn, Answer([BotMessage("残り")], None))
    assert states(helpdesk) == [("low_data:hiro:hiro.1:2026-11:1", "in_inbox")]

    told = tell(helpdesk)
    helpdesk.talks.resolve(hiro, "op1")
    answer(helpdesk, "ここからは自動応答です。", customer=hiro)
    clock.forward(minutes=30)
    told += tell(helpdesk)

    assert told == HIRO_LOW


@pytest.mark.parametrize(
    ("minutes", "told"), [(9.99, []), (10, HIRO_LOW)], ids=["before", "at"]
)
@pytest.mark.parametrize("awaits", ["order_place", None], ids=["asked", "talked"])
def test_a_talk_is_not_interrupted(
    helpdesk: Helpdesk,
    clock: FakeClock,
    hiro: str,
    awaits: str | None,
    minutes: float,
    told: list[tuple[str, str]],
):
    helpdesk.conversations.accept_text(hiro, "連携っていつからできますか", "c1")
    while_waiting = tell(helpdesk)
    answer(helpdesk, "どちらで？", customer=hiro, awaits=awaits)

    clock.forward(minutes=minutes)

    assert while_waiting == []
    assert tell(helpdesk) == told


# --- How many -----------------------------------------------------------------------


def test_one_a_day_besides_bills(helpdesk: Helpdesk, clock: FakeClock):
    for kind in (LOW, EXPIRING, BILL):
        helpdesk.notices.choose("yuki", kind, is_on=True)
    clock.set(japan(2026, 12, 29, 10))
    helpdesk.carrier.usage("yuki.1")
    set_balance(helpdesk, "yuki.1", DataBalance(carried=550))

    told = [tell(helpdesk)]
    clock.set(japan(2026, 12, 29, 20))
    told.append(tell(helpdesk))
    clock.set(japan(2026, 12, 30, 8, 59))
    told.append(tell(helpdesk))
    clock.set(japan(2026, 12, 30, 9))
    told.append(tell(helpdesk))

    assert told == [[("yuki", "low_data")], [], [], [("yuki", "expiring")]]


def test_bills_come_besides_the_one_of_the_day(helpdesk: Helpdesk, clock: FakeClock):
    for kind in (LOW, BILL):
        helpdesk.notices.choose("yuki", kind, is_on=True)
    clock.set(japan(2026, 12, 3, 9))
    helpdesk.carrier.usage("yuki.1")
    set_balance(helpdesk, "yuki.1", DataBalance(basic=100))

    told = tell(helpdesk)
    clock.forward(minutes=10)
    told += tell(helpdesk)

    assert sorted(told) == [("yuki", "bill_fixed"), ("yuki", "low_data")]


# --- Once ---------------------------------------------------------------------------


def test_two_processes_send_once(helpdesk: Helpdesk, hiro: str):
    other = on_carrier(helpdesk)

    woken = [*helpdesk.notices.look_after().customers, *other.look_after().customers]

    assert woken == [hiro]
    assert states(helpdesk) == [("low_data:hiro:hiro.1:2026-11:1", "in_inbox")]


def test_restart_between_the_steps_sends_once(
    helpdesk: Helpdesk, clock: FakeClock, hiro: str
):
    helpdesk.notices.look_after()
    # The process ends after the bot was asked; it is asked again with the same event.
    assert helpdesk.notices.news(hiro, 1) is not None

    told = say(helpdesk, hiro, on_carrier(helpdesk))
    clock.forward(hours=2)

    assert told is not None
    assert tell(helpdesk) == []
    assert states(helpdesk) == [("low_data:hiro:hiro.1:2026-11:1", "sent")]


def test_what_was_said_is_counted_once(helpdesk: Helpdesk, clock: FakeClock, hiro: str):
    tell(helpdesk)
    clock.forward(minutes=1)

    sent = [helpdesk.notices.look_after().sent for _ in range(2)]

    assert sent == [{LOW: 1}, {}]


def test_bot_that_fails_is_asked_a_few_times(
    helpdesk: Helpdesk, clock: FakeClock, hiro: str
):
    asked = 0
    for _ in range(10):
        if hiro in helpdesk.notices.look_after().customers:
            asked += 1
            # The action has failed: the bot is sorry, and tells nothing.
            answer(helpdesk, "申し訳ありません。", customer=hiro)
        clock.forward(minutes=20)

    assert asked == 5
    assert states(helpdesk) == [("low_data:hiro:hiro.1:2026-11:1", "dropped")]


def test_notice_of_somebody_else_is_not_told(helpdesk: Helpdesk, hiro: str):
    helpdesk.notices.look_after()

    assert helpdesk.notices.news("yuki", 1) is None
    assert helpdesk.notices.news(hiro, 2) is None


# --- On LINE ------------------------------------------------------------------------


@pytest.fixture
def hiro_on_line(helpdesk: Helpdesk, clock: FakeClock) -> str:
    """Wrote on LINE an hour ago, and wants to be told."""
    on_line(helpdesk, clock)
    helpdesk.notices.choose("hiro", LOW, is_on=True)
    return "hiro"


def on_line(helpdesk: Helpdesk, clock: FakeClock) -> None:
    writes(helpdesk, clock, "e0")
    answer(helpdesk, "はい", customer="hiro")
    judge(helpdesk, next_call(helpdesk, "hiro"), Outcome.ACCEPTED)
    clock.forward(hours=1)


def writes(helpdesk: Helpdesk, clock: FakeClock, event: str) -> None:
    user, now = line_user_id("hiro"), clock()
    accept_events(
        helpdesk, line_text(event, user=user, sent_at=now, since=now, reply_token=event)
    )


def test_notice_on_line_is_a_push(helpdesk: Helpdesk, hiro_on_line: str):
    told = tell(helpdesk)
    call = next_call(helpdesk, hiro_on_line)

    assert told == HIRO_LOW
    assert (call.kind, words(call)) == (CallKind.PUSH, ["low_data"])


def test_without_pushes_it_goes_out_with_the_next_reply(
    helpdesk: Helpdesk, clock: FakeClock, hiro_on_line: str
):
    notices = on_carrier(helpdesk, pushes=0)
    told = [tell(helpdesk, notices)]
    clock.forward(hours=2)
    told.append(tell(helpdesk, notices))
    held = look(helpdesk, hiro_on_line)

    writes(helpdesk, clock, "e1")
    answer(helpdesk, "こたえ", customer=hiro_on_line)
    # The answer waits for what joins it, and both use one reply token.
    waiting = look(helpdesk, hiro_on_line)
    said = say(helpdesk, hiro_on_line)
    call = next_call(helpdesk, hiro_on_line)

    assert (told, held) == ([[], []], None)
    assert isinstance(waiting, NotYet)
    assert said is not None
    assert (call.kind, words(call)) == (CallKind.REPLY, ["こたえ", "low_data"])


def test_answer_does_not_wait_long_for_what_joins_it(
    helpdesk: Helpdesk, clock: FakeClock, hiro_on_line: str
):
    tell(helpdesk, on_carrier(helpdesk, pushes=0))
    writes(helpdesk, clock, "e1")
    answer(helpdesk, "こたえ", customer=hiro_on_line)

    clock.forward(seconds=5)
    waiting = look(helpdesk, hiro_on_line)
    clock.forward(seconds=1)

    assert isinstance(waiting, NotYet)
    assert isinstance(look(helpdesk, hiro_on_line), Call)


@pytest.mark.parametrize("why", ["question", "quiet", "stopped", "news"])
def test_it_joins_no_reply_that_it_would_disturb(
    helpdesk: Helpdesk, clock: FakeClock, hiro_on_line: str, why: str
):
    tell(helpdesk, on_carrier(helpdesk, pushes=0))
    if why == "quiet":
        clock.set(japan(2026, 11, 24, 21))
    if why == "stopped":
        helpdesk.notices.choose("hiro", LOW, is_on=False)
    if why == "news":
        with helpdesk.database.writing() as unit:
            payload = "/EXTERNAL_gift_ended"
            unit.inbox.accept("hiro", "news", None, payload, clock())
    else:
        writes(helpdesk, clock, "e1")

    awaits = "order_place" if why == "question" else None
    answer(helpdesk, "こたえ", customer=hiro_on_line, awaits=awaits)

    assert helpdesk.conversations.next_turn(hiro_on_line) is None


def test_budget_is_counted_by_the_month_in_japan(
    helpdesk: Helpdesk, clock: FakeClock, hiro_on_line: str
):
    notices = on_carrier(helpdesk, pushes=1, quiet=NEVER)
    told = [tell(helpdesk, notices)]
    judge(helpdesk, next_call(helpdesk, hiro_on_line), Outcome.ACCEPTED)
    # A reminder after it: the month's push is used up until the month is over.
    helpdesk.linking.unlink("hiro", helpdesk.linking.links_of("hiro")[0][0].id)
    helpdesk.notices.remind("hiro", day=date(2026, 11, 30), subscription=None)
    for moment in (
        japan(2026, 11, 30, 12),
        japan(2026, 11, 30, 23, 59, 59),
        japan(2026, 12, 1, 1),
    ):
        clock.set(moment)
        told.append(tell(helpdesk, notices))

    assert told == [HIRO_LOW, [], [], [("hiro", "linking_open")]]


def test_held_pushes_hold_notices(
    helpdesk: Helpdesk, clock: FakeClock, hiro_on_line: str
):
    helpdesk.line_delivery.note_limit(reached=True)
    told = [tell(helpdesk)]
    helpdesk.line_delivery.note_limit(reached=False)
    clock.forward(hours=1)
    told.append(tell(helpdesk))

    assert told == [[], HIRO_LOW]


def test_what_is_held_too_long_is_dropped(
    helpdesk: Helpdesk, clock: FakeClock, hiro_on_line: str
):
    notices = on_carrier(helpdesk, pushes=0)
    tell(helpdesk, notices)

    clock.set(japan(2026, 12, 1, 0))
    tell(helpdesk, notices)
    dropped = states(helpdesk)
    clock.set(japan(2026, 12, 1, 10))
    writes(helpdesk, clock, "e1")
    answer(helpdesk, "こたえ", customer=hiro_on_line)

    assert dropped == [("low_data:hiro:hiro.1:2026-11:1", "dropped")]
    assert helpdesk.conversations.next_turn(hiro_on_line) is None


def test_who_blocks_us_is_not_told(
    helpdesk: Helpdesk, clock: FakeClock, hiro_on_line: str
):
    with helpdesk.database.writing() as unit:
        unit.line_accounts.set_friend("hiro", is_friend=False, since=clock())
    told = [tell(helpdesk)]
    with helpdesk.database.writing() as unit:
        later = clock() + timedelta(seconds=1)
        unit.line_accounts.set_friend("hiro", is_friend=True, since=later)
    clock.forward(hours=1)
    told.append(tell(helpdesk))

    assert told == [[], HIRO_LOW]


def test_stop_button_is_obeyed_for_ever(
    helpdesk: Helpdesk, clock: FakeClock, inbox: Callable[[str], list[str | None]]
):
    stop = '/EXTERNAL_notice_chosen{"notice": "low_data", "is_on": "off"}'
    helpdesk.conversations.accept_text("hiro", "こんにちは", "c1")
    buttons = [("このお知らせを止める", stop)]
    helpdesk.conversations.answer(
        next_turn(helpdesk, "hiro"), Answer([BotMessage("残り", buttons)], None)
    )
    (button,) = helpdesk.conversations.messages("hiro")[-1].buttons

    clock.forward(days=60)
    helpdesk.conversations.accept_button("hiro", button.id, "c2")

    assert inbox("hiro") == [stop]
