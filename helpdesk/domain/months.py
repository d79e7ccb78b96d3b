"""Calendar months in Japan: data, bills and plans go by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from helpdesk.domain.japan_time import JAPAN, japan_day

_MONTHS_PER_YEAR = 12


@dataclass(frozen=True, order=True)
class Month:
    """A month of the calendar; its text is `2026-11`."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @classmethod
    def at(cls, moment: datetime) -> Month:
        """The month in Japan. Raises NaiveMoment."""
        return cls.of(japan_day(moment))

    @classmethod
    def read(cls, text: str) -> Month:
        """Raises ValueError."""
        year, number = text.split("-")
        return cls.of(date(int(year), int(number), 1))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    def plus(self, months: int) -> Month:
        """So many months later, or earlier."""
        years, number = divmod(self.number - 1 + months, _MONTHS_PER_YEAR)
        return Month(self.year + years, number + 1)

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return self.plus(1).first_day - timedelta(days=1)

    @property
    def ends_at(self) -> datetime:
        """The moment at which the next month begins in Japan."""
        following = self.plus(1)
        return datetime(following.year, following.number, 1, tzinfo=JAPAN)

    def day(self, number: int) -> date:
        """A day of this month. Raises ValueError if it has none such."""
        return date(self.year, self.number, number)
