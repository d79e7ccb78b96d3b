"""What a typed message is before anybody understands it: plain text, or unreadable."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
# Fewer words may be a product name, an ID or a greeting among Japanese customers.
_FOREIGN_WORDS = 4
_FIRST_JAPANESE = "\u3000"
# Yes and no without words: hands, circles, crosses.
_YES_OR_NO = frozenset("👍👌🙆🆗⭕✅○◯👎🙅🆖❌✖✕×")


class Unreadable(str, Enum):
    """Why a message needs no understanding; the value ends the gateway's intent."""

    EMPTY = "empty_message"
    NO_WORDS = "no_words"
    OTHER_LANGUAGE = "other_language"


def folded(text: str) -> str:
    """The text as it is compared: width, case and outer white space don't count."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def without_command(text: str) -> str:
    """The text without leading slashes, in any width: those would command Rasa."""
    stripped = text.lstrip()
    while stripped and unicodedata.normalize("NFKC", stripped[0])[:1] == "/":
        stripped = stripped[1:].lstrip()
    return stripped


def unreadable(text: str) -> Unreadable | None:
    """Why the text cannot be a wish in Japanese; None for ordinary text."""
    if not text.strip():
        return Unreadable.EMPTY
    if _YES_OR_NO.isdisjoint(text) and not any(map(str.isalnum, text)):
        return Unreadable.NO_WORDS
    is_latin = all(character < _FIRST_JAPANESE for character in text)
    if is_latin and len(_LATIN_WORD.findall(text)) >= _FOREIGN_WORDS:
        return Unreadable.OTHER_LANGUAGE
    return None
