"""When the desk is open: half-open spans in Japan time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from helpdesk.domain.business_hours import BusinessHours, NeverOpen, OpenSpan
from helpdesk.domain.japan_time import JAPAN, NaiveMoment
from tests.fakes import japan

TEN_TO_SEVEN = [OpenSpan(time(10), time(19))]
EVERY_DAY = BusinessHours(dict.fromkeys(range(7), TEN_TO_SEVEN))
# Monday to Friday with a lunch break; a closed Thursday, and an open Sunday.
OFFICE = BusinessHours(
    {
        day: [OpenSpan(time(10), time(12)), OpenSpan(time(13), time(19))]
        for day in range(5)
    },
    {date(2026, 11, 26): [], date(2026, 11, 29): [OpenSpan(time(11), time(15))]},
)
SHORT = [OpenSpan(time(11), time(15))]
# A Monday, and New Year, which is an exceptional day besides.
HOLIDAYS = {date(2026, 11, 23), date(2027, 1, 1)}


def with_holidays(holidays: list[OpenSpan] | None) -> BusinessHours:
    return BusinessHours(
        dict.fromkeys(range(7), TEN_TO_SEVEN),
        {date(2027, 1, 1): [OpenSpan(time(12), time(13))]},
        holidays,
        HOLIDAYS.__contains__,
    )


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        pytest.param(
            japan(2026, 11, 24, 9, 59, 59), False, id="a second before opening"
        ),
        pytest.param(japan(2026, 11, 24, 10, 0, 0), True, id="at opening"),
        pytest.param(japan(2026, 11, 24, 10, 0, 1), True, id="a second after opening"),
        pytest.param(
            japan(2026, 11, 24, 18, 59, 59), True, id="a second before closing"
        ),
        pytest.param(japan(2026, 11, 24, 19, 0, 0), False, id="at closing"),
        pytest.param(japan(2026, 11, 24, 19, 0, 1), False, id="a second after closing"),
        pytest.param(japan(2026, 11, 24, 0, 0), False, id="midnight"),
        pytest.param(japan(2026, 11, 29, 12, 0), True, id="Sunday: F-HELP-04"),
        pytest.param(japan(2027, 1, 1, 12, 0), True, id="New Year: F-HELP-04"),
        pytest.param(japan(2028, 2, 29, 12, 0), True, id="leap day"),
    ],
)
def test_desk_is_open_from_ten_to_seven(now: datetime, is_open: bool):
    """F-HELP-03."""
    assert EVERY_DAY.is_open(now) == is_open


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        pytest.param("2026-11-24T00:59:59+00:00", False, id="a second before opening"),
        pytest.param("2026-11-24T01:00:00+00:00", True, id="at opening"),
        pytest.param("2026-11-24T09:59:59.999999+00:00", True, id="before closing"),
        pytest.param("2026-11-24T10:00:00+00:00", False, id="at closing"),
    ],
)
def test_desk_is_open_by_the_japanese_clock_whatever_the_zone(now: str, is_open: bool):
    assert EVERY_DAY.is_open(datetime.fromisoformat(now)) == is_open


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        pytest.param(japan(2026, 11, 24, 11, 59, 59), True, id="before lunch"),
        pytest.param(japan(2026, 11, 24, 12, 0, 0), False, id="lunch begins"),
        pytest.param(japan(2026, 11, 24, 12, 59, 59), False, id="lunch ends"),
        pytest.param(japan(2026, 11, 24, 13, 0, 0), True, id="after lunch"),
        pytest.param(japan(2026, 11, 28, 11, 0), False, id="a weekday without spans"),
        pytest.param(japan(2026, 11, 25, 11, 0), True, id="day before the closed day"),
        pytest.param(japan(2026, 11, 26, 11, 0), False, id="closed day"),
        pytest.param(japan(2026, 11, 27, 11, 0), True, id="day after the closed day"),
        pytest.param(japan(2026, 11, 29, 10, 59, 59), False, id="before the short day"),
        pytest.param(japan(2026, 11, 29, 11, 0), True, id="the short day opens"),
        pytest.param(japan(2026, 11, 29, 15, 0), False, id="the short day closes"),
    ],
)
def test_breaks_and_exceptional_days_differ_from_the_pattern(
    now: datetime, is_open: bool
):
    assert OFFICE.is_open(now) == is_open


@pytest.mark.parametrize(
    ("hours", "now", "opening"),
    [
        pytest.param(
            EVERY_DAY,
            japan(2026, 11, 24, 9, 59, 59),
            japan(2026, 11, 24, 10),
            id="today",
        ),
        pytest.param(
            EVERY_DAY, japan(2026, 11, 24, 10), japan(2026, 11, 25, 10), id="at opening"
        ),
        pytest.param(
            EVERY_DAY, japan(2026, 11, 24, 19), japan(2026, 11, 25, 10), id="at closing"
        ),
        pytest.param(
            EVERY_DAY, japan(2026, 11, 25, 0), japan(2026, 11, 25, 10), id="midnight"
        ),
        pytest.param(
            EVERY_DAY, japan(2026, 11, 30, 20), japan(2026, 12, 1, 10), id="month end"
        ),
        pytest.param(
            EVERY_DAY, japan(2026, 12, 31, 20), japan(2027, 1, 1, 10), id="year end"
        ),
        pytest.param(
            EVERY_DAY, japan(2028, 2, 28, 20), japan(2028, 2, 29, 10), id="leap day"
        ),
        pytest.param(
            OFFICE, japan(2026, 11, 24, 12, 30), japan(2026, 11, 24, 13), id="lunch"
        ),
        pytest.param(
            OFFICE,
            japan(2026, 11, 25, 19),
            japan(2026, 11, 27, 10),
            id="closed day next",
        ),
        pytest.param(
            OFFICE,
            japan(2026, 11, 27, 19),
            japan(2026, 11, 29, 11),
            id="open Sunday next",
        ),
        pytest.param(
            OFFICE, japan(2026, 12, 4, 19), japan(2026, 12, 7, 10), id="over a weekend"
        ),
    ],
)
def test_next_opening_is_the_first_after_this_moment(
    hours: BusinessHours, now: datetime, opening: datetime
):
    result = hours.next_opening(now.astimezone(UTC))

    assert (result, result.tzinfo) == (opening, JAPAN)


@pytest.mark.parametrize("days", [1, 59])
def test_next_opening_looks_sixty_days_ahead(days: int):
    now = japan(2026, 11, 24, 11)
    day = now.date() + timedelta(days=days)
    hours = BusinessHours({}, {day: TEN_TO_SEVEN})

    result = hours.next_opening(now)

    assert result == datetime.combine(day, time(10), tzinfo=JAPAN)


def test_next_opening_gives_up_after_sixty_days():
    now = japan(2026, 11, 24, 11)
    hours = BusinessHours({}, {now.date() + timedelta(days=60): TEN_TO_SEVEN})

    with pytest.raises(NeverOpen, match="no opening within 60 days of 2026-11-24"):
        hours.next_opening(now)


MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        pytest.param(
            japan(2026, 11, 24, 10) - MICROSECOND, False, id="09:59:59.999999"
        ),
        pytest.param(japan(2026, 11, 24, 10), True, id="10:00:00"),
        pytest.param(japan(2026, 11, 24, 19) - MICROSECOND, True, id="18:59:59.999999"),
        pytest.param(japan(2026, 11, 24, 19), False, id="19:00:00"),
    ],
)
def test_desk_is_open_to_the_microsecond(now: datetime, is_open: bool):
    """F-HELP-03."""
    assert EVERY_DAY.is_open(now) == is_open


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        pytest.param(
            japan(2026, 11, 24, 10) - MICROSECOND,
            japan(2026, 11, 24, 10),
            id="a microsecond before opening",
        ),
        pytest.param(
            japan(2026, 12, 31, 10), japan(2027, 1, 1, 10), id="the year's last opening"
        ),
        pytest.param(
            japan(2027, 1, 1) - MICROSECOND, japan(2027, 1, 1, 10), id="the year's end"
        ),
        pytest.param(
            japan(2027, 1, 1), japan(2027, 1, 1, 10), id="the year's beginning"
        ),
    ],
)
def test_next_opening_is_exact_to_the_microsecond(now: datetime, opening: datetime):
    assert EVERY_DAY.next_opening(now) == opening


# --- Public holidays ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("holidays", "spans"),
    [
        pytest.param(None, TEN_TO_SEVEN, id="as usual"),
        pytest.param([], [], id="closed"),
        pytest.param(SHORT, SHORT, id="own hours"),
    ],
)
def test_holiday_has_its_own_spans(
    holidays: list[OpenSpan] | None, spans: list[OpenSpan]
):
    hours = with_holidays(holidays)

    assert (
        hours.spans_on(date(2026, 11, 22)),
        hours.spans_on(date(2026, 11, 23)),
        hours.spans_on(date(2026, 11, 24)),
    ) == (TEN_TO_SEVEN, spans, TEN_TO_SEVEN)


@pytest.mark.parametrize(
    "holidays", [None, [], SHORT], ids=["as usual", "closed", "own hours"]
)
def test_exceptional_day_wins_over_a_holiday(holidays: list[OpenSpan] | None):
    spans = with_holidays(holidays).spans_on(date(2027, 1, 1))

    assert spans == [OpenSpan(time(12), time(13))]


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        pytest.param(japan(2026, 11, 22, 18, 59, 59), True, id="the day before"),
        pytest.param(japan(2026, 11, 23) - MICROSECOND, False, id="before midnight"),
        pytest.param(japan(2026, 11, 23, 10), False, id="the usual opening"),
        pytest.param(japan(2026, 11, 23, 11) - MICROSECOND, False, id="before opening"),
        pytest.param(japan(2026, 11, 23, 11), True, id="opening"),
        pytest.param(japan(2026, 11, 23, 15) - MICROSECOND, True, id="before closing"),
        pytest.param(japan(2026, 11, 23, 15), False, id="closing"),
        pytest.param(japan(2026, 11, 24, 10), True, id="the day after"),
    ],
)
def test_holiday_s_hours_are_those_of_the_japanese_day(now: datetime, is_open: bool):
    assert with_holidays(SHORT).is_open(now.astimezone(UTC)) == is_open


def test_next_opening_leaves_out_a_closed_holiday():
    opening = with_holidays([]).next_opening(japan(2026, 11, 22, 19))

    assert opening == japan(2026, 11, 24, 10)


def test_next_opening_is_that_of_the_exceptional_day():
    opening = with_holidays([]).next_opening(japan(2026, 12, 31, 19))

    assert opening == japan(2027, 1, 1, 12)


# --- Closing --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "closing"),
    [
        pytest.param(japan(2026, 11, 24, 10) - MICROSECOND, None, id="before opening"),
        pytest.param(japan(2026, 11, 24, 10), japan(2026, 11, 24, 12), id="opening"),
        pytest.param(
            japan(2026, 11, 24, 12) - MICROSECOND,
            japan(2026, 11, 24, 12),
            id="before lunch",
        ),
        pytest.param(japan(2026, 11, 24, 12), None, id="lunch"),
        pytest.param(
            japan(2026, 11, 24, 13), japan(2026, 11, 24, 19), id="after lunch"
        ),
        pytest.param(japan(2026, 11, 24, 19), None, id="closed"),
        pytest.param(japan(2026, 11, 26, 11), None, id="a closed day"),
    ],
)
def test_closes_at_the_end_of_the_span_that_is_open(
    now: datetime, closing: datetime | None
):
    result = OFFICE.closes_at(now.astimezone(UTC))

    assert (result, result and result.tzinfo) == (closing, closing and JAPAN)


@pytest.mark.parametrize(
    ("now", "is_over"),
    [
        pytest.param(japan(2026, 11, 24), False, id="midnight"),
        pytest.param(japan(2026, 11, 24, 9, 59, 59), False, id="before opening"),
        pytest.param(japan(2026, 11, 24, 10), False, id="opening"),
        pytest.param(japan(2026, 11, 24, 12), False, id="lunch begins"),
        pytest.param(japan(2026, 11, 24, 13) - MICROSECOND, False, id="lunch ends"),
        pytest.param(japan(2026, 11, 24, 19) - MICROSECOND, False, id="before closing"),
        pytest.param(japan(2026, 11, 24, 19), True, id="closing"),
        pytest.param(japan(2026, 11, 25) - MICROSECOND, True, id="before midnight"),
        pytest.param(japan(2026, 11, 25), False, id="the next day"),
        pytest.param(japan(2026, 11, 26, 8), True, id="a closed day"),
        pytest.param(japan(2026, 11, 29, 15), True, id="an exceptional day closes"),
    ],
)
def test_day_is_over_when_the_desk_does_not_open_again(now: datetime, is_over: bool):
    assert OFFICE.is_over_for_today(now.astimezone(UTC)) == is_over


@pytest.mark.parametrize(
    ("now", "is_over"),
    [
        pytest.param(japan(2026, 12, 31, 19) - MICROSECOND, False, id="before closing"),
        pytest.param(japan(2026, 12, 31, 19), True, id="closing"),
        pytest.param(japan(2027, 1, 1), False, id="New Year"),
    ],
)
def test_the_year_s_last_day_is_over_when_it_closes(now: datetime, is_over: bool):
    assert EVERY_DAY.is_over_for_today(now) == is_over


def test_business_hours_refuse_naive_moments():
    with pytest.raises(NaiveMoment):
        EVERY_DAY.is_open(datetime.fromisoformat("2026-11-24T11:00"))
