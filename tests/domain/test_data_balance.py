"""What is left of a month's data: order of use, carry-over, giving."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.data_balance import (
    DataBalance,
    DataPart,
    NotEnoughData,
    Usage,
    expires_on,
    in_next_month,
)
from helpdesk.domain.months import Month

VOLUMES = st.integers(0, 20_000)
BALANCES = st.builds(DataBalance, VOLUMES, VOLUMES, VOLUMES, VOLUMES)
FULL = DataBalance(carried=100, gifted=200, basic=300, bought=400)


def test_parts_stand_in_the_order_of_use():
    """F-DATA-04."""
    assert FULL.parts() == [
        (DataPart.CARRIED, 100),
        (DataPart.GIFTED, 200),
        (DataPart.BASIC, 300),
        (DataPart.BOUGHT, 400),
    ]


def test_total_is_all_parts():
    assert FULL.total == 1000


@pytest.mark.parametrize(
    ("used", "left"),
    [
        pytest.param(0, DataBalance(100, 200, 300, 400), id="nothing"),
        pytest.param(99, DataBalance(1, 200, 300, 400), id="carried first"),
        pytest.param(100, DataBalance(0, 200, 300, 400), id="all that was carried"),
        pytest.param(101, DataBalance(0, 199, 300, 400), id="then gifts"),
        pytest.param(300, DataBalance(0, 0, 300, 400), id="all gifts"),
        pytest.param(301, DataBalance(0, 0, 299, 400), id="then basic"),
        pytest.param(600, DataBalance(0, 0, 0, 400), id="all basic"),
        pytest.param(601, DataBalance(0, 0, 0, 399), id="then bought"),
        pytest.param(1000, DataBalance(), id="all"),
        pytest.param(1001, DataBalance(), id="more than all"),
    ],
)
def test_data_are_used_part_by_part(used: int, left: DataBalance):
    """F-DATA-04."""
    assert FULL.without_used(used) == left


@given(BALANCES, VOLUMES)
def test_what_is_used_is_gone_and_no_more(balance: DataBalance, used: int):
    left = balance.without_used(used)

    assert left.total == max(balance.total - used, 0)


@pytest.mark.parametrize("part", DataPart, ids=str)
def test_part_grows_alone(part: DataPart):
    grown = FULL.plus(part, 500)

    expected = {each: mb + 500 * (each is part) for each, mb in FULL.parts()}
    assert dict(grown.parts()) == expected


@pytest.mark.parametrize(
    ("given_away", "basic"), [(0, 300), (299, 1), (300, 0)], ids=str
)
def test_only_basic_data_are_given(given_away: int, basic: int):
    """F-GIFT-06."""
    left = FULL.without_given(given_away)

    assert left == DataBalance(carried=100, gifted=200, basic=basic, bought=400)


def test_more_than_the_basic_data_cannot_be_given():
    """F-GIFT-06: there is more, but of other kinds."""
    with pytest.raises(NotEnoughData) as refused:
        FULL.without_given(301)

    assert refused.value.left == 300


def test_basic_and_bought_data_are_carried_over_once():
    """F-DATA-05, F-DATA-07: gifts are not; F-DATA-06: what was carried is lost."""
    december = in_next_month(FULL, 3000)
    january = in_next_month(december, 3000)

    assert (december, january) == (
        DataBalance(carried=700, basic=3000),
        DataBalance(carried=3000, basic=3000),
    )


def test_bought_data_that_were_carried_are_lost_after_the_second_month():
    """F-ADD-05."""
    bought = DataBalance(bought=500)

    second = in_next_month(bought, 0)

    assert (second.total, in_next_month(second, 0).total) == (500, 0)


@pytest.mark.parametrize(
    ("part", "month", "day"),
    [
        (DataPart.CARRIED, Month(2026, 11), date(2026, 11, 30)),
        (DataPart.GIFTED, Month(2026, 11), date(2026, 11, 30)),
        (DataPart.BASIC, Month(2026, 11), date(2026, 12, 31)),
        (DataPart.BOUGHT, Month(2026, 11), date(2026, 12, 31)),
        (DataPart.GIFTED, Month(2028, 2), date(2028, 2, 29)),
        (DataPart.BOUGHT, Month(2026, 12), date(2027, 1, 31)),
        (DataPart.BASIC, Month(2027, 1), date(2027, 2, 28)),
    ],
    ids=str,
)
def test_part_can_be_used_until_a_day(part: DataPart, month: Month, day: date):
    """F-DATA-06, F-DATA-07, F-GIFT-07, F-ADD-05."""
    assert expires_on(part, month) == day


@pytest.mark.parametrize(
    ("balance", "is_slow"),
    [
        pytest.param(DataBalance(), True, id="nothing left"),
        pytest.param(DataBalance(gifted=1), False, id="a gift came: F-GIFT-11"),
        pytest.param(DataBalance(bought=500), False, id="bought"),
    ],
)
def test_slow_is_who_has_nothing_left(balance: DataBalance, is_slow: bool):
    usage = Usage(Month(2026, 11), balance, 3000, 3000, ())

    assert usage.is_slow is is_slow
