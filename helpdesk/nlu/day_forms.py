"""The forms in which customers name days, and the notation of each."""

from __future__ import annotations

import re
from collections.abc import Callable

from helpdesk.nlu.numerals import COUNT, NAMED_DAY, NUMBER, to_number

Parts = dict[str, str]

_WEEKDAYS = ["月", "火", "水", "木", "金", "土", "日"]
_KANA_WEEKDAYS = ["げつ", "か", "すい", "もく", "きん", "ど", "にち"]
_WEEKS = {"先々週": -2, "先先週": -2, "先週": -1, "せんしゅう": -1, "今週": 0}
_WEEKS |= {"再来週": 2, "さ来週": 2, "来週": 1}
_MONTHS = {"先々月": -2, "先月": -1, "今月": 0, "当月": 0, "再来月": 2, "来月": 1}
_YEARS = {"一昨年": -2, "おととし": -2, "昨年": -1, "去年": -1, "今年": 0, "来年": 1}
# The year before the first of an era, by kanji, letter, and one-character form.
_ERAS = {"令和": 2018, "令": 2018, "r": 2018, "㋿": 2018}
_ERAS |= {"平成": 1988, "平": 1988, "h": 1988, "㍻": 1988}
# A year of two digits: from here on of this century, before of the present era.
_FIRST_OF_CENTURY = 20
_COUNTS = ("ago", "named", "or", "few")
_DAYS_OF_UNIT = {"日": 1, "週": 7, "月": 30}

_MONTH, _DAY = r"(?:1[0-2]|0?[1-9])", r"(?:3[01]|[12]\d|0?[1-9])"
_CENTURY = r"(?:(?:19|20)\d\d|二[〇○零][〇○零一二三四五六七八九]{2})"
_SHORT_YEAR = (
    rf"(?:\d\d?(?=年)|[23]\d(?=/{_MONTH}/{_DAY}(?!\d)|\.{_MONTH}\.{_DAY}(?!\d)))"
)
_HYPHENS = "‐−ー-"
# No part of a longer number.
_ALONE = r"(?<![\d〇一二三四五六七八九十])"
_ABOUT = "(?:ほど|くらい|ぐらい|程度?|ばかり|位)"
_OR = "(?:[、,・~〜ー-]|か(?!月))"
# It arrived then: tells the 1st from "for one day", and 20日ごろ from "20 days or so".
_ARRIVES = "に?、?(?:届|来|着|とど|き[たてま]|メール|発送|出荷|もら|受)"
# What a number without 日 counts if it is no day.
_NO_UNIT = (
    r"(?![\d/:.a-z%-]|日[間後目]"
    r"|\s?(?:ギガ|メガ|[gm]b|[円時分人回件個台通名本度代年月歳枚点番号桁階倍割]))"
)
# What makes days of a number with 日 a duration or a rate.
_NO_DURATION = (
    r"(?![間後以目分毎弱強中酔締払~〜]|おき|ごと|ぶり|連続|無料|有効|しか|かか|待|使|坊主|未満|月(?!曜)"
    r"|た[っち]|経|過ぎ[てる]|すぎ[てる]|足らず|近く|で(?!す|し)|[もはが](?:待|かか|た[っち]|経|限|過)"
    rf"|前(?!後{_ARRIVES})|まえ|(?:{_ABOUT}|あたり)(?!{_ARRIVES})|に\d"
    r"|\s?\d+(?:\.\d+)?\s?(?:[gm]b?|ギガ|メガ|[円回通個台本人%件]))"
)
_ON_THE_FIRST = (
    rf"(?=$|[。、,!?\s」』)]|です|でし|だ[っよ]|付|の[朝昼夜夕午]|{_ARRIVES})"
)
# A kana word that is a day ends here; others begin with the same sounds: あすか,
# じゃあしたい, きょうだい.
_END = (
    r"(?=$|[はにもの、。,.!?…\s)」ー一-鿿]|から|まで|です|でし|だ[っよけ]|や"
    r"|き[たてま]|とど)"
)
_WORDS = {
    "day-3": "さきおととい|一昨[昨々]日",
    "day-2": "一昨日|一昨夜|おととい|おとつい|いっさくじつ",
    "day-1": (
        "昨日|昨夜|昨晩|作日|ゆうべ|さくじつ|さくや|さくばん|(?<!の)前日"
        # きのう is 機能, too.
        "|(?<![こそどあ]の)きのう(?!を|って|せい|は[何な])"
    ),
    "day+0": (
        "今日|(?<!日)本日|ほんじつ|今朝|今夜|今晩|今しがた|たった今|たったいま|先程|先ほど"
        "|さっき|さきほど|(?:今|いま)(?=届い|来[たてま]|き[たま]|とどい)"
        f"|(?<!べん)(?<!えい)(?<!とう)(?<!かん)(?<!てい)(?<!ょう)きょう(?:{_END}|(?=と[どっ]))"
        f"|(?<!だ)けさ{_END}"
    ),
    "day+3": "明々後日|しあさって",
    "day+2": "明後日|あさって",
    "day+1": f"明日|みょうにち|(?<![ゃまさな])あした{_END}|あす{_END}",
    "--01-01": "元日|元旦",
    "--12-31": "大晦日|大みそか",
}


