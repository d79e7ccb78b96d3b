"""Reports on what the services really do, while the clock moves."""

from __future__ import annotations

import random
import time
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.figures import (
    BotFigures,
    Figures,
    LoadFigures,
    MessageFigures,
    QueueFigures,
    ScoreFigures,
    Spread,
)
from helpdesk.domain.reports import Grouping
from helpdesk.domain.staff import Status
from helpdesk.services.reports import BadPeriod
from helpdesk.services.turns import Answer, BotMessage
from helpdesk.storage import tables
from tests.fakes import FakeClock, japan
from tests.services.desk_talk import by_hand, operator

DAY = date(2026, 11, 24)
UNDERSTOOD = Answer([BotMessage("はい。")], None, "unlink", 0.9)
LOST = Answer([BotMessage("すみません。")], None, "nlu_fallback", 0.3)


def total(helpdesk: Helpdesk, day: date = DAY) -> Figures:
    return helpdesk.reports.of_days(day, day, Grouping.DAY).report.total


def rows(helpdesk: Helpdesk, grouping: Grouping) -> dict[str | None, Figures]:
    found = helpdesk.reports.of_days(DAY, DAY, grouping).report.rows
    return {row.key: row.figures for row in found if row.figures != Figures()}


def type_in(
    helpdesk: Helpdesk, text: str, answer: Answer, customer: str = "eita"
) -> None:
    """Let the customer type, and the bot answer."""
    key = f"{text}-{helpdesk.clock().isoformat()}"
    helpdesk.conversations.accept_text(customer, text, key)
    turn = helpdesk.conversations.next_turn(customer)
    assert turn is not None
    helpdesk.conversations.answer(turn, answer)


def minutes(number: float) -> float:
    return 60 * number


def same(number: float) -> Spread:
    return Spread(*[float(number)] * 4)


def test_day_at_the_desk(helpdesk: Helpdesk, clock: FakeClock):
    """At 11:00 the sample's op1 and op2 have just come; chief is away."""
    desk = by_hand(helpdesk)
    type_in(helpdesk, "連携を解除", UNDERSTOOD)
    clock.forward(minutes=1)
    type_in(helpdesk, "ほげほげ", LOST)
    desk.handoffs.request("eita", "not_understood")
    desk.handoffs.request("aiko", "request")
    clock.forward(minutes=2)
    desk.talks.claim("eita", "op1")
    clock.forward(minutes=1)
    helpdesk.conversations.accept_text("eita", "もしもし", "to-the-operator")
    helpdesk.conversations.next_turn("eita")
    desk.handoffs.leave("aiko")
    clock.forward(minutes=4)
    desk.talks.resolve("eita", "op1")
    survey = helpdesk.surveys.ask("eita", "operator")
    assert survey is not None
    helpdesk.surveys.score("eita", survey, 5)
    clock.forward(minutes=12)

    wait = same(120)
    assert total(helpdesk) == Figures(
        BotFigures(2, 1, 1, 0, 1),
        QueueFigures(2, 1, 1, wait, 1, -120.0, 120.0),
        MessageFigures(),
        ScoreFigures(1, 1, 5, 1),
        ScoreFigures(),
        LoadFigures(1, minutes(5), minutes(5), minutes(40), minutes(5)),
    )
    assert {
        key: (each.queue.taken, each.operator_scores.points, each.load)
        for key, each in rows(helpdesk, Grouping.OPERATOR).items()
    } == {
        "op1": (1, 5, LoadFigures(1, *map(minutes, (5, 5, 20, 5)))),
        "op2": (0, 0, LoadFigures(available=minutes(20))),
        None: (0, 0, LoadFigures()),
    }
    assert {
        key: (each.bot, each.queue.taken, each.queue.abandoned, each.load.talks)
        for key, each in rows(helpdesk, Grouping.INTENT).items()
    } == {
        "unlink": (BotFigures(2, 1, 1, 0, 1), 1, 0, 1),
        None: (BotFigures(), 0, 1, 0),
    }
    assert list(rows(helpdesk, Grouping.HALF_HOUR)) == ["11:00"]


