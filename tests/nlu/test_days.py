"""Days as customers name them, and their notation."""

from __future__ import annotations

from datetime import date

import pytest
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from helpdesk.domain.relative_day import resolve_day
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
    "二十日": "---20",
    "十一月二十五日": "--11-25",
    "二〇二六年十一月二十日": "2026-11-20",
    "十一月二五日": "--11-25",
    "令和元年5月1日": "2019-05-01",
    "平成31年4月1日": "2019-04-01",
    "R8.11.20": "2026-11-20",
    "H31/4/1": "2019-04-01",
    "R8年11月20日": "2026-11-20",
    "令和八年十一月二十日": "2026-11-20",
    "㋿8年11月20日": "2026-11-20",
    "2026ー11ー20": "2026-11-20",
    "2026.11.20": "2026-11-20",
    "26/11/20": "2026-11-20",
    "26年11月20日": "2026-11-20",
    "8年11月20日": "2026-11-20",
    "先週の金曜": "week-1weekday5",
    "今週の月曜日": "week+0weekday1",
    "来週火曜": "week+1weekday2",
    "金曜": "weekday5",
    "先々週の金曜日": "week-2weekday5",
    "きんようび": "weekday5",
    "先週のどようび": "week-1weekday6",
    "再来週の木曜": "week+2weekday4",
    "先週末": "week-1weekday7",
    "週明け": "weekday1",
    "昨晩": "day-1",
    "ゆうべ": "day-1",
    "作日": "day-1",
    "一昨々日": "day-3",
    "けさ": "day+0",
    "先程": "day+0",
    "今晩": "day+0",
    "あす": "day+1",
    "しあさって": "day+3",
    "2、3日前": "day-2",
    "二三日前": "day-2",
    "2~3日前": "day-2",
    "2〜3日前": "day-2",
    "二、三日前": "day-2",
    "3日か4日前": "day-3",
    "5,6日前": "day-5",
    "2-3日前": "day-2",
    "10日程前": "day-10",
    "みっか前": "day-3",
    "ふつかまえ": "day-2",
    "3日位前": "day-3",
    "2週間前": "day-14",
    "二週間ほど前": "day-14",
    "1~2週間前": "day-7",
    "半月前": "day-15",
    "半月ほど前": "day-15",
    "1か月前": "day-30",
    "一ヶ月くらい前": "day-30",
    "先月の25日": "month-1---25",
    "今月20日": "month+0---20",
    "来月1日": "month+1---01",
    "先月二十五日": "month-1---25",
    "先月末": "month-1---last",
    "月末": "---last",
    "月初": "---01",
    "今月の初め": "month+0---01",
    "今月ついたち": "month+0---01",
    "先々月の3日": "month-2---03",
    "11-20": "--11-20",
    "11・20": "--11-20",
    "11月20": "--11-20",
    "11月 20日": "--11-20",
    "11月の20日": "--11-20",
    "1日": "---01",
    "ついたち": "---01",
    "はつか": "---20",
    "去年の12月31日": "year-1--12-31",
    "昨年12/31": "year-1--12-31",
    "今年の1月5日": "year+0--01-05",
    "元日": "--01-01",
    "大晦日": "--12-31",
    "11月みっか": "--11-03",
    "2月30日": "--02-30",
}


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_find_days_gives_the_notation(text: str):
    assert find_days(text) == [(EXPRESSIONS[text], 0, len(text))]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_find_days_sees_through_full_width(text: str):
    wide = "".join(
        chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text
    )

    found = find_days(f"㌔😀「{wide}」に届きました")

    assert found == [(EXPRESSIONS[text], 3, 3 + len(text))]


