"""Answers that come much later than their question begin with an apology."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from helpdesk.services.turns import Answer, BotMessage
from tests.fakes import FakeClock, japan
from tests.services.line_talk import (
    accept,
    account_linked,
    ago,
    answer,
    authenticated_page,
    begin_link,
    edit,
    next_call,
    next_turn,
    offer_buttons,
    said,
    tap,
    text,
    words,
)

LATE = "11月24日(火) 11:00にいただいたメッセージへのお返事です。遅くなり、申し訳ありません。"


@pytest.mark.parametrize("channel", ["line", "web"])
@pytest.mark.parametrize(
    ("wait", "expected"),
    [
        pytest.param(timedelta(0), ["はい"], id="at once"),
        pytest.param(timedelta(minutes=9, seconds=59), ["はい"], id="before"),
        pytest.param(timedelta(minutes=10), [LATE, "はい"], id="at"),
        pytest.param(timedelta(minutes=10, seconds=1), [LATE, "はい"], id="after"),
        pytest.param(timedelta(days=3), [LATE, "はい"], id="days later"),
    ],
)
def test_answer_after_ten_minutes_begins_with_an_apology(
    helpdesk: Helpdesk,
    clock: FakeClock,
    wait: timedelta,
    expected: list[str],
    channel: str,
):
    if channel == "line":
        accept(helpdesk, text("e1"))
    else:
        helpdesk.conversations.accept_text("eita", "こんにちは", "1")
    clock.forward(seconds=wait.total_seconds())

    answer(helpdesk, "はい")

    assert said(helpdesk)[1:] == [("bot", each) for each in expected]


def test_apology_is_said_once_before_several_bubbles(
    helpdesk: Helpdesk, clock: FakeClock
):
    accept(helpdesk, text("e1"))
    clock.forward(minutes=10)

    answer(helpdesk, "一", "二")

    assert [words for _, words in said(helpdesk)[1:]] == [LATE, "一", "二"]


def test_silent_answer_needs_no_apology(helpdesk: Helpdesk, clock: FakeClock):
    accept(helpdesk, text("e1"))
    clock.forward(minutes=10)

    answer(helpdesk)

    assert len(said(helpdesk)) == 1


def test_answer_that_is_dropped_makes_no_apology(helpdesk: Helpdesk, clock: FakeClock):
    accept(helpdesk, text("e1"))
    turn = next_turn(helpdesk)
    helpdesk.handoffs.request("eita", "request")
    helpdesk.talks.claim("eita", "op1")
    clock.forward(minutes=10)

    helpdesk.conversations.answer(turn, Answer([BotMessage("はい")], None))

    assert [author for author, _ in said(helpdesk)] == ["customer", "system"]


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        pytest.param(japan(2026, 12, 31, 23, 59, 59), "12月31日(木) 23:59", id="night"),
        pytest.param(japan(2027, 1, 1, 0, 0), "1月1日(金) 0:00", id="midnight"),
        pytest.param(japan(2027, 1, 1, 9, 5), "1月1日(金) 9:05", id="minutes"),
    ],
)
def test_apology_gives_the_moment_in_japan(
    helpdesk: Helpdesk, clock: FakeClock, at: datetime, moment: str
):
    clock.set(at)
    accept(helpdesk, text("e1", sent_at=at, since=at))
    clock.forward(minutes=20)

    answer(helpdesk, "はい")

    assert said(helpdesk)[1][1].startswith(f"{moment}に")


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        pytest.param(ago(minutes=9, seconds=59), 1, id="before"),
        pytest.param(ago(minutes=10), 2, id="at"),
        pytest.param(ago(minutes=10, seconds=1), 2, id="after"),
    ],
)
def test_redelivered_message_is_late_when_it_comes(
    helpdesk: Helpdesk, since: datetime, expected: int
):
    accept(helpdesk, text("e1", sent_at=since, since=since))

    answer(helpdesk, "はい")

    assert len(said(helpdesk)[1:]) == expected


def test_each_answer_tells_its_own_moment(helpdesk: Helpdesk, clock: FakeClock):
    accept(helpdesk, text("e1", "一"))
    clock.forward(minutes=5)
    accept(helpdesk, text("e2", "二", sent_at=clock(), since=clock()))
    clock.forward(minutes=10)

    for _ in range(2):
        answer(helpdesk, "はい")

    bot = [line for author, line in said(helpdesk) if author == "bot"]
    assert bot == [LATE, "はい", LATE.replace("11:00", "11:05"), "はい"]


def test_apology_and_answer_are_one_turn(helpdesk: Helpdesk, clock: FakeClock):
    accept(helpdesk, text("e1"))
    clock.forward(minutes=10)
    yes, _ = offer_buttons(helpdesk, ("はい", "/affirm"), ("いいえ", "/deny"))

    accept(helpdesk, tap("e2", f"1:{yes}"))

    assert next_turn(helpdesk).item.payload == "/affirm"


def test_apology_travels_with_its_answer(helpdesk: Helpdesk, clock: FakeClock):
    accept(helpdesk, text("e1"))
    clock.forward(minutes=10)
    answer(helpdesk, "はい")

    assert words(next_call(helpdesk)) == [LATE, "はい"]


def test_changed_message_waits_since_it_was_changed(
    helpdesk: Helpdesk, clock: FakeClock
):
    accept(helpdesk, text("e1", "一"))
    answer(helpdesk, "はい")
    clock.forward(minutes=30)
    accept(helpdesk, edit("e2", of="e1", words="二", since=clock()))
    clock.forward(minutes=9, seconds=59)

    answer(helpdesk, "はい")

    assert said(helpdesk)[1:] == [("bot", "はい"), ("bot", "はい")]


# --- News that nobody has asked for ---------------------------------------------------


def link_with_a_move(helpdesk: Helpdesk) -> None:
    helpdesk.linking.link("aiko", "yuki.1", LinkRole.HOLDER, may_move=True)


def fail_to_link(helpdesk: Helpdesk) -> None:
    nonce = begin_link(helpdesk, "yuki")
    accept(helpdesk, account_linked(nonce, result="failed"))


def link_on_a_page(helpdesk: Helpdesk) -> None:
    token = authenticated_page(helpdesk, "yuki", LinkRole.HOLDER, "eita.1")
    helpdesk.linking.finish_page(token, LinkRole.HOLDER, may_move=False)


@pytest.mark.parametrize(
    "happens",
    [
        pytest.param(link_with_a_move, id="moved"),
        pytest.param(fail_to_link, id="failed"),
        pytest.param(link_on_a_page, id="linked"),
    ],
)
def test_news_of_a_page_are_no_message_of_the_customer(
    helpdesk: Helpdesk, clock: FakeClock, happens: Callable[[Helpdesk], None]
):
    happens(helpdesk)
    clock.forward(minutes=10)

    answer(helpdesk, "お知らせです", customer="yuki")

    assert said(helpdesk, "yuki") == [("bot", "お知らせです")]


def test_message_beside_news_is_late_still(helpdesk: Helpdesk, clock: FakeClock):
    link_with_a_move(helpdesk)
    helpdesk.conversations.accept_text("yuki", "こんにちは", "1")
    clock.forward(minutes=10)

    answer(helpdesk, "お知らせです", customer="yuki")
    answer(helpdesk, "はい", customer="yuki")

    bot = [line for author, line in said(helpdesk, "yuki") if author == "bot"]
    assert bot == ["お知らせです", LATE, "はい"]
