"""Days as customers name them, and their notation."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from helpdesk.nlu.days import DayExtractor, find_days

# Each expression is a whole: its span is all of it.
EXPRESSIONS = {
    "今日": "day+0",
    "本日": "day+0",
    "きょう": "day+0",
    "今朝": "day+0",
    "さっき": "day+0",
    "先ほど": "day+0",
    "昨日": "day-1",
    "きのう": "day-1",
    "昨夜": "day-1",
    "前日": "day-1",
    "一昨日": "day-2",
    "おととい": "day-2",
    "一昨昨日": "day-3",
    "さきおととい": "day-3",
    "明日": "day+1",
    "あした": "day+1",
    "明後日": "day+2",
    "あさって": "day+2",
    "3日前": "day-3",
    "三日前": "day-3",
    "十日前": "day-10",
    "十二日前": "day-12",
    "二十日前": "day-20",
    "2日くらい前": "day-2",
    "3日ほど前": "day-3",
    "一週間前": "day-7",
    "先週の今日": "day-7",
    "2026年11月20日": "2026-11-20",
    "2026/11/20": "2026-11-20",
    "2026-11-20": "2026-11-20",
    "2026.1.5": "2026-01-05",
    "令和8年11月20日": "2026-11-20",
    "11月20日": "--11-20",
    "11/20": "--11-20",
    "1月5日": "--01-05",
    "20日": "---20",
    "5日": "---05",
    "金曜日": "weekday5",
    "日曜": "weekday7",
    "先週の金曜日": "week-1weekday5",
    "先週金曜": "week-1weekday5",
    "先々週の火曜日": "week-2weekday2",
    "今週の月曜": "week+0weekday1",
    "来週水曜日": "week+1weekday3",
}


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_find_days_gives_the_notation(text: str):
    assert find_days(text) == [(EXPRESSIONS[text], 0, len(text))]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_find_days_sees_through_full_width(text: str):
    wide = "".join(
        chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text
    )

    found = find_days(f"㌔😀「{wide}」に来ました")

    assert found == [(EXPRESSIONS[text], 3, 3 + len(text))]


@pytest.mark.parametrize(
    "text",
    [
        "3日間",
        "3日後",
        "3日以内",
        "3日目",
        "10日くらいかかりますか",
        "090-1234-5678",
        "24681357902468131",
        "11/20/2026",
        "24時間",
        "17桁",
        "日本人",
        "先月",
        "",
    ],
)
def test_what_is_no_day_is_left_alone(text: str):
    assert find_days(text) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("データは1日1GBまでですか", id="an amount per day"),
        pytest.param("あすかと申します", id="a name that begins with あす"),
    ],
)
@pytest.mark.xfail(strict=True, reason="helpdesk/nlu/days.py: read as a day")
def test_what_only_looks_like_a_day_is_left_alone(text: str):
    assert find_days(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "火曜日と木曜日",
            [("weekday2", 0, 3), ("weekday4", 4, 7)],
            id="two weekdays",
        ),
        pytest.param("20日（金）", [("---20", 0, 3)], id="weekday in brackets"),
        pytest.param("3日か4日前", [("---03", 0, 2), ("day-4", 3, 6)], id="either"),
        pytest.param(
            "一昨日か昨日",
            [("day-2", 0, 3), ("day-1", 4, 6)],
            id="昨日 stands in 一昨日",
        ),
    ],
)
def test_find_days_gives_all_in_order(text: str, expected: list[tuple[str, int, int]]):
    assert find_days(text) == expected


def test_day_extractor_marks_days_beside_what_others_have_marked():
    other = {"entity": "arrival", "value": "arrived", "start": 6, "end": 9}
    message = Message({TEXT: "メールは昨日届いた", ENTITIES: [other]})

    DayExtractor().process([message])

    assert message.get(ENTITIES) == [
        other,
        {
            "entity": "day",
            "value": "day-1",
            "start": 4,
            "end": 6,
            "extractor": "DayExtractor",
        },
    ]
