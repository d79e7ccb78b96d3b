"""The bot's turns: answered once, in order, and dropped when a person took over."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.card import Card, CardRow
from helpdesk.services.conversations import UnknownButton
from helpdesk.services.ports import Button, Message
from helpdesk.services.turns import Answer, BotMessage, Turn
from helpdesk.storage import tables
from tests.fakes import NOW, FakeClock
from tests.services.conftest import Rows
from tests.services.desk_talk import JOINED

QUESTION = Answer(
    [
        BotMessage("この番号ですか", [("はい", "/affirm"), ("いいえ", "/deny")]),
        BotMessage("ほかには", [("連携について", "/ask_about_linking")]),
    ],
    awaits="link_confirmed",
)


def next_turn(helpdesk: Helpdesk, customer: str = "eita") -> Turn:
    turn = helpdesk.conversations.next_turn(customer)
    assert turn is not None
    return turn


def ask(helpdesk: Helpdesk, client_id: str = "1") -> Turn:
    """Let the customer write, and take the turn."""
    helpdesk.conversations.accept_text("eita", "連携したい", client_id)
    return next_turn(helpdesk)


def said(helpdesk: Helpdesk, customer: str = "eita") -> list[tuple[str, str]]:
    return [
        (each.author, each.text) for each in helpdesk.conversations.messages(customer)
    ]


RESOLVED = "/EXTERNAL_handoff_resolved"
IN_A_WEEK = NOW + timedelta(days=7)


def awaits(helpdesk: Helpdesk) -> str | None:
    with helpdesk.database.reading() as unit:
        return unit.conversations.get("eita").awaits


def buttons(helpdesk: Helpdesk) -> list[Button]:
    return [
        each
        for line in helpdesk.conversations.messages("eita")
        for each in line.buttons
    ]


def test_answer_is_said_with_its_buttons(helpdesk: Helpdesk):
    turn = ask(helpdesk)

    helpdesk.conversations.answer(turn, QUESTION)

    yes, no, about = buttons(helpdesk)
    assert helpdesk.conversations.messages("eita")[1:] == [
        Message(2, "bot", "この番号ですか", NOW, (yes, no)),
        Message(3, "bot", "ほかには", NOW, (about,)),
    ]
    assert [yes, no, about] == [
        Button(yes.id, "はい", "/affirm", True, 2, IN_A_WEEK),
        Button(no.id, "いいえ", "/deny", True, 2, IN_A_WEEK),
        Button(about.id, "連携について", "/ask_about_linking", False, 3, IN_A_WEEK),
    ]
    assert (awaits(helpdesk), helpdesk.conversations.next_turn("eita")) == (
        "link_confirmed",
        None,
    )


def test_answer_is_said_once(helpdesk: Helpdesk):
    turn = ask(helpdesk)

    for _ in range(2):
        helpdesk.conversations.answer(turn, Answer([BotMessage("承知しました")], None))

    assert said(helpdesk) == [("customer", "連携したい"), ("bot", "承知しました")]


def test_silent_answer_finishes_its_turn(helpdesk: Helpdesk):
    turn = ask(helpdesk)

    helpdesk.conversations.answer(turn, Answer([], None))

    assert (said(helpdesk), helpdesk.conversations.next_turn("eita")) == (
        [("customer", "連携したい")],
        None,
    )


def test_unanswered_turn_comes_again(helpdesk: Helpdesk):
    turn = ask(helpdesk)

    assert next_turn(helpdesk) == turn


def test_turns_come_in_the_order_of_arrival(helpdesk: Helpdesk):
    items = [
        helpdesk.conversations.accept_text("eita", text, text)
        for text in ("一", "二", "三")
    ]

    taken = []
    while (turn := helpdesk.conversations.next_turn("eita")) is not None:
        helpdesk.conversations.answer(turn, Answer([], None))
        taken.append(turn.item.id)

    assert taken == items


def test_customers_with_pending_items_are_named_once(helpdesk: Helpdesk):
    for customer, client_id in [
        ("eita", "1"),
        ("eita", "2"),
        ("aiko", "1"),
        ("mika", "1"),
    ]:
        helpdesk.conversations.accept_text(customer, "はい", client_id)
    helpdesk.conversations.answer(next_turn(helpdesk, "mika"), Answer([], None))

    pending = helpdesk.conversations.customers_with_pending()

    assert sorted(pending) == ["aiko", "eita"]


def test_bot_answers_while_the_customer_waits(helpdesk: Helpdesk):
    turn = ask(helpdesk)
    helpdesk.handoffs.request("eita", "request")

    helpdesk.conversations.answer(turn, Answer([BotMessage("承知しました")], None))
    helpdesk.conversations.accept_text("eita", "まだですか", "2")

    assert said(helpdesk)[1] == ("bot", "承知しました")
    assert next_turn(helpdesk).item.text == "まだですか"


def test_bot_is_silent_while_an_operator_speaks(helpdesk: Helpdesk, rows: Rows):
    helpdesk.handoffs.request("eita", "request")
    helpdesk.talks.claim("eita", "op1")
    helpdesk.conversations.accept_text("eita", "聞こえますか", "1")

    assert helpdesk.conversations.next_turn("eita") is None
    assert [row["finished_at"] for row in rows(tables.inbox)] == [NOW]
    assert said(helpdesk) == [JOINED, ("customer", "聞こえますか")]


def test_what_was_said_to_an_operator_is_not_answered_later(
    helpdesk: Helpdesk, inbox: Callable[[str], list[str | None]]
):
    helpdesk.handoffs.request("eita", "request")
    helpdesk.talks.claim("eita", "op1")
    helpdesk.conversations.accept_text("eita", "聞こえますか", "1")
    helpdesk.conversations.next_turn("eita")
    helpdesk.talks.resolve("eita", "op1")
    helpdesk.conversations.accept_text("eita", "ありがとう", "2")

    assert inbox("eita") == [RESOLVED, "ありがとう"]


@pytest.mark.parametrize(
    "is_resolved", [False, True], ids=["still there", "gone again"]
)
def test_late_answer_is_dropped_after_a_takeover(
    helpdesk: Helpdesk, inbox: Callable[[str], list[str | None]], is_resolved: bool
):
    turn = ask(helpdesk)
    helpdesk.handoffs.request("eita", "request")
    helpdesk.talks.claim("eita", "op1")
    if is_resolved:
        helpdesk.talks.resolve("eita", "op1")

    helpdesk.conversations.answer(turn, QUESTION)

    assert (said(helpdesk), awaits(helpdesk)) == (
        [("customer", "連携したい"), JOINED],
        None,
    )
    assert inbox("eita") == ([RESOLVED] if is_resolved else [])


def test_bot_answers_again_after_the_operator(helpdesk: Helpdesk):
    helpdesk.handoffs.request("eita", "request")
    helpdesk.talks.claim("eita", "op1")
    helpdesk.talks.resolve("eita", "op1")

    for words in ("終わりました", "承知しました"):
        turn = ask(helpdesk)
        helpdesk.conversations.answer(turn, Answer([BotMessage(words)], None))

    assert said(helpdesk) == [
        JOINED,
        ("customer", "連携したい"),
        ("bot", "終わりました"),
        ("bot", "承知しました"),
    ]


def test_leaving_the_queue_drops_no_answer(helpdesk: Helpdesk):
    turn = ask(helpdesk)
    helpdesk.handoffs.request("eita", "request")
    helpdesk.handoffs.leave("eita")

    helpdesk.conversations.answer(turn, Answer([BotMessage("承知しました")], None))

    assert said(helpdesk)[1:] == [("bot", "承知しました")]


def test_placeholder_is_an_address_in_the_conversation(helpdesk: Helpdesk):
    turn = ask(helpdesk)

    helpdesk.conversations.answer(turn, Answer([BotMessage("[PAGE:holder]")], None))

    (_, text) = said(helpdesk)[1]
    assert (
        re.fullmatch(r"https://help\.example/link/holder\?t=[\w-]{32}", text)
        is not None
    )


def test_dropped_answer_makes_no_page(helpdesk: Helpdesk, rows: Rows):
    turn = ask(helpdesk)
    helpdesk.handoffs.request("eita", "request")
    helpdesk.talks.claim("eita", "op1")

    helpdesk.conversations.answer(turn, Answer([BotMessage("[PAGE:holder]")], None))

    assert rows(tables.link_attempts) == []


def test_delay_is_noted_once(helpdesk: Helpdesk, clock: FakeClock, rows: Rows):
    turn = ask(helpdesk)

    for _ in range(2):
        helpdesk.conversations.note_delay(turn.item, "お預かりしました")
        clock.forward(minutes=1)

    assert said(helpdesk)[1:] == [("system", "お預かりしました")]
    assert [row["noted_at"] for row in rows(tables.inbox)] == [NOW]


def test_pressed_button_sends_its_payload_and_shows_its_label(helpdesk: Helpdesk):
    helpdesk.conversations.answer(ask(helpdesk), QUESTION)
    yes, *_ = buttons(helpdesk)

    helpdesk.conversations.accept_button("eita", yes.id, "2")

    item = next_turn(helpdesk).item
    assert (item.text, item.payload, said(helpdesk)[-1]) == (
        None,
        "/affirm",
        ("customer", "はい"),
    )


def test_button_is_accepted_once_for_each_client_id(helpdesk: Helpdesk):
    helpdesk.conversations.answer(ask(helpdesk), QUESTION)
    yes, *_ = buttons(helpdesk)

    items = [
        helpdesk.conversations.accept_button("eita", yes.id, "2") for _ in range(2)
    ]

    assert (items, next_turn(helpdesk).item.payload) == ([2, 2], "/affirm")


@pytest.mark.parametrize(
    ("later", "payload"),
    [
        pytest.param(
            "another button", "/EXTERNAL_button_expired", id="answered already"
        ),
        pytest.param("a text", "/EXTERNAL_button_expired", id="the customer wrote on"),
        pytest.param("an operator", "/EXTERNAL_button_expired", id="an operator spoke"),
        pytest.param("nothing", "/affirm", id="the newest turn"),
    ],
)
def test_answer_button_works_for_the_newest_turn(
    helpdesk: Helpdesk,
    inbox: Callable[[str], list[str | None]],
    later: str,
    payload: str,
):
    helpdesk.conversations.answer(ask(helpdesk), QUESTION)
    yes, no, _ = buttons(helpdesk)
    if later == "another button":
        helpdesk.conversations.accept_button("eita", no.id, "2")
    elif later == "a text":
        helpdesk.conversations.accept_text("eita", "待って", "2")
    elif later == "an operator":
        helpdesk.handoffs.request("eita", "request")
        helpdesk.talks.claim("eita", "op1")
        helpdesk.talks.say("eita", "op1", "お待たせしました")
        helpdesk.talks.resolve("eita", "op1")

    helpdesk.conversations.accept_button("eita", yes.id, "3")

    assert inbox("eita")[-1] == payload


def test_wish_button_works_at_any_time(
    helpdesk: Helpdesk, inbox: Callable[[str], list[str | None]]
):
    helpdesk.conversations.answer(ask(helpdesk), QUESTION)
    *_, about = buttons(helpdesk)
    helpdesk.conversations.accept_text("eita", "待って", "2")

    helpdesk.conversations.accept_button("eita", about.id, "3")

    assert inbox("eita") == ["待って", "/ask_about_linking"]


def test_choice_button_is_an_answer(
    helpdesk: Helpdesk, inbox: Callable[[str], list[str | None]]
):
    payload = '/inform_order_channel{"link_choice": "1"}'
    choice = Answer([BotMessage("どれですか", [("一つ目", payload)])], "link_choice")
    helpdesk.conversations.answer(ask(helpdesk), choice)
    (button,) = buttons(helpdesk)
    helpdesk.conversations.accept_button("eita", button.id, "2")

    helpdesk.conversations.accept_button("eita", button.id, "3")

    assert inbox("eita") == [payload, "/EXTERNAL_button_expired"]


def test_button_of_another_customer_is_unknown(helpdesk: Helpdesk):
    helpdesk.conversations.answer(ask(helpdesk), QUESTION)
    yes, *_ = buttons(helpdesk)

    with pytest.raises(UnknownButton):
        helpdesk.conversations.accept_button("aiko", yes.id, "2")

    assert said(helpdesk, "aiko") == []


def test_card_is_kept_with_its_line(helpdesk: Helpdesk, rows: Rows):
    card = Card("Data", "1.3 GB left", (CardRow("Used", "1.7 GB", 0.57),), "At noon")
    plain, shown = BotMessage("Hello."), BotMessage("1.3 GB are left.", card=card)

    helpdesk.conversations.answer(ask(helpdesk), Answer([plain, shown], None))

    assert [
        (each.text, each.card) for each in helpdesk.conversations.messages("eita")[1:]
    ] == [("Hello.", None), ("1.3 GB are left.", card)]
    assert [row["card"] and row["card"]["title"] for row in rows(tables.messages)] == [
        None,
        None,
        "Data",
    ]
