"""The embedded carrier's months: data, statements and plans, carried on when due."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import TypeVar

from helpdesk.carrier.terms import CarrierTerms
from helpdesk.domain.bills import BillItem
from helpdesk.domain.data_balance import DataBalance, in_next_month
from helpdesk.domain.japan_time import japan_day
from helpdesk.domain.months import Month
from helpdesk.domain.plans import Contract, Network
from helpdesk.services.carrier import NoSuchSubscription
from helpdesk.services.carrier_ports import (
    ContractRecord,
    DataAccount,
    StatementRecord,
)
from helpdesk.services.ports import Clock, Store, Unit

_Answer = TypeVar("_Answer")


class _MonthIsOver(Exception):
    """What was read is of a month that is over."""


class Ledger:
    """Brings a subscription to the present month before anybody looks at it."""

    def __init__(self, store: Store, terms: CarrierTerms, clock: Clock) -> None:
        self._store = store
        self._terms = terms
        self._clock = clock

    @property
    def today(self) -> date:
        return japan_day(self._clock())

    @property
    def month(self) -> Month:
        return Month.of(self.today)

    def read(self, subscription: str, look: Callable[[Unit], _Answer]) -> _Answer:
        """What `look` finds in the present month. Raises NoSuchSubscription."""
        with suppress(_MonthIsOver), self._store.reading() as unit:
            self.record(unit, subscription)
            if unit.carrier_books.account(subscription).month < self.month:
                raise _MonthIsOver
            return look(unit)
        with self._store.writing() as unit:
            self.open(unit, subscription)
            return look(unit)

    def open(self, unit: Unit, *subscriptions: str) -> None:
        """Lock the accounts and bring them to this month. Raises NoSuchSubscription."""
        for subscription in subscriptions:
            self.record(unit, subscription)
        unit.carrier_books.lock_accounts(subscriptions)
        for subscription in subscriptions:
            while unit.carrier_books.account(subscription).month < self.month:
                self._turn(unit, subscription)

    def contract(self, unit: Unit, subscription: str) -> Contract:
        """The contract as it is today."""
        return self._as_contract(self.record(unit, subscription))

    def record(self, unit: Unit, subscription: str) -> ContractRecord:
        """Raises NoSuchSubscription."""
        record = unit.carrier_books.contract(subscription)
        if record is None:
            raise NoSuchSubscription(subscription)
        return record

    def items(self, unit: Unit, subscription: str, month: Month) -> list[BillItem]:
        """The lines of this month's statement, in yen with tax (F-BILL-04)."""
        contract = self.contract(unit, subscription)
        if contract.started_on is None or contract.started_on > month.last_day:
            return []
        items = [BillItem(contract.plan.name, contract.plan.price.taxed)]
        if contract.option is not None:
            items.append(BillItem(contract.option.name, contract.option.price.taxed))
        start, end = month.plus(-1).ends_at, month.ends_at
        for receipt in unit.carrier_books.bought(subscription, start, end):
            label = self._terms.data_label(receipt["megabytes"])
            items.append(BillItem(label, receipt["yen_with_tax"]))
        calls = unit.carrier_books.calls(subscription, month.plus(-1))
        if calls:
            label = self._terms.calls_label(month.plus(-1).number)
            items.append(BillItem(label, calls))
        return items

    def _as_contract(self, record: ContractRecord) -> Contract:
        terms = self._terms
        return Contract(
            record.subscription,
            Network(record.network),
            terms.plans[record.plan],
            None if record.option is None else terms.options[record.option],
            record.started_on,
            None if record.next_plan is None else terms.plans[record.next_plan],
            record.next_plan_from,
        )

    def _turn(self, unit: Unit, subscription: str) -> None:
        """End the account's month: its statement, the next plan, the data left."""
        account = unit.carrier_books.account(subscription)
        over = account.month
        items = self.items(unit, subscription, over)
        if items:
            statement = StatementRecord(over, items, has_failed=False)
            unit.carrier_books.add_statement(subscription, statement)
        record = self.record(unit, subscription)
        begins = over.plus(1)
        if record.next_plan_from is not None and (
            record.next_plan_from <= begins.first_day
        ):
            plan = record.next_plan or record.plan
            record = replace(record, plan=plan, next_plan=None, next_plan_from=None)
            unit.carrier_books.set_plan(record)
        allowance = self._terms.plans[record.plan].megabytes
        # Before the 利用開始日 nothing could be used, and nothing is carried over.
        has_started = (
            record.started_on is not None and record.started_on <= over.last_day
        )
        left = account.balance if has_started else DataBalance()
        balance = in_next_month(left, allowance)
        unit.carrier_books.set_account(DataAccount(subscription, begins, balance))
