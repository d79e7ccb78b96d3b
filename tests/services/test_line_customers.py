"""Who writes on LINE: registered once, found again, and never named in the clear."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import Speaker
from helpdesk.domain.line_sending import Outcome
from helpdesk.services.ports import Conversation
from helpdesk.storage import line_tables, tables
from tests.fakes import FakeClock
from tests.services.conftest import Rows
from tests.services.line_talk import (
    AIKO,
    EITA,
    NEW_USER,
    accept,
    answer,
    content,
    dump,
    edit,
    event,
    next_call,
    said,
    say,
    tap,
    text,
    words,
)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(text("e1", user=NEW_USER), id="text"),
        pytest.param(event("follow", "e1", NEW_USER), id="follow"),
        pytest.param(tap("e1", "1:menu:help", user=NEW_USER), id="tap"),
        pytest.param(event("beacon", "e1", NEW_USER), id="unknown kind"),
    ],
)
def test_new_customer_is_registered_with_the_first_event(
    helpdesk: Helpdesk, rows: Rows, first: Any
):
    accept(helpdesk, first)
    accept(helpdesk, text("e2", user=NEW_USER))

    [account] = [
        each
        for each in rows(line_tables.line_accounts)
        if re.fullmatch("line-[0-9a-f]{24}", each["customer"])
    ]
    customer = account["customer"]
    assert account | {"user_id": None, "user_hash": None, "friend_since": None} == {
        "customer": customer,
        "user_hash": None,
        "user_id": None,
        "is_friend": True,
        "friend_since": None,
        "delivered": 0,
        "menu": None,
        "menu_due": True,
    }
    assert helpdesk.cipher.decrypt(account["user_id"]) == NEW_USER
    with helpdesk.database.reading() as unit:
        conversation = unit.conversations.get(customer)
    assert conversation == Conversation(customer, Speaker.BOT, 0, None, None, "line")


def test_customer_is_the_same_at_every_event(helpdesk: Helpdesk):
    woken = [accept(helpdesk, text(f"e{n}", user=NEW_USER)) for n in range(3)]

    assert woken[0] == woken[1] == woken[2] != set()


def test_user_id_stands_nowhere_in_the_clear(helpdesk: Helpdesk):
    accept(
        helpdesk,
        text("e1", user=NEW_USER, reply_token="token of e1"),
        event("follow", "e2", NEW_USER),
        event("beacon", "e3", NEW_USER, hwid="d41d8cd98f"),
        tap("e4", "1:menu:help", user=NEW_USER),
        content("e5", "image", user=NEW_USER),
        event("unfollow", "e6", NEW_USER),
        event("join", "e7", None),
        text("e8"),
    )

    stored = dump(helpdesk)
    in_the_clear = [NEW_USER, EITA, AIKO, "token of e1", "d41d8cd98f"]
    assert ("e3" in stored, [each for each in in_the_clear if each in stored]) == (
        True,
        [],
    )


def test_person_who_was_on_the_web_goes_on_on_line(helpdesk: Helpdesk):
    helpdesk.conversations.accept_text("eita", "ウェブから", "1")
    answer(helpdesk, "ウェブへ")
    say(helpdesk, "もうひとつ")

    accept(helpdesk, text("e1", "LINEから"))
    answer(helpdesk, "LINEへ")

    assert words(next_call(helpdesk)) == ["LINEへ"]
    assert said(helpdesk)[0] == ("customer", "ウェブから")


def test_person_on_line_keeps_what_is_still_to_be_delivered(helpdesk: Helpdesk):
    accept(helpdesk, text("e1"))
    answer(helpdesk, "一")

    accept(helpdesk, text("e2"))

    assert words(next_call(helpdesk)) == ["一"]


def test_web_chat_is_not_repeated_on_line_when_going_to_and_fro(helpdesk: Helpdesk):
    accept(helpdesk, text("e1"))
    answer(helpdesk, "一")
    helpdesk.conversations.accept_text("eita", "ウェブから", "1")
    answer(helpdesk, "二")
    accept(helpdesk, text("e2"))
    answer(helpdesk, "三")

    assert words(next_call(helpdesk)) == ["三"]


# --- Nobody's events ------------------------------------------------------------------


@pytest.mark.parametrize(
    "nobodys",
    [
        pytest.param(text("e1", "みんなで相談", user=None), id="text"),
        pytest.param(event("join", "e1", None), id="join"),
        pytest.param(event("memberJoined", "e1", None), id="member"),
        pytest.param(event("leave", "e1", None), id="leave"),
        pytest.param(tap("e1", "1:menu:help", user=None), id="tap"),
        pytest.param(event("unsend", "e1", None, messageId="id of e0"), id="unsend"),
        pytest.param(event("follow", "e1", None), id="follow"),
        pytest.param(event("unfollow", "e1", None), id="unfollow"),
    ],
)
def test_group_and_room_make_no_customer(helpdesk: Helpdesk, rows: Rows, nobodys: Any):
    before = (rows(tables.customers), rows(line_tables.line_accounts))

    woken = [accept(helpdesk, nobodys) for _ in range(2)]

    after = (rows(tables.customers), rows(line_tables.line_accounts))
    (stored,) = rows(line_tables.line_events)
    assert (woken, after, stored["customer"]) == ([set(), set()], before, None)
    assert (rows(tables.inbox), rows(tables.messages)) == ([], [])


def test_text_of_a_group_is_not_kept(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", "みんなで相談", user=None, reply_token="token of e1"))

    stored = dump(helpdesk)
    assert [each for each in ("みんなで相談", "token of e1") if each in stored] == []


def test_group_never_takes_back_what_a_customer_said(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", "連携したい"))

    accept(helpdesk, event("unsend", "e2", None, messageId="id of e1"))

    assert said(helpdesk) == [("customer", "連携したい")]


# --- Unknown kinds --------------------------------------------------------------------


def test_unknown_kind_is_kept_encrypted_and_answered_by_nobody(
    helpdesk: Helpdesk, rows: Rows
):
    unknown = event("membership", "e1", membership={"type": "joined"})

    woken = accept(helpdesk, unknown)

    (stored,) = rows(line_tables.line_events)
    assert (woken, said(helpdesk), rows(tables.inbox)) == (set(), [], [])
    assert (stored["type"], stored["customer"]) == ("membership", "eita")
    kept = json.loads(helpdesk.cipher.decrypt(stored["content"]))
    assert kept["detail"] == {"membership": {"type": "joined"}}


def test_known_kind_is_not_kept_twice(helpdesk: Helpdesk, rows: Rows):
    accept(helpdesk, text("e1"))

    assert [row["content"] for row in rows(line_tables.line_events)] == [None]


# --- Standby --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "silent",
    [
        pytest.param(text("e1", "連携したい", is_silent=True), id="text"),
        pytest.param(content("e1", "image", is_silent=True), id="image"),
        pytest.param(tap("e1", "1:menu:help", is_silent=True), id="tap"),
        pytest.param(event("follow", "e1", is_silent=True), id="follow"),
        pytest.param(edit("e1", of="e0", words="一", is_silent=True), id="edit"),
    ],
)
def test_standby_is_stored_once_and_silent(helpdesk: Helpdesk, rows: Rows, silent: Any):
    woken = [accept(helpdesk, silent) for _ in range(2)]

    assert (woken, len(rows(line_tables.line_events))) == ([set(), set()], 1)
    assert (said(helpdesk), rows(tables.inbox)) == ([], [])


def test_message_is_taken_back_in_standby_too(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", "まちがえた"))

    accept(helpdesk, event("unsend", "e2", messageId="id of e1", is_silent=True))

    assert "まちがえた" not in dump(helpdesk)


def test_whoever_blocks_us_in_standby_is_no_friend(helpdesk: Helpdesk):
    accept(helpdesk, event("unfollow", "e1", is_silent=True))

    assert helpdesk.line_delivery.user_id("eita") is None


# --- What is forgotten ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "forgotten"),
    [
        pytest.param({"days": 30, "microseconds": -1}, 0, id="before"),
        pytest.param({"days": 30}, 0, id="at"),
        pytest.param({"days": 30, "microseconds": 1}, 1, id="after"),
    ],
)
def test_events_are_known_for_thirty_days(
    helpdesk: Helpdesk, clock: FakeClock, age: dict[str, int], forgotten: int
):
    accept(helpdesk, text("e1"))
    clock.forward(**age)

    counts = [helpdesk.line_events.forget_old() for _ in range(2)]

    assert counts == [forgotten, 0]


def test_event_of_an_open_call_is_not_forgotten(
    helpdesk: Helpdesk, clock: FakeClock, rows: Rows
):
    accept(helpdesk, text("e1", reply_token="token"), text("e2", user=AIKO))
    answer(helpdesk, "はい")
    next_call(helpdesk)
    clock.forward(days=31)

    forgotten = helpdesk.line_events.forget_old()

    (stored,) = rows(line_tables.line_events)
    assert (forgotten, stored["event_id"]) == (1, "e1")


def test_settled_calls_are_forgotten_with_their_events(
    helpdesk: Helpdesk, clock: FakeClock, rows: Rows
):
    accept(helpdesk, text("e1", reply_token="token"))
    answer(helpdesk, "はい")
    helpdesk.line_delivery.judge(next_call(helpdesk), Outcome.ACCEPTED)
    clock.forward(days=31)

    forgotten = helpdesk.line_events.forget_old()

    assert (forgotten, rows(line_tables.line_calls), rows(line_tables.line_events)) == (
        1,
        [],
        [],
    )
    assert said(helpdesk) == [("customer", "こんにちは"), ("bot", "はい")]
