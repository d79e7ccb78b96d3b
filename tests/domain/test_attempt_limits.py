"""Locks after failed tries, and the reissues of a day."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.attempt_limits import AttemptLimit, reissues_left
from helpdesk.domain.japan_time import NaiveMoment
from tests.fakes import NOW, japan

LIMIT = AttemptLimit(tries=5, window=timedelta(minutes=15), lock=timedelta(minutes=15))
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
FIVE = [NOW + each * MINUTE for each in range(5)]
LAST = FIVE[-1]


@pytest.mark.parametrize(
    ("failures", "until"),
    [
        pytest.param([], None, id="none"),
        pytest.param(FIVE[:4], None, id="four"),
        pytest.param(FIVE, LAST + 15 * MINUTE, id="five"),
        pytest.param([*FIVE, LAST + SECOND], LAST + SECOND + 15 * MINUTE, id="six"),
        pytest.param([LAST] * 5, LAST + 15 * MINUTE, id="all at once"),
    ],
)
def test_five_failures_lock_from_the_last_of_them(
    failures: list[datetime], until: datetime | None
):
    result = LIMIT.locked_until(failures, LAST + SECOND)

    assert result == until


@pytest.mark.parametrize(
    ("spread", "is_locked"),
    [
        pytest.param(15 * MINUTE - SECOND, True, id="a second within the window"),
        pytest.param(15 * MINUTE, False, id="exactly the window"),
        pytest.param(15 * MINUTE + SECOND, False, id="a second beyond the window"),
    ],
)
def test_failures_count_within_the_window(spread: timedelta, is_locked: bool):
    last = NOW + spread
    failures = [NOW, last, last, last, last]

    result = LIMIT.locked_until(failures, last)

    assert result == (last + 15 * MINUTE if is_locked else None)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        pytest.param(LAST, LAST + 15 * MINUTE, id="at the last failure"),
        pytest.param(
            LAST + 15 * MINUTE - SECOND, LAST + 15 * MINUTE, id="a second before"
        ),
        pytest.param(LAST + 15 * MINUTE, None, id="at the end"),
        pytest.param(LAST + 15 * MINUTE + SECOND, None, id="a second after"),
    ],
)
def test_lock_ends_after_fifteen_minutes(now: datetime, until: datetime | None):
    assert LIMIT.locked_until(FIVE, now) == until


def test_lock_is_that_of_the_latest_run_of_failures():
    later = [moment + timedelta(hours=1) for moment in FIVE]

    result = LIMIT.locked_until([*FIVE, *later], later[-1])

    assert result == later[-1] + 15 * MINUTE


@given(st.lists(st.integers(0, 3600), max_size=12), st.integers(0, 7200))
def test_lock_does_not_depend_on_the_order_of_the_failures(seconds: list[int], at: int):
    failures = [NOW + each * SECOND for each in seconds]
    shuffled = random.Random(0).sample(failures, len(failures))

    result = LIMIT.locked_until(shuffled, NOW + at * SECOND)

    assert result == LIMIT.locked_until(failures, NOW + at * SECOND)


@pytest.mark.parametrize(
    ("done", "left"), [(0, 3), (1, 2), (2, 1), (3, 0), (4, 0)], ids=str
)
def test_three_reissues_a_day(done: int, left: int):
    moments = [NOW - each * MINUTE for each in range(done)]

    assert reissues_left(moments, NOW, daily_limit=3) == left


@pytest.mark.parametrize(
    ("now", "left"),
    [
        pytest.param("2026-11-24T14:59:59+00:00", 0, id="a second before midnight"),
        pytest.param("2026-11-24T15:00:00+00:00", 3, id="midnight in Japan"),
        pytest.param("2026-11-24T15:00:01+00:00", 3, id="a second after midnight"),
    ],
)
def test_reissues_begin_anew_at_midnight_in_japan(now: str, left: int):
    moments = [NOW, NOW + MINUTE, NOW + 2 * MINUTE]

    assert reissues_left(moments, datetime.fromisoformat(now), daily_limit=3) == left


@pytest.mark.parametrize(
    ("done_at", "left"),
    [
        pytest.param(japan(2026, 11, 23, 23, 59, 59), 3, id="yesterday's last second"),
        pytest.param(japan(2026, 11, 24, 0, 0, 0), 2, id="today's first second"),
        pytest.param(japan(2026, 10, 24, 11), 3, id="the same day last month"),
        pytest.param(japan(2025, 11, 24, 11), 3, id="the same day last year"),
    ],
)
def test_reissues_count_on_their_own_day(done_at: datetime, left: int):
    assert reissues_left([done_at], NOW, daily_limit=3) == left


def test_reissues_left_refuses_naive_moments():
    with pytest.raises(NaiveMoment):
        reissues_left([], datetime.fromisoformat("2026-11-24T11:00"), daily_limit=3)
