"""LINE's webhook calls: stored once, in order, each call by itself."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

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
    content,
    event,
    next_turn,
    said,
    text,
)

CODE = "24681357902468249"
A_LIST: list[Any] = [{"deep": [[[None]]]}]


def answered_in_order(helpdesk: Helpdesk, customer: str = "eita") -> list[str | None]:
    """What waits, in the order in which the bot answers it."""
    found = []
    while (turn := helpdesk.conversations.next_turn(customer)) is not None:
        found.append(turn.item.payload or turn.item.text)
        answer(helpdesk, customer=customer)
    return found


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
    "calls",
    [
        pytest.param([[0, 0]], id="the same call"),
        pytest.param([[0], [0]], id="another call of the batch"),
        pytest.param([[0, 1], [1, 0]], id="two calls, twice"),
    ],
)
def test_event_is_accepted_once_in_a_batch(helpdesk: Helpdesk, calls: list[list[int]]):
    events = [text("e1", "一"), text("e2", "二")]

    results = helpdesk.line_events.accept([[events[n] for n in call] for call in calls])

    assert None not in results
    assert answered_in_order(helpdesk) == ["一", "二"][: 1 + max(max(calls))]


@pytest.mark.parametrize("is_answered", [False, True], ids=["waiting", "answered"])
@pytest.mark.parametrize(
    "is_redelivery", [False, True], ids=["repeated", "redelivered"]
)
def test_event_is_accepted_once_over_time(
    helpdesk: Helpdesk, clock: FakeClock, is_redelivery: bool, is_answered: bool
):
    accept(helpdesk, text("e1", "一"))
    if is_answered:
        answer(helpdesk, "はい")
    clock.forward(hours=3)

    again = accept(helpdesk, text("e1", "別の文", is_redelivery=is_redelivery))

    assert (again, said(helpdesk)[0], len(said(helpdesk))) == (
        set(),
        ("customer", "一"),
        1 + is_answered,
    )
    assert answered_in_order(helpdesk) == ([] if is_answered else ["一"])


def test_event_id_of_another_person_is_the_same_event(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", "一"))

    assert (accept(helpdesk, text("e1", "二", user=AIKO)), said(helpdesk, "aiko")) == (
        set(),
        [],
    )


# --- Order ----------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
@pytest.mark.parametrize("is_one_call", [True, False], ids=["one call", "three calls"])
def test_unanswered_texts_are_answered_as_they_were_sent(
    helpdesk: Helpdesk, order: tuple[int, ...], is_one_call: bool
):
    events = [text(f"e{n}", f"{n}", sent_at=ago(seconds=9 - n)) for n in order]

    helpdesk.line_events.accept(
        [events] if is_one_call else [[each] for each in events]
    )

    assert answered_in_order(helpdesk) == ["0", "1", "2"]


def test_texts_of_one_moment_keep_their_order(helpdesk: Helpdesk):
    accept(helpdesk, *(text(f"e{n}", f"{n}") for n in (2, 0, 1)))

    assert answered_in_order(helpdesk) == ["2", "0", "1"]


def test_older_text_that_comes_after_an_answer_is_answered_still(helpdesk: Helpdesk):
    accept(helpdesk, text("e2", "二"))
    answer(helpdesk, "はい")

    accept(helpdesk, text("e1", "一", sent_at=ago(minutes=1), is_redelivery=True))

    assert answered_in_order(helpdesk) == ["一"]


@pytest.mark.parametrize(
    ("is_redelivery", "sent_at", "since"),
    [
        pytest.param(True, ago(minutes=8), ago(minutes=8), id="redelivered"),
        pytest.param(False, ago(minutes=8), NOW, id="a clock behind"),
        pytest.param(True, NOW + timedelta(hours=1), NOW, id="a clock ahead"),
    ],
)
def test_customer_waits_since_the_first_delivery_or_the_sending(
    helpdesk: Helpdesk, is_redelivery: bool, sent_at: Any, since: Any
):
    accept(helpdesk, text("e1", sent_at=sent_at, is_redelivery=is_redelivery))

    assert next_turn(helpdesk).item.received_at == since


# --- Several customers, several calls -------------------------------------------------


def test_one_call_brings_events_of_several_customers(helpdesk: Helpdesk):
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


def test_calls_of_a_batch_name_their_own_customers(helpdesk: Helpdesk):
    results = helpdesk.line_events.accept(
        [[text("e1")], [], [text("e2", user=AIKO)], [text("e1")]]
    )

    assert results == [{"eita"}, set(), {"aiko"}, set()]


def test_no_calls_are_nothing(helpdesk: Helpdesk):
    assert helpdesk.line_events.accept([]) == []


BAD_EVENTS = [
    pytest.param(content("bad", "sticker", keywords=1), id="keywords are a number"),
    pytest.param(event("message", "bad", sent_at=None), id="no moment"),
    pytest.param(event("message", "bad", sent_at=NOW.replace(tzinfo=None)), id="naive"),
    pytest.param(event(None, "bad"), id="no kind"),
    pytest.param(text("bad", "\ud800"), id="a lone surrogate"),
    pytest.param(event("message", "bad", 7), id="user is a number"),
    pytest.param(event("message", "bad", reply_token=7), id="token is a number"),
    pytest.param(event("message", None), id="no event id"),
]


@pytest.mark.parametrize("bad", BAD_EVENTS)
def test_bad_call_harms_no_other(helpdesk: Helpdesk, bad: Any):
    results = helpdesk.line_events.accept(
        [
            [text("e1", "一")],
            [text("e2", "取り消される", user=NEW_USER), bad],
            [text("e3", "三", user=AIKO)],
        ]
    )

    assert results == [{"eita"}, None, {"aiko"}]
    assert (answered_in_order(helpdesk), answered_in_order(helpdesk, "aiko")) == (
        ["一"],
        ["三"],
    )


def test_bad_call_leaves_nothing_behind_and_may_come_again(
    helpdesk: Helpdesk, rows: Rows
):
    before = (rows(line_tables.line_accounts), rows(tables.customers))
    call = [text("e1", f"コードは{CODE}", user=NEW_USER), text("e2", "\ud800")]
    assert helpdesk.line_events.accept([call]) == [None]

    after = (rows(line_tables.line_accounts), rows(tables.customers))
    assert (after, rows(tables.vault), rows(line_tables.line_events)) == (
        before,
        [],
        [],
    )
    assert accept(helpdesk, *call[:1]) != set()


def test_bad_call_is_logged_without_what_it_said(
    helpdesk: Helpdesk, caplog: pytest.LogCaptureFixture
):
    words = "ひみつの相談"
    call = [text("e1", words, user=NEW_USER), content("e2", "sticker", keywords=1)]

    helpdesk.line_events.accept([call])

    assert "A webhook call could not be stored" in caplog.text
    assert [each for each in (words, NEW_USER) if each in caplog.text] == []


STRANGE_DETAILS = [
    pytest.param({}, id="nothing"),
    pytest.param({"type": None, "id": None, "text": None}, id="None"),
    pytest.param({"type": "text", "id": 7, "text": 7}, id="numbers"),
    pytest.param({"type": "text", "id": A_LIST, "text": A_LIST}, id="nested"),
    pytest.param({"type": A_LIST, "id": {}, "text": "本文"}, id="nested kind"),
    pytest.param({"type": "text" * 999, "id": "x" * 9999, "text": ""}, id="very long"),
    pytest.param({"type": "sticker", "keywords": A_LIST}, id="nested keywords"),
    pytest.param({"type": "sticker", "keywords": "thanks"}, id="keywords are a text"),
    pytest.param({"type": "text", "text": "あ" * 100_000}, id="a very long text"),
    pytest.param({"data": A_LIST}, id="nested data"),
    pytest.param({"data": "1:" + "x" * 100_000}, id="very long data"),
    pytest.param({"nonce": A_LIST, "result": A_LIST}, id="nested nonce"),
    pytest.param({"messageId": A_LIST}, id="nested message id"),
]
KINDS = ["message", "messageEdited", "postback", "unsend", "accountLink", "beacon"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("detail", STRANGE_DETAILS)
def test_strange_details_are_stored_and_harm_nobody(
    helpdesk: Helpdesk, kind: str, detail: dict[str, Any]
):
    strange = event(kind, "strange", **detail)

    results = helpdesk.line_events.accept([[strange], [text("e2", user=AIKO)]])

    assert (None in results, results[1], accept(helpdesk, strange)) == (
        False,
        {"aiko"},
        set(),
    )
