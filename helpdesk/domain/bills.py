"""料金: a month's statement, when it is fixed and when it is charged (F-BILL)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from helpdesk.domain.months import Month

# The days of the following month: F-BILL-02 (about the 3rd), F-BILL-03.
_FIXED_ON = 3
_CHARGED_ON = 5


class BillState(str, Enum):
    """`open` until it is fixed, `fixed` until it is charged, then one of the others."""

    OPEN = "open"
    FIXED = "fixed"
    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True)
class BillItem:
    """A line of a statement; yen with tax."""

    label: str
    yen: int


@dataclass(frozen=True)
class Statement:
    """The use of one month, and the calls of the month before it (F-BILL-04)."""

    month: Month
    items: Sequence[BillItem]
    state: BillState

    @property
    def yen(self) -> int:
        return sum(item.yen for item in self.items)

    @property
    def fixed_on(self) -> date:
        return fixed_on(self.month)

    @property
    def charged_on(self) -> date:
        return charged_on(self.month)


def fixed_on(month: Month) -> date:
    """When the statement of this month is fixed: about the 3rd of the next."""
    return month.plus(1).day(_FIXED_ON)


def charged_on(month: Month) -> date:
    """When the statement of this month is charged: the 5th of the next."""
    return month.plus(1).day(_CHARGED_ON)


def bill_state(month: Month, today: date, *, has_failed: bool) -> BillState:
    """Where the statement of a month stands on a day in Japan."""
    if today < fixed_on(month):
        return BillState.OPEN
    if today < charged_on(month):
        return BillState.FIXED
    return BillState.FAILED if has_failed else BillState.PAID
