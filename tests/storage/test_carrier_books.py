"""What the embedded carrier keeps, in its tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.bills import BillItem
from helpdesk.domain.data_balance import DailyUse, DataBalance
from helpdesk.domain.months import Month
from helpdesk.services.carrier_ports import (
    ContractRecord,
    DataAccount,
    Receipt,
    StatementRecord,
)
from tests.fakes import NOW, japan

YUKI = ContractRecord(
    *("yuki.1", "docomo", "basic_3gb_voice", "line", date(2026, 8, 28))
)
NOVEMBER = Month(2026, 11)


def test_contract_is_read_as_the_sample_says(helpdesk: Helpdesk):
    with helpdesk.database.reading() as unit:
        found = [unit.carrier_books.contract(each) for each in ("yuki.1", "nobody.1")]

    assert found == [YUKI, None]


def test_plan_and_next_plan_are_written_alone(helpdesk: Helpdesk):
    waits = replace(
        YUKI,
        plan="free_1gb_voice",
        next_plan="basic_6gb_voice",
        next_plan_from=date(2026, 12, 1),
    )
    with helpdesk.database.writing() as unit:
        unit.carrier_books.set_plan(replace(waits, network="au", option=None))

        assert unit.carrier_books.contract("yuki.1") == waits
        assert unit.carrier_books.contract("hiro.1") == ContractRecord(
            *("hiro.1", "softbank", "basic_3gb_voice", None, date(2026, 9, 27))
        )


def test_balance_is_written_with_its_month(helpdesk: Helpdesk):
    account = DataAccount("yuki.1", Month(2027, 1), DataBalance(1, 2, 3, 4))
    with helpdesk.database.writing() as unit:
        unit.carrier_books.lock_accounts(["yuki.1", "hiro.1", "yuki.1"])
        unit.carrier_books.set_account(account)

        assert unit.carrier_books.account("yuki.1") == account
        assert unit.carrier_books.account("hiro.1") == DataAccount(
            "hiro.1", NOVEMBER, DataBalance()
        )


def test_subscription_has_one_balance(helpdesk: Helpdesk):
    with pytest.raises(IntegrityError), helpdesk.database.writing() as unit:
        unit.carrier_books.add_account(DataAccount("yuki.1", NOVEMBER, DataBalance()))


def test_uses_are_the_days_from_one_on(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        for day in (3, 1, 2):
            use = DailyUse(date(2027, 1, day), day * 100)
            unit.carrier_books.add_use("yuki.1", use)

        found = unit.carrier_books.uses("yuki.1", date(2027, 1, 2))

    assert found == [DailyUse(date(2027, 1, 2), 200), DailyUse(date(2027, 1, 3), 300)]


def test_statements_come_newest_first_over_the_year(helpdesk: Helpdesk):
    months = [Month(2027, 1), Month(2026, 12), Month(2027, 2)]
    records = [
        StatementRecord(
            month, [BillItem("通話料", 10), BillItem("b", 0)], has_failed=n == 1
        )
        for n, month in enumerate(months)
    ]
    with helpdesk.database.writing() as unit:
        for record in records:
            unit.carrier_books.add_statement("mika.1", record)

        found = unit.carrier_books.statements("mika.1")

    assert found == [records[2], records[0], records[1]]


def test_month_has_one_statement(helpdesk: Helpdesk):
    record = StatementRecord(NOVEMBER, [], has_failed=False)
    with helpdesk.database.writing() as unit:
        unit.carrier_books.add_statement("mika.1", record)

    with pytest.raises(IntegrityError), helpdesk.database.writing() as unit:
        unit.carrier_books.add_statement("mika.1", record)


def test_calls_of_a_month(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        unit.carrier_books.add_calls("mika.1", NOVEMBER, 440)

        found = [
            unit.carrier_books.calls("mika.1", each)
            for each in (NOVEMBER, NOVEMBER.plus(1))
        ]

    assert found == [440, 0]


def test_receipt_is_found_by_its_key(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        unit.carrier_books.add_receipt("k", "yuki.1", "buy 500", {"yen": 500}, NOW)

        assert [unit.carrier_books.receipt(each) for each in ("k", "other")] == [
            Receipt("yuki.1", "buy 500", {"yen": 500}),
            None,
        ]


@pytest.mark.parametrize(
    ("at", "count"),
    [
        (japan(2026, 10, 31, 23, 59, 59), 0),
        (japan(2026, 11, 1), 1),
        (japan(2026, 11, 30, 23, 59, 59), 1),
        (japan(2026, 12, 1), 0),
    ],
    ids=str,
)
def test_purchases_are_those_of_the_month_in_japan(
    helpdesk: Helpdesk, at: datetime, count: int
):
    start, end = NOVEMBER.plus(-1).ends_at, NOVEMBER.ends_at
    with helpdesk.database.writing() as unit:
        unit.carrier_books.add_receipt("k1", "yuki.1", "buy 500", {"yen": 500}, at)
        unit.carrier_books.add_receipt("k2", "yuki.1", "plan x", {}, at)
        unit.carrier_books.add_receipt("k3", "hiro.1", "buy 500", {"yen": 500}, at)

        found = unit.carrier_books.bought("yuki.1", start, end)

    assert found == [{"yen": 500}] * count


def test_purchases_come_in_their_order(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        for number in (2, 1):
            at = NOW + timedelta(minutes=number)
            receipt = {"yen": number}
            unit.carrier_books.add_receipt(f"k{number}", "yuki.1", "buy 5", receipt, at)

        found = unit.carrier_books.bought("yuki.1", NOW, NOW + timedelta(hours=1))

    assert found == [{"yen": 1}, {"yen": 2}]
