"""The inbox: each message is accepted once by its event id, and finished once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from helpdesk.services.ports import InboxItem
from helpdesk.storage import tables

_inbox = tables.inbox


class InboxTable:
    """What customers have sent, in the order in which it was sent."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def accept(
        self,
        customer: str,
        event_id: str,
        text: str | None,
        payload: str | None,
        at: datetime,
        sent_at: datetime | None = None,
    ) -> int | None:
        """The inbox item's id; None if this event was accepted before."""
        statement = insert(_inbox).values(
            event_id=event_id,
            customer=customer,
            text=text,
            payload=payload,
            received_at=at,
            sent_at=sent_at or at,
        )
        try:
            with self._connection.begin_nested():
                result = self._connection.execute(statement)
        except IntegrityError:
            return None
        key = result.inserted_primary_key
        return None if key is None else int(key[0])

    def accepted(self, event_id: str) -> int | None:
        return self._connection.scalar(
            select(_inbox.c.id).where(_inbox.c.event_id == event_id)
        )

    def pending(self, customer: str) -> InboxItem | None:
        """The customer's unfinished item that was sent first."""
        query = (
            select(_inbox)
            .where(_inbox.c.customer == customer, _inbox.c.finished_at.is_(None))
            .order_by(_inbox.c.sent_at, _inbox.c.id)
            .limit(1)
        )
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        return InboxItem(
            row.id,
            row.event_id,
            row.customer,
            row.text,
            row.payload,
            row.received_at,
            row.noted_at,
        )

    def customers_with_pending(self) -> list[str]:
        query = (
            select(_inbox.c.customer).where(_inbox.c.finished_at.is_(None)).distinct()
        )
        return list(self._connection.scalars(query))

    def is_open(self, item: int) -> bool:
        """Whether the item still waits for its answer."""
        query = select(_inbox.c.id).where(
            _inbox.c.id == item, _inbox.c.finished_at.is_(None)
        )
        return self._connection.scalar(query) is not None

    def finish(self, item: int, at: datetime) -> bool:
        """False if it was finished before: then its answer must not be said again."""
        result = self._connection.execute(
            update(_inbox)
            .where(_inbox.c.id == item, _inbox.c.finished_at.is_(None))
            .values(finished_at=at)
        )
        return result.rowcount == 1

    def finish_words(self, customer: str, until: datetime, at: datetime) -> None:
        """Finish what the customer has said until then (inclusive), unanswered.

        Commands of ours are no words: they stay.
        """
        is_said = or_(
            _inbox.c.payload.is_(None),
            _inbox.c.payload.not_like("/EXTERNAL\\_%", escape="\\"),
        )
        self._connection.execute(
            update(_inbox)
            .where(
                _inbox.c.customer == customer,
                _inbox.c.finished_at.is_(None),
                _inbox.c.received_at <= until,
                is_said,
            )
            .values(finished_at=at)
        )

    def note_delay(self, item: int, at: datetime) -> bool:
        """False if the customer has been told already."""
        result = self._connection.execute(
            update(_inbox)
            .where(_inbox.c.id == item, _inbox.c.noted_at.is_(None))
            .values(noted_at=at)
        )
        return result.rowcount == 1
