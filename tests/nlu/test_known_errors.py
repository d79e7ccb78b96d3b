"""Half-remembered error texts: found in many dresses, not in ordinary sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import rasa.shared.utils.io
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from helpdesk.nlu.known_errors import KnownErrorExtractor
from tests.nlu.training import examples

ERRORS = rasa.shared.utils.io.read_yaml_file("data/catalog/errors.yml")
# Of the training sentences, those taken for an error that belongs to another wish.
MOST_MISTAKEN = 0.01


@pytest.fixture(scope="module")
def extractor() -> KnownErrorExtractor:
    config = KnownErrorExtractor.get_default_config()
    return KnownErrorExtractor.create(config, None, None, None)


def extracted(extractor: KnownErrorExtractor, text: str) -> list[dict[str, Any]]:
    message = Message({TEXT: text})

    extractor.process([message])

    return message.get(ENTITIES)


def whole(text: str, value: str) -> list[dict[str, Any]]:
    return [
        {
            "entity": "known_error",
            "value": value,
            "start": 0,
            "end": len(text),
            "extractor": "KnownErrorExtractor",
        }
    ]


@pytest.mark.parametrize(
    "text",
    [
        "利用コードが有効ではありません",
        "「利用コードが有効ではありません」って出ました",
        "利用コードが有効でありません",
        "利用コードは有効ではないです",
        "利用コードが有効じゃないって言われる",
        "利用コードが有効ではございません",
        "有効ではない利用コードです",
        "利用コードが、有効では、ありません",
        "利用コード が\n有効で　はありません",
        "ﾘﾖｳｺｰﾄﾞが有効ではありません",
        "利用コードが有功ではありません",
        "利用コードが有効ではありまんせん",
        "利用者コードが有効でないみたいなのがでる",
        "コードが有効ではありませんと出た",
        "コードが無効って出てきて進めないんですけど",
        "[CODE:q7m2x9ab] を入れたのに利用コードが有効ではありませんと出る",
    ],
)
def test_invalid_code_is_recognised_however_it_is_remembered(
    extractor: KnownErrorExtractor, text: str
):
    assert extracted(extractor, text) == whole(text, "invalid_user_code")


@pytest.mark.parametrize(
    ("text", "error"),
    [(text, key) for key, error in ERRORS.items() for text in error["said"]],
)
def test_every_text_of_the_catalog_is_its_own_error(
    extractor: KnownErrorExtractor, text: str, error: str
):
    assert extracted(extractor, text) == whole(text, error)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "あ",
        "有効",
        "コード",
        "利用コードを教えて",
        "こんにちは、はじめまして",
        "昨日届きました",
    ],
)
def test_what_resembles_no_error_is_left_alone(
    extractor: KnownErrorExtractor, text: str
):
    assert extracted(extractor, text) == []


def test_few_ordinary_sentences_are_taken_for_an_error(extractor: KnownErrorExtractor):
    sentences = [
        (intent, text) for intent, texts in examples().items() for text in texts
    ]

    mistaken = [
        text
        for intent, text in sentences
        for found in extracted(extractor, text)
        if ERRORS[found["value"]]["wish"] != intent
    ]

    assert len(mistaken) / len(sentences) <= MOST_MISTAKEN, mistaken


@pytest.mark.parametrize(
    ("before", "is_seen"),
    [
        pytest.param(185, True, id="just inside the last 200"),
        pytest.param(5000, True, id="the longest message"),
    ],
)
def test_error_at_the_end_of_a_long_message_is_seen(
    extractor: KnownErrorExtractor, before: int, is_seen: bool
):
    text = "あ" * before + "利用コードが有効ではありません"

    assert extracted(extractor, text) == (
        whole(text, "invalid_user_code") if is_seen else []
    )


@pytest.mark.parametrize(
    ("after", "is_seen"),
    [
        pytest.param(185, True, id="just inside the last 200"),
        pytest.param(200, False, id="beyond"),
    ],
)
def test_only_the_last_characters_are_looked_at(
    extractor: KnownErrorExtractor, after: int, is_seen: bool
):
    text = "利用コードが有効ではありません" + "あ" * after

    assert extracted(extractor, text) == (
        whole(text, "invalid_user_code") if is_seen else []
    )


def test_threshold_decides_how_alike_is_alike_enough():
    config = KnownErrorExtractor.get_default_config() | {"threshold": 100}
    strict = KnownErrorExtractor.create(config, None, None, None)

    found = [
        extracted(strict, text)
        for text in ("利用コードが有効ではありません", "利用コードが有効でありません")
    ]

    assert found == [whole("利用コードが有効ではありません", "invalid_user_code"), []]


def test_what_others_have_marked_is_kept(extractor: KnownErrorExtractor):
    text = "昨日利用コードが有効ではありませんと出た"
    other = {"entity": "day", "value": "day-1", "start": 0, "end": 2}
    message = Message({TEXT: text, ENTITIES: [other]})

    extractor.process([message])

    assert message.get(ENTITIES) == [other, *whole(text, "invalid_user_code")]


def test_fingerprint_changes_with_the_file(tmp_path: Path):
    file = tmp_path / "errors.yml"
    prints = []
    for content in ("a: {}", "a: {}", "a: {said: [b]}"):
        file.write_text(content, "utf-8")
        prints.append(KnownErrorExtractor.fingerprint_addon({"file": str(file)}))

    assert [prints[0] == prints[1], prints[1] == prints[2]] == [True, False]
