"""Marks half-remembered error texts, loosely, by data/catalog/errors.yml."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import rasa.shared.utils.io
from rapidfuzz import fuzz, process
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from helpdesk.nlu.text import fold


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False
)
class KnownErrorExtractor(GraphComponent, EntityExtractorMixin):
    """Entity `known_error`: the catalog's key of the error that the text resembles."""

    def __init__(self, config: dict[str, Any]) -> None:
        errors = rasa.shared.utils.io.read_yaml_file(config["file"])
        self._threshold = config["threshold"]
        self._longest = config["longest"]
        self._texts = {
            fold(text): key for key, error in errors.items() for text in error["said"]
        }

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "file": "data/catalog/errors.yml",
            # Of 100; below it, sentences that merely mention a code begin to match.
            "threshold": 75,
            # Characters of the message that are looked at, the last ones: bounds the
            # time, and the complaint comes last.
            "longest": 200,
        }

    @staticmethod
    def required_packages() -> list[str]:
        return ["rapidfuzz"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        # Rasa's cache sees the class, not the file: an edited text must count.
        file = Path(config.get("file", cls.get_default_config()["file"]))
        return hashlib.sha256(file.read_bytes()).hexdigest()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> KnownErrorExtractor:
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            found = self._match(fold(text)[-self._longest :])
            entities = message.get(ENTITIES, [])
            if found is not None:
                whole = {
                    "entity": "known_error",
                    "value": found,
                    "start": 0,
                    "end": len(text),
                }
                entities = entities + self.add_extractor_name([whole])
            message.set(ENTITIES, entities, add_to_output=True)
        return messages

    def _match(self, folded: str) -> str | None:
        # A short message would be "part of" any long error text.
        if len(folded) < min(map(len, self._texts), default=0):
            return None
        best = process.extractOne(
            folded,
            self._texts.keys(),
            scorer=fuzz.partial_ratio,
            score_cutoff=self._threshold,
        )
        return None if best is None else self._texts[best[0]]
