"""Choosing from a list in words: by the number's end, or by its place in the list."""

from __future__ import annotations

import re
import unicodedata


def choose(text: str, names: list[str]) -> int | None:
    """The index of the name that the text holds, or whose place (from 1) it gives.

    None if nothing, or more than one, is meant.
    """
    folded = unicodedata.normalize("NFKC", text)
    if any(name in folded for name in names):
        return choose_by_name(text, names)
    numbers = {int(number) for number in re.findall(r"(?<!\d)\d{1,2}(?!\d)", folded)}
    places = [number - 1 for number in numbers if 1 <= number <= len(names)]
    return places[0] if len(places) == 1 else None


def choose_by_name(text: str, names: list[str]) -> int | None:
    """The index of the only name that the text holds; None if there is none such."""
    folded = unicodedata.normalize("NFKC", text)
    named = [at for at, name in enumerate(names) if name in folded]
    return named[0] if len(named) == 1 else None
