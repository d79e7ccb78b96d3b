"""Words that operators should not send, or that customers' lines are marked for."""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk.domain.messages import folded


def ng_words_in(text: str, words: Sequence[str]) -> list[str]:
    """The words that stand in the text, in any width, each once, in the given order."""
    read = folded(text)
    return [word for word in words if folded(word) in read]
