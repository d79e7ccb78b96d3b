"""Plans, bills and mails: the embedded carrier and one over HTTP are alike."""

from __future__ import annotations

from datetime import date

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.bills import BillItem, BillState, Statement
from helpdesk.domain.data_balance import DataBalance
from helpdesk.domain.months import Month
from helpdesk.domain.plans import (
    Contract,
    Network,
    Option,
    Plan,
    PlanProblem,
    PlanRefused,
    Price,
    ServiceType,
)
from helpdesk.services.carrier import Carrier, CarrierNotice, KeyUsedTwice, NoticeKind
from helpdesk.storage.carrier_tables import contracts as contract_table
from tests.fakes import FakeClock, japan

LINE = Option("line", "LINEデータフリー", Price(0, with_tax=True))
BASIC_3GB = Plan(
    *("basic_3gb_voice", "ベーシックプラン 3GB", 3000, ServiceType.VOICE),
    Price(1628, with_tax=True),
    ("line", "sns", "sns_music"),
)
BASIC_6GB = Plan(
    *("basic_6gb_voice", "ベーシックプラン 6GB", 6000, ServiceType.VOICE),
    Price(2420, with_tax=True),
    ("line", "sns", "sns_music"),
)
YUKIS = Contract("yuki.1", Network.DOCOMO, BASIC_3GB, LINE, date(2026, 8, 28))
DECEMBER = date(2026, 12, 1)


def ids(plans: list[Plan]) -> list[str]:
    return [plan.id for plan in plans]


# --- Plans ----------------------------------------------------------------------------


def test_contract_is_shown(carrier: Carrier):
    assert carrier.contract("yuki.1") == YUKIS


def test_contract_without_a_start_is_shown(carrier: Carrier):
    found = carrier.contract("kenji.1")

    assert (found.plan.id, found.option, found.started_on) == (
        "free_1gb_data",
        None,
        None,
    )


def test_possible_plans_are_of_the_service_type(carrier: Carrier):
    assert ids(carrier.possible_plans("yuki.1")) == [
        "basic_500mb_voice",
        "basic_6gb_voice",
        "basic_12gb_voice",
    ]


def test_holder_of_a_closed_plan_may_keep_to_closed_plans(carrier: Carrier):
    assert ids(carrier.possible_plans("emi.1")) == [
        "free_1gb_voice",
        "communication_3gb_voice",
        "communication_7gb_voice",
        "communication_10gb_voice",
        "basic_500mb_voice",
        "basic_3gb_voice",
        "basic_6gb_voice",
        "basic_12gb_voice",
    ]


def test_possible_plans_go_with_the_option(carrier: Carrier):
    assert ids(carrier.possible_plans("eita.1")) == [
        "basic_3gb_voice",
        "basic_12gb_voice",
    ]


def test_possible_plans_are_whole(carrier: Carrier):
    assert BASIC_6GB in carrier.possible_plans("yuki.1")


@pytest.mark.parametrize("subscription", ["mika.1", "kenji.1"])
def test_plan_cannot_be_changed_before_the_start(carrier: Carrier, subscription: str):
    with pytest.raises(PlanRefused) as asked:
        carrier.possible_plans(subscription)
    with pytest.raises(PlanRefused) as changed:
        carrier.change_plan(subscription, "basic_6gb_sms", "plan:1")

    assert asked.value.problem is PlanProblem.NOT_STARTED
    assert changed.value.problem is PlanProblem.NOT_STARTED


def test_plan_can_be_changed_from_the_start_on(carrier: Carrier, clock: FakeClock):
    clock.set(japan(2026, 11, 26))

    assert "basic_6gb_sms" in ids(carrier.possible_plans("mika.1"))


def test_service_type_with_one_plan_has_no_other(carrier: Carrier, contracts: Helpdesk):
    with contracts.database.engine.begin() as connection:
        connection.execute(
            contract_table.update()
            .where(contract_table.c.subscription == "kenji.1")
            .values(started_on=date(2026, 11, 24))
        )

    with pytest.raises(PlanRefused) as refused:
        carrier.possible_plans("kenji.1")

    assert refused.value.problem is PlanProblem.NO_OTHER_PLAN


