"""The command: reads messages, measures, writes the report, prints the tables."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rasa.utils.log_utils import configure_structlog

from helpdesk.nlu.evaluation.charts import draw_charts
from helpdesk.nlu.evaluation.figures import report_of
from helpdesk.nlu.evaluation.labelled import (
    BadData,
    Labelled,
    known_intents,
    read_messages,
)
from helpdesk.nlu.evaluation.parsing import MODEL, parse_all
from helpdesk.nlu.evaluation.peer import trained_peer
from helpdesk.nlu.evaluation.tables import summary


def main(arguments: Sequence[str] | None = None) -> int:
    """0 after writing the report; 2 and one sentence if something cannot be read."""
    given = _arguments(arguments)
    configure_structlog(logging.ERROR)
    try:
        messages = read_messages(given.data, known_intents())
        _make_room_for(given.report)
        report = _measured(MODEL, messages)
        if given.peer:
            model, training = trained_peer(given.epochs)
            report["peer"] = asdict(training) | _measured(model, messages)
    except BadData as error:
        print(error, file=sys.stderr)
        return 2
    charts = draw_charts(report, given.report)
    if "peer" in report:
        charts += draw_charts(report["peer"], given.report, "peer")
    given.report.write_text(
        json.dumps(report, ensure_ascii=False, indent=2), encoding="utf-8"
    )
    print(summary(report))
    print("\nWritten: " + " ".join(map(str, [given.report, *charts])))
    return 0


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m helpdesk.nlu.evaluation",
        description="Measures understanding on labelled messages.",
    )
    parser.add_argument("data", type=Path, help="a JSONL file, or a folder of them")
    parser.add_argument("report", type=Path, help="the JSON file to write")
    parser.add_argument("--peer", action="store_true", help="measure Rasa's own too")
    parser.add_argument("--epochs", type=_positive, help="of the peer's training")
    return parser.parse_args(arguments)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("it is no number from 1")
    return int(text)


def _measured(model: Path, messages: Sequence[Labelled]) -> dict[str, Any]:
    return report_of(asyncio.run(parse_all(model, messages)))


def _make_room_for(report: Path) -> None:
    """Before the long work, not after it. Raises BadData."""
    try:
        report.parent.mkdir(parents=True, exist_ok=True)
        with report.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise BadData(f"{report}: {error.strerror}") from error
