"""Requests for operators: customers in the queue, and messages that were left."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, or_, select, true, update

from helpdesk.domain.handoff import (
    CloseReason,
    HandoffRequest,
    RequestKind,
    RequestState,
)
from helpdesk.domain.queue import Served
from helpdesk.storage import tables

_requests = tables.handoff_requests
_LIVE = _requests.c.kind == RequestKind.LIVE.value
_WAITING = _requests.c.state == RequestState.WAITING.value
_CLAIMED = _requests.c.state == RequestState.CLAIMED.value


class HandoffTables:
    """What waits for people, oldest first; each move is one conditional update."""

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
        *,
        is_trouble: bool = False,
        wish: str | None = None,
    ) -> int:
        """The request's id."""
        result = self._connection.execute(
            insert(_requests).values(
                customer=customer,
                kind=kind.value,
                state=RequestState.WAITING.value,
                reason=reason,
                text=text,
                requested_at=at,
                event_id=event_id,
                is_trouble=is_trouble,
                wish=wish,
            )
        )
        key = result.inserted_primary_key
        return 0 if key is None else int(key[0])

    def waiting(self) -> list[HandoffRequest]:
        return self._all(select(_requests).where(_WAITING))

    def claimed(self) -> list[HandoffRequest]:
        return self._all(select(_requests).where(_CLAIMED))

    def of_customer(self, customer: str) -> list[HandoffRequest]:
        return self._all(select(_requests).where(_requests.c.customer == customer))

    def served(self, limit: int) -> list[Served]:
        """The requests that were taken last, the newest first."""
        is_merged = _requests.c.close_reason == CloseReason.MERGED.value
        query = (
            select(_requests)
            .where(_requests.c.claimed_at.is_not(None), is_merged.is_not(true()))
            .order_by(_requests.c.claimed_at.desc(), _requests.c.id.desc())
            .limit(limit)
        )
        return [
            Served(
                # Who waited when the desk closed was called back like a message.
                RequestKind(row.kind),
                row.claimed_at,
            )
            for row in self._connection.execute(query)
        ]

    def ended_last(self, limit: int) -> list[HandoffRequest]:
        """The requests that were closed last, the newest first."""
        query = (
            select(_requests)
            .where(
                _requests.c.claimed_at.is_not(None),
                _requests.c.closed_at.is_not(None),
                _requests.c.close_reason != CloseReason.MERGED.value,
            )
            .order_by(_requests.c.closed_at.desc())
            .limit(limit)
        )
        return [as_request(row) for row in self._connection.execute(query)]

    def claim(self, customer: str, operator: str, at: datetime) -> bool:
        """Take all that the customer waits for: the oldest is the talk's request."""
        waiting = [each for each in self.of_customer(customer) if _waits(each)]
        if not waiting:
            return False
        values: dict[str, Any] = {"operator": operator, "claimed_at": at}
        values |= {"assigned_to": operator, "assigned_at": at, "alerted_at": None}
        values["state"] = RequestState.CLAIMED.value
        taken = self._change(waiting[0].id, RequestState.WAITING, values)
        values |= {"state": RequestState.RESOLVED.value, "closed_at": at}
        values["close_reason"] = CloseReason.MERGED.value
        for other in waiting[1:]:
            self._change(other.id, RequestState.WAITING, values)
        return taken

    def pass_on(self, customer: str, operator: str) -> bool:
        """Give the customer's talk to another operator."""
        values = {"operator": operator, "held_at": None, "alerted_at": None}
        return self._update([_requests.c.customer == customer, _CLAIMED], values)

    def release(self, customer: str, reason: str) -> bool:
        """Put the customer's talk back in the queue, at its old place."""
        values = {
            "state": RequestState.WAITING.value,
            "kind": RequestKind.LIVE.value,
            "reason": reason,
            "operator": None,
            "claimed_at": None,
            "assigned_to": None,
            "assigned_at": None,
            "held_at": None,
            # It was for the first wait, which is over.
            "estimate_seconds": None,
            "told_place": None,
            "told_minutes": None,
            "told_at": None,
            "alerted_at": None,
        }
        return self._update([_requests.c.customer == customer, _CLAIMED], values)

    def close(
        self,
        customer: str,
        start: RequestState,
        end: RequestState,
        at: datetime,
        reason: CloseReason,
    ) -> bool:
        """End the customer's live request, or the talk; False if none is in `start`."""
        chosen = [_requests.c.customer == customer, _requests.c.state == start.value]
        if start is RequestState.WAITING:
            # A message that was left stays, whatever happens to the queue.
            chosen.append(_LIVE)
        values = {"state": end.value, "closed_at": at, "close_reason": reason.value}
        return self._update(chosen, values)

    def close_desk(self, customer: str, at: datetime) -> bool:
        """Let the customer's place become that of a left message."""
        values = {
            "kind": RequestKind.MESSAGE.value,
            "desk_closed_at": at,
            "assigned_to": None,
            "assigned_at": None,
            "alerted_at": None,
        }
        return self._update([_requests.c.customer == customer, _LIVE, _WAITING], values)

    def assign(
        self, request: int, former: str | None, operator: str | None, at: datetime
    ) -> bool:
        """Say who is to take it; False if somebody else was said meanwhile."""
        assigned = _requests.c.assigned_to
        is_former = assigned.is_(None) if former is None else assigned == former
        values = {"assigned_to": operator, "assigned_at": operator and at}
        return self._update([_requests.c.id == request, _WAITING, is_former], values)

    def assigned_lately(self, operator: str, since: datetime) -> int:
        """How many requests the operator was given or took since then."""
        mine = or_(
            _requests.c.assigned_to == operator, _requests.c.operator == operator
        )
        query = select(func.count()).where(mine, _requests.c.assigned_at >= since)
        return self._connection.execute(query).scalar_one()

    def note_told(self, request: int, place: int, minutes: int, at: datetime) -> None:
        values = {"told_place": place, "told_minutes": minutes, "told_at": at}
        self._update([_requests.c.id == request], values)

    def note_estimate(self, request: int, seconds: int) -> None:
        """What the customer is told when asking; its error is reported later."""
        self._update([_requests.c.id == request], {"estimate_seconds": seconds})

    def hold(self, customer: str, at: datetime | None) -> bool:
        """Stop the clocks of the customer's talk; None lets them run again."""
        values = {"held_at": at} | ({} if at is None else {"alerted_at": None})
        return self._update([_requests.c.customer == customer, _CLAIMED], values)

    def alert(self, request: int, at: datetime | None) -> bool:
        """False if it is as it is to be already."""
        alerted = _requests.c.alerted_at
        other = alerted.is_(None) if at is not None else alerted.is_not(None)
        return self._update([_requests.c.id == request, other], {"alerted_at": at})

    def has_event(self, event_id: str) -> bool:
        query = select(_requests.c.id).where(_requests.c.event_id == event_id)
        return self._connection.scalar(query) is not None

    def erase(self, event_id: str, shown: str) -> None:
        """Take back the message that this event left."""
        self._update([_requests.c.event_id == event_id], {"text": shown})

    def _change(self, request: int, start: RequestState, values: Any) -> bool:
        chosen = [_requests.c.id == request, _requests.c.state == start.value]
        return self._update(chosen, values)

    def _update(self, chosen: list[Any], values: dict[str, Any]) -> bool:
        statement = update(_requests).where(*chosen).values(**values)
        return self._connection.execute(statement).rowcount > 0

    def _all(self, query: Select[tuple[object, ...]]) -> list[HandoffRequest]:
        rows = self._connection.execute(query.order_by(_requests.c.id))
        return [as_request(row) for row in rows]


def _waits(request: HandoffRequest) -> bool:
    return request.state is RequestState.WAITING


def as_request(row: Row[tuple[object, ...]]) -> HandoffRequest:
    """A row of the table as the domain knows it."""
    values = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name for it
    del values["event_id"]
    reason = values.pop("close_reason")
    return HandoffRequest(
        **values
        | {
            "kind": RequestKind(values["kind"]),
            "state": RequestState(values["state"]),
            "close_reason": None if reason is None else CloseReason(reason),
        }
    )
