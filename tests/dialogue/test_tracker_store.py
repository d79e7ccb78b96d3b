"""The tracker store: bounded rows that keep what matters, and nothing of failures."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from rasa.shared.core.events import ActiveLoop, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import create_engine, text

from helpdesk.dialogue.failed_turns import begin_turn, watch
from helpdesk.dialogue.tracker_store import BoundedTrackerStore
from tests.dialogue.conversation import DOMAIN, add, opened, shown, turn

# Up to this many turns nothing is cut; a cut leaves half of them.
UNCUT = 16


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/rasa.db"


@pytest.fixture
def store(url: str) -> BoundedTrackerStore:
    return BoundedTrackerStore(DOMAIN, database_url=url)


def after(store: BoundedTrackerStore, turns: int) -> DialogueStateTracker:
    """The conversation after as many saved turns; slots and form from the first."""
    tracker = opened("aiko")
    for number in range(turns):
        done = (
            [
                SlotSet("order_place", "web"),
                SlotSet("paused", ["a", "b"]),
                ActiveLoop("order_form"),
                SlotSet("requested_slot", "order_place"),
            ]
            if number == 0
            else []
        )
        add(tracker, turn(f"event-{number}", *done, text=f"{number}回目です"))
        asyncio.run(store.save(tracker))
        tracker = retrieved(store)
    return tracker


def retrieved(store: BoundedTrackerStore) -> DialogueStateTracker:
    tracker = asyncio.run(store.retrieve("aiko"))
    assert tracker is not None
    return tracker


def messages(tracker: DialogueStateTracker) -> list[str]:
    return [each["text"] for each in shown(tracker) if each["event"] == "user"]


def test_unknown_customer_has_no_conversation(store: BoundedTrackerStore):
    assert asyncio.run(store.retrieve("aiko")) is None


def test_conversation_comes_back_as_it_was_saved(store: BoundedTrackerStore):
    tracker = opened("aiko")
    add(tracker, turn("event-1", SlotSet("order_place", "shop")))

    asyncio.run(store.save(tracker))

    assert shown(retrieved(store)) == shown(tracker)


def test_conversation_is_updated_not_added_to(store: BoundedTrackerStore, url: str):
    after(store, 3)

    with create_engine(url, future=True).connect() as connection:
        rows = connection.execute(text("SELECT sender_id FROM trackers")).all()

    assert (rows, asyncio.run(store.keys())) == ([("aiko",)], ["aiko"])


@pytest.mark.parametrize(
    ("turns", "kept"),
    [
        pytest.param(UNCUT - 1, UNCUT - 1, id="before the limit"),
        pytest.param(UNCUT, UNCUT, id="at the limit"),
        pytest.param(UNCUT + 1, UNCUT // 2, id="cut"),
        pytest.param(UNCUT + 2, UNCUT // 2 + 1, id="after the cut"),
    ],
)
def test_last_turns_are_kept_whole(store: BoundedTrackerStore, turns: int, kept: int):
    tracker = after(store, turns)

    assert messages(tracker) == [f"{n}回目です" for n in range(turns - kept, turns)]


def test_row_after_a_hundred_turns_is_no_larger_than_after_a_few(
    store: BoundedTrackerStore, url: str, tmp_path: Path
):
    early = BoundedTrackerStore(DOMAIN, database_url=f"sqlite:///{tmp_path}/early.db")

    sizes = [
        len(BoundedTrackerStore.serialise_tracker(after(some, turns)))
        for some, turns in ((early, UNCUT + 4), (store, 100))
    ]

    assert sizes[1] < 1.1 * sizes[0]


def test_slots_and_form_survive_the_cuts(store: BoundedTrackerStore):
    tracker = after(store, 100)

    assert (
        tracker.get_slot("order_place"),
        tracker.get_slot("paused"),
        tracker.get_slot("requested_slot"),
        tracker.active_loop_name,
    ) == ("web", ["a", "b"], "order_place", "order_form")


def test_form_that_ended_and_slot_that_was_emptied_stay_so(store: BoundedTrackerStore):
    tracker = after(store, 2)
    add(tracker, turn("end", ActiveLoop(None), SlotSet("order_place", None)))
    for number in range(3 * UNCUT):
        add(tracker, turn(f"later-{number}"))
        asyncio.run(store.save(tracker))
        tracker = retrieved(store)

    assert (tracker.active_loop_name, tracker.get_slot("order_place")) == (None, None)


def test_conversation_survives_a_restart(store: BoundedTrackerStore, url: str):
    tracker = after(store, 30)

    again = BoundedTrackerStore(DOMAIN, database_url=url)

    assert shown(retrieved(again)) == shown(tracker)


class DeafEndpoint:
    """An action server that nobody reaches."""

    async def request(self) -> None:
        raise ConnectionRefusedError


async def failed_turn() -> None:
    endpoint = DeafEndpoint()
    begin_turn()
    watch(endpoint)  # type: ignore[arg-type]  # a fake
    with pytest.raises(ConnectionRefusedError):
        await endpoint.request()


def test_failed_turn_is_not_saved_and_the_next_one_is(store: BoundedTrackerStore):
    tracker = after(store, 1)
    before = shown(tracker)
    add(tracker, turn("failed"))

    async def fail_then_save() -> None:
        await failed_turn()
        await store.save(tracker)

    asyncio.run(fail_then_save())
    after_failure = shown(retrieved(store))
    asyncio.run(store.save(tracker))

    assert (after_failure, shown(retrieved(store))) == (before, shown(tracker))
