"""Data, purchases, plans and bills, for who has the right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.bills import BillItem, BillState, Statement
from helpdesk.domain.data_balance import DataBalance
from helpdesk.domain.months import Month
from helpdesk.domain.plans import PlanProblem, PlanRefused, Price
from helpdesk.domain.purchases import (
    PurchaseOffer,
    PurchaseProblem,
    PurchaseRefused,
    PurchaseUnit,
)
from helpdesk.services.carrier import CarrierAway, PurchaseReceipt
from helpdesk.services.changes import ChangePending
from helpdesk.services.rights import Viewer
from tests.fakes import FakeClock, japan
from tests.services.carrier_talk import Unsteady, balance, set_network, unsteady

Audit = Callable[[], list[tuple[Any, ...]]]
Inbox = Callable[[str], list[str | None]]

YUKI = Viewer.of_customer("yuki")
LOGIN = Viewer.of_login("yuki.1")
RECEIPT = PurchaseReceipt(500, Price(500, with_tax=False), date(2026, 12, 31))


@pytest.fixture
def services(helpdesk: Helpdesk) -> Unsteady:
    return unsteady(helpdesk)


# --- Data -----------------------------------------------------------------------------


def test_usage_is_the_carriers(helpdesk: Helpdesk):
    """The sample world: 0.8 GB of basic data left of 3 GB."""
    usage = helpdesk.contracts.usage(YUKI, "yuki.1")

    assert (usage.balance, usage.allowance, usage.used_this_month) == (
        DataBalance(basic=800, bought=500),
        3000,
        2600,
    )
    assert [(use.day, len(usage.days)) for use in usage.days[::29]] == [
        (date(2026, 10, 26), 30),
        (date(2026, 11, 24), 30),
    ]


def test_purchase_offer_counts_down(helpdesk: Helpdesk):
    """F-ADD-02."""
    units = tuple(
        PurchaseUnit(mb, Price(yen, with_tax=False))
        for mb, yen in [(500, 500), (1000, 1000), (3000, 3000)]
    )
    offers = [helpdesk.contracts.purchase_offer(YUKI, "yuki.1")]
    for event in ("e1", "e2"):
        helpdesk.contracts.buy(YUKI, "yuki.1", 500, event)
        offers.append(helpdesk.contracts.purchase_offer(YUKI, "yuki.1"))

    assert offers == [PurchaseOffer(units, left) for left in (3, 2, 1)]


@pytest.mark.parametrize(
    ("viewer", "actor"), [(YUKI, "customer:yuki"), (LOGIN, "my_page:yuki.1")], ids=str
)
def test_event_buys_once(helpdesk: Helpdesk, audit: Audit, viewer: Viewer, actor: str):
    receipts = [helpdesk.contracts.buy(viewer, "yuki.1", 500, "e1") for _ in range(2)]

    detail = {"megabytes": 500, "key": "data_bought:e1"}
    assert (receipts, balance(helpdesk, "yuki.1").bought) == ([RECEIPT] * 2, 1000)
    assert audit() == [(actor, "data_bought", "yuki.1", detail)]


def test_other_events_buy_again(helpdesk: Helpdesk):
    for event in ("e1", "e2"):
        helpdesk.contracts.buy(YUKI, "yuki.1", 500, event)

    assert balance(helpdesk, "yuki.1").bought == 1500


def test_limit_of_the_month_is_kept_and_begins_anew(
    helpdesk: Helpdesk, clock: FakeClock
):
    """F-ADD-02; the month is Japan's."""

    def buy(event: str) -> object:
        try:
            return helpdesk.contracts.buy(YUKI, "yuki.1", 500, event).expires_on
        except PurchaseRefused as refused:
            return refused.problem

    found = [buy(f"e{number}") for number in range(4)]
    clock.set(japan(2026, 11, 30, 23, 59, 59))
    found.append(buy("e5"))
    clock.forward(seconds=1)
    found.append(buy("e6"))

    november, december = date(2026, 12, 31), date(2027, 1, 31)
    used_up = PurchaseProblem.USED_UP
    assert found == [november] * 3 + [used_up, used_up, december]


