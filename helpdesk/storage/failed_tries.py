"""Failed tries of codes and logins, counted for the limits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, or_, select

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
