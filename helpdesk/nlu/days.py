"""Marks days as customers name them, in the notation of domain.relative_day."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from helpdesk.nlu.day_forms import find_day_forms
from helpdesk.nlu.text import fold_keeping_positions


def find_days(text: str) -> list[tuple[str, int, int]]:
    """Notation, start and end (positions as typed) of each day that is named."""
    return find_day_forms(fold_keeping_positions(text))


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False
)
class DayExtractor(GraphComponent, EntityExtractorMixin):
    """Entity `day`: which day it is, is decided later, against the clock."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DayExtractor:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            found = [
                {"entity": "day", "value": notation, "start": start, "end": end}
                for notation, start, end in find_days(message.get(TEXT) or "")
            ]
            entities = message.get(ENTITIES, []) + self.add_extractor_name(found)
            message.set(ENTITIES, entities, add_to_output=True)
        return messages