def test_plan_change_waits_for_the_first_of_next_month(
    carrier: Carrier, clock: FakeClock
):
    takes_effect_on = carrier.change_plan("yuki.1", "basic_6gb_voice", "plan:1")

    waiting = carrier.contract("yuki.1")
    clock.set(japan(2026, 11, 30, 23, 59, 59))
    still = carrier.contract("yuki.1")
    clock.forward(seconds=1)
    changed = carrier.contract("yuki.1")
    assert takes_effect_on == DECEMBER
    assert waiting == still
    assert waiting == Contract(
        *("yuki.1", Network.DOCOMO, BASIC_3GB, LINE, date(2026, 8, 28)),
        *(BASIC_6GB, DECEMBER),
    )
    assert changed == Contract(
        "yuki.1", Network.DOCOMO, BASIC_6GB, LINE, date(2026, 8, 28)
    )
    assert carrier.usage("yuki.1").balance == DataBalance(carried=1300, basic=6000)
    assert carrier.usage("yuki.1").allowance == 6000


def test_plan_change_replaces_one_that_waits(carrier: Carrier):
    carrier.change_plan("yuki.1", "basic_12gb_voice", "plan:1")

    carrier.change_plan("yuki.1", "basic_6gb_voice", "plan:2")

    assert carrier.contract("yuki.1").next_plan == BASIC_6GB


def test_plan_change_with_the_same_key_is_made_once(carrier: Carrier, clock: FakeClock):
    carrier.change_plan("yuki.1", "basic_6gb_voice", "plan:1")
    carrier.withdraw_plan_change("yuki.1", "plan:2")
    clock.set(japan(2026, 12, 2))

    again = carrier.change_plan("yuki.1", "basic_6gb_voice", "plan:1")

    assert again == DECEMBER
    assert carrier.contract("yuki.1") == YUKIS


def test_key_of_another_plan_change_is_refused(carrier: Carrier):
    carrier.change_plan("yuki.1", "basic_6gb_voice", "plan:1")

    with pytest.raises(KeyUsedTwice):
        carrier.change_plan("yuki.1", "basic_12gb_voice", "plan:1")

    assert carrier.contract("yuki.1").next_plan == BASIC_6GB


@pytest.mark.parametrize(
    "plan",
    ["basic_3gb_voice", "basic_6gb_sms", "no_such_plan", "", "x" * 60],
    ids=["the present one", "another service type", "unknown", "none", "long"],
)
def test_plan_change_is_refused(carrier: Carrier, plan: str):
    with pytest.raises(PlanRefused) as refused:
        carrier.change_plan("yuki.1", plan, "plan:1")

    assert refused.value.problem is PlanProblem.NOT_POSSIBLE
    assert carrier.contract("yuki.1") == YUKIS


def test_plan_that_the_option_cannot_be_had_with_is_refused(carrier: Carrier):
    with pytest.raises(PlanRefused) as refused:
        carrier.change_plan("eita.1", "communication_5gb_voice", "plan:1")

    assert refused.value.problem is PlanProblem.NOT_POSSIBLE


def test_plan_change_is_withdrawn(carrier: Carrier, clock: FakeClock):
    carrier.change_plan("yuki.1", "basic_6gb_voice", "plan:1")

    carrier.withdraw_plan_change("yuki.1", "withdraw:1")
    carrier.withdraw_plan_change("yuki.1", "withdraw:1")

    assert carrier.contract("yuki.1") == YUKIS
    clock.set(japan(2026, 12, 1))
    assert carrier.contract("yuki.1") == YUKIS


def test_withdrawal_of_nothing_is_refused(carrier: Carrier, clock: FakeClock):
    with pytest.raises(PlanRefused) as at_once:
        carrier.withdraw_plan_change("yuki.1", "withdraw:1")
    carrier.change_plan("yuki.1", "basic_6gb_voice", "plan:1")
    clock.set(japan(2026, 12, 1))
    with pytest.raises(PlanRefused) as too_late:
        carrier.withdraw_plan_change("yuki.1", "withdraw:2")

    assert at_once.value.problem is PlanProblem.NOTHING_TO_WITHDRAW
    assert too_late.value.problem is PlanProblem.NOTHING_TO_WITHDRAW
    assert carrier.contract("yuki.1").plan == BASIC_6GB


