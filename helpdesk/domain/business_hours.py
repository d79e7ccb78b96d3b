"""When operators are at the desk: half-open spans in Japan time (F-HELP-03)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True)
class BusinessHours:
    """Spans for each weekday (0 is Monday), and days that differ from the pattern.

    A lunch break is the gap between two spans; a closed day has no spans.
    """

    weekly: Mapping[int, Sequence[OpenSpan]]
    exceptional_days: Mapping[date, Sequence[OpenSpan]] = field(default_factory=dict)

    def is_open(self, now: datetime) -> bool:
        """Whether somebody is at the desk: 10:00:00 is open, 19:00:00 is closed."""
        local = in_japan(now)
        return any(
            span.opens_at <= local.timetz().replace(tzinfo=None) < span.closes_at
            for span in self.spans_on(local.date())
        )

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
        return self.weekly.get(day.weekday(), ())
