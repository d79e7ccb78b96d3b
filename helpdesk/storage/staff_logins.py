"""How operators log in: password hashes, and the secrets of second factors."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from helpdesk.domain.staff import Role
from helpdesk.services.staff_ports import StaffLogin
from helpdesk.storage import desk_tables

_operators = desk_tables.operators


class StaffLoginTable:
    """The login's columns of the operators' table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, operator: str) -> StaffLogin | None:
        query = select(_operators).where(_operators.c.id == operator)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        has_totp = row.totp_confirmed_at is not None
        return StaffLogin(row.id, row.password_hash, row.totp_secret, has_totp)

    def set_password(self, operator: str, password_hash: str) -> None:
        self._connection.execute(
            update(_operators)
            .where(_operators.c.id == operator)
            .values(password_hash=password_hash)
        )

    def offer_totp(self, operator: str, secret: str) -> bool:
        """Keep a secret that awaits its first code; False if one is confirmed."""
        result = self._connection.execute(
            update(_operators)
            .where(
                _operators.c.id == operator, _operators.c.totp_confirmed_at.is_(None)
            )
            .values(totp_secret=secret, totp_last_step=None)
        )
        return result.rowcount == 1

    def confirm_totp(self, operator: str, secret: str, step: int, at: datetime) -> bool:
        """False if it is another secret by now, or one that is confirmed."""
        result = self._connection.execute(
            update(_operators)
            .where(
                _operators.c.id == operator,
                _operators.c.totp_secret == secret,
                _operators.c.totp_confirmed_at.is_(None),
            )
            .values(totp_confirmed_at=at, totp_last_step=step)
        )
        return result.rowcount == 1

    def take_step(self, operator: str, step: int) -> bool:
        """False if this step's code, or a later one, was taken already."""
        last = _operators.c.totp_last_step
        result = self._connection.execute(
            update(_operators)
            .where(
                _operators.c.id == operator,
                _operators.c.totp_confirmed_at.is_not(None),
                or_(last.is_(None), last < step),
            )
            .values(totp_last_step=step)
        )
        return result.rowcount == 1

    def remove_totp(self, operator: str) -> bool:
        """False if there was no secret."""
        result = self._connection.execute(
            update(_operators)
            .where(_operators.c.id == operator, _operators.c.totp_secret.is_not(None))
            .values(totp_secret=None, totp_confirmed_at=None, totp_last_step=None)
        )
        return result.rowcount == 1

    def administrators(self) -> list[str]:
        """Who can log in as one; in a writing unit they stay so until it ends.

        Otherwise two administrators could close each other at the same moment.
        """
        query = (
            select(_operators.c.id)
            .where(
                _operators.c.role == Role.ADMINISTRATOR.value,
                _operators.c.is_active,
                _operators.c.password_hash.is_not(None),
            )
            .order_by(_operators.c.id)
            .with_for_update()
        )
        return list(self._connection.scalars(query))
