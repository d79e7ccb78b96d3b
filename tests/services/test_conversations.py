"""Accepting what customers send, once, and what must not reach Rasa as it was typed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy.exc import NoResultFound

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import Speaker
from helpdesk.services.conversations import UnknownButton
from helpdesk.services.ports import InboxItem, Message
from helpdesk.services.turns import Answer, BotMessage, Turn
from helpdesk.storage import tables
from tests.fakes import NOW
from tests.services.conftest import Rows

CODE = "24681357902468249"
TOKEN = re.compile(r"\[(CODE|PASSWORD|PHONE|MAIL):[a-z2-9]{8}\]")


def accepted(helpdesk: Helpdesk, customer: str) -> tuple[str | None, str | None]:
    """Text and payload of the oldest item, its tokens without their keys."""
    turn = helpdesk.conversations.next_turn(customer)
    assert turn is not None
    text = turn.item.text
    return text and TOKEN.sub(r"[\1]", text), turn.item.payload


def shown(helpdesk: Helpdesk, customer: str) -> list[tuple[str, str]]:
    return [
        (line.author, TOKEN.sub(r"[\1]", line.text))
        for line in helpdesk.conversations.messages(customer)
    ]


def test_new_customer_begins_with_the_bot(helpdesk: Helpdesk):
    first, second = (helpdesk.conversations.begin("web") for _ in range(2))

    assert (first == second, re.fullmatch("web-[0-9a-f]{24}", first) is None) == (
        False,
        False,
    )
    assert (
        helpdesk.conversations.exists(first),
        helpdesk.conversations.speaker(first),
    ) == (
        True,
        Speaker.BOT,
    )


def test_unknown_customer_does_not_exist(helpdesk: Helpdesk):
    assert helpdesk.conversations.exists("web-nobody") is False


def test_text_of_an_unknown_customer_is_not_accepted(helpdesk: Helpdesk, rows: Rows):
    with pytest.raises(NoResultFound):
        helpdesk.conversations.accept_text("web-nobody", "こんにちは", "1")

    assert rows(tables.inbox) == []


def test_accepted_text_waits_and_is_shown(helpdesk: Helpdesk):
    item = helpdesk.conversations.accept_text("eita", "こんにちは", "1")

    assert helpdesk.conversations.next_turn("eita") == Turn(
        InboxItem(item, "eita:1", "eita", "こんにちは", None, NOW, None), version=0
    )
    assert helpdesk.conversations.messages("eita") == [
        Message(1, "customer", "こんにちは", NOW, (), "1")
    ]
    assert helpdesk.conversations.customers_with_pending() == ["eita"]


def test_text_is_accepted_once_for_each_client_id(helpdesk: Helpdesk):
    items = [
        helpdesk.conversations.accept_text("eita", text, client_id)
        for text, client_id in [
            ("はい", "1"),
            ("はい", "1"),
            ("いいえ", "1"),
            ("はい", "2"),
        ]
    ]

    assert (items, shown(helpdesk, "eita")) == (
        [1, 1, 1, 2],
        [("customer", "はい"), ("customer", "はい")],
    )


def test_client_ids_of_customers_do_not_collide(helpdesk: Helpdesk):
    items = [
        helpdesk.conversations.accept_text(customer, "はい", "1")
        for customer in ("eita", "aiko")
    ]

    assert items == [1, 2]


def test_answered_text_is_not_accepted_again(helpdesk: Helpdesk):
    item = helpdesk.conversations.accept_text("eita", "はい", "1")
    turn = helpdesk.conversations.next_turn("eita")
    assert turn is not None
    helpdesk.conversations.answer(turn, Answer([BotMessage("承知しました")], None))

    again = helpdesk.conversations.accept_text("eita", "はい", "1")

    assert (again, helpdesk.conversations.next_turn("eita")) == (item, None)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        pytest.param(f"コードは{CODE}です", "コードは[CODE]です", id="code"),
        pytest.param("電話は090-1234-5678", "電話は[PHONE]", id="phone"),
        pytest.param("eita@example.comです", "[MAIL]です", id="mail"),
    ],
)
def test_secrets_are_masked_in_the_inbox_and_on_the_screen(
    helpdesk: Helpdesk, everything_stored: Callable[[], str], typed: str, text: str
):
    helpdesk.conversations.accept_text("aiko", typed, "1")

    assert (accepted(helpdesk, "aiko"), shown(helpdesk, "aiko")) == (
        (text, None),
        [("customer", text)],
    )
    secret = re.search(r"[0-9a-z@.-]{10,}", typed)
    assert secret is not None
    assert secret.group() not in everything_stored()


def test_masked_code_opens_in_its_conversation(helpdesk: Helpdesk):
    helpdesk.conversations.accept_text("aiko", CODE, "1")

    turn = helpdesk.conversations.next_turn("aiko")

    assert turn is not None
    assert turn.item.text is not None
    assert helpdesk.vault.open("aiko", turn.item.text) == CODE


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        pytest.param("/request_operator", "request_operator", id="half-width"),
        pytest.param("／request_operator", "request_operator", id="full-width"),
        pytest.param("//／/greet", "greet", id="several"),
        pytest.param("  /greet", "greet", id="spaces before"),
        pytest.param("　／　/ greet", "greet", id="spaces of all widths between"),
        pytest.param("\n\t/greet", "greet", id="white space before"),
        pytest.param(
            '/affirm{"link_choice": "1"}', 'affirm{"link_choice": "1"}', id="entity"
        ),
        pytest.param(
            "/EXTERNAL_holder_linked", "EXTERNAL_holder_linked", id="gateway's own"
        ),
        pytest.param("連携/解除", "連携/解除", id="within the text"),
    ],
)
def test_customers_do_not_command_rasa(helpdesk: Helpdesk, typed: str, text: str):
    helpdesk.conversations.accept_text("eita", typed, "1")

    assert (accepted(helpdesk, "eita"), shown(helpdesk, "eita")) == (
        (text, None),
        [("customer", typed)],
    )


@pytest.mark.parametrize(
    ("typed", "payload"),
    [
        pytest.param("", "/EXTERNAL_empty_message", id="empty"),
        pytest.param(" 　\n", "/EXTERNAL_empty_message", id="white space"),
        pytest.param("/", "/EXTERNAL_empty_message", id="a slash"),
        pytest.param("／／", "/EXTERNAL_empty_message", id="full-width slashes"),
        pytest.param("😀", "/EXTERNAL_no_words", id="an emoji"),
        pytest.param("👨‍👩‍👧🎉❤️", "/EXTERNAL_no_words", id="emojis"),
        pytest.param("？！", "/EXTERNAL_no_words", id="marks"),
        pytest.param("(^_^)/", "/EXTERNAL_no_words", id="a face"),
        pytest.param(
            "How do I link my account?", "/EXTERNAL_other_language", id="English"
        ),
        pytest.param(
            "Wie geht das mit dem Code", "/EXTERNAL_other_language", id="German"
        ),
    ],
)
def test_text_without_anything_to_understand_is_answered_as_such(
    helpdesk: Helpdesk, typed: str, payload: str
):
    helpdesk.conversations.accept_text("eita", typed, "1")

    assert (accepted(helpdesk, "eita"), shown(helpdesk, "eita")) == (
        (None, payload),
        [("customer", typed)],
    )


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("助けて😀", id="words and an emoji"),
        pytest.param("1", id="a digit"),
        pytest.param("OK", id="one English word"),
        pytest.param("LINE MNP SIM", id="three words of the trade"),
        pytest.param("LINEのIDとPWとWebのURL", id="Japanese with many of them"),
        pytest.param("あ", id="one letter"),
    ],
)
def test_text_with_something_to_understand_is_left_alone(
    helpdesk: Helpdesk, typed: str
):
    helpdesk.conversations.accept_text("eita", typed, "1")

    assert accepted(helpdesk, "eita") == (typed, None)


@pytest.mark.parametrize(
    "typed",
    ["パスワードはAb12cd34です", "PW Ab12cd34", "/pw: Ab12cd34"],
    ids=["Japanese", "short", "slash"],
)
def test_password_never_reaches_rasa(
    helpdesk: Helpdesk, everything_stored: Callable[[], str], typed: str
):
    helpdesk.conversations.accept_text("eita", typed, "1")

    assert accepted(helpdesk, "eita") == (None, "/EXTERNAL_password_typed")
    assert shown(helpdesk, "eita") == [
        ("customer", typed.replace("Ab12cd34", "[PASSWORD]"))
    ]
    assert "Ab12cd34" not in everything_stored()


@pytest.mark.parametrize(
    ("awaits", "expected"),
    [
        ("holder_page_done", (None, "/EXTERNAL_password_typed")),
        ("same_person", ("Ab12cd34", None)),
        (None, ("Ab12cd34", None)),
    ],
    ids=["the login step", "another question", "no question"],
)
def test_lone_password_is_seen_at_the_login_step(
    helpdesk: Helpdesk, awaits: str | None, expected: tuple[str | None, str | None]
):
    helpdesk.conversations.accept_text("eita", "契約者連携", "1")
    turn = helpdesk.conversations.next_turn("eita")
    assert turn is not None
    helpdesk.conversations.answer(turn, Answer([BotMessage("できましたか")], awaits))

    helpdesk.conversations.accept_text("eita", "Ab12cd34", "2")

    assert accepted(helpdesk, "eita") == expected


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("24681357902468249\n24681357902468131", "[CODE]\n[CODE]"),
        ("090-1234-5678 eita@example.com", "[PHONE] [MAIL]"),
    ],
    ids=["F-CON-11: two codes", "phone and mail"],
)
def test_tokens_are_no_foreign_words(helpdesk: Helpdesk, typed: str, text: str):
    helpdesk.conversations.accept_text("eita", typed, "1")

    assert accepted(helpdesk, "eita") == (text, None)


def test_messages_are_read_on_from_the_last_one_seen(helpdesk: Helpdesk):
    for client_id in ("1", "2", "3"):
        helpdesk.conversations.accept_text("eita", f"{client_id}回目", client_id)
    helpdesk.conversations.accept_text("aiko", "別の人", "1")

    later = helpdesk.conversations.messages("eita", after=1)

    assert [line.text for line in later] == ["2回目", "3回目"]


def test_unknown_button_is_refused(helpdesk: Helpdesk, rows: Rows):
    with pytest.raises(UnknownButton):
        helpdesk.conversations.accept_button("eita", "0123456789abcdef", "1")

    assert rows(tables.inbox) == []
