"""The n-gram features: what they see, what they overlook, and that they persist."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from helpdesk.nlu.featurizer import NgramFeaturizer
from helpdesk.nlu.tokenizer import SudachiTokenizer

SENTENCES = [
    "データ残量を知りたい",
    "残量はどこで見ますか",
    "引っ越しをしました",
    "コードは24681357902468131です",
    "Webで申し込みました",
    "キロ(株)に行きました",
]
RESOURCE = Resource("ngrams")


class Features:
    """A trained featurizer, and the same one loaded from what it has saved."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = SudachiTokenizer(SudachiTokenizer.get_default_config())
        config, storage = (
            NgramFeaturizer.get_default_config(),
            LocalModelStorage(folder),
        )
        self.trained = NgramFeaturizer.create(config, storage, RESOURCE, None)
        examples = [Message({TEXT: each, INTENT: "any"}) for each in SENTENCES]
        data = self._tokenizer.process_training_data(TrainingData(examples))
        self.trained.train(data)
        self.loaded = NgramFeaturizer.load(config, storage, RESOURCE, None)

    def of(self, text: str, featurizer: NgramFeaturizer | None = None) -> np.ndarray:
        message = Message({TEXT: text})
        self._tokenizer.process([message])
        (featurizer or self.loaded).process([message])
        sequence, sentence = message.get_sparse_features(TEXT)
        assert sequence is None
        return sentence.features.toarray()[0]


@pytest.fixture(scope="module")
def features(tmp_path_factory: pytest.TempPathFactory) -> Features:
    return Features(tmp_path_factory.mktemp("model"))


def equal(first: np.ndarray, second: np.ndarray) -> bool:
    return bool(first.any()) and np.array_equal(first, second)


@pytest.mark.parametrize("text", [*SENTENCES, "データの残りを知りたいです", "あ"])
def test_loaded_featurizer_gives_what_the_trained_one_gives(
    features: Features, text: str
):
    trained = features.of(text, features.trained)
    loaded = features.of(text, features.loaded)

    np.testing.assert_array_equal(loaded, trained)


def test_sentences_of_training_have_features_and_differ(features: Features):
    found = [features.of(each) for each in SENTENCES]

    assert len({each.tobytes() for each in found if each.any()}) == len(SENTENCES)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("97531864209753186", id="other digits"),
        pytest.param("９７５３１８６４２０９７５３１８６", id="full-width"),
        pytest.param("9753-1864-2097-5318-6", id="hyphens"),
        pytest.param("9753 1864 2097 531", id="too short"),
        pytest.param("[CODE:q7m2x9ab]", id="vault token"),
    ],
)
def test_digits_of_a_code_do_not_matter(features: Features, code: str):
    assert equal(features.of(f"コードは{code}です"), features.of(SENTENCES[3]))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        pytest.param("ﾃﾞｰﾀ残量を知りたい", "データ残量を知りたい", id="half-width kana"),
        pytest.param(
            "ＷＥＢで申し込みました", "Webで申し込みました", id="wide capitals"
        ),
        pytest.param("㌔㈱に行きました", "キロ(株)に行きました", id="signs"),
    ],
)
def test_width_and_case_do_not_matter_to_the_characters(
    features: Features, text: str, same: str
):
    count = len(features.trained._vectorizers["characters"].vocabulary_)

    wide, plain = features.of(text), features.of(same)

    assert equal(wide[:count], plain[:count])


@pytest.mark.parametrize(
    ("text", "same"),
    [
        pytest.param("ﾃﾞｰﾀ残量を知りたい", "データ残量を知りたい", id="half-width kana"),
        pytest.param(
            "ＷＥＢで申し込みました", "Webで申し込みました", id="wide capitals"
        ),
        pytest.param("引越しをしました", "引っ越しをしました", id="other spelling"),
    ],
)
def test_spelling_does_not_matter_to_the_words(
    features: Features, text: str, same: str
):
    count = len(features.trained._vectorizers["characters"].vocabulary_)

    other, plain = features.of(text), features.of(same)

    assert equal(other[count:], plain[count:])


def test_scale_multiplies_the_features(tmp_path: Path, features: Features):
    config = NgramFeaturizer.get_default_config() | {"scale": 9.0}
    storage = LocalModelStorage(tmp_path)
    twice = NgramFeaturizer.create(config, storage, RESOURCE, None)
    twice._vectorizers = features.loaded._vectorizers

    assert equal(features.of("残量", twice), 2 * features.of("残量"))


def test_message_without_text_has_no_features(features: Features):
    message = Message({TEXT: ""})

    features.loaded.process([message])

    assert message.get_sparse_features(TEXT) == (None, None)
