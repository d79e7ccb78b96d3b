"""What must not travel in the clear: codes, passwords, numbers, mail addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from helpdesk.domain.data_gift import is_gift_code
from helpdesk.domain.user_code import FoundUserCode, find_code_tokens, find_user_codes


class SecretKind(str, Enum):
    """What a vault token stands for; the value is the token's first word."""

    CODE = "CODE"
    PASSWORD = "PASSWORD"  # noqa: S105 -- the name of a kind, not a password
    PHONE = "PHONE"
    MAIL = "MAIL"
    CARD = "CARD"


@dataclass(frozen=True)
class Secret:
    """A secret in a text; `start` inclusive, `end` exclusive, `value` as typed."""

    kind: SecretKind
    start: int
    end: int
    value: str


_TOKEN = re.compile(
    rf"\[({'|'.join(kind.value for kind in SecretKind)}):[a-z0-9]{{8}}\]"
)
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_GAP = r"[-‐‑‒–—―−ー(). ]{0,2}"
_PHONE = re.compile(rf"(?<!\d)0\d{{1,4}}{_GAP}\d{{1,4}}{_GAP}\d{{3,4}}(?!\d)")
_CARD = re.compile(r"(?<!\d)(?:\d{4}[- ]?){3}\d{4}(?!\d)")
# After its word: with a digit or a sign in it, or too long for a product's name.
_TYPED_AFTER_IT = r"(?=[a-z]*[!-`{-~])[!-~]{4,64}|[a-z]{8,64}"
# A login answer: one run of printable ASCII with both letters and digits in it.
_LOOKS_LIKE_PASSWORD = re.compile(r"(?=\S*[A-Za-z])(?=\S*\d)[!-~]{6,64}")


def replace_tokens(text: str, words: Mapping[SecretKind, str]) -> str:
    """The text with words in the place of vault tokens, for people's eyes."""
    return _TOKEN.sub(lambda found: words[SecretKind(found.group(1))], text)


def find_tokens(text: str) -> list[str]:
    """Every vault token in the text."""
    return [text[start:end] for start, end in token_spans(text)]


def token_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of every vault token in the text."""
    return [found.span() for found in _TOKEN.finditer(text)]


class SecretFinder:
    """Finds secrets in what customers type. `password_words` come from the catalog."""

    def __init__(self, password_words: Sequence[str]) -> None:
        folded = {word.casefold() for word in password_words}
        # Half-width kana fold to a letter and its mark apart: NFD writes them so too.
        folded |= {unicodedata.normalize("NFD", word) for word in folded}
        # The longest first: "password" is not "pass" and the password "word".
        words = "|".join(re.escape(word) for word in sorted(folded, key=len)[::-1])
        # The word, a particle or mark of at most four characters, the password itself.
        self._password = re.compile(
            rf"(?<![a-z])(?:{words})(?![a-z])[^!-~。、]{{0,4}}[:=]?\s*({_TYPED_AFTER_IT})"
        )

    def find(self, text: str, *, answers_login: bool = False) -> list[Secret]:
        """The secrets in order, never overlapping.

        `answers_login`: the text answers the login step, where a lone word of letters
        and digits is taken for a password.
        """
        folded = "".join(_fold(character) for character in text)
        spans = [*self._passwords(folded, answers_login=answers_login)]
        spans += [
            (SecretKind.CODE, code.start, code.end) for code in find_user_codes(text)
        ]
        spans += [(SecretKind.MAIL, *found.span()) for found in _MAIL.finditer(folded)]
        spans += [(SecretKind.PHONE, *found.span()) for found in _phones(folded)]
        spans += [(SecretKind.CARD, *found.span()) for found in _cards(folded)]
        return [
            Secret(kind, start, end, text[start:end])
            for kind, start, end in _without_overlaps(spans, find_code_tokens(text))
        ]

    def _passwords(
        self, folded: str, *, answers_login: bool
    ) -> list[tuple[SecretKind, int, int]]:
        found = [
            (SecretKind.PASSWORD, *match.span(1))
            for match in self._password.finditer(folded)
        ]
        looks_like_it = _LOOKS_LIKE_PASSWORD.fullmatch(folded.strip())
        if answers_login and looks_like_it and not is_gift_code(folded):
            found.append((SecretKind.PASSWORD, 0, len(folded)))
        return found


def _without_overlaps(
    spans: list[tuple[SecretKind, int, int]], tokens: list[FoundUserCode]
) -> list[tuple[SecretKind, int, int]]:
    """The earlier kinds win; a token that is in the text already is left alone."""
    taken = [(token.start, token.end) for token in tokens]
    kept = []
    for kind, start, end in spans:
        if all(
            end <= other_start or start >= other_end for other_start, other_end in taken
        ):
            taken.append((start, end))
            kept.append((kind, start, end))
    return sorted(kept, key=lambda span: span[1])


def _fold(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).casefold()
    return folded if len(folded) == 1 else character


def _phones(folded: str) -> list[re.Match[str]]:
    return [
        found
        for found in _PHONE.finditer(folded)
        if len(re.sub(r"\D", "", found.group())) in (10, 11)
    ]


def _cards(folded: str) -> list[re.Match[str]]:
    return [
        found
        for found in _CARD.finditer(folded)
        if _passes_luhn(re.sub(r"\D", "", found.group()))
    ]


def _passes_luhn(digits: str) -> bool:
    doubled = [
        int(digit) * (2 if place % 2 else 1)
        for place, digit in enumerate(reversed(digits))
    ]
    return sum(sum(divmod(number, 10)) for number in doubled) % 10 == 0
