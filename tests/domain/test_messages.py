"""What a typed message is before anybody understands it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.messages import Unreadable, unreadable, without_command


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        pytest.param("/greet", "greet", id="half-width"),
        pytest.param("／greet", "greet", id="full-width"),
        pytest.param("//／/greet", "greet", id="several"),
        pytest.param("　／ / greet", "greet", id="spaces of all widths"),
        pytest.param("/", "", id="nothing else"),
        pytest.param("連携/解除", "連携/解除", id="within the text"),
        pytest.param("こんにちは ", "こんにちは ", id="the end stays"),
        pytest.param("", "", id="empty"),
    ],
)
def test_leading_slashes_are_removed(typed: str, text: str):
    assert without_command(typed) == text


@given(st.text("/／ 　\ngreet連携", max_size=12))
def test_no_text_is_a_command(typed: str):
    text = without_command(typed)

    assert unicodedata.normalize("NFKC", text).strip().startswith("/") is False


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("", Unreadable.EMPTY, id="empty"),
        pytest.param(" 　\n", Unreadable.EMPTY, id="white space"),
        pytest.param("👨‍👩‍👧❤️", Unreadable.NO_WORDS, id="emojis"),
        pytest.param("？！…", Unreadable.NO_WORDS, id="marks"),
        pytest.param("👍🏻", None, id="a hand that says yes"),
        pytest.param("🙅‍♀️💦", None, id="a person who says no"),
        pytest.param("○", None, id="a circle"),
        pytest.param("How can you link", Unreadable.OTHER_LANGUAGE, id="four words"),
        pytest.param("How can I link", None, id="three words and a letter"),
        pytest.param("LINE MNP SIM", None, id="three words"),
        pytest.param("LINE MNP SIM APNの設定", None, id="four words and Japanese"),
        pytest.param("ｱﾝﾅｲ please tell me now", None, id="half-width kana"),
        pytest.param("24681357902468131", None, id="digits"),
        pytest.param("はい😀", None, id="a word and an emoji"),
        pytest.param("ー", None, id="one kana"),
    ],
)
def test_unreadable_text_is_told_from_a_wish(text: str, why: Unreadable | None):
    assert unreadable(text) == why
