"""The words of the catalog: the longest wins, in any width, without overlaps."""

from __future__ import annotations

from pathlib import Path

import pytest
import rasa.shared.utils.io
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from helpdesk.nlu.vocabulary import Vocabulary, VocabularyExtractor

FILE = "data/catalog/vocabulary.yml"
CONTENT = rasa.shared.utils.io.read_yaml_file(FILE)


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(CONTENT)


def found(vocabulary: Vocabulary, text: str) -> list[tuple[str, str, str]]:
    """Entity, value, and the characters as typed."""
    return [
        (each["entity"], each["value"], text[each["start"] : each["end"]])
        for each in vocabulary.find(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "お母さんの回線",
            [("relation", "お母さま", "お母さん")],
            id="お母さん, not 母",
        ),
        pytest.param("母の回線", [("relation", "お母さま", "母")], id="母"),
        pytest.param(
            "届いていません",
            [("arrival", "not_arrived", "届いていません")],
            id="negated",
        ),
        pytest.param(
            "届いています", [("arrival", "arrived", "届いています")], id="not negated"
        ),
        pytest.param(
            "新しいLINEのスマホ",
            [("device_change", "account", "新しいLINE")],
            id="Latin",
        ),
        pytest.param(
            "家電量販店で",
            [("order_place", "shop", "家電量販店")],
            id="家電量販店, not 量販店",
        ),
        pytest.param("残量を見たい", [], id="none"),
        pytest.param("", [], id="empty"),
    ],
)
def test_longest_word_wins(
    vocabulary: Vocabulary, text: str, expected: list[tuple[str, str, str]]
):
    assert found(vocabulary, text) == expected


@pytest.mark.parametrize("text", ["Web", "WEB", "ｗｅｂ", "ＷＥＢ", "ウェブ", "ﾈｯﾄ"])
def test_width_and_case_do_not_matter(vocabulary: Vocabulary, text: str):
    expected = [("order_place", "web", text)]

    assert found(vocabulary, f"㌔{text}で申し込んだ") == expected


def test_words_of_one_kind_never_overlap_those_of_two_may(vocabulary: Vocabulary):
    assert vocabulary.find("主人が契約") == [
        {"entity": "relation", "value": "ご主人さま", "start": 0, "end": 2},
        {"entity": "writer_role", "value": "end_user", "start": 0, "end": 5},
    ]


def test_same_word_twice_is_found_twice(vocabulary: Vocabulary):
    assert found(vocabulary, "娘と息子と娘") == [
        ("relation", "お子さま", "娘"),
        ("relation", "お子さま", "息子"),
        ("relation", "お子さま", "娘"),
    ]


@pytest.mark.parametrize(
    ("entity", "value", "word"),
    [
        (entity, value, word)
        for entity, values in CONTENT.items()
        for value, words in values.items()
        for word in words
    ],
)
def test_every_word_of_the_catalog_finds_its_value(
    vocabulary: Vocabulary, entity: str, value: str, word: str
):
    of_this_kind = [each for each in found(vocabulary, word) if each[0] == entity]

    # "-" names words that only contain another one, and are nothing themselves.
    assert of_this_kind == ([] if value == "-" else [(entity, value, word)])


def test_extractor_reads_its_file_and_keeps_what_others_have_marked(tmp_path: Path):
    file = tmp_path / "words.yml"
    file.write_text("fruit:\n  apple: [りんご]\n", "utf-8")
    extractor = VocabularyExtractor.create({"file": str(file)}, None, None, None)
    other = {"entity": "day", "value": "day-1", "start": 0, "end": 2}
    message = Message({TEXT: "昨日りんご", ENTITIES: [other]})

    extractor.process([message])

    assert message.get(ENTITIES) == [
        other,
        {
            "entity": "fruit",
            "value": "apple",
            "start": 2,
            "end": 5,
            "extractor": "VocabularyExtractor",
        },
    ]


def test_fingerprint_changes_with_the_file(tmp_path: Path):
    file = tmp_path / "words.yml"
    prints = []
    for content in ("fruit: {}", "fruit: {}", "fruit: {apple: [りんご]}"):
        file.write_text(content, "utf-8")
        prints.append(VocabularyExtractor.fingerprint_addon({"file": str(file)}))

    assert [prints[0] == prints[1], prints[1] == prints[2]] == [True, False]


def test_fingerprint_is_of_the_catalog_unless_told_otherwise():
    plain = VocabularyExtractor.fingerprint_addon({})

    assert plain == VocabularyExtractor.fingerprint_addon({"file": FILE})


def test_word_that_only_contains_another_is_nothing():
    vocabulary = Vocabulary({"relation": {"-": ["大丈夫"], "ご主人さま": ["夫"]}})

    found = vocabulary.find("大丈夫です、夫の携帯です")

    assert [(each["value"], each["start"]) for each in found] == [("ご主人さま", 6)]
