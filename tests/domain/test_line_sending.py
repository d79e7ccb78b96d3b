"""What an attempt's outcome means for a call to LINE."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.line_sending import (
    SETTLED,
    CallKind,
    CallState,
    CallStatus,
    Doubt,
    Outcome,
    Verdict,
    is_too_old,
    judge,
)
from tests.fakes import NOW

REPLY, PUSH = CallKind.REPLY, CallKind.PUSH
NONE, FAILED, CRASHED = Doubt.NONE, Doubt.FAILED, Doubt.CRASHED
ALIVE, DEAD = True, False
OPEN, SENT, REPLACED = CallState.OPEN, CallState.SENT, CallState.REPLACED
NOT_MADE = [Outcome.BUSY, Outcome.OVER_LIMIT, Outcome.UNAUTHORIZED]
Found = tuple[CallState, Doubt]


def status(
    kind: CallKind,
    *,
    doubt: Doubt = NONE,
    is_token_alive: bool = ALIVE,
    attempts: int = 1,
    begun_at: datetime = NOW,
) -> CallStatus:
    return CallStatus(kind, attempts, doubt, begun_at, is_token_alive)


def judged(call: CallStatus, outcome: Outcome, now: datetime = NOW) -> Found:
    verdict = judge(call, outcome, now)
    return verdict.state, verdict.doubt


# --- A reply: outcome × doubt × token -------------------------------------------------


@pytest.mark.parametrize("is_token_alive", [ALIVE, DEAD], ids=["alive", "dead"])
@pytest.mark.parametrize("doubt", Doubt, ids=str)
@pytest.mark.parametrize("kind", CallKind, ids=str)
def test_accepted_call_is_sent_whatever_was_before(
    kind: CallKind, doubt: Doubt, is_token_alive: bool
):
    call = status(kind, doubt=doubt, is_token_alive=is_token_alive)

    assert judged(call, Outcome.ACCEPTED) == (SENT, doubt)


@pytest.mark.parametrize(
    ("doubt", "outcome", "expected"),
    [
        pytest.param(NONE, Outcome.UNKNOWN, (OPEN, FAILED), id="first unknown"),
        pytest.param(FAILED, Outcome.UNKNOWN, (OPEN, FAILED), id="unknown again"),
        pytest.param(CRASHED, Outcome.UNKNOWN, (OPEN, CRASHED), id="after a crash"),
        pytest.param(NONE, Outcome.REFUSED, (REPLACED, NONE), id="no good at once"),
        pytest.param(FAILED, Outcome.REFUSED, (SENT, FAILED), id="used by the failed"),
        pytest.param(
            CRASHED, Outcome.REFUSED, (SENT, CRASHED), id="used by the crashed"
        ),
        *(
            pytest.param(doubt, outcome, (OPEN, doubt), id=f"{doubt} {outcome}")
            for doubt in Doubt
            for outcome in NOT_MADE
        ),
    ],
)
def test_reply_with_a_living_token(doubt: Doubt, outcome: Outcome, expected: Found):
    assert judged(status(REPLY, doubt=doubt), outcome) == expected


@pytest.mark.parametrize(
    ("doubt", "outcome", "expected"),
    [
        pytest.param(NONE, Outcome.UNKNOWN, (REPLACED, FAILED), id="too late to ask"),
        pytest.param(FAILED, Outcome.UNKNOWN, (REPLACED, FAILED), id="LINE was away"),
        pytest.param(NONE, Outcome.REFUSED, (REPLACED, NONE), id="too old"),
        pytest.param(FAILED, Outcome.REFUSED, (REPLACED, FAILED), id="hardly arrived"),
        *(
            pytest.param(doubt, outcome, (REPLACED, doubt), id=f"{doubt} {outcome}")
            for doubt in (NONE, FAILED)
            for outcome in NOT_MADE
        ),
        *(
            # It hardly did not arrive: it is not pushed on top of it.
            pytest.param(
                CRASHED, outcome, (CallState.UNCERTAIN, CRASHED), id=f"crash, {outcome}"
            )
            for outcome in (Outcome.UNKNOWN, Outcome.REFUSED, *NOT_MADE)
        ),
    ],
)
def test_reply_with_a_dead_token(doubt: Doubt, outcome: Outcome, expected: Found):
    call = status(REPLY, doubt=doubt, is_token_alive=DEAD)

    assert judged(call, outcome) == expected


# --- A push ---------------------------------------------------------------------------


@pytest.mark.parametrize("is_token_alive", [ALIVE, DEAD], ids=["alive", "dead"])
@pytest.mark.parametrize(
    ("doubt", "outcome", "expected"),
    [
        pytest.param(NONE, Outcome.UNKNOWN, (OPEN, FAILED), id="first unknown"),
        pytest.param(FAILED, Outcome.UNKNOWN, (OPEN, FAILED), id="unknown again"),
        pytest.param(CRASHED, Outcome.UNKNOWN, (OPEN, CRASHED), id="after a crash"),
        pytest.param(NONE, Outcome.OVER_LIMIT, (CallState.HELD, NONE), id="over limit"),
        *(
            # It may have used up the last one of the month: its key is kept.
            pytest.param(doubt, Outcome.OVER_LIMIT, (OPEN, doubt), id=f"{doubt}, limit")
            for doubt in (FAILED, CRASHED)
        ),
        *(
            pytest.param(doubt, outcome, (OPEN, doubt), id=f"{doubt} {outcome}")
            for doubt in Doubt
            for outcome in (Outcome.BUSY, Outcome.UNAUTHORIZED)
        ),
        *(
            pytest.param(
                doubt, Outcome.REFUSED, (CallState.FAILED, doubt), id=f"{doubt} refused"
            )
            for doubt in Doubt
        ),
    ],
)
def test_push(doubt: Doubt, outcome: Outcome, expected: Found, is_token_alive: bool):
    call = status(PUSH, doubt=doubt, is_token_alive=is_token_alive)

    assert judged(call, outcome) == expected


@pytest.mark.parametrize(
    "outcome", [Outcome.UNKNOWN, Outcome.BUSY, Outcome.UNAUTHORIZED], ids=str
)
@pytest.mark.parametrize(
    ("age", "expected"),
    [
        pytest.param(timedelta(hours=23, microseconds=-1), OPEN, id="before"),
        pytest.param(timedelta(hours=23), CallState.FAILED, id="at"),
        pytest.param(timedelta(hours=23, microseconds=1), CallState.FAILED, id="after"),
    ],
)
def test_push_is_given_up_before_line_forgets_its_key(
    age: timedelta, outcome: Outcome, expected: CallState
):
    verdict = judge(status(PUSH, attempts=1400), outcome, NOW + age)

    assert verdict.state == expected


@pytest.mark.parametrize(
    ("doubt", "outcome", "expected"),
    [
        pytest.param(NONE, Outcome.ACCEPTED, SENT, id="accepted"),
        pytest.param(NONE, Outcome.OVER_LIMIT, CallState.HELD, id="over limit"),
        pytest.param(FAILED, Outcome.OVER_LIMIT, CallState.FAILED, id="in doubt"),
    ],
)
def test_age_of_a_push_does_not_hide_what_came_of_it(
    doubt: Doubt, outcome: Outcome, expected: CallState
):
    call = status(PUSH, doubt=doubt)

    assert judge(call, outcome, NOW + timedelta(hours=24)).state == expected


@pytest.mark.parametrize(
    ("kind", "age", "expected"),
    [
        pytest.param(PUSH, timedelta(hours=23, microseconds=-1), False, id="before"),
        pytest.param(PUSH, timedelta(hours=23), True, id="at"),
        pytest.param(PUSH, timedelta(hours=23, microseconds=1), True, id="after"),
        pytest.param(REPLY, timedelta(days=9), False, id="reply"),
    ],
)
def test_push_is_too_old_after_twenty_three_hours(
    kind: CallKind, age: timedelta, expected: bool
):
    assert is_too_old(kind, NOW, NOW + age) is expected


def test_age_of_a_reply_is_that_of_its_token():
    verdict = judge(status(REPLY), Outcome.BUSY, NOW + timedelta(hours=24))

    assert verdict.state == OPEN


def test_settled_calls_are_said_and_the_others_are_not():
    assert (SETTLED, set(CallState) - SETTLED) == (
        {SENT, CallState.UNCERTAIN, CallState.FAILED},
        {OPEN, REPLACED, CallState.HELD},
    )


# --- Pauses ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "seconds"),
    [
        pytest.param(REPLY, [0.5, 1, 2, 4, 8, 8, 8], id="reply"),
        pytest.param(PUSH, [0.5, 1, 2, 4, 8, 16, 32, 60, 60], id="push"),
    ],
)
def test_pause_doubles_up_to_its_longest(kind: CallKind, seconds: list[float]):
    pauses = [
        judge(status(kind, attempts=attempts), Outcome.UNKNOWN, NOW).pause
        for attempts in range(1, len(seconds) + 1)
    ]

    assert pauses == [timedelta(seconds=each) for each in seconds]


@pytest.mark.parametrize(
    ("kind", "longest"), [(REPLY, 8), (PUSH, 60)], ids=["reply", "push"]
)
def test_pause_is_capped_after_any_number_of_attempts(kind: CallKind, longest: int):
    verdict = judge(status(kind, attempts=10**6), Outcome.BUSY, NOW)

    assert verdict == Verdict(OPEN, NONE, timedelta(seconds=longest))


def test_accepted_call_has_no_pause():
    verdict = judge(status(PUSH, attempts=9), Outcome.ACCEPTED, NOW)

    assert verdict == Verdict(SENT, NONE, timedelta(0))


# --- What holds for every call --------------------------------------------------------

calls = st.builds(
    CallStatus,
    kind=st.sampled_from(CallKind),
    attempts=st.integers(min_value=1, max_value=10_000),
    doubt=st.sampled_from(Doubt),
    begun_at=st.timedeltas(timedelta(0), timedelta(days=3)).map(lambda age: NOW - age),
    is_token_alive=st.booleans(),
)


@given(call=calls, outcome=st.sampled_from(Outcome))
def test_doubt_never_shrinks_and_only_the_unknown_adds_to_it(
    call: CallStatus, outcome: Outcome
):
    verdict = judge(call, outcome, NOW)

    is_new = call.doubt is NONE and outcome is Outcome.UNKNOWN
    assert verdict.doubt == (FAILED if is_new else call.doubt)


@given(call=calls, outcome=st.sampled_from(Outcome))
def test_open_call_always_pauses(call: CallStatus, outcome: Outcome):
    verdict = judge(call, outcome, NOW)

    longest = timedelta(seconds=8 if call.kind is REPLY else 60)
    assert verdict.state is not OPEN or timedelta(0) < verdict.pause <= longest


@given(call=calls, outcome=st.sampled_from(Outcome))
def test_states_belong_to_their_kinds(call: CallStatus, outcome: Outcome):
    of_replies = {OPEN, SENT, REPLACED, CallState.UNCERTAIN}
    of_pushes = {OPEN, SENT, CallState.FAILED, CallState.HELD}

    state = judge(call, outcome, NOW).state

    assert state in (of_replies if call.kind is REPLY else of_pushes)
