"""The terms of a view: which are learnt, how they weigh, how they are made."""

from __future__ import annotations

import math

import numpy as np
import pytest

from helpdesk.nlu.ngrams import Ngrams, characters, pairs, phrases

MESSAGES = [
    ["連携", "したい"],
    ["連携", "解除", "したい"],
    ["料金", "知りたい"],
    ["連携", "連携", "料金"],
]


def test_terms_of_one_message_alone_are_not_learnt():
    assert Ngrams.of(MESSAGES).terms == ["したい", "料金", "連携"]


def test_term_twice_in_one_message_is_of_one_message():
    assert Ngrams.of([["連携", "連携"], ["料金"]]).terms == []


def test_rarer_terms_weigh_more():
    rarity = Ngrams.of(MESSAGES).rarity

    # Messages with the term: two, two, three; of four.
    assert rarity[0] == rarity[1] > rarity[2] >= 1


def test_messages_may_come_once_only():
    once, again = Ngrams.of(iter(MESSAGES)), Ngrams.of(MESSAGES)

    assert (once.terms, once.rarity.tolist()) == (again.terms, again.rarity.tolist())


@pytest.mark.parametrize(
    ("terms", "columns"),
    [
        pytest.param(["連携"], [2], id="one"),
        pytest.param(["連携", "料金"], [1, 2], id="two"),
        pytest.param(["料金", "連携", "連携"], [1, 2], id="one of them twice"),
        pytest.param(["連携", "解除", "解約"], [2], id="with others"),
    ],
)
def test_known_terms_weigh_one_together(terms: list[str], columns: list[int]):
    found, weights = Ngrams.of(MESSAGES).weigh(terms)

    assert (sorted(found.tolist()), len(weights)) == (columns, len(columns))
    assert math.isclose(float(weights @ weights), 1)


@pytest.mark.parametrize("terms", [[], ["解約"]], ids=["none", "none that is known"])
def test_without_known_terms_nothing_weighs(terms: list[str]):
    found, weights = Ngrams.of(MESSAGES).weigh(terms)

    assert (found.tolist(), weights.tolist()) == ([], [])


def test_repeated_term_weighs_more_but_not_twice_as_much():
    ngrams = Ngrams.of(MESSAGES)

    def share(*terms: str) -> float:
        found, weights = ngrams.weigh([*terms])
        first, second = weights[found.argsort()]
        return float(first / second)

    assert 1 == share("したい", "料金") < share("したい", "したい", "料金") < 2


def test_order_of_the_terms_does_not_matter():
    ngrams = Ngrams.of(MESSAGES)
    rows = []
    for terms in (["連携", "料金", "料金"], ["料金", "連携", "料金"]):
        row = np.zeros(len(ngrams.terms))
        found, weights = ngrams.weigh(terms)
        row[found] = weights
        rows.append(row)

    np.testing.assert_allclose(rows[0], rows[1])


def test_terms_and_rarity_are_all_that_weighing_needs():
    learnt = Ngrams.of(MESSAGES)

    saved = Ngrams(list(learnt.terms), learnt.rarity.tolist())

    terms = ["連携", "料金", "料金", "解約"]
    for known, again in zip(learnt.weigh(terms), saved.weigh(terms), strict=True):
        np.testing.assert_array_equal(again, known)


def test_nothing_is_learnt_from_no_messages():
    columns, weights = Ngrams.of([]).weigh(["連携"])

    assert (columns.tolist(), weights.tolist()) == ([], [])


@pytest.mark.parametrize(
    ("text", "shortest", "longest", "expected"),
    [
        pytest.param("連携", 1, 2, ["連", "携", "連携"], id="one and two"),
        pytest.param("abcd", 2, 3, ["ab", "bc", "cd", "abc", "bcd"], id="of 2 to 3"),
        pytest.param("a", 2, 4, [], id="too short"),
        pytest.param("ab", 2, 4, ["ab"], id="just long enough"),
        pytest.param("", 1, 4, [], id="nothing"),
        pytest.param("aa", 1, 1, ["a", "a"], id="repeated"),
    ],
)
def test_characters_are_all_runs(
    text: str, shortest: int, longest: int, expected: list[str]
):
    assert characters(text, shortest, longest) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["a", "b", "c"], ["a", "b", "c", "a b", "b c"], id="three"),
        pytest.param(["a"], ["a"], id="one"),
        pytest.param([], [], id="none"),
    ],
)
def test_phrases_are_words_and_neighbours(words: list[str], expected: list[str]):
    assert phrases(words) == expected


@pytest.mark.parametrize(
    ("words", "most", "expected"),
    [
        pytest.param(["b", "a"], 9, ["a+b"], id="in one order"),
        pytest.param(["a", "b", "c"], 9, ["a+b", "a+c", "b+c"], id="three"),
        pytest.param(["a", "b", "a"], 9, ["a+b"], id="repeated"),
        pytest.param(["a", "a"], 9, [], id="no pair with itself"),
        pytest.param(["a", "b", "c"], 2, ["b+c"], id="the last ones"),
        pytest.param(["a"], 9, [], id="one"),
        pytest.param([], 9, [], id="none"),
    ],
)
def test_pairs_are_of_different_words(words: list[str], most: int, expected: list[str]):
    assert pairs(words, most) == expected
