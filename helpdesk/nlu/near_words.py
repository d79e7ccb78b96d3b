"""Finds words in a text that are one slip of the finger away from known ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from rapidfuzz.distance import OSA

Meaning = TypeVar("Meaning")

# One slip leaves the first two or the last three characters of a word as they are: only
# where those stand is a word compared, which bounds the time.
_FIRST, _LAST = 2, 3
_MOST_SLIPS = 1
_LONGEST_FIRST = (1, 0, -1)


class NearWords(Generic[Meaning]):
    """Words, of five characters at least, each with what it means."""

    def __init__(self) -> None:
        self._by_first: dict[str, list[tuple[str, Meaning]]] = {}
        self._by_last: dict[str, list[tuple[str, Meaning]]] = {}

    def add(self, word: str, meaning: Meaning) -> None:
        self._by_first.setdefault(word[:_FIRST], []).append((word, meaning))
        self._by_last.setdefault(word[-_LAST:], []).append((word, meaning))

    def find(self, text: str) -> list[tuple[int, int, Meaning]]:
        """Start, end and meaning of each, one character away at most."""
        return [
            (start, end, meaning)
            for at in range(len(text))
            for word, spans, meaning in self._candidates(text, at)
            for start, end in spans
            if OSA.distance(text[start:end], word, score_cutoff=_MOST_SLIPS)
            <= _MOST_SLIPS
        ]

    def _candidates(
        self, text: str, at: int
    ) -> Iterator[tuple[str, list[tuple[int, int]], Meaning]]:
        """The words that may stand here, with the spans that they may have."""
        for word, meaning in self._by_first.get(text[at : at + _FIRST], ()):
            ends = [at + len(word) + more for more in _LONGEST_FIRST]
            yield word, [(at, end) for end in ends if end <= len(text)], meaning
        last = at + _LAST
        for word, meaning in self._by_last.get(text[at:last], ()):
            starts = [last - len(word) - more for more in _LONGEST_FIRST]
            yield word, [(start, last) for start in starts if start >= 0], meaning
