"""What the catalog says of conversations, as the service takes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class ConversationRules:
    """What the catalog says of conversations.

    `starters`: the label of each wish that an empty conversation offers. `typed`:
    payloads by the words, as `folded`, that mean exactly this. `late_after`: whoever
    waits longer for an answer is told `late_words` of the moment of the question.
    """

    starters: Mapping[str, str]
    typed: Mapping[str, str]
    button_life: timedelta
    late_after: timedelta
    late_words: Callable[[datetime], str]
