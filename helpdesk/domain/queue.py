"""The operators' queue: whose turn it is, and how long that will take.

The rules stand in docs/decisions/0017; their numbers are data (data/catalog/desk.yml).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.domain.handoff import HandoffRequest, RequestKind

# Estimates are told in these steps of minutes; nobody counts on the thirteenth.
_STEPS = (1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120)


@dataclass(frozen=True)
class QueueRule:
    """`live` customers who wait, then `messages` that were left, and so on in turn.

    Within each kind, troubles come before questions; a question that has waited for
    `question_patience` counts as a trouble, so that it is not overtaken for ever.
    """

    live: int
    messages: int
    question_patience: timedelta


@dataclass(frozen=True)
class Served:
    """A request that was taken: its kind, and when."""

    kind: RequestKind
    claimed_at: datetime


def in_order(
    waiting: Sequence[HandoffRequest],
    rule: QueueRule,
    now: datetime,
    served: Sequence[Served] = (),
) -> list[HandoffRequest]:
    """The requests in the order in which they are to be taken.

    `served`: the last ones that were taken, the newest first; they tell where in the
    turn of live customers and messages the desk stands.
    """
    lanes = {
        kind: sorted(
            (each for each in waiting if each.kind is kind),
            key=lambda each: _rank(each, rule, now),
        )
        for kind in RequestKind
    }
    turns = _turns(rule, served)
    ordered = []
    while any(lanes.values()):
        kind = next(turns)
        if not lanes[kind]:
            kind = next(other for other in RequestKind if lanes[other])
        ordered.append(lanes[kind].pop(0))
    return ordered


def _rank(
    request: HandoffRequest, rule: QueueRule, now: datetime
) -> tuple[bool, datetime, int]:
    is_urgent = (
        request.is_trouble or now - request.requested_at >= rule.question_patience
    )
    return not is_urgent, request.requested_at, request.id


def _turns(rule: QueueRule, served: Sequence[Served]) -> Iterator[RequestKind]:
    """Whose turn it is, for ever, going on where the desk stands."""
    cycle = [RequestKind.LIVE] * rule.live + [RequestKind.MESSAGE] * rule.messages
    place = _place_in_cycle(rule, served)
    while True:
        yield cycle[place % len(cycle)]
        place += 1


def _place_in_cycle(rule: QueueRule, served: Sequence[Served]) -> int:
    """How many steps of the cycle have been made."""
    if not served:
        return 0
    newest = served[0].kind
    run = 0
    for each in served:
        if each.kind is not newest:
            break
        run += 1
    if newest is RequestKind.LIVE:
        return min(run, rule.live)
    return rule.live + min(run, rule.messages)


@dataclass(frozen=True)
class Desk:
    """What who is there can do: `places` for talks in all, `busy` of them taken.

    `handling`: how long a talk takes, by the last ones.
    """

    places: int
    busy: int
    handling: timedelta


def mean_handling(
    lengths: Sequence[timedelta], otherwise: timedelta, least: int = 3
) -> timedelta:
    """The mean length of these talks; `otherwise` if there are too few."""
    if len(lengths) < least:
        return otherwise
    return sum(lengths, timedelta()) / len(lengths)


def estimate(place: int, desk: Desk) -> timedelta:
    """How long the customer at this place (from 1) will wait.

    Nothing while a place for a talk is free; then one talk ends every
    `handling / places`, and each takes one customer out of the queue.
    """
    ahead = place - max(0, desk.places - desk.busy)
    if ahead <= 0:
        return timedelta()
    return desk.handling * ahead / max(1, desk.places)


def told_minutes(wait: timedelta) -> int:
    """The wait as it is told: rounded up to a step of minutes; 0 means soon."""
    minutes = math.ceil(wait.total_seconds() / 60)
    if minutes == 0:
        return 0
    return next((step for step in _STEPS if step >= minutes), _STEPS[-1])