def test_talk_that_goes_from_hand_to_hand(helpdesk: Helpdesk, clock: FakeClock):
    """The request forgets its first claims; whoever worked is counted all the same."""
    desk = by_hand(helpdesk)
    helpdesk.talks.set_status("chief", Status.AVAILABLE, "chief")
    desk.handoffs.request("eita", "request")
    clock.forward(minutes=1)
    desk.talks.claim("eita", "op1")
    clock.forward(minutes=10)
    desk.talks.pass_on("eita", "op1", "op2")
    clock.forward(minutes=5)
    desk.talks.release("eita", "op2")
    clock.forward(minutes=2)
    desk.talks.claim("eita", "op1")
    clock.forward(minutes=3)
    desk.talks.take_over("eita", operator(helpdesk, "chief"))
    clock.forward(minutes=4)
    desk.talks.resolve("eita", "chief")

    found = rows(helpdesk, Grouping.OPERATOR)

    assert {key: each.load for key, each in found.items()} == {
        "op1": LoadFigures(2, *map(minutes, (13, 13, 25, 6.5))),
        "op2": LoadFigures(1, *map(minutes, (5, 5, 25, 5))),
        "chief": LoadFigures(1, *map(minutes, (4, 4, 25, 4))),
    }
    # What had been told was taken back with the talk.
    assert total(helpdesk).queue == QueueFigures(1, 1, 0, same(minutes(18)))


def test_talk_that_the_customer_ends_is_over(helpdesk: Helpdesk, clock: FakeClock):
    desk = by_hand(helpdesk)
    desk.handoffs.request("eita", "request")
    desk.talks.claim("eita", "op1")
    clock.forward(minutes=3)
    with helpdesk.database.writing() as unit:
        desk.handoffs.end(unit, "eita")
    clock.forward(minutes=7)

    assert total(helpdesk).load == LoadFigures(1, *map(minutes, (3, 3, 20, 3)))


def test_several_requests_of_a_customer_are_one_talk(
    helpdesk: Helpdesk, clock: FakeClock
):
    """The message is merged into the talk, and both were taken."""
    desk = by_hand(helpdesk)
    desk.handoffs.leave_message("eita", "電話をください", "full", "event-1")
    clock.forward(minutes=4)
    desk.handoffs.request("eita", "request")
    clock.forward(minutes=1)
    desk.talks.claim("eita", "op1")

    figures = total(helpdesk)

    assert (figures.queue.taken, figures.queue.wait) == (1, same(60))
    assert figures.messages == MessageFigures(1, 1, same(300))
    assert figures.load.talks == 1


def test_desk_that_closes_abandons_and_keeps_a_message(
    helpdesk: Helpdesk, clock: FakeClock
):
    desk = by_hand(helpdesk)
    clock.set(japan(2026, 11, 24, 18, 50))
    desk.handoffs.request("eita", "request")
    clock.set(japan(2026, 11, 24, 19))
    desk.desk.look_after()
    clock.set(japan(2026, 11, 25, 10))
    desk.talks.claim("eita", "op1")

    today, tomorrow = total(helpdesk), total(helpdesk, date(2026, 11, 25))

    assert (today.queue, today.messages) == (
        QueueFigures(requests=1, abandoned=1),
        MessageFigures(1, 1, same(15 * 3600)),
    )
    assert (tomorrow.queue, tomorrow.messages, tomorrow.load.talks) == (
        QueueFigures(),
        MessageFigures(),
        1,
    )


def test_waiting_request_has_not_ended(helpdesk: Helpdesk):
    by_hand(helpdesk).handoffs.request("eita", "request")

    queue = total(helpdesk).queue

    assert (queue, queue.taken_rate, queue.waiting) == (QueueFigures(1), None, 1)


def test_button_is_no_typed_text(helpdesk: Helpdesk):
    helpdesk.conversations.accept_button("eita", "wish-ask_link_timing", "press-1")
    turn = helpdesk.conversations.next_turn("eita")
    assert turn is not None
    helpdesk.conversations.answer(
        turn, Answer([BotMessage("はい。")], None, "ask_link_timing", 1.0)
    )

    assert rows(helpdesk, Grouping.INTENT) == {
        "ask_link_timing": Figures(bot=BotFigures(0, 0, 1, 1, 0))
    }


