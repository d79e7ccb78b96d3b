"""A span of time, half-open: days, half-hours, and what of other times lies in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from helpdesk.domain.japan_time import JAPAN, in_japan

HALF_HOUR = timedelta(minutes=30)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """From `start` (inclusive) to `end` (exclusive), both aware."""

    start: datetime
    end: datetime

    @classmethod
    def of_days(cls, first: date, last: date) -> Span:
        """Whole days of Japan; the last one belongs to it."""
        end = last + timedelta(days=1)
        return cls(
            datetime.combine(first, time(), tzinfo=JAPAN),
            datetime.combine(end, time(), tzinfo=JAPAN),
        )

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def has(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def common(self, start: datetime, end: datetime | None) -> Span | None:
        """What a time has in common with this one; `end` None: it goes on for ever."""
        start = max(start, self.start)
        end = self.end if end is None else min(end, self.end)
        return Span(start, end) if start < end else None

    def pieces(self, step: timedelta) -> Iterator[Span]:
        """The span cut where half-hours (or days) end in Japan."""
        start = self.start
        while start < self.end:
            local = in_japan(start)
            midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
            edge = midnight + step * ((local - midnight) // step + 1)
            end = min(edge, self.end)
            yield Span(start, end)
            start = end

    def days(self) -> list[date]:
        """The days of Japan that it touches."""
        return [in_japan(piece.start).date() for piece in self.pieces(DAY)]
