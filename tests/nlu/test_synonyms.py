"""The catalog's synonyms: words that mean one thing, each listed once."""

from __future__ import annotations

from itertools import chain

import pytest
import rasa.shared.utils.io

from helpdesk.nlu.rewriting import Rewritten, Synonyms
from helpdesk.nlu.text import fold, fold_keeping_positions
from tests.nlu.training import ROOT, examples

FILE = ROOT / "data" / "catalog" / "synonyms.yml"
CONTENT = rasa.shared.utils.io.read_yaml_file(FILE)
# Words that hold a synonym and mean something else.
OTHERS = [
    "オンライン",
    "タイムライン",
    "フライング",
    "わかりづらいんです",
    "マイペース",
    "オペレーション",
    "パスワードレス",
]


def rewritten(text: str) -> str:
    return Rewritten(text, Synonyms(CONTENT).find(text, beside=[])).text


def test_every_entry_is_a_list_of_words():
    words = [*CONTENT, *chain.from_iterable(CONTENT.values())]

    assert all(isinstance(others, list) for others in CONTENT.values())
    assert [word for word in words if not isinstance(word, str) or not word] == []


def test_no_word_stands_twice():
    words = [*CONTENT, *chain.from_iterable(CONTENT.values())]
    folded = [fold_keeping_positions(word) for word in words]

    assert {word for word in folded if folded.count(word) > 1} == set()


@pytest.mark.parametrize("word", CONTENT)
def test_no_word_is_its_own_synonym(word: str):
    assert fold(word) not in map(fold, CONTENT[word])


@pytest.mark.parametrize("word", CONTENT)
def test_every_synonym_becomes_its_word(word: str):
    found = {other: rewritten(f"{other}が") for other in CONTENT[word]}

    assert found == dict.fromkeys(CONTENT[word], f"{word}が")


@pytest.mark.parametrize("word", CONTENT)
def test_word_itself_stays(word: str):
    assert rewritten(f"次は{word}です") == f"次は{word}です"


@pytest.mark.parametrize("text", OTHERS)
def test_word_that_only_holds_a_synonym_stays(text: str):
    assert rewritten(text) == text


@pytest.mark.parametrize("word", [word for word in CONTENT if CONTENT[word]])
def test_customers_write_the_word_or_one_of_its_synonyms(word: str):
    texts = map(fold_keeping_positions, chain.from_iterable(examples().values()))
    spellings = [fold_keeping_positions(each) for each in [word, *CONTENT[word]]]

    assert any(spelling in text for text in texts for spelling in spellings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ひもづけ設定", "連携設定", id="everyday word"),
        pytest.param("契約社連形", "契約者連携", id="wrong conversions"),
        pytest.param("けいやくしゃれんけい", "契約者連携", id="kana only"),
        pytest.param("スマホのギガ", "スマートフォンのデータ", id="short words"),
        pytest.param("らいんとライン", "LINEとLINE", id="two scripts"),
        pytest.param(
            "電話がつながらない", "電話がつながらない", id="of operators, too"
        ),
        pytest.param("料金を見たい", "料金を見たい", id="none of them"),
    ],
)
def test_message_is_rewritten(text: str, expected: str):
    assert rewritten(text) == expected
