"""Messages that customers change on LINE more than once, or before they have come."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.services.line_events import LineEvent
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
    unsend,
)

CODE = "24681357902468249"
Inbox = Callable[[str], list[str | None]]
FIRST = text("e1", "一", sent_at=ago(seconds=9))
SECOND = edit("e2", of="e1", words="二", sent_at=ago(seconds=5))
THIRD = edit("e3", of="e1", words="三")


# --- Twice ----------------------------------------------------------------------------


def test_message_that_is_edited_twice_is_answered_twice(
    helpdesk: Helpdesk, inbox: Inbox
):
    accept(helpdesk, FIRST)
    answer(helpdesk)
    accept(helpdesk, SECOND)
    answer(helpdesk)

    accept(helpdesk, THIRD)

    assert (said(helpdesk), inbox("eita")) == ([("customer", "三")], ["三"])


@pytest.mark.parametrize("is_answered", [False, True], ids=["waiting", "answered"])
def test_edit_that_waits_is_replaced_by_the_next(
    helpdesk: Helpdesk, inbox: Inbox, is_answered: bool
):
    accept(helpdesk, FIRST)
    if is_answered:
        answer(helpdesk)

    accept(helpdesk, SECOND)
    accept(helpdesk, THIRD)

    assert (said(helpdesk), inbox("eita")) == ([("customer", "三")], ["三"])


def test_second_edit_keeps_the_place_of_its_message(helpdesk: Helpdesk, inbox: Inbox):
    accept(helpdesk, FIRST, text("e0", "零", sent_at=ago(seconds=8)))

    accept(helpdesk, SECOND)
    accept(helpdesk, THIRD)

    assert inbox("eita") == ["三", "零"]


def test_code_of_an_edit_that_waits_is_not_asked_for_in_vain(helpdesk: Helpdesk):
    accept(helpdesk, FIRST, edit("e2", of="e1", words=CODE, sent_at=ago(seconds=5)))
    turn = next_turn(helpdesk)

    accept(helpdesk, THIRD)

    # The code has left the vault with the words that it stood in.
    assert helpdesk.vault.open("eita", turn.item.text or "") is None
    assert helpdesk.conversations.is_open(turn.item) is False


@pytest.mark.parametrize("is_answered", [False, True], ids=["waiting", "answered"])
def test_older_edit_does_not_replace_a_newer_one(
    helpdesk: Helpdesk, inbox: Inbox, is_answered: bool
):
    accept(helpdesk, FIRST, THIRD)
    if is_answered:
        answer(helpdesk)

    woken = accept(helpdesk, SECOND)

    assert (woken, said(helpdesk)) == (set(), [("customer", "三")])
    assert inbox("eita") == ([] if is_answered else ["三"])


# --- Before the message ---------------------------------------------------------------


def test_edit_within_the_call_of_its_message(helpdesk: Helpdesk, inbox: Inbox):
    accept(helpdesk, SECOND, FIRST)

    assert (said(helpdesk), inbox("eita")) == ([("customer", "二")], ["二"])


@pytest.mark.parametrize("is_answered", [False, True], ids=["waiting", "answered"])
def test_edit_that_comes_before_its_message_is_kept(
    helpdesk: Helpdesk, inbox: Inbox, is_answered: bool
):
    early = accept(helpdesk, SECOND)
    if is_answered:
        answer(helpdesk)

    late = accept(helpdesk, FIRST)

    assert (early, late, said(helpdesk)) == ({"eita"}, set(), [("customer", "二")])
    assert inbox("eita") == ([] if is_answered else ["二"])


def test_message_that_comes_after_its_edit_is_kept_nowhere(helpdesk: Helpdesk):
    accept(helpdesk, SECOND)

    accept(helpdesk, text("e1", "ひみつの相談", sent_at=ago(seconds=9)))

    assert "ひみつの相談" not in dump(helpdesk)


def test_edit_that_came_before_its_message_is_taken_back(helpdesk: Helpdesk):
    accept(helpdesk, SECOND)
    accept(helpdesk, FIRST)

    accept(helpdesk, unsend("e3", of="e1"))

    assert helpdesk.conversations.next_turn("eita") is None
    assert "二" not in {words for _, words in said(helpdesk)}


def test_older_edit_that_comes_before_the_message_is_not_read(
    helpdesk: Helpdesk, inbox: Inbox
):
    for each in (THIRD, SECOND, FIRST):
        accept(helpdesk, each)

    assert (said(helpdesk), inbox("eita")) == ([("customer", "三")], ["三"])


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([SECOND, FIRST, THIRD], id="the message between"),
        pytest.param([SECOND, THIRD], id="no message"),
        pytest.param([SECOND, THIRD, FIRST], id="the message last"),
    ],
)
def test_edit_of_what_an_edit_has_brought_replaces_it(
    helpdesk: Helpdesk, inbox: Inbox, events: list[LineEvent]
):
    for each in events:
        accept(helpdesk, each)

    assert (said(helpdesk), inbox("eita")) == ([("customer", "三")], ["三"])


def test_edit_without_a_text_hides_no_message(helpdesk: Helpdesk, inbox: Inbox):
    accept(helpdesk, edit("e2", of="e1", words=None, sent_at=ago(seconds=5)))

    accept(helpdesk, FIRST)

    assert (said(helpdesk), inbox("eita")) == ([("customer", "一")], ["一"])


def test_edit_of_a_message_that_never_comes_is_the_message(
    helpdesk: Helpdesk, inbox: Inbox
):
    woken = accept(helpdesk, edit("e1", of="nothing", words="一"))

    assert (woken, said(helpdesk), inbox("eita")) == (
        {"eita"},
        [("customer", "一")],
        ["一"],
    )


def test_edit_of_nothing_without_a_text_is_nothing(helpdesk: Helpdesk):
    woken = accept(helpdesk, event("messageEdited", "e1"))

    assert (woken, said(helpdesk)) == (set(), [])


def test_edit_of_a_message_of_standby_is_shown(helpdesk: Helpdesk, inbox: Inbox):
    accept(helpdesk, text("e1", "一", sent_at=ago(seconds=9), is_silent=True))

    accept(helpdesk, SECOND)

    assert (said(helpdesk), inbox("eita")) == ([("customer", "二")], ["二"])
