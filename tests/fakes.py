"""Stand-ins: a clock that tests move, and a carrier that goes away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

_JAPAN = ZoneInfo("Asia/Tokyo")
# datetime.UTC is not in Rasa's Python.
_UTC = ZoneInfo("UTC")


def japan(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0
) -> datetime:
    """A moment as a Japanese clock shows it."""
    return datetime(year, month, day, hour, minute, second, tzinfo=_JAPAN)


# A Tuesday, at the hour for which the design shows the sample world.
NOW = japan(2026, 11, 24, 11).astimezone(_UTC)


class FakeClock:
    """Stands still until a test moves it; in UTC, like the real one."""

    def __init__(self, at: datetime = NOW) -> None:
        self._at = at.astimezone(_UTC)

    def __call__(self) -> datetime:
        return self._at

    def forward(self, **amount: float) -> None:
        """Move on, by the arguments of `timedelta`."""
        self._at += timedelta(**amount)

    def set(self, at: datetime) -> None:
        self._at = at.astimezone(_UTC)


class UnsteadyCarrier:
    """A carrier that does not answer when a test says so.

    `fails_before`, `fails_after`: so many times it is away before it has done what is
    asked, or after. `meanwhile` happens once, while the next one asks. `asked`: the
    names of what it was asked for, answered or not.
    """

    def __init__(self, carrier: Any) -> None:
        self._carrier = carrier
        self.fails_before = 0
        self.fails_after = 0
        self.meanwhile: Callable[[], object] | None = None
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        # Rasa's Python cannot read this module.
        from helpdesk.services.carrier import CarrierAway  # noqa: PLC0415 -- see above

        def ask(*what: Any) -> Any:
            self.asked.append(name)
            happens, self.meanwhile = self.meanwhile, None
            if happens is not None:
                happens()
            if self.fails_before:
                self.fails_before -= 1
                raise CarrierAway
            answer = getattr(self._carrier, name)(*what)
            if self.fails_after:
                self.fails_after -= 1
                raise CarrierAway
            return answer

        return ask
