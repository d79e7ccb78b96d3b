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

# Separators that people and keyboards put between groups; the long-vowel mark is what
# the hyphen key types in kana mode.
_SEPARATORS = " \t-‐‑‒–—―−_.・,ーｰ"
_GAP = rf"[{re.escape(_SEPARATORS)}]{{0,3}}"
# A group has a digit in it: words beside a code are no part of it.
_GROUP = r"[A-Za-z]{0,2}[0-9][0-9A-Za-z]*"
_RUN = re.compile(rf"{_GROUP}(?:{_GAP}{_GROUP})*")
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
    digits = [each for each in folded if each.isascii() and each.isdigit()]
    letters = sum(each.isalpha() and each not in _SEPARATORS for each in folded)
    if len(digits) != USER_CODE_LENGTH or letters:
        raise InvalidUserCode(len(digits), letters)
    return "".join(digits)


def find_user_codes(text: str) -> list[FoundUserCode]:
    """Every attempt at a user code, in order: right and wrong lengths alike."""
    folded = _fold_keeping_positions(text)
    found: list[FoundUserCode] = []
    for run in _RUN.finditer(folded):
        groups = [
            FoundUserCode(
                each.group(), run.start() + each.start(), run.start() + each.end()
            )
            for each in re.finditer(_GROUP, run.group())
        ]
        found += _codes_among(groups)
    return found


def _codes_among(groups: list[FoundUserCode]) -> list[FoundUserCode]:
    """Neighbouring groups that make a code; what is left over may be a wrong one."""
    found: list[FoundUserCode] = []
    left: list[FoundUserCode] = []
    while groups:
        size = _groups_of_a_code(groups)
        if size:
            found += [*_attempt(left), _joined(groups[:size])]
            left, groups = [], groups[size:]
        else:
            left, groups = [*left, groups[0]], groups[1:]
    return found + _attempt(left)


def _groups_of_a_code(groups: list[FoundUserCode]) -> int:
    """How many groups from the first on make exactly a code; 0 if none do."""
    value = ""
    for size, group in enumerate(groups, start=1):
        value += group.value
        if is_user_code(value):
            return size
        if len(value) > USER_CODE_LENGTH:
            break
    return 0


def _attempt(groups: list[FoundUserCode]) -> list[FoundUserCode]:
    """The groups as one wrong code, if they look like an attempt at one."""
    if not groups:
        return []
    whole = _joined(groups)
    digits = sum(each.isdigit() for each in whole.value)
    is_attempt = (
        digits >= _SHORTEST_ATTEMPT
        and len(whole.value) <= _LONGEST_ATTEMPT
        and len(whole.value) - digits <= _MOST_LETTERS
    )
    return [whole] if is_attempt else []


def _joined(groups: list[FoundUserCode]) -> FoundUserCode:
    value = "".join(group.value for group in groups)
    return FoundUserCode(value, groups[0].start, groups[-1].end)


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
