"""A card: figures that a message of the bot shows in place of its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


class MalformedCard(ValueError):
    """What should be a card has another form; the message tells no values."""


@dataclass(frozen=True)
class CardRow:
    """A line of a card. `share`: 0 to 1, both inclusive, shown as a bar."""

    label: str
    value: str
    share: float | None = None


@dataclass(frozen=True)
class Card:
    """What is shown instead of a text that says the same. `lead`: the big figure."""

    title: str
    lead: str | None
    rows: Sequence[CardRow]
    note: str | None = None


def as_json(card: Card) -> dict[str, Any]:
    """The form in which a card passes through Rasa, the table and the web chat."""
    return {
        "title": card.title,
        "lead": card.lead,
        "rows": [asdict(row) for row in card.rows],
        "note": card.note,
    }


def card_of(value: object) -> Card | None:
    """The card of `as_json`; None of None. Raises MalformedCard for anything else."""
    if value is None:
        return None
    fields = _object(value, "card")
    rows = fields.get("rows")
    if not isinstance(rows, (list, tuple)):
        raise MalformedCard("a card's rows are no list")
    return Card(
        _words(fields.get("title"), "title"),
        _words_or_none(fields.get("lead"), "lead"),
        tuple(_row(row) for row in rows),
        _words_or_none(fields.get("note"), "note"),
    )


def _row(value: object) -> CardRow:
    fields = _object(value, "row")
    return CardRow(
        _words(fields.get("label"), "label"),
        _words(fields.get("value"), "value"),
        _share(fields.get("share")),
    )


def _share(value: object) -> float | None:
    if value is None:
        return None
    # A bool is an int as well. NaN, which Python's JSON may hold, is between no two.
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise MalformedCard("a card's share is no number")
    if not 0 <= value <= 1:
        raise MalformedCard("a card's share is not from 0 to 1")
    return float(value)


def _object(value: object, name: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise MalformedCard(f"a card's {name} is no object")
    return value


def _words(value: object, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise MalformedCard(f"a card's {name} has no words")
    return value


def _words_or_none(value: object, name: str) -> str | None:
    return None if value is None else _words(value, name)
