"""Splits Japanese with SudachiPy; the normalised form is the lemma."""

from __future__ import annotations

from typing import Any

import rasa.shared.utils.io
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from sudachipy import Dictionary, SplitMode

from helpdesk.domain import privacy, user_code
from helpdesk.nlu import reading, rewriting, text
from helpdesk.nlu.fingerprint import ReadsCatalog, fingerprint_of
from helpdesk.nlu.reading import in_hiragana
from helpdesk.nlu.rewriting import Rewritten, Synonyms
from helpdesk.nlu.text import CODE_WORD, stand_ins

# What a token carries beside its lemma: how it is read, in hiragana.
READING = "reading"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False
)
class SudachiTokenizer(ReadsCatalog, Tokenizer):
    """Tokens keep the positions of the text as typed.

    Lemma and reading are those of the text with each user code as one word and each
    spelling of data/catalog/synonyms.yml as the word that it stands for.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        mode = getattr(SplitMode, config["split_mode"])
        self._tokenizer = Dictionary(dict=config["dictionary"]).tokenizer(mode=mode)
        self._synonyms = Synonyms(rasa.shared.utils.io.read_yaml_file(config["file"]))

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            # Short units: 契約者連携 falls into words that other sentences share.
            "split_mode": "A",
            # The package sudachidict_core; "small" and "full" are others.
            "dictionary": "core",
            "file": "data/catalog/synonyms.yml",
        }

    @staticmethod
    def required_packages() -> list[str]:
        return ["sudachipy", "sudachidict_core"]

    @staticmethod
    def supported_languages() -> list[str]:
        return ["ja"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        called = (text, reading, rewriting, privacy, user_code)
        return fingerprint_of(*called, cls.catalog(config))

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        typed = message.get(attribute)
        rewritten = self._rewrite(typed)
        return [
            self._token(rewritten, morpheme)
            for morpheme in self._tokenizer.tokenize(rewritten.text)
            if morpheme.surface().strip()
        ]

    def _rewrite(self, typed: str) -> Rewritten:
        # Between spaces nothing melts into them.
        others = [(start, end, f" {word} ") for start, end, word in stand_ins(typed)]
        return Rewritten(typed, self._synonyms.find(typed, beside=others) + others)

    @staticmethod
    def _token(rewritten: Rewritten, morpheme: Any) -> Token:
        start, end = rewritten.as_typed(morpheme.begin(), morpheme.end())
        surface = morpheme.surface()
        if surface == CODE_WORD:
            read = CODE_WORD
        else:
            read = in_hiragana(morpheme.reading_form() or surface)
        return Token(
            rewritten.typed[start:end],
            start,
            end,
            data={READING: read},
            lemma=morpheme.normalized_form().casefold(),
        )
