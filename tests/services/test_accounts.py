"""Logins, and the limit on failed ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpdesk.bootstrap import Helpdesk, build
from helpdesk.services.accounts import WrongLogin
from helpdesk.services.failed_tries import TooManyTries
from helpdesk.settings import Settings
from tests.databases import Databases
from tests.fakes import FakeClock

PASSWORD = "Sample-Eita-1"


def fail(
    helpdesk: Helpdesk, customer: str, times: int, address: str | None = None
) -> None:
    for _ in range(times):
        with pytest.raises(WrongLogin):
            helpdesk.accounts.log_in(customer, "eita-1", "wrong", address)


def can_log_in(helpdesk: Helpdesk, customer: str, address: str | None = None) -> bool:
    try:
        helpdesk.accounts.log_in(customer, "eita-1", PASSWORD, address)
    except TooManyTries:
        return False
    return True


@pytest.mark.parametrize(
    ("login_id", "password", "subscription"),
    [
        ("eita-1", PASSWORD, "eita.1"),
        ("eita-2", "Sample-Eita-2", "eita.2"),
        (" eita-1\n", PASSWORD, "eita.1"),
    ],
    ids=[
        "F-CON-10: one login a subscription",
        "F-CON-10: another",
        "white space around",
    ],
)
def test_login_leads_to_its_subscription(
    helpdesk: Helpdesk, stranger: str, login_id: str, password: str, subscription: str
):
    found = helpdesk.accounts.log_in(stranger, login_id, password, None)

    assert found == helpdesk.eligibility.subscription(subscription)


@pytest.mark.parametrize(
    ("login_id", "password"),
    [
        pytest.param("eita-1", "wrong", id="wrong password"),
        pytest.param("eita-1", PASSWORD.lower(), id="another case"),
        pytest.param("eita-1", f"{PASSWORD} ", id="a space after the password"),
        pytest.param("eita-1", "Sample-Eita-2", id="another login's password"),
        pytest.param("eita-1", "", id="no password"),
        pytest.param("nobody", "nobody", id="unknown login"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_wrong_login_is_refused_alike_and_counted(
    helpdesk: Helpdesk, stranger: str, login_id: str, password: str
):
    with pytest.raises(WrongLogin) as refused:
        helpdesk.accounts.log_in(stranger, login_id, password, None)

    assert (str(refused.value), helpdesk.user_codes.recent_failures(stranger)) == (
        "",
        1,
    )


@pytest.mark.parametrize(("times", "is_locked"), [(4, False), (5, True)], ids=str)
def test_fifth_wrong_login_locks(
    helpdesk: Helpdesk, stranger: str, times: int, is_locked: bool
):
    fail(helpdesk, stranger, times)

    assert can_log_in(helpdesk, stranger) == (not is_locked)


@pytest.mark.parametrize(
    ("wait", "is_locked"),
    [(899, True), (900, False), (901, False)],
    ids=["a second before", "at the end", "a second after"],
)
def test_lock_of_logins_lasts_fifteen_minutes(
    helpdesk: Helpdesk, clock: FakeClock, stranger: str, wait: int, is_locked: bool
):
    fail(helpdesk, stranger, 5)
    clock.forward(seconds=wait)

    assert can_log_in(helpdesk, stranger) == (not is_locked)


@pytest.mark.parametrize(
    ("address", "is_locked"),
    [("192.0.2.1", True), ("192.0.2.2", False)],
    ids=["the same address", "another address"],
)
def test_lock_of_logins_holds_for_the_address(
    helpdesk: Helpdesk, stranger: str, address: str, is_locked: bool
):
    fail(helpdesk, "aiko", 5, "192.0.2.1")

    assert can_log_in(helpdesk, stranger, address) == (not is_locked)


def test_lock_of_logins_leaves_codes_alone(helpdesk: Helpdesk, stranger: str):
    fail(helpdesk, stranger, 5)

    assert helpdesk.user_codes.find(stranger, "24681357902468249").id == "eita.2"


def test_password_is_not_stored(
    helpdesk: Helpdesk, stranger: str, everything_stored: Callable[[], str]
):
    fail(helpdesk, stranger, 1)
    can_log_in(helpdesk, stranger)

    assert PASSWORD not in everything_stored()


def test_sample_world_is_refused_in_production(
    databases: Databases, settings: Settings
):
    address = databases.empty()
    sample = build(settings.model_copy(update={"database_url": address}))
    sample.database.migrate()
    sample.sample_world.fill()

    production = build(
        settings.model_copy(update={"database_url": address, "env": "production"})
    )

    with pytest.raises(WrongLogin):
        production.accounts.log_in("stranger", "eita-1", PASSWORD, None)
    with pytest.raises(PermissionError):
        production.sample_world.fill()
    assert not production.sample_world.is_person("eita")
    for services in (sample, production):
        services.database.engine.dispose()
