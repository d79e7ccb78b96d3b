"""Prices, and which plans a contract may change to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from helpdesk.domain.plans import (
    Contract,
    Network,
    Option,
    Plan,
    PlanProblem,
    PlanRefused,
    Price,
    ServiceType,
    change_takes_effect_on,
    possible_plans,
)

TODAY = date(2026, 11, 24)
VOICE, SMS = ServiceType.VOICE, ServiceType.DATA_SMS


def plan(id_: str, service_type: ServiceType, *options: str) -> Plan:
    return Plan(id_, id_, 3000, service_type, Price(1628, with_tax=True), options)


SMALL = plan("small", VOICE, "line")
MIDDLE = plan("middle", VOICE, "line", "sns")
LARGE = plan("large", VOICE, "line", "sns")
PLANS = [SMALL, MIDDLE, LARGE, plan("sms", SMS, "line", "sns")]
SNS = Option("sns", "SNS", Price(308, with_tax=True))
CONTRACT = Contract("yuki.1", Network.DOCOMO, MIDDLE, None, date(2026, 11, 1))


@pytest.mark.parametrize(
    ("price", "taxed"),
    [
        pytest.param(Price(500, with_tax=False), 550, id="additional data"),
        pytest.param(Price(620, with_tax=False), 682, id="F-PRICE-01"),
        pytest.param(Price(1690, with_tax=False), 1859, id="F-PRICE-01, voice"),
        pytest.param(Price(1628, with_tax=True), 1628, id="F-PRICE-03"),
        pytest.param(Price(0, with_tax=True), 0, id="free"),
        pytest.param(Price(0, with_tax=False), 0, id="free, without tax"),
        pytest.param(Price(9, with_tax=False), 9, id="rounded down"),
        pytest.param(Price(19, with_tax=False), 20, id="rounded down from .9"),
    ],
)
def test_price_with_tax(price: Price, taxed: int):
    assert price.taxed == taxed


@pytest.mark.parametrize(
    ("contract", "found"),
    [
        pytest.param(CONTRACT, [SMALL, LARGE], id="F-PLAN-04: of its service type"),
        pytest.param(replace(CONTRACT, option=SNS), [LARGE], id="with its option"),
        pytest.param(
            replace(CONTRACT, plan=SMALL, next_plan=LARGE),
            [MIDDLE, LARGE],
            id="a change that waits may be chosen again",
        ),
    ],
)
def test_plans_that_a_contract_may_change_to(contract: Contract, found: list[Plan]):
    assert possible_plans(contract, PLANS, TODAY) == found


@pytest.mark.parametrize(
    "contract",
    [
        pytest.param(
            replace(CONTRACT, plan=plan("sms", SMS)), id="alone in its service type"
        ),
        pytest.param(
            replace(CONTRACT, option=Option("music", "", Price(0, with_tax=True))),
            id="no other plan with its option",
        ),
    ],
)
def test_contract_without_another_plan(contract: Contract):
    with pytest.raises(PlanRefused) as refused:
        possible_plans(contract, PLANS, TODAY)

    assert refused.value.problem is PlanProblem.NO_OTHER_PLAN


@pytest.mark.parametrize(
    ("is_closed", "offered"),
    [(True, ["closed", "open"]), (False, ["open"])],
    ids=["of a closed plan", "of a plan that is sold"],
)
def test_closed_plan_is_offered_to_holders(is_closed: bool, offered: list[str]):
    mine = replace(plan("mine", ServiceType.VOICE), is_closed=is_closed)
    closed = replace(plan("closed", ServiceType.VOICE), is_closed=True)
    plans = [mine, closed, plan("open", ServiceType.VOICE)]

    found = possible_plans(replace(CONTRACT, plan=mine, option=None), plans, TODAY)

    assert [each.id for each in found] == offered


@pytest.mark.parametrize(
    ("started_on", "may_change"),
    [
        pytest.param(date(2026, 11, 23), True, id="after"),
        pytest.param(TODAY, True, id="at"),
        pytest.param(date(2026, 11, 25), False, id="before"),
        pytest.param(None, False, id="not known yet"),
    ],
)
def test_plan_can_be_changed_from_the_start_on(
    started_on: date | None, may_change: bool
):
    """F-PLAN-05."""
    contract = replace(CONTRACT, started_on=started_on)

    try:
        found: object = len(possible_plans(contract, PLANS, TODAY))
    except PlanRefused as refused:
        found = refused.problem

    assert found == (2 if may_change else PlanProblem.NOT_STARTED)


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2026, 11, 1), date(2026, 12, 1)),
        (date(2026, 11, 30), date(2026, 12, 1)),
        (date(2026, 12, 1), date(2027, 1, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
        (date(2027, 1, 31), date(2027, 2, 1)),
        (date(2027, 2, 28), date(2027, 3, 1)),
    ],
    ids=str,
)
def test_change_takes_effect_on_the_first(today: date, day: date):
    """F-PLAN-02."""
    assert change_takes_effect_on(today) == day
