"""One view of the messages: its terms, weighted by TF-IDF."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

# A term of one message alone teaches nothing about others.
_FEWEST_MESSAGES = 2


class Ngrams:
    """The terms that were met in training, by their column, and how rare they are."""

    def __init__(self, terms: Sequence[str], rarity: Sequence[float]) -> None:
        self.terms = terms
        self.rarity = np.array(rarity)
        self._columns = {term: column for column, term in enumerate(terms)}

    @classmethod
    def of(cls, messages: Iterable[list[str]]) -> Ngrams:
        """Learnt from the terms of each message."""
        count, within = 0, Counter[str]()
        for terms in messages:
            within.update(set(terms))
            count += 1
        kept = sorted(term for term, n in within.items() if n >= _FEWEST_MESSAGES)
        rarity = [math.log((1 + count) / (1 + within[term])) + 1 for term in kept]
        return cls(kept, rarity)

    def weigh(self, terms: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Columns and weights of the terms that are known; their length is 1."""
        column_of = self._columns.get
        known = [
            (column, times)
            for term, times in Counter(terms).items()
            if (column := column_of(term)) is not None
        ]
        columns, times = np.array(known, dtype=np.int32).reshape(-1, 2).T
        weights = (1 + np.log(times)) * self.rarity[columns]
        length = math.sqrt(float(weights @ weights))
        return columns, weights / length if length else weights


def characters(text: str, shortest: int, longest: int) -> list[str]:
    """Every run of `shortest` to `longest` characters."""
    return [
        text[at : at + length]
        for length in range(shortest, longest + 1)
        for at in range(len(text) - length + 1)
    ]


def phrases(words: Sequence[str]) -> list[str]:
    """Every word, and every two words that follow one another."""
    return [*words, *map(" ".join, pairwise(words))]


def pairs(words: Sequence[str], most: int) -> list[str]:
    """Every two different words of the last `most`, wherever they stand."""
    some = sorted(set(words[-most:]))
    return [f"{one}+{other}" for at, one in enumerate(some) for other in some[at + 1 :]]
