"""Link attempts: how long their page works, and how they may move."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.domain.linking import (
    ATTEMPT_MOVES,
    LINK_PAGE_LIFETIME,
    OPEN_ATTEMPT_STATES,
    AttemptState,
    LinkAttempt,
    LinkRole,
)
from tests.fakes import NOW

SECOND = timedelta(seconds=1)


def attempt(state: AttemptState) -> LinkAttempt:
    return LinkAttempt(1, "eita", LinkRole.HOLDER, state, NOW + LINK_PAGE_LIFETIME)


def test_link_page_lives_ten_minutes():
    assert LINK_PAGE_LIFETIME == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("age", "is_usable"),
    [
        pytest.param(timedelta(0), True, id="new"),
        pytest.param(timedelta(minutes=10) - SECOND, True, id="a second before the end"),
        pytest.param(timedelta(minutes=10), False, id="at the end"),
        pytest.param(timedelta(minutes=10) + SECOND, False, id="a second after the end"),
    ],
)
def test_link_page_works_for_ten_minutes(age: timedelta, is_usable: bool):
    assert attempt(AttemptState.OFFERED).is_usable(NOW + age) == is_usable


@pytest.mark.parametrize(
    ("state", "is_usable"),
    [
        (AttemptState.OFFERED, True),
        (AttemptState.PAGE_OPENED, True),
        (AttemptState.AUTHENTICATED, True),
        (AttemptState.LINKED, False),
        (AttemptState.FAILED, False),
        (AttemptState.EXPIRED, False),
    ],
    ids=str,
)
def test_link_page_works_until_its_attempt_has_ended(state: AttemptState, is_usable: bool):
    assert attempt(state).is_usable(NOW) == is_usable


def test_attempt_moves_forward_and_may_fail_or_expire_anywhere():
    """Design, section 4; every step can be taken up again."""
    ends = {AttemptState.FAILED, AttemptState.EXPIRED}

    assert ATTEMPT_MOVES == {
        AttemptState.OFFERED: {AttemptState.PAGE_OPENED, *ends},
        AttemptState.PAGE_OPENED: {AttemptState.AUTHENTICATED, *ends},
        AttemptState.AUTHENTICATED: {
            AttemptState.AUTHENTICATED,
            AttemptState.LINKED,
            *ends,
        },
    }


def test_open_attempts_are_those_that_may_move():
    assert OPEN_ATTEMPT_STATES == set(ATTEMPT_MOVES)
