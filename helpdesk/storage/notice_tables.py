"""The tables of what the product sends by itself."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    text,
)

from helpdesk.storage.tables import (
    Moment,
    carriers_subscription,
    customer_column,
    id_column,
    metadata,
)

# What a customer has switched on or off; `next_look_at`: when the carrier is asked.
notice_choices = Table(
    "notice_choices",
    metadata,
    customer_column(primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("is_on", Boolean, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("next_look_at", Moment, nullable=False),
    Index(
        "ix_notice_choices_on",
        "next_look_at",
        sqlite_where=text("is_on"),
        postgresql_where=text("is_on"),
    ),
)

notices = Table(
    "notices",
    metadata,
    id_column(),
    # What is told once: two processes that find it at once write one.
    Column("key", String(200), nullable=False, unique=True),
    customer_column(index=True),
    Column("kind", String(16), nullable=False),
    carriers_subscription(),
    Column("about", String(32)),
    Column("day", Date),
    Column("state", String(16), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("stale_at", Moment),
    # Of the month's pushes none is left: it goes out with the next reply.
    Column("is_held", Boolean, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("item", Integer, ForeignKey("inbox.id"), unique=True),
    Column("accepted_at", Moment, index=True),
    Column("is_push", Boolean, nullable=False),
    Column("told_at", Moment),
    # What it told has changed since: the same may be told again.
    Column("over_at", Moment),
    Index(
        "ix_notices_waiting",
        "due_at",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
    Index(
        "ix_notices_in_inbox",
        "item",
        sqlite_where=text("state = 'in_inbox'"),
        postgresql_where=text("state = 'in_inbox'"),
    ),
)
