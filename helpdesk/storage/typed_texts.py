"""What customers have typed to the bot, masked, and what it was taken for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, inspect, select

from helpdesk.domain.span import Span
from helpdesk.storage import tables
from helpdesk.storage.lessons import is_for_bot

_inbox = tables.inbox


@dataclass(frozen=True)
class TypedText:
    """`text` as Rasa read it, with vault tokens; `intent`: what it made of it."""

    text: str
    intent: str
    at: datetime


def typed_texts(connection: Connection, span: Span) -> list[TypedText]:
    """Those of the span, in order; none from a database that has no tables yet.

    Left out: what was said to an operator, and what was taken back.
    """
    if not inspect(connection).has_table(_inbox.name):
        return []
    query = (
        select(_inbox.c.text, _inbox.c.intent, _inbox.c.received_at)
        .where(_inbox.c.received_at >= span.start, _inbox.c.received_at < span.end)
        .where(_inbox.c.text.is_not(None), _inbox.c.intent.is_not(None))
        .where(is_for_bot())
        .order_by(_inbox.c.received_at, _inbox.c.id)
    )
    return [
        TypedText(row.text, row.intent, row.received_at)
        for row in connection.execute(query)
    ]
