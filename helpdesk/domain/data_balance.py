"""What is left of a month's data: four parts, used one after the other.

Volumes are whole megabytes (MB); 1GB is 1,000MB, as F-ADD-01 counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from helpdesk.domain.months import Month

MB_PER_GB = 1000


class DataPart(str, Enum):
    """The parts in the order in which they are used (F-DATA-02, F-DATA-04)."""

    CARRIED = "carried"
    GIFTED = "gifted"
    BASIC = "basic"
    BOUGHT = "bought"


class NotEnoughData(RuntimeError):
    """The part that is given away from has less; `left` in MB."""

    def __init__(self, left: int) -> None:
        super().__init__(f"only {left} MB are left")
        self.left = left


@dataclass(frozen=True)
class DataBalance:
    """What is left in one month, in MB."""

    carried: int = 0
    gifted: int = 0
    basic: int = 0
    bought: int = 0

    @property
    def total(self) -> int:
        return self.carried + self.gifted + self.basic + self.bought

    def parts(self) -> list[tuple[DataPart, int]]:
        """In the order in which they are used."""
        return [(part, getattr(self, part.value)) for part in DataPart]

    def plus(self, part: DataPart, megabytes: int) -> DataBalance:
        return replace(self, **{part.value: getattr(self, part.value) + megabytes})

    def without_given(self, megabytes: int) -> DataBalance:
        """After a gift: only basic data can be given (F-GIFT-06).

        Raises NotEnoughData.
        """
        if megabytes > self.basic:
            raise NotEnoughData(self.basic)
        return replace(self, basic=self.basic - megabytes)

    def without_used(self, megabytes: int) -> DataBalance:
        """After use, part by part; what is beyond the total is slow and free."""
        left, used = {}, megabytes
        for part, volume in self.parts():
            taken = min(volume, used)
            left[part.value] = volume - taken
            used -= taken
        return DataBalance(**left)


def in_next_month(balance: DataBalance, allowance: int) -> DataBalance:
    """What the next month begins with, `allowance` MB of basic data included.

    Basic and bought data are carried over once; gifts are not, and what was carried
    over is lost (F-DATA-05, F-DATA-06, F-DATA-07, F-ADD-05).
    """
    return DataBalance(carried=balance.basic + balance.bought, basic=allowance)


def expires_on(part: DataPart, month: Month) -> date:
    """The last day on which this part of this month's balance can be used."""
    if part in (DataPart.BASIC, DataPart.BOUGHT):
        return month.plus(1).last_day
    return month.last_day


@dataclass(frozen=True)
class DailyUse:
    """MB used on a calendar day in Japan."""

    day: date
    megabytes: int


@dataclass(frozen=True)
class Usage:
    """What is left this month, and what was used.

    `allowance`: the plan's monthly MB. `days`: the last thirty (F-DATA-03), the
    oldest first, a day without use included.
    """

    month: Month
    balance: DataBalance
    allowance: int
    used_this_month: int
    days: tuple[DailyUse, ...]

    @property
    def is_slow(self) -> bool:
        """Nothing is left: 200 kbps until the month ends, or more data come."""
        return self.balance.total == 0
