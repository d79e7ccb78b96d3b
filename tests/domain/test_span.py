"""Spans of time: days and half-hours of Japan."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from helpdesk.domain.span import DAY, HALF_HOUR, Span
from tests.fakes import japan

DAY_OF_TEST = Span.of_days(date(2026, 11, 24), date(2026, 11, 24))


@pytest.mark.parametrize(
    ("moment", "is_in"),
    [
        pytest.param(japan(2026, 11, 23, 23, 59, 59), False, id="the day before"),
        pytest.param(japan(2026, 11, 24), True, id="midnight"),
        pytest.param(
            datetime(2026, 11, 24, 14, 59, 59, tzinfo=UTC), True, id="last second"
        ),
        pytest.param(datetime(2026, 11, 24, 15, tzinfo=UTC), False, id="the next day"),
    ],
)
def test_day_is_that_of_japan(moment: datetime, is_in: bool):
    assert DAY_OF_TEST.has(moment) == is_in


def test_common_part_is_cut_at_both_ends():
    span = Span(japan(2026, 11, 24, 10), japan(2026, 11, 24, 12))
    hours = [japan(2026, 11, 24, hour) for hour in range(24)]

    assert [
        span.common(hours[9], hours[11]),
        span.common(hours[11], None),
        span.common(hours[9], hours[10]),
        span.common(hours[12], None),
    ] == [Span(hours[10], hours[11]), Span(hours[11], hours[12]), None, None]


def test_pieces_end_with_the_half_hours():
    start = japan(2026, 11, 24, 10, 20)
    edges = [start, *(japan(2026, 11, 24, *at) for at in ((10, 30), (11, 0), (11, 10)))]

    pieces = list(
        Span(start.astimezone(UTC), edges[-1].astimezone(UTC)).pieces(HALF_HOUR)
    )

    assert pieces == [Span(edges[at], edges[at + 1]) for at in range(3)]


def test_piece_that_ends_with_a_half_hour_has_no_empty_rest():
    span = Span(japan(2026, 11, 24, 10), japan(2026, 11, 24, 10, 30))

    assert list(span.pieces(HALF_HOUR)) == [span]


def test_days_are_those_of_japan():
    span = Span.of_days(date(2026, 12, 31), date(2027, 1, 1))

    assert (span.days(), next(iter(span.pieces(DAY))).length) == (
        [date(2026, 12, 31), date(2027, 1, 1)],
        timedelta(days=1),
    )
