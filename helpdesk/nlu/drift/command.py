"""The command: reads two weeks of messages, compares, writes and prints the report."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import rasa.shared.utils.io
from rasa.utils.log_utils import configure_structlog

from helpdesk.nlu.drift.figures import Week, drift_report
from helpdesk.nlu.drift.newness import TrainingSentences
from helpdesk.nlu.drift.tables import summary
from helpdesk.nlu.evaluation.labelled import ROOT, BadData, Labelled
from helpdesk.nlu.evaluation.parsing import MODEL, parse_all

_NLU = ROOT / "data" / "nlu"
# Styles of the messages, by which they are told apart again.
_RECENT, _BEFORE = "recent", "before"


def main(arguments: Sequence[str] | None = None, messages: TextIO = sys.stdin) -> int:
    """0 after writing the report; 2 and one sentence if something cannot be read.

    `messages`: what helpdesk.recent_messages prints.
    """
    given = sys.argv[1:] if arguments is None else arguments
    if len(given) != 1:
        print("make drift DRIFT=report.json", file=sys.stderr)
        return 2
    configure_structlog(logging.ERROR)
    try:
        days, labelled = _read(messages)
        report = {"days": days, **_compared(labelled)}
        text = json.dumps(report, ensure_ascii=False, indent=2)
        Path(given[0]).write_text(text, encoding="utf-8")
    except BadData as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    print(summary(report))
    return 0


def _read(messages: TextIO) -> tuple[dict[str, str], list[Labelled]]:
    """The first line names the days; each other one is a message."""
    lines = [json.loads(line) for line in messages if line.strip()]
    if not lines:
        # What reads the database has said why.
        raise BadData("There is nothing to compare.")
    days, *texts = lines
    return days, [
        Labelled(
            each["text"], each["intent"], _RECENT if each["is_recent"] else _BEFORE
        )
        for each in texts
    ]


def _compared(labelled: Sequence[Labelled]) -> dict[str, Any]:
    """Both weeks through the present model: what moves is not the model."""
    if not labelled:
        return {"messages": {"recent": 0, "before": 0}, "verdict": "no messages"}
    parsed = asyncio.run(parse_all(MODEL, labelled))
    weeks = [
        Week([each for each in parsed if each.style == style])
        for style in (_RECENT, _BEFORE)
    ]
    return drift_report(weeks[0], weeks[1], TrainingSentences(_trained(_NLU)))


def _trained(nlu: Path) -> list[str]:
    return [
        line.strip().removeprefix("- ")
        for file in sorted(nlu.glob("*.yml"))
        for entry in rasa.shared.utils.io.read_yaml_file(file)["nlu"]
        for line in entry.get("examples", "").splitlines()
    ]