def test_network_whose_rules_are_not_known_sells_nothing(helpdesk: Helpdesk):
    """F-UNK-11."""
    set_network(helpdesk, "yuki.1", "au")

    with pytest.raises(PurchaseRefused) as refused:
        helpdesk.contracts.purchase_offer(YUKI, "yuki.1")

    assert refused.value.problem is PurchaseProblem.NETWORK


def test_purchase_that_waits_is_finished_and_told(
    helpdesk: Helpdesk, services: Unsteady, clock: FakeClock, inbox: Inbox
):
    services.carrier.fails_after = 1
    with pytest.raises(ChangePending) as waits:
        services.contracts.buy(YUKI, "yuki.1", 500, "e1")
    clock.forward(seconds=30)
    services.changes.retry()

    told = '/EXTERNAL_change_settled{"change": "data_bought:e1"}'
    assert (waits.value.key, inbox("yuki")) == ("data_bought:e1", [told])
    assert balance(helpdesk, "yuki.1").bought == 1000
    assert services.contracts.buy(YUKI, "yuki.1", 500, "e1") == RECEIPT


@pytest.mark.parametrize(
    "look",
    [
        lambda contracts: contracts.usage(YUKI, "yuki.1"),
        lambda contracts: contracts.purchase_offer(YUKI, "yuki.1"),
        lambda contracts: contracts.contract(YUKI, "yuki.1"),
        lambda contracts: contracts.possible_plans(YUKI, "yuki.1"),
        lambda contracts: contracts.statements(YUKI, "yuki.1"),
        lambda contracts: contracts.notices(YUKI, "yuki.1"),
    ],
    ids=["usage", "purchase offer", "contract", "plans", "statements", "notices"],
)
def test_looking_says_that_the_carrier_is_away(
    services: Unsteady, look: Callable[[Any], object]
):
    services.carrier.fails_before = 1

    with pytest.raises(CarrierAway):
        look(services.contracts)


# --- Plans ----------------------------------------------------------------------------


def plans(helpdesk: Helpdesk) -> tuple[str, str | None, date | None]:
    """The plan, the next one, and from when."""
    contract = helpdesk.contracts.contract(YUKI, "yuki.1")
    following = contract.next_plan
    return contract.plan.id, following and following.id, contract.next_plan_from


def test_possible_plans_are_of_the_service_type(helpdesk: Helpdesk):
    """F-PLAN-04."""
    found = helpdesk.contracts.possible_plans(YUKI, "yuki.1")

    assert {plan.service_type.value for plan in found} == {"voice"}
    assert "basic_3gb_voice" not in {plan.id for plan in found}
    assert len(found) == 3


def test_plan_changes_on_the_first(helpdesk: Helpdesk, clock: FakeClock):
    """F-PLAN-02; F-PLAN-03: what is left goes along."""
    day = helpdesk.contracts.change_plan(YUKI, "yuki.1", "basic_6gb_voice", "e1")
    clock.set(japan(2026, 11, 30, 23, 59, 59))
    before = (plans(helpdesk), balance(helpdesk, "yuki.1"))
    clock.forward(seconds=1)
    after = (plans(helpdesk), balance(helpdesk, "yuki.1"))

    first = date(2026, 12, 1)
    assert (day, before, after) == (
        first,
        (
            ("basic_3gb_voice", "basic_6gb_voice", first),
            DataBalance(basic=800, bought=500),
        ),
        (("basic_6gb_voice", None, None), DataBalance(carried=1300, basic=6000)),
    )


def test_later_change_takes_the_place_of_the_one_that_waits(helpdesk: Helpdesk):
    """F-PLAN-04: as often as one likes."""
    for event, plan in [("e1", "basic_6gb_voice"), ("e2", "basic_12gb_voice")]:
        helpdesk.contracts.change_plan(YUKI, "yuki.1", plan, event)

    assert plans(helpdesk)[1] == "basic_12gb_voice"


