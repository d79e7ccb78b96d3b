"""Measures the understanding of a model on labelled messages.

`python -m helpdesk.nlu.evaluation DATA REPORT`, or `make evaluate`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

from rasa.core.agent import Agent
from rasa.utils.log_utils import configure_structlog

from helpdesk.domain.messages import unreadable, without_command

_ARGUMENTS = 3
_FALLBACK = "nlu_fallback"
_CONFUSIONS_SHOWN = 15
_MODEL = Path("models/helpdesk.tar.gz")


class BadData(ValueError):
    """A line that is no labelled message."""


@dataclass(frozen=True)
class Parsed:
    """`likeliest`: the first wish; `acted_on`: the same, or nlu_fallback if unsure."""

    text: str
    intent: str
    likeliest: str
    acted_on: str
    confidence: float
    offered: list[str]
    seconds: float


def main() -> int:
    """0 after writing the report; 2 and one sentence if the data cannot be read."""
    if len(sys.argv) != _ARGUMENTS:
        print("make evaluate DATA=messages.jsonl REPORT=report.json", file=sys.stderr)
        return 2
    configure_structlog(logging.ERROR)
    try:
        messages = read_messages(Path(sys.argv[1]))
    except (BadData, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    parsed = asyncio.run(parse_all(_MODEL, messages))
    report = report_of(parsed)
    Path(sys.argv[2]).write_text(
        json.dumps(report, ensure_ascii=False, indent=2), encoding="utf-8"
    )
    for key in ("messages", "accuracy", "macro_f1", "confident_and_wrong", "fallback"):
        print(f"{key:22}{report[key]:.4g}")
    times = report["parse_ms"]
    print(f"{'parse p50, p95':22}{times['p50']:.1f} ms, {times['p95']:.1f} ms")
    return 0


def read_messages(data: Path) -> list[tuple[str, str]]:
    """Text and intent of each line; a folder stands for all its files.

    Raises BadData, naming file and line.
    """
    files = sorted(data.glob("*.jsonl")) if data.is_dir() else [data]
    messages = []
    for file in files:
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            try:
                content = json.loads(line)
                messages.append((str(content["text"]), str(content["intent"])))
            except (ValueError, KeyError, TypeError) as error:
                raise BadData(
                    f'{file}, line {number}: not of the form {{"text", "intent"}}'
                ) from error
    if not messages:
        raise BadData(f"{data}: there are no messages")
    return messages


async def parse_all(model: Path, messages: list[tuple[str, str]]) -> list[Parsed]:
    """Each message as the product would read it: commands and noise taken off first."""
    agent = Agent.load(str(model))
    await agent.parse_message("準備")
    return [await _parse(agent, text, intent) for text, intent in messages]


async def _parse(agent: Agent, text: str, intent: str) -> Parsed:
    began = time.perf_counter()
    plain = without_command(text)
    if unreadable(plain):
        # The gateway asks for words; the model is not consulted.
        seconds = time.perf_counter() - began
        return Parsed(text, intent, _FALLBACK, _FALLBACK, 1.0, [], seconds)
    result = await agent.parse_message(plain)
    seconds = time.perf_counter() - began
    ranking = [each for each in result["intent_ranking"] if each["name"] != _FALLBACK]
    return Parsed(
        text,
        intent,
        ranking[0]["name"],
        result["intent"]["name"],
        ranking[0]["confidence"],
        [each["name"] for each in ranking[:3]],
        seconds,
    )


def report_of(parsed: list[Parsed]) -> dict[str, Any]:
    """The figures; `accuracy` is that of the likeliest wish, whether or not it is sure.

    `confident_and_wrong`: share of all messages on which a wrong wish is acted on.
    `fallback`: share on which the bot asks back. `offered_when_asking_back`: share of
    those, with a wish behind them, where the right one is among the three likeliest.
    """
    scores = {
        intent: _scores(parsed, intent) for intent in sorted({p.intent for p in parsed})
    }
    asked_back = [p for p in parsed if p.acted_on == _FALLBACK != p.intent]
    return {
        "messages": len(parsed),
        "accuracy": _share(parsed, lambda p: p.likeliest == p.intent),
        "macro_f1": statistics.mean(each["f1"] for each in scores.values()),
        "answered_correctly": _share(parsed, lambda p: p.acted_on == p.intent),
        "confident_and_wrong": _share(
            parsed, lambda p: p.acted_on not in (p.intent, _FALLBACK)
        ),
        "fallback": _share(parsed, lambda p: p.acted_on == _FALLBACK),
        "offered_when_asking_back": _share(asked_back, lambda p: p.intent in p.offered),
        "parse_ms": _milliseconds(parsed),
        "per_intent": scores,
        "confusions": _confusions(parsed),
        "mistakes": [_mistake(p) for p in parsed if p.acted_on != p.intent],
    }


def _milliseconds(parsed: list[Parsed]) -> dict[str, float]:
    times = sorted(1000 * p.seconds for p in parsed)
    return {"p50": statistics.median(times), "p95": times[int(0.95 * (len(times) - 1))]}


def _confusions(parsed: list[Parsed]) -> list[dict[str, Any]]:
    pairs = Counter((p.intent, p.likeliest) for p in parsed if p.intent != p.likeliest)
    return [
        {"intent": intent, "taken_for": other, "count": count}
        for (intent, other), count in pairs.most_common(_CONFUSIONS_SHOWN)
    ]


def _mistake(parsed: Parsed) -> dict[str, Any]:
    return {
        "text": parsed.text,
        "intent": parsed.intent,
        "likeliest": parsed.likeliest,
        "acted_on": parsed.acted_on,
        "confidence": round(parsed.confidence, 3),
    }


def _scores(parsed: list[Parsed], intent: str) -> dict[str, float]:
    support = sum(p.intent == intent for p in parsed)
    predicted = sum(p.likeliest == intent for p in parsed)
    right = sum(p.intent == p.likeliest == intent for p in parsed)
    precision = right / predicted if predicted else 0.0
    recall = right / support
    both = precision + recall
    f1 = 2 * precision * recall / both if both else 0.0
    return {"precision": precision, "recall": recall, "f1": f1, "support": support}


def _share(parsed: list[Parsed], counts: Callable[[Parsed], bool]) -> float:
    return sum(map(counts, parsed)) / len(parsed) if parsed else 1.0


if __name__ == "__main__":
    sys.exit(main())
