"""The rules of conversations: the catalog's, and which texts are commands of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.domain.messages import folded, unreadable
from helpdesk.domain.privacy import SecretKind
from helpdesk.services.ports import Unit

_SURVEY = "/EXTERNAL_survey_scored"


@dataclass(frozen=True)
class ConversationRules:
    """What the catalog says of conversations.

    `starters`: the label of each wish that an empty conversation offers. `typed`:
    payloads by the words, as `folded`, that mean exactly this. `late_after`: whoever
    waits longer for an answer is told `late_words` of the moment of the question.
    `news`: what happens elsewhere, by its intent, as both sides read it while an
    operator speaks.
    """

    starters: Mapping[str, str]
    typed: Mapping[str, str]
    button_life: timedelta
    late_after: timedelta
    late_words: Callable[[datetime], str]
    news: Mapping[str, str]


def special_case(text: str, kinds: set[SecretKind]) -> str | None:
    """The payload for what needs no understanding; None for ordinary text."""
    if SecretKind.PASSWORD in kinds:
        return "/EXTERNAL_password_typed"
    problem = None if kinds else unreadable(text)
    return None if problem is None else f"/EXTERNAL_{problem.value}"


def typed_score(unit: Unit, customer: str, text: str) -> str | None:
    """The payload of a survey's button that was typed as its number.

    None unless the survey is the newest line of the conversation.
    """
    score = folded(text)
    if not score.isdecimal():
        return None
    found = unit.conversations.message(unit.conversations.newest_line(customer))
    if found is None:
        return None
    _, newest = found
    for button in newest.buttons:
        is_survey = button.payload.startswith(_SURVEY)
        if is_survey and folded(button.label).split()[0] == score:
            return button.payload
    return None
