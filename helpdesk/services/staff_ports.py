"""What the logins of the staff and the audit log need from storage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class StaffLogin:
    """How an operator proves who it is; `totp_secret` opens with the cipher.

    `password_hash` None: no login yet. `has_totp`: the secret is confirmed.
    """

    operator: str
    password_hash: str | None
    totp_secret: str | None
    has_totp: bool


@dataclass(frozen=True)
class StoredSession:
    """A session as it is kept; moments in UTC."""

    operator: str
    csrf: str
    is_complete: bool
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True)
class AuditEntry:
    """A line of the audit log; `at` in UTC."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class AuditFilter:
    """What to look for; None is anything. `start` inclusive, `end` exclusive.

    `actors`, `subjects`: any of these, exactly.
    """

    actors: tuple[str, ...] | None = None
    subjects: tuple[str, ...] | None = None
    action: str | None = None
    start: datetime | None = None
    end: datetime | None = None


class StaffLogins(Protocol):
    def get(self, operator: str) -> StaffLogin | None: ...
    def set_password(self, operator: str, password_hash: str) -> None: ...
    def offer_totp(self, operator: str, secret: str) -> bool: ...
    def confirm_totp(
        self, operator: str, secret: str, step: int, at: datetime
    ) -> bool: ...
    def take_step(self, operator: str, step: int) -> bool: ...
    def remove_totp(self, operator: str) -> bool: ...
    def administrators(self) -> list[str]: ...


class StaffSessions(Protocol):
    def add(self, token_hash: str, session: StoredSession) -> None: ...
    def get(self, token_hash: str) -> StoredSession | None: ...
    def see(self, token_hash: str, at: datetime) -> None: ...
    def end(self, token_hash: str) -> bool: ...
    def end_all(self, operator: str, besides: str | None = None) -> int: ...
    def has_any(self, operator: str) -> bool: ...
    def forget(self, *, begun_by: datetime, seen_by: datetime) -> int: ...


class OneTimeCodes(Protocol):
    """Codes of an authenticator app (RFC 6238)."""

    def new_secret(self) -> str: ...
    def address(self, secret: str, operator: str, issuer: str) -> str: ...
    def step_of(self, secret: str, code: str, at: datetime) -> int | None: ...
