"""Failed tries of codes and logins, counted for the limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select

from helpdesk.storage import tables

_tries = tables.failed_tries


class FailedTryTable:
    """One row for each failed try; `address` is a keyed hash of the network address."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, customer: str, address: str | None, kind: str, at: datetime) -> None:
        self._connection.execute(
            insert(_tries).values(customer=customer, address=address, kind=kind, at=at)
        )

    def since(
        self, customer: str, address: str | None, kinds: Sequence[str], start: datetime
    ) -> list[datetime]:
        """The tries of this customer, or from this address, from `start` on."""
        mine = _tries.c.customer == customer
        whose = mine if address is None else or_(mine, _tries.c.address == address)
        query = select(_tries.c.at).where(
            whose, _tries.c.kind.in_(kinds), _tries.c.at >= start
        )
        return list(self._connection.scalars(query))

    def last(self, customer: str) -> tuple[str, datetime] | None:
        """Kind and moment of the customer's last failed try."""
        query = (
            select(_tries.c.kind, _tries.c.at)
            .where(_tries.c.customer == customer)
            .order_by(_tries.c.id.desc())
            .limit(1)
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else (row.kind, row.at)

    def clear(self, customer: str, kinds: Sequence[str]) -> None:
        """Forget the customer's failed tries of these kinds."""
        self._connection.execute(
            delete(_tries).where(
                _tries.c.customer == customer, _tries.c.kind.in_(kinds)
            )
        )
