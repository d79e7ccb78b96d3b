"""The tables of the operators' desk: people, notes, labels, surveys, teaching."""

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
    true,
)

from helpdesk.storage.tables import Moment, customer_column, id_column, metadata

operators = Table(
    "operators",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("name", String(64)),
    # None: no login yet.
    Column("password_hash", Text),
    # Encrypted; asked for only when confirmed by a first code.
    Column("totp_secret", Text),
    Column("totp_confirmed_at", Moment),
    # The 30-second step of the last code that was taken: none is good twice.
    Column("totp_last_step", Integer),
    Column("is_active", Boolean, nullable=False, server_default=true()),
    Column("status_since", Moment),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("operator", String(64), ForeignKey("operators.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    # False until the second factor is given.
    Column("is_complete", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Index("ix_staff_sessions_operator", "operator"),
)

# How long each operator had which status: the load is measured by it.
presences = Table(
    "presences",
    metadata,
    id_column(),
    Column("operator", String(64), ForeignKey("operators.id"), nullable=False),
    Column("status", String(16), nullable=False),
    Column("since", Moment, nullable=False, index=True),
    Column("until", Moment),
)

notes = Table(
    "notes",
    metadata,
    id_column(),
    customer_column(index=True),
    Column("operator", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("deleted_at", Moment),
)

labels = Table(
    "labels",
    metadata,
    customer_column(primary_key=True),
    Column("label", String(32), primary_key=True),
    Column("operator", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)

surveys = Table(
    "surveys",
    metadata,
    id_column(),
    customer_column(index=True),
    # `operator` or `bot`: whose work is judged.
    Column("about", String(16), nullable=False),
    Column("operator", String(64)),
    Column("request", Integer, ForeignKey("handoff_requests.id")),
    Column("asked_at", Moment, nullable=False, index=True),
    Column("score", Integer),
    Column("answered_at", Moment),
    Column("comment", Text),
    # The event that brought the comment: taken back, it erases the comment.
    Column("event_id", String(160), unique=True),
)

# What a supervisor says an unanswered sentence means; the text is masked.
lessons = Table(
    "lessons",
    metadata,
    id_column(),
    Column("item", Integer, ForeignKey("inbox.id"), nullable=False, unique=True),
    Column("text", Text, nullable=False),
    # None: looked at, and not worth teaching.
    Column("intent", String(64)),
    Column("operator", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)
