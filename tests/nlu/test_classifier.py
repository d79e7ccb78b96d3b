"""The classifier: a ranking of wishes, the further ones, and that it persists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from helpdesk.nlu.classifier import WishClassifier, _led_by
from helpdesk.nlu.featurizer import CLAUSES, NgramFeaturizer
from helpdesk.nlu.tokenizer import SudachiTokenizer

TRAINING = {
    "check_billing": [
        "料金を知りたい",
        "今月の料金を確認したい",
        "請求額を知りたい",
        "今月の請求を教えて",
        "料金の明細を見たい",
        "請求の明細を教えてください",
    ],
    "check_data_balance": [
        "データ残量を知りたい",
        "今月のデータ残量を確認したい",
        "残りのデータを知りたい",
        "データの残りを教えて",
        "データ残量を見たい",
        "データの残量を教えてください",
    ],
    "unlink": [
        "連携を解除したい",
        "連携の解除をお願いします",
        "LINEとの連携を外したい",
        "連携をやめて解除したい",
        "古い連携を解除してください",
        "連携を外してください",
    ],
    # No wish with a name: data/catalog/wishes.yml.
    "greet": ["こんにちは", "こんばんは", "はじめまして", "おはよう", "こんにちはです"],
}
INTENTS = sorted(TRAINING)
BILLING, BALANCE = "料金を知りたい", "データ残量を知りたい"
UNKNOWN = "ヮヰヱ"


class Pipeline:
    """Tokenizer, featurizer and a classifier, trained and loaded again."""

    def __init__(self, folder: Path, **config: Any) -> None:
        storage = LocalModelStorage(folder)
        self._tokenizer = SudachiTokenizer(SudachiTokenizer.get_default_config())
        self._featurizer = NgramFeaturizer.create(
            NgramFeaturizer.get_default_config(), storage, Resource("ngrams"), None
        )
        # Sure enough for so few sentences, whatever the product's own numbers are.
        config = {"temperature": 12.0, "sure": 0.6, "alpha": 0.4} | config
        config = WishClassifier.get_default_config() | config
        resource = Resource("wishes")
        self.trained = WishClassifier.create(config, storage, resource, None)
        data = TrainingData(
            [
                Message({TEXT: text, INTENT: intent})
                for intent, texts in TRAINING.items()
                for text in texts
            ]
        )
        data = self._tokenizer.process_training_data(data)
        self._featurizer.train(data)
        self.trained.train(self._featurizer.process_training_data(data))
        self.loaded = WishClassifier.load(config, storage, resource, None)

    def parse(
        self,
        text: str,
        classifier: WishClassifier | None = None,
        entities: list[dict[str, Any]] | None = None,
    ) -> Message:
        message = Message({TEXT: text})
        if entities is not None:
            message.set(ENTITIES, entities)
        self._tokenizer.process([message])
        self._featurizer.process([message])
        (classifier or self.loaded).process([message])
        return message

    def others(self, text: str) -> list[tuple[str, str]]:
        """Each further wish, and the part of the text that it is marked at."""
        return [
            (each["value"], text[each["start"] : each["end"]])
            for each in self.parse(text).get(ENTITIES, [])
        ]


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return Pipeline(tmp_path_factory.mktemp("model"))


TEXTS = [
    *(texts[0] for texts in TRAINING.values()),
    "請求とか見せて",
    "残ってるデータってどれくらい",
    UNKNOWN,
    " ",
    "😀",
    "料金" * 500,
]


@pytest.mark.parametrize(
    ("text", "intent"),
    [(text, intent) for intent, texts in TRAINING.items() for text in texts],
)
def test_sentences_of_training_are_told_apart(
    pipeline: Pipeline, text: str, intent: str
):
    assert pipeline.parse(text).get(INTENT)["name"] == intent


@pytest.mark.parametrize("text", TEXTS)
def test_loaded_classifier_ranks_as_the_trained_one(pipeline: Pipeline, text: str):
    trained = pipeline.parse(text, pipeline.trained).get(INTENT_RANKING_KEY)
    loaded = pipeline.parse(text, pipeline.loaded).get(INTENT_RANKING_KEY)

    names = [[each["name"] for each in ranking] for ranking in (trained, loaded)]
    assert names[0] == names[1]
    # Weights are saved with three digits.
    confidences = [each["confidence"] for each in trained]
    assert [each["confidence"] for each in loaded] == pytest.approx(
        confidences, abs=0.02
    )


@pytest.mark.parametrize("text", TEXTS)
def test_ranking_has_every_intent_and_sums_to_one(pipeline: Pipeline, text: str):
    message = pipeline.parse(text)

    ranking = message.get(INTENT_RANKING_KEY)
    confidences = [each["confidence"] for each in ranking]
    assert sorted(each["name"] for each in ranking) == INTENTS
    assert sum(confidences) == pytest.approx(1)
    assert confidences == sorted(confidences, reverse=True)
    assert message.get(INTENT) == ranking[0]


@pytest.mark.parametrize("text", [UNKNOWN, " "], ids=["unknown terms", "white space"])
def test_message_without_known_terms_is_nothing_in_particular(
    pipeline: Pipeline, text: str
):
    ranking = pipeline.parse(text).get(INTENT_RANKING_KEY)

    expected = pytest.approx([1 / len(INTENTS)] * len(INTENTS))
    assert [each["confidence"] for each in ranking] == expected


def test_message_without_text_is_left_alone(pipeline: Pipeline):
    message = Message({TEXT: ""})

    pipeline.loaded.process([message])

    assert (message.get(INTENT), message.get(INTENT_RANKING_KEY)) == (None, None)


def test_higher_temperature_makes_surer(tmp_path: Path, pipeline: Pipeline):
    surer = Pipeline(tmp_path, temperature=30.0)

    before, after = (each.parse(BILLING).get(INTENT) for each in (pipeline, surer))

    assert before["name"] == after["name"]
    assert before["confidence"] < after["confidence"]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        pytest.param(BILLING, [], id="one wish"),
        pytest.param(f"{BILLING}。{BALANCE}", [], id="no word joins"),
        pytest.param(f"あと{BILLING}", [], id="joined to nothing"),
        pytest.param(f"{BILLING}。あと{BILLING}", [], id="the same wish twice"),
        pytest.param(f"{BILLING}。あとこんにちは", [], id="no wish with a name"),
        pytest.param(f"{BILLING}。あと{UNKNOWN}です", [], id="clause is not sure"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_no_other_wish_is_marked(
    pipeline: Pipeline, text: str, marked: list[tuple[str, str]]
):
    assert pipeline.others(text) == marked


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(BILLING, f"あと{BALANCE}", id="further"),
        pytest.param(BILLING, f"それから{BALANCE}です", id="then"),
        pytest.param(
            "😀ＬＩＮＥとの連携を外したい", f"あと{BILLING}", id="emoji, full-width"
        ),
        pytest.param("今月の請求を教えて", "連携の解除もお願いします", id="too"),
        pytest.param(f"{BILLING}です", "あと紐付けを解除したい", id="synonym"),
    ],
)
def test_other_wish_is_marked_at_its_clause(
    pipeline: Pipeline, first: str, second: str
):
    text = f"{first}。{second}。"
    wishes = {
        pipeline.parse(part).get(INTENT)["name"]: part for part in (first, second)
    }

    message = pipeline.parse(text)

    main = message.get(INTENT)["name"]
    (other,) = set(wishes) - {main}
    (marked,) = message.get(ENTITIES)
    assert 0 < marked.pop("confidence_entity") <= 1
    assert marked == {
        "entity": "other_wish",
        "value": other,
        "start": text.index(wishes[other]),
        "end": text.index(wishes[other]) + len(wishes[other]),
        "extractor": "WishClassifier",
    }


def test_three_wishes_are_one_and_two_others(pipeline: Pipeline):
    parts = {
        "check_billing": BILLING,
        "check_data_balance": f"あと{BALANCE}",
        "unlink": "それから連携を解除したい",
    }
    text = "。".join(parts.values())

    main = pipeline.parse(text).get(INTENT)["name"]

    assert pipeline.others(text) == [each for each in parts.items() if each[0] != main]


def test_unsure_among_several_is_led_by_the_first_and_as_sure_as_its_clause():
    ranking = [
        {"name": "unlink", "confidence": 0.5},
        {"name": "check_billing", "confidence": 0.4},
        {"name": "greet", "confidence": 0.1},
    ]
    first = {"value": "check_billing", "confidence_entity": 0.9}

    led = _led_by(first, ranking)

    assert [each["name"] for each in led] == ["check_billing", "unlink", "greet"]
    assert [each["confidence"] for each in led] == pytest.approx(
        [0.9, 0.5 / 6, 0.1 / 6]
    )


def test_nothing_is_marked_if_no_clause_says_the_main_wish(pipeline: Pipeline):
    message = pipeline.parse(f"{BALANCE}、{BALANCE}、{BALANCE}。あと{BILLING}")
    clauses = [
        each
        for each in message.get(CLAUSES)
        if message.get(TEXT)[each.start : each.end] != BALANCE
    ]
    message.set(CLAUSES, clauses)
    message.set(ENTITIES, [])

    pipeline.loaded.process([message])

    assert message.get(INTENT)["name"] == "check_data_balance"
    assert message.get(ENTITIES) == []


def test_only_a_sure_clause_says_another_wish(tmp_path: Path, pipeline: Pipeline):
    text = f"{BILLING}。あと{BALANCE}"
    stricter = Pipeline(tmp_path, sure=1.0)

    assert (len(pipeline.others(text)), stricter.others(text)) == (1, [])


def test_entities_of_others_stay(pipeline: Pipeline):
    day = {"entity": "day", "value": "day-1", "start": 0, "end": 2}

    message = pipeline.parse(f"{BILLING}。あと{BALANCE}", entities=[day])

    assert [each["entity"] for each in message.get(ENTITIES)] == ["day", "other_wish"]


def test_wishes_with_a_name_are_those_of_the_file(tmp_path: Path):
    file = tmp_path / "wishes.yml"
    file.write_text("labels: {check_billing: 料金, greet: 挨拶}", "utf-8")
    pipeline = Pipeline(tmp_path, file=str(file))

    assert pipeline.others(f"{BILLING}。あとこんにちは") == [
        ("greet", "あとこんにちは")
    ]
    assert pipeline.others(f"{BILLING}。あと{BALANCE}") == []


def test_fingerprint_changes_with_the_file(tmp_path: Path):
    file = tmp_path / "wishes.yml"
    prints = []
    for content in ("labels: {}", "labels: {}", "labels: {unlink: 解除}"):
        file.write_text(content, "utf-8")
        prints.append(WishClassifier.fingerprint_addon({"file": str(file)}))

    assert [prints[0] == prints[1], prints[1] == prints[2]] == [True, False]


def test_fingerprint_is_of_the_catalog_unless_told_otherwise():
    file = WishClassifier.get_default_config()["file"]

    plain = WishClassifier.fingerprint_addon({})

    assert plain == WishClassifier.fingerprint_addon({"file": file})
