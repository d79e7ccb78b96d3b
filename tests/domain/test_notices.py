"""When notices may be sent, and what is worth telling."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from helpdesk.domain.data_balance import DataBalance, Usage
from helpdesk.domain.japan_time import NaiveMoment
from helpdesk.domain.months import Month
from helpdesk.domain.notices import (
    NoticeKind,
    NoticeRules,
    QuietHours,
    ends_with_month,
    key_of,
)
from tests.fakes import japan

NIGHT = QuietHours(time(21), time(9))
NOON = QuietHours(time(12), time(13))
NOVEMBER = Month(2026, 11)


def rules(**changes: object) -> NoticeRules:
    usual: dict[str, object] = {
        "quiet": NIGHT,
        "low_percent": 20,
        "expiring_megabytes": 500,
        "expiring_days": 3,
        "linking_lasts": timedelta(days=7),
        "bill_lasts": timedelta(days=3),
        "look_again": timedelta(minutes=30),
        "idle": timedelta(minutes=10),
        "daily": 1,
        "pushes": 200,
    }
    return NoticeRules(**(usual | changes))  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(
    ("quiet", "now", "is_quiet"),
    [
        pytest.param(NIGHT, japan(2026, 11, 24, 20, 59, 59), False, id="before"),
        pytest.param(NIGHT, japan(2026, 11, 24, 21), True, id="at the beginning"),
        pytest.param(NIGHT, japan(2026, 11, 24, 23, 59, 59), True, id="late"),
        pytest.param(NIGHT, japan(2026, 11, 25), True, id="at midnight"),
        pytest.param(NIGHT, japan(2026, 11, 25, 8, 59, 59), True, id="early"),
        pytest.param(NIGHT, japan(2026, 11, 25, 9), False, id="at the end"),
        pytest.param(NOON, japan(2026, 11, 25, 11, 59, 59), False, id="before noon"),
        pytest.param(NOON, japan(2026, 11, 25, 12), True, id="noon"),
        pytest.param(NOON, japan(2026, 11, 25, 13), False, id="after noon"),
    ],
)
def test_quiet_hours_are_half_open(quiet: QuietHours, now: datetime, is_quiet: bool):
    assert quiet.is_quiet(now) is is_quiet


@pytest.mark.parametrize(
    ("now", "over_at"),
    [
        pytest.param(
            japan(2026, 11, 24, 20, 59, 59), japan(2026, 11, 24, 20, 59, 59), id="awake"
        ),
        pytest.param(
            japan(2026, 11, 24, 21), japan(2026, 11, 25, 9), id="in the evening"
        ),
        pytest.param(japan(2026, 11, 30, 23), japan(2026, 12, 1, 9), id="month turn"),
        pytest.param(
            japan(2026, 11, 25, 3), japan(2026, 11, 25, 9), id="in the small hours"
        ),
    ],
)
def test_quiet_hours_are_over_in_the_morning(now: datetime, over_at: datetime):
    assert NIGHT.over_at(now) == over_at


def test_quiet_hours_refuse_a_naive_moment():
    with pytest.raises(NaiveMoment):
        NIGHT.is_quiet(datetime(2026, 11, 24, 21))  # noqa: DTZ001 -- what is refused


@pytest.mark.parametrize(
    ("balance", "is_low"),
    [
        pytest.param(DataBalance(basic=601), False, id="above"),
        pytest.param(DataBalance(basic=600), True, id="at the limit"),
        pytest.param(DataBalance(carried=300, gifted=1, basic=300), False, id="parts"),
        pytest.param(DataBalance(), True, id="nothing left"),
    ],
)
def test_low_is_a_share_of_the_month(balance: DataBalance, is_low: bool):
    usage = Usage(NOVEMBER, balance, 3000, 0, ())

    assert rules().is_low(usage) is is_low


@pytest.mark.parametrize(
    ("megabytes", "is_worth_telling"), [(499, False), (500, True), (501, True)]
)
def test_small_rests_are_not_told(megabytes: int, is_worth_telling: bool):
    assert rules().is_worth_telling(megabytes) is is_worth_telling


def test_carried_and_gifted_data_end_with_the_month():
    assert ends_with_month(DataBalance(1, 20, 300, 4000)) == 21


@pytest.mark.parametrize(
    ("month", "day"),
    [
        (NOVEMBER, date(2026, 11, 27)),
        (Month(2026, 12), date(2026, 12, 28)),
        (Month(2028, 2), date(2028, 2, 26)),
    ],
    ids=str,
)
def test_what_ends_is_told_days_before(month: Month, day: date):
    assert rules().expiring_from(month) == day


def test_key_names_what_it_is_one_of():
    key = key_of(NoticeKind.EXPIRING, "yuki", "yuki.1", NOVEMBER)

    assert key == "expiring:yuki:yuki.1:2026-11"
