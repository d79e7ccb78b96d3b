"""LINE's events: stored once, sorted in order, each by itself."""

from __future__ import annotations

from itertools import permutations

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.services.ports import InboxItem, Message
from helpdesk.storage import line_tables, tables
from tests.fakes import NOW, FakeClock
from tests.services.conftest import Rows
from tests.services.line_talk import (
    AIKO,
    NEW_USER,
    accept,
    ago,
    answer,
    answered_in_order,
    dump,
    event,
    next_turn,
    said,
    text,
)

CODE = "24681357902468249"


# --- Once -----------------------------------------------------------------------------


def test_text_waits_for_the_bot_and_is_shown(helpdesk: Helpdesk):
    woken = accept(helpdesk, text("e1", "連携したい"))

    turn = next_turn(helpdesk)
    assert (woken, turn.item, turn.channel) == (
        {"eita"},
        InboxItem(1, "e1", "eita", "連携したい", None, NOW, None),
        "line",
    )
    assert helpdesk.conversations.messages("eita") == [
        Message(1, "customer", "連携したい", NOW, (), "e1")
    ]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param(["一", "一"], ["一"], id="twice at once"),
        pytest.param(["一", "二", "二", "一"], ["一", "二"], id="two, twice"),
        pytest.param(["一"] * 7, ["一"], id="more often than are sorted at once"),
    ],
)
def test_event_is_accepted_once(
    helpdesk: Helpdesk, events: list[str], expected: list[str]
):
    accept(helpdesk, *(text(f"event of {words}", words) for words in events))

    assert answered_in_order(helpdesk) == expected


@pytest.mark.parametrize("state", ["stored", "waiting", "answered"])
def test_event_is_accepted_once_over_time(
    helpdesk: Helpdesk, clock: FakeClock, state: str
):
    helpdesk.line_events.store([text("e1", "一")])
    if state != "stored":
        helpdesk.line_events.sort()
    if state == "answered":
        answer(helpdesk, "はい")
    clock.forward(hours=3)

    again = accept(helpdesk, text("e1", "別の文"))

    assert again == ({"eita"} if state == "stored" else set())
    assert said(helpdesk)[0] == ("customer", "一")
    assert answered_in_order(helpdesk) == ([] if state == "answered" else ["一"])


def test_event_id_of_another_person_is_the_same_event(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", "一"))

    assert (accept(helpdesk, text("e1", "二", user=AIKO)), said(helpdesk, "aiko")) == (
        set(),
        [],
    )


def test_nothing_is_stored_and_sorted(helpdesk: Helpdesk):
    helpdesk.line_events.store([])

    assert helpdesk.line_events.sort() == []


# --- Stored ---------------------------------------------------------------------------


def test_stored_event_waits_to_be_sorted(helpdesk: Helpdesk, rows: Rows):
    helpdesk.line_events.store([text("e1", "一", reply_token="token of e1")])

    (stored,) = rows(line_tables.line_events)
    assert stored | {"reply_token": None, "content": None} == {
        "event_id": "e1",
        "type": "message",
        "customer": None,
        "message_id": None,
        "received_at": NOW,
        "sent_at": NOW,
        "reply_token": None,
        "delivered_at": NOW,
        "token_used": False,
        "content": None,
        "sorted_at": None,
    }
    assert (said(helpdesk), rows(tables.inbox)) == ([], [])


def test_stored_event_says_nothing_in_the_clear(helpdesk: Helpdesk):
    helpdesk.line_events.store(
        [text("e1", f"コードは{CODE}", user=NEW_USER, reply_token="token of e1")]
    )

    stored = dump(helpdesk)
    clear = [CODE, NEW_USER, "token of e1", "コードは", r"\u30b3\u30fc\u30c9\u306f"]
    assert [each for each in clear if each in stored] == []


def test_sorted_event_is_forgotten_but_for_what_it_was(helpdesk: Helpdesk, rows: Rows):
    accept(helpdesk, text("e1", "一"))

    (stored,) = rows(line_tables.line_events)
    assert (stored["content"], stored["sorted_at"]) == (None, NOW)
    assert (stored["customer"], stored["message_id"]) == ("eita", "id of e1")


def test_few_events_are_sorted_at_once(helpdesk: Helpdesk):
    helpdesk.line_events.store([text(f"e{n}", user=AIKO) for n in range(7)])
    helpdesk.line_events.store([text("e7"), event("join", "e8", None)])

    found = [helpdesk.line_events.sort() for _ in range(3)]

    assert found == [["aiko"] * 5, ["aiko", "aiko", "eita", None], []]


# --- Order ----------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
@pytest.mark.parametrize("is_sorted_at_once", [True, False], ids=["at once", "apart"])
def test_unanswered_texts_are_answered_as_they_were_sent(
    helpdesk: Helpdesk, order: tuple[int, ...], is_sorted_at_once: bool
):
    events = [text(f"e{9 - n}", f"{n}", sent_at=ago(seconds=9 - n)) for n in order]

    for call in [events] if is_sorted_at_once else [[each] for each in events]:
        accept(helpdesk, *call)

    assert answered_in_order(helpdesk) == ["0", "1", "2"]


def test_transcript_is_in_the_order_of_sending_when_sorted_at_once(helpdesk: Helpdesk):
    events = [text(f"e{n}", f"{n}", sent_at=ago(seconds=99 - n)) for n in range(12)]
    for each in reversed(events):
        helpdesk.line_events.store([each])

    accept(helpdesk)

    assert said(helpdesk) == [("customer", f"{n}") for n in range(12)]


def test_older_text_that_comes_after_an_answer_is_answered_still(helpdesk: Helpdesk):
    accept(helpdesk, text("e2", "二"))
    answer(helpdesk, "はい")

    accept(helpdesk, text("e1", "一", sent_at=ago(minutes=1)))

    assert answered_in_order(helpdesk) == ["一"]


def test_customer_waits_since_the_moment_that_the_webhook_gives(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", sent_at=ago(minutes=9), since=ago(minutes=8)))

    assert next_turn(helpdesk).item.received_at == ago(minutes=8)


def test_events_of_several_customers_are_sorted_together(helpdesk: Helpdesk):
    woken = accept(
        helpdesk, text("e1", "一"), text("e2", "二", user=AIKO), text("e3", "三")
    )

    assert (
        woken,
        answered_in_order(helpdesk),
        answered_in_order(helpdesk, "aiko"),
    ) == (
        {"eita", "aiko"},
        ["一", "三"],
        ["二"],
    )
