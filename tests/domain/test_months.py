"""Months in Japan: where they begin and end."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.japan_time import NaiveMoment
from helpdesk.domain.months import Month
from tests.fakes import japan

MONTHS = st.builds(Month, st.integers(1900, 2100), st.integers(1, 12))


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        pytest.param(japan(2026, 11, 30, 23, 59, 59), Month(2026, 11), id="before"),
        pytest.param(japan(2026, 12, 1), Month(2026, 12), id="at"),
        pytest.param(japan(2026, 12, 1, 0, 0, 1), Month(2026, 12), id="after"),
        pytest.param(
            datetime(2026, 11, 30, 14, 59, 59, tzinfo=UTC),
            Month(2026, 11),
            id="before, in UTC",
        ),
        pytest.param(
            datetime(2026, 11, 30, 15, tzinfo=UTC), Month(2026, 12), id="at, in UTC"
        ),
        pytest.param(
            datetime(2026, 12, 31, 15, tzinfo=UTC), Month(2027, 1), id="a new year"
        ),
    ],
)
def test_month_is_that_of_japan(moment: datetime, month: Month):
    assert Month.at(moment) == month


def test_naive_moment_has_no_month():
    with pytest.raises(NaiveMoment):
        Month.at(datetime.fromisoformat("2026-11-24T11:00"))


@pytest.mark.parametrize(
    ("month", "first", "last", "ends_at"),
    [
        pytest.param(
            Month(2026, 11),
            date(2026, 11, 1),
            date(2026, 11, 30),
            datetime(2026, 11, 30, 15, tzinfo=UTC),
            id="thirty days",
        ),
        pytest.param(
            Month(2026, 12),
            date(2026, 12, 1),
            date(2026, 12, 31),
            datetime(2026, 12, 31, 15, tzinfo=UTC),
            id="the last of a year",
        ),
        pytest.param(
            Month(2027, 2),
            date(2027, 2, 1),
            date(2027, 2, 28),
            datetime(2027, 2, 28, 15, tzinfo=UTC),
            id="February",
        ),
        pytest.param(
            Month(2028, 2),
            date(2028, 2, 1),
            date(2028, 2, 29),
            datetime(2028, 2, 29, 15, tzinfo=UTC),
            id="February of a leap year",
        ),
    ],
)
def test_month_has_its_days(month: Month, first: date, last: date, ends_at: datetime):
    assert (month.first_day, month.last_day, month.ends_at) == (first, last, ends_at)


@pytest.mark.parametrize(
    ("months", "found"),
    [
        (0, Month(2026, 11)),
        (1, Month(2026, 12)),
        (2, Month(2027, 1)),
        (14, Month(2028, 1)),
        (-10, Month(2026, 1)),
        (-11, Month(2025, 12)),
        (-23, Month(2024, 12)),
    ],
)
def test_months_are_counted_over_the_year(months: int, found: Month):
    assert Month(2026, 11).plus(months) == found


@given(MONTHS, st.integers(-500, 500))
def test_counting_back_leads_back(month: Month, months: int):
    assert month.plus(months).plus(-months) == month


@given(MONTHS)
def test_month_is_read_as_it_is_written(month: Month):
    assert Month.read(str(month)) == month


def test_month_is_written_so_that_texts_sort():
    assert (str(Month(2026, 1)), str(Month(2026, 11))) == ("2026-01", "2026-11")


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-00", "2026-13", "2026-11-01", "x-1"]
)
def test_what_is_no_month_is_not_read(text: str):
    with pytest.raises(ValueError, match=r"."):
        Month.read(text)


@given(MONTHS, MONTHS)
def test_months_sort_by_time(one: Month, other: Month):
    assert (one < other) == (one.first_day < other.first_day)


def test_day_of_a_month():
    assert Month(2026, 2).day(28) == date(2026, 2, 28)


def test_month_has_no_days_of_others():
    with pytest.raises(ValueError, match="day"):
        Month(2026, 2).day(29)
