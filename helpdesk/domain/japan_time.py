"""Japan time: rules are stated in it, moments are stored in UTC."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")


class NaiveMoment(ValueError):
    """A moment without a time zone was given where an aware one is needed."""


def in_japan(moment: datetime) -> datetime:
    """The same moment on a Japanese clock. Raises NaiveMoment."""
    return _aware(moment).astimezone(JAPAN)


def japan_day(moment: datetime) -> date:
    """The calendar day in Japan; it changes at 15:00 UTC. Raises NaiveMoment."""
    return in_japan(moment).date()


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise NaiveMoment(f"{moment!r} has no time zone")
    return moment
