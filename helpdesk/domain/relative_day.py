"""Days as people name them, in a neutral notation that is resolved against today.

The NLU side marks 「昨日」 or 「先週の金曜」 and writes one of these notations, so that
the words of a language stay there and the arithmetic here:

- `day-1`: days from today (`day+0` is today);
- `2026-11-20`: a full date; `--11-20`: month and day; `---20`: day of the month;
- `year-1--12-31`: month and day of last year; `month-1---25`: a day of last month;
- `---last`: the last day of a month, `month-1---last`: of last month;
- `weekday5`: the latest Friday up to today (1 is Monday);
- `week-1weekday5`: Friday of the week before this one (weeks begin on Monday).
"""

from __future__ import annotations

import re
from datetime import date, timedelta

_NOTATION = re.compile(
    r"day(?P<days>[+-]\d{1,3})"
    r"|(?P<year>\d{4})-(?P<full_month>\d{1,2})-(?P<full_day>\d{1,2})"
    r"|(?:year(?P<years>[+-]\d))?--(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"|(?:month(?P<months>[+-]\d))?---(?:(?P<day_of_month>\d{1,2})|(?P<last>last))"
    r"|(?:week(?P<weeks>[+-]\d))?weekday(?P<weekday>[1-7])"
)

_HALF_A_YEAR = timedelta(days=183)


class UnknownDay(ValueError):
    """A notation that names no day of the calendar."""


def resolve_day(notation: str, today: date) -> date:
    """The day meant by the notation. Raises UnknownDay.

    Notices lie in the past: without a year, the latest such day up to today is meant,
    unless it lies more than half a year back; then the coming one.
    """
    match = _NOTATION.fullmatch(notation)
    if match is None:
        raise UnknownDay(notation)
    is_last = match["last"] is not None
    said = match.groupdict() | {"last": None}
    part = {key: int(value) for key, value in said.items() if value}
    try:
        if "days" in part:
            return today + timedelta(days=part["days"])
        if "month" in part:
            return _in_a_year(part, today)
        if "day_of_month" in part or is_last:
            return _in_a_month(part, today)
        if "year" in part:
            return date(part["year"], part["full_month"], part["full_day"])
    except ValueError as error:
        raise UnknownDay(notation) from error
    return _weekday(part["weekday"], part.get("weeks"), today)


def _in_a_year(part: dict[str, int], today: date) -> date:
    if "years" in part:
        return date(today.year + part["years"], part["month"], part["day"])
    return _nearest_year(part["month"], part["day"], today)


def _in_a_month(part: dict[str, int], today: date) -> date:
    """The last day of the month if no other is named."""
    day, months = part.get("day_of_month"), part.get("months")
    if day is None:
        return _month_end(months, today)
    if months is None:
        return _latest_day_of_month(day, today)
    return _first_of_month(months, today).replace(day=day)


def _nearest_year(month: int, day: int, today: date) -> date:
    years = range(today.year - 1, today.year + 2)
    days = [date(year, month, day) for year in years if _exists(year, month, day)]
    past = [each for each in days if today - _HALF_A_YEAR <= each <= today]
    coming = [each for each in days if each > today]
    if not past and not coming:
        raise UnknownDay(f"--{month:02}-{day:02}")
    return max(past) if past else min(coming)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _latest_day_of_month(day: int, today: date) -> date:
    if day <= today.day:
        return today.replace(day=day)
    return (today.replace(day=1) - timedelta(days=1)).replace(day=day)


def _first_of_month(months: int, today: date) -> date:
    """The first of this month (0) or of one before or after it."""
    years, month = divmod(today.month - 1 + months, 12)
    return date(today.year + years, month + 1, 1)


def _month_end(months: int | None, today: date) -> date:
    """The last day of the month; without one, the latest such day up to today."""
    end = _first_of_month((months or 0) + 1, today) - timedelta(days=1)
    if months is None and end > today:
        return today.replace(day=1) - timedelta(days=1)
    return end


def _weekday(weekday: int, weeks: int | None, today: date) -> date:
    if weeks is None:
        return today - timedelta(days=(today.isoweekday() - weekday) % 7)
    monday = today - timedelta(days=today.weekday())
    return monday + timedelta(weeks=weeks, days=weekday - 1)
