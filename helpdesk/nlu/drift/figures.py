"""The figures of a drift check. A share of nothing is None."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from helpdesk.nlu.drift.newness import TrainingSentences
from helpdesk.nlu.drift.shift import Shift, shift_of_kinds, shift_of_numbers
from helpdesk.nlu.evaluation.labelled import FALLBACK
from helpdesk.nlu.evaluation.parsing import Parsed

# Below this, shares say more about single customers than about the week.
FEWEST = 50
_MOST_WORDS, _MOST_MESSAGES = 30, 20
_WORST_FIRST = ("moved", "moved a little", "stable")


@dataclass(frozen=True)
class Week:
    """Messages as the present model reads them; `intent` is what was made of them."""

    messages: Sequence[Parsed]

    @property
    def texts(self) -> list[str]:
        return [each.text for each in self.messages]

    @property
    def acted_on(self) -> list[str]:
        return [each.acted_on for each in self.messages]

    @property
    def confidences(self) -> list[float]:
        sure = (each.confidence for each in self.messages)
        return [each for each in sure if each is not None]


def drift_report(
    recent: Week, before: Week, training: TrainingSentences
) -> dict[str, Any]:
    """What REPORT holds; docs/understanding.md says what each figure is."""
    wishes = shift_of_kinds(recent.acted_on, before.acted_on)
    confidence = shift_of_numbers(recent.confidences, before.confidences)
    far, former = training.nearest(recent.texts), training.nearest(before.texts)
    return {
        "messages": _both(len(recent.messages), len(before.messages)),
        "verdict": _verdict(recent, before, [wishes, confidence]),
        "not_understood": _both(*map(_not_understood, (recent, before))),
        "not_understood_then": _both(*map(_not_understood_then, (recent, before))),
        "wishes": _told(wishes) | {"shares": _shares(recent.acted_on, before.acted_on)},
        "confidence": _told(confidence)
        | {"median": _both(*map(_median, (recent.confidences, before.confidences)))},
        "unseen_words": _both(
            *map(training.unseen_words, (recent.texts, before.texts))
        ),
        "unseen_ngrams": _both(
            *map(training.unseen_ngrams, (recent.texts, before.texts))
        ),
        "similarity": _both(
            *(_median([each.similarity for each in some]) for some in (far, former))
        ),
        "new_words": [
            asdict(each)
            for each in training.new_words(recent.texts, before.texts)[:_MOST_WORDS]
        ],
        "farthest": [asdict(each) for each in far[:_MOST_MESSAGES]],
    }


def _verdict(recent: Week, before: Week, shifts: Sequence[Shift | None]) -> str:
    """One of: too few messages, nothing to compare with, or the worst judgement."""
    if len(recent.messages) < FEWEST:
        return "too few messages"
    if len(before.messages) < FEWEST:
        return "nothing to compare with"
    judged = [each.judgement for each in shifts if each is not None]
    return min(judged, key=_WORST_FIRST.index)


def _both(recent: Any, before: Any) -> dict[str, Any]:
    return {"recent": recent, "before": before}


def _told(shift: Shift | None) -> dict[str, Any]:
    if shift is None:
        return {"index": None, "p": None, "judgement": None}
    return asdict(shift) | {"judgement": shift.judgement}


def _not_understood(week: Week) -> float | None:
    return _mean([each == FALLBACK for each in week.acted_on])


def _not_understood_then(week: Week) -> float | None:
    """By the model that the customers met."""
    return _mean([each.intent == FALLBACK for each in week.messages])


def _shares(recent: Sequence[str], before: Sequence[str]) -> list[dict[str, Any]]:
    """Of each intent in both weeks, the one that has changed most first."""
    counts, former = Counter(recent), Counter(before)
    shares = [
        {
            "intent": intent,
            **_both(
                counts[intent] / max(1, len(recent)),
                former[intent] / max(1, len(before)),
            ),
        }
        for intent in sorted({*counts, *former})
    ]
    return sorted(shares, key=lambda each: -abs(each["recent"] - each["before"]))


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _median(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None
