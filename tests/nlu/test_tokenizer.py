"""The tokenizer: short units, normalised forms, positions as typed."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from helpdesk.nlu.tokenizer import SudachiTokenizer


@pytest.fixture(scope="module")
def tokenizer() -> SudachiTokenizer:
    return SudachiTokenizer(SudachiTokenizer.get_default_config())


def tokens(tokenizer: SudachiTokenizer, text: str) -> list[tuple[str, int, int, str]]:
    """Text, start, end and lemma of each token."""
    found = tokenizer.tokenize(Message({TEXT: text}), TEXT)
    return [(token.text, token.start, token.end, token.lemma) for token in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "契約者連携",
            [("契約", 0, 2, "契約"), ("者", 2, 3, "者"), ("連携", 3, 5, "連携")],
            id="short units",
        ),
        pytest.param(
            "引っ越し 引越し",
            [("引っ越し", 0, 4, "引っ越し"), ("引越し", 5, 8, "引っ越し")],
            id="two spellings, one lemma",
        ),
        pytest.param(
            "ＬＩＮＥとＷｅｂ",
            [
                ("ＬＩＮＥ", 0, 4, "line"),
                ("と", 4, 5, "と"),
                ("Ｗｅｂ", 5, 8, "ウェブ"),
            ],
            id="full-width",
        ),
        pytest.param(
            "ﾃﾞｰﾀ残量",
            [("ﾃﾞｰﾀ", 0, 4, "データ"), ("残量", 4, 6, "残量")],
            id="half-width kana",
        ),
        pytest.param(
            "㌔😀です",
            [("㌔", 0, 1, "キロ"), ("😀", 1, 2, "😀"), ("です", 2, 4, "です")],
            id="one sign for several, and an emoji",
        ),
        pytest.param(
            " 連携　 残量\n",
            [("連携", 1, 3, "連携"), ("残量", 5, 7, "残量")],
            id="no tokens of white space",
        ),
        pytest.param("", [], id="empty"),
    ],
)
def test_tokenizer_gives_normal_forms_at_the_positions_as_typed(
    tokenizer: SudachiTokenizer, text: str, expected: list[tuple[str, int, int, str]]
):
    assert tokens(tokenizer, text) == expected


@pytest.mark.parametrize("mode", ["A", "C"])
def test_tokens_stand_in_the_text_where_they_say(mode: str):
    config = SudachiTokenizer.get_default_config() | {"split_mode": mode}
    text = "１１月２０日、㈱㌔さんから、ﾃﾞｰﾀﾌﾟﾚｾﾞﾝﾄ😀が届きません。𠮷田"

    found = tokens(SudachiTokenizer(config), text)

    assert [text[start:end] for _, start, end, _ in found] == [
        word for word, *_ in found
    ]


def test_split_mode_decides_on_the_length_of_the_units():
    config = SudachiTokenizer.get_default_config() | {"split_mode": "C"}

    found = tokens(SudachiTokenizer(config), "選挙管理委員会")

    assert found == [("選挙管理委員会", 0, 7, "選挙管理委員会")]
