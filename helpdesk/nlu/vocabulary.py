"""Marks the words of data/catalog/vocabulary.yml: channel, relation, anger and more."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from operator import add
from typing import Any

import rasa.shared.utils.io
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from helpdesk.nlu.fingerprint import ReadsCatalog
from helpdesk.nlu.near_words import NearWords
from helpdesk.nlu.text import fold_keeping_positions

_NOTHING = "-"
# A name of a list of words: <carrier>.
_LIST = re.compile("<[a-z]+>")
# Words are looked up by their first characters, most of which begin none.
_START = 2
# A slip is looked for in names from this length on; words with hiragana in them are
# verbs and phrases, where one character turns the meaning: 届いた, 届いたら.
_SHORTEST_WITH_SLIP = 5
_LOOKED_AT_FOR_SLIPS = 200
_HIRAGANA = re.compile("[ぁ-ん]")

Content = Mapping[str, Mapping[str, Sequence[str]]]
Words = dict[str, dict[str, list[str]]]


def spell_out(content: Content) -> Words:
    """The words without the lists, each of whose names is replaced by its words."""
    lists = {
        name: next(iter(values.values()))
        for name, values in content.items()
        if _LIST.fullmatch(name)
    }
    return {
        entity: {
            value: [each for word in words for each in _spelled_out(word, lists)]
            for value, words in values.items()
        }
        for entity, values in content.items()
        if entity not in lists
    }


def _spelled_out(word: str, lists: Mapping[str, Sequence[str]]) -> list[str]:
    name = _LIST.search(word)
    if name is None:
        return [word]
    return [word.replace(name[0], each) for each in lists[name[0]]]


# Start, end, entity and value.
_Match = tuple[int, int, str, str]


class Vocabulary:
    """Words by entity and value: {"relation": {"奥さま": ["妻", "嫁"]}}.

    The value "-" names words that only contain another: 大丈夫 is no 夫.
    """

    def __init__(self, content: Content) -> None:
        self._meanings: dict[str, list[tuple[str, str]]] = {}
        # The lengths of the words that begin with these two, or are this one.
        self._lengths: dict[str, set[int]] = {}
        self._slips: NearWords[tuple[str, str]] = NearWords()
        for entity, values in spell_out(content).items():
            for value, words in values.items():
                for word in words:
                    self._add(fold_keeping_positions(word), entity, value)

    def _add(self, word: str, entity: str, value: str) -> None:
        # Half-width kana fold to a letter and its mark apart: NFD writes them so too.
        for each in {word, unicodedata.normalize("NFD", word)}:
            self._meanings.setdefault(each, []).append((entity, value))
            self._lengths.setdefault(each[:_START], set()).add(len(each))
        if len(word) >= _SHORTEST_WITH_SLIP and not _HIRAGANA.search(word):
            self._slips.add(word, (entity, value))

    def find(self, text: str) -> list[dict[str, Any]]:
        """The entities in order, those of one kind never overlapping."""
        folded = fold_keeping_positions(text)
        # The longest word first: お母さん is not 母, まだ届いていない is not 届いて.
        found = sorted(self._matches(folded), key=lambda match: match[0] - match[1])
        found += self._near(folded)
        # A bit for each character that is in a word of this kind.
        taken: dict[str, int] = {}
        named = []
        for start, end, entity, value in found:
            places = (1 << (end - start)) - 1 << start
            if taken.get(entity, 0) & places:
                continue
            taken[entity] = taken.get(entity, 0) | places
            if value != _NOTHING:
                named.append(
                    {"entity": entity, "value": value, "start": start, "end": end}
                )
        return sorted(named, key=lambda each: (each["start"], each["entity"]))

    def _near(self, folded: str) -> list[_Match]:
        """Words with a slip in the end of the text, which bounds the time."""
        skipped = max(len(folded) - _LOOKED_AT_FOR_SLIPS, 0)
        return [
            (skipped + start, skipped + end, *meaning)
            for start, end, meaning in self._slips.find(folded[skipped:])
        ]

    def _matches(self, folded: str) -> list[_Match]:
        found = []
        for start, first_two in enumerate(map(add, folded, folded[1:] + " ")):
            for known in (first_two, first_two[0]):
                for length in self._lengths.get(known, ()):
                    word = folded[start : start + length]
                    if word in self._meanings:
                        end = start + len(word)
                        if not (word.isascii() and _cuts_a_word(folded, start, end)):
                            found += [
                                (start, end, *meaning)
                                for meaning in self._meanings[word]
                            ]
        return found


def _cuts_a_word(folded: str, start: int, end: int) -> bool:
    """Whether a Latin word goes on beyond the span."""
    return any(
        0 < at < len(folded)
        and "a" <= folded[at - 1] <= "z"
        and "a" <= folded[at] <= "z"
        for at in (start, end)
    )


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False
)
class VocabularyExtractor(ReadsCatalog, GraphComponent, EntityExtractorMixin):
    """Marks words loosely typed in any width; the value is the catalog's."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"file": "data/catalog/vocabulary.yml"}

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
