"""How often codes may be tried, and how often reissued (docs/decisions/0004)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.domain.japan_time import japan_day


@dataclass(frozen=True)
class AttemptLimit:
    """`tries` failed ones within `window` lock for `lock` from the last of them."""

    tries: int
    window: timedelta
    lock: timedelta

    def locked_until(
        self, failures: Iterable[datetime], now: datetime
    ) -> datetime | None:
        """The end of the lock (exclusive: at that moment it is over); None if free."""
        ordered = sorted(failures)
        runs = zip(ordered, ordered[self.tries - 1 :])
        ends = [last + self.lock for first, last in runs if last - first < self.window]
        return next((end for end in reversed(ends) if now < end), None)


def reissues_left(
    reissued_at: Iterable[datetime], now: datetime, daily_limit: int
) -> int:
    """How many reissues remain on this calendar day in Japan; never below zero."""
    today = japan_day(now)
    done = sum(japan_day(moment) == today for moment in reissued_at)
    return max(0, daily_limit - done)
