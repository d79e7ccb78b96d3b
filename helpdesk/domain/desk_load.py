"""The operators' load: who had which talk, for how long, and was at the desk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.domain.span import Span


@dataclass(frozen=True)
class WordPassed:
    """From this moment the operator has the word with the customer; None: nobody."""

    customer: str
    at: datetime
    operator: str | None


@dataclass(frozen=True)
class Stint:
    """An operator's part of a talk, half-open; `ends_at` None: it goes on."""

    operator: str
    customer: str
    begins_at: datetime
    ends_at: datetime | None

    def covers(self, moment: datetime) -> bool:
        if self.ends_at is not None and moment >= self.ends_at:
            return False
        return self.begins_at <= moment


@dataclass(frozen=True)
class Presence:
    """An operator was available, half-open; `until` None: and still is."""

    operator: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Stretch:
    """A piece of an operator's time."""

    operator: str
    span: Span


def stints(moves: Sequence[WordPassed]) -> list[Stint]:
    """Who had which talk when, from the moves in the order in which they were made."""
    found: list[Stint] = []
    begun: dict[str, tuple[str, datetime]] = {}
    for move in moves:
        if move.customer in begun:
            operator, since = begun.pop(move.customer)
            found.append(Stint(operator, move.customer, since, move.at))
        if move.operator is not None:
            begun[move.customer] = (move.operator, move.at)
    found += [
        Stint(operator, customer, since, None)
        for customer, (operator, since) in begun.items()
    ]
    return sorted(found, key=lambda each: (each.begins_at, each.customer))


def summed(stretches: Iterable[Stretch]) -> timedelta:
    """The lengths together: two talks at once count twice."""
    return sum((each.span.length for each in stretches), timedelta())


def covered(stretches: Iterable[Stretch]) -> timedelta:
    """Each operator's time with at least one of them, summed over the operators."""
    by_operator: dict[str, list[Span]] = defaultdict(list)
    for each in stretches:
        by_operator[each.operator].append(each.span)
    return sum(map(_union, by_operator.values()), timedelta())


def _union(spans: list[Span]) -> timedelta:
    length, reached = timedelta(), None
    for span in sorted(spans, key=lambda each: each.start):
        start = span.start if reached is None else max(span.start, reached)
        if span.end > start:
            length += span.end - start
            reached = span.end
    return length
