"""Who works at the desk, and who may do what: the only table of permissions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Role(str, Enum):
    """A supervisor may all that an operator may; an administrator all."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


class Status(str, Enum):
    """Only who is available is given talks."""

    AVAILABLE = "available"
    AWAY = "away"
    OFF = "off"


class Permission(str, Enum):
    """What can be done at the desk."""

    SEE_TALKS = "see_talks"
    TAKE_TALKS = "take_talks"
    # Check eligibility, reissue for the holder, lift a lock, unlink, send a page.
    ACT_FOR_CUSTOMERS = "act_for_customers"
    # Read what the vault keeps of a talk; each look is audited.
    OPEN_SECRETS = "open_secrets"
    # Take over a talk of the bot or of a colleague, and set a colleague's status.
    SUPERVISE = "supervise"
    SEE_REPORTS = "see_reports"
    # Say what an unanswered sentence means, and export it.
    TEACH = "teach"
    SEE_AUDIT = "see_audit"
    MANAGE_STAFF = "manage_staff"


_OPERATOR = {
    Permission.SEE_TALKS,
    Permission.TAKE_TALKS,
    Permission.ACT_FOR_CUSTOMERS,
    Permission.OPEN_SECRETS,
}
_SUPERVISOR = _OPERATOR | {
    Permission.SUPERVISE,
    Permission.SEE_REPORTS,
    Permission.TEACH,
    Permission.SEE_AUDIT,
}
PERMISSIONS = {
    Role.OPERATOR: frozenset(_OPERATOR),
    Role.SUPERVISOR: frozenset(_SUPERVISOR),
    Role.ADMINISTRATOR: frozenset(Permission),
}


class NotPermitted(PermissionError):
    """The role lacks the permission."""


@dataclass(frozen=True)
class Operator:
    """A person at the desk; `name` is what colleagues see. `status_since` in UTC.

    `is_active` False: the login is closed. `has_totp`: a second factor is asked for.
    """

    id: str
    name: str
    role: Role
    status: Status
    status_since: datetime | None = None
    is_active: bool = True
    has_totp: bool = False

    def may(self, permission: Permission) -> bool:
        return permission in PERMISSIONS[self.role]

    def require(self, permission: Permission) -> None:
        """Raises NotPermitted."""
        if not self.may(permission):
            raise NotPermitted(f"{self.role.value} may not {permission.value}")
