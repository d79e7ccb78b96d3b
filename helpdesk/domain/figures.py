"""The figures of a report, and how each follows from its facts.

A share or a mean of nothing is None, never 0. Durations are seconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, median

from helpdesk.domain.desk_load import Stint, Stretch, covered, summed
from helpdesk.domain.dialogues import Said
from helpdesk.domain.handoff import HandoffRequest, RequestKind

# Who gives one of these is content.
_GOOD_SCORES = (4, 5)


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True)
class Spread:
    """How a duration is spread: `p90` is one that was measured (nearest rank)."""

    mean: float | None = None
    median: float | None = None
    p90: float | None = None
    longest: float | None = None

    @classmethod
    def of(cls, durations: Sequence[timedelta]) -> Spread:
        if not durations:
            return cls()
        seconds = sorted(each.total_seconds() for each in durations)
        p90 = seconds[math.ceil(len(seconds) * 0.9) - 1]
        return cls(fmean(seconds), median(seconds), p90, seconds[-1])


@dataclass(frozen=True)
class Outcome:
    """How a dialogue ended: neither, if a person was wished for and none was asked."""

    is_solved: bool
    is_handed_over: bool


@dataclass(frozen=True)
class BotFigures:
    """`texts`: typed ones that the bot answered; `understood` of them.

    `solved`: dialogues in which nobody wished for a person. `handed_over`: dialogues
    with a request for one, a message that was left included.
    """

    texts: int = 0
    understood: int = 0
    dialogues: int = 0
    solved: int = 0
    handed_over: int = 0

    @classmethod
    def of(cls, texts: Sequence[Said], dialogues: Sequence[Outcome]) -> BotFigures:
        return cls(
            len(texts),
            sum(each.is_understood for each in texts),
            len(dialogues),
            sum(each.is_solved for each in dialogues),
            sum(each.is_handed_over for each in dialogues),
        )

    @property
    def otherwise(self) -> int:
        """A person was wished for, but none was there, and no message was left."""
        return self.dialogues - self.solved - self.handed_over

    @property
    def answer_rate(self) -> float | None:
        return share(self.understood, self.texts)

    @property
    def solution_rate(self) -> float | None:
        return share(self.solved, self.dialogues)

    @property
    def handoff_rate(self) -> float | None:
        return share(self.handed_over, self.dialogues)


def was_live(request: HandoffRequest) -> bool:
    """Whether the customer waited in the queue: a left message has its text.

    Its kind does not tell: it changes when the desk closes, and when a talk goes back.
    """
    if request.text is not None:
        return False
    return request.kind is RequestKind.LIVE or request.desk_closed_at is not None


def was_abandoned(request: HandoffRequest) -> bool:
    """Whether a live request ended without an operator, however it was served later."""
    if request.desk_closed_at is not None:
        return True
    return request.closed_at is not None and request.claimed_at is None


def left_at(request: HandoffRequest) -> datetime:
    """Since when it has been a left message."""
    if was_live(request) and request.desk_closed_at is not None:
        return request.desk_closed_at
    return request.requested_at


@dataclass(frozen=True)
class QueueFigures:
    """Live requests. `taken` and `abandoned` have ended, the others still wait.

    `wait`: from the request to the claim that led to its end. `estimates`: taken ones
    to which a wait had been told; `estimate_error` is the mean of what was told minus
    the wait (positive: told too long), `estimate_miss` the mean of its size.
    """

    requests: int = 0
    taken: int = 0
    abandoned: int = 0
    wait: Spread = Spread()
    estimates: int = 0
    estimate_error: float | None = None
    estimate_miss: float | None = None

    @classmethod
    def of(cls, requests: Sequence[HandoffRequest]) -> QueueFigures:
        abandoned = sum(was_abandoned(each) for each in requests)
        waits, errors = [], []
        for each in requests:
            if each.claimed_at is None or was_abandoned(each):
                continue
            wait = each.claimed_at - each.requested_at
            waits.append(wait)
            if each.estimate_seconds is not None:
                errors.append(each.estimate_seconds - wait.total_seconds())
        return cls(
            len(requests),
            len(waits),
            abandoned,
            Spread.of(waits),
            len(errors),
            fmean(errors) if errors else None,
            fmean(map(abs, errors)) if errors else None,
        )

    @property
    def ended(self) -> int:
        return self.taken + self.abandoned

    @property
    def waiting(self) -> int:
        return self.requests - self.ended

    @property
    def taken_rate(self) -> float | None:
        return share(self.taken, self.ended)

    @property
    def abandonment_rate(self) -> float | None:
        return share(self.abandoned, self.ended)


@dataclass(frozen=True)
class MessageFigures:
    """Messages that were left, and the time until an operator took them.

    Who waited when the desk closed counts from then on.
    """

    left: int = 0
    taken: int = 0
    until_taken: Spread = Spread()

    @classmethod
    def of(cls, requests: Sequence[HandoffRequest]) -> MessageFigures:
        waits = [
            each.claimed_at - left_at(each)
            for each in requests
            if each.claimed_at is not None
        ]
        return cls(len(requests), len(waits), Spread.of(waits))


@dataclass(frozen=True)
class ScoreFigures:
    """Surveys: `points` is the sum of the scores, `good` how many are 4 or 5."""

    asked: int = 0
    answered: int = 0
    points: int = 0
    good: int = 0

    @classmethod
    def of(cls, scores: Sequence[int | None]) -> ScoreFigures:
        given = [each for each in scores if each is not None]
        good = sum(each in _GOOD_SCORES for each in given)
        return cls(len(scores), len(given), sum(given), good)

    @property
    def mean(self) -> float | None:
        return share(self.points, self.answered)

    @property
    def good_share(self) -> float | None:
        return share(self.good, self.answered)

    @property
    def answer_share(self) -> float | None:
        return share(self.answered, self.asked)


@dataclass(frozen=True)
class LoadFigures:
    """What the operators did.

    `talks`: those that began, also by passing on. `busy`: an operator's time with at
    least one talk; `talking`: all talks' time, two at once counted twice. `available`:
    time as 受付中. `handling`: mean length of the talks that are over.
    """

    talks: int = 0
    busy: float = 0.0
    talking: float = 0.0
    available: float = 0.0
    handling: float | None = None

    @classmethod
    def of(
        cls,
        talks: Sequence[Stint],
        talking: Sequence[Stretch],
        available: Sequence[Stretch],
    ) -> LoadFigures:
        over = [
            (each.ends_at - each.begins_at).total_seconds()
            for each in talks
            if each.ends_at is not None
        ]
        return cls(
            len(talks),
            covered(talking).total_seconds(),
            summed(talking).total_seconds(),
            summed(available).total_seconds(),
            fmean(over) if over else None,
        )

    @property
    def load(self) -> float | None:
        """Over 1 if talks were brought to an end after the status had changed."""
        return share(self.busy, self.available)

    @property
    def talks_at_once(self) -> float | None:
        return share(self.talking, self.busy)


@dataclass(frozen=True)
class Figures:
    """All figures of a row."""

    bot: BotFigures = BotFigures()
    queue: QueueFigures = QueueFigures()
    messages: MessageFigures = MessageFigures()
    operator_scores: ScoreFigures = ScoreFigures()
    bot_scores: ScoreFigures = ScoreFigures()
    load: LoadFigures = LoadFigures()
