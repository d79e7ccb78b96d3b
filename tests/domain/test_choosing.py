"""Choosing from a list in words."""

from __future__ import annotations

import pytest

from helpdesk.domain.choosing import (
    ChoiceWords,
    choose,
    choose_by_name,
    choose_by_place,
    choose_by_size,
)

NUMBERS = ["1101", "1102", "2201"]


@pytest.mark.parametrize(
    ("text", "index"),
    [
        pytest.param("1102", 1, id="the number's end"),
        pytest.param("１１０２", 1, id="full-width"),
        pytest.param(
            "下4桁が1102の回線です", 1, id="in a sentence with another number"
        ),
        pytest.param("1", 0, id="the first place"),
        pytest.param("3番目", 2, id="the last place"),
        pytest.param("２番", 1, id="a full-width place"),
        pytest.param("2番、2番です", 1, id="the same place twice"),
        pytest.param("0", None, id="before the list"),
        pytest.param("4", None, id="beyond the list"),
        pytest.param("1と2", None, id="two places"),
        pytest.param("1101と1102", None, id="two numbers"),
        pytest.param("110", None, id="a part of a number"),
        pytest.param("9999", None, id="another number"),
        pytest.param("123", None, id="three digits are no place"),
        pytest.param("わかりません", None, id="words"),
        pytest.param("", None, id="empty"),
    ],
)
def test_choose_takes_what_is_named_once(text: str, index: int | None):
    assert choose(text, NUMBERS) == index


@pytest.mark.parametrize(
    ("text", "index"),
    [
        pytest.param("利用者連携のほう", 1, id="one role"),
        pytest.param("契約者連携と利用者連携", None, id="both roles"),
        pytest.param("連携", None, id="no role"),
    ],
)
def test_choose_reads_names_in_words(text: str, index: int | None):
    assert choose(text, ["契約者連携", "利用者連携"]) == index


def test_choose_takes_nothing_from_an_empty_list():
    assert choose("1", []) is None


@pytest.mark.parametrize(
    ("text", "at"),
    [
        pytest.param("１１０２の残量", 1, id="in any width"),
        pytest.param("1ギガ追加したい", None, id="a place is none"),
        pytest.param("1101と1102", None, id="both"),
        pytest.param("娘の分", None, id="neither"),
    ],
)
def test_name_is_found_where_numbers_mean_other_things(text: str, at: int | None):
    assert choose_by_name(text, ["1101", "1102"]) == at


WORDS = ChoiceWords(
    places=[
        [
            "一番目",
            "一つ目",
            "ひとつめ",
            "最初",
            "一番上",
            "いちばん上",
            "上の",
            "左の",
        ],
        ["二番目", "二番", "二つ目", "ふたつめ", "ふたつ目"],
        ["三番目", "三つ目", "みっつめ"],
    ],
    last=["最後", "一番下", "いちばん下", "下の", "右の", "後のほう"],
    smallest=[
        "小さいほう",
        "小さいの",
        "一番小さい",
        "いちばん小さい",
        "安いの",
        "安いほう",
    ],
    largest=["大きいほう", "大きいの", "高いほう", "高いの", "一番高い"],
    none=["高いので", "安いので", "下の名前"],
    units=["ギガ", "gb", "桁", "円", "月"],
)


@pytest.mark.parametrize(
    ("text", "index"),
    [
        pytest.param("末尾1102", 1, id="the end, named so"),
        pytest.param("下４桁が１１０２", 1, id="full-width"),
        pytest.param("1102のほうで", 1, id="that one"),
        pytest.param("一一〇二です", 1, id="kanji digits"),
        pytest.param("1 1 0 2", 1, id="digit by digit"),
        pytest.param("11-02", 1, id="in two groups"),
        pytest.param("末尾102", 1, id="the last three"),
        pytest.param("02のほう", 1, id="the last two"),
        pytest.param("01のほう", None, id="the last two of two numbers"),
        pytest.param("下4桁が9999", None, id="four digits of another number"),
        pytest.param("②", 1, id="circled"),
        pytest.param("その2", 1, id="that which is numbered"),
        pytest.param("2つめ", 1, id="a counter"),
        pytest.param("No.2", 1, id="in Latin letters"),
        pytest.param("二番目", 1, id="kanji"),
        pytest.param("ふたつめでお願いします", 1, id="kana"),
        pytest.param("最初の", 0, id="the first"),
        pytest.param("いちばん上", 0, id="the top"),
        pytest.param("上のほう", 0, id="the upper one"),
        pytest.param("左のやつ", 0, id="the left one"),
        pytest.param("最後のやつ", 2, id="the last"),
        pytest.param("一番下です", 2, id="the bottom"),
        pytest.param("後のほう", 2, id="the later one"),
        pytest.param("三番目", 2, id="the third"),
        pytest.param("最初のと最後の", None, id="two places in words"),
        pytest.param("最後から2番目", None, id="a word and a number"),
        pytest.param("1ギガの", None, id="an amount"),
        pytest.param("2GBのやつ", None, id="an amount in Latin letters"),
        pytest.param("1.5", None, id="no whole number"),
        pytest.param("下の名前はゆうきです", None, id="a word that contains another"),
    ],
)
def test_choose_reads_ends_and_places_in_words(text: str, index: int | None):
    assert choose(text, NUMBERS, WORDS) == index


def test_choose_does_not_take_a_place_that_the_list_has_not():
    assert choose("三番目", NUMBERS[:2], WORDS) is None


@pytest.mark.parametrize(
    ("text", "index"),
    [
        pytest.param("いちばん小さいの", 1, id="smallest"),
        pytest.param("大きいほう", 2, id="largest"),
        pytest.param("安いのでお願いします", None, id="for it is cheap, or that one?"),
        pytest.param("安いの", 1, id="cheapest"),
        pytest.param("高いほう", 2, id="dearest"),
        pytest.param("高いのでやめます", None, id="too dear"),
        pytest.param("高いですね", None, id="dear"),
        pytest.param("小さいのと大きいの", None, id="both"),
        pytest.param("", None, id="empty"),
    ],
)
def test_choose_by_size_takes_an_end_of_the_scale(text: str, index: int | None):
    assert choose_by_size(text, [1000, 500, 3000], WORDS) == index


def test_choose_by_size_takes_neither_of_two_equals():
    assert choose_by_size("安いの", [500, 500, 3000], WORDS) is None


def test_choose_by_size_takes_nothing_from_an_empty_list():
    assert choose_by_size("安いの", [], WORDS) is None


@pytest.mark.parametrize(
    ("text", "index"),
    [
        pytest.param("最初の", 0, id="the first"),
        pytest.param("最後の", 2, id="the last"),
        pytest.param("3で", None, id="a bare number is no place"),
        pytest.param("最初のか最後の", None, id="two places"),
    ],
)
def test_choose_by_place_reads_words_only(text: str, index: int | None):
    assert choose_by_place(text, 3, WORDS) == index
