"""The limit on trying to log in at the desk: per operator, and per network address."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from helpdesk.domain.attempt_limits import AttemptLimit
from helpdesk.services.failed_tries import FailedTryCounter, TooManyTries
from helpdesk.services.ports import Cipher, Clock, Unit

_KIND = "staff_login"
# The whole desk may come from one address: a colleague's slips must not lock all.
_DESK = 4
_NOBODY = ""


class StaffTries:
    """Counts wrong passwords and wrong codes alike."""

    def __init__(self, limit: AttemptLimit, cipher: Cipher, clock: Clock) -> None:
        """`limit`: that of an operator; an address has four times as many tries."""
        self._cipher = cipher
        self._of_operator = FailedTryCounter(limit, cipher, clock)
        desk = replace(limit, tries=limit.tries * _DESK)
        self._of_address = FailedTryCounter(desk, cipher, clock)

    def check(self, unit: Unit, operator: str, address: str | None) -> None:
        """Raises TooManyTries while the operator or the address is locked."""
        self._of_operator.check(unit, self._key(unit, operator), None, _KIND)
        self._of_address.check(unit, _NOBODY, address, _KIND)

    def add(self, unit: Unit, operator: str, address: str | None) -> None:
        self._of_address.add(unit, self._key(unit, operator), address, _KIND)

    def locked_until(self, unit: Unit, operator: str) -> datetime | None:
        """The end of the operator's lock, in UTC; None if there is none."""
        try:
            self._of_operator.check(unit, self._key(unit, operator), None, _KIND)
        except TooManyTries as locked:
            return locked.until
        return None

    def lift(self, unit: Unit, operator: str) -> None:
        unit.failed_tries.clear(self._key(unit, operator), (_KIND,))

    def _key(self, unit: Unit, operator: str) -> str:
        """An unknown name locks like a known one, but may be a mistyped password."""
        if unit.operators.get(operator) is None:
            operator = f"?{self._cipher.fingerprint(operator)[:32]}"
        return f"staff:{operator}"
