"""The audit log: who did what to whom, when, from which conversation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from helpdesk.storage import tables


class AuditTable:
    """Rows are added, never changed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self, at: datetime, actor: str, action: str, subject: str, **detail: Any
    ) -> None:
        self._connection.execute(
            insert(tables.audit).values(
                at=at, actor=actor, action=action, subject=subject, detail=detail
            )
        )
