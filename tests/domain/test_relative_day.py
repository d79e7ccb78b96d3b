"""Days in words, resolved against today."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.relative_day import UnknownDay, resolve_day

TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("notation", "today", "day"),
    [
        pytest.param("day+0", TUESDAY, TUESDAY, id="today"),
        pytest.param("day-1", TUESDAY, date(2026, 11, 23), id="yesterday"),
        pytest.param(
            "day-2", TUESDAY, date(2026, 11, 22), id="the day before yesterday"
        ),
        pytest.param("day+1", TUESDAY, date(2026, 11, 25), id="tomorrow"),
        pytest.param("day-1", date(2026, 12, 1), date(2026, 11, 30), id="month end"),
        pytest.param("day-1", date(2027, 1, 1), date(2026, 12, 31), id="year end"),
        pytest.param("day-1", date(2028, 3, 1), date(2028, 2, 29), id="leap day"),
        pytest.param("day-1", date(2027, 3, 1), date(2027, 2, 28), id="no leap day"),
        pytest.param("2026-11-20", TUESDAY, date(2026, 11, 20), id="full date"),
        pytest.param("2026-1-2", TUESDAY, date(2026, 1, 2), id="full date, one digit"),
        pytest.param("2028-02-29", TUESDAY, date(2028, 2, 29), id="full leap day"),
    ],
)
def test_resolve_day_counts_days_and_reads_full_dates(
    notation: str, today: date, day: date
):
    assert resolve_day(notation, today) == day


@pytest.mark.parametrize(
    ("notation", "today", "day"),
    [
        pytest.param("--11-23", TUESDAY, date(2026, 11, 23), id="the day before today"),
        pytest.param("--11-24", TUESDAY, TUESDAY, id="today"),
        pytest.param("--11-25", TUESDAY, date(2026, 11, 25), id="the day after today"),
        pytest.param("--12-31", date(2027, 1, 2), date(2026, 12, 31), id="last year"),
        pytest.param(
            "--5-24", date(2026, 11, 23), date(2026, 5, 24), id="183 days back"
        ),
        pytest.param("--5-24", TUESDAY, date(2027, 5, 24), id="184 days back: coming"),
        pytest.param(
            "--02-29", date(2028, 2, 29), date(2028, 2, 29), id="on the leap day"
        ),
        pytest.param(
            "--02-29", date(2028, 3, 1), date(2028, 2, 29), id="after a leap day"
        ),
        pytest.param(
            "--02-29", date(2028, 2, 28), date(2028, 2, 29), id="before a leap day"
        ),
    ],
)
def test_resolve_day_takes_the_nearest_year(notation: str, today: date, day: date):
    assert resolve_day(notation, today) == day


@pytest.mark.parametrize(
    ("notation", "today", "day"),
    [
        pytest.param("---23", TUESDAY, date(2026, 11, 23), id="the day before today"),
        pytest.param("---24", TUESDAY, TUESDAY, id="today"),
        pytest.param(
            "---25", TUESDAY, date(2026, 10, 25), id="the day after: last month"
        ),
        pytest.param("---31", date(2027, 1, 30), date(2026, 12, 31), id="last year"),
        pytest.param("---29", date(2028, 3, 1), date(2028, 2, 29), id="leap day"),
    ],
)
def test_resolve_day_takes_the_latest_such_day_of_a_month(
    notation: str, today: date, day: date
):
    assert resolve_day(notation, today) == day


@pytest.mark.parametrize(
    ("notation", "day"),
    [
        pytest.param("weekday1", date(2026, 11, 23), id="Monday: yesterday"),
        pytest.param("weekday2", TUESDAY, id="Tuesday: today"),
        pytest.param("weekday3", date(2026, 11, 18), id="Wednesday: last week"),
        pytest.param("weekday7", date(2026, 11, 22), id="Sunday: two days ago"),
        pytest.param("week+0weekday5", date(2026, 11, 27), id="this week's Friday"),
        pytest.param("week-1weekday5", date(2026, 11, 20), id="last week's Friday"),
        pytest.param("week-1weekday1", date(2026, 11, 16), id="last week's Monday"),
        pytest.param("week-1weekday7", date(2026, 11, 22), id="last week's Sunday"),
        pytest.param("week-2weekday2", date(2026, 11, 10), id="the week before that"),
        pytest.param("week+1weekday2", date(2026, 12, 1), id="next week, next month"),
    ],
)
def test_resolve_day_reads_weekdays(notation: str, day: date):
    assert resolve_day(notation, TUESDAY) == day


@pytest.mark.parametrize(
    "notation",
    [
        "",
        "yesterday",
        "day1",
        "day-1 ",
        "2026-02-29",
        "2026-13-01",
        "0000-01-01",
        "--02-30",
        "--13-01",
        "---0",
        "---32",
        "weekday0",
        "weekday8",
        "week5weekday1",
    ],
)
def test_resolve_day_refuses_what_names_no_day(notation: str):
    with pytest.raises(UnknownDay):
        resolve_day(notation, TUESDAY)


def test_resolve_day_refuses_a_day_that_last_month_did_not_have():
    with pytest.raises(UnknownDay):
        resolve_day("---31", date(2026, 12, 1))


@given(st.dates(date(2016, 1, 1), date(2100, 1, 1)), st.integers(1, 7))
def test_a_weekday_is_within_the_seven_days_up_to_today(today: date, weekday: int):
    result = resolve_day(f"weekday{weekday}", today)

    assert (result.isoweekday(), 0 <= (today - result).days < 7) == (weekday, True)


@given(st.dates(date(2016, 1, 1), date(2100, 1, 1)), st.integers(-999, 999))
def test_days_from_today_are_counted(today: date, days: int):
    result = resolve_day(f"day{days:+}", today)

    assert result == today + timedelta(days=days)


NEW_YEAR = date(2027, 1, 3)


@pytest.mark.parametrize(
    ("notation", "today", "day"),
    [
        pytest.param("year-1--12-31", NEW_YEAR, date(2026, 12, 31), id="last year's"),
        pytest.param(
            "year-1--11-20", TUESDAY, date(2025, 11, 20), id="not this year's"
        ),
        pytest.param("year+0--01-05", TUESDAY, date(2026, 1, 5), id="long ago"),
        pytest.param("year+1--01-05", TUESDAY, date(2027, 1, 5), id="next year's"),
        pytest.param("year-1--02-29", date(2029, 1, 1), date(2028, 2, 29), id="leap"),
        pytest.param("month-1---25", TUESDAY, date(2026, 10, 25), id="last month"),
        pytest.param("month-1---25", NEW_YEAR, date(2026, 12, 25), id="year turn back"),
        pytest.param("month-2---30", NEW_YEAR, date(2026, 11, 30), id="two months ago"),
        pytest.param("month+0---20", TUESDAY, date(2026, 11, 20), id="this month"),
        pytest.param(
            "month+0---30", TUESDAY, date(2026, 11, 30), id="this month, later"
        ),
        pytest.param("month+1---01", TUESDAY, date(2026, 12, 1), id="next month"),
        pytest.param(
            "month+1---01", date(2026, 12, 31), date(2027, 1, 1), id="year turn on"
        ),
        pytest.param(
            "month-1---29", date(2028, 3, 31), date(2028, 2, 29), id="leap day"
        ),
        pytest.param("month-1---last", TUESDAY, date(2026, 10, 31), id="its last day"),
        pytest.param("month-1---last", NEW_YEAR, date(2026, 12, 31), id="of December"),
        pytest.param(
            "month-1---last", date(2028, 3, 1), date(2028, 2, 29), id="a leap year's"
        ),
        pytest.param("month+0---last", TUESDAY, date(2026, 11, 30), id="this one's"),
        pytest.param(
            "---last", date(2026, 11, 29), date(2026, 10, 31), id="a day before"
        ),
        pytest.param(
            "---last", date(2026, 11, 30), date(2026, 11, 30), id="on the day"
        ),
        pytest.param(
            "---last", date(2026, 12, 1), date(2026, 11, 30), id="a day after"
        ),
    ],
)
def test_resolve_day_reads_days_of_a_named_month_or_year(
    notation: str, today: date, day: date
):
    assert resolve_day(notation, today) == day


@pytest.mark.parametrize(
    "notation",
    [
        pytest.param("year-1--02-29", id="no leap day last year"),
        pytest.param("month-1---32", id="no such day"),
        pytest.param("month-9---31", id="February has no 31st"),
        pytest.param("month---20", id="no month named"),
        pytest.param("year-1--last", id="a year has no last of month"),
        pytest.param("year---last", id="no year named"),
    ],
)
def test_resolve_day_refuses_what_a_named_month_or_year_has_not(notation: str):
    with pytest.raises(UnknownDay):
        resolve_day(notation, TUESDAY)


@given(st.dates(date(2016, 1, 1), date(2100, 1, 1)))
def test_a_month_s_end_is_the_day_before_a_first_and_not_to_come(today: date):
    result = resolve_day("---last", today)

    day_after = result + timedelta(days=1)
    assert (day_after.day, 0 <= (today - result).days < 31) == (1, True)
