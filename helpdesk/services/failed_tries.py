"""The limit on trying codes and logins: per customer, and per network address."""

from __future__ import annotations

from datetime import datetime

from helpdesk.domain.attempt_limits import AttemptLimit
from helpdesk.services.ports import Cipher, Clock, Unit


class TooManyTries(RuntimeError):
    """The customer, or the address, is locked; `until` (UTC) is the end."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"locked until {until:%H:%M}")
        self.until = until


class FailedTryCounter:
    """Counts failed tries and says when they lock."""

    def __init__(self, limit: AttemptLimit, cipher: Cipher, clock: Clock) -> None:
        self._limit = limit
        self._cipher = cipher
        self._clock = clock

    def check(self, unit: Unit, customer: str, address: str | None, kind: str) -> None:
        """Raises TooManyTries while locked."""
        now = self._clock()
        start = now - self._limit.window - self._limit.lock
        hashed = self._hash(address)
        # Of many tries at once, each sees those before it.
        unit.locks.tries(customer, hashed)
        failures = unit.failed_tries.since(customer, hashed, (kind,), start)
        until = self._limit.locked_until(failures, now)
        if until is not None:
            raise TooManyTries(until)

    def add(self, unit: Unit, customer: str, address: str | None, kind: str) -> None:
        unit.failed_tries.add(customer, self._hash(address), kind, self._clock())

    def recent(self, unit: Unit, customer: str, kinds: tuple[str, ...]) -> int:
        """How many failed within the window that ends now."""
        start = self._clock() - self._limit.window
        return len(unit.failed_tries.since(customer, None, kinds, start))

    def _hash(self, address: str | None) -> str | None:
        return None if address is None else self._cipher.fingerprint(address)
