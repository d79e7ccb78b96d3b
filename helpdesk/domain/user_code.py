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
# Letters that are taken for digits, in any number; more than two of the others make
# another kind of word.
_LOOK_LIKE_DIGITS = set("OoQDlIi")
_MOST_LETTERS = 2

# Separators that people and keyboards put between groups; the long-vowel mark is what
# the hyphen key types in kana mode. Then what copying brings along unseen, and the two
# signs that make a keycap emoji of a digit.
_SEPARATORS = " \t-‐‑‒–—―−_.・,ーｰ\u200b\u200e\u200f\u2060\ufeff\u00ad\ufe0f\u20e3"
_GAP = rf"[{re.escape(_SEPARATORS)}]{{0,3}}"
# What may break a code into parts, but ends an attempt of another length.
_BREAK = re.compile(rf"{_GAP}(?:\r?\n|[~〜]){_GAP}")
# A group has a digit in it: words beside a code are no part of it.
_GROUP = r"[A-Za-z]{0,2}[0-9][0-9A-Za-z]*"
_ONE_GROUP = re.compile(_GROUP)
_RUN = re.compile(rf"{_GROUP}(?:{_GAP}{_GROUP})*")
# Numbers of other kinds, which stand beside one another as the groups of a code do;
# written as domain.privacy finds phone numbers: none must get lost between.
_SIGN = r"[-‐‑‒–—―−ー. ]{1,2}"
_PHONE_GROUPS = [(3, 4, 4), (2, 4, 4), (3, 3, 4), (4, 2, 4), (4, 3, 3), (5, 1, 4)]
_PHONE = r"0\d{9,10}|" + "|".join(
    rf"0\d{{{first - 1}}}{_SIGN}\d{{{second}}}{_SIGN}\d{{{third}}}"
    for first, second, third in _PHONE_GROUPS
)
_DATE = r"(?:19|20)\d\d[-.](?:0?[1-9]|1[0-2])[-.](?:0?[1-9]|[12]\d|3[01])"
_OTHER_NUMBER = rf"(?:{_PHONE}|{_DATE})"
_OTHER_NUMBERS = re.compile(rf"{_OTHER_NUMBER}(?:{_SIGN}{_OTHER_NUMBER})*")
# Kanji digits, in a run as long as a code; between digits a circle stands for a zero.
_KANJI_DIGIT = r"[\u3007\u96f6\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d]"
_KANJI_CODE = re.compile(
    rf"(?<!{_KANJI_DIGIT}){_KANJI_DIGIT}{{{USER_CODE_LENGTH}}}(?!{_KANJI_DIGIT})"
)
_CIRCLE = re.compile(r"(?<=[0-9])[\u3007\u25cb\u25ef](?=[0-9])")
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


_Groups = list[FoundUserCode]


def is_user_code(text: str) -> bool:
    """Whether the text is exactly seventeen half-width digits."""
    return len(text) == USER_CODE_LENGTH and text.isascii() and text.isdigit()


def parse_user_code(text: str) -> str:
    """The seventeen digits of a code typed in any width, with any separators.

    Raises InvalidUserCode if the length differs or letters are in it.
    """
    folded = unicodedata.normalize("NFKC", _fold_keeping_positions(text))
    digits = [each for each in folded if each.isascii() and each.isdigit()]
    letters = sum(each.isalpha() and each not in _SEPARATORS for each in folded)
    if len(digits) != USER_CODE_LENGTH or letters:
        raise InvalidUserCode(len(digits), letters)
    return "".join(digits)


def find_user_codes(text: str) -> list[FoundUserCode]:
    """Every attempt at a user code, in order: right and wrong lengths alike.

    A code may be broken over lines; an attempt of another length stands on one.
    """
    folded = _fold_keeping_positions(text)
    found: list[FoundUserCode] = []
    left: list[_Groups] = []
    for run in _RUN.finditer(folded):
        if _OTHER_NUMBERS.fullmatch(folded, *run.span()):
            continue
        groups = [
            FoundUserCode(each.group(), each.start(), each.end())
            for each in _ONE_GROUP.finditer(folded, *run.span())
        ]
        codes, others = _codes_among(groups)
        found += codes
        left += others
    at = 0
    while at < len(left):
        size = _parts_of_a_code(folded, left, at)
        if size:
            lines = left[at : at + size]
            found.append(_joined([group for line in lines for group in line]))
        else:
            found += _attempt(left[at])
        at += size or 1
    return sorted(found, key=lambda code: code.start)


def _codes_among(groups: _Groups) -> tuple[_Groups, list[_Groups]]:
    """Neighbouring groups that make a code, and the groups around them."""
    found: _Groups = []
    left: list[_Groups] = [[]]
    at = 0
    while at < len(groups):
        size = _groups_of_a_code(groups, at)
        if size:
            found.append(_joined(groups[at : at + size]))
            left.append([])
        else:
            left[-1].append(groups[at])
        at += size or 1
    return found, [each for each in left if each]


def _groups_of_a_code(groups: _Groups, first: int) -> int:
    """How many groups from this one on make exactly a code; 0 if none do."""
    value = ""
    for size in range(1, min(USER_CODE_LENGTH, len(groups) - first) + 1):
        value += groups[first + size - 1].value
        if is_user_code(value):
            return size
        if len(value) > USER_CODE_LENGTH:
            break
    return 0


def _parts_of_a_code(folded: str, lines: list[_Groups], first: int) -> int:
    """How many lines from this one on are exactly one code; 0 if none are."""
    value, end = "", lines[first][0].start
    for size, line in enumerate(lines[first : first + USER_CODE_LENGTH], start=1):
        is_next = size == 1 or _BREAK.fullmatch(folded, end, line[0].start)
        value, end = value + _joined(line).value, line[-1].end
        if not is_next or len(value) > USER_CODE_LENGTH:
            break
        if is_user_code(value):
            return size
    return 0


def _attempt(groups: _Groups) -> list[FoundUserCode]:
    """The groups as one wrong code, if they look like an attempt at one."""
    whole = _joined(groups)
    digits = sum(each.isdigit() for each in whole.value)
    letters = sum(each not in _LOOK_LIKE_DIGITS for each in whole.value) - digits
    is_attempt = (
        digits >= _SHORTEST_ATTEMPT
        and len(whole.value) <= _LONGEST_ATTEMPT
        and letters <= _MOST_LETTERS
    )
    return [whole] if is_attempt else []


def _joined(groups: _Groups) -> FoundUserCode:
    value = "".join(group.value for group in groups)
    return FoundUserCode(value, groups[0].start, groups[-1].end)


def find_code_tokens(text: str) -> list[FoundUserCode]:
    """Every vault token that stands for a user code: what travels in its place."""
    return [
        FoundUserCode(token.group(), token.start(), token.end())
        for token in _VAULT_TOKEN.finditer(text)
    ]


def _fold_keeping_positions(text: str) -> str:
    """NFKC where it keeps one character one; the rest as it is, so positions hold.

    Kanji digits of a whole code become digits; a circle among digits becomes an O.
    """
    if not unicodedata.is_normalized("NFKC", text):
        folded = (unicodedata.normalize("NFKC", character) for character in text)
        text = "".join(
            new if len(new) == 1 else old for old, new in zip(text, folded, strict=True)
        )
    text = _KANJI_CODE.sub(
        lambda code: "".join(f"{unicodedata.numeric(each):.0f}" for each in code[0]),
        text,
    )
    return _CIRCLE.sub("O", text)
