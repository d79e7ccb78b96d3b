"""When operators are at the desk: half-open spans in Japan time (F-HELP-03)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from helpdesk.domain.japan_time import JAPAN, in_japan

# Further than this nobody plans a desk; a catalog that is closed longer is wrong.
_HORIZON_DAYS = 60


class NeverOpen(ValueError):
    """No opening within the next sixty days: the hours in the catalog are wrong."""


@dataclass(frozen=True)
class OpenSpan:
    """From `opens_at` (inclusive) to `closes_at` (exclusive), on one day."""

    opens_at: time
    closes_at: time


def _never(_: date) -> bool:
    return False


@dataclass(frozen=True)
class BusinessHours:
    """Spans for each weekday (0 is Monday), and days that differ from the pattern.

    A lunch break is the gap between two spans; a closed day has no spans. `is_holiday`
    says which days have the spans of `holidays`; None if they are days like others.
    An exceptional day wins over a holiday.
    """

    weekly: Mapping[int, Sequence[OpenSpan]]
    exceptional_days: Mapping[date, Sequence[OpenSpan]] = field(default_factory=dict)
    holidays: Sequence[OpenSpan] | None = None
    is_holiday: Callable[[date], bool] = _never

    def is_open(self, now: datetime) -> bool:
        """Whether somebody is at the desk: 10:00:00 is open, 19:00:00 is closed."""
        return self.closes_at(now) is not None

    def closes_at(self, now: datetime) -> datetime | None:
        """The end of the span that is open now, in Japan time; None if none is."""
        local = in_japan(now)
        of_day = local.timetz().replace(tzinfo=None)
        for span in self.spans_on(local.date()):
            if span.opens_at <= of_day < span.closes_at:
                return datetime.combine(local.date(), span.closes_at, tzinfo=JAPAN)
        return None

    def is_over_for_today(self, now: datetime) -> bool:
        """Whether the desk is closed and does not open again today: no lunch break."""
        if self.is_open(now):
            return False
        return self.next_opening(now).date() > in_japan(now).date()

    def next_opening(self, now: datetime) -> datetime:
        """The first opening after this moment, in Japan time. Raises NeverOpen."""
        local = in_japan(now)
        for offset in range(_HORIZON_DAYS):
            day = local.date() + timedelta(days=offset)
            for span in self.spans_on(day):
                opening = datetime.combine(day, span.opens_at, tzinfo=JAPAN)
                if opening > local:
                    return opening
        raise NeverOpen(f"no opening within {_HORIZON_DAYS} days of {local:%Y-%m-%d}")

    def spans_on(self, day: date) -> Sequence[OpenSpan]:
        if day in self.exceptional_days:
            return self.exceptional_days[day]
        if self.holidays is not None and self.is_holiday(day):
            return self.holidays
        return self.weekly.get(day.weekday(), ())
