"""Messages that customers change on LINE: answered as they read now."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.services.turns import Answer, BotMessage
from helpdesk.storage import tables
from tests.services.conftest import Rows
from tests.services.desk_talk import JOINED
from tests.services.line_talk import (
    accept,
    ago,
    answer,
    dump,
    edit,
    next_turn,
    said,
    text,
)

CODE = "24681357902468249"
TOKEN = re.compile(r"\[([A-Z]+):[a-z2-9]{8}\]")
Inbox = Callable[[str], list[str | None]]

# --- Waiting or answered --------------------------------------------------------------


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
    accept(helpdesk, text("e1", "一", sent_at=ago(seconds=9)))
    accept(helpdesk, text("e2", "二", sent_at=ago(seconds=8)))

    accept(helpdesk, edit("e3", of="e1", words="いち"))

    assert (said(helpdesk), inbox("eita")) == (
        [("customer", "いち"), ("customer", "二")],
        ["いち", "二"],
    )


def test_edit_is_an_event_of_its_own(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", "一"))
    accept(helpdesk, edit("e2", of="e1", words="二"))

    item = next_turn(helpdesk).item

    assert (item.event_id, item.text, item.payload) == ("e2", "二", None)


def test_answer_to_the_former_words_is_dropped(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", "一"))
    turn = next_turn(helpdesk)
    accept(helpdesk, edit("e2", of="e1", words="二"))

    helpdesk.conversations.answer(turn, Answer([BotMessage("一ですね")], "wish"))
    answer(helpdesk, "二ですね")

    assert helpdesk.conversations.is_open(turn.item) is False
    assert said(helpdesk) == [("customer", "二"), ("bot", "二ですね")]


def test_message_that_is_edited_during_its_turn_is_answered_as_it_reads_now(
    helpdesk: Helpdesk, inbox: Inbox
):
    accept(helpdesk, text("e1", "一"))
    turn = next_turn(helpdesk)
    accept(helpdesk, edit("e2", of="e1", words="二"))

    helpdesk.conversations.answer(turn, Answer([BotMessage("一ですね")], None))

    assert inbox("eita") == ["二"]


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


def test_edit_while_an_operator_speaks_is_seen_and_not_answered(helpdesk: Helpdesk):
    helpdesk.handoffs.request("eita", "request")
    helpdesk.talks.claim("eita", "op1")
    accept(helpdesk, text("e1", "一"))
    helpdesk.conversations.next_turn("eita")

    accept(helpdesk, edit("e2", of="e1", words="二"))

    assert helpdesk.conversations.next_turn("eita") is None
    assert said(helpdesk) == [JOINED, ("customer", "二")]


def test_edit_leaves_no_second_line(helpdesk: Helpdesk, rows: Rows):
    accept(helpdesk, text("e1", "一"))
    answer(helpdesk)
    accept(helpdesk, edit("e2", of="e1", words="二"))
    answer(helpdesk)

    assert [row["text"] for row in rows(tables.messages)] == ["二"]


# --- Read like a new message ----------------------------------------------------------


@pytest.mark.parametrize("is_answered", [False, True], ids=["waiting", "answered"])
@pytest.mark.parametrize(
    ("words", "read"),
    [
        pytest.param("連携したい", "連携したい", id="a text"),
        pytest.param("/request_operator", "request_operator", id="a command"),
        pytest.param("契約者連携", "/link_contract_holder", id="a tile"),
        pytest.param("パスワードはAb12cd34", "/EXTERNAL_password_typed", id="password"),
        pytest.param("😀", "/EXTERNAL_no_words", id="no words"),
        pytest.param("", "/EXTERNAL_empty_message", id="nothing"),
    ],
)
def test_edit_is_read_as_any_message(
    helpdesk: Helpdesk, inbox: Inbox, words: str, read: str, is_answered: bool
):
    accept(helpdesk, text("e1", "一"))
    if is_answered:
        answer(helpdesk)

    accept(helpdesk, edit("e2", of="e1", words=words))

    assert inbox("eita") == [read]


@pytest.mark.parametrize(
    "words",
    ["契約者連携", "😀", "パスワードはAb12cd34"],
    ids=["a tile", "no words", "password"],
)
def test_command_that_was_edited_into_a_text_is_answered_as_the_text(
    helpdesk: Helpdesk, inbox: Inbox, words: str
):
    accept(helpdesk, text("e1", words))

    accept(helpdesk, edit("e2", of="e1", words="オペレーターと話したい"))

    assert inbox("eita") == ["オペレーターと話したい"]


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


@pytest.mark.parametrize("is_answered", [False, True], ids=["waiting", "answered"])
def test_code_that_is_corrected_leaves_the_vault(
    helpdesk: Helpdesk, rows: Rows, is_answered: bool
):
    accept(helpdesk, text("e1", "24681357902468248"))
    if is_answered:
        answer(helpdesk)

    accept(helpdesk, edit("e2", of="e1", words=CODE))

    token = next_turn(helpdesk).item.text or ""
    assert [row["token"] for row in rows(tables.vault)] == [token]
    assert helpdesk.vault.open("eita", token) == CODE


def test_password_that_is_corrected_at_the_login_step_is_kept_nowhere(
    helpdesk: Helpdesk, inbox: Inbox
):
    accept(helpdesk, text("e0"))
    answer(helpdesk, "できましたか", awaits="holder_page_done")
    accept(helpdesk, text("e1", "Ab12cd34"))

    accept(helpdesk, edit("e2", of="e1", words="Ab12cd35"))

    assert ("Ab12cd35" in dump(helpdesk), inbox("eita")) == (
        False,
        ["/EXTERNAL_password_typed"],
    )


# --- No edit --------------------------------------------------------------------------


@pytest.mark.parametrize("words", [None, 7, ["a"]], ids=["None", "number", "list"])
def test_edit_without_a_text_changes_nothing(
    helpdesk: Helpdesk, inbox: Inbox, words: Any
):
    accept(helpdesk, text("e1", "一"))

    woken = accept(helpdesk, edit("e2", of="e1", words=words))

    assert (woken, inbox("eita")) == (set(), ["一"])


def test_edit_in_a_group_is_nothing(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", "一"))

    accept(helpdesk, edit("e2", of="e1", words="二", user=None))

    assert said(helpdesk) == [("customer", "一")]
