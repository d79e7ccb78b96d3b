"""Days and hours in words."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.japan_time import NaiveMoment
from helpdesk.domain.wording import DayFormat, volume

FORMAT = DayFormat("{month}月{day}日({weekday})", "{hour}:{minute}", "月火水木金土日")


@pytest.mark.parametrize(
    ("day", "text"),
    [
        pytest.param(date(2026, 11, 23), "11月23日(月)", id="Monday"),
        pytest.param(date(2026, 11, 29), "11月29日(日)", id="Sunday"),
        pytest.param(date(2027, 1, 1), "1月1日(金)", id="no leading zeros"),
        pytest.param(date(2028, 2, 29), "2月29日(火)", id="leap day"),
    ],
)
def test_day_is_written_with_its_weekday(day: date, text: str):
    assert FORMAT.day(day) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        pytest.param("2026-11-24T01:00:00+00:00", "10:00", id="from UTC"),
        pytest.param("2026-11-24T09:05:59+09:00", "9:05", id="minutes of two digits"),
        pytest.param("2026-11-24T15:00:00+00:00", "0:00", id="midnight"),
    ],
)
def test_time_is_that_of_japan(moment: str, text: str):
    assert FORMAT.time(datetime.fromisoformat(moment)) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2026-11-24T14:59:59+00:00", "11月24日(火) 23:59"),
        ("2026-11-24T15:00:00+00:00", "11月25日(水) 0:00"),
    ],
    ids=["before midnight", "midnight"],
)
def test_moment_is_written_with_the_japanese_day(moment: str, text: str):
    assert FORMAT.moment(datetime.fromisoformat(moment)) == text


def test_wording_refuses_naive_moments():
    with pytest.raises(NaiveMoment):
        FORMAT.moment(datetime.fromisoformat("2026-11-24T10:00"))


@pytest.mark.parametrize(
    ("megabytes", "text"),
    [
        (0, "0MB"),
        (1, "1MB"),
        (99, "99MB"),
        (100, "100MB"),
        (101, "101MB"),
        (499, "499MB"),
        (500, "500MB"),
        (501, "501MB"),
        (800, "0.8GB"),
        (995, "995MB"),
        (999, "999MB"),
        (1000, "1GB"),
        (1500, "1.5GB"),
        (2995, "2.995GB"),
        (10000, "10GB"),
        (12350, "12.35GB"),
        (1_000_000, "1,000GB"),
    ],
)
def test_volume_is_short_and_exact(megabytes: int, text: str):
    assert volume(megabytes) == text


@given(st.integers(0, 10_000_000))
def test_volume_is_never_rounded(megabytes: int):
    found = re.fullmatch(r"([\d,.]+)(MB|GB)", volume(megabytes))

    assert found is not None
    number, unit = found.groups()
    factor = 1000 if unit == "GB" else 1
    assert Decimal(number.replace(",", "")) * factor == megabytes
