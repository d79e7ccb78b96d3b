"""Logins: login ID and password, typed on pages only (F-CON-01)."""

from __future__ import annotations

from collections.abc import Container

from helpdesk.domain.linking import Subscription
from helpdesk.services.failed_tries import FailedTryCounter
from helpdesk.services.ports import PasswordHasher, Store


class WrongLogin(ValueError):
    """Unknown login ID or wrong password: one error for both, so nobody can probe."""


class AccountService:
    """Checks logins, with the limit on failed ones."""

    def __init__(
        self,
        store: Store,
        hasher: PasswordHasher,
        tries: FailedTryCounter,
        refused: Container[str] = (),
    ) -> None:
        """`refused`: login IDs that nobody may use: the sample's, in production."""
        self._refused = refused
        self._store = store
        self._hasher = hasher
        self._tries = tries
        # Verified when the login is unknown, so that both failures take as long.
        self._nobody = hasher.hash("nobody")

    def log_in(
        self, customer: str, login_id: str, password: str, address: str | None
    ) -> Subscription:
        """The subscription of this login. Raises WrongLogin, TooManyTries."""
        with self._store.reading() as unit:
            self._tries.check(unit, customer, address, "login")
            login = unit.subscriptions.login(login_id.strip())
            expected = login.password_hash if login else self._nobody
            is_right = self._hasher.verify(expected, password)
            if login and is_right and login.login_id not in self._refused:
                return unit.subscriptions.get(login.subscription)
        with self._store.writing() as unit:
            self._tries.add(unit, customer, address, "login")
        raise WrongLogin
