"""What a model makes of messages, read as the product would read them."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import rasa.shared.utils.io
from rasa.core.agent import Agent

from helpdesk.domain.messages import unreadable, without_command
from helpdesk.nlu.evaluation.labelled import (
    FALLBACK,
    OUT_OF_SCOPE,
    ROOT,
    BadData,
    Labelled,
)

MODEL = ROOT / "models" / "helpdesk.tar.gz"
_WISHES = ROOT / "data" / "catalog" / "wishes.yml"
# As many as actions/not_understood.py offers.
_MOST_BUTTONS = 3
_SECONDS_BETWEEN_NEWS = 10


@dataclass(frozen=True)
class Parsed:
    """`likeliest`: the first wish; `acted_on`: the same, or nlu_fallback if unsure.

    `confidence`: that of the likeliest wish; None if no model was asked. `offered`: the
    three likeliest wishes; `buttons`: those that the bot shows when it asks back.
    """

    text: str
    intent: str
    likeliest: str
    acted_on: str
    confidence: float | None
    offered: Sequence[str]
    buttons: Sequence[str]
    seconds: float
    style: str = ""


async def parse_all(model: Path, messages: Sequence[Labelled]) -> list[Parsed]:
    """All messages in order; long work says on stderr how far it is.

    Raises BadData if the model is missing.
    """
    agent = _load(model)
    await agent.parse_message("準備")
    parsed: list[Parsed] = []
    told_at = time.monotonic()
    for each in messages:
        parsed.append(await parse(agent, each))
        if time.monotonic() - told_at > _SECONDS_BETWEEN_NEWS:
            told_at = time.monotonic()
            news = f"{len(parsed):,} of {len(messages):,} messages are read"
            print(news, file=sys.stderr, flush=True)
    return parsed


def _load(model: Path) -> Agent:
    if not model.is_file():
        raise BadData(f"{model}: there is no model; make train makes it")
    return Agent.load(str(model))


async def parse(agent: Agent, message: Labelled) -> Parsed:
    """Commands are taken off; what the gateway finds unreadable asks no model.

    Then the bot asks for words. If the message is out of scope, that is right: it
    carries none of our wishes.
    """
    text, intent = message.text, message.intent
    began = time.perf_counter()
    plain = without_command(text)
    if unreadable(plain):
        seconds = time.perf_counter() - began
        likeliest = OUT_OF_SCOPE if intent == OUT_OF_SCOPE else FALLBACK
        nothing = (likeliest, FALLBACK, None, (), ())
        return Parsed(text, intent, *nothing, seconds, message.style)
    result = await agent.parse_message(plain)
    seconds = time.perf_counter() - began
    ranking = [each for each in result["intent_ranking"] if each["name"] != FALLBACK]
    wishes = [each["name"] for each in ranking]
    return Parsed(
        text,
        intent,
        wishes[0],
        result["intent"]["name"],
        ranking[0]["confidence"],
        wishes[:3],
        [each for each in wishes if each in _with_label()][:_MOST_BUTTONS],
        seconds,
        message.style,
    )


@cache
def _with_label() -> frozenset[str]:
    """The wishes that have a button."""
    return frozenset(rasa.shared.utils.io.read_yaml_file(_WISHES)["labels"])