# --- Bills ----------------------------------------------------------------------------


def test_statements_are_the_newest_first(carrier: Carrier):
    carrier.buy_data("yuki.1", 500, "buy:1")

    plan, option = (
        BillItem("ベーシックプラン 3GB", 1628),
        BillItem("LINEデータフリー", 0),
    )
    assert carrier.statements("yuki.1") == [
        Statement(
            Month(2026, 11),
            [
                *(plan, option, BillItem("データ量の追加（500MB）", 550)),
                BillItem("通話料（10月分）", 1540),
            ],
            BillState.OPEN,
        ),
        Statement(
            Month(2026, 10),
            [plan, option, BillItem("通話料（9月分）", 880)],
            BillState.PAID,
        ),
        Statement(
            Month(2026, 9),
            [plan, option, BillItem("通話料（8月分）", 2310)],
            BillState.PAID,
        ),
        Statement(Month(2026, 8), [plan, option], BillState.PAID),
    ]


def test_statement_of_a_month_that_ends_is_fixed_and_charged(
    carrier: Carrier, clock: FakeClock
):
    carrier.change_plan("yuki.1", "basic_6gb_voice", "plan:1")
    carrier.buy_data("yuki.1", 500, "buy:1")
    found = []
    for day in (1, 2, 3, 4, 5):
        clock.set(japan(2026, 12, day))
        statement = carrier.statements("yuki.1")[1]
        found.append((statement.month, statement.yen, statement.state))

    november, yen = Month(2026, 11), 1628 + 550 + 1540
    assert found == [
        (november, yen, BillState.OPEN),
        (november, yen, BillState.OPEN),
        (november, yen, BillState.FIXED),
        (november, yen, BillState.FIXED),
        (november, yen, BillState.PAID),
    ]
    assert carrier.statements("yuki.1")[0] == Statement(
        Month(2026, 12),
        [BillItem("ベーシックプラン 6GB", 2420), BillItem("LINEデータフリー", 0)],
        BillState.OPEN,
    )


def test_payment_that_failed_shows(carrier: Carrier):
    assert carrier.statements("hiro.1")[1].state is BillState.FAILED


@pytest.mark.parametrize("subscription", ["mika.1", "kenji.1"])
def test_nothing_is_billed_before_the_start(carrier: Carrier, subscription: str):
    # Mika's starts within the month, Kenji's at a day that is not known.
    months = [statement.month for statement in carrier.statements(subscription)]

    assert months == ([Month(2026, 11)] if subscription == "mika.1" else [])


# --- Mails ----------------------------------------------------------------------------


def test_notices_are_the_newest_first(carrier: Carrier):
    assert carrier.notices("hiro.1") == [
        CarrierNotice("hiro.1", NoticeKind.PAYMENT_FAILED, date(2026, 11, 6)),
        CarrierNotice("hiro.1", NoticeKind.BILL_FIXED, date(2026, 11, 3)),
        CarrierNotice("hiro.1", NoticeKind.BILL_FIXED, date(2026, 10, 3)),
        CarrierNotice("hiro.1", NoticeKind.SHIPPED, date(2026, 9, 25)),
    ]


def test_notice_of_the_start_is_among_them(carrier: Carrier):
    assert carrier.notices("eita.1") == [
        CarrierNotice("eita.1", NoticeKind.SERVICE_STARTED, date(2026, 11, 20)),
        CarrierNotice("eita.1", NoticeKind.SHIPPED, date(2026, 11, 18)),
    ]


def test_notice_of_a_bill_comes_on_its_day(carrier: Carrier, clock: FakeClock):
    fixed = CarrierNotice("yuki.1", NoticeKind.BILL_FIXED, date(2026, 12, 3))
    clock.set(japan(2026, 12, 2, 23, 59, 59))
    before = carrier.notices("yuki.1")

    clock.forward(seconds=1)

    assert fixed not in before
    assert carrier.notices("yuki.1") == [fixed, *before]
