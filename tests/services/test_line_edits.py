"""Messages that customers change on LINE: answered as they read now."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.services.conversations import Answer, BotMessage
from helpdesk.storage import tables
from tests.services.conftest import Rows
from tests.services.line_talk import (
    accept,
    ago,
    answer,
    dump,
    edit,
    event,
    next_turn,
    said,
    text,
)

CODE = "24681357902468249"
TOKEN = re.compile(r"\[([A-Z]+):[a-z2-9]{8}\]")
Inbox = Callable[[str], list[str | None]]


def test_unanswered_message_is_answered_as_it_reads_now(
    helpdesk: Helpdesk, inbox: Inbox
):
    accept(helpdesk, text("e1", "契約したい"))

    woken = accept(helpdesk, edit("e2", of="e1", words="連携したい"))

    assert (woken, said(helpdesk), inbox("eita")) == (
        {"eita"},
        [("customer", "連携したい")],
        ["連携したい"],
    )


def test_edit_keeps_the_place_of_its_message(helpdesk: Helpdesk, inbox: Inbox):
    accept(helpdesk, text("e1", "一"), text("e2", "二"))

    accept(helpdesk, edit("e3", of="e1", words="いち"))

    assert inbox("eita") == ["いち", "二"]


@pytest.mark.parametrize("times", [1, 2], ids=["once", "redelivered"])
def test_answered_message_is_answered_once_more(
    helpdesk: Helpdesk, inbox: Inbox, times: int
):
    accept(helpdesk, text("e1", "契約したい"))
    answer(helpdesk, "契約ですね")

    for _ in range(times):
        accept(helpdesk, edit("e2", of="e1", words="連携したい"))

    assert (said(helpdesk), inbox("eita")) == (
        [("customer", "連携したい"), ("bot", "契約ですね")],
        ["連携したい"],
    )


def test_message_that_is_edited_twice_is_answered_twice(
    helpdesk: Helpdesk, inbox: Inbox
):
    accept(helpdesk, text("e1", "一"))
    answer(helpdesk)
    for event_id, words in [("e2", "二"), ("e3", "三")]:
        accept(helpdesk, edit(event_id, of="e1", words=words))

    assert (said(helpdesk), inbox("eita")) == ([("customer", "三")], ["二", "三"])


@pytest.mark.parametrize(
    ("words", "payload"),
    [
        pytest.param("😀", "/EXTERNAL_no_words", id="no words"),
        pytest.param(" ", "/EXTERNAL_empty_message", id="nothing"),
        pytest.param("/request_operator", "request_operator", id="a command"),
    ],
)
def test_answered_message_is_read_as_any_other(
    helpdesk: Helpdesk, inbox: Inbox, words: str, payload: str
):
    accept(helpdesk, text("e1"))
    answer(helpdesk)

    accept(helpdesk, edit("e2", of="e1", words=words))

    assert inbox("eita") == [payload]


@pytest.mark.parametrize("is_answered", [False, True], ids=["waiting", "answered"])
def test_secret_that_is_edited_in_is_masked(
    helpdesk: Helpdesk, inbox: Inbox, is_answered: bool
):
    accept(helpdesk, text("e1", "コードは？"))
    if is_answered:
        answer(helpdesk)

    accept(helpdesk, edit("e2", of="e1", words=f"コードは{CODE}"))

    (waiting,) = inbox("eita")
    assert (TOKEN.sub(r"[\1]", waiting or ""), CODE in dump(helpdesk)) == (
        "コードは[CODE]",
        False,
    )


@pytest.mark.parametrize("words", [None, 7, ["a"]], ids=["None", "number", "list"])
def test_edit_without_a_text_changes_nothing(
    helpdesk: Helpdesk, inbox: Inbox, words: Any
):
    accept(helpdesk, text("e1", "一"))

    woken = accept(helpdesk, edit("e2", of="e1", words=words))

    assert (woken, inbox("eita")) == (set(), ["一"])


def test_edit_of_an_unknown_message_is_nothing(helpdesk: Helpdesk):
    woken = accept(
        helpdesk, edit("e1", of="nothing", words="一"), event("messageEdited", "e2")
    )

    assert (woken, said(helpdesk)) == (set(), [])


def test_edit_in_a_group_is_nothing(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", "一"))

    accept(helpdesk, edit("e2", of="e1", words="二", user=None))

    assert said(helpdesk) == [("customer", "一")]


def test_edit_while_an_operator_speaks_is_seen_and_not_answered(helpdesk: Helpdesk):
    helpdesk.handoffs.request("eita", "request")
    helpdesk.handoffs.claim("eita", "op1")
    accept(helpdesk, text("e1", "一"))
    helpdesk.conversations.next_turn("eita")

    accept(helpdesk, edit("e2", of="e1", words="二"))

    assert helpdesk.conversations.next_turn("eita") is None
    assert said(helpdesk) == [("customer", "二")]


def test_edit_within_the_call_of_its_message(helpdesk: Helpdesk, inbox: Inbox):
    accept(
        helpdesk,
        edit("e2", of="e1", words="二"),
        text("e1", "一", sent_at=ago(seconds=1)),
    )

    assert (said(helpdesk), inbox("eita")) == ([("customer", "二")], ["二"])


def test_edit_leaves_no_second_line(helpdesk: Helpdesk, rows: Rows):
    accept(helpdesk, text("e1", "一"))
    answer(helpdesk)
    accept(helpdesk, edit("e2", of="e1", words="二"))
    answer(helpdesk)

    assert [row["text"] for row in rows(tables.messages)] == ["二"]


# --- Known faults ---------------------------------------------------------------------


@pytest.mark.xfail(
    strict=True,
    reason="conversations.answer finishes an item whatever it has become meanwhile: the"
    " newer words are shown above the answer to the older ones, and nobody reads them",
)
def test_message_that_is_edited_during_its_turn_is_answered_as_it_reads_now(
    helpdesk: Helpdesk, inbox: Inbox
):
    accept(helpdesk, text("e1", "一"))
    turn = next_turn(helpdesk)
    accept(helpdesk, edit("e2", of="e1", words="二"))

    helpdesk.conversations.answer(turn, Answer([BotMessage("一ですね")], None))

    assert inbox("eita") == ["二"]


@pytest.mark.xfail(
    strict=True,
    reason="conversations.rewrite looks for lone passwords at no step: a corrected"
    " password is stored in the clear, and goes to Rasa",
)
def test_password_that_is_corrected_at_the_login_step_is_kept_nowhere(
    helpdesk: Helpdesk,
):
    accept(helpdesk, text("e0"))
    answer(helpdesk, "できましたか", awaits="holder_page_done")
    accept(helpdesk, text("e1", "Ab12cd34"))

    accept(helpdesk, edit("e2", of="e1", words="Ab12cd35"))

    assert "Ab12cd35" not in dump(helpdesk)


@pytest.mark.xfail(
    strict=True,
    reason="conversations.rewrite changes the text and leaves the payload, which the"
    " client of Rasa sends instead of it: the bot answers the older words",
)
@pytest.mark.parametrize("words", ["契約者連携", "😀"], ids=["a tile", "no words"])
def test_command_that_was_edited_into_a_text_is_answered_as_the_text(
    helpdesk: Helpdesk, inbox: Inbox, words: str
):
    accept(helpdesk, text("e1", words))

    accept(helpdesk, edit("e2", of="e1", words="オペレーターと話したい"))

    assert inbox("eita") == ["オペレーターと話したい"]


@pytest.mark.xfail(
    strict=True,
    reason="conversations.rewrite stores the text as it is: what means a command when it"
    " is typed is no command when a waiting message is changed into it",
)
@pytest.mark.parametrize(
    ("words", "payload"),
    [
        pytest.param("パスワードはAb12cd34", "/EXTERNAL_password_typed", id="password"),
        pytest.param("😀", "/EXTERNAL_no_words", id="no words"),
        pytest.param("", "/EXTERNAL_empty_message", id="nothing"),
        pytest.param("契約者連携", "/link_contract_holder", id="a tile"),
    ],
)
def test_waiting_message_that_becomes_a_command_is_one(
    helpdesk: Helpdesk, inbox: Inbox, words: str, payload: str
):
    accept(helpdesk, text("e1", "一"))

    accept(helpdesk, edit("e2", of="e1", words=words))

    assert inbox("eita") == [payload]


@pytest.mark.xfail(
    strict=True,
    reason="conversations.take_again knows special cases only: an answered message that"
    " is changed into the words of a tile, or into a password, is read as a text",
)
@pytest.mark.parametrize(
    ("words", "payload"),
    [
        pytest.param("契約者連携", "/link_contract_holder", id="a tile"),
        pytest.param("パスワードはAb12cd34", "/EXTERNAL_password_typed", id="password"),
    ],
)
def test_answered_message_that_becomes_a_command_is_one(
    helpdesk: Helpdesk, inbox: Inbox, words: str, payload: str
):
    accept(helpdesk, text("e1", "一"))
    answer(helpdesk)

    accept(helpdesk, edit("e2", of="e1", words=words))

    assert inbox("eita") == [payload]


@pytest.mark.xfail(
    strict=True,
    reason="line_events._edited forgets an edit that comes before its message: the older"
    " words are answered, and shown for ever",
)
def test_edit_that_comes_before_its_message_is_kept(helpdesk: Helpdesk, inbox: Inbox):
    accept(helpdesk, edit("e2", of="e1", words="二"))

    accept(helpdesk, text("e1", "一", sent_at=ago(seconds=9)))

    assert inbox("eita") == ["二"]


@pytest.mark.xfail(
    strict=True,
    reason="line_events._edited does not look at sent_at: an older edit that LINE"
    " delivers again takes the place of the newer one",
)
def test_older_edit_does_not_replace_a_newer_one(helpdesk: Helpdesk, inbox: Inbox):
    accept(helpdesk, text("e1", "一"), edit("e3", of="e1", words="三"))

    late = edit("e2", of="e1", words="二", sent_at=ago(seconds=9))
    accept(helpdesk, late)

    assert inbox("eita") == ["三"]
