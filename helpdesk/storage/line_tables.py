"""The tables of the channel on LINE; a LINE user id is stored encrypted only."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from helpdesk.storage.tables import Moment, customer_column, metadata

line_accounts = Table(
    "line_accounts",
    metadata,
    customer_column(primary_key=True),
    Column("user_hash", String(64), nullable=False, unique=True),
    Column("user_id", Text, nullable=False),
    Column("is_friend", Boolean, nullable=False),
    # LINE's time of what made it so: an older event that comes late changes nothing.
    Column("friend_since", Moment),
    # The last line of the conversation that LINE has taken, or need not have.
    Column("delivered", Integer, nullable=False),
    # LINE's id of the rich menu that is shown, and whether to look at it again.
    Column("menu", String(64)),
    Column("menu_due", Boolean, nullable=False, index=True),
)

line_events = Table(
    "line_events",
    metadata,
    Column("event_id", String(64), primary_key=True),
    Column("type", String(32), nullable=False),
    Column("customer", String(64), ForeignKey("customers.id")),
    Column("message_id", String(64), index=True),
    # From when on the customer waits: the first delivery; the event, if redelivered.
    Column("received_at", Moment, nullable=False, index=True),
    # LINE's time of the event, on our clock; events are sorted in this order.
    Column("sent_at", Moment, nullable=False),
    # Encrypted. It lives for a minute from `delivered_at`, and is good for one call.
    Column("reply_token", Text),
    Column("delivered_at", Moment, nullable=False),
    Column("token_used", Boolean, nullable=False),
    # Encrypted: the event as it came, until it is sorted; for good if we do not know
    # its type.
    Column("content", Text),
    Column("sorted_at", Moment),
    Index(
        "ix_line_events_unsorted",
        "sent_at",
        sqlite_where=text("sorted_at IS NULL"),
        postgresql_where=text("sorted_at IS NULL"),
    ),
    Index("ix_line_events_customer_delivered_at", "customer", "delivered_at"),
)

line_calls = Table(
    "line_calls",
    metadata,
    # The retry key of a push.
    Column("id", String(36), primary_key=True),
    customer_column(),
    Column("kind", String(8), nullable=False),
    Column("event", String(64), ForeignKey("line_events.event_id")),
    Column("first_line", Integer, nullable=False),
    Column("last_line", Integer, nullable=False),
    Column("has_more", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("is_under_way", Boolean, nullable=False),
    Column("doubt", String(8), nullable=False),
    Column("begun_at", Moment, nullable=False, index=True),
    Column("next_try_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Index(
        "uq_line_calls_open",
        "customer",
        unique=True,
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
)

erasures = Table(
    "erasures",
    metadata,
    Column("event_id", String(160), primary_key=True),
    customer_column(index=True),
    Column("requested_at", Moment, nullable=False),
    Column("done_at", Moment),
)
