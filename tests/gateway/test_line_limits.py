"""Counting, cutting and splitting in LINE's units."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.gateway.line_limits import (
    cut,
    graphemes,
    split_at_sentences,
    utf16_units,
)

FAMILY = "👨‍👩‍👧‍👦"
FLAG = "🇯🇵"
WAVE = "👋🏽"
KEYCAP = "1️⃣"
# The kana and its voiced mark as two characters.
GA = "か\u3099"
LETTERS = [FAMILY, FLAG, WAVE, KEYCAP, GA, "𠮟", "連", "ｶ", "a"]
SIGNS = ["。", "！", "？」", "）", " ", "　", "\n", "\n\n", "\r\n"]

words = st.lists(st.sampled_from(LETTERS + SIGNS), max_size=80).map("".join)
LETTER = re.compile("|".join(re.escape(letter) for letter in LETTERS))


def without_space(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    ("text", "units", "seen"),
    [
        pytest.param("", 0, 0, id="empty"),
        pytest.param("連携", 2, 2, id="Japanese"),
        pytest.param("ｶﾞ", 2, 1, id="half-width kana and mark"),
        pytest.param(GA, 2, 1, id="combining mark"),
        pytest.param("𠮟", 2, 1, id="rare character"),
        pytest.param("😀", 2, 1, id="emoji"),
        pytest.param(WAVE, 4, 1, id="skin colour"),
        pytest.param(FLAG, 4, 1, id="flag"),
        pytest.param(KEYCAP, 3, 1, id="keycap"),
        pytest.param(FAMILY, 11, 1, id="family"),
        pytest.param("\r\n", 2, 1, id="end of line"),
        pytest.param("\ud83d", 1, 1, id="half an emoji"),
    ],
)
def test_texts_are_counted_in_both_units(text: str, units: int, seen: int):
    assert (utf16_units(text), graphemes(text)) == (units, seen)


@given(st.text())
def test_units_are_those_of_the_encoding(text: str):
    assert utf16_units(text) == len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("text", "limit", "count", "expected"),
    [
        pytest.param("連携解除", 4, graphemes, "連携解除", id="fits"),
        pytest.param("連携を解除", 4, graphemes, "連携を…", id="one too many"),
        pytest.param("連携", 1, graphemes, "…", id="room for the ellipsis only"),
        pytest.param(FAMILY * 3, 2, graphemes, f"{FAMILY}…", id="family seen"),
        pytest.param(f"{FAMILY}です", 12, utf16_units, f"{FAMILY}…", id="family"),
        pytest.param(f"{FAMILY}です", 11, utf16_units, "…", id="no room for a family"),
        pytest.param("あ😀い", 3, utf16_units, "あ…", id="emoji"),
    ],
)
def test_long_text_is_cut(
    text: str, limit: int, count: Callable[[str], int], expected: str
):
    assert cut(text, limit, count) == expected


@given(words, st.integers(1, 60), st.sampled_from([graphemes, utf16_units]))
def test_cut_text_fits_and_keeps_letters_whole(
    text: str, limit: int, count: Callable[[str], int]
):
    short = cut(text, limit, count)

    assert count(short) <= limit
    assert short == text or text.startswith(short.removesuffix("…"))
    assert LETTER.findall(short) == LETTER.findall(text)[: len(LETTER.findall(short))]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param("", [], id="empty"),
        pytest.param(" \n ", [], id="blank"),
        pytest.param(" 連携 ", [" 連携 "], id="fits"),
        pytest.param("あ" * 20, ["あ" * 20], id="fits exactly"),
        pytest.param("あ" * 21, ["あ" * 20, "あ"], id="no end of a sentence"),
        pytest.param(
            "あ" * 17 + "。\n\nい。う", ["あ" * 17 + "。", "い。う"], id="paragraph"
        ),
        pytest.param(
            "あ" * 17 + "。い\nうう",
            ["あ" * 17 + "。い", "うう"],
            id="line before a sentence",
        ),
        pytest.param(
            "あ" * 17 + "。いうえ", ["あ" * 17 + "。", "いうえ"], id="sentence"
        ),
        pytest.param(
            "あ" * 17 + "。）」うえ", ["あ" * 17 + "。）」", "うえ"], id="brackets"
        ),
        pytest.param(
            "あ" * 17 + "！？うえ", ["あ" * 17 + "！？", "うえ"], id="several signs"
        ),
        pytest.param(
            "あ" * 19 + "。）う",
            ["あ" * 19 + "。", "）う"],
            id="bracket does not fit",
        ),
        pytest.param(
            "あ。" + "い" * 20, ["あ。" + "い" * 18, "いい"], id="sentence too early"
        ),
        pytest.param("あ" * 19 + "😀", ["あ" * 19, "😀"], id="emoji at the limit"),
        pytest.param("あ" * 18 + "😀い", ["あ" * 18 + "😀", "い"], id="emoji fits"),
        pytest.param("あ" * 10 + FAMILY, ["あ" * 10, FAMILY], id="family at the limit"),
        pytest.param("あ" + " " * 40 + "い", ["あ", "い"], id="space at the seam"),
        pytest.param(
            "か" + "\u3099" * 20, ["か" + "\u3099" * 19, "\u3099"], id="no letter"
        ),
    ],
)
def test_long_text_is_split_where_it_reads_well(text: str, pieces: list[str]):
    assert split_at_sentences(text, 20) == pieces


def test_end_of_a_paragraph_is_better_than_that_of_a_sentence():
    text = "あ" * 36 + "\n\nい。う"

    assert split_at_sentences(text, 40) == ["あ" * 36, "い。う"]


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        pytest.param("あ" * 5000, [5000], id="5000"),
        pytest.param("あ" * 5001, [5000, 1], id="5001"),
        pytest.param("😀" * 2500, [5000], id="5000 of emoji"),
        pytest.param("あ" + "😀" * 2500, [4999, 2], id="5001 with emoji"),
    ],
)
def test_text_is_split_above_5000_units(text: str, lengths: list[int]):
    assert [utf16_units(piece) for piece in split_at_sentences(text)] == lengths


@given(words, st.integers(11, 40))
def test_split_text_is_whole(text: str, limit: int):
    pieces = split_at_sentences(text, limit)

    assert all(piece.strip() and utf16_units(piece) <= limit for piece in pieces)
    assert without_space("".join(pieces)) == without_space(text)
    assert [letter for piece in pieces for letter in LETTER.findall(piece)] == (
        LETTER.findall(text)
    )


@given(st.text(), st.integers(2, 10))
def test_any_text_can_be_split(text: str, limit: int):
    pieces = split_at_sentences(text, limit)

    assert all(piece.strip() and utf16_units(piece) <= limit for piece in pieces)
    assert without_space("".join(pieces)) == without_space(text)


@settings(deadline=None, max_examples=30)  # long texts take their time
@given(st.lists(st.integers(1, 6000), min_size=1, max_size=40))
def test_20000_units_are_five_pieces_at_most(sentences: list[int]):
    text = "".join("😀" * (length // 2) + "。\n\n" for length in sentences)

    assert len(split_at_sentences(text[:10_000])) <= 5
