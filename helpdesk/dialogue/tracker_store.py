"""Conversations in one bounded row each, so that a turn never grows dearer."""

from __future__ import annotations

from typing import Any, Iterable

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import Column, MetaData, String, Table, Text, create_engine, select

from helpdesk.dialogue.failed_turns import has_failed

_metadata = MetaData()
_trackers = Table(
    "trackers",
    _metadata,
    Column("sender_id", String(255), primary_key=True),
    Column("dialogue", Text, nullable=False),
)

# Failures in a row and repeated event ids look back a few turns; rules look at one.
_KEPT_TURNS = 8


class BoundedTrackerStore(TrackerStore, SerializedTrackerAsText):
    """Keeps the last turns whole; what came before stays as slots and active loop.

    Rasa replays a conversation's events at each turn and sends them to each action
    (measured: 8 ms at the first turn, 297 ms at the 800th). Here both stay constant.
    """

    def __init__(
        self,
        domain: Domain | None,
        event_broker: EventBroker | None = None,
        database_url: str = "sqlite:///var/rasa.db",
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        connect_args = {"timeout": 5} if database_url.startswith("sqlite") else {}
        self._engine = create_engine(
            database_url, future=True, connect_args=connect_args
        )
        _metadata.create_all(self._engine)

    async def save(self, tracker: DialogueStateTracker) -> None:
        if has_failed():
            return
        await self.stream_events(tracker)
        bounded = self._bounded(tracker)
        row = {
            "sender_id": tracker.sender_id,
            "dialogue": self.serialise_tracker(bounded),
        }
        with self._engine.begin() as connection:
            known = _trackers.c.sender_id == tracker.sender_id
            updated = connection.execute(_trackers.update().where(known).values(row))
            if updated.rowcount == 0:
                connection.execute(_trackers.insert().values(row))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        query = select(_trackers.c.dialogue).where(_trackers.c.sender_id == sender_id)
        with self._engine.connect() as connection:
            dialogue = connection.execute(query).scalar()
        return (
            None if dialogue is None else self.deserialise_tracker(sender_id, dialogue)
        )

    async def keys(self) -> Iterable[str]:
        with self._engine.connect() as connection:
            return connection.execute(select(_trackers.c.sender_id)).scalars().all()

    def _bounded(self, tracker: DialogueStateTracker) -> DialogueStateTracker:
        events = list(tracker.events)
        turns = [
            at for at, event in enumerate(events) if isinstance(event, UserUttered)
        ]
        if len(turns) <= 2 * _KEPT_TURNS:
            # Cut only now and then: each cut replays the events once.
            return tracker
        cut = turns[-_KEPT_TURNS]
        past = self.init_tracker(tracker.sender_id)
        for event in events[:cut]:
            past.update(event, self.domain)
        bounded = self.init_tracker(tracker.sender_id)
        for event in _summary(past) + events[cut:]:
            bounded.update(event, self.domain)
        return bounded


def _summary(past: DialogueStateTracker) -> list[Event]:
    """Events that lead to the same slots and active loop as all of the past."""
    at = past.events[-1].timestamp
    slots: list[Event] = [
        SlotSet(name, value, timestamp=at)
        for name, value in past.current_slot_values().items()
        if value != past.slots[name].initial_value
    ]
    loop: list[Event] = []
    if past.active_loop_name:
        loop = [ActiveLoop(past.active_loop_name, timestamp=at)]
    return [
        ActionExecuted("action_session_start", timestamp=at),
        SessionStarted(timestamp=at),
        *loop,
        *slots,
        ActionExecuted(ACTION_LISTEN_NAME, timestamp=at),
    ]
