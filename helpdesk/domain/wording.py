"""How days and hours are written; the patterns themselves are data (catalog)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from helpdesk.domain.japan_time import in_japan


@dataclass(frozen=True)
class DayFormat:
    """Patterns with {month}, {day}, {weekday}, {hour}, {minute}; Monday first."""

    day_pattern: str
    time_pattern: str
    weekdays: str

    def day(self, day: date) -> str:
        return self.day_pattern.format(
            month=day.month, day=day.day, weekday=self.weekdays[day.weekday()]
        )

    def time(self, moment: datetime) -> str:
        """The time of day in Japan."""
        local = in_japan(moment)
        return self.time_pattern.format(hour=local.hour, minute=f"{local.minute:02}")

    def moment(self, moment: datetime) -> str:
        """Day and time in Japan."""
        return f"{self.day(in_japan(moment).date())} {self.time(moment)}"
