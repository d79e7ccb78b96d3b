"""What the desk itself says to customers; the patterns are data (desk.yml)."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.domain.wording import DayFormat


@dataclass(frozen=True)
class DeskWords:
    """Sentences with their gaps: {name}, {place}, {wait}, {minutes}, {opens_at}."""

    soon: str
    about: str
    place: str
    place_soon: str
    joined_pattern: str
    passed_pattern: str
    released: str
    warn_idle: str
    closed_idle: str
    desk_closed: str
    days: DayFormat

    def joined(self, name: str) -> str:
        return self.joined_pattern.format(name=name)

    def passed(self, name: str) -> str:
        return self.passed_pattern.format(name=name)

    def wait(self, minutes: int) -> str:
        """A sentence on how long somebody waits; 0 means soon."""
        return self.about.format(minutes=minutes) if minutes else self.soon

    def place_is(self, place: int, minutes: int) -> str:
        """The place in the queue, from 1, and the wait."""
        if minutes == 0:
            return self.place_soon
        return self.place.format(place=place, wait=self.wait(minutes))
