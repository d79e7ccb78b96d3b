"""The rules of conversations: the catalog's, and which texts are commands of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.domain.data_gift import find_gift_code, is_nearly_gift_code
from helpdesk.domain.messages import folded, unreadable
from helpdesk.domain.privacy import SecretKind
from helpdesk.services.ports import InboxItem, Unit

_SURVEY = "/EXTERNAL_survey_scored"
_NOTICES = "/EXTERNAL_notice_chosen"
# Slots that take any text, for people to read: a code in it is a part of the story.
_WRITTEN_TO_PEOPLE = ("message_text", "survey_comment")
# Instead of a gift's code that was copied wrongly.
_MALFORMED = "?"

# Told of an item that the bot has answered, in the same transaction.
Answered = Callable[[Unit, InboxItem], None]


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

    def button_expires_at(self, payload: str, now: datetime) -> datetime | None:
        """Whoever wants to be told no more is heard however late."""
        return None if payload.startswith(_NOTICES) else now + self.button_life


def special_case(
    text: str, kinds: set[SecretKind], awaits: str | None = None
) -> str | None:
    """The payload for what needs no understanding; None for ordinary text.

    `awaits`: the slot whose question the text answers.
    """
    if SecretKind.PASSWORD in kinds:
        return "/EXTERNAL_password_typed"
    if awaits not in _WRITTEN_TO_PEOPLE:
        code = find_gift_code(text) or (is_nearly_gift_code(text) and _MALFORMED)
        if code:
            return f'/EXTERNAL_gift_code{{"gift_code": "{code}"}}'
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
