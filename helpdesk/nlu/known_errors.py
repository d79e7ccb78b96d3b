"""Marks half-remembered error texts, loosely, by data/catalog/errors.yml."""

from __future__ import annotations

from typing import Any, NamedTuple

import rasa.shared.utils.io
from rapidfuzz import fuzz
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from helpdesk.nlu.fingerprint import ReadsCatalog
from helpdesk.nlu.text import fold

_PART = "|"
# A slip in a shorter part would make another word of it.
_SHORTEST_WITH_SLIP = 5


class _Parts(NamedTuple):
    exact: list[str]
    loose: list[str]
    length: int


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False
)
class KnownErrorExtractor(ReadsCatalog, GraphComponent, EntityExtractorMixin):
    """Entity `known_error`: the catalog's key of the error that the text resembles."""

    def __init__(self, config: dict[str, Any]) -> None:
        errors = rasa.shared.utils.io.read_yaml_file(config["file"])
        self._threshold = config["threshold"]
        self._longest = config["longest"]
        self._texts = [
            (key, _parts(text))
            for key, error in errors.items()
            for text in error["said"]
        ]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "file": "data/catalog/errors.yml",
            # Of 100; measured on the lists of tests/nlu/test_known_errors.py: at 75, 80
            # and 85 recall is 0.99, 0.99, 0.97, precision 0.97, 1.0, 1.0. Of the 3,473
            # training sentences 12, 7, 7 match an error of another wish; 5 do tell it.
            "threshold": 80,
            # Characters of the message that are looked at, the last ones: bounds the
            # time, and the complaint comes last.
            "longest": 200,
        }

    @staticmethod
    def required_packages() -> list[str]:
        return ["rapidfuzz"]

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
            found = self._match(self._end_of(text))
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

    def _end_of(self, text: str) -> str:
        # Folding takes its time, too; white space and codes only make a text shorter.
        return fold(text[-2 * self._longest :])[-self._longest :]

    def _match(self, folded: str) -> str | None:
        scores: dict[str, float] = {}
        best: tuple[float, int, str] = (0.0, 0, "")
        for key, parts in self._texts:
            if not all(map(folded.__contains__, parts.exact)):
                continue
            for part in parts.loose:
                if part not in scores:
                    scores[part] = self._score(folded, part)
            # The worst part decides; of equals the longest text, which says the most.
            score = min((scores[part] for part in parts.loose), default=100.0)
            best = max(best, (score, parts.length, key))
        score, _, key = best
        return key if score >= self._threshold else None

    def _score(self, folded: str, part: str) -> float:
        # A short message would be "part of" any long text.
        if len(folded) < len(part) - 1:
            return 0.0
        return fuzz.partial_ratio(part, folded, score_cutoff=self._threshold)


def _parts(text: str) -> _Parts:
    parts = [fold(part) for part in text.split(_PART)]
    return _Parts(
        [part for part in parts if len(part) < _SHORTEST_WITH_SLIP],
        [part for part in parts if len(part) >= _SHORTEST_WITH_SLIP],
        sum(map(len, parts)),
    )
