"""Reply tokens: which one carries what is said, and for how long."""

from __future__ import annotations

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.line_sending import CallKind, CallState, Outcome
from helpdesk.storage import line_tables
from tests.fakes import FakeClock
from tests.services.conftest import Rows
from tests.services.line_talk import (
    accept,
    ago,
    calls_in_turn,
    event,
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


def token(helpdesk: Helpdesk, event_id: str = "e1") -> None:
    accept(helpdesk, text(event_id, reply_token=f"token of {event_id}"))


# --- Which token ----------------------------------------------------------------------


def test_oldest_living_token_goes_first(helpdesk: Helpdesk, clock: FakeClock):
    for event_id in ("e1", "e2", "e3"):
        accept(helpdesk, text(event_id, reply_token=f"token of {event_id}"))
        clock.forward(seconds=14)
    say(helpdesk, *(f"{n}" for n in range(11)))

    calls = calls_in_turn(helpdesk, lambda _: 1)

    # The first is 42 seconds old, too old to begin with.
    assert [call.reply_token for call in calls] == ["token of e2", "token of e3", None]


@pytest.mark.parametrize(
    ("age", "kind"),
    [
        pytest.param(29.9, CallKind.REPLY, id="before"),
        pytest.param(30, CallKind.PUSH, id="at"),
        pytest.param(30.1, CallKind.PUSH, id="after"),
    ],
)
def test_reply_is_begun_within_thirty_seconds(
    helpdesk: Helpdesk, clock: FakeClock, age: float, kind: CallKind
):
    accept(helpdesk, text("e1", reply_token="token"))
    say(helpdesk, "はい")
    clock.forward(seconds=age)

    assert next_call(helpdesk).kind is kind


def test_redelivery_gives_an_unused_token_a_new_life(
    helpdesk: Helpdesk, clock: FakeClock
):
    accept(helpdesk, text("e1", reply_token="old"))
    clock.forward(minutes=5)
    accept(helpdesk, text("e1", reply_token="new"))
    say(helpdesk, "はい")

    assert next_call(helpdesk).reply_token == "new"


def test_redelivery_before_the_event_is_sorted_gives_its_token(
    helpdesk: Helpdesk, clock: FakeClock
):
    helpdesk.line_events.store([text("e1", reply_token="old")])
    clock.forward(minutes=5)
    accept(helpdesk, text("e1", reply_token="new"))
    say(helpdesk, "はい")

    assert next_call(helpdesk).reply_token == "new"


def test_token_of_an_event_that_is_not_sorted_carries_nothing(helpdesk: Helpdesk):
    helpdesk.line_events.store([text("e1", reply_token="token")])
    say(helpdesk, "はい")

    assert next_call(helpdesk).kind is CallKind.PUSH


def test_redelivery_gives_no_life_to_a_used_token(
    helpdesk: Helpdesk, clock: FakeClock, rows: Rows
):
    accept(helpdesk, text("e1", reply_token="old"))
    say(helpdesk, "一")
    judge(helpdesk, next_call(helpdesk), Outcome.ACCEPTED)
    before = rows(line_tables.line_events)
    clock.forward(minutes=5)

    accept(helpdesk, text("e1", reply_token="old"))
    say(helpdesk, "二")

    assert rows(line_tables.line_events) == before
    assert next_call(helpdesk).kind is CallKind.PUSH


@pytest.mark.parametrize(
    ("minutes", "kind"),
    [(18.99, CallKind.REPLY), (19, CallKind.PUSH), (19.01, CallKind.PUSH)],
    ids=["before", "at", "after"],
)
def test_redelivered_token_is_good_for_nineteen_minutes(
    helpdesk: Helpdesk, clock: FakeClock, minutes: float, kind: CallKind
):
    accept(helpdesk, text("e1", reply_token="token"))
    clock.forward(minutes=minutes)
    accept(helpdesk, text("e1", reply_token="token"))
    say(helpdesk, "はい")

    assert next_call(helpdesk).kind is kind


def test_token_of_any_kind_of_event_carries_lines(helpdesk: Helpdesk):
    accept(helpdesk, event("membership", "e1", reply_token="token"))
    say(helpdesk, "はい")

    assert next_call(helpdesk).reply_token == "token"


def test_reply_token_is_stored_encrypted(helpdesk: Helpdesk, rows: Rows):
    accept(helpdesk, text("e1", reply_token="token"))

    _, stored = rows(line_tables.line_events)
    assert helpdesk.cipher.decrypt(stored["reply_token"]) == "token"
    assert stored["reply_token"] != "token"


# --- Tokens that are no good ----------------------------------------------------------


def test_refused_reply_becomes_a_push_of_its_own(helpdesk: Helpdesk):
    token(helpdesk)
    say(helpdesk, "一", "二")
    reply = next_call(helpdesk)

    state = judge(helpdesk, reply, Outcome.REFUSED)
    push = next_call(helpdesk)

    assert state is CallState.REPLACED
    assert (push.kind, push.reply_token, words(push)) == (
        CallKind.PUSH,
        None,
        ["一", "二"],
    )
    assert push.id != reply.id


def test_refused_reply_is_carried_by_the_next_token(helpdesk: Helpdesk):
    token(helpdesk, "e1")
    token(helpdesk, "e2")
    say(helpdesk, "一")

    tokens = []
    for _ in range(2):
        call = next_call(helpdesk)
        tokens.append(call.reply_token)
        judge(helpdesk, call, Outcome.REFUSED)

    assert tokens == ["token of e1", "token of e2"]
    assert next_call(helpdesk).kind is CallKind.PUSH


def test_push_after_a_reply_says_what_was_added_meanwhile(helpdesk: Helpdesk):
    token(helpdesk)
    say(helpdesk, "一")
    reply = next_call(helpdesk)
    say(helpdesk, "二")
    judge(helpdesk, reply, Outcome.REFUSED)

    assert words(next_call(helpdesk)) == ["一", "二"]


def test_reply_that_is_refused_after_a_doubt_was_said(
    helpdesk: Helpdesk, clock: FakeClock
):
    token(helpdesk)
    say(helpdesk, "一")
    judge(helpdesk, next_call(helpdesk), Outcome.UNKNOWN)
    clock.forward(seconds=0.5)

    assert judge(helpdesk, next_call(helpdesk), Outcome.REFUSED) is CallState.SENT
    assert look(helpdesk) is None


@pytest.mark.parametrize(
    ("age", "state"),
    [
        pytest.param(56.9, CallState.SENT, id="before"),
        pytest.param(57, CallState.REPLACED, id="at"),
        pytest.param(57.1, CallState.REPLACED, id="after"),
    ],
)
def test_doubt_about_a_reply_ends_with_its_token(
    helpdesk: Helpdesk, clock: FakeClock, age: float, state: CallState
):
    token(helpdesk)
    say(helpdesk, "一")
    judge(helpdesk, next_call(helpdesk), Outcome.UNKNOWN)
    clock.forward(seconds=age)

    assert judge(helpdesk, next_call(helpdesk), Outcome.REFUSED) is state


@pytest.mark.parametrize(
    "outcome", [Outcome.BUSY, Outcome.UNAUTHORIZED, Outcome.OVER_LIMIT], ids=str
)
def test_reply_that_was_never_made_becomes_a_push(
    helpdesk: Helpdesk, clock: FakeClock, outcome: Outcome
):
    token(helpdesk)
    say(helpdesk, "一")
    judge(helpdesk, next_call(helpdesk), outcome)
    clock.forward(minutes=1)

    assert judge(helpdesk, next_call(helpdesk), outcome) is CallState.REPLACED
    assert next_call(helpdesk).kind is CallKind.PUSH


# --- Redeliveries of what was not delivered -------------------------------------------


def redelivered(helpdesk: Helpdesk, minutes: float) -> None:
    """An event that LINE could deliver only now, so long after it."""
    at = ago(minutes=minutes)
    accept(helpdesk, text("e1", sent_at=at, since=at, reply_token="token"))


@pytest.mark.parametrize(
    ("minutes", "kind"),
    [(18.99, CallKind.REPLY), (19, CallKind.PUSH), (25, CallKind.PUSH)],
    ids=["before", "at", "after"],
)
def test_token_of_an_event_dies_however_late_it_comes(
    helpdesk: Helpdesk, minutes: float, kind: CallKind
):
    redelivered(helpdesk, minutes)
    say(helpdesk, "一")

    assert next_call(helpdesk).kind is kind


def test_line_is_not_lost_by_the_token_of_an_old_event(
    helpdesk: Helpdesk, clock: FakeClock
):
    redelivered(helpdesk, minutes=18.99)
    say(helpdesk, "一")
    judge(helpdesk, next_call(helpdesk), Outcome.UNKNOWN)
    clock.forward(seconds=1)

    assert judge(helpdesk, next_call(helpdesk), Outcome.REFUSED) is CallState.REPLACED
    assert words(next_call(helpdesk)) == ["一"]