def test_news_of_a_page_begin_no_dialogue(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        now = helpdesk.clock()
        unit.inbox.accept("eita", "news-1", None, "/EXTERNAL_holder_linked", now)
    turn = helpdesk.conversations.next_turn("eita")
    assert turn is not None
    helpdesk.conversations.answer(turn, UNDERSTOOD)

    assert total(helpdesk).bot == BotFigures()


def test_sticker_begins_a_dialogue(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        now = helpdesk.clock()
        unit.inbox.accept("eita", "sticker-1", None, "/EXTERNAL_sticker", now)
    turn = helpdesk.conversations.next_turn("eita")
    assert turn is not None
    helpdesk.conversations.answer(turn, Answer([BotMessage("はい。")], None))

    assert total(helpdesk).bot == BotFigures(0, 0, 1, 1, 0)


def test_message_for_the_operators_is_no_question_to_the_bot(
    helpdesk: Helpdesk, clock: FakeClock
):
    clock.set(japan(2026, 11, 24, 20))
    helpdesk.conversations.accept_text("eita", "電話をください", "left")
    turn = helpdesk.conversations.next_turn("eita")
    assert turn is not None
    helpdesk.handoffs.leave_message(
        "eita", "電話をください", "out_of_hours", turn.item.event_id
    )
    helpdesk.conversations.answer(turn, LOST)

    assert total(helpdesk).bot == BotFigures(0, 0, 1, 0, 1)


def test_answer_that_was_dropped_is_none(helpdesk: Helpdesk):
    """An operator took over while the bot thought."""
    desk = by_hand(helpdesk)
    desk.handoffs.request("eita", "request")
    helpdesk.conversations.accept_text("eita", "まだですか", "still")
    turn = helpdesk.conversations.next_turn("eita")
    assert turn is not None
    desk.talks.claim("eita", "op1")
    helpdesk.conversations.answer(turn, UNDERSTOOD)

    assert total(helpdesk).bot == BotFigures()


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param(DAY, DAY - timedelta(days=1), id="the wrong way round"),
        pytest.param(DAY - timedelta(days=92), DAY, id="too long"),
    ],
)
def test_period_has_its_limits(helpdesk: Helpdesk, first: date, last: date):
    with pytest.raises(BadPeriod):
        helpdesk.reports.of_days(first, last, Grouping.DAY)


def test_longest_period_is_read(helpdesk: Helpdesk):
    found = helpdesk.reports.of_days(DAY - timedelta(days=91), DAY, Grouping.DAY)

    assert len(found.report.rows) == 92


def test_today_is_that_of_japan(helpdesk: Helpdesk, clock: FakeClock):
    clock.set(japan(2026, 11, 25, 0, 0))

    assert helpdesk.reports.today() == date(2026, 11, 25)


def test_operators_are_named(helpdesk: Helpdesk):
    names = helpdesk.reports.of_days(DAY, DAY, Grouping.OPERATOR).names

    assert names["op1"] == "佐藤"


def test_month_with_twenty_thousand_turns_is_read_at_once(
    helpdesk: Helpdesk, clock: FakeClock
):
    clock.set(japan(2026, 12, 31, 23))
    fill_month(helpdesk)

    started = time.perf_counter()
    found = helpdesk.reports.of_days(
        date(2026, 12, 1), date(2026, 12, 31), Grouping.HALF_HOUR
    )
    seconds = time.perf_counter() - started

    assert (found.report.total.bot.texts, found.report.total.queue.requests) == (
        20_000,
        2_000,
    )
    # Far more than it takes: machines that test are busy.
    assert seconds < 8


def fill_month(helpdesk: Helpdesk) -> None:
    chance = random.Random(1)
    month = japan(2026, 12, 1)
    moments = sorted(
        month + timedelta(seconds=chance.randrange(31 * 86_400)) for _ in range(20_000)
    )
    people = [helpdesk.conversations.begin("web") for _ in range(200)]
    whose = [chance.choice(people) for _ in moments]
    items: list[dict[str, Any]] = [
        {
            "id": number,
            "event_id": f"event-{number}",
            "customer": customer,
            "text": "解除",
            "received_at": at,
            "sent_at": at,
            "finished_at": at,
            "intent": chance.choice(["unlink", "nlu_fallback"]),
        }
        for number, (at, customer) in enumerate(
            zip(moments, whose, strict=True), start=10_000
        )
    ]
    lines = [
        {"customer": each["customer"], "author": "bot", "text": "はい。"}
        | {"at": each["sent_at"], "turn": each["id"]}
        for each in items
    ]
    requests = [
        {"customer": each["customer"], "kind": "live", "state": "resolved"}
        | {"reason": "request", "requested_at": each["sent_at"], "operator": "op1"}
        | {"claimed_at": each["sent_at"] + timedelta(minutes=1)}
        | {"closed_at": each["sent_at"] + timedelta(minutes=9)}
        for each in items[::10]
    ]
    moves = [
        {"actor": "operator:op1", "subject": each["customer"], "detail": {}}
        | {"action": f"handoff_{move}", "at": each[moment]}
        for each in requests
        for move, moment in (("claim", "claimed_at"), ("resolve", "closed_at"))
    ]
    with helpdesk.database.engine.begin() as connection:
        connection.execute(insert(tables.inbox), items)
        connection.execute(insert(tables.messages), lines)
        connection.execute(insert(tables.handoff_requests), requests)
        connection.execute(insert(tables.audit), moves)
