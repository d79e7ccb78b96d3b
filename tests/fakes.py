"""Stand-ins: a clock that tests move, and the moment at which it starts."""

from __future__ import annotations

from datetime import datetime, timedelta
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
