"""Dialogues: the messages of a customer that belong together."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

# From this pause on, the customer's next message begins another dialogue.
PAUSE = timedelta(minutes=30)

FALLBACK = "nlu_fallback"
_PERSON = "request_operator"


@dataclass(frozen=True, slots=True)
class Said:
    """A message of a customer. `intent`: what it was taken for, None for nothing.

    `is_text`: it was typed, not chosen. `is_answered`: the bot said something to it;
    false while an operator speaks.
    """

    customer: str
    at: datetime
    intent: str | None = None
    is_text: bool = True
    is_answered: bool = True

    @property
    def is_understood(self) -> bool:
        return self.intent is not None and self.intent != FALLBACK


@dataclass(frozen=True)
class Dialogue:
    """Messages with less than PAUSE between them, the first one first."""

    said: tuple[Said, ...]

    @property
    def customer(self) -> str:
        return self.said[0].customer

    @property
    def begins_at(self) -> datetime:
        return self.said[0].at

    def covers(self, moment: datetime) -> bool:
        """Whether a message at this moment would belong to the dialogue."""
        return self.begins_at <= moment < self.said[-1].at + PAUSE

    @property
    def has_bot_turn(self) -> bool:
        return any(each.is_answered for each in self.said)

    @property
    def asks_for_person(self) -> bool:
        return any(each.intent == _PERSON for each in self.said)

    def wish(self, wishes: Collection[str]) -> str | None:
        """What the customer came for: the first intent that is one of these."""
        intents = (each.intent for each in self.said)
        return next((each for each in intents if each in wishes), None)


class Dialogues:
    """All dialogues, in no order; they are found by customer and moment."""

    def __init__(self, said: Iterable[Said]) -> None:
        self._by_customer: dict[str, list[Dialogue]] = defaultdict(list)
        ordered = sorted(said, key=lambda each: (each.customer, each.at))
        for customer, theirs in groupby(ordered, key=lambda each: each.customer):
            self._by_customer[customer] = list(_dialogues(theirs))

    def __iter__(self) -> Iterator[Dialogue]:
        for theirs in self._by_customer.values():
            yield from theirs

    def at(self, customer: str, moment: datetime) -> Dialogue | None:
        """The customer's dialogue that covers the moment."""
        theirs = self._by_customer.get(customer, [])
        place = bisect_right(theirs, moment, key=lambda each: each.begins_at)
        if place == 0 or not theirs[place - 1].covers(moment):
            return None
        return theirs[place - 1]


def _dialogues(said: Iterable[Said]) -> Iterator[Dialogue]:
    """One customer's, in order."""
    together: list[Said] = []
    for each in said:
        if together and each.at - together[-1].at >= PAUSE:
            yield Dialogue(tuple(together))
            together = []
        together.append(each)
    if together:
        yield Dialogue(tuple(together))
