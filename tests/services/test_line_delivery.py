"""What goes out to LINE, call by call: what it says, and what came of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.line_sending import CallKind, CallState, Doubt, Outcome, Verdict
from helpdesk.services.line_delivery import Call, NotYet
from helpdesk.services.ports import Message
from helpdesk.storage import line_tables
from tests.fakes import NOW, FakeClock
from tests.services.conftest import Rows
from tests.services.line_talk import (
    AIKO,
    EITA,
    accept,
    answer,
    calls_in_turn,
    judge,
    look,
    next_call,
    say,
    text,
    words,
)


@pytest.fixture(autouse=True)
def _eita_is_on_line(helpdesk: Helpdesk) -> None:
    """Wrote long ago, without a reply token."""
    accept(helpdesk, text("e0"))


# --- A call ---------------------------------------------------------------------------


def test_push_names_the_user_and_no_token(helpdesk: Helpdesk):
    (line,) = say(helpdesk, "はい")

    call = next_call(helpdesk)

    expected = [Message(line, "bot", "はい", NOW)]
    assert call == Call(call.id, "eita", CallKind.PUSH, EITA, None, expected, False)


def test_reply_names_its_token(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", reply_token="token of e1"))
    (line,) = say(helpdesk, "はい")

    call = next_call(helpdesk)

    expected = [Message(line, "bot", "はい", NOW)]
    assert call == Call(
        call.id, "eita", CallKind.REPLY, EITA, "token of e1", expected, False
    )


@pytest.mark.parametrize("author", ["bot", "system", "operator"])
def test_all_but_the_customers_own_lines_are_sent(helpdesk: Helpdesk, author: str):
    say(helpdesk, "こんにちは", author="customer")
    say(helpdesk, "お知らせ", author=author)

    assert words(next_call(helpdesk)) == ["お知らせ"]


def test_buttons_travel_with_their_line(helpdesk: Helpdesk):
    answer(helpdesk, "はい")

    assert next_call(helpdesk).lines == helpdesk.conversations.messages("eita")[1:]


def test_customers_have_calls_of_their_own(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", user=AIKO, reply_token="token of aiko"))
    say(helpdesk, "一")
    say(helpdesk, "二", customer="aiko")

    calls = [next_call(helpdesk, customer) for customer in ("eita", "aiko")]

    assert [(words(call), call.reply_token, call.user_id) for call in calls] == [
        (["一"], None, EITA),
        (["二"], "token of aiko", AIKO),
    ]


@pytest.mark.parametrize("customer", ["eita", "web-nobody", "stranger"])
def test_nothing_to_say_is_no_call(helpdesk: Helpdesk, stranger: str, customer: str):
    customer = stranger if customer == "stranger" else customer

    assert look(helpdesk, customer) is None


def test_customer_without_an_account_is_not_sent_to(helpdesk: Helpdesk, stranger: str):
    say(helpdesk, "はい", customer=stranger)

    assert look(helpdesk, customer=stranger) is None


@pytest.mark.parametrize(
    ("messages", "sizes"),
    [
        pytest.param([1, 1, 1], [3], id="few"),
        pytest.param([1] * 5, [5], id="five"),
        pytest.param([1] * 6, [5, 1], id="six"),
        pytest.param([2, 2, 1, 1], [3, 1], id="five in three lines"),
        pytest.param([3, 3, 3], [1, 1, 1], id="no two fit"),
        pytest.param([1, 5, 1], [1, 1, 1], id="a full one between"),
        pytest.param([9, 1], [1, 1], id="one that never fits"),
        pytest.param([1, 9, 1], [1, 1, 1], id="one that never fits between"),
        pytest.param([0, 0, 5, 0, 1], [4, 1], id="some say nothing"),
        pytest.param([1] * 23, [5, 5, 5, 5, 3], id="many"),
        pytest.param([0] * 23, [20, 3], id="many say nothing"),
    ],
)
def test_calls_take_up_to_five_messages(
    helpdesk: Helpdesk, messages: list[int], sizes: list[int]
):
    lines = say(helpdesk, *(f"{n}" for n in range(len(messages))))
    size_of = dict(zip(lines, messages, strict=True))

    calls = calls_in_turn(helpdesk, lambda line: size_of[line.id])

    assert [len(call.lines) for call in calls] == sizes
    assert [line.id for call in calls for line in call.lines] == lines
    assert len({call.id for call in calls}) == len(calls)


def test_call_says_that_more_follows(helpdesk: Helpdesk):
    say(helpdesk, *(f"{n}" for n in range(6)))

    calls = calls_in_turn(helpdesk, lambda _: 1)

    assert [call.has_more for call in calls] == [True, False]


# --- What came of it ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        pytest.param(Outcome.ACCEPTED, CallState.SENT, id="sent"),
        pytest.param(Outcome.REFUSED, CallState.FAILED, id="failed"),
    ],
)
def test_settled_push_is_followed_by_the_next_lines(
    helpdesk: Helpdesk, rows: Rows, outcome: Outcome, state: CallState
):
    say(helpdesk, "一")
    call = next_call(helpdesk)

    judged = judge(helpdesk, call, outcome)

    (stored,) = rows(line_tables.line_calls)
    assert (judged, stored["state"], stored["finished_at"]) == (state, state.value, NOW)
    assert look(helpdesk) is None
    say(helpdesk, "二")
    assert words(next_call(helpdesk)) == ["二"]


def test_call_is_judged_once(helpdesk: Helpdesk):
    say(helpdesk, "一")
    call = next_call(helpdesk)

    states = [judge(helpdesk, call, Outcome.ACCEPTED) for _ in range(2)]

    assert states == [CallState.SENT, None]


def test_late_verdict_does_not_touch_the_next_call(helpdesk: Helpdesk):
    say(helpdesk, "一")
    first = next_call(helpdesk)
    judge(helpdesk, first, Outcome.ACCEPTED)
    say(helpdesk, "二")
    second = next_call(helpdesk)

    assert judge(helpdesk, first, Outcome.REFUSED) is None
    assert judge(helpdesk, second, Outcome.ACCEPTED) is CallState.SENT


@pytest.mark.parametrize("is_reply", [True, False], ids=["reply", "push"])
def test_unknown_outcome_is_tried_again_after_a_pause(
    helpdesk: Helpdesk, clock: FakeClock, is_reply: bool
):
    if is_reply:
        accept(helpdesk, text("e1", reply_token="token"))
    say(helpdesk, "はい")
    call = next_call(helpdesk)

    verdict = helpdesk.line_delivery.judge(call, Outcome.UNKNOWN)

    until = NOW + timedelta(seconds=0.5)
    assert verdict == Verdict(CallState.OPEN, Doubt.FAILED, timedelta(seconds=0.5))
    assert look(helpdesk) == NotYet(until)
    clock.set(until - timedelta(microseconds=1))
    assert look(helpdesk) == NotYet(until)
    clock.set(until)
    assert look(helpdesk) == call


def test_pauses_grow_with_the_attempts(helpdesk: Helpdesk, clock: FakeClock):
    say(helpdesk, "はい")
    pauses = []

    for _ in range(9):
        verdict = helpdesk.line_delivery.judge(next_call(helpdesk), Outcome.BUSY)
        pauses.append(verdict.pause.total_seconds() if verdict else None)
        clock.forward(minutes=1)

    assert pauses == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize(
    ("hours", "state"),
    [(22.99, CallState.OPEN), (23, CallState.FAILED), (23.01, CallState.FAILED)],
    ids=["before", "at", "after"],
)
def test_push_is_given_up_after_twenty_three_hours(
    helpdesk: Helpdesk, clock: FakeClock, hours: float, state: CallState
):
    say(helpdesk, "はい")
    call = next_call(helpdesk)
    clock.forward(hours=hours)

    assert judge(helpdesk, call, Outcome.UNKNOWN) is state
