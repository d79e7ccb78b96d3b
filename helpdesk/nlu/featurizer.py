"""What the classifier sees of a message: its n-grams in seven views."""

from __future__ import annotations

import inspect
import json
import math
from dataclasses import dataclass
from typing import Any, Callable

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import coo_matrix

from helpdesk.domain import privacy, user_code
from helpdesk.nlu import clauses, ngrams, text
from helpdesk.nlu.clauses import clauses as clauses_of
from helpdesk.nlu.clauses import joins_wishes
from helpdesk.nlu.fingerprint import fingerprint_of
from helpdesk.nlu.ngrams import Ngrams, characters, pairs, phrases
from helpdesk.nlu.text import fold, last_sentence
from helpdesk.nlu.tokenizer import READING, SudachiTokenizer

# Words of a message that are paired with one another: bounds the time.
_MOST_PAIRED = 24
# Characters that are read one by one, the last ones: words see all of a long message.
_MOST_READ = 80

# The key of a message's clauses, if its words say that they hold several wishes.
CLAUSES = "clauses"

Terms = Callable[[str, "list[Token]"], "list[str]"]


@dataclass(frozen=True)
class Clause:
    """A part of a message, where it was typed, as the classifier sees it."""

    start: int
    end: int
    features: coo_matrix


def _last(typed: str, tokens: list[Token]) -> list[Token]:
    start = last_sentence(typed)
    return [token for token in tokens if token.start >= start]


def _lemmas(tokens: list[Token]) -> list[str]:
    return [token.lemma for token in tokens]


def _readings(tokens: list[Token]) -> list[str]:
    return [token.get(READING) for token in tokens]


def _read(tokens: list[Token]) -> str:
    return "".join(_readings(tokens))[-_MOST_READ:]


def _weighty(token: Token) -> bool:
    """Particles and endings are one kana long."""
    return len(token.lemma) > 1 or not "ぁ" <= token.lemma <= "ん"


# Characters see through typos, words carry the normalised form, readings bring what is
# in kana only or mis-converted together, pairs see what stands far apart, and the last
# sentence is where long messages ask.
VIEWS: dict[str, Terms] = {
    "characters": lambda typed, tokens: characters(fold(typed)[-_MOST_READ:], 1, 4),
    "readings": lambda typed, tokens: characters(_read(tokens), 2, 4),
    "words": lambda typed, tokens: phrases(_lemmas(tokens)),
    "read_words": lambda typed, tokens: phrases(_readings(tokens)),
    "pairs": lambda typed, tokens: pairs(
        [token.lemma for token in tokens if _weighty(token)], _MOST_PAIRED
    ),
    "last_words": lambda typed, tokens: phrases(_lemmas(_last(typed, tokens))),
    "last_readings": lambda typed, tokens: characters(
        _read(_last(typed, tokens)), 2, 4
    ),
}


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True
)
class NgramFeaturizer(SparseFeaturizer, GraphComponent):
    """One sentence feature of length 1; each view has its share of the square."""

    _FILE = "ngrams.json"

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource
    ) -> None:
        super().__init__(type(self).__name__, config)
        self._storage = storage
        self._resource = resource
        self._shares = {view: config["views"][view] for view in VIEWS}
        self._ngrams: dict[str, Ngrams] = {}

    @classmethod
    def required_components(cls) -> list[type]:
        return [SudachiTokenizer]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing depends on more than one value; wrong types fail at once."""

    @staticmethod
    def required_packages() -> list[str]:
        return ["scipy"]

    @staticmethod
    def supported_languages() -> list[str]:
        return ["ja"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **SparseFeaturizer.get_default_config(),
            # Shares of the views, chosen by measurement (docs/understanding.md).
            "views": {
                "characters": 0.5,
                "readings": 1.0,
                "words": 0.7,
                "read_words": 0.6,
                "pairs": 0.6,
                "last_words": 0.4,
                "last_readings": 0.4,
            },
        }

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        own = inspect.getmodule(cls)
        return fingerprint_of(own, clauses, ngrams, text, privacy, user_code)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NgramFeaturizer:
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        messages = training_data.intent_examples
        for view, terms in VIEWS.items():
            self._ngrams[view] = Ngrams.of(
                terms(each.get(TEXT), each.get(TOKENS_NAMES[TEXT])) for each in messages
            )
        self._persist()
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            typed, tokens = message.get(TEXT), message.get(TOKENS_NAMES[TEXT])
            if typed:
                self.add_features_to_message(
                    sequence=None,
                    sentence=self._features(typed, tokens),
                    attribute=TEXT,
                    message=message,
                )
                if joins_wishes(typed):
                    message.set(CLAUSES, self._clauses(typed, tokens))
        return messages

    def _clauses(self, typed: str, tokens: list[Token]) -> list[Clause]:
        return [
            Clause(
                start,
                end,
                self._features(
                    typed[start:end], [t for t in tokens if start <= t.start < end]
                ),
            )
            for start, end in clauses_of(typed)
        ]

    def _features(self, typed: str, tokens: list[Token]) -> coo_matrix:
        columns: list[np.ndarray] = []
        weights: list[np.ndarray] = []
        first = 0
        whole = sum(self._shares.values())
        for view, learnt in self._ngrams.items():
            some, weight = learnt.weigh(VIEWS[view](typed, tokens))
            columns.append(first + some)
            weights.append(weight * math.sqrt(self._shares[view] / whole))
            first += len(learnt.terms)
        values = np.concatenate(weights).astype(np.float32)
        places = (np.zeros(len(values), dtype=np.int32), np.concatenate(columns))
        return coo_matrix((values, places), shape=(1, first))

    def _persist(self) -> None:
        content = {
            view: {"terms": learnt.terms, "rarity": learnt.rarity.tolist()}
            for view, learnt in self._ngrams.items()
        }
        with self._storage.write_to(self._resource) as folder:
            (folder / self._FILE).write_text(
                json.dumps(content, ensure_ascii=False), encoding="utf-8"
            )

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NgramFeaturizer:
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            content = json.loads((folder / cls._FILE).read_text(encoding="utf-8"))
        component._ngrams = {
            view: Ngrams(saved["terms"], saved["rarity"])
            for view, saved in content.items()
        }
        return component
