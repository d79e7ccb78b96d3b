"""Takes what a customer said out of a conversation; what it led to stays."""

from __future__ import annotations

from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker


def erase(tracker: DialogueStateTracker, event_id: str) -> bool:
    """Empty the message of this event, and slots that held it whole; False if unknown.

    The intent stays, so that the rules see the same conversation when it is replayed.
    """
    said = [
        event
        for event in tracker.events
        if isinstance(event, UserUttered) and event.message_id == event_id
    ]
    texts = {event.text for event in said if event.text}
    for event in said:
        _empty(event)
    for event in tracker.events:
        if isinstance(event, SlotSet) and _is_one_of(event.value, texts):
            event.value = ""
    return bool(said)


def _is_one_of(value: object, texts: set[str]) -> bool:
    return isinstance(value, str) and value in texts


def _empty(event: UserUttered) -> None:
    event.text = ""
    event.entities = []
    event.parse_data = {
        "text": "",
        "intent": event.intent,
        "entities": [],
        "message_id": event.message_id,
        "metadata": event.metadata,
    }
