"""Messages that customers take back on LINE: erased wherever they stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.services.line_events import LineEvent
from helpdesk.services.turns import Answer, BotMessage
from helpdesk.storage import desk_tables, tables
from tests.services.conftest import Rows
from tests.services.desk_talk import JOINED
from tests.services.line_talk import (
    AIKO,
    accept,
    ago,
    answer,
    content,
    dump,
    edit,
    event,
    next_turn,
    said,
    text,
    unsend,
)

CODE = "24681357902468249"
SHOWN = "（送信が取り消されました）"
WORDS = "まちがえた相談"
Audit = Callable[[], list[tuple[Any, ...]]]


def erased(helpdesk: Helpdesk, customer: str = "eita") -> list[str]:
    return helpdesk.conversations.erasures(customer)


# --- When it comes --------------------------------------------------------------------


@pytest.mark.parametrize("is_one_call", [True, False], ids=["one call", "two calls"])
def test_message_that_was_taken_back_before_its_answer_is_not_answered(
    helpdesk: Helpdesk, audit: Audit, is_one_call: bool
):
    events = [text("e1", WORDS, sent_at=ago(seconds=1)), unsend("e2", of="e1")]

    for call in [events] if is_one_call else [[each] for each in events]:
        woken = accept(helpdesk, *call)

    assert (woken, helpdesk.conversations.next_turn("eita")) == ({"eita"}, None)
    assert (said(helpdesk), WORDS in dump(helpdesk)) == ([("customer", SHOWN)], False)
    assert (erased(helpdesk), audit()) == (
        ["e1"],
        [("customer:eita", "unsent", "eita", {})],
    )


def test_message_that_was_taken_back_after_its_answer_is_erased(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", WORDS))
    answer(helpdesk, "はい")

    accept(helpdesk, unsend("e2", of="e1"))

    assert said(helpdesk) == [("customer", SHOWN), ("bot", "はい")]
    assert (WORDS in dump(helpdesk), erased(helpdesk)) == (False, ["e1"])


def test_answer_to_what_was_taken_back_meanwhile_is_dropped(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", WORDS))
    turn = next_turn(helpdesk)
    accept(helpdesk, unsend("e2", of="e1"))

    helpdesk.conversations.answer(turn, Answer([BotMessage(f"{WORDS}ですね")], "wish"))

    assert helpdesk.conversations.is_open(turn.item) is False
    assert (said(helpdesk), WORDS in dump(helpdesk)) == ([("customer", SHOWN)], False)


@pytest.mark.parametrize("is_one_call", [True, False], ids=["one call", "two calls"])
def test_message_that_comes_after_its_unsend_is_not_read(
    helpdesk: Helpdesk, rows: Rows, is_one_call: bool
):
    late = text("e1", f"{WORDS}{CODE}", sent_at=ago(seconds=-1))
    events = [unsend("e2", of="e1"), late]

    for call in [events] if is_one_call else [[each] for each in events]:
        woken = accept(helpdesk, *call)

    assert (woken, said(helpdesk), rows(tables.inbox)) == (set(), [], [])
    assert (rows(tables.vault), WORDS in dump(helpdesk), erased(helpdesk)) == (
        [],
        False,
        [],
    )


def test_unsend_sorts_after_its_message_within_a_call(helpdesk: Helpdesk):
    accept(helpdesk, unsend("e2", of="e1"), text("e1", WORDS, sent_at=ago(seconds=9)))

    assert (said(helpdesk), WORDS in dump(helpdesk)) == ([("customer", SHOWN)], False)


def test_unsend_of_an_unknown_message_is_nothing(helpdesk: Helpdesk, audit: Audit):
    woken = accept(helpdesk, unsend("e1", of="nothing"), event("unsend", "e2"))

    assert (woken, said(helpdesk), erased(helpdesk), audit()) == (set(), [], [], [])


def test_redelivered_unsend_is_one_unsend(helpdesk: Helpdesk, audit: Audit):
    accept(helpdesk, text("e1", WORDS))

    woken = [accept(helpdesk, unsend("e2", of="e1")) for _ in range(2)]

    assert (woken, erased(helpdesk), len(audit())) == ([{"eita"}, set()], ["e1"], 1)


def test_message_that_is_taken_back_twice_is_erased_once(
    helpdesk: Helpdesk, caplog: pytest.LogCaptureFixture
):
    accept(helpdesk, text("e1", WORDS), unsend("e2", of="e1"))

    accept(helpdesk, unsend("e3", of="e1"))

    assert (erased(helpdesk), caplog.text) == (["e1"], "")


def test_message_that_is_taken_back_again_is_not_erased_again(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", WORDS), unsend("e2", of="e1"))
    helpdesk.conversations.erased("e1")

    accept(helpdesk, unsend("e3", of="e1"))

    assert erased(helpdesk) == []


# --- What is erased -------------------------------------------------------------------


def test_only_that_message_is_erased(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", "一"), text("e2", "二"), text("e3", "二", user=AIKO))

    accept(helpdesk, unsend("e4", of="e2"))

    assert (said(helpdesk), said(helpdesk, "aiko")) == (
        [("customer", "一"), ("customer", SHOWN)],
        [("customer", "二")],
    )
    assert (erased(helpdesk), erased(helpdesk, "aiko")) == (["e2"], [])


def test_user_code_leaves_the_vault_with_its_message(helpdesk: Helpdesk, rows: Rows):
    accept(helpdesk, text("e1", f"{CODE}と090-1234-5678"), text("e2", CODE))
    *_, kept = (row["token"] for row in rows(tables.vault))

    accept(helpdesk, unsend("e3", of="e1"))

    tokens = [row["token"] for row in rows(tables.vault)]
    assert (tokens, helpdesk.vault.open("eita", kept)) == ([kept], CODE)


@pytest.mark.parametrize(
    "taken_back",
    [
        pytest.param(content("e1", "image"), id="an image"),
        pytest.param(content("e1", "sticker", keywords=["thanks"]), id="a sticker"),
        pytest.param(text("e1", "契約者連携"), id="the words of a tile"),
        pytest.param(text("e1", "パスワードはAb12cd34"), id="a password"),
    ],
)
def test_what_means_a_command_is_erased_too(
    helpdesk: Helpdesk, rows: Rows, taken_back: LineEvent
):
    accept(helpdesk, taken_back)

    accept(helpdesk, unsend("e2", of="e1"))

    (item,), (line,) = rows(tables.inbox), rows(tables.messages)
    assert (item["text"], item["payload"]) == (None, None)
    assert (line["text"], line["content"], line["content_id"]) == (SHOWN, None, None)
    assert helpdesk.conversations.next_turn("eita") is None


def test_message_left_for_the_operators_is_erased(helpdesk: Helpdesk, rows: Rows):
    accept(helpdesk, text("e1", WORDS), text("e2", "電話をください"))
    helpdesk.handoffs.leave_message("eita", WORDS, "out_of_hours", "e1")
    helpdesk.handoffs.leave_message("eita", "電話をください", "out_of_hours", "e2")

    accept(helpdesk, unsend("e3", of="e1"))

    left = [row["text"] for row in rows(tables.handoff_requests)]
    assert (left, WORDS in dump(helpdesk)) == ([SHOWN, "電話をください"], False)


def test_word_of_a_survey_is_erased(helpdesk: Helpdesk, rows: Rows):
    accept(helpdesk, text("e1", WORDS))
    helpdesk.surveys.ask("eita", "bot")
    helpdesk.surveys.comment("eita", 1, WORDS, "e1")

    accept(helpdesk, unsend("e2", of="e1"))

    assert [row["comment"] for row in rows(desk_tables.surveys)] == [SHOWN]


def test_message_to_an_operator_is_erased(helpdesk: Helpdesk):
    helpdesk.handoffs.request("eita", "request")
    helpdesk.talks.claim("eita", "op1")
    accept(helpdesk, text("e1", WORDS))
    helpdesk.conversations.next_turn("eita")

    accept(helpdesk, unsend("e2", of="e1"))

    assert (said(helpdesk), WORDS in dump(helpdesk)) == (
        [JOINED, ("customer", SHOWN)],
        False,
    )


# --- Edited before --------------------------------------------------------------------


def test_edited_message_is_erased_as_it_reads_now(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", "一"), edit("e2", of="e1", words=WORDS))

    accept(helpdesk, unsend("e3", of="e1"))

    assert (said(helpdesk), WORDS in dump(helpdesk)) == ([("customer", SHOWN)], False)
    assert helpdesk.conversations.next_turn("eita") is None


@pytest.mark.parametrize("is_answered", [False, True], ids=["waiting", "answered"])
def test_answered_and_edited_message_is_erased_everywhere(
    helpdesk: Helpdesk, is_answered: bool
):
    accept(helpdesk, text("e1", "一"))
    answer(helpdesk, "はい")
    accept(helpdesk, edit("e2", of="e1", words=WORDS))
    if is_answered:
        answer(helpdesk, "はい")

    accept(helpdesk, unsend("e3", of="e1"))

    assert (WORDS in dump(helpdesk), sorted(erased(helpdesk))) == (False, ["e1", "e2"])
    assert helpdesk.conversations.next_turn("eita") is None


def test_code_that_was_edited_away_leaves_the_vault(helpdesk: Helpdesk, rows: Rows):
    accept(helpdesk, text("e1", CODE), edit("e2", of="e1", words="やめます"))

    accept(helpdesk, unsend("e3", of="e1"))

    assert rows(tables.vault) == []


@pytest.mark.parametrize(
    "sent_at", [ago(minutes=1), ago(minutes=-1)], ids=["sent before", "sent after"]
)
def test_edit_that_comes_after_the_unsend_brings_nothing_back(
    helpdesk: Helpdesk, sent_at: datetime
):
    accept(helpdesk, text("e1", "一"), unsend("e3", of="e1"))

    woken = accept(helpdesk, edit("e2", of="e1", words=WORDS, sent_at=sent_at))

    assert (woken, helpdesk.conversations.next_turn("eita")) == (set(), None)
    assert (said(helpdesk), WORDS in dump(helpdesk)) == ([("customer", SHOWN)], False)


def test_edit_and_message_that_come_after_the_unsend_are_not_read(
    helpdesk: Helpdesk, rows: Rows
):
    accept(helpdesk, unsend("e3", of="e1"))

    accept(helpdesk, edit("e2", of="e1", words=WORDS, sent_at=ago(seconds=5)))
    accept(helpdesk, text("e1", WORDS, sent_at=ago(seconds=9)))

    assert (said(helpdesk), rows(tables.inbox), WORDS in dump(helpdesk)) == (
        [],
        [],
        False,
    )


def test_answer_to_an_edit_that_was_taken_back_is_dropped(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", "一"), edit("e2", of="e1", words=WORDS))
    turn = next_turn(helpdesk)
    accept(helpdesk, unsend("e3", of="e1"))

    helpdesk.conversations.answer(turn, Answer([BotMessage(f"{WORDS}ですね")], "wish"))

    assert (said(helpdesk), WORDS in dump(helpdesk)) == ([("customer", SHOWN)], False)


def test_code_of_an_edit_leaves_the_vault_with_its_message(
    helpdesk: Helpdesk, rows: Rows
):
    accept(helpdesk, text("e1", "コードは？"), edit("e2", of="e1", words=CODE))

    accept(helpdesk, unsend("e3", of="e1"))

    assert rows(tables.vault) == []


# --- What the dialogue has to forget --------------------------------------------------


def test_erasure_is_due_until_it_is_done(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", WORDS), text("e2", "二"), unsend("e3", of="e1"))
    accept(helpdesk, unsend("e4", of="e2"))
    due = [(erased(helpdesk), helpdesk.conversations.customers_with_pending())]

    for event_id in ("e1", "e2"):
        helpdesk.conversations.erased(event_id)
        due.append((erased(helpdesk), helpdesk.conversations.customers_with_pending()))

    assert due == [(["e1", "e2"], ["eita"]), (["e2"], ["eita"]), ([], [])]
