"""The training sentences and the held-out ones, as the tests read them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import rasa.shared.utils.io

ROOT = Path(__file__).parent.parent.parent
SENTENCES = Path(__file__).parent / "sentences"


@cache
def examples() -> dict[str, list[str]]:
    """The training sentences of each intent."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for entry in rasa.shared.utils.io.read_yaml_file(file)["nlu"]:
            texts = found.setdefault(entry["intent"], [])
            texts += [line[2:].strip() for line in entry["examples"].splitlines()]
    return found


def held_out() -> list[tuple[str, str, str]]:
    """File, text and intent of each held-out sentence."""
    return [
        (file.name, content["text"], content["intent"])
        for file in sorted(SENTENCES.glob("*.jsonl"))
        for content in map(json.loads, file.read_text("utf-8").splitlines())
    ]
