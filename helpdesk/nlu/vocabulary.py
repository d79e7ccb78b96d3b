"""Marks the words of data/catalog/vocabulary.yml: channel, relation, anger and more."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import rasa.shared.utils.io
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from helpdesk.nlu.text import fold_keeping_positions

_NOTHING = "-"


class Vocabulary:
    """Words by entity and value: {"relation": {"奥さま": ["妻", "嫁"]}}.

    The value "-" names words that only contain another: 大丈夫 is no 夫.
    """

    def __init__(self, content: dict[str, dict[str, list[str]]]) -> None:
        # The longest word first: お母さん is not 母, まだ届いていない is not 届いて.
        self._words = {
            entity: sorted(
                (
                    (fold_keeping_positions(word), value)
                    for value, words in values.items()
                    for word in words
                ),
                key=lambda entry: -len(entry[0]),
            )
            for entity, values in content.items()
        }

    def find(self, text: str) -> list[dict[str, Any]]:
        """The entities in order, those of one kind never overlapping."""
        folded = fold_keeping_positions(text)
        found = []
        for entity, words in self._words.items():
            taken = [False] * len(folded)
            for word, value in words:
                start = folded.find(word)
                while start >= 0:
                    end = start + len(word)
                    if not any(taken[start:end]):
                        taken[start:end] = [True] * len(word)
                        found.append(
                            {
                                "entity": entity,
                                "value": value,
                                "start": start,
                                "end": end,
                            }
                        )
                    start = folded.find(word, start + 1)
        named = [each for each in found if each["value"] != _NOTHING]
        return sorted(named, key=lambda each: (each["start"], each["entity"]))


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False
)
class VocabularyExtractor(GraphComponent, EntityExtractorMixin):
    """Marks words loosely typed in any width; the value is the catalog's."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"file": "data/catalog/vocabulary.yml"}

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        # Rasa's cache sees the class, not the file: an edited word must count.
        file = Path(config.get("file", cls.get_default_config()["file"]))
        return hashlib.sha256(file.read_bytes()).hexdigest()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> VocabularyExtractor:
        return cls(Vocabulary(rasa.shared.utils.io.read_yaml_file(config["file"])))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            found = self._vocabulary.find(message.get(TEXT) or "")
            entities = message.get(ENTITIES, []) + self.add_extractor_name(found)
            message.set(ENTITIES, entities, add_to_output=True)
        return messages
