"""The embedded carrier's subscriptions, logins and user codes."""

from __future__ import annotations

import secrets

from helpdesk.carrier.once import once
from helpdesk.carrier.terms import CarrierTerms
from helpdesk.domain.attempt_limits import reissues_left
from helpdesk.domain.linking import CodeState, Subscription
from helpdesk.domain.user_code import USER_CODE_LENGTH
from helpdesk.services.carrier import (
    NoReissueLeft,
    NoSuchSubscription,
    RevokedUserCode,
    UnknownUserCode,
)
from helpdesk.services.ports import Cipher, Clock, PasswordHasher, Store, Unit


class CodeBook:
    """Codes are stored encrypted, and found by a keyed hash."""

    def __init__(
        self,
        store: Store,
        cipher: Cipher,
        hasher: PasswordHasher,
        terms: CarrierTerms,
        clock: Clock,
    ) -> None:
        self._store = store
        self._cipher = cipher
        self._hasher = hasher
        self._terms = terms
        self._clock = clock
        # Verified when the login is unknown, so that both failures take as long.
        self._nobody = hasher.of_nobody()

    def subscription(self, subscription: str) -> Subscription:
        with self._store.reading() as unit:
            return self._subscription(unit, subscription)

    def subscriptions_of(self, contract_holder: str) -> list[Subscription]:
        with self._store.reading() as unit:
            return unit.subscriptions.of_holder(contract_holder)

    def log_in(self, login_id: str, password: str) -> Subscription | None:
        with self._store.reading() as unit:
            login = unit.subscriptions.login(login_id)
        # Outside of any transaction: it takes long.
        expected = login.password_hash if login else self._nobody
        if not self._hasher.verify(expected, password) or login is None:
            return None
        return self.subscription(login.subscription)

    def user_code(self, subscription: str) -> str:
        with self._store.reading() as unit:
            self._subscription(unit, subscription)
            record = unit.subscriptions.active_code(subscription)
        return self._cipher.decrypt(record.ciphertext)

    def subscription_of_code(self, code: str) -> Subscription:
        with self._store.reading() as unit:
            fingerprint = self._cipher.fingerprint(code)
            found = unit.subscriptions.code_by_fingerprint(fingerprint)
            if found is None:
                raise UnknownUserCode
            if found.state is not CodeState.ACTIVE:
                raise RevokedUserCode
            return unit.subscriptions.get(found.subscription)

    def reissues_left(self, subscription: str) -> int:
        with self._store.reading() as unit:
            self._subscription(unit, subscription)
            return self._left(unit, subscription)

    def reissue_code(self, subscription: str, key: str) -> None:
        with self._store.writing() as unit:
            unit.locks.subscription(subscription)
            self._subscription(unit, subscription)

            def reissue() -> dict[str, str]:
                self._reissue(unit, subscription, key)
                return {}

            once(unit, key, subscription, "reissue", self._clock(), reissue)

    def issue_first(self, unit: Unit, subscription: str, code: str) -> None:
        """The code that a new subscription begins with."""
        self._add(unit, subscription, code, None)

    def _subscription(self, unit: Unit, subscription: str) -> Subscription:
        found = unit.subscriptions.find(subscription)
        if found is None:
            raise NoSuchSubscription(subscription)
        return found

    def _left(self, unit: Unit, subscription: str) -> int:
        moments = unit.subscriptions.reissued_at(subscription)
        return reissues_left(moments, self._clock(), self._terms.daily_reissues)

    def _reissue(self, unit: Unit, subscription: str, key: str) -> None:
        if self._left(unit, subscription) == 0:
            raise NoReissueLeft
        active = unit.subscriptions.active_code(subscription)
        code = self._unused_code(unit)
        unit.subscriptions.revoke_code(active.id, self._clock())
        self._add(unit, subscription, code, key)

    def _add(self, unit: Unit, subscription: str, code: str, key: str | None) -> None:
        unit.subscriptions.add_code(
            subscription,
            self._cipher.encrypt(code),
            self._cipher.fingerprint(code),
            self._clock(),
            key,
        )

    def _unused_code(self, unit: Unit) -> str:
        while True:
            code = "".join(
                secrets.choice("0123456789") for _ in range(USER_CODE_LENGTH)
            )
            fingerprint = self._cipher.fingerprint(code)
            if unit.subscriptions.code_by_fingerprint(fingerprint) is None:
                return code
