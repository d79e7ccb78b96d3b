"""The user code (利用コード): its form, and where it stands in a text (F-CODE-01)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

USER_CODE_LENGTH = 17

# A shorter run of digits is a date, a price or a phone number; a longer one than
# the longest is no slip of the finger any more.
_SHORTEST_ATTEMPT = 12
_LONGEST_ATTEMPT = 24
# 0 and O, 1 and l are taken for each other; more letters make another kind of word.
_MOST_LETTERS = 2

# Separators that people and keyboards put between groups, after NFKC.
_SEPARATORS = " \t-‐‑‒–—―−_.・,"
_RUN = re.compile(rf"[0-9A-Za-z](?:[{re.escape(_SEPARATORS)}]{{0,2}}[0-9A-Za-z])*")
_VAULT_TOKEN = re.compile(r"\[CODE:[a-z0-9]{8}\]")


class InvalidUserCode(ValueError):
    """A text is no user code. `digits` counts its digits, `letters` its letters."""

    def __init__(self, digits: int, letters: int) -> None:
        super().__init__(f"{digits} digits and {letters} letters")
        self.digits = digits
        self.letters = letters


@dataclass(frozen=True)
class FoundUserCode:
    """An attempt at a user code in a text: half-width, without separators.

    `start` (inclusive) and `end` (exclusive) count the characters as typed.
    """

    value: str
    start: int
    end: int

    @property
    def is_well_formed(self) -> bool:
        return is_user_code(self.value)


def is_user_code(text: str) -> bool:
    """Whether the text is exactly seventeen half-width digits."""
    return len(text) == USER_CODE_LENGTH and text.isascii() and text.isdigit()


def parse_user_code(text: str) -> str:
    """The seventeen digits of a code typed in any width, with any separators.

    Raises InvalidUserCode if the length differs or letters are in it.
    """
    folded = unicodedata.normalize("NFKC", text)
    digits = sum(character.isascii() and character.isdigit() for character in folded)
    letters = sum(character.isalpha() for character in folded)
    if digits != USER_CODE_LENGTH or letters:
        raise InvalidUserCode(digits, letters)
    return "".join(character for character in folded if character.isdigit())


def find_user_codes(text: str) -> list[FoundUserCode]:
    """Every attempt at a user code, in order: right and wrong lengths alike."""
    folded = _fold_keeping_positions(text)
    found = []
    for run in _RUN.finditer(folded):
        value = re.sub(r"[^0-9A-Za-z]", "", run.group())
        digits = sum(character.isdigit() for character in value)
        if not _SHORTEST_ATTEMPT <= len(value) <= _LONGEST_ATTEMPT:
            continue
        if digits < _SHORTEST_ATTEMPT or len(value) - digits > _MOST_LETTERS:
            continue
        found.append(FoundUserCode(value, run.start(), run.end()))
    return found


def find_code_tokens(text: str) -> list[FoundUserCode]:
    """Every vault token that stands for a user code: what travels in its place."""
    return [
        FoundUserCode(token.group(), token.start(), token.end())
        for token in _VAULT_TOKEN.finditer(text)
    ]


def _fold_keeping_positions(text: str) -> str:
    """NFKC where it keeps one character one; the rest as it is, so positions hold."""
    folded = (unicodedata.normalize("NFKC", character) for character in text)
    return "".join(
        new if len(new) == 1 else old for old, new in zip(text, folded, strict=True)
    )
