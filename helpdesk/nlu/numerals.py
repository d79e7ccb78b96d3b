"""Small numbers as customers write them: 20, 二十, 二五, and days with a name."""

from __future__ import annotations

_DIGITS = "〇一二三四五六七八九"
_TEN = "十"

_DIGIT = f"[{_DIGITS[1:]}]"
# Up to 99: a slip like 二月四十日 is seen, and answered as a day that does not exist.
COUNT = rf"(?:\d{{1,2}}|{_DIGIT}?{_TEN}{_DIGIT}?|{_DIGIT})"
# With 二五 for 25, too.
NUMBER = rf"(?:\d{{1,2}}|{_DIGIT}?{_TEN}{_DIGIT}?|[一二三][{_DIGITS}○零]|{_DIGIT})"
# Without いつか and なのか, which are more often other words.
_NAMED_DAYS = {
    "ついたち": 1,
    "ふつか": 2,
    "みっか": 3,
    "よっか": 4,
    "むいか": 6,
    "ようか": 8,
    "ここのか": 9,
    "とおか": 10,
    "はつか": 20,
}
NAMED_DAY = f"(?:{'|'.join(_NAMED_DAYS)})"


def to_number(text: str) -> int:
    """The number that COUNT, NUMBER or NAMED_DAY has found.

    Raises ValueError for anything else.
    """
    if text in _NAMED_DAYS:
        return _NAMED_DAYS[text]
    if text.isdigit():
        return int(text)
    if _TEN in text:
        tens, ones = text.split(_TEN)
        return (to_number(tens) if tens else 1) * 10 + (to_number(ones) if ones else 0)
    return int("".join(str(_DIGITS.index(each)) for each in _as_zero(text)))


def _as_zero(text: str) -> str:
    return text.replace("○", "〇").replace("零", "〇")
