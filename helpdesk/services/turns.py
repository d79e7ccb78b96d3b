"""A turn of the bot: how a message arrived, what is asked, and what is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from helpdesk.domain.card import Card
from helpdesk.services.ports import InboxItem


@dataclass(frozen=True)
class BotMessage:
    """A bubble of the bot: its text, and (label, payload) for each button.

    `card`: what is shown in place of the text where cards can be shown.
    """

    text: str
    buttons: Sequence[tuple[str, str]] = ()
    card: Card | None = None


@dataclass(frozen=True)
class Answer:
    """A bot turn: its bubbles, and the slot that its last question asks for.

    `intent`, `confidence`: what a text was taken for; None for anything else.
    """

    messages: Sequence[BotMessage]
    awaits: str | None
    intent: str | None = None
    confidence: float = 0.0


@dataclass(frozen=True)
class Turn:
    """An inbox item that the bot is to answer; `version` is the router's."""

    item: InboxItem
    version: int
    channel: str = "web"


@dataclass(frozen=True)
class Arrival:
    """How a message came: its event is accepted once, and answered by `sent_at`.

    `client_id` is the event's name in the transcript. `since`: since when the
    customer waits for an answer.
    """

    event_id: str
    client_id: str
    since: datetime
    sent_at: datetime
