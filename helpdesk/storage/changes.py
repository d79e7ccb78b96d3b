"""Changes at the carrier, from the asking to the answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from helpdesk.domain.changes import Change, ChangeKind, ChangeState
from helpdesk.storage.carrier_tables import changes as _changes


class ChangeTable:
    """A change is found by its key."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, change: Change, next_try_at: datetime) -> bool:
        """False if the key is known."""
        statement = insert(_changes).values(
            key=change.key,
            kind=change.kind.value,
            actor=change.actor,
            customer=change.customer,
            subscription=change.subscription,
            detail=dict(change.detail),
            state=change.state.value,
            tries=change.tries,
            asked_at=change.asked_at,
            next_try_at=next_try_at,
        )
        known = select(_changes.c.key).where(_changes.c.key == change.key)
        if self._connection.scalar(known) is not None:
            return False
        try:
            # Somebody else may write the same key at this moment.
            with self._connection.begin_nested():
                self._connection.execute(statement)
        except IntegrityError:
            return False
        return True

    def get(self, key: str) -> Change:
        query = select(_changes).where(_changes.c.key == key)
        return _as_change(self._connection.execute(query).one())

    def find(self, key: str) -> Change | None:
        query = select(_changes).where(_changes.c.key == key)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _as_change(row)

    def due(self, now: datetime, limit: int) -> list[Change]:
        """What is to be asked for again, that which waits longest first."""
        query = (
            select(_changes)
            .where(
                _changes.c.state == ChangeState.PENDING.value,
                _changes.c.next_try_at <= now,
            )
            .order_by(_changes.c.next_try_at)
            .limit(limit)
        )
        return [_as_change(row) for row in self._connection.execute(query)]

    def settle(self, change: Change, at: datetime) -> bool:
        """Write state and result; False if somebody else did."""
        result = self._connection.execute(
            update(_changes)
            .where(
                _changes.c.key == change.key,
                _changes.c.state == ChangeState.PENDING.value,
            )
            .values(
                state=change.state.value,
                result=dict(change.result or {}),
                settled_at=at,
            )
        )
        return result.rowcount == 1

    def put_off(self, change: Change, next_try_at: datetime) -> bool:
        """Count a try; False if somebody else counted it, or it is settled."""
        result = self._connection.execute(
            update(_changes)
            .where(
                _changes.c.key == change.key,
                _changes.c.state == ChangeState.PENDING.value,
                _changes.c.tries == change.tries,
            )
            .values(next_try_at=next_try_at, tries=change.tries + 1)
        )
        return result.rowcount == 1


def _as_change(row: Row[tuple[object, ...]]) -> Change:
    return Change(
        row.key,
        ChangeKind(row.kind),
        row.actor,
        row.customer,
        row.subscription,
        row.detail,
        row.asked_at,
        ChangeState(row.state),
        row.result,
        row.tries,
    )
