"""Conversations made by hand: turns as Rasa would record them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    Event,
    SessionStarted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

DOMAIN = Domain.from_dict(
    {
        "version": "3.1",
        "intents": ["greet"],
        "slots": {
            name: {
                "type": kind,
                "influence_conversation": False,
                "mappings": [{"type": "custom"}],
            }
            for name, kind in (("order_place", "text"), ("paused", "list"))
        },
        "forms": {"order_form": {"required_slots": ["order_place"]}},
        "responses": {"utter_greet": [{"text": "こんにちは。"}]},
        "actions": ["action_greet"],
    }
)


def opened(customer: str) -> DialogueStateTracker:
    """A conversation that has just begun."""
    tracker = DialogueStateTracker(customer, DOMAIN.slots)
    add(tracker, [ActionExecuted("action_session_start"), SessionStarted()])
    add(tracker, [ActionExecuted("action_listen")])
    return tracker


def add(tracker: DialogueStateTracker, events: Sequence[Event]) -> None:
    for event in events:
        tracker.update(event, DOMAIN)


def turn(
    event_id: str, *done: Event, text: str = "こんにちは", answer: str = "はい。"
) -> list[Event]:
    """What a turn adds: the message, what was done, the answer."""
    return [
        UserUttered(text, {"name": "greet", "confidence": 1.0}, message_id=event_id),
        ActionExecuted("action_greet"),
        *done,
        BotUttered(
            answer,
            {"buttons": [{"title": "次へ", "payload": "/greet"}]},
            {"utter_action": "utter_greet"},
        ),
        ActionExecuted("action_listen"),
    ]


def shown(tracker: DialogueStateTracker) -> list[dict[str, Any]]:
    """The events, comparable."""
    content: list[dict[str, Any]] = json.loads(
        json.dumps([event.as_dict() for event in tracker.events])
    )
    return content
