"""Marks days as customers name them, in the notation of domain.relative_day."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from helpdesk.nlu.text import fold_keeping_positions

# In this order: 一昨日 must be tried before 昨日 that stands in it.
_WORDS = {
    "day-3": "さきおととい|一昨昨日",
    "day-2": "一昨日|おととい|おとつい",
    "day-1": "昨日|きのう|昨夜|昨晩|ゆうべ|前日",
    "day+0": "今日|本日|きょう|今朝|けさ|さっき|先ほど|さきほど|先程|たった今|今しがた",
    "day+2": "明後日|あさって",
    "day+1": "明日|あした|あす|翌日",
    "day-7": "一週間前|1週間前|先週の今日",
}
_KANJI = {kanji: number for number, kanji in enumerate("〇一二三四五六七八九十")}
_NUMBER = r"\d{1,2}|[一二三四五六七八九十]{1,2}"
_WEEKDAYS = "月火水木金土日"
_WEEKS = {"先々週": -2, "先先週": -2, "先週": -1, "今週": 0, "来週": 1}
_FIRST_YEAR_OF_REIWA = 2019

# Longer forms stand before the shorter ones that they contain.
_DAY = re.compile(
    "|".join(
        [
            rf"(?P<ago>{_NUMBER})日(?:ほど|くらい|ぐらい)?前",
            (
                r"(?:(?P<year>\d{4})[年/.-]|令和(?P<reiwa>\d{1,2})年)"
                r"(?P<ymonth>\d{1,2})[月/.-](?P<yday>\d{1,2})日?"
            ),
            r"(?P<month>\d{1,2})(?:月|/)(?P<day>\d{1,2})日?(?![\d/])",
            rf"(?:(?P<week>{'|'.join(_WEEKS)})の?)?(?P<weekday>[{_WEEKDAYS}])曜日?",
            *(f"(?P<word{n}>{words})" for n, words in enumerate(_WORDS.values())),
            r"(?<![\d/月])(?P<alone>\d{1,2})日(?!前|後|間|以内|ほど|くらい|ぐらい|目)",
        ]
    )
)


def find_days(text: str) -> list[tuple[str, int, int]]:
    """Notation, start and end (positions as typed) of each day that is named."""
    return [
        (_notation(match), match.start(), match.end())
        for match in _DAY.finditer(fold_keeping_positions(text))
    ]


def _notation(match: re.Match[str]) -> str:
    part = match.groupdict()
    if part["ago"]:
        return f"day-{_number(part['ago'])}"
    if part["ymonth"]:
        year = part["year"] or _FIRST_YEAR_OF_REIWA - 1 + int(part["reiwa"])
        return f"{year}-{int(part['ymonth']):02}-{int(part['yday']):02}"
    if part["month"]:
        return f"--{int(part['month']):02}-{int(part['day']):02}"
    if part["weekday"]:
        weekday = f"weekday{_WEEKDAYS.index(part['weekday']) + 1}"
        return f"week{_WEEKS[part['week']]:+}{weekday}" if part["week"] else weekday
    if part["alone"]:
        return f"---{int(part['alone']):02}"
    return next(
        notation for number, notation in enumerate(_WORDS) if part[f"word{number}"]
    )


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    if len(text) == 1:
        return _KANJI[text]
    tens, ones = text
    return (10 if tens == "十" else _KANJI[tens] * 10) + (
        0 if ones == "十" else _KANJI[ones]
    )


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
