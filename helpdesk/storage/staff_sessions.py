"""Sessions of the staff: the fingerprint of a token, and whose it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select, update

from helpdesk.services.staff_ports import StoredSession
from helpdesk.storage import desk_tables

_sessions = desk_tables.staff_sessions


class StaffSessionTable:
    """The token itself is in the cookie only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, token_hash: str, session: StoredSession) -> None:
        self._connection.execute(
            insert(_sessions).values(
                token_hash=token_hash,
                operator=session.operator,
                csrf=session.csrf,
                is_complete=session.is_complete,
                created_at=session.created_at,
                seen_at=session.seen_at,
            )
        )

    def get(self, token_hash: str) -> StoredSession | None:
        query = select(_sessions).where(_sessions.c.token_hash == token_hash)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        return StoredSession(
            row.operator, row.csrf, row.is_complete, row.created_at, row.seen_at
        )

    def see(self, token_hash: str, at: datetime) -> None:
        self._connection.execute(
            update(_sessions)
            .where(_sessions.c.token_hash == token_hash)
            .values(seen_at=at)
        )

    def end(self, token_hash: str) -> bool:
        """False if it had ended."""
        mine = _sessions.c.token_hash == token_hash
        return self._connection.execute(delete(_sessions).where(mine)).rowcount == 1

    def end_all(self, operator: str, besides: str | None = None) -> int:
        """How many sessions of the operator ended; `besides` goes on."""
        ended = delete(_sessions).where(_sessions.c.operator == operator)
        if besides is not None:
            ended = ended.where(_sessions.c.token_hash != besides)
        return self._connection.execute(ended).rowcount

    def has_any(self, operator: str) -> bool:
        """Whether the operator is logged in somewhere."""
        query = (
            select(_sessions.c.operator)
            .where(_sessions.c.operator == operator, _sessions.c.is_complete)
            .limit(1)
        )
        return self._connection.scalar(query) is not None

    def forget(self, *, begun_by: datetime, seen_by: datetime) -> int:
        """Drop what began, or was seen last, at these moments or before."""
        result = self._connection.execute(
            delete(_sessions).where(
                or_(_sessions.c.created_at <= begun_by, _sessions.c.seen_at <= seen_by)
            )
        )
        return result.rowcount
