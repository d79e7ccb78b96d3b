"""Labelled messages: what customers wrote, and what they meant by it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import rasa.shared.utils.io

ROOT = Path(__file__).parent.parent.parent.parent
FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"


class BadData(ValueError):
    """What cannot be read, in one sentence that names it."""


@dataclass(frozen=True)
class Labelled:
    """`intent`: one of the domain's, or nlu_fallback for rubbish. `style`: a name."""

    text: str
    intent: str
    style: str = ""


def known_intents(domain: Path = ROOT / "domain.yml") -> set[str]:
    """The wishes that a message may carry; what the product tells itself is none."""
    intents = rasa.shared.utils.io.read_yaml_file(domain)["intents"]
    names = (next(iter(each)) if isinstance(each, dict) else each for each in intents)
    return {each for each in names if not each.startswith("EXTERNAL_")}


def read_messages(data: Path, intents: Collection[str]) -> list[Labelled]:
    """The lines of a JSONL file, or of all such files of a folder, in order.

    A line's style is its field "style", else the file's stem. Raises BadData, naming
    file and line.
    """
    messages = [each for file in _files(data) for each in _lines(file, intents)]
    if not messages:
        raise BadData(f"{data}: there are no messages")
    return messages


def _files(data: Path) -> list[Path]:
    if not data.is_dir():
        return [data]
    files = sorted(data.glob("*.jsonl"))
    if not files:
        raise BadData(f"{data}: there are no .jsonl files in this folder")
    return files


def _lines(file: Path, intents: Collection[str]) -> list[Labelled]:
    try:
        # No other line ends: JSON may hold U+2028 as it is.
        lines = file.read_text("utf-8-sig").split("\n")
    except OSError as error:
        raise BadData(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadData(f"{file}: this is not UTF-8") from error
    return [
        _labelled(line, f"{file}, line {number}", file.stem, intents)
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]


def _labelled(
    line: str, place: str, usual_style: str, intents: Collection[str]
) -> Labelled:
    try:
        content = json.loads(line)
        fields = (content["text"], content["intent"], content.get("style"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadData(f'{place}: not of the form {{"text", "intent"}}') from error
    text, intent, style = fields[0], fields[1], fields[2] or usual_style
    if not all(isinstance(each, str) for each in (text, intent, style)):
        raise BadData(f'{place}: not of the form {{"text", "intent"}}')
    if intent not in intents and intent != FALLBACK:
        raise BadData(f'{place}: there is no intent "{intent}"')
    return Labelled(text, intent, style)
