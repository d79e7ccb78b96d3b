"""Counting failed tries by customer, address and kind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.attempt_limits import AttemptLimit
from helpdesk.services.failed_tries import FailedTryCounter, TooManyTries
from tests.fakes import NOW, FakeClock

LIMIT = AttemptLimit(tries=2, window=timedelta(minutes=1), lock=timedelta(minutes=5))


@pytest.fixture
def counter(helpdesk: Helpdesk, clock: FakeClock) -> FailedTryCounter:
    return FailedTryCounter(LIMIT, helpdesk.cipher, clock)


@pytest.mark.parametrize(
    ("customer", "address", "kind", "is_locked"),
    [
        pytest.param("eita", "192.0.2.1", "code", True, id="all the same"),
        pytest.param("eita", "192.0.2.9", "code", True, id="the same customer"),
        pytest.param("aiko", "192.0.2.1", "code", True, id="the same address"),
        pytest.param("aiko", "192.0.2.9", "code", False, id="neither"),
        pytest.param("eita", "192.0.2.1", "login", False, id="another kind"),
        pytest.param("eita", None, "code", True, id="the same customer, no address"),
        pytest.param("aiko", None, "code", False, id="another customer, no address"),
    ],
)
def test_lock_is_by_kind_and_by_customer_or_address(
    helpdesk: Helpdesk,
    counter: FailedTryCounter,
    customer: str,
    address: str | None,
    kind: str,
    is_locked: bool,
):
    with helpdesk.database.writing() as unit:
        counter.add(unit, "eita", "192.0.2.1", "code")
        counter.add(unit, "eita", "192.0.2.1", "code")

        found = locked(counter, unit, customer, address, kind)

    assert found == (NOW + LIMIT.lock if is_locked else None)


@pytest.mark.parametrize(
    ("wait", "is_locked"), [(299, True), (300, False), (301, False)], ids=str
)
def test_lock_longer_than_its_window_lasts_to_its_end(
    helpdesk: Helpdesk,
    counter: FailedTryCounter,
    clock: FakeClock,
    wait: int,
    is_locked: bool,
):
    with helpdesk.database.writing() as unit:
        counter.add(unit, "eita", None, "code")
        clock.forward(seconds=59)
        counter.add(unit, "eita", None, "code")
        until = clock() + LIMIT.lock
        clock.forward(seconds=wait)

        found = locked(counter, unit, "eita", None, "code")

    assert found == (until if is_locked else None)


def test_recent_failures_are_those_of_the_kinds_asked_for(
    helpdesk: Helpdesk, counter: FailedTryCounter
):
    with helpdesk.database.writing() as unit:
        for kind in ("code", "form", "login"):
            counter.add(unit, "eita", "192.0.2.1", kind)
        counter.add(unit, "aiko", "192.0.2.1", "code")

        counts = [
            counter.recent(unit, "eita", kinds)
            for kinds in (("code",), ("code", "form"), ("code", "form", "login"))
        ]

    assert counts == [1, 2, 3]


def locked(counter, unit, customer, address, kind):  # type: ignore[no-untyped-def]  # a unit is storage's or the port's
    """The end of the lock; None if free."""
    try:
        counter.check(unit, customer, address, kind)
    except TooManyTries as error:
        return error.until
    return None
