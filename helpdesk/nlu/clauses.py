"""The parts of a message that may each hold a wish."""

from __future__ import annotations

import re

# What a customer puts between one wish and the next. Without it, the parts of a long
# message tell what has happened, and only the last one asks.
_NEXT = (
    # Neither after (したあと, あとで) nor what is left (あと何ギガ, あと3GB).
    r"(?<![のた])あと(?!で(?!ー)|[にかの]|何(?!時)|なんぼ|どれ|どの|いく|少し|\d)"
    r"|(?<![もをが])もう(?:[一1１]|ひと)つ"
    r"|それと(?!も(?!う)|は|ちゃ|違)"  # それとも is "or"
    r"|次に(?![試何な進すや押])"  # the next step: 次に進めない
    r"|それから|ついでに|あわせて|併せて|また、"
)
# Not at the end of どうしても, いつでも, 何度も.
_TOO = (
    r"(?<![でてと度回つ])も(?:一緒に|まとめて|同時に|あわせて|併せて)?"
    r"(?:知り|教え|した[いく]|お願い|頼み|聞き|見た|確認|変え|やり)"
)
# てから before a wish puts two in order; else it tells since when.
_THEN = r"てから[^。！？!?\n]*(?:たい|ください|下さい|お願い|教え|ほしい|欲しい)"
_JOINED = re.compile(rf"{_NEXT}|{_TOO}|{_THEN}")
_BOUNDARY = re.compile(rf"[。！？!?\n、,]+|(?<=てから)|(?={_NEXT})")
_SHORTEST = 4


def joins_wishes(text: str) -> bool:
    """Whether the words say that there is more than one wish."""
    return _JOINED.search(text) is not None


def clauses(text: str) -> list[tuple[int, int]]:
    """Start and end of each part that is long enough to hold a wish."""
    found, start = [], 0
    for boundary in [*_BOUNDARY.finditer(text), None]:
        end = boundary.start() if boundary else len(text)
        if end - start >= _SHORTEST:
            found.append((start, end))
        start = boundary.end() if boundary else end
    return found
