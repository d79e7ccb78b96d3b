"""What goes out to LINE when we crash, or pushes are used up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.line_sending import CallKind, CallState, Doubt, Outcome
from helpdesk.storage import line_tables
from tests.fakes import FakeClock
from tests.services.conftest import Rows
from tests.services.line_talk import (
    accept,
    judge,
    look,
    next_call,
    say,
    text,
    words,
)

Audit = Callable[[], list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def _eita_is_on_line(helpdesk: Helpdesk) -> None:
    """Wrote long ago, without a reply token."""
    accept(helpdesk, text("e0"))


def token(helpdesk: Helpdesk, event_id: str = "e1") -> None:
    accept(helpdesk, text(event_id, reply_token=f"token of {event_id}"))


# --- Crashes --------------------------------------------------------------------------


@pytest.mark.parametrize("is_reply", [True, False], ids=["reply", "push"])
def test_call_that_crashed_is_made_again_as_it_was(
    helpdesk: Helpdesk, clock: FakeClock, is_reply: bool
):
    if is_reply:
        token(helpdesk)
    say(helpdesk, "一", "二")
    before = next_call(helpdesk)
    clock.forward(seconds=20)

    again = next_call(helpdesk)
    verdict = helpdesk.line_delivery.judge(again, Outcome.BUSY)

    assert again == before
    assert verdict is not None
    assert (verdict.state, verdict.doubt) == (CallState.OPEN, Doubt.CRASHED)


def test_call_that_crashed_says_what_it_said(helpdesk: Helpdesk, clock: FakeClock):
    say(helpdesk, "一")
    before = next_call(helpdesk)
    say(helpdesk, "二")
    token(helpdesk)

    again = next_call(helpdesk)

    assert (again.id, again.kind, words(again), again.has_more) == (
        before.id,
        CallKind.PUSH,
        ["一"],
        False,
    )


def test_crash_stays_in_mind(helpdesk: Helpdesk, clock: FakeClock):
    token(helpdesk)
    say(helpdesk, "一")
    next_call(helpdesk)
    doubts = []
    for outcome in (Outcome.BUSY, Outcome.UNKNOWN, Outcome.REFUSED):
        verdict = helpdesk.line_delivery.judge(next_call(helpdesk), outcome)
        doubts.append(verdict and (verdict.state, verdict.doubt))
        clock.forward(seconds=8)

    assert doubts == [
        (CallState.OPEN, Doubt.CRASHED),
        (CallState.OPEN, Doubt.CRASHED),
        (CallState.SENT, Doubt.CRASHED),
    ]


def test_reply_that_crashed_and_is_too_old_is_not_said_twice(
    helpdesk: Helpdesk, clock: FakeClock
):
    token(helpdesk)
    say(helpdesk, "一")
    next_call(helpdesk)
    clock.forward(minutes=1)

    assert judge(helpdesk, next_call(helpdesk), Outcome.REFUSED) is CallState.UNCERTAIN
    assert look(helpdesk) is None


def test_reply_that_crashed_is_not_said_twice_because_line_is_busy(
    helpdesk: Helpdesk, clock: FakeClock
):
    token(helpdesk)
    say(helpdesk, "一")
    next_call(helpdesk)
    clock.forward(minutes=1)

    assert judge(helpdesk, next_call(helpdesk), Outcome.BUSY) is CallState.UNCERTAIN
    assert look(helpdesk) is None


@pytest.mark.parametrize("crashes", [True, False], ids=["crashed", "unknown"])
@pytest.mark.parametrize(
    "hours",
    [
        pytest.param(22.99, id="before"),
        pytest.param(23, id="at"),
        pytest.param(25, id="after"),
    ],
)
def test_push_is_not_made_again_when_line_has_forgotten_its_key(
    helpdesk: Helpdesk, clock: FakeClock, rows: Rows, hours: float, crashes: bool
):
    say(helpdesk, "一")
    call = next_call(helpdesk)
    if not crashes:
        judge(helpdesk, call, Outcome.UNKNOWN)
    clock.forward(hours=hours)

    again = look(helpdesk)

    states = [row["state"] for row in rows(line_tables.line_calls)]
    assert (again, states) == ((call, ["open"]) if hours < 23 else (None, ["failed"]))


def test_lines_after_a_push_that_was_given_up_are_pushed_alone(
    helpdesk: Helpdesk, clock: FakeClock
):
    say(helpdesk, "一")
    given_up = next_call(helpdesk)
    say(helpdesk, "二")
    clock.forward(hours=23)

    call = next_call(helpdesk)

    assert (words(call), call.id == given_up.id) == (["二"], False)


def test_push_in_doubt_keeps_its_key_over_the_limit(
    helpdesk: Helpdesk, clock: FakeClock
):
    say(helpdesk, "一")
    call = next_call(helpdesk)
    judge(helpdesk, call, Outcome.UNKNOWN)
    clock.forward(seconds=1)

    state = judge(helpdesk, next_call(helpdesk), Outcome.OVER_LIMIT)
    clock.forward(seconds=1)

    assert (state, look(helpdesk)) == (CallState.OPEN, call)


# --- The month's pushes ---------------------------------------------------------------


def test_nothing_is_pushed_when_it_may_not(helpdesk: Helpdesk, rows: Rows):
    say(helpdesk, "一")

    assert (look(helpdesk, may_push=False), rows(line_tables.line_calls)) == (None, [])


def test_reply_is_made_when_nothing_may_be_pushed(helpdesk: Helpdesk):
    token(helpdesk)
    say(helpdesk, "一")

    assert next_call(helpdesk, may_push=False).kind is CallKind.REPLY


def test_push_that_was_begun_is_made_again_when_none_may_be(helpdesk: Helpdesk):
    say(helpdesk, "一")
    call = next_call(helpdesk)

    assert look(helpdesk, may_push=False) == call


def test_held_lines_wait_for_the_next_token(helpdesk: Helpdesk):
    say(helpdesk, "一")
    push = next_call(helpdesk)
    held = judge(helpdesk, push, Outcome.OVER_LIMIT)
    waiting = look(helpdesk, may_push=False)
    say(helpdesk, "二")
    token(helpdesk)

    reply = next_call(helpdesk, may_push=False)

    assert (held, waiting) == (CallState.HELD, None)
    assert (reply.kind, words(reply)) == (CallKind.REPLY, ["一", "二"])
    assert reply.id != push.id


def test_held_lines_are_pushed_anew_when_they_may_be(helpdesk: Helpdesk):
    say(helpdesk, "一")
    push = next_call(helpdesk)
    judge(helpdesk, push, Outcome.OVER_LIMIT)

    again = next_call(helpdesk)

    assert (again.kind, words(again), again.id == push.id) == (
        CallKind.PUSH,
        ["一"],
        False,
    )


def test_more_held_lines_than_a_reply_carries_wait_on(helpdesk: Helpdesk):
    say(helpdesk, *(f"{n}" for n in range(7)))
    judge(helpdesk, next_call(helpdesk), Outcome.OVER_LIMIT)
    token(helpdesk)
    judge(helpdesk, next_call(helpdesk, may_push=False), Outcome.ACCEPTED)

    waiting = look(helpdesk, may_push=False)
    token(helpdesk, "e2")

    assert (waiting, words(next_call(helpdesk, may_push=False))) == (None, ["5", "6"])


@pytest.mark.parametrize(
    ("reached", "action"),
    [(True, "push_limit_reached"), (False, "push_limit_lifted")],
    ids=["reached", "lifted"],
)
def test_limit_is_noted_for_the_staff(
    helpdesk: Helpdesk, audit: Audit, reached: bool, action: str
):
    helpdesk.line_delivery.note_limit(reached=reached)

    assert audit() == [("line", action, "push", {})]
