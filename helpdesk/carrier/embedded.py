"""The embedded carrier: contracts, data, bills and codes in our own tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from helpdesk.carrier.codes import CodeBook
from helpdesk.carrier.ledger import Ledger
from helpdesk.carrier.once import once
from helpdesk.carrier.terms import CarrierTerms
from helpdesk.domain.bills import Statement, bill_state
from helpdesk.domain.data_balance import DailyUse, DataPart, Usage
from helpdesk.domain.data_gift import GiftProblem, GiftRefused
from helpdesk.domain.plans import (
    Contract,
    Plan,
    PlanProblem,
    PlanRefused,
    change_takes_effect_on,
    possible_plans,
)
from helpdesk.domain.purchases import (
    PurchaseOffer,
    PurchaseProblem,
    PurchaseRefused,
    PurchaseRule,
    bought_data_expires_on,
)
from helpdesk.services.carrier import CarrierNotice, NoticeKind, PurchaseReceipt
from helpdesk.services.carrier_ports import DataAccount
from helpdesk.services.changes import receipt_of
from helpdesk.services.ports import Cipher, Clock, PasswordHasher, Store, Unit

# F-DATA-03: the daily use of so many days is shown.
_DAYS_SHOWN = 30


class EmbeddedCarrier(CodeBook):
    """The carrier of the demo, the tests, and of who has no other back end."""

    def __init__(
        self,
        store: Store,
        cipher: Cipher,
        hasher: PasswordHasher,
        terms: CarrierTerms,
        clock: Clock,
    ) -> None:
        super().__init__(store, cipher, hasher, terms, clock)
        self._ledger = Ledger(store, terms, clock)

    # --- Data -------------------------------------------------------------------------

    def usage(self, subscription: str) -> Usage:
        return self._ledger.read(
            subscription, lambda unit: self._usage(unit, subscription)
        )

    def give_data(self, giver: str, receiver: str, megabytes: int, key: str) -> None:
        with self._store.writing() as unit:
            self._ledger.open(unit, giver, receiver)

            def give() -> dict[str, Any]:
                contract = self._ledger.contract(unit, giver)
                account = unit.carrier_books.account(giver)
                if giver == receiver:
                    raise GiftRefused(GiftProblem.OWN_SUBSCRIPTION)
                rule, network = self._terms.gifts, contract.network.value
                allowance = contract.plan.megabytes
                rule.check(megabytes, account.balance, allowance, network)
                rule.check_network(self._ledger.contract(unit, receiver).network.value)
                left = account.balance.without_given(megabytes)
                unit.carrier_books.set_account(replace(account, balance=left))
                self._credit(unit, receiver, DataPart.GIFTED, megabytes)
                return {}

            asked = f"give {receiver} {megabytes}"
            once(unit, key, giver, asked, self._clock(), give)

    def purchase_offer(self, subscription: str) -> PurchaseOffer:
        return self._ledger.read(
            subscription, lambda unit: self._offer(unit, subscription)
        )

    def buy_data(self, subscription: str, megabytes: int, key: str) -> PurchaseReceipt:
        with self._store.writing() as unit:
            self._ledger.open(unit, subscription)

            def buy() -> dict[str, Any]:
                rule, bought = self._purchases(unit, subscription)
                bought_unit = rule.unit(megabytes, bought)
                self._credit(unit, subscription, DataPart.BOUGHT, megabytes)
                expires_on = bought_data_expires_on(self._ledger.today)
                return {
                    "megabytes": megabytes,
                    "yen": bought_unit.price.yen,
                    "with_tax": bought_unit.price.with_tax,
                    "yen_with_tax": bought_unit.price.taxed,
                    "expires_on": expires_on.isoformat(),
                }

            asked = f"buy {megabytes}"
            found = once(unit, key, subscription, asked, self._clock(), buy)
        return receipt_of(found)

    # --- Contract ---------------------------------------------------------------------

    def contract(self, subscription: str) -> Contract:
        return self._ledger.read(
            subscription, lambda unit: self._ledger.contract(unit, subscription)
        )

    def possible_plans(self, subscription: str) -> list[Plan]:
        return possible_plans(
            self.contract(subscription),
            list(self._terms.plans.values()),
            self._ledger.today,
        )

    def change_plan(self, subscription: str, plan: str, key: str) -> date:
        with self._store.writing() as unit:
            self._ledger.open(unit, subscription)

            def change() -> dict[str, Any]:
                contract = self._ledger.contract(unit, subscription)
                plans, today = list(self._terms.plans.values()), self._ledger.today
                if plan not in [p.id for p in possible_plans(contract, plans, today)]:
                    raise PlanRefused(PlanProblem.NOT_POSSIBLE)
                starts = change_takes_effect_on(today)
                record = self._ledger.record(unit, subscription)
                unit.carrier_books.set_plan(
                    replace(record, next_plan=plan, next_plan_from=starts)
                )
                return {"from": starts.isoformat()}

            asked = f"plan {plan}"
            found = once(unit, key, subscription, asked, self._clock(), change)
        return date.fromisoformat(found["from"])

    def withdraw_plan_change(self, subscription: str, key: str) -> None:
        with self._store.writing() as unit:
            self._ledger.open(unit, subscription)

            def withdraw() -> dict[str, Any]:
                record = self._ledger.record(unit, subscription)
                if record.next_plan is None:
                    raise PlanRefused(PlanProblem.NOTHING_TO_WITHDRAW)
                unit.carrier_books.set_plan(
                    replace(record, next_plan=None, next_plan_from=None)
                )
                return {}

            asked = "withdraw plan"
            once(unit, key, subscription, asked, self._clock(), withdraw)

    # --- Bills and notices ------------------------------------------------------------

    def statements(self, subscription: str) -> list[Statement]:
        return self._ledger.read(
            subscription, lambda unit: self._statements(unit, subscription)
        )

    def notices(self, subscription: str) -> list[CarrierNotice]:
        order, today = self.subscription(subscription).order, self._ledger.today
        found = [
            (NoticeKind.SHIPPED, order.shipping_notice_on),
            (NoticeKind.SERVICE_STARTED, order.service_start_notice_on),
        ]
        for statement in self.statements(subscription):
            found.append((NoticeKind.BILL_FIXED, statement.fixed_on))
            if statement.state.value == "failed":
                # The day after the charge (F-BILL-08).
                failed_on = statement.charged_on + timedelta(days=1)
                found.append((NoticeKind.PAYMENT_FAILED, failed_on))
        notices = [
            CarrierNotice(subscription, kind, day)
            for kind, day in found
            if day is not None and day <= today
        ]
        return sorted(notices, key=lambda notice: notice.on, reverse=True)

    # --- What is read inside a transaction --------------------------------------------

    def _usage(self, unit: Unit, subscription: str) -> Usage:
        today, month = self._ledger.today, self._ledger.month
        first_shown = today - timedelta(days=_DAYS_SHOWN - 1)
        since = min(first_shown, month.first_day)
        used = {
            use.day: use.megabytes
            for use in unit.carrier_books.uses(subscription, since)
            if use.day <= today
        }
        shown = [first_shown + timedelta(days=n) for n in range(_DAYS_SHOWN)]
        return Usage(
            month,
            unit.carrier_books.account(subscription).balance,
            self._ledger.contract(unit, subscription).plan.megabytes,
            sum(mb for day, mb in used.items() if day >= month.first_day),
            tuple(DailyUse(day, used.get(day, 0)) for day in shown),
        )

    def _credit(
        self, unit: Unit, subscription: str, part: DataPart, megabytes: int
    ) -> None:
        account = unit.carrier_books.account(subscription)
        more = account.balance.plus(part, megabytes)
        unit.carrier_books.set_account(DataAccount(subscription, account.month, more))

    def _purchases(self, unit: Unit, subscription: str) -> tuple[PurchaseRule, int]:
        """The network's rule, and how often was bought this month."""
        contract = self._ledger.contract(unit, subscription)
        if contract.started_on is None or contract.started_on > self._ledger.today:
            raise PurchaseRefused(PurchaseProblem.NOT_STARTED)
        rule = self._terms.purchases.get(contract.network.value)
        if rule is None:
            raise PurchaseRefused(PurchaseProblem.NETWORK)
        month = self._ledger.month
        start, end = month.plus(-1).ends_at, month.ends_at
        return rule, len(unit.carrier_books.bought(subscription, start, end))

    def _offer(self, unit: Unit, subscription: str) -> PurchaseOffer:
        rule, bought = self._purchases(unit, subscription)
        if bought >= rule.monthly_limit:
            raise PurchaseRefused(PurchaseProblem.USED_UP)
        return PurchaseOffer(rule.units, rule.monthly_limit - bought)

    def _statements(self, unit: Unit, subscription: str) -> list[Statement]:
        today, month = self._ledger.today, self._ledger.month
        current = self._ledger.items(unit, subscription, month)
        over = [
            Statement(
                record.month,
                record.items,
                bill_state(record.month, today, has_failed=record.has_failed),
            )
            for record in unit.carrier_books.statements(subscription)
        ]
        open_now = [
            Statement(month, current, bill_state(month, today, has_failed=False))
        ]
        return (open_now if current else []) + over
