"""From when linking is possible."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.eligibility import (
    Eligibility,
    Order,
    OrderPlace,
    eligibility,
    linking_opens_on,
)
from helpdesk.domain.japan_time import NaiveMoment, japan_day
from tests.fakes import japan

DAY = date(2026, 11, 24)
NEW = Order(OrderPlace.WEB, keeps_number=False, shipping_notice_on=DAY)
MNP = Order(OrderPlace.WEB, keeps_number=True, service_start_notice_on=DAY)
SHOP = Order(OrderPlace.SHOP, keeps_number=False, activated_on=DAY)


@pytest.mark.parametrize(
    ("order", "opens_on"),
    [
        pytest.param(NEW, date(2026, 11, 25), id="F-TIME-01: the day after shipping"),
        pytest.param(MNP, DAY, id="F-TIME-02: the day of the service-start mail"),
        pytest.param(SHOP, DAY, id="F-TIME-03: the day of the activation"),
        pytest.param(Order(OrderPlace.WEB, False), None, id="new, nothing came"),
        pytest.param(Order(OrderPlace.WEB, True), None, id="MNP, nothing came"),
        pytest.param(Order(OrderPlace.SHOP, False), None, id="shop, not activated"),
        pytest.param(
            Order(OrderPlace.WEB, True, shipping_notice_on=DAY),
            None,
            id="MNP does not wait for the shipping mail",
        ),
        pytest.param(
            Order(OrderPlace.WEB, False, service_start_notice_on=DAY),
            None,
            id="new does not wait for the service-start mail",
        ),
        pytest.param(
            Order(OrderPlace.SHOP, True, date(2026, 11, 1), date(2026, 11, 2), DAY),
            DAY,
            id="mails and MNP say nothing at a shop",
        ),
    ],
)
def test_linking_opens_on_the_day_of_its_notice(order: Order, opens_on: date | None):
    assert linking_opens_on(order) == opens_on


@pytest.mark.parametrize(
    ("shipped", "opens_on"),
    [
        pytest.param(date(2026, 11, 29), date(2026, 11, 30), id="day before month end"),
        pytest.param(date(2026, 11, 30), date(2026, 12, 1), id="month end"),
        pytest.param(date(2026, 12, 1), date(2026, 12, 2), id="first of a month"),
        pytest.param(date(2026, 12, 31), date(2027, 1, 1), id="year end"),
        pytest.param(date(2027, 2, 28), date(2027, 3, 1), id="February of 28 days"),
        pytest.param(
            date(2028, 2, 28), date(2028, 2, 29), id="day before the leap day"
        ),
        pytest.param(date(2028, 2, 29), date(2028, 3, 1), id="leap day"),
    ],
)
def test_linking_opens_the_day_after_the_shipping_notice(shipped: date, opens_on: date):
    """F-TIME-01."""
    order = Order(OrderPlace.WEB, keeps_number=False, shipping_notice_on=shipped)

    assert linking_opens_on(order) == opens_on


@pytest.mark.parametrize(
    ("order", "day", "is_open"),
    [
        pytest.param(NEW, date(2026, 11, 24), False, id="F-TIME-01: the day before"),
        pytest.param(NEW, date(2026, 11, 25), True, id="F-TIME-01: the day"),
        pytest.param(NEW, date(2026, 11, 26), True, id="F-TIME-01: the day after"),
        pytest.param(MNP, date(2026, 11, 23), False, id="F-TIME-02: the day before"),
        pytest.param(MNP, date(2026, 11, 24), True, id="F-TIME-02: the day"),
        pytest.param(MNP, date(2026, 11, 25), True, id="F-TIME-02: the day after"),
        pytest.param(SHOP, date(2026, 11, 23), False, id="F-TIME-03: the day before"),
        pytest.param(SHOP, date(2026, 11, 24), True, id="F-TIME-03: the day"),
        pytest.param(SHOP, date(2026, 11, 25), True, id="F-TIME-03: the day after"),
    ],
)
def test_linking_is_open_from_its_day_on(order: Order, day: date, is_open: bool):
    noon = japan(day.year, day.month, day.day, 12)

    result = eligibility(order, noon)

    assert result == Eligibility(linking_opens_on(order), is_open)


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        pytest.param("2026-11-24T14:59:59+00:00", False, id="a second before"),
        pytest.param("2026-11-24T15:00:00+00:00", True, id="at midnight"),
        pytest.param("2026-11-24T15:00:01+00:00", True, id="a second after"),
    ],
)
def test_linking_opens_at_midnight_in_japan(now: str, is_open: bool):
    result = eligibility(NEW, datetime.fromisoformat(now))

    assert result == Eligibility(date(2026, 11, 25), is_open)


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(Order(OrderPlace.WEB, False), id="new"),
        pytest.param(Order(OrderPlace.WEB, True, shipping_notice_on=DAY), id="MNP"),
        pytest.param(Order(OrderPlace.SHOP, False), id="shop"),
    ],
)
def test_linking_stays_closed_while_no_notice_has_come(order: Order):
    result = eligibility(order, japan(2030, 1, 1))

    assert result == Eligibility(None, False)


@given(
    shipped=st.dates(date(2016, 9, 1), date(2100, 1, 1)),
    now=st.datetimes(
        datetime.fromisoformat("2016-09-01"),
        datetime.fromisoformat("2100-01-01"),
        timezones=st.just(UTC),
    ),
)
def test_linking_opens_after_the_shipping_day_and_not_before(
    shipped: date, now: datetime
):
    order = Order(OrderPlace.WEB, keeps_number=False, shipping_notice_on=shipped)

    result = eligibility(order, now)

    assert result == Eligibility(shipped + timedelta(days=1), japan_day(now) > shipped)


def test_eligibility_refuses_naive_moments():
    with pytest.raises(NaiveMoment):
        eligibility(NEW, datetime.fromisoformat("2026-11-25T12:00"))
