"""Messages on LINE: secrets, typed tiles, stickers, and what has no text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.storage import tables
from tests.services.conftest import Rows
from tests.services.desk_talk import JOINED
from tests.services.line_talk import (
    accept,
    answer,
    content,
    dump,
    event,
    next_turn,
    said,
    text,
)

CODE = "24681357902468249"
TOKEN = re.compile(r"\[([A-Z]+):[a-z2-9]{8}\]")
Inbox = Callable[[str], list[str | None]]


def without_keys(words: str | None) -> str | None:
    return words and TOKEN.sub(r"[\1]", words)


def shown(helpdesk: Helpdesk) -> list[str | None]:
    return [without_keys(words) for _, words in said(helpdesk)]


# --- Texts ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "masked", "secret"),
    [
        pytest.param(f"コードは{CODE}", "コードは[CODE]", CODE, id="code"),
        pytest.param(
            "電話は090-1234-5678", "電話は[PHONE]", "090-1234-5678", id="phone"
        ),
        pytest.param("a@example.comです", "[MAIL]です", "a@example.com", id="mail"),
    ],
)
def test_secret_is_masked_on_arrival(
    helpdesk: Helpdesk, inbox: Inbox, typed: str, masked: str, secret: str
):
    accept(helpdesk, text("e1", typed))

    waiting = [without_keys(each) for each in inbox("eita")]
    assert (waiting, shown(helpdesk), secret in dump(helpdesk)) == (
        [masked],
        [masked],
        False,
    )


def test_masked_code_opens_for_its_customer_alone(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", CODE))

    token = next_turn(helpdesk).item.text or ""
    opened = [helpdesk.vault.open(customer, token) for customer in ("eita", "aiko")]
    assert opened == [CODE, None]


@pytest.mark.parametrize(
    ("awaits", "typed"),
    [
        pytest.param(None, "パスワードはAb12cd34です", id="after its word"),
        pytest.param("holder_page_done", "Ab12cd34", id="alone at the login step"),
    ],
)
def test_password_is_kept_nowhere(
    helpdesk: Helpdesk, inbox: Inbox, awaits: str | None, typed: str
):
    accept(helpdesk, text("e0"))
    answer(helpdesk, "できましたか", awaits=awaits)

    accept(helpdesk, text("e1", typed))

    assert (inbox("eita"), shown(helpdesk)[-1], "Ab12cd34" in dump(helpdesk)) == (
        ["/EXTERNAL_password_typed"],
        typed.replace("Ab12cd34", "[PASSWORD]"),
        False,
    )


@pytest.mark.parametrize(
    ("typed", "waiting"),
    [
        pytest.param("/request_operator", "request_operator", id="a command"),
        pytest.param("／EXTERNAL_followed", "EXTERNAL_followed", id="full-width"),
        pytest.param("1:menu:help", "1:menu:help", id="a tile's data"),
        pytest.param("", "/EXTERNAL_empty_message", id="nothing"),
        pytest.param("😀", "/EXTERNAL_no_words", id="an emoji"),
    ],
)
def test_text_never_commands(
    helpdesk: Helpdesk, inbox: Inbox, typed: str, waiting: str
):
    accept(helpdesk, text("e1", typed))

    assert (inbox("eita"), said(helpdesk)) == ([waiting], [("customer", typed)])


@pytest.mark.parametrize(
    ("typed", "payload"),
    [
        pytest.param("契約者連携", "/link_contract_holder", id="exactly"),
        pytest.param(" ヘルプ ", "/ask_capabilities", id="spaces"),
        pytest.param("ﾏｲﾍﾟｰｼﾞ", "/open_my_page", id="half-width"),
        pytest.param("有人対応を終了", "/EXTERNAL_end_handoff", id="end of a handoff"),
        pytest.param("ヘルプして", "ヘルプして", id="more words"),
    ],
)
def test_words_of_a_tile_mean_the_tile(
    helpdesk: Helpdesk, inbox: Inbox, typed: str, payload: str
):
    accept(helpdesk, text("e1", typed))

    assert (inbox("eita"), said(helpdesk)) == ([payload], [("customer", typed)])


@pytest.mark.parametrize(
    ("typed", "waiting"),
    [("ヘルプ", "ヘルプ"), ("有人対応終了", "/EXTERNAL_end_handoff")],
    ids=["an answer", "but the end of a handoff"],
)
def test_words_of_a_tile_may_answer_a_question(
    helpdesk: Helpdesk, inbox: Inbox, typed: str, waiting: str
):
    accept(helpdesk, text("e0"))
    answer(helpdesk, "伝言をどうぞ", awaits="message_text")

    accept(helpdesk, text("e1", typed))

    assert inbox("eita") == [waiting]


# --- Stickers -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keywords", "payload"),
    [
        pytest.param(["thank you", "smile"], "/thank", id="thanks"),
        pytest.param(["Good Morning"], "/greet", id="capitals"),
        pytest.param(["sleepy", "good night"], "/goodbye", id="good night"),
        pytest.param(["ok", "yes", "agree"], "/EXTERNAL_sticker", id="no yes"),
        pytest.param(["thankful"], "/EXTERNAL_sticker", id="another word"),
        pytest.param([], "/EXTERNAL_sticker", id="none"),
        pytest.param(None, "/EXTERNAL_sticker", id="null"),
        pytest.param([None, 7, {}], "/EXTERNAL_sticker", id="no words"),
    ],
)
def test_sticker_means_what_its_keywords_say(
    helpdesk: Helpdesk, inbox: Inbox, keywords: Any, payload: str
):
    woken = accept(helpdesk, content("e1", "sticker", keywords=keywords))

    assert (woken, inbox("eita"), said(helpdesk)) == (
        {"eita"},
        [payload],
        [("customer", "（スタンプ）")],
    )


def test_sticker_without_keywords_is_answered_kindly(helpdesk: Helpdesk, inbox: Inbox):
    accept(helpdesk, content("e1", "sticker", packageId="1", stickerId="2"))

    assert inbox("eita") == ["/EXTERNAL_sticker"]


def test_text_on_a_sticker_is_what_the_customer_says(helpdesk: Helpdesk, inbox: Inbox):
    accept(helpdesk, content("e1", "sticker", text="契約者連携", keywords=["thanks"]))

    assert (inbox("eita"), said(helpdesk)) == (
        ["/link_contract_holder"],
        [("customer", "契約者連携")],
    )


def test_secret_on_a_sticker_is_masked(helpdesk: Helpdesk):
    accept(helpdesk, content("e1", "sticker", text=CODE))

    assert (shown(helpdesk), CODE in dump(helpdesk)) == (["[CODE]"], False)


# --- Contents -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("image", "（画像）"),
        ("video", "（動画）"),
        ("audio", "（音声）"),
        ("file", "（ファイル）"),
        ("location", "（位置情報）"),
        ("hologram", "（ファイル）"),
    ],
)
def test_content_is_kept_by_its_id(
    helpdesk: Helpdesk, inbox: Inbox, kind: str, words: str
):
    woken = accept(helpdesk, content("e1", kind))

    (line,) = helpdesk.conversations.messages("eita")
    assert (woken, inbox("eita")) == ({"eita"}, ["/EXTERNAL_content"])
    assert (line.author, line.text, line.content) == (
        "customer",
        words,
        (kind, "id of e1"),
    )


def test_content_without_an_id_is_answered_still(helpdesk: Helpdesk, inbox: Inbox):
    accept(helpdesk, event("message", "e1", type="image"))

    (line,) = helpdesk.conversations.messages("eita")
    assert (line.content, inbox("eita")) == (("image", ""), ["/EXTERNAL_content"])


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"address": "東京都千代田区1-1"}, id="an address"),
        pytest.param({"fileName": "東京都千代田区1-1"}, id="a name of a file"),
        pytest.param({"text": "東京都千代田区1-1"}, id="a text"),
    ],
)
def test_what_a_content_brings_besides_is_not_stored(
    helpdesk: Helpdesk, more: dict[str, str]
):
    accept(helpdesk, content("e1", "location", **more))

    assert "東京都千代田区" not in dump(helpdesk)


def test_long_names_fit_their_columns(helpdesk: Helpdesk, rows: Rows):
    accept(helpdesk, event("message", "e1", type="x" * 99, id="9" * 99))

    (line,) = rows(tables.messages)
    assert (line["content"], line["content_id"]) == ("x" * 16, "9" * 64)


def test_content_that_is_sent_while_an_operator_speaks_is_not_answered(
    helpdesk: Helpdesk,
):
    helpdesk.handoffs.request("eita", "request")
    helpdesk.talks.claim("eita", "op1")
    accept(helpdesk, content("e1", "image"))

    assert helpdesk.conversations.next_turn("eita") is None
    assert said(helpdesk) == [JOINED, ("customer", "（画像）")]
