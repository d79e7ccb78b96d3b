"""Which wish a message holds, how sure that is, and which others it names beside it."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import rasa.shared.utils.io
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers import LABEL_RANKING_LENGTH
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import coo_matrix, vstack
from sklearn.linear_model import Ridge

from helpdesk.nlu.featurizer import CLAUSES, Clause, NgramFeaturizer
from helpdesk.nlu.fingerprint import ReadsCatalog, fingerprint_of


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True
)
class WishClassifier(
    ReadsCatalog, IntentClassifier, GraphComponent, EntityExtractorMixin
):
    """Ridge regression on sparse features; a softmax makes confidences of its scores.

    Entity `other_wish`: a further wish that the message names, at its clause.
    """

    _FILE = "wishes.npz"

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource
    ) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        labels = rasa.shared.utils.io.read_yaml_file(config["file"])["labels"]
        self._wishes = frozenset(labels)
        self._intents: list[str] = []
        # A row for each feature: the few that a message has lie together in memory.
        self._weights = np.empty((0, 0), dtype=np.float32)

    @classmethod
    def required_components(cls) -> list[type]:
        return [NgramFeaturizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            # Strength of the regularisation; a message's features have the length 1.
            "alpha": 0.4,
            # Scores times this go into the softmax: chosen so that confidences are
            # right as often as they say (docs/understanding.md).
            "temperature": 14.0,
            # A clause says another wish only if it is this sure.
            "sure": 0.7,
            # Wishes that have a name for the customer.
            "file": "data/catalog/wishes.yml",
        }

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        return fingerprint_of(inspect.getmodule(cls), cls.catalog(config))

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> WishClassifier:
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [each for each in training_data.intent_examples if each.get(TEXT)]
        self._intents = sorted({each.get(INTENT) for each in examples})
        column = {intent: at for at, intent in enumerate(self._intents)}
        goal = np.zeros((len(examples), len(column)), dtype=np.float32)
        goal[range(len(examples)), [column[each.get(INTENT)] for each in examples]] = 1
        ridge = Ridge(
            alpha=self._config["alpha"],
            solver="sparse_cg",  # the only quick one for so many features
            fit_intercept=False,
            tol=1e-2,
        )
        ridge.fit(vstack([_features(each) for each in examples]).tocsr(), goal)
        self._weights = np.ascontiguousarray(ridge.coef_.T, dtype=np.float32)
        self._persist()
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            features = _features(message)
            if features is not None:
                self._classify(message, features)
        return messages

    def _classify(self, message: Message, features: coo_matrix) -> None:
        ranking = self._ranking(features)
        others = self._wishes_of(message.get(CLAUSES, []))
        if len(others) > 1 and ranking[0]["confidence"] < self._config["sure"]:
            # Unsure only because there are several: in the customer's order.
            ranking = _led_by(others[0], ranking)
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set(
            INTENT_RANKING_KEY, ranking[:LABEL_RANKING_LENGTH], add_to_output=True
        )
        beside = [each for each in others if each["value"] != ranking[0]["name"]]
        if len(others) > len(beside):
            entities = message.get(ENTITIES, []) + self.add_extractor_name(beside)
            message.set(ENTITIES, entities, add_to_output=True)

    def _ranking(self, features: coo_matrix) -> list[dict[str, Any]]:
        """Every intent with its confidence, the likeliest first."""
        scores = features.data @ self._weights[features.col]
        grown = np.exp(self._config["temperature"] * (scores - scores.max()))
        confidences = grown / grown.sum()
        return [
            {"name": self._intents[at], "confidence": float(confidences[at])}
            for at in np.argsort(-confidences)
        ]

    def _wishes_of(self, clauses: list[Clause]) -> list[dict[str, Any]]:
        """The wishes that single clauses surely name, each once, in their order."""
        found: dict[str, dict[str, Any]] = {}
        for clause in clauses:
            likeliest = self._ranking(clause.features)[0]
            wish, confidence = likeliest["name"], likeliest["confidence"]
            if wish in self._wishes and confidence >= self._config["sure"]:
                found.setdefault(
                    wish,
                    {
                        "entity": "other_wish",
                        "value": wish,
                        "start": clause.start,
                        "end": clause.end,
                        "confidence_entity": confidence,
                    },
                )
        return list(found.values())

    def _persist(self) -> None:
        with self._storage.write_to(self._resource) as folder:
            np.savez(
                folder / self._FILE,
                intents=np.array(self._intents),
                weights=self._weights.astype(np.float16),
            )

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> WishClassifier:
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            saved = np.load(folder / cls._FILE)
            component._intents = saved["intents"].tolist()
            component._weights = saved["weights"].astype(np.float32)
        return component


def _led_by(
    wish: dict[str, Any], ranking: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The ranking with this wish first, as sure as its clause is."""
    name, confidence = wish["value"], wish["confidence_entity"]
    left = sum(each["confidence"] for each in ranking if each["name"] != name)
    others = [
        {**each, "confidence": each["confidence"] * (1 - confidence) / left}
        for each in ranking
        if each["name"] != name
    ]
    return [{"name": name, "confidence": confidence}, *others]


def _features(message: Message) -> coo_matrix | None:
    _, sentence = message.get_sparse_features(TEXT)
    return sentence.features if sentence else None
