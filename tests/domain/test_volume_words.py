"""Volumes of data as customers type them."""

from __future__ import annotations

import pytest

from helpdesk.domain.volume_words import VolumeWords

WORDS = VolumeWords(
    gigabytes=["GB", "G", "ギガ", "ギガバイト"],
    megabytes=["MB", "M", "メガ"],
    everything=["全部", "最大"],
)
MOST = 2600


@pytest.mark.parametrize(
    ("text", "megabytes"),
    [
        ("1GB", 1000),
        ("1gbで", 1000),
        ("１ギガ", 1000),
        ("1.5ギガバイトお願いします", 1500),
        ("0.55G", 550),
        ("500MB", 500),
        ("５００メガ", 500),
        ("1,000 mb", 1000),
        ("500MB、500MBです", 500),
        ("2", 2000),
        ("0.8", 800),
        ("99", 99_000),
        ("100", 100),
        ("500", 500),
        ("0GB", 0),
        ("全部あげる", MOST),
        ("最大で", MOST),
    ],
)
def test_volume_is_read(text: str, megabytes: int):
    assert WORDS.read(text, MOST) == megabytes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "はい",
        "3日前",
        "500MBか1GB",
        "1GB贈れますか？",
        "先月の繰り越しが2GBあるのですが、それは友達に贈ることができますか、教えてください",
        "全部でいくら？",
        "12345678",
    ],
)
def test_other_words_are_no_volume(text: str):
    assert WORDS.read(text, MOST) is None
