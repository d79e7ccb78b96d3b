"""Choosing from a list in words."""

from __future__ import annotations

import pytest

from helpdesk.domain.choosing import choose, choose_by_name

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
