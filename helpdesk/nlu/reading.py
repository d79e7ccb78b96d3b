"""How words are read: kana, romaji and mis-converted writing meet in the reading."""

from __future__ import annotations

import re

_VOWELS = "aiueo"
# Consonants and their five syllables; "-" where there is none. Hepburn and kunrei.
_ROWS = """
_ あ い う え お|k か き く け こ|s さ し す せ そ|t た ち つ て と|n な に ぬ ね の
h は ひ ふ へ ほ|m ま み む め も|y や - ゆ - よ|r ら り る れ ろ|w わ - - - を
g が ぎ ぐ げ ご|z ざ じ ず ぜ ぞ|d だ ぢ づ で ど|b ば び ぶ べ ぼ|p ぱ ぴ ぷ ぺ ぽ
f ふぁ ふぃ ふ ふぇ ふぉ|j じゃ じ じゅ じぇ じょ|sh しゃ し しゅ しぇ しょ
ch ちゃ ち ちゅ ちぇ ちょ|ts - - つ - -|ky きゃ - きゅ - きょ|ry りゃ - りゅ - りょ
ny にゃ - にゅ - にょ|hy ひゃ - ひゅ - ひょ|my みゃ - みゅ - みょ|gy ぎゃ - ぎゅ - ぎょ
by びゃ - びゅ - びょ|py ぴゃ - ぴゅ - ぴょ|sy しゃ - しゅ - しょ|ty ちゃ - ちゅ - ちょ
zy じゃ - じゅ - じょ|jy じゃ - じゅ - じょ|l ぁ ぃ ぅ ぇ ぉ|x ぁ ぃ ぅ ぇ ぉ
"""
_SYLLABLES = {
    consonant.replace("_", "") + vowel: kana
    for row in _ROWS.replace("\n", "|").split("|")
    if row
    for consonant, *five in [row.split()]
    for vowel, kana in zip(_VOWELS, five)
    if kana != "-"
}
_LATIN = re.compile(r"[a-z]+(?:-[a-z]*)*")
_LONGEST = 3
# For str.translate: each katakana as hiragana.
HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}


def in_hiragana(reading: str) -> str:
    """Katakana and romaji as hiragana, lower case; what is neither stays."""
    plain = reading.translate(HIRAGANA).casefold()
    return _LATIN.sub(lambda match: _kana_of(match.group()), plain)


def _kana_of(romaji: str) -> str:
    parts, at = [], 0
    while at < len(romaji):
        for length in range(_LONGEST, 0, -1):
            kana = _SYLLABLES.get(romaji[at : at + length])
            if kana:
                break
        else:
            length, kana = 1, _lone(romaji[at : at + 2])
        parts.append(kana)
        at += length
    return "".join(parts)


def _lone(letters: str) -> str:
    """A letter that begins no syllable: ん, a doubled consonant, a long vowel."""
    if letters[0] == "n":
        return "ん"
    if letters[0] == "-":
        return "ー"
    return "っ" if letters == letters[0] * 2 else letters[0]
