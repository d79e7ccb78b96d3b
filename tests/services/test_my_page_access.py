"""One tap into My Page: once, for five minutes, for whom it was made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.services.my_page_access import TicketExpired
from helpdesk.storage import carrier_tables
from tests.fakes import FakeClock
from tests.services.conftest import Rows

Audit = Callable[[], list[tuple[Any, ...]]]


def offered(helpdesk: Helpdesk, customer: str) -> str:
    with helpdesk.database.writing() as unit:
        token = helpdesk.my_page_access.offer(unit, customer)
    assert token is not None
    return token


@pytest.mark.parametrize("customer", ["yuki", "hiro"], ids=["both links", "end user"])
def test_linked_customer_gets_in(helpdesk: Helpdesk, audit: Audit, customer: str):
    """F-CON-06."""
    opened = helpdesk.my_page_access.open(offered(helpdesk, customer))

    assert (opened, audit()) == (
        customer,
        [(f"customer:{customer}", "my_page_opened", customer, {})],
    )


def test_who_is_not_linked_has_to_log_in(helpdesk: Helpdesk, rows: Rows):
    with helpdesk.database.writing() as unit:
        token = helpdesk.my_page_access.offer(unit, "eita")

    assert (token, rows(carrier_tables.tickets)) == (None, [])


def test_who_is_linked_no_more_has_to_log_in(helpdesk: Helpdesk):
    for each in helpdesk.linking.links_on("yuki.1"):
        helpdesk.linking.unlink("yuki", each.id)

    with helpdesk.database.writing() as unit:
        assert helpdesk.my_page_access.offer(unit, "yuki") is None


def test_address_opens_once(helpdesk: Helpdesk, audit: Audit):
    token = offered(helpdesk, "yuki")
    helpdesk.my_page_access.open(token)

    with pytest.raises(TicketExpired):
        helpdesk.my_page_access.open(token)

    assert len(audit()) == 1


@pytest.mark.parametrize(
    ("seconds", "is_open"),
    [(0, True), (299, True), (300, False), (301, False)],
    ids=["at once", "before", "at", "after"],
)
def test_address_is_good_for_five_minutes(
    helpdesk: Helpdesk, clock: FakeClock, seconds: int, is_open: bool
):
    token = offered(helpdesk, "yuki")
    clock.forward(seconds=seconds)

    try:
        found = helpdesk.my_page_access.open(token) == "yuki"
    except TicketExpired:
        found = False

    assert found is is_open


@pytest.mark.parametrize("token", ["", "x", "A" * 32])
def test_address_that_never_existed_opens_nothing(
    helpdesk: Helpdesk, audit: Audit, token: str
):
    offered(helpdesk, "yuki")

    with pytest.raises(TicketExpired):
        helpdesk.my_page_access.open(token)

    assert audit() == []


def test_each_address_is_another_and_its_customers_own(helpdesk: Helpdesk):
    tokens = [offered(helpdesk, customer) for customer in ("yuki", "hiro", "yuki")]

    opened = [helpdesk.my_page_access.open(token) for token in tokens]

    assert (len(set(tokens)), opened) == (3, ["yuki", "hiro", "yuki"])


def test_address_is_not_stored_in_the_clear(
    helpdesk: Helpdesk, everything_stored: Callable[[], str]
):
    token = offered(helpdesk, "yuki")

    assert token not in everything_stored()


def test_old_addresses_are_forgotten(helpdesk: Helpdesk, clock: FakeClock, rows: Rows):
    old = offered(helpdesk, "yuki")
    clock.forward(seconds=299)
    young = offered(helpdesk, "hiro")
    counts = [helpdesk.my_page_access.forget()]
    clock.forward(seconds=1)
    counts.append(helpdesk.my_page_access.forget())

    left = [row["customer"] for row in rows(carrier_tables.tickets)]
    assert (counts, left) == ([0, 1], ["hiro"])
    assert helpdesk.my_page_access.open(young) == "hiro"
    with pytest.raises(TicketExpired):
        helpdesk.my_page_access.open(old)
