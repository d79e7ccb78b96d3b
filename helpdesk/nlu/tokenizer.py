"""Splits Japanese with SudachiPy; the normalised form is the lemma."""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from sudachipy import Dictionary, SplitMode


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False
)
class SudachiTokenizer(Tokenizer):
    """Tokens keep the positions of the text as typed."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        mode = getattr(SplitMode, config["split_mode"])
        self._tokenizer = Dictionary(dict=config["dictionary"]).tokenizer(mode=mode)

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            # Short units: 契約者連携 falls into words that other sentences share.
            "split_mode": "A",
            # The package sudachidict_core; "small" and "full" are others.
            "dictionary": "core",
        }

    @staticmethod
    def required_packages() -> list[str]:
        return ["sudachipy", "sudachidict_core"]

    @staticmethod
    def supported_languages() -> list[str]:
        return ["ja"]

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        morphemes = self._tokenizer.tokenize(message.get(attribute))
        return [
            Token(
                morpheme.surface(),
                morpheme.begin(),
                lemma=morpheme.normalized_form().casefold(),
            )
            for morpheme in morphemes
            if morpheme.surface().strip()
        ]