# Durations, rates, amounts, times, other numbers, and words that only contain a day.
NO_DAYS = [
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
    "1日100MB",
    "データは1日1GBまでですか",
    "10時",
    "2台",
    "第3",
    "iOS 17.1.2",
    "Android12",
    "3,000円",
    "1,078円",
    "03-1234-5678",
    "0120-11-2020",
    "10:30",
    "15時30分",
    "24/7",
    "10/20GB",
    "5-10GB",
    "10-12時",
    "3日たっても届かない",
    "3日待ってる",
    "3日も経った",
    "3日で届きますか",
    "10日ほどかかる",
    "2日で届いた",
    "30日有効",
    "1日中つながらない",
    "1日に何回",
    "1日あたり",
    "一日に1ギガ",
    "一日中",
    "一日待った",
    "三日坊主",
    "毎月20日",
    "毎月25日締め",
    "20日締め",
    "27日払い",
    "毎週金曜",
    "残り3日",
    "あと10日",
    "数日前",
    "何日か前",
    "先日",
    "後日",
    "当日",
    "翌日",
    "発送の翌日から",
    "発送の前日",
    "先週",
    "来週",
    "今週",
    "平日",
    "土日",
    "祝日",
    "あすかと申します",
    "じゃあしたいです",
    "じゃあすみません",
    "まあすぐに",
    "きょうだいで",
    "べんきょう",
    "とうきょう",
    "えいきょう",
    "このきのうは何",
    "きのうって何",
    "だけさせて",
    "かけさせて",
    "きょうみがある",
    "1120",
    "20261120",
    "2468-1357-9024-6813-1",
    "3営業日",
    "http://x.jp/11/20",
    "v1.2.3",
    "1-2",
    "第1-11",
    "3か月",
    "3ヶ月無料",
    "一か月",
    "20代",
    "11月",
    "2026年",
    "2026年11月",
    "11月分",
    "昨年",
    "今",
    "今すぐ",
    "今どこ",
    "いまいち",
    "月額",
    "1日100MBまで",
    "7日間無料",
    "5日分",
    "10日~20日かかりますか",
    "12-10GB",
    "4-5人",
    "次の金曜",
    "3週間後",
    "2週間待ち",
    "一週間",
    "3番",
    "下4桁が1120",
    "末尾1120",
    "1234のほう",
    "2月分",
    "三日月",
    "にちようひん",
    "かよ",
]


@pytest.mark.parametrize("text", NO_DAYS)
def test_what_is_no_day_is_left_alone(text: str):
    assert find_days(text) == []


# Each message with the days in it: the notation and the words as typed.
IN_MESSAGES = {
    "11月20日(金)に来た": [("--11-20", "11月20日")],
    "11/20（金）届きました": [("--11-20", "11/20")],
    "20日㈮に": [("---20", "20日")],
    "きのうの夜に届いた": [("day-1", "きのう")],
    "昨日の夜": [("day-1", "昨日")],
    "けさ届いた": [("day+0", "けさ")],
    "きょうとどいた": [("day+0", "きょう")],
    "昨日、11/22に": [("day-1", "昨日"), ("--11-22", "11/22")],
    "20日10時に届いた": [("---20", "20日")],
    "11/20 15:30に": [("--11-20", "11/20")],
    "今月1日に届きました": [("month+0---01", "今月1日")],
    "1日に届いた": [("---01", "1日")],
    "20日ごろ届きました": [("---20", "20日")],
    "20日くらいに届いた": [("---20", "20日")],
    "20日前後に届いた": [("---20", "20日")],
    "今来ました": [("day+0", "今")],
    "いま届いた": [("day+0", "いま")],
    "来たのきのうやで": [("day-1", "きのう")],
    "じゃあきのう来たやつは": [("day-1", "きのう")],
    "まだ10日なのに": [("---10", "10日")],
    "火曜日と木曜日": [("weekday2", "火曜日"), ("weekday4", "木曜日")],
    "一昨日か昨日": [("day-2", "一昨日"), ("day-1", "昨日")],
    "三日前にネットから申し込んで今朝メールが届きました": [
        ("day-3", "三日前"),
        ("day+0", "今朝"),
    ],
    "発送メールが11月20日に来ました": [("--11-20", "11月20日")],
    "えっと令和8年の11月20日です": [("2026-11-20", "令和8年の11月20日")],
    "あすから使えますか": [("day+1", "あす")],
    "11月3日前後に届いた": [("--11-03", "11月3日")],
    "20日には来てた": [("---20", "20日")],
    "20日が発送日": [("---20", "20日")],
    "1日です": [("---01", "1日")],
    "届いたのは一日の朝": [("---01", "一日")],
    "20日の朝": [("---20", "20日")],
    "3日でした": [("---03", "3日")],
    "さっきメール来たで": [("day+0", "さっき")],
    "先週木曜に来てん": [("week-1weekday4", "先週木曜")],
    "今週の火曜やったと思う": [("week+0weekday2", "今週の火曜")],
}


@pytest.mark.parametrize("text", IN_MESSAGES)
def test_days_are_found_within_messages(text: str):
    found = [(day, text[start:end]) for day, start, end in find_days(text)]

    assert found == IN_MESSAGES[text]


@pytest.mark.parametrize("notation", sorted(set(EXPRESSIONS.values()) - {"--02-30"}))
def test_every_notation_is_understood(notation: str):
    assert resolve_day(notation, date(2026, 11, 30))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "火曜日と木曜日",
            [("weekday2", 0, 3), ("weekday4", 4, 7)],
            id="two weekdays",
        ),
        pytest.param("20日（金）", [("---20", 0, 3)], id="weekday in brackets"),
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
