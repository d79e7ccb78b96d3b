"""A text with parts replaced, which still knows where everything was typed."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right

from helpdesk.nlu.text import fold_keeping_positions

Replacement = tuple[int, int, str]


class Rewritten:
    """`text`: `typed` with each (start, end, new) replaced; they do not overlap."""

    def __init__(self, typed: str, replacements: list[Replacement]) -> None:
        self.typed = typed
        # Where each piece begins in the new text, and its start and end as typed.
        self._begins: list[int] = []
        self._pieces: list[tuple[int, int, bool]] = []
        parts: list[str] = []
        length = end = 0
        for start, stop, new in [*sorted(replacements), (len(typed), len(typed), "")]:
            for piece in (
                (typed[end:start], end, start, False),
                (new, start, stop, True),
            ):
                parts.append(piece[0])
                self._begins.append(length)
                self._pieces.append(piece[1:])
                length += len(piece[0])
            end = stop
        self.text = "".join(parts)

    def as_typed(self, start: int, end: int) -> tuple[int, int]:
        """Where the part of `text` from start to end stands in `typed`.

        Whatever touches a replacement stands for the whole of it.
        """
        return self._position(start, 0), self._position(end - 1, 1)

    def _position(self, at: int, after: int) -> int:
        number = bisect_right(self._begins, at) - 1
        start, end, is_new = self._pieces[number]
        if is_new:
            return end if after else start
        return start + at - self._begins[number] + after


class Synonyms:
    """Other spellings and words, by the word that they stand for: {"連携": ["連係"]}.

    The words themselves stay, and with them what is only a part of one: no オペレータ
    is found in オペレーター. A word that stands for itself alone has an empty list.
    """

    def __init__(self, content: dict[str, list[str]]) -> None:
        spellings = {
            form: word
            for word, others in content.items()
            for other in [word, *others]
            for form in _forms(other)
        }
        # The longest first: ひもづけ設定 before ひもづけ.
        self._spellings = sorted(spellings.items(), key=lambda entry: -len(entry[0]))
        self._stay = {form for word in content for form in _forms(word)}

    def find(self, typed: str, beside: list[Replacement]) -> list[Replacement]:
        """What is to be replaced, nothing of it overlapping, nor with `beside`."""
        folded = fold_keeping_positions(typed)
        taken = [False] * len(folded)
        for start, end, _ in beside:
            taken[start:end] = [True] * (end - start)
        found = []
        for spelling, word in self._spellings:
            start = folded.find(spelling)
            while start >= 0:
                end = start + len(spelling)
                if not any(taken[start:end]):
                    taken[start:end] = [True] * (end - start)
                    if spelling not in self._stay:
                        found.append((start, end, word))
                start = folded.find(spelling, end)
        return found


def _forms(word: str) -> set[str]:
    """Folded; half-width kana keep their voicing marks as characters of their own."""
    folded = fold_keeping_positions(word)
    return {folded, unicodedata.normalize("NFD", folded)}
