"""How days and hours are written; the patterns themselves are data (catalog)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from helpdesk.domain.data_balance import MB_PER_GB
from helpdesk.domain.japan_time import in_japan

# Up to the plan of 500MB, and what is no tenths of a GB, is written in MB.
_HALF_GB = 500
_TENTH_GB = 100


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


def volume(megabytes: int) -> str:
    """137MB, 500MB, 1GB, 0.8GB, 2.995GB: as short as it is exact; 1GB is 1,000MB.

    Rounded up, it would promise data that are not there.
    """
    is_uneven = megabytes < MB_PER_GB and megabytes % _TENTH_GB != 0
    if megabytes <= _HALF_GB or is_uneven:
        return f"{megabytes}MB"
    return f"{megabytes / MB_PER_GB:,.3f}".rstrip("0").rstrip(".") + "GB"
