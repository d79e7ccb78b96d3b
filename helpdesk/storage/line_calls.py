"""Calls to LINE, each made once, and what customers took back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from helpdesk.domain.line_sending import CallKind, CallState, Doubt
from helpdesk.services.line_ports import StoredCall
from helpdesk.storage import line_tables

_calls = line_tables.line_calls
_erasures = line_tables.erasures


class LineCallTable:
    """A customer has at most one open call: the index sees to it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open_call(self, customer: str) -> StoredCall | None:
        query = select(_calls).where(
            _calls.c.customer == customer, _calls.c.state == CallState.OPEN.value
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _as_call(row)

    def add(self, call: StoredCall) -> None:
        self._connection.execute(
            insert(_calls).values(
                id=call.id,
                customer=call.customer,
                kind=call.kind.value,
                event=call.event,
                first_line=call.first_line,
                last_line=call.last_line,
                has_more=call.has_more,
                state=call.state.value,
                attempts=call.attempts,
                is_under_way=call.is_under_way,
                doubt=call.doubt.value,
                begun_at=call.begun_at,
                next_try_at=call.next_try_at,
            )
        )

    def begin_attempt(self, call: str, attempts: int, doubt: Doubt) -> None:
        self._connection.execute(
            update(_calls)
            .where(_calls.c.id == call)
            .values(attempts=attempts, doubt=doubt.value, is_under_way=True)
        )

    def end_attempt(
        self,
        call: str,
        state: CallState,
        doubt: Doubt,
        next_try_at: datetime,
        finished_at: datetime | None,
    ) -> bool:
        """False if the call was not open any more."""
        result = self._connection.execute(
            update(_calls)
            .where(_calls.c.id == call, _calls.c.state == CallState.OPEN.value)
            .values(
                state=state.value,
                doubt=doubt.value,
                is_under_way=False,
                next_try_at=next_try_at,
                finished_at=finished_at,
            )
        )
        return result.rowcount == 1


class ErasureTable:
    """What customers took back; the rows stay as the proof that it was erased."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def is_requested(self, event_id: str) -> bool:
        query = select(_erasures.c.event_id).where(_erasures.c.event_id == event_id)
        return self._connection.scalar(query) is not None

    def request(self, event_id: str, customer: str, at: datetime) -> None:
        """Asking twice is asking once."""
        if self.is_requested(event_id):
            return
        self._connection.execute(
            insert(_erasures).values(
                event_id=event_id, customer=customer, requested_at=at
            )
        )

    def due(self, customer: str) -> list[str]:
        """The customer's events that the dialogue has not forgotten yet."""
        query = select(_erasures.c.event_id).where(
            _erasures.c.customer == customer, _erasures.c.done_at.is_(None)
        )
        return list(self._connection.scalars(query))

    def customers(self) -> list[str]:
        query = select(_erasures.c.customer).where(_erasures.c.done_at.is_(None))
        return list(self._connection.scalars(query.distinct()))

    def done(self, event_id: str, at: datetime) -> None:
        self._connection.execute(
            update(_erasures).where(_erasures.c.event_id == event_id).values(done_at=at)
        )


def _as_call(row: Row[tuple[object, ...]]) -> StoredCall:
    return StoredCall(
        row.id,
        row.customer,
        CallKind(row.kind),
        row.event,
        row.first_line,
        row.last_line,
        row.has_more,
        CallState(row.state),
        row.attempts,
        row.is_under_way,
        Doubt(row.doubt),
        row.begun_at,
        row.next_try_at,
    )
