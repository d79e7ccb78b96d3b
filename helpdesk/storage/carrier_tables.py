"""The tables of the embedded carrier, and of what customers ask carriers for."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from helpdesk.storage.tables import (
    Moment,
    customer_column,
    id_column,
    metadata,
    subscription_column,
)

contracts = Table(
    "contracts",
    metadata,
    subscription_column(primary_key=True),
    Column("network", String(16), nullable=False),
    Column("plan", String(64), nullable=False),
    Column("option", String(64)),
    Column("started_on", Date),
    Column("next_plan", String(64)),
    Column("next_plan_from", Date),
)

# The balance as it stood in `month`; it is carried on when somebody looks.
data_accounts = Table(
    "data_accounts",
    metadata,
    subscription_column(primary_key=True),
    Column("month", String(7), nullable=False),
    Column("carried", Integer, nullable=False),
    Column("gifted", Integer, nullable=False),
    Column("basic", Integer, nullable=False),
    Column("bought", Integer, nullable=False),
)

data_uses = Table(
    "data_uses",
    metadata,
    subscription_column(primary_key=True),
    Column("day", Date, primary_key=True),
    Column("megabytes", Integer, nullable=False),
)

statements = Table(
    "statements",
    metadata,
    subscription_column(primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("items", JSON, nullable=False),
    Column("has_failed", Boolean, nullable=False),
)

call_charges = Table(
    "call_charges",
    metadata,
    subscription_column(primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("yen", Integer, nullable=False),
)

# What was done for each key: asked for again, it is answered alike.
carrier_receipts = Table(
    "carrier_receipts",
    metadata,
    Column("key", String(160), primary_key=True),
    subscription_column(nullable=False, index=True),
    Column("asked", Text, nullable=False),
    Column("result", JSON, nullable=False),
    Column("at", Moment, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    Column("key", String(160), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("actor", String(80), nullable=False),
    Column("customer", String(64)),
    # The carrier's own: there need not be a row of ours.
    Column("subscription", String(64), nullable=False),
    Column("detail", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("result", JSON),
    Column("tries", Integer, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("next_try_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Index(
        "ix_changes_pending",
        "next_try_at",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
)

gifts = Table(
    "gifts",
    metadata,
    id_column(),
    Column("giver_customer", String(64), ForeignKey("customers.id"), nullable=False),
    Column("giver", String(64), nullable=False, index=True),
    Column("megabytes", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("code_fingerprint", String(64), nullable=False, unique=True),
    Column("code_ciphertext", Text, nullable=False),
    # What offered it: the same event never offers twice.
    Column("event_id", String(160), nullable=False, unique=True),
    Column("offered_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("receiver_customer", String(64), ForeignKey("customers.id")),
    Column("receiver", String(64), index=True),
    Column("moved_at", Moment),
    Index(
        "ix_gifts_offered",
        "expires_at",
        sqlite_where=text("state = 'offered'"),
        postgresql_where=text("state = 'offered'"),
    ),
)

# One-time addresses of My Page.
tickets = Table(
    "tickets",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    customer_column(),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("used_at", Moment),
)
