"""Requests for a person, and the operators at the desk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from helpdesk.domain.handoff import HandoffRequest, RequestKind, RequestState
from helpdesk.storage import tables

_requests = tables.handoff_requests
_operators = tables.operators


class HandoffTables:
    """What waits for people, oldest first."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        customer: str,
        kind: RequestKind,
        reason: str,
        at: datetime,
        text: str | None = None,
        event_id: str | None = None,
    ) -> None:
        self._connection.execute(
            insert(_requests).values(
                customer=customer,
                kind=kind.value,
                state=RequestState.WAITING.value,
                reason=reason,
                text=text,
                requested_at=at,
                event_id=event_id,
            )
        )

    def waiting(self) -> list[HandoffRequest]:
        return self._all(
            select(_requests).where(_requests.c.state == RequestState.WAITING.value)
        )

    def of_customer(self, customer: str) -> list[HandoffRequest]:
        return self._all(select(_requests).where(_requests.c.customer == customer))

    def close(self, customer: str, start: RequestState, end: RequestState) -> bool:
        """Move the customer's live request; False if there is none in `start`."""
        result = self._connection.execute(
            update(_requests)
            .where(
                _requests.c.customer == customer,
                _requests.c.kind == RequestKind.LIVE.value,
                _requests.c.state == start.value,
            )
            .values(state=end.value)
        )
        return result.rowcount > 0

    def has_event(self, event_id: str) -> bool:
        query = select(_requests.c.id).where(_requests.c.event_id == event_id)
        return self._connection.scalar(query) is not None

    def erase(self, event_id: str, shown: str) -> None:
        """Take back the message that this event left."""
        self._connection.execute(
            update(_requests).where(_requests.c.event_id == event_id).values(text=shown)
        )

    def operators_at_desk(self) -> int:
        query = select(func.count()).where(_operators.c.status == "available")
        return self._connection.execute(query).scalar_one()

    def add_operator(self, operator: str, role: str, status: str) -> None:
        self._connection.execute(
            insert(_operators).values(id=operator, role=role, status=status)
        )

    def _all(self, query: Select[tuple[object, ...]]) -> list[HandoffRequest]:
        rows = self._connection.execute(query.order_by(_requests.c.id))
        return [_as_request(row) for row in rows]


def _as_request(row: Row[tuple[object, ...]]) -> HandoffRequest:
    return HandoffRequest(
        row.id,
        row.customer,
        RequestKind(row.kind),
        RequestState(row.state),
        row.reason,
        row.requested_at,
        row.text,
    )
