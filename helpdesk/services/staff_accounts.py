"""Logins of the staff: passwords, the second factor, sessions, and who works here."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.domain.staff import Operator


@dataclass(frozen=True)
class StaffSession:
    """Who is logged in; `csrf` must come back with every form.

    `is_complete` is False until the second factor is given.
    """

    operator: Operator
    csrf: str
    is_complete: bool


class StaffAccountService:
    """Being written."""

    def session_of(self, token: str) -> StaffSession | None:
        """The session of this cookie; None if it is unknown, over, or closed."""
        raise NotImplementedError
