"""What a customer took back is nowhere in the conversation; what it led to stays."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rasa.shared.core.events import SlotSet, UserUttered

from helpdesk.dialogue.erasing import erase
from helpdesk.dialogue.tracker_store import BoundedTrackerStore
from tests.dialogue.conversation import DOMAIN, add, opened, turn

SECRET = "妻の誕生日は7月7日です"


def test_text_is_gone_from_what_is_stored(tmp_path: Path):
    store = BoundedTrackerStore(DOMAIN, database_url=f"sqlite:///{tmp_path / 't.db'}")
    tracker = opened("aiko")
    slots = [SlotSet("order_place", SECRET), SlotSet("paused", ["order_form"])]
    add(tracker, turn("1", *slots, text=SECRET))
    add(tracker, turn("2", text="ありがとう"))

    found = erase(tracker, "1")
    asyncio.run(store.save(tracker))

    stored = asyncio.run(store.retrieve("aiko"))
    assert stored is not None
    assert found
    assert SECRET not in store.serialise_tracker(stored)
    assert [
        (event.text, event.intent_name)
        for event in stored.events
        if isinstance(event, UserUttered)
    ] == [("", "greet"), ("ありがとう", "greet")]
    assert stored.get_slot("paused") == ["order_form"]


def test_other_messages_of_the_same_words_stay():
    tracker = opened("aiko")
    add(tracker, turn("1", text="はい"))
    add(tracker, turn("2", text="はい"))

    erase(tracker, "1")

    texts = [e.text for e in tracker.events if isinstance(e, UserUttered)]
    assert texts == ["", "はい"]


def test_unknown_event_changes_nothing():
    tracker = opened("aiko")
    add(tracker, turn("1", text=SECRET))

    found = erase(tracker, "2")

    texts = [e.text for e in tracker.events if isinstance(e, UserUttered)]
    assert (found, texts) == (False, [SECRET])
