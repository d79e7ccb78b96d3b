"""What the embedded carrier keeps: contracts, data, statements, receipts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from helpdesk.domain.bills import BillItem
from helpdesk.domain.data_balance import DailyUse, DataBalance
from helpdesk.domain.months import Month
from helpdesk.services.carrier_ports import (
    ContractRecord,
    DataAccount,
    Receipt,
    StatementRecord,
)
from helpdesk.storage import carrier_tables as tables

_contracts = tables.contracts
_accounts = tables.data_accounts
_uses = tables.data_uses
_statements = tables.statements
_calls = tables.call_charges
_receipts = tables.carrier_receipts


class CarrierBookTables:
    """Rows by subscription; who changes data locks the account first."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def contract(self, subscription: str) -> ContractRecord | None:
        row = self._connection.execute(
            select(_contracts).where(_contracts.c.subscription == subscription)
        ).one_or_none()
        return None if row is None else ContractRecord(*row)

    def add_contract(self, contract: ContractRecord) -> None:
        self._connection.execute(insert(_contracts).values(**vars(contract)))

    def set_plan(self, contract: ContractRecord) -> None:
        """Write plan and next plan."""
        self._connection.execute(
            update(_contracts)
            .where(_contracts.c.subscription == contract.subscription)
            .values(
                plan=contract.plan,
                next_plan=contract.next_plan,
                next_plan_from=contract.next_plan_from,
            )
        )

    def account(self, subscription: str) -> DataAccount:
        row = self._connection.execute(
            select(_accounts).where(_accounts.c.subscription == subscription)
        ).one()
        balance = DataBalance(row.carried, row.gifted, row.basic, row.bought)
        return DataAccount(row.subscription, Month.read(row.month), balance)

    def lock_accounts(self, subscriptions: Sequence[str]) -> None:
        """Keep others from these accounts until the transaction ends.

        Always in one order, so that two who lock the same never wait for each other.
        """
        for subscription in sorted(set(subscriptions)):
            self._connection.execute(
                select(_accounts.c.subscription)
                .where(_accounts.c.subscription == subscription)
                .with_for_update()
            )

    def add_account(self, account: DataAccount) -> None:
        self._connection.execute(
            insert(_accounts).values(
                subscription=account.subscription, **_account_values(account)
            )
        )

    def set_account(self, account: DataAccount) -> None:
        self._connection.execute(
            update(_accounts)
            .where(_accounts.c.subscription == account.subscription)
            .values(**_account_values(account))
        )

    def uses(self, subscription: str, since: date) -> list[DailyUse]:
        """The days from `since` on that have a use, the oldest first."""
        query = (
            select(_uses.c.day, _uses.c.megabytes)
            .where(_uses.c.subscription == subscription, _uses.c.day >= since)
            .order_by(_uses.c.day)
        )
        return [DailyUse(*row) for row in self._connection.execute(query)]

    def add_use(self, subscription: str, use: DailyUse) -> None:
        self._connection.execute(
            insert(_uses).values(
                subscription=subscription, day=use.day, megabytes=use.megabytes
            )
        )

    def statements(self, subscription: str) -> list[StatementRecord]:
        """Of the months that are over, the newest first."""
        query = (
            select(_statements)
            .where(_statements.c.subscription == subscription)
            .order_by(_statements.c.month.desc())
        )
        return [
            StatementRecord(
                Month.read(row.month),
                [BillItem(label, yen) for label, yen in row.items_],
                row.has_failed,
            )
            for row in self._connection.execute(
                query.with_only_columns(
                    _statements.c.month,
                    _statements.c["items"].label("items_"),
                    _statements.c.has_failed,
                )
            )
        ]

    def add_statement(self, subscription: str, statement: StatementRecord) -> None:
        self._connection.execute(
            insert(_statements).values(
                subscription=subscription,
                month=str(statement.month),
                items=[[item.label, item.yen] for item in statement.items],
                has_failed=statement.has_failed,
            )
        )

    def calls(self, subscription: str, month: Month) -> int:
        """Yen with tax; 0 if nothing was called."""
        query = select(_calls.c.yen).where(
            _calls.c.subscription == subscription, _calls.c.month == str(month)
        )
        return self._connection.scalar(query) or 0

    def add_calls(self, subscription: str, month: Month, yen: int) -> None:
        self._connection.execute(
            insert(_calls).values(subscription=subscription, month=str(month), yen=yen)
        )

    def receipt(self, key: str) -> Receipt | None:
        query = select(
            _receipts.c.subscription, _receipts.c.asked, _receipts.c.result
        ).where(_receipts.c.key == key)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else Receipt(*row)

    def add_receipt(
        self,
        key: str,
        subscription: str,
        asked: str,
        result: dict[str, Any],
        at: datetime,
    ) -> None:
        self._connection.execute(
            insert(_receipts).values(
                key=key, subscription=subscription, asked=asked, result=result, at=at
            )
        )

    def bought(
        self, subscription: str, start: datetime, end: datetime
    ) -> list[dict[str, Any]]:
        """The answers to purchases from `start` until before `end`, in order."""
        query = (
            select(_receipts.c.result)
            .where(
                _receipts.c.subscription == subscription,
                _receipts.c.asked.startswith("buy "),
                _receipts.c.at >= start,
                _receipts.c.at < end,
            )
            .order_by(_receipts.c.at)
        )
        return list(self._connection.scalars(query))


def _account_values(account: DataAccount) -> dict[str, object]:
    return {"month": str(account.month), **vars(account.balance)}
