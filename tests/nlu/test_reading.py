"""Readings: whatever the script, the same word comes out the same."""

from __future__ import annotations

import pytest

from helpdesk.nlu.reading import in_hiragana


@pytest.mark.parametrize(
    ("romaji", "kana"),
    [
        pytest.param("aiueo", "あいうえお", id="vowels"),
        pytest.param("renkei", "れんけい", id="n before a consonant"),
        pytest.param("keiyakusha", "けいやくしゃ", id="Hepburn sha"),
        pytest.param("keiyakusya", "けいやくしゃ", id="kunrei sya"),
        pytest.param("riyousha", "りようしゃ", id="long vowel as typed"),
        pytest.param("saihakkou", "さいはっこう", id="doubled k"),
        pytest.param("issho", "いっしょ", id="doubled s before sh"),
        pytest.param("kitte", "きって", id="doubled t"),
        pytest.param("zasshi", "ざっし", id="doubled s before shi"),
        pytest.param("icchi", "いっち", id="doubled c before chi"),
        pytest.param("konna", "こんな", id="nn before a vowel"),
        pytest.param("honya", "ほにゃ", id="n before y is a syllable"),
        pytest.param("kantan", "かんたん", id="n at the end"),
        pytest.param("chiisai", "ちいさい", id="Hepburn chi"),
        pytest.param("tiisai", "ちいさい", id="kunrei ti"),
        pytest.param("tsukau", "つかう", id="Hepburn tsu"),
        pytest.param("tukau", "つかう", id="kunrei tu"),
        pytest.param("fuyasu", "ふやす", id="Hepburn fu"),
        pytest.param("huyasu", "ふやす", id="kunrei hu"),
        pytest.param("jikan", "じかん", id="Hepburn ji"),
        pytest.param("zikan", "じかん", id="kunrei zi"),
        pytest.param("ryokin", "りょきん", id="ry"),
        pytest.param("de-ta", "でーた", id="hyphen is the long vowel"),
        pytest.param("ko-do", "こーど", id="hyphen between syllables"),
        pytest.param("wo", "を", id="particle as it is typed"),
        pytest.param("Renkei", "れんけい", id="capital"),
        pytest.param("DE-TA", "でーた", id="all capitals"),
    ],
)
def test_romaji_is_read_as_kana(romaji: str, kana: str):
    assert in_hiragana(romaji) == kana


@pytest.mark.parametrize(
    ("katakana", "kana"),
    [
        pytest.param("レンケイ", "れんけい", id="plain"),
        pytest.param("サイハッコウ", "さいはっこう", id="small tsu"),
        pytest.param("シャシュショ", "しゃしゅしょ", id="small ya yu yo"),
        pytest.param("データ", "でーた", id="the long vowel mark stays"),
        pytest.param("ガギグパピプ", "がぎぐぱぴぷ", id="voiced"),
        pytest.param("ファイル", "ふぁいる", id="small vowel"),
        pytest.param("ァヴヵヶ", "ぁゔゕゖ", id="first and last of the table"),
    ],
)
def test_katakana_is_read_as_hiragana(katakana: str, kana: str):
    assert in_hiragana(katakana) == kana


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("れんけい", id="hiragana"),
        pytest.param("ぁんゔー", id="ends of hiragana"),
        pytest.param("連携", id="kanji"),
        pytest.param("123-456", id="digits and their hyphen"),
        pytest.param("-", id="hyphen alone"),
        pytest.param("😀！？・", id="signs"),
        pytest.param("é한", id="letters of other scripts"),
    ],
)
def test_what_is_neither_stays(text: str):
    assert in_hiragana(text) == text


@pytest.mark.parametrize(
    ("text", "kana"),
    [
        pytest.param("qr", "qr", id="letters that begin no syllable"),
        pytest.param("wifi", "wいふぃ", id="no syllable before a syllable"),
        pytest.param("iPhone", "いpほね", id="an English word"),
        pytest.param("tt", "っt", id="doubled and then nothing"),
        pytest.param("a--", "あーー", id="hyphens at the end"),
        pytest.param("RENKEI連携レンケイ", "れんけい連携れんけい", id="mixed"),
    ],
)
def test_letters_without_a_syllable_stay_where_they_are(text: str, kana: str):
    assert in_hiragana(text) == kana


@pytest.mark.parametrize("text", ["renkei", "データ", "wifi", "qr", "keiyakusha連携"])
def test_reading_twice_changes_nothing_more(text: str):
    once = in_hiragana(text)

    assert in_hiragana(once) == once
