"""The audit log: who did what to whom, when, from which conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from helpdesk.services.staff_ports import AuditEntry, AuditFilter
from helpdesk.storage import tables

_audit = tables.audit


class AuditTable:
    """Rows are added, never changed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last_action(self, actor: str, subject: str) -> str | None:
        """What the actor did last to the subject."""
        query = (
            select(tables.audit.c.action)
            .where(tables.audit.c.subject == subject, tables.audit.c.actor == actor)
            .order_by(tables.audit.c.id.desc())
            .limit(1)
        )
        return self._connection.scalar(query)

    def has(self, actor: str, action: str, subject: str, since: datetime) -> bool:
        """Whether the actor has done this since then."""
        query = (
            select(tables.audit.c.id)
            .where(
                tables.audit.c.subject == subject,
                tables.audit.c.actor == actor,
                tables.audit.c.action == action,
                tables.audit.c.at >= since,
            )
            .limit(1)
        )
        return self._connection.scalar(query) is not None

    def add(
        self, at: datetime, actor: str, action: str, subject: str, **detail: Any
    ) -> None:
        self._connection.execute(
            insert(tables.audit).values(
                at=at, actor=actor, action=action, subject=subject, detail=detail
            )
        )

    def find(
        self, wanted: AuditFilter, before: int | None, limit: int
    ) -> list[AuditEntry]:
        """The newest first; `before`: only entries that are older than this one."""
        query = select(_audit).order_by(_audit.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(_audit.c.id < before)
        if wanted.actors is not None:
            query = query.where(_audit.c.actor.in_(wanted.actors))
        if wanted.subjects is not None:
            query = query.where(_audit.c.subject.in_(wanted.subjects))
        if wanted.action is not None:
            query = query.where(_audit.c.action == wanted.action)
        if wanted.start is not None:
            query = query.where(_audit.c.at >= wanted.start)
        if wanted.end is not None:
            query = query.where(_audit.c.at < wanted.end)
        return [
            AuditEntry(row.id, row.at, row.actor, row.action, row.subject, row.detail)
            for row in self._connection.execute(query)
        ]

    def actions(self) -> list[str]:
        """Every act that was ever noted."""
        query = select(_audit.c.action).distinct().order_by(_audit.c.action)
        return list(self._connection.scalars(query))
