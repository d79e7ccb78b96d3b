"""Who has something to be sent on LINE, and who is not there to get it."""

from __future__ import annotations

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.line_sending import CallState, Outcome
from tests.fakes import FakeClock
from tests.services.line_talk import (
    AIKO,
    EITA,
    accept,
    answer,
    event,
    judge,
    look,
    next_call,
    say,
    text,
    words,
)


@pytest.fixture(autouse=True)
def _eita_is_on_line(helpdesk: Helpdesk) -> None:
    """Wrote long ago, without a reply token."""
    accept(helpdesk, text("e0"))


def token(helpdesk: Helpdesk, event_id: str = "e1") -> None:
    accept(helpdesk, text(event_id, reply_token=f"token of {event_id}"))


# --- Not on LINE ----------------------------------------------------------------------


def test_what_is_said_on_the_web_is_not_sent_and_not_repeated(helpdesk: Helpdesk):
    helpdesk.conversations.accept_text("eita", "ウェブから", "1")
    say(helpdesk, "一")
    on_the_web = look(helpdesk)

    token(helpdesk)
    back = look(helpdesk)

    assert (on_the_web, back) == (None, None)
    say(helpdesk, "二")
    assert words(next_call(helpdesk)) == ["二"]


def test_call_of_before_is_finished_on_the_web(helpdesk: Helpdesk, clock: FakeClock):
    say(helpdesk, "一")
    call = next_call(helpdesk)
    helpdesk.conversations.accept_text("eita", "ウェブから", "1")
    say(helpdesk, "二")

    again = next_call(helpdesk)

    assert (again.id, words(again)) == (call.id, ["一"])
    assert judge(helpdesk, again, Outcome.ACCEPTED) is CallState.SENT
    assert look(helpdesk) is None


def test_late_verdict_does_not_go_back(helpdesk: Helpdesk):
    say(helpdesk, "一")
    call = next_call(helpdesk)
    helpdesk.conversations.accept_text("eita", "ウェブから", "1")
    say(helpdesk, "二")
    token(helpdesk)

    judge(helpdesk, call, Outcome.ACCEPTED)

    assert look(helpdesk) is None


def test_user_id_is_that_of_a_friend_on_line(helpdesk: Helpdesk, stranger: str):
    helpdesk.conversations.accept_text("aiko", "ウェブから", "1")
    accept(helpdesk, event("unfollow", "e1", AIKO))
    helpdesk.conversations.accept_text("mika", "ウェブから", "1")

    ids = [
        helpdesk.line_delivery.user_id(customer)
        for customer in ("eita", "aiko", "mika", "kenji", stranger)
    ]

    assert ids == [EITA, None, None, None, None]


# --- Who has news ---------------------------------------------------------------------


def test_who_was_told_something_has_news(helpdesk: Helpdesk, stranger: str):
    accept(helpdesk, text("e1", user=AIKO))
    nobody = helpdesk.line_delivery.with_news(0)
    (_, newest) = say(helpdesk, "一", "二")
    say(helpdesk, "三", customer=stranger)
    say(helpdesk, "四", customer="aiko", author="customer")

    found = [helpdesk.line_delivery.with_news(after) for after in (0, newest)]

    assert (nobody, found) == (([], 0), [(["eita"], newest), ([], newest)])


def test_who_got_everything_has_no_news(helpdesk: Helpdesk):
    say(helpdesk, "一")
    judge(helpdesk, next_call(helpdesk), Outcome.ACCEPTED)

    assert helpdesk.line_delivery.with_news(0) == ([], 0)


def test_answer_is_news(helpdesk: Helpdesk):
    answer(helpdesk, "はい")

    assert helpdesk.line_delivery.with_news(0) == (["eita"], 2)
