"""データ量の追加: units, the limit of a month, and the last day of use."""

from __future__ import annotations

from datetime import date

import pytest

from helpdesk.domain.plans import Price
from helpdesk.domain.purchases import (
    PurchaseProblem,
    PurchaseRefused,
    PurchaseRule,
    PurchaseUnit,
    bought_data_expires_on,
)

HALF = PurchaseUnit(500, Price(500, with_tax=False))
WHOLE = PurchaseUnit(1000, Price(1000, with_tax=False))
RULE = PurchaseRule((HALF, WHOLE), monthly_limit=3)


def bought(megabytes: int, before: int) -> PurchaseUnit | PurchaseProblem:
    try:
        return RULE.unit(megabytes, before)
    except PurchaseRefused as refused:
        return refused.problem


@pytest.mark.parametrize(
    ("megabytes", "found"),
    [
        (500, HALF),
        (1000, WHOLE),
        (0, PurchaseProblem.UNIT),
        (499, PurchaseProblem.UNIT),
        (1500, PurchaseProblem.UNIT),
        (-500, PurchaseProblem.UNIT),
    ],
)
def test_data_are_bought_in_units(
    megabytes: int, found: PurchaseUnit | PurchaseProblem
):
    """F-ADD-01, F-ADD-03."""
    assert bought(megabytes, 0) == found


@pytest.mark.parametrize(
    ("before", "found"),
    [
        (0, HALF),
        (2, HALF),
        (3, PurchaseProblem.USED_UP),
        (4, PurchaseProblem.USED_UP),
    ],
)
def test_month_has_a_limit(before: int, found: PurchaseUnit | PurchaseProblem):
    """F-ADD-02."""
    assert bought(500, before) == found


def test_who_may_not_buy_is_not_corrected():
    assert bought(499, 3) == PurchaseProblem.USED_UP


@pytest.mark.parametrize(
    ("today", "last_day"),
    [
        (date(2026, 11, 1), date(2026, 12, 31)),
        (date(2026, 11, 30), date(2026, 12, 31)),
        (date(2026, 12, 31), date(2027, 1, 31)),
        (date(2027, 1, 1), date(2027, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
    ],
    ids=str,
)
def test_bought_data_can_be_used_until_the_end_of_next_month(
    today: date, last_day: date
):
    """F-ADD-05."""
    assert bought_data_expires_on(today) == last_day
