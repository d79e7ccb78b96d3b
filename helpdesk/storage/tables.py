"""The tables. Moments are stored in UTC; a user code is text in every column."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; SQLite, which keeps no zone, included."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone is not stored")
        return value.astimezone(UTC)

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        return (
            value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        )


def id_column() -> Column[Any]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


def customer_column(**options: Any) -> Column[Any]:
    return Column(
        "customer", String(64), ForeignKey("customers.id"), nullable=False, **options
    )


def carriers_subscription(**options: Any) -> Column[Any]:
    """A subscription of whatever carrier: there need not be a row of ours."""
    return Column("subscription", String(64), **options)


def subscription_column(**options: Any) -> Column[Any]:
    """A subscription of the embedded carrier."""
    return Column("subscription", String(64), ForeignKey("subscriptions.id"), **options)


customers = Table(
    "customers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("created_at", Moment, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    customer_column(primary_key=True),
    Column("speaker", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("awaits", String(64)),
    Column("operator", String(64)),
)

inbox = Table(
    "inbox",
    metadata,
    id_column(),
    Column("event_id", String(160), nullable=False, unique=True),
    customer_column(),
    Column("text", Text),
    Column("payload", Text),
    # Since when the customer waits; `sent_at` orders what came in another order.
    Column("received_at", Moment, nullable=False, index=True),
    Column("sent_at", Moment),
    Column("noted_at", Moment),
    Column("finished_at", Moment),
    # What Rasa took it for; None if it was no text, or no turn was made of it.
    Column("intent", String(64)),
    Column("confidence", Float),
    Index("ix_inbox_customer_finished_at", "customer", "finished_at"),
    Index(
        "ix_inbox_unfinished",
        "customer",
        sqlite_where=text("finished_at IS NULL"),
        postgresql_where=text("finished_at IS NULL"),
    ),
)

messages = Table(
    "messages",
    metadata,
    id_column(),
    customer_column(index=True),
    Column("author", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    # The inbox item that the line answers: lines of one turn belong together.
    Column("turn", Integer, ForeignKey("inbox.id"), index=True),
    Column("client_id", String(64)),
    # What LINE keeps for a while, by its kind and LINE's id: an image, a file …
    Column("content", String(16)),
    Column("content_id", String(64)),
    # Who of the operators said it, and the line that it quotes.
    Column("operator", String(64)),
    Column("quotes", Integer),
    # What is shown in place of the text, in the form of `domain.card.as_json`.
    Column("card", JSON(none_as_null=True)),
    sqlite_autoincrement=True,
)

buttons = Table(
    "buttons",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("message", Integer, ForeignKey("messages.id"), nullable=False, index=True),
    customer_column(),
    Column("place", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("is_answer", Boolean, nullable=False),
    Column("expires_at", Moment),
)

vault = Table(
    "vault",
    metadata,
    Column("token", String(32), primary_key=True),
    customer_column(),
    Column("kind", String(16), nullable=False),
    Column("ciphertext", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("contract_holder", String(64), nullable=False, index=True),
    Column("end_user_is_holder", Boolean, nullable=False),
    Column("number_last4", String(4), nullable=False),
    Column("order_place", String(8), nullable=False),
    Column("keeps_number", Boolean, nullable=False),
    Column("shipping_notice_on", Date),
    Column("service_start_notice_on", Date),
    Column("activated_on", Date),
)

logins = Table(
    "logins",
    metadata,
    Column("login_id", String(64), primary_key=True),
    subscription_column(nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
)

user_codes = Table(
    "user_codes",
    metadata,
    id_column(),
    subscription_column(nullable=False),
    Column("state", String(8), nullable=False),
    Column("ciphertext", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False, unique=True),
    Column("issued_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    # The event that asked for the reissue: the same event never issues twice.
    Column("event_id", String(160), unique=True),
    Index(
        "uq_user_codes_active",
        "subscription",
        unique=True,
        sqlite_where=text("state = 'active'"),
        postgresql_where=text("state = 'active'"),
    ),
)

links = Table(
    "links",
    metadata,
    id_column(),
    customer_column(index=True),
    carriers_subscription(nullable=False),
    Column("role", String(16), nullable=False),
    Column("linked_at", Moment, nullable=False),
    Column("unlinked_at", Moment),
    Index(
        "uq_links_current",
        "subscription",
        "role",
        unique=True,
        sqlite_where=text("unlinked_at IS NULL"),
        postgresql_where=text("unlinked_at IS NULL"),
    ),
)

link_attempts = Table(
    "link_attempts",
    metadata,
    id_column(),
    Column("token_hash", String(64), nullable=False, unique=True),
    customer_column(index=True),
    Column("role", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    carriers_subscription(),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    # LINE's account link: what it will name, and whether a link may be moved.
    Column("nonce_hash", String(64)),
    Column("may_move", Boolean),
    Index("uq_link_attempts_nonce_hash", "nonce_hash", unique=True),
)

failed_tries = Table(
    "failed_tries",
    metadata,
    id_column(),
    Column("customer", String(64), nullable=False, index=True),
    Column("address", String(64), index=True),
    Column("kind", String(16), nullable=False),
    Column("at", Moment, nullable=False),
)

handoff_requests = Table(
    "handoff_requests",
    metadata,
    id_column(),
    customer_column(index=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("reason", String(64), nullable=False),
    Column("text", Text),
    Column("requested_at", Moment, nullable=False, index=True),
    Column("event_id", String(160), unique=True),
    Column("is_trouble", Boolean, nullable=False, server_default=false()),
    Column("wish", String(64)),
    Column("assigned_to", String(64)),
    Column("assigned_at", Moment),
    Column("operator", String(64)),
    Column("claimed_at", Moment, index=True),
    Column("closed_at", Moment, index=True),
    Column("close_reason", String(24)),
    Column("held_at", Moment),
    Column("desk_closed_at", Moment),
    # What the customer was told when asking, and was told last.
    Column("estimate_seconds", Integer),
    Column("told_place", Integer),
    Column("told_minutes", Integer),
    Column("told_at", Moment),
    Column("alerted_at", Moment),
)

audit = Table(
    "audit",
    metadata,
    id_column(),
    Column("at", Moment, nullable=False, index=True),
    Column("actor", String(80), nullable=False, index=True),
    Column("action", String(64), nullable=False),
    Column("subject", String(80), nullable=False, index=True),
    Column("detail", JSON, nullable=False),
)
