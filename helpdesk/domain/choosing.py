"""Choosing from a list in words: by the number's end, by place, or by size."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# Kanji digits in a row, as in a number that is read out: 〇 and 一 to 九.
_KANJI_DIGITS = re.compile(
    r"[\u3007\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d]{3,}"
)
_SPACED_DIGITS = re.compile(r"(?<=\d)[ -](?=\d)")
# Shorter, an end of a number is a place in the list.
_SHORTEST_END = 2


@dataclass(frozen=True)
class ChoiceWords:
    """What customers call a choice; the words are data. Longer ones win.

    `places`: the words for the first, the second and so on; `none`: words that only
    contain another; `units`: what makes an amount of the number before it.
    """

    places: Sequence[Sequence[str]] = ()
    last: Sequence[str] = ()
    smallest: Sequence[str] = ()
    largest: Sequence[str] = ()
    none: Sequence[str] = ()
    units: Sequence[str] = ()


_NO_WORDS = ChoiceWords()


def choose(
    text: str, names: Sequence[str], words: ChoiceWords = _NO_WORDS
) -> int | None:
    """The index of the name that the text holds, or whose place (from 1) it gives.

    A name of digits may be given by its last two or three. None if nothing, or more
    than one, is meant.
    """
    folded = _fold(text)
    if any(name in folded for name in names):
        return choose_by_name(text, names)
    by_end = _by_end(_SPACED_DIGITS.sub("", folded), names)
    if by_end is not None:
        return by_end
    said, rest = _places_in_words(folded, len(names), words)
    numbers = _numbers(rest, words)
    places = said | {number - 1 for number in numbers if number <= len(names)}
    return places.pop() if len(places) == 1 else None


def choose_by_name(text: str, names: Sequence[str]) -> int | None:
    """The index of the only name that the text holds; None if there is none such."""
    folded = _fold(text)
    named = [at for at, name in enumerate(names) if name in folded]
    return named[0] if len(named) == 1 else None


def choose_by_place(text: str, length: int, words: ChoiceWords) -> int | None:
    """The index of the only place of a list of this length that the words name."""
    said, _ = _places_in_words(_fold(text), length, words)
    return said.pop() if len(said) == 1 else None


def choose_by_size(
    text: str, sizes: Sequence[int], words: ChoiceWords = _NO_WORDS
) -> int | None:
    """The index of the smallest or largest, if the text asks for one of the two.

    Prices are sizes, too. None if two are of that size.
    """
    ends = dict.fromkeys(words.smallest, min) | dict.fromkeys(words.largest, max)
    ignored = dict.fromkeys(words.none)
    said = {
        end for word in _said(_fold(text), [*ends, *ignored]) if (end := ends.get(word))
    }
    if len(said) != 1 or not sizes:
        return None
    size = said.pop()(sizes)
    return sizes.index(size) if list(sizes).count(size) == 1 else None


def _by_end(folded: str, names: Sequence[str]) -> int | None:
    """By a whole number that was typed with gaps, or by the end of one."""
    found: set[int | None] = set()
    for typed in re.findall(r"\d+", folded):
        is_place = not typed.startswith("0") and int(typed) <= len(names)
        if len(typed) >= _SHORTEST_END and not is_place:
            ends = [
                at
                for at, name in enumerate(names)
                if name.isdigit() and name.endswith(typed)
            ]
            found |= set(ends) if ends else {None}
    return found.pop() if len(found) == 1 else None


def _places_in_words(
    folded: str, length: int, words: ChoiceWords
) -> tuple[set[int], str]:
    """The places named in words, and the text without them."""
    places = {word: at for at, some in enumerate(words.places) for word in some}
    places |= dict.fromkeys(words.last, length - 1)
    known = [*places, *words.none]
    said = {places[word] for word in _said(folded, known) if word in places}
    rest = _pattern(known).sub(" ", folded) if known else folded
    return {place for place in said if place < length}, rest


def _numbers(folded: str, words: ChoiceWords) -> set[int]:
    """Numbers of one or two digits; with a longer one beside them, they mean it."""
    if re.search(r"\d{3,}", folded):
        return set()
    units = "|".join(map(re.escape, [*words.units, *"abcdefghijklmnopqrstuvwxyz"]))
    found = re.findall(
        rf"(?<!\d)(?<!\d\.)([1-9]\d?)(?!\.?\d)(?!\s?(?:{units}))", folded
    )
    return set(map(int, found))


def _said(folded: str, words: Sequence[str]) -> list[str]:
    return _pattern(words).findall(folded) if words else []


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len)[::-1])))


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _KANJI_DIGITS.sub(
        lambda run: "".join(f"{unicodedata.numeric(each):.0f}" for each in run[0]),
        folded,
    )
