"""LINE's limits, and texts counted, cut and split in LINE's units."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import regex

# https://developers.line.biz/en/reference/messaging-api/ and, for the units,
# https://developers.line.biz/en/docs/messaging-api/text-character-count/.
# In UTF-16 units. For alternative texts, the SDK and older pages still say 400, the
# reference 1,500.
LONGEST_TEXT = 5000
LONGEST_ALT_TEXT = 400
# In graphemes.
LONGEST_LABEL = 20
LONGEST_FLEX_LABEL = 40
LONGEST_DISPLAY_TEXT = 300
# LINE takes 160, but phones hide what makes a template too tall.
LONGEST_TEMPLATE_TEXT = 60
# Of buttons.
MOST_TEMPLATE_BUTTONS = 4
MOST_QUICK_REPLIES = 13

_ELLIPSIS = "…"
_GRAPHEME = regex.compile(r"\X")
_PARAGRAPH_END = regex.compile(r"(?=\r?\n\s*\n)")
_SENTENCE_END = regex.compile(r"[。！？]+[」』）】〕》〉］｝)\]\"”’]*|(?=\r?\n)")
# The least part of the limit that a piece fills, whatever ends come before: with it,
# 20,000 units are five pieces at most.
_FULL = 0.9


def utf16_units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def graphemes(text: str) -> int:
    """How many characters a reader sees; LINE calls them grapheme clusters."""
    return len(_GRAPHEME.findall(text))


def cut(text: str, limit: int, count: Callable[[str], int]) -> str:
    """The text, or its beginning and an ellipsis, within `limit` (1 or more)."""
    if count(text) <= limit:
        return text
    kept, room = "", limit - count(_ELLIPSIS)
    for grapheme in _GRAPHEME.findall(text):
        room -= count(grapheme)
        if room < 0:
            break
        kept += grapheme
    return kept + _ELLIPSIS


def split_at_sentences(text: str, limit: int = LONGEST_TEXT) -> list[str]:
    """Pieces of at most `limit` units (2 or more), none of them blank.

    White space at the seams is lost, and nothing else. A text that fits is one piece.
    """
    pieces, rest = [], text
    while utf16_units(rest) > limit:
        seam = _seam(rest, limit)
        pieces.append(rest[:seam].rstrip())
        rest = rest[seam:].lstrip()
    return [piece for piece in (*pieces, rest) if piece.strip()]


def _seam(text: str, limit: int) -> int:
    """Where the first piece ends: at a paragraph, else a sentence, else a grapheme."""
    ends: dict[int, int] = {}
    end = units = 0
    for step in _steps(text, limit):
        end, units = end + len(step), units + utf16_units(step)
        if units > limit:
            break
        ends[end] = units
    full = {end for end, units in ends.items() if units >= limit * _FULL}
    paragraphs = full & {found.end() for found in _PARAGRAPH_END.finditer(text)}
    sentences = full & {found.end() for found in _SENTENCE_END.finditer(text)}
    return max(paragraphs or sentences or full or ends)


def _steps(text: str, limit: int) -> Iterator[str]:
    """The graphemes; one that alone is over the limit, by its characters."""
    for found in _GRAPHEME.finditer(text):
        grapheme = found.group()
        yield from [grapheme] if utf16_units(grapheme) <= limit else grapheme
