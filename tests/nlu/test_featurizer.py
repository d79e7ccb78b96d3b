"""The features of seven views: what each sees and overlooks, and that they persist."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from helpdesk.nlu import featurizer as module
from helpdesk.nlu.featurizer import CLAUSES, VIEWS, NgramFeaturizer
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
UNKNOWN = "ヮヰヱ"


class Features:
    """A trained featurizer, and the same one loaded from what it has saved."""

    def __init__(self, folder: Path, **config: Any) -> None:
        self._tokenizer = SudachiTokenizer(SudachiTokenizer.get_default_config())
        config = NgramFeaturizer.get_default_config() | config
        storage = LocalModelStorage(folder)
        self.trained = NgramFeaturizer.create(config, storage, RESOURCE, None)
        # Each twice: a term of one message alone would not be learnt.
        examples = [
            Message({TEXT: each, INTENT: intent})
            for each in SENTENCES
            for intent in ("one", "other")
        ]
        data = self._tokenizer.process_training_data(TrainingData(examples))
        self.trained.train(data)
        self.loaded = NgramFeaturizer.load(config, storage, RESOURCE, None)

    def message(self, text: str, featurizer: NgramFeaturizer | None = None) -> Message:
        message = Message({TEXT: text})
        self._tokenizer.process([message])
        (featurizer or self.loaded).process([message])
        return message

    def of(self, text: str, featurizer: NgramFeaturizer | None = None) -> np.ndarray:
        message = self.message(text, featurizer)
        sequence, sentence = message.get_sparse_features(TEXT)
        assert sequence is None
        return sentence.features.toarray()[0]

    def by_view(self, text: str) -> dict[str, np.ndarray]:
        """The columns of each view."""
        sizes = [len(self.loaded._ngrams[view].terms) for view in VIEWS]
        parts = np.split(self.of(text), np.cumsum(sizes)[:-1])
        return dict(zip(VIEWS, parts, strict=True))


@pytest.fixture(scope="module")
def features(tmp_path_factory: pytest.TempPathFactory) -> Features:
    return Features(tmp_path_factory.mktemp("model"))


def equal(first: np.ndarray, second: np.ndarray) -> bool:
    return bool(first.any()) and np.allclose(first, second)


def same_views(features: Features, text: str, same: str) -> set[str]:
    """The views that see no difference."""
    found, expected = features.by_view(text), features.by_view(same)
    return {view for view in VIEWS if equal(found[view], expected[view])}


@pytest.mark.parametrize("text", [*SENTENCES, "データの残りを知りたいです", "あ", " "])
def test_loaded_featurizer_gives_what_the_trained_one_gives(
    features: Features, text: str
):
    trained = features.of(text, features.trained)
    loaded = features.of(text, features.loaded)

    np.testing.assert_array_equal(loaded, trained)


def test_sentences_of_training_have_features_and_differ(features: Features):
    found = [features.of(each) for each in SENTENCES]

    assert len({each.tobytes() for each in found if each.any()}) == len(SENTENCES)


@pytest.mark.parametrize("text", SENTENCES)
def test_features_have_the_length_one_and_each_view_its_share(
    features: Features, text: str
):
    shares = NgramFeaturizer.get_default_config()["views"]
    whole = sum(shares.values())

    squares = {
        view: float(part @ part) for view, part in features.by_view(text).items()
    }

    assert squares == pytest.approx({view: shares[view] / whole for view in VIEWS})


def test_shares_of_the_views_are_those_of_the_configuration(tmp_path: Path):
    shares = dict.fromkeys(VIEWS, 0.0) | {"words": 3.0, "readings": 1.0}
    features = Features(tmp_path, views=shares)

    parts = features.by_view(SENTENCES[0])

    squares = {view: float(part @ part) for view, part in parts.items() if part.any()}
    assert squares == pytest.approx({"words": 0.75, "readings": 0.25})


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
    assert same_views(features, f"コードは{code}です", SENTENCES[3]) == set(VIEWS)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        pytest.param("ﾃﾞｰﾀ残量を知りたい", "データ残量を知りたい", id="half-width kana"),
        pytest.param(
            "ＷＥＢで申し込みました", "Webで申し込みました", id="wide capitals"
        ),
    ],
)
def test_width_and_case_do_not_matter(features: Features, text: str, same: str):
    assert same_views(features, text, same) == set(VIEWS)


def test_signs_of_several_letters_do_not_matter_to_the_characters(features: Features):
    assert "characters" in same_views(features, "㌔㈱に行きました", SENTENCES[5])


@pytest.mark.parametrize(
    ("text", "same"),
    [
        pytest.param("引越しをしました", "引っ越しをしました", id="other spelling"),
        pytest.param("ギガ残量を知りたい", "データ残量を知りたい", id="synonym"),
        pytest.param(
            "でーた残量を知りたい", "データ残量を知りたい", id="synonym in kana"
        ),
    ],
)
def test_spelling_matters_to_the_characters_alone(
    features: Features, text: str, same: str
):
    assert same_views(features, text, same) == set(VIEWS) - {"characters"}


@pytest.mark.parametrize(
    ("text", "same"),
    [
        pytest.param("でーたざんりょうをしりたい", SENTENCES[0], id="kana only"),
        pytest.param("data zanryouwoshiritai", SENTENCES[0], id="romaji"),
        pytest.param("データ残量を尻たい", SENTENCES[0], id="wrong conversion"),
    ],
)
def test_script_does_not_matter_to_the_readings(
    features: Features, text: str, same: str
):
    assert {"readings", "last_readings"} <= same_views(features, text, same)


def test_only_the_last_sentence_matters_to_two_views(features: Features):
    text = f"{SENTENCES[2]}。{SENTENCES[0]}"

    assert same_views(features, text, SENTENCES[0]) == {"last_words", "last_readings"}


def test_pairs_stand_in_any_order(features: Features):
    found = same_views(features, "知りたい残量データ", "データ残量知りたい")

    assert ("pairs" in found, "words" in found) == (True, False)


def test_particles_are_in_no_pair(features: Features):
    found = same_views(features, "データが残量は知りたい", "データ残量知りたい")

    assert ("pairs" in found, "words" in found) == (True, False)


def test_message_without_known_terms_has_features_of_nothing(features: Features):
    found = features.of(UNKNOWN)

    assert (len(found), found.any()) == (len(features.of(SENTENCES[0])), False)


def test_message_without_text_has_no_features(features: Features):
    message = Message({TEXT: ""})

    features.loaded.process([message])

    assert message.get_sparse_features(TEXT) == (None, None)


def test_clauses_are_seen_alone_where_words_join_wishes(features: Features):
    text = f"{SENTENCES[2]}。あと{SENTENCES[0]}。"

    found = features.message(text).get(CLAUSES)

    parts = [SENTENCES[2], f"あと{SENTENCES[0]}"]
    assert [text[each.start : each.end] for each in found] == parts
    for clause, part in zip(found, parts, strict=True):
        assert equal(clause.features.toarray()[0], features.of(part))


def test_message_of_one_wish_has_no_clauses(features: Features):
    found = features.message(f"{SENTENCES[2]}。{SENTENCES[0]}。")

    assert found.get(CLAUSES) is None


@pytest.mark.parametrize(
    "called", ["clauses", "ngrams", "text", "privacy", "user_code"]
)
def test_fingerprint_changes_with_each_module_called(
    monkeypatch: pytest.MonkeyPatch, called: str
):
    before = NgramFeaturizer.fingerprint_addon({})

    # Any other source stands for an edited one.
    monkeypatch.setattr(module, called, json)

    assert NgramFeaturizer.fingerprint_addon({}) != before


def test_fingerprint_is_the_same_while_nothing_changes():
    first = NgramFeaturizer.fingerprint_addon({})

    assert NgramFeaturizer.fingerprint_addon({}) == first
