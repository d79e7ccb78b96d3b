"""Fills the embedded carrier's books for the sample world."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from helpdesk.carrier.ledger import Ledger
from helpdesk.domain.data_balance import DailyUse
from helpdesk.domain.japan_time import japan_day
from helpdesk.domain.months import Month
from helpdesk.services.carrier_ports import (
    ContractRecord,
    DataAccount,
    StatementRecord,
)
from helpdesk.services.ports import Clock, Unit
from helpdesk.services.sample_world import SampleContract

# So far back go daily uses and statements.
_DAYS_BACK = 45
_MONTHS_BACK = 3


class SampleBooks:
    """Writes what a contract of the sample has used, pays and may use."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def add(self, unit: Unit, contract: SampleContract) -> None:
        """Contract, data, daily use, calls, and the statements so far."""
        today = japan_day(self._clock())
        month = Month.of(today)
        started = None
        if contract.started is not None:
            started = today + timedelta(days=contract.started)
        unit.carrier_books.add_contract(
            ContractRecord(
                contract.id, contract.network, contract.plan, contract.option, started
            )
        )
        account = DataAccount(contract.id, month, contract.data)
        unit.carrier_books.add_account(account)
        for months, yen in enumerate(contract.calls, start=1):
            unit.carrier_books.add_calls(contract.id, month.plus(-months), yen)
        if started is None or started > today:
            return
        for use in _uses(started, today, contract.used):
            unit.carrier_books.add_use(contract.id, use)
        self._add_statements(unit, contract, month)

    def _add_statements(
        self, unit: Unit, contract: SampleContract, month: Month
    ) -> None:
        for months in range(1, _MONTHS_BACK + 1):
            over = month.plus(-months)
            items = self._ledger.items(unit, contract.id, over)
            if items:
                failed = contract.payment_failed and months == 1
                statement = StatementRecord(over, items, has_failed=failed)
                unit.carrier_books.add_statement(contract.id, statement)


def _uses(started: date, today: date, used: int) -> list[DailyUse]:
    """Some use on each day; that of this month sums up to `used` MB."""
    first = max(started, today - timedelta(days=_DAYS_BACK))
    days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    this_month = [day for day in days if Month.of(day) == Month.of(today)]
    shares = _shares([_weight(day) for day in this_month], used)
    earlier = [DailyUse(day, _weight(day) * 10) for day in days[: -len(this_month)]]
    return earlier + [
        DailyUse(day, share) for day, share in zip(this_month, shares, strict=True)
    ]


def _weight(day: date) -> int:
    """Between 3 and 13, more at weekends: looks like life, and stays the same."""
    return day.toordinal() * 37 % 8 + (6 if day.weekday() >= 5 else 3)  # noqa: PLR2004 -- Saturday


def _shares(weights: Sequence[int], total: int) -> list[int]:
    whole, given, shares = sum(weights), 0, []
    for weight in weights:
        shares.append(total * weight // whole)
        given += shares[-1]
    if shares:
        shares[-1] += total - given
    return shares
