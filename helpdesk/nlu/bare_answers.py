"""Marks short answers, as data/catalog/bare_answers.yml has them: はい, それ, 2番目."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
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
from helpdesk.nlu.reading import HIRAGANA

# Skin colours of emoji, and what joins and varies them.
_VARIATIONS = re.compile("[\U0001f3fb-\U0001f3ff\ufe0e\ufe0f\u200d♀♂]")
# A longer message says more than a short answer.
_LONGEST = 40


class BareAnswers:
    """Reads whole messages: what kind of short answer they are, if any.

    The kinds are those of the catalog's `said`, and `that`, `resume`, `place:2` (from
    1; -1 is the last one, 0 the middle) and `number:2` for a number alone.
    """

    def __init__(self, words: dict[str, Any]) -> None:
        self._said = {
            _fold(phrase): kind
            for kind, phrases in words["said"].items()
            for phrase in phrases
        }
        self._fillers = sorted(map(_fold, words["fillers"]), key=len, reverse=True)
        endings = f"{_any(words['endings'])}*"
        self._that = re.compile(f"{_any(words['that'])}+{endings}")
        self._places = {
            re.compile(f"{_any(names)}{endings}"): place
            for place, names in words["places"].items()
        }
        self._numerals = {
            _fold(name): number
            for number, names in words["numerals"].items()
            for name in names
        }
        counter = _any(words["counters"])
        self._order = re.compile(
            f"(?:{_any(words['from_above'])}|(?P<below>{_any(words['from_below'])}))?"
            f"(?:(?P<digit>[0-9]{{1,2}})|(?P<numeral>{_any(self._numerals)}))"
            f"(?P<counter>{counter})?{endings}"
        )
        resume = words["resume"]
        when, what = _any(resume["when"]), _any(resume["what"])
        self._resume = re.compile(
            f"(?:{when}の?)*(?:{what}の?)?{_any(resume['words'])}"
            f"{_any(resume['endings'])}*"
        )

    def read(self, text: str) -> str | None:
        folded = _fold(text)
        if not folded or len(folded) > _LONGEST:
            return None
        return self._kind(folded) or self._kind(self._without_fillers(folded))

    def _kind(self, folded: str) -> str | None:
        if folded in self._said:
            return self._said[folded]
        if not any(each.isalnum() for each in folded):
            return self._of_symbols(folded)
        if self._that.fullmatch(folded):
            return "that"
        if self._resume.fullmatch(folded):
            return "resume"
        for pattern, place in self._places.items():
            if pattern.fullmatch(folded):
                return f"place:{place}"
        return self._counted(folded)

    def _of_symbols(self, folded: str) -> str | None:
        """The kind of 🙅💦: of the only symbols that say something."""
        kinds = {self._said[each] for each in folded if each in self._said}
        return kinds.pop() if len(kinds) == 1 else None

    def _counted(self, folded: str) -> str | None:
        found = self._order.fullmatch(folded)
        if found is None:
            return None
        if not found["counter"]:
            # A numeral alone is a syllable of many words.
            return f"number:{int(found['digit'])}" if found["digit"] else None
        number = int(found["digit"] or self._numerals[found["numeral"]])
        return f"place:{-number if found['below'] else number}"

    def _without_fillers(self, folded: str) -> str:
        filler = next((each for each in self._fillers if folded.startswith(each)), None)
        return folded if filler is None else folded[len(filler) :]


def _fold(text: str) -> str:
    """As it is compared. Symbols count only where nothing else stands, each once."""
    plain = unicodedata.normalize("NFKC", _VARIATIONS.sub("", text)).casefold()
    letters = "".join(each for each in plain if each.isalnum() or each in "ー々")
    if not letters:
        symbols = [each for each in plain if unicodedata.category(each)[0] == "S"]
        return "".join(dict.fromkeys(symbols))
    return letters.translate(HIRAGANA)


def _any(words: Iterable[str]) -> str:
    """A group of these words, the longest first."""
    folded = sorted({_fold(word) for word in words}, key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, folded))})"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False
)
class BareAnswerExtractor(ReadsCatalog, GraphComponent, EntityExtractorMixin):
    """Entity `bare_answer`: the kind of the whole message, as BareAnswers reads it."""

    def __init__(self, answers: BareAnswers) -> None:
        self._answers = answers

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"file": "data/catalog/bare_answers.yml"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> BareAnswerExtractor:
        return cls(BareAnswers(rasa.shared.utils.io.read_yaml_file(config["file"])))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            kind = self._answers.read(text)
            entities = message.get(ENTITIES, [])
            if kind is not None:
                whole = {
                    "entity": "bare_answer",
                    "value": kind,
                    "start": 0,
                    "end": len(text),
                }
                entities = entities + self.add_extractor_name([whole])
            message.set(ENTITIES, entities, add_to_output=True)
        return messages