def _any(words: dict[str, int]) -> str:
    # The longer ones stand first in the tables above.
    return f"(?:{'|'.join(words)})"


def _ago(part: Parts) -> str:
    # Of 2、3日前 the nearer: linking opens after the mail, so the later day is never
    # promised too early.
    counts = [to_number(part[key]) for key in _COUNTS if key in part]
    return f"day-{min(counts) * _DAYS_OF_UNIT[part.get('unit', '日')[-1]]}"


def _full_date(part: Parts) -> str:
    if "era" in part:
        number = 1 if part["of_era"] == "元" else to_number(part["of_era"])
        year = _ERAS[part["era"]] + number
    elif "century" in part:
        year = to_number(part["century"])
    else:
        year = to_number(part["short"])
        year += 2000 if year >= _FIRST_OF_CENTURY else _ERAS["令和"]
    return f"{year}-{_two(part['month'])}-{_two(part['day'])}"


def _date(part: Parts) -> str:
    years = f"year{_YEARS[part['years']]:+}" if "years" in part else ""
    return f"{years}--{_two(part['month'])}-{_two(part['day'])}"


def _day_of_month(part: Parts) -> str:
    months = f"month{_MONTHS[part['months']]:+}" if "months" in part else ""
    day = "last" if "last" in part else _two(part.get("day", "1"))
    return f"{months}---{day}"


def _weekday(part: Parts) -> str:
    weeks = f"week{_WEEKS[part['weeks']]:+}" if "weeks" in part else ""
    known = _WEEKDAYS if "kanji" in part else _KANA_WEEKDAYS
    return f"{weeks}weekday{known.index(part.get('kanji') or part['kana']) + 1}"


def _two(number: str) -> str:
    return f"{to_number(number):02}"


def _always(notation: str) -> Callable[[Parts], str]:
    return lambda _: notation