def test_change_of_plan_is_withdrawn(
    helpdesk: Helpdesk, clock: FakeClock, audit: Audit
):
    helpdesk.contracts.change_plan(YUKI, "yuki.1", "basic_6gb_voice", "e1")
    for _ in range(2):
        helpdesk.contracts.withdraw_plan_change(YUKI, "yuki.1", "e2")
    clock.set(japan(2026, 12, 1))

    assert plans(helpdesk) == ("basic_3gb_voice", None, None)
    assert [entry[1] for entry in audit()] == ["plan_changed", "plan_change_withdrawn"]


def test_change_that_took_effect_cannot_be_withdrawn(
    helpdesk: Helpdesk, clock: FakeClock
):
    helpdesk.contracts.change_plan(YUKI, "yuki.1", "basic_6gb_voice", "e1")
    clock.set(japan(2026, 12, 1))

    with pytest.raises(PlanRefused) as refused:
        helpdesk.contracts.withdraw_plan_change(YUKI, "yuki.1", "e2")

    assert refused.value.problem is PlanProblem.NOTHING_TO_WITHDRAW
    assert plans(helpdesk) == ("basic_6gb_voice", None, None)


@pytest.mark.parametrize(
    ("subscription", "plan", "problem"),
    [
        ("yuki.1", "basic_3gb_voice", PlanProblem.NOT_POSSIBLE),
        ("yuki.1", "basic_3gb_sms", PlanProblem.NOT_POSSIBLE),
        ("yuki.1", "no_such_plan", PlanProblem.NOT_POSSIBLE),
        ("saori.1", "basic_500mb_voice", PlanProblem.NOT_POSSIBLE),
        ("mika.1", "basic_6gb_sms", PlanProblem.NOT_STARTED),
        ("kenji.1", "free_1gb_sms", PlanProblem.NOT_STARTED),
    ],
)
def test_other_plans_are_refused(
    helpdesk: Helpdesk, subscription: str, plan: str, problem: PlanProblem
):
    """F-PLAN-04, F-PLAN-05; F-PRICE-03: 500MB cannot have a data-free option."""
    viewer = Viewer.of_login(subscription)

    with pytest.raises(PlanRefused) as refused:
        helpdesk.contracts.change_plan(viewer, subscription, plan, "e1")

    assert refused.value.problem is problem


# --- Bills ----------------------------------------------------------------------------


def test_statements_are_the_months_newest_first(helpdesk: Helpdesk):
    """F-BILL-04: a month's use, and the calls of the month before it."""
    helpdesk.contracts.buy(YUKI, "yuki.1", 1000, "e1")

    newest, last, *_ = helpdesk.contracts.statements(YUKI, "yuki.1")

    plan = BillItem("ベーシックプラン 3GB", 1628)
    option = BillItem("LINEデータフリー", 0)
    assert newest == Statement(
        Month(2026, 11),
        [
            plan,
            option,
            BillItem("データ量の追加（1GB）", 1100),
            BillItem("通話料（10月分）", 1540),
        ],
        BillState.OPEN,
    )
    assert last == Statement(
        Month(2026, 10),
        [plan, option, BillItem("通話料（9月分）", 880)],
        BillState.PAID,
    )


def test_failed_payment_is_seen_by_the_holder(helpdesk: Helpdesk):
    hiro = Viewer.of_login("hiro.1")

    failed = [
        str(each.month)
        for each in helpdesk.contracts.statements(hiro, "hiro.1")
        if each.state is BillState.FAILED
    ]

    notices = helpdesk.contracts.notices(hiro, "hiro.1")
    assert failed == ["2026-10"]
    assert [(each.kind.value, each.on) for each in notices[:2]] == [
        ("payment_failed", date(2026, 11, 6)),
        ("bill_fixed", date(2026, 11, 3)),
    ]
