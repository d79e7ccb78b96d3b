"""Logins of the staff: passwords, the second factor, sessions, the own account."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from helpdesk.domain.staff import Operator
from helpdesk.domain.staff_logins import (
    COMPLETE,
    INCOMPLETE,
    SEEN_EVERY,
    check_password,
)
from helpdesk.services.ports import Cipher, Clock, PasswordHasher, Store, Unit
from helpdesk.services.staff_ports import OneTimeCodes, StaffLogin, StoredSession
from helpdesk.services.staff_tries import StaffTries


class WrongStaffLogin(ValueError):
    """Unknown, closed, or wrong password: one error for all, so nobody can probe."""


class WrongPassword(ValueError):
    """Who is logged in has not typed the present password."""


class WrongCode(ValueError):
    """Not the code of this moment, or one that was used already."""


class NoSession(LookupError):
    """The session is unknown, over, or not at this step."""


@dataclass(frozen=True)
class StaffSession:
    """Who is logged in; `csrf` must come back with every form.

    `is_complete` is False until the second factor is given.
    """

    operator: Operator
    csrf: str
    is_complete: bool


@dataclass(frozen=True)
class PendingTotp:
    """A second factor that awaits its first code; `address` is for the QR code."""

    secret: str
    address: str


class StaffAccountService:
    """A token is in the cookie only; what is stored is its fingerprint."""

    def __init__(
        self,
        store: Store,
        hasher: PasswordHasher,
        cipher: Cipher,
        codes: OneTimeCodes,
        tries: StaffTries,
        clock: Clock,
        *,
        issuer: str,
        refused: Mapping[str, str],
    ) -> None:
        """`issuer`: what authenticator apps show beside the codes.

        `refused`: operators with passwords that open nothing: the sample's, in
        production. Their names stay free for real people.
        """
        self._store = store
        self._hasher = hasher
        self._cipher = cipher
        self._codes = codes
        self._tries = tries
        self._clock = clock
        self._issuer = issuer
        self._refused = refused
        # Verified when the operator is unknown, so that both failures take as long.
        self._nobody = hasher.of_nobody()

    # --- In and out -------------------------------------------------------------------

    def log_in(self, operator_id: str, password: str, address: str | None) -> str:
        """The token of a new session, which a second factor may have to complete.

        Raises WrongStaffLogin, TooManyTries.
        """
        name = unicodedata.normalize("NFKC", operator_id).strip().lower()
        with self._store.reading() as unit:
            self._tries.check(unit, name, address)
            login = unit.staff_logins.get(name)
        known = login.password_hash if login is not None else None
        # Outside of any transaction: it takes long.
        is_right = self._hasher.verify(known or self._nobody, password)
        is_right = is_right and self._refused.get(name) != password
        with self._store.writing() as unit:
            # Again: of many tries at once, those after the limit count for nothing.
            self._tries.check(unit, name, address)
            operator = unit.operators.get(name)
            if operator and operator.is_active and known and is_right:
                return self._begin(unit, operator, is_complete=not operator.has_totp)
            self._fail(unit, name, address, _why(operator))
        raise WrongStaffLogin

    def give_code(self, token: str, code: str, address: str | None) -> str:
        """Complete a session; the token of the one that takes its place.

        Raises NoSession, WrongCode, TooManyTries.
        """
        with self._store.writing() as unit:
            session = self._find(unit, token)
            if session is None or session.is_complete:
                raise NoSession
            operator = session.operator
            self._tries.check(unit, operator.id, address)
            step = self._step(unit.staff_logins.get(operator.id), code)
            if step is not None and unit.staff_logins.take_step(operator.id, step):
                unit.staff_sessions.end(self._hash(token))
                return self._begin(unit, operator, is_complete=True)
            self._fail(unit, operator.id, address, "code")
        raise WrongCode

    def session_of(self, token: str) -> StaffSession | None:
        """The session of this cookie; None if it is unknown, over, or closed."""
        if not token:
            return None
        with self._store.reading() as unit:
            stored = unit.staff_sessions.get(self._hash(token))
            session = self._living(unit, stored)
        if stored is None or session is None:
            return None
        now = self._clock()
        if now - stored.seen_at >= SEEN_EVERY:
            with self._store.writing() as unit:
                unit.staff_sessions.see(self._hash(token), now)
        return session

    def log_out(self, token: str) -> Operator | None:
        """Who has left, if this was the operator's last session."""
        with self._store.writing() as unit:
            session = self._find(unit, token)
            unit.staff_sessions.end(self._hash(token))
            if session is None or not session.is_complete:
                return None
            self._audit(unit, session.operator, "logged_out")
            self._forget_old(unit)
            is_elsewhere = unit.staff_sessions.has_any(session.operator.id)
            return None if is_elsewhere else session.operator

    # --- The own account --------------------------------------------------------------

    def change_password(
        self, token: str, current: str, new: str, address: str | None
    ) -> None:
        """Ends all other sessions of the operator.

        Raises NoSession, WrongPassword, TooManyTries, PasswordTooShort,
        PasswordUnchanged.
        """
        operator = self._prove(token, current, address)
        check_password(new, current)
        password_hash = self._hasher.hash(new)
        with self._store.writing() as unit:
            self._require(unit, token)
            unit.staff_logins.set_password(operator.id, password_hash)
            unit.staff_sessions.end_all(operator.id, besides=self._hash(token))
            self._audit(unit, operator, "password_changed")

    def begin_totp(self, token: str) -> None:
        """Make a secret that awaits its first code. Raises NoSession."""
        with self._store.writing() as unit:
            operator = self._require(unit, token)
            secret = self._cipher.encrypt(self._codes.new_secret())
            unit.staff_logins.offer_totp(operator.id, secret)

    def pending_totp(self, token: str) -> PendingTotp | None:
        """What the phone is to read; None if nothing is being set up."""
        with self._store.reading() as unit:
            operator = self._require(unit, token)
            login = unit.staff_logins.get(operator.id)
        if login is None or login.totp_secret is None or login.has_totp:
            return None
        secret = self._cipher.decrypt(login.totp_secret)
        address = self._codes.address(secret, operator.id, self._issuer)
        return PendingTotp(secret, address)

    def confirm_totp(self, token: str, code: str) -> None:
        """From now on a code is asked for; ends all other sessions of the operator.

        Raises NoSession, WrongCode.
        """
        with self._store.writing() as unit:
            operator = self._require(unit, token)
            login = unit.staff_logins.get(operator.id)
            step = self._step(login, code)
            if login is None or login.totp_secret is None or step is None:
                raise WrongCode
            now, secret = self._clock(), login.totp_secret
            if not unit.staff_logins.confirm_totp(operator.id, secret, step, now):
                raise WrongCode
            unit.staff_sessions.end_all(operator.id, besides=self._hash(token))
            self._audit(unit, operator, "second_factor_on")

    def switch_off_totp(self, token: str, password: str, address: str | None) -> None:
        """Raises NoSession, WrongPassword, TooManyTries."""
        operator = self._prove(token, password, address)
        with self._store.writing() as unit:
            self._require(unit, token)
            if unit.staff_logins.remove_totp(operator.id):
                self._audit(unit, operator, "second_factor_off")

    # --- Parts ------------------------------------------------------------------------

    def _begin(self, unit: Unit, operator: Operator, *, is_complete: bool) -> str:
        now, token = self._clock(), secrets.token_urlsafe(32)
        self._forget_old(unit)
        csrf = secrets.token_urlsafe(24)
        unit.staff_sessions.add(
            self._hash(token), StoredSession(operator.id, csrf, is_complete, now, now)
        )
        if is_complete:
            self._audit(unit, operator, "logged_in")
        return token

    def _forget_old(self, unit: Unit) -> None:
        now = self._clock()
        unit.staff_sessions.forget(
            begun_by=now - COMPLETE.whole, seen_by=now - COMPLETE.idle
        )

    def _fail(self, unit: Unit, name: str, address: str | None, why: str) -> None:
        self._tries.add(unit, name, address)
        # What was typed for a name may be a password: only names of ours are noted.
        is_known = unit.operators.get(name) is not None
        actor, subject = (f"operator:{name}", name) if is_known else ("operator:?", "?")
        now = self._clock()
        unit.audit.add(now, actor, "login_failed", subject, why=why)
        if self._tries.locked_until(unit, name) is not None:
            unit.audit.add(now, actor, "login_locked", subject)

    def _find(self, unit: Unit, token: str) -> StaffSession | None:
        return self._living(unit, unit.staff_sessions.get(self._hash(token)))

    def _living(self, unit: Unit, stored: StoredSession | None) -> StaffSession | None:
        """None if it is over, or the operator's login is closed."""
        if stored is None:
            return None
        limit = COMPLETE if stored.is_complete else INCOMPLETE
        operator = unit.operators.get(stored.operator)
        if (
            operator is None
            or not operator.is_active
            or limit.is_over(stored.created_at, stored.seen_at, self._clock())
        ):
            return None
        return StaffSession(operator, stored.csrf, stored.is_complete)

    def _require(self, unit: Unit, token: str) -> Operator:
        """Raises NoSession."""
        session = self._find(unit, token)
        if session is None or not session.is_complete:
            raise NoSession
        return session.operator

    def _prove(self, token: str, password: str, address: str | None) -> Operator:
        """Whose session it is, after the password. Raises as `change_password`."""
        with self._store.reading() as unit:
            operator = self._require(unit, token)
            self._tries.check(unit, operator.id, address)
            login = unit.staff_logins.get(operator.id)
        known = login.password_hash if login is not None else None
        if known is None or not self._hasher.verify(known, password):
            with self._store.writing() as unit:
                self._fail(unit, operator.id, address, "password")
            raise WrongPassword
        return operator

    def _step(self, login: StaffLogin | None, code: str) -> int | None:
        """The half minute of this code; None if it is wrong."""
        if login is None or login.totp_secret is None:
            return None
        digits = "".join(unicodedata.normalize("NFKC", code).split())
        secret = self._cipher.decrypt(login.totp_secret)
        return self._codes.step_of(secret, digits, self._clock())

    def _hash(self, token: str) -> str:
        return self._cipher.fingerprint(f"staff session {token}")

    def _audit(self, unit: Unit, operator: Operator, action: str) -> None:
        unit.audit.add(self._clock(), f"operator:{operator.id}", action, operator.id)


def _why(operator: Operator | None) -> str:
    """Why a login failed, for the audit log only."""
    if operator is None:
        return "unknown"
    return "password" if operator.is_active else "closed"