# Longer forms stand before the shorter ones that they contain. Each with the reader of
# its named parts.
_FORMS: list[tuple[str, Callable[[Parts], str]]] = [
    (
        (
            rf"{_ALONE}(?<![月/.])"
            rf"(?:(?P<or>{COUNT})(?:日|週間?)?{_OR}"
            r"|(?P<few>[一二三四五六七八])(?=[二三四五六七八九](?:日|週)))?"
            rf"(?:(?P<ago>{COUNT})(?P<unit>日|週|[かヶケカ箇]月)間?|(?P<named>{NAMED_DAY}))"
            rf"{_ABOUT}?(?:前|まえ)(?![後倒])"
        ),
        _ago,
    ),
    (rf"半月{_ABOUT}?(?:前|まえ)", _always("day-15")),
    ("先週の(?:今日|きょう)", _always("day-7")),
    (
        (
            rf"(?<![\da-z/.-])"
            rf"(?:(?P<era>{_any(_ERAS)})(?P<of_era>元|{COUNT})(?=[年/.])"
            rf"|'?(?P<century>{_CENTURY})(?=[年/.{_HYPHENS}])|'?(?P<short>{_SHORT_YEAR}))"
            rf"[年/.{_HYPHENS}]の?\s?(?P<month>{COUNT})[月/.{_HYPHENS}]の?\s?"
            rf"(?P<day>{NUMBER})(?![\d/.-])日?"
        ),
        _full_date,
    ),
    (
        (
            rf"(?:(?P<years>{_any(_YEARS)})の?、?)?{_ALONE}(?P<month>{COUNT})\s?月の?\s?"
            rf"(?:(?P<day>{NUMBER}(?=\s?日(?!間))|{NAMED_DAY}|\d\d?{_NO_UNIT})(?:\s?日)?)"
        ),
        _date,
    ),
    (
        (
            rf"(?:(?P<years>{_any(_YEARS)})の?)?"
            rf"(?<![\da-z/.:#-])(?P<month>{_MONTH})/(?P<day>{_DAY}){_NO_UNIT}日?"
        ),
        _date,
    ),
    (
        rf"(?<![\da-z/.:#第-])(?P<month>{_MONTH})[-・ー](?P<day>[0-3]\d){_NO_UNIT}(?!日)",
        _date,
    ),
    (
        (
            rf"(?P<months>{_any(_MONTHS)})の?、?\s?(?:(?P<day>{NUMBER}(?=日(?!間|後|以)))日"
            rf"|(?P<named>{NAMED_DAY})|初め|はじめ|頭|初日|(?P<last>末日?|終わり))"
        ),
        lambda part: _day_of_month(
            part | {"day": part.get("day") or part.get("named", "1")}
        ),
    ),
    (
        rf"{_ALONE}(?<![今毎先来々\d])(?:(?P<last>月末)|月初め?|月はじめ)",
        _day_of_month,
    ),
    ("先週の?(?:週末|末)", _always("week-1weekday7")),
    ("(?<!来)週明け", _always("weekday1")),
    (
        (
            "(?<!毎)(?<!毎週)(?<!毎週の)(?<!次の)(?<!今度の)"
            rf"(?:(?P<weeks>{_any(_WEEKS)})の?、?)?"
            rf"(?:(?P<kanji>{'|'.join(_WEEKDAYS)})曜日?"
            rf"|(?P<kana>{'|'.join(_KANA_WEEKDAYS)})よう(?:び|日))"
        ),
        _weekday,
    ),
    *((words, _always(notation)) for notation, words in _WORDS.items()),
    (
        (
            rf"{_ALONE}(?<![/月毎第数何丸約:~〜ー.-])(?<!毎月の)(?<!あと)(?<!残り)(?<!のこり)(?<!ここ)"
            rf"(?:(?P<day>(?![1一]日){NUMBER})日{_NO_DURATION}|[1一]日{_ON_THE_FIRST}"
            r"|(?P<named>ついたち|はつか(?!ね)))"
        ),
        lambda part: _day_of_month(
            part | {"day": part.get("day") or part.get("named", "1")}
        ),
    ),
]

_READERS = [(re.compile(pattern), read) for pattern, read in _FORMS]
# With what a day can begin, looked at first: most places in a text are passed at once.
_BEGINS = (
    r"(?=[\d〇一二三四五六七八九十令平rh㋿㍻'半先今当来再昨去月週火水木金土日作本明元大前]"
    "|さ来|[あいおかきけげこさしすせたつとどにはふほみむもゆよ]"
    "[あいうおきくこさしすちつっとのまもょよん])"
)
# All in one, for speed; the parts are named once a form is known to match.
_ANY_FORM = re.compile(
    f"{_BEGINS}(?:"
    + "|".join(
        f"(?P<form{at}>{re.sub('[(][?]P<[a-z_]+>', '(?:', pattern)})"
        for at, (pattern, _) in enumerate(_FORMS)
    )
    + ")"
)


def find_day_forms(folded: str) -> list[tuple[str, int, int]]:
    """Notation, start and end of each day that the folded text names."""
    found = []
    for match in _ANY_FORM.finditer(folded):
        pattern, read = _READERS[int(str(match.lastgroup).removeprefix("form"))]
        parts = pattern.match(folded, match.start())
        if parts is not None:
            said = {key: value for key, value in parts.groupdict().items() if value}
            found.append((read(said), *match.span()))
    return found
