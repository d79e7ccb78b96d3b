"""From when a contract can be linked: F-TIME-01, F-TIME-02, F-TIME-03."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from helpdesk.domain.japan_time import japan_day


class OrderPlace(str, Enum):
    """Where the contract was made."""

    WEB = "web"
    SHOP = "shop"


@dataclass(frozen=True)
class Order:
    """How a subscription was ordered, with the days (Japan) of its notices so far.

    `keeps_number` is MNP; it says nothing at a shop. A day is None until the notice
    (or, at a shop, the activation) has come.
    """

    place: OrderPlace
    keeps_number: bool
    shipping_notice_on: date | None = None
    service_start_notice_on: date | None = None
    activated_on: date | None = None


@dataclass(frozen=True)
class Eligibility:
    """The first day on which linking works; None until its notice has come."""

    opens_on: date | None
    is_open: bool


def linking_opens_on(order: Order) -> date | None:
    """The first day linking works; None until the notice it waits for has come."""
    if order.place is OrderPlace.SHOP:
        return order.activated_on
    if order.keeps_number:
        return order.service_start_notice_on
    if order.shipping_notice_on is None:
        return None
    return order.shipping_notice_on + timedelta(days=1)


def eligibility(order: Order, now: datetime) -> Eligibility:
    """Whether linking works at this moment; days begin at midnight in Japan."""
    opens_on = linking_opens_on(order)
    return Eligibility(opens_on, opens_on is not None and opens_on <= japan_day(now))
