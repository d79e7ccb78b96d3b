"""The figures of an evaluation. A share of nothing is None."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from helpdesk.nlu.evaluation.labelled import FALLBACK, OUT_OF_SCOPE
from helpdesk.nlu.evaluation.parsing import Parsed

_BINS = 10


def report_of(parsed: Sequence[Parsed]) -> dict[str, Any]:
    """What REPORT holds; docs/understanding.md says what each figure is.

    All but `messages`, `rubbish`, `parse_ms` and `mistakes` is about the messages with
    a wish behind them: one of the domain's intents.
    """
    wishes = [each for each in parsed if each.intent != FALLBACK]
    rubbish = [each for each in parsed if each.intent == FALLBACK]
    scores = _scores(wishes)
    asked_back = [each for each in wishes if each.acted_on == FALLBACK]
    foreign = [each for each in wishes if each.intent == OUT_OF_SCOPE]
    good = [each for each in wishes if each.intent != OUT_OF_SCOPE]
    bins = _calibration(wishes)
    return {
        "messages": len(parsed),
        **_basics(wishes),
        "macro_f1": _mean([each["f1"] for each in scores.values()]),
        "offered_when_asking_back": _share(asked_back, lambda p: p.intent in p.offered),
        "buttons_when_asking_back": _share(asked_back, lambda p: p.intent in p.buttons),
        "out_of_scope_recognised": _share(foreign, lambda p: p.acted_on == p.intent),
        "good_wishes_refused": _share(good, lambda p: p.acted_on == OUT_OF_SCOPE),
        "expected_calibration_error": _calibration_error(bins),
        "rubbish": {
            "messages": len(rubbish),
            "rightly_not_acted_on": _share(rubbish, is_right),
        },
        "parse_ms": _milliseconds(parsed),
        "per_intent": scores,
        "per_style": _per_style(wishes),
        "calibration": bins,
        "confusions": _confusions(wishes),
        "mistakes": [_mistake(each) for each in parsed if not is_right(each)],
    }


def is_right(parsed: Parsed) -> bool:
    """Whether the bot does what it should; rubbish must not be taken for a wish."""
    if parsed.intent == FALLBACK:
        return parsed.acted_on in (FALLBACK, OUT_OF_SCOPE)
    return parsed.acted_on == parsed.intent


def _basics(wishes: Sequence[Parsed]) -> dict[str, float | int | None]:
    """`accuracy` is that of the likeliest wish, whether or not the bot is sure."""
    return {
        "wishes": len(wishes),
        "accuracy": _share(wishes, lambda p: p.likeliest == p.intent),
        "answered_correctly": _share(wishes, is_right),
        "confident_and_wrong": _share(
            wishes, lambda p: p.acted_on not in (p.intent, FALLBACK)
        ),
        "fallback": _share(wishes, lambda p: p.acted_on == FALLBACK),
    }


def _per_style(wishes: Sequence[Parsed]) -> dict[str, dict[str, float | int | None]]:
    found: dict[str, list[Parsed]] = {}
    for each in wishes:
        found.setdefault(each.style, []).append(each)
    return {style: _basics(some) for style, some in sorted(found.items())}


def _scores(wishes: Sequence[Parsed]) -> dict[str, dict[str, float]]:
    """Precision, recall, F1 and support of each intent that was meant."""
    support = Counter(each.intent for each in wishes)
    predicted = Counter(each.likeliest for each in wishes)
    right = Counter(each.intent for each in wishes if each.intent == each.likeliest)
    scores = {}
    for intent in sorted(support):
        both = support[intent] + predicted[intent]
        scores[intent] = {
            "precision": right[intent] / max(1, predicted[intent]),
            "recall": right[intent] / support[intent],
            "f1": 2 * right[intent] / both,
            "support": support[intent],
        }
    return scores


def _calibration(wishes: Sequence[Parsed]) -> list[dict[str, float]]:
    """Ten spans of confidence, the lower end exclusive; those without messages too.

    Mean confidence and accuracy of the likeliest wish, 0.0 where there is no message.
    """
    asked = [(each.confidence, each) for each in wishes if each.confidence is not None]
    bins = []
    for place in range(_BINS):
        low, high = place / _BINS, (place + 1) / _BINS
        inside = [
            (confidence, each)
            for confidence, each in asked
            if low < confidence <= high or confidence == low == 0
        ]
        hits = sum(each.likeliest == each.intent for _, each in inside)
        count = max(1, len(inside))
        bins.append(
            {
                "above": low,
                "up_to": high,
                "messages": len(inside),
                "confidence": sum(confidence for confidence, _ in inside) / count,
                "accuracy": hits / count,
            }
        )
    return bins


def _calibration_error(bins: Sequence[dict[str, float]]) -> float | None:
    """The mean distance of confidence and accuracy, weighted by messages.

    Naeini et al., Obtaining Well Calibrated Probabilities Using Bayesian Binning, 2015.
    """
    count = sum(each["messages"] for each in bins)
    gaps = (
        each["messages"] * abs(each["accuracy"] - each["confidence"]) for each in bins
    )
    return sum(gaps) / count if count else None


def _milliseconds(parsed: Sequence[Parsed]) -> dict[str, float]:
    times = sorted(1000 * each.seconds for each in parsed)
    return {"p50": statistics.median(times), "p95": times[int(0.95 * (len(times) - 1))]}


def _confusions(wishes: Sequence[Parsed]) -> list[dict[str, Any]]:
    """Every pair that occurs, the most frequent first."""
    pairs = Counter(
        (each.intent, each.likeliest)
        for each in wishes
        if each.intent != each.likeliest
    )
    return [
        {"intent": intent, "taken_for": other, "count": count}
        for (intent, other), count in pairs.most_common()
    ]


def _mistake(parsed: Parsed) -> dict[str, Any]:
    sure = parsed.confidence
    return {
        "text": parsed.text,
        "style": parsed.style,
        "intent": parsed.intent,
        "likeliest": parsed.likeliest,
        "acted_on": parsed.acted_on,
        "confidence": None if sure is None else round(sure, 3),
    }


def _share(parsed: Sequence[Parsed], counts: Callable[[Parsed], bool]) -> float | None:
    return sum(map(counts, parsed)) / len(parsed) if parsed else None


def _mean(numbers: Sequence[float]) -> float | None:
    return statistics.mean(numbers) if numbers else None
