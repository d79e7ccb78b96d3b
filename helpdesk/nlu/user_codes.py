"""Marks user codes, and the vault tokens that stand for them."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from helpdesk.domain.user_code import find_code_tokens, find_user_codes


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False
)
class UserCodeExtractor(GraphComponent, EntityExtractorMixin):
    """Marks every user code: the value half-width, start and end in the text as typed.

    The role tells the right length from wrong ones; a token's form is not known here.
    """

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> UserCodeExtractor:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            found = [
                {
                    "entity": "user_code",
                    "role": "well_formed" if code.is_well_formed else "malformed",
                    "value": code.value,
                    "start": code.start,
                    "end": code.end,
                }
                for code in find_user_codes(text)
            ]
            found += [
                {
                    "entity": "user_code",
                    "value": token.value,
                    "start": token.start,
                    "end": token.end,
                }
                for token in find_code_tokens(text)
            ]
            entities = message.get(ENTITIES, []) + self.add_extractor_name(found)
            message.set(ENTITIES, entities, add_to_output=True)
        return messages
