"""How long a reply token lives, and until when a reply may be begun with it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from helpdesk.domain.line_sending import ReplyToken
from tests.fakes import NOW


def token(received_at: datetime, delivered_at: datetime) -> ReplyToken:
    return ReplyToken("event", "token", received_at, delivered_at)


@pytest.mark.parametrize(
    ("seconds", "life"),
    [
        pytest.param(0, (True, True), id="new"),
        pytest.param(29.9, (True, True), id="before the last begin"),
        pytest.param(30, (False, True), id="at the last begin"),
        pytest.param(30.1, (False, True), id="after the last begin"),
        pytest.param(56.9, (False, True), id="before its end"),
        pytest.param(57, (False, False), id="at its end"),
        pytest.param(57.1, (False, False), id="after its end"),
    ],
)
def test_token_lives_from_its_last_delivery(seconds: float, life: tuple[bool, bool]):
    found = token(NOW - timedelta(minutes=10), NOW)
    now = NOW + timedelta(seconds=seconds)

    assert (found.can_begin(now), found.is_alive(now)) == life


@pytest.mark.parametrize(
    ("age", "is_alive"),
    [
        pytest.param(timedelta(minutes=19, microseconds=-1), True, id="before"),
        pytest.param(timedelta(minutes=19), False, id="at"),
        pytest.param(timedelta(minutes=19, microseconds=1), False, id="after"),
    ],
)
def test_redelivered_token_ends_nineteen_minutes_after_the_first(
    age: timedelta, is_alive: bool
):
    now = NOW + age
    found = token(NOW, now - timedelta(seconds=1))

    assert (found.can_begin(now), found.is_alive(now)) == (is_alive, is_alive)
