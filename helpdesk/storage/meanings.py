"""What Rasa took the customers' messages for."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from helpdesk.storage import tables

_inbox = tables.inbox


class MeaningTable:
    """An intent and its confidence beside each item of the inbox."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, item: int, intent: str, confidence: float) -> None:
        """What Rasa took the item for."""
        self._connection.execute(
            update(_inbox)
            .where(_inbox.c.id == item)
            .values(intent=intent[:64], confidence=confidence)
        )

    def last(self, customer: str, besides: Sequence[str]) -> str | None:
        """The last wish of the customer that is none of these."""
        query = (
            select(_inbox.c.intent)
            .where(
                _inbox.c.customer == customer,
                _inbox.c.intent.is_not(None),
                _inbox.c.intent.not_in(besides),
            )
            .order_by(_inbox.c.id.desc())
            .limit(1)
        )
        return self._connection.scalar(query)
