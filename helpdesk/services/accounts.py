"""Logins: login ID and password, typed on pages only (F-CON-01)."""

from __future__ import annotations

from collections.abc import Container

from helpdesk.domain.linking import Subscription
from helpdesk.services.carrier import Carrier
from helpdesk.services.failed_tries import FailedTryCounter
from helpdesk.services.ports import Store


class WrongLogin(ValueError):
    """Unknown login ID or wrong password: one error for both, so nobody can probe."""


class AccountService:
    """Checks logins, with the limit on failed ones."""

    def __init__(
        self,
        store: Store,
        carrier: Carrier,
        tries: FailedTryCounter,
        refused: Container[str] = (),
    ) -> None:
        """`refused`: login IDs that nobody may use: the sample's, in production."""
        self._refused = refused
        self._store = store
        self._carrier = carrier
        self._tries = tries

    def log_in(
        self, customer: str, login_id: str, password: str, address: str | None
    ) -> Subscription:
        """The subscription of this login. Raises WrongLogin, TooManyTries."""
        with self._store.reading() as unit:
            self._tries.check(unit, customer, address, "login")
        found = self._carrier.log_in(login_id.strip(), password)
        with self._store.writing() as unit:
            # Again: of many tries at once, those after the limit count for nothing.
            self._tries.check(unit, customer, address, "login")
            if found is not None and login_id.strip() not in self._refused:
                return found
            self._tries.add(unit, customer, address, "login")
        raise WrongLogin
