"""The rules of conversations: the catalog's, and which texts are commands of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.domain.messages import unreadable
from helpdesk.domain.privacy import SecretKind


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


def special_case(text: str, kinds: set[SecretKind]) -> str | None:
    """The payload for what needs no understanding; None for ordinary text."""
    if SecretKind.PASSWORD in kinds:
        return "/EXTERNAL_password_typed"
    problem = None if kinds else unreadable(text)
    return None if problem is None else f"/EXTERNAL_{problem.value}"
