"""Texts that are commands of ours: what needs no understanding."""

from __future__ import annotations

import pytest

from helpdesk.domain.privacy import SecretKind
from helpdesk.services.conversation_rules import special_case

FOUND = '/EXTERNAL_gift_code{"gift_code": "G-7KQ2-M9XD"}'
MALFORMED = '/EXTERNAL_gift_code{"gift_code": "?"}'


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("G-7KQ2-M9XD", id="plain"),
        pytest.param("g-7kq2-m9xd", id="lower case"),
        pytest.param("Ｇ－７ＫＱ２－Ｍ９ＸＤ", id="full width"),
        pytest.param("G 7KQ2 M9XD", id="spaces"),
        pytest.param("G7KQ2M9XD", id="bare"),
        pytest.param("Gー7KQ2ーM9XD", id="long-vowel marks"),
        pytest.param("コードはG-7KQ2-M9XDです。届きました", id="in a sentence"),
        pytest.param(
            "贈ります。\nプレゼントコード：G-7KQ2-M9XD\n期限：11月25日", id="lines"
        ),
    ],
)
def test_gift_code_is_found(text: str):
    assert special_case(text, set()) == FOUND


@pytest.mark.parametrize("text", ["G-7KO2-M9XD", "ｇ-7kq2-m9x", "G-7KQ2-M9XDD"])
def test_gift_code_that_was_copied_wrongly_is_told_apart(text: str):
    assert special_case(text, set()) == MALFORMED


def test_gift_code_is_found_while_the_bot_awaits_an_answer():
    assert special_case("G-7KQ2-M9XD", set(), "gift_amount") == FOUND


@pytest.mark.parametrize("awaits", ["message_text", "survey_comment"])
def test_gift_code_in_what_people_will_read_is_left_there(awaits: str):
    text = "G-7KQ2-M9XD を送っても受け取れません"

    assert special_case(text, set(), awaits) is None


def test_password_comes_before_a_gift_code():
    kinds = {SecretKind.PASSWORD}

    assert special_case("G-7KQ2-M9XD", kinds) == "/EXTERNAL_password_typed"


@pytest.mark.parametrize("text", ["ギガをあげたい", "GB", "G-SHOCK", "Gmailのアドレス"])
def test_other_text_is_left_to_the_bot(text: str):
    assert special_case(text, set()) is None
