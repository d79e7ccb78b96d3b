"""Plans, what they cost, and which of them a contract may change to (F-PLAN)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from helpdesk.domain.months import Month


class Network(str, Enum):
    """Whose lines the subscription uses (F-SVC-05)."""

    DOCOMO = "docomo"
    SOFTBANK = "softbank"
    AU = "au"


class ServiceType(str, Enum):
    """What the SIM can do; a plan change never leaves it (F-PLAN-04, F-TIME-09)."""

    DATA = "data"
    DATA_SMS = "data_sms"
    VOICE = "voice"


@dataclass(frozen=True)
class Price:
    """A price in yen, with or without consumption tax as it was published."""

    yen: int
    with_tax: bool

    @property
    def taxed(self) -> int:
        """With the tax of 10 %, rounded down."""
        return self.yen if self.with_tax else self.yen * 110 // 100


@dataclass(frozen=True)
class Plan:
    """A plan of one service type; `options`: those that can be added to it.

    `is_closed`: it is not sold any more; who has such a plan may keep to them.
    """

    id: str
    name: str
    megabytes: int
    service_type: ServiceType
    price: Price
    options: tuple[str, ...] = ()
    is_closed: bool = False


@dataclass(frozen=True)
class Option:
    """An option on top of a plan (F-PRICE-04)."""

    id: str
    name: str
    price: Price


@dataclass(frozen=True)
class Contract:
    """What a subscription has; `next_plan` takes its place on the 1st of next month.

    `started_on`: the 利用開始日, None if it has not been fixed (F-TIME-06).
    """

    subscription: str
    network: Network
    plan: Plan
    option: Option | None
    started_on: date | None
    next_plan: Plan | None = None
    next_plan_from: date | None = None


class PlanProblem(str, Enum):
    """Why the plan cannot be changed so."""

    NOT_STARTED = "not_started"
    NO_OTHER_PLAN = "no_other_plan"
    NOT_POSSIBLE = "not_possible"
    NOTHING_TO_WITHDRAW = "nothing_to_withdraw"


class PlanRefused(ValueError):
    """This change cannot be made; `problem` says why."""

    def __init__(self, problem: PlanProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def possible_plans(
    contract: Contract, plans: Sequence[Plan], today: date
) -> list[Plan]:
    """What the contract may change to.

    Within the service type, from the 利用開始日 on (F-PLAN-04, F-PLAN-05), and only
    plans that the contract's option can be had with. Nobody goes back to plans that
    are closed (F-PRICE-05). Raises PlanRefused.
    """
    if contract.started_on is None or today < contract.started_on:
        raise PlanRefused(PlanProblem.NOT_STARTED)
    option = None if contract.option is None else contract.option.id
    found = [
        plan
        for plan in plans
        if plan.service_type is contract.plan.service_type
        and plan.id != contract.plan.id
        and (option is None or option in plan.options)
        and (contract.plan.is_closed or not plan.is_closed)
    ]
    if not found:
        raise PlanRefused(PlanProblem.NO_OTHER_PLAN)
    return found


def change_takes_effect_on(today: date) -> date:
    """The 1st of the next month, whenever it was asked for (F-PLAN-02)."""
    return Month.of(today).plus(1).first_day
