"""データ量の追加: units, prices and limits by network (F-ADD)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from helpdesk.domain.months import Month
from helpdesk.domain.plans import Price


class PurchaseProblem(str, Enum):
    """Why data cannot be bought so."""

    NETWORK = "network"
    UNIT = "unit"
    USED_UP = "used_up"
    NOT_STARTED = "not_started"


class PurchaseRefused(ValueError):
    """This purchase cannot be made; `problem` says why."""

    def __init__(self, problem: PurchaseProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True)
class PurchaseUnit:
    """What can be bought at once, and its price (F-ADD-01)."""

    megabytes: int
    price: Price


@dataclass(frozen=True)
class PurchaseRule:
    """The units of a network, and how often in a month (F-ADD-02, F-ADD-03)."""

    units: tuple[PurchaseUnit, ...]
    monthly_limit: int

    def unit(self, megabytes: int, bought_this_month: int) -> PurchaseUnit:
        """The unit of this size. Raises PurchaseRefused."""
        if bought_this_month >= self.monthly_limit:
            raise PurchaseRefused(PurchaseProblem.USED_UP)
        for unit in self.units:
            if unit.megabytes == megabytes:
                return unit
        raise PurchaseRefused(PurchaseProblem.UNIT)


@dataclass(frozen=True)
class PurchaseOffer:
    """What a subscription may buy now, and how often still this month."""

    units: tuple[PurchaseUnit, ...]
    left: int


def bought_data_expires_on(today: date) -> date:
    """The end of the month after the purchase (F-ADD-05)."""
    return Month.of(today).plus(1).last_day
