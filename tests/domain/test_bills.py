"""Statements: their sum, and where they stand on a day."""

from __future__ import annotations

from datetime import date

import pytest

from helpdesk.domain.bills import (
    BillItem,
    BillState,
    Statement,
    bill_state,
    charged_on,
    fixed_on,
)
from helpdesk.domain.months import Month

NOVEMBER = Month(2026, 11)


@pytest.mark.parametrize(
    ("today", "gone_well", "failed"),
    [
        pytest.param(
            date(2026, 11, 30), BillState.OPEN, BillState.OPEN, id="in the month"
        ),
        pytest.param(
            date(2026, 12, 2), BillState.OPEN, BillState.OPEN, id="before it is fixed"
        ),
        pytest.param(
            date(2026, 12, 3), BillState.FIXED, BillState.FIXED, id="F-BILL-02: fixed"
        ),
        pytest.param(
            date(2026, 12, 4), BillState.FIXED, BillState.FIXED, id="before the charge"
        ),
        pytest.param(
            date(2026, 12, 5), BillState.PAID, BillState.FAILED, id="F-BILL-03: charged"
        ),
        pytest.param(
            date(2026, 12, 6), BillState.PAID, BillState.FAILED, id="after the charge"
        ),
        pytest.param(
            date(2027, 3, 1), BillState.PAID, BillState.FAILED, id="long after"
        ),
    ],
)
def test_statement_stands_by_the_day(
    today: date, gone_well: BillState, failed: BillState
):
    assert (
        bill_state(NOVEMBER, today, has_failed=False),
        bill_state(NOVEMBER, today, has_failed=True),
    ) == (gone_well, failed)


@pytest.mark.parametrize(
    ("month", "fixed", "charged"),
    [
        (NOVEMBER, date(2026, 12, 3), date(2026, 12, 5)),
        (Month(2026, 12), date(2027, 1, 3), date(2027, 1, 5)),
        (Month(2027, 1), date(2027, 2, 3), date(2027, 2, 5)),
    ],
    ids=str,
)
def test_statement_is_fixed_and_charged_in_the_next_month(
    month: Month, fixed: date, charged: date
):
    statement = Statement(month, [], BillState.OPEN)

    assert (fixed_on(month), charged_on(month)) == (fixed, charged)
    assert (statement.fixed_on, statement.charged_on) == (fixed, charged)


@pytest.mark.parametrize(
    ("items", "yen"),
    [([], 0), ([BillItem("a", 1628), BillItem("b", 0), BillItem("c", 550)], 2178)],
    ids=["nothing", "three lines"],
)
def test_statement_sums_up(items: list[BillItem], yen: int):
    assert Statement(NOVEMBER, items, BillState.PAID).yen == yen
