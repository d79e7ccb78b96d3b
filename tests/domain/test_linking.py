"""Link attempts: how long their page works."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.domain.linking import (
    LINK_PAGE_LIFETIME,
    AttemptState,
    LinkAttempt,
    LinkRole,
)
from tests.fakes import NOW

SECOND = timedelta(seconds=1)


def attempt(state: AttemptState) -> LinkAttempt:
    return LinkAttempt(1, "eita", LinkRole.HOLDER, state, NOW + LINK_PAGE_LIFETIME)


def test_link_page_lives_ten_minutes():
    assert timedelta(minutes=10) == LINK_PAGE_LIFETIME


@pytest.mark.parametrize(
    ("age", "is_usable"),
    [
        pytest.param(timedelta(0), True, id="new"),
        pytest.param(
            timedelta(minutes=10) - SECOND, True, id="a second before the end"
        ),
        pytest.param(timedelta(minutes=10), False, id="at the end"),
        pytest.param(
            timedelta(minutes=10) + SECOND, False, id="a second after the end"
        ),
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
def test_link_page_works_until_its_attempt_has_ended(
    state: AttemptState, is_usable: bool
):
    assert attempt(state).is_usable(NOW) == is_usable
