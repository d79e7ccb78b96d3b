"""Character and word n-grams, weighted by TF-IDF, as one sparse sentence feature."""

from __future__ import annotations

import hashlib
import inspect
import json
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import coo_matrix, csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from helpdesk.domain import user_code
from helpdesk.nlu import text
from helpdesk.nlu.text import CODE_WORD, fold, replace_codes


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True
)
class NgramFeaturizer(SparseFeaturizer, GraphComponent):
    """Characters see through typos; words carry the normalised form."""

    _FILE = "ngrams.json"

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource
    ) -> None:
        super().__init__(type(self).__name__, config)
        self._storage = storage
        self._resource = resource
        self._vectorizers = {
            "characters": TfidfVectorizer(
                analyzer="char",
                ngram_range=tuple(config["characters"]),
                sublinear_tf=True,
                lowercase=False,
            ),
            "words": TfidfVectorizer(
                token_pattern=r"\S+",  # noqa: S106 -- words come joined by spaces
                ngram_range=tuple(config["words"]),
                sublinear_tf=True,
                lowercase=False,
            ),
        }

    @classmethod
    def required_components(cls) -> list[type]:
        # Any tokenizer whose lemma is the normalised form.
        return [Tokenizer]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing depends on more than one value; wrong types fail at once."""

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn"]

    @staticmethod
    def supported_languages() -> list[str]:
        return ["ja"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **SparseFeaturizer.get_default_config(),
            "characters": [1, 4],
            "words": [1, 2],
            # LogisticRegressionClassifier fixes C at 1; features times s act as C = s².
            "scale": 4.5,
        }

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        # Rasa's cache sees this class alone: what it calls decides the features too.
        modules = (text, user_code)
        sources = "".join(inspect.getsource(module) for module in modules)
        return hashlib.sha256(sources.encode()).hexdigest()

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
        for name, vectorizer in self._vectorizers.items():
            vectorizer.fit([self._document(name, message) for message in messages])
        self._persist()
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                self.add_features_to_message(
                    sequence=None,
                    sentence=self._features(message),
                    attribute=TEXT,
                    message=message,
                )
        return messages

    def _features(self, message: Message) -> coo_matrix:
        parts = [
            vectorizer.transform([self._document(name, message)])
            for name, vectorizer in self._vectorizers.items()
        ]
        features: csr_matrix = hstack(parts) * self._config["scale"]
        return features.tocoo()

    def _document(self, name: str, message: Message) -> str:
        typed = message.get(TEXT)
        if name == "characters":
            return fold(typed)
        if CODE_WORD in (replaced := replace_codes(typed)):
            # Sudachi cuts a code into numerals; what stands around it matters.
            return f"{CODE_WORD} " + " ".join(fold(replaced).split(CODE_WORD))
        return " ".join(token.lemma for token in message.get(TOKENS_NAMES[TEXT]))

    def _persist(self) -> None:
        content = {
            name: {
                "vocabulary": {
                    key: int(at) for key, at in vectorizer.vocabulary_.items()
                },
                "idf": vectorizer.idf_.tolist(),
            }
            for name, vectorizer in self._vectorizers.items()
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
        for name, saved in content.items():
            vectorizer = component._vectorizers[name]
            vectorizer.vocabulary_ = saved["vocabulary"]
            vectorizer.fixed_vocabulary_ = True
            vectorizer.idf_ = np.array(saved["idf"])
        return component
