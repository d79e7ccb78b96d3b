"""The clock of the day, and what everybody notes in it."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

OPENS = datetime.fromisoformat("2026-11-24T10:00:00+09:00")
CLOSES = datetime.fromisoformat("2026-11-24T19:00:00+09:00")
_PLACE = re.compile(r"順番は(\d+)番目")
_MINUTES = re.compile(r"目安は約(\d+)分|まもなくお返事")


@dataclass
class Day:
    """`began`: the real moment (Unix) at which the clock showed `start`."""

    start: datetime
    began: float
    speed: float

    def now(self) -> datetime:
        passed = (time.time() - self.began) * self.speed
        return (self.start + timedelta(seconds=passed)).astimezone(UTC)

    async def until(self, moment: datetime) -> None:
        await asyncio.sleep(
            max(0.0, (moment - self.now()).total_seconds()) / self.speed
        )

    async def pass_minutes(self, minutes: float) -> None:
        await asyncio.sleep(minutes * 60 / self.speed)


@dataclass(frozen=True)
class Line:
    """A line as the customer sees it."""

    id: int
    author: str
    text: str
    at: datetime
    buttons: tuple[tuple[str, str], ...] = ()


@dataclass
class Diary:
    """What one customer has lived through.

    `outcome`: served, left, desk_closed, message, bot; None if the day ended first.
    """

    customer: str
    plan: str
    sent: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    outcome: str | None = None
    is_queued: bool = False
    place: int | None = None
    minutes: int | None = None
    requested_at: datetime | None = None
    taken_at: datetime | None = None
    score: int | None = None
    problems: list[str] = field(default_factory=list)

    def heard(self, words: str, after: int = 0) -> Line | None:
        """The first line after this id, by anybody but the customer, with the words."""
        return next(
            (each for each in self.lines if each.id > after and words in each.text),
            None,
        )


def place_in(text: str) -> tuple[int, int] | None:
    """Place and minutes that a line tells; 0 minutes means soon."""
    place, minutes = _PLACE.search(text), _MINUTES.search(text)
    if place is None or minutes is None:
        return None
    return int(place.group(1)), int(minutes.group(1) or 0)
