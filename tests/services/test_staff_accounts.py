"""Logins of the staff: passwords, tries, sessions, and the own password."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk, build
from helpdesk.domain.staff import Role
from helpdesk.domain.staff_logins import PasswordTooShort, PasswordUnchanged
from helpdesk.services.failed_tries import TooManyTries
from helpdesk.services.staff_accounts import (
    NoSession,
    WrongPassword,
    WrongStaffLogin,
)
from helpdesk.settings import Settings
from helpdesk.storage import desk_tables
from tests.databases import Databases
from tests.fakes import FakeClock
from tests.services.conftest import Rows

PASSWORD = "Sample-Op1-Desk"
NEW = "a new long password"

Audit = Callable[[], list[tuple[Any, ...]]]


def log_in(
    helpdesk: Helpdesk,
    operator: str = "op1",
    password: str = PASSWORD,
    address: str | None = None,
) -> str:
    return helpdesk.staff_accounts.log_in(operator, password, address)


def fail(
    helpdesk: Helpdesk, times: int, operator: str = "op1", address: str | None = None
) -> None:
    for _ in range(times):
        with pytest.raises(WrongStaffLogin):
            log_in(helpdesk, operator, "wrong", address)


def can_log_in(helpdesk: Helpdesk, address: str | None = None) -> bool:
    try:
        log_in(helpdesk, address=address)
    except TooManyTries:
        return False
    return True


def is_in(helpdesk: Helpdesk, token: str) -> bool:
    return helpdesk.staff_accounts.session_of(token) is not None


# --- Login ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("op1", id="as it is"),
        pytest.param(" OP1\n", id="capitals and white space"),
        pytest.param("ｏｐ１", id="full-width"),
    ],
)
def test_login_begins_a_session(helpdesk: Helpdesk, audit: Audit, typed: str):
    session = helpdesk.staff_accounts.session_of(log_in(helpdesk, typed))

    assert session is not None
    assert (session.operator.id, session.operator.role, session.is_complete) == (
        "op1",
        Role.OPERATOR,
        True,
    )
    assert len(session.csrf) >= 32
    assert audit() == [("operator:op1", "logged_in", "op1", {})]


@pytest.mark.parametrize(
    ("operator", "password", "entry"),
    [
        pytest.param(
            *("op1", "wrong"),
            ("operator:op1", "login_failed", "op1", {"why": "password"}),
            id="wrong password",
        ),
        pytest.param(
            *("op1", f"{PASSWORD} "),
            ("operator:op1", "login_failed", "op1", {"why": "password"}),
            id="a space after the password",
        ),
        pytest.param(
            *("op1", "Sample-Op2-Desk"),
            ("operator:op1", "login_failed", "op1", {"why": "password"}),
            id="a colleague's password",
        ),
        pytest.param(
            *("nobody", "nobody"),
            ("operator:?", "login_failed", "?", {"why": "unknown"}),
            id="unknown",
        ),
        pytest.param(
            *("op2", "Sample-Op2-Desk"),
            ("operator:op2", "login_failed", "op2", {"why": "closed"}),
            id="closed",
        ),
    ],
)
def test_wrong_login_is_refused_alike(
    helpdesk: Helpdesk,
    audit: Audit,
    operator: str,
    password: str,
    entry: tuple[Any, ...],
):
    with helpdesk.database.writing() as unit:
        unit.operators.change("op2", name="鈴木", role=Role.OPERATOR, is_active=False)

    with pytest.raises(WrongStaffLogin) as refused:
        log_in(helpdesk, operator, password)

    assert (str(refused.value), audit()) == ("", [entry])


def test_operator_without_a_password_cannot_log_in(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        former = unit.operators.get("op1")
        assert former is not None
        unit.operators.add(replace(former, id="new"), None)

    for password in ("", "nobody"):
        with pytest.raises(WrongStaffLogin):
            log_in(helpdesk, "new", password)


def test_nothing_typed_and_no_token_is_stored(
    helpdesk: Helpdesk, everything_stored: Callable[[], str]
):
    with pytest.raises(WrongStaffLogin):
        log_in(helpdesk, "my secret in the wrong field", "another secret")
    token = log_in(helpdesk)
    helpdesk.staff_accounts.change_password(token, PASSWORD, NEW, None)

    stored = everything_stored()
    secrets = ("my secret", "another secret", token, PASSWORD, NEW)
    assert [each for each in secrets if each in stored] == []


def test_sample_passwords_open_nothing_in_production(
    databases: Databases, settings: Settings
):
    """The names stay free: a real administrator may be called admin."""
    address = databases.empty()
    sample = build(settings.model_copy(update={"database_url": address}))
    sample.database.migrate()
    sample.sample_world.fill()
    production = build(
        settings.model_copy(update={"database_url": address, "env": "production"})
    )

    for each in sample.sample_world.operators():
        with pytest.raises(WrongStaffLogin):
            log_in(production, each.id, each.password)
    password = production.people.rescue_administrator("admin")

    assert is_in(production, log_in(production, "admin", password))
    for services in (sample, production):
        services.database.engine.dispose()


# --- Tries ----------------------------------------------------------------------------


@pytest.mark.parametrize(("times", "is_locked"), [(4, False), (5, True)], ids=str)
def test_fifth_wrong_login_locks(helpdesk: Helpdesk, times: int, is_locked: bool):
    fail(helpdesk, times)

    assert can_log_in(helpdesk) == (not is_locked)


@pytest.mark.parametrize(
    ("wait", "is_locked"),
    [(899, True), (900, False), (901, False)],
    ids=["a second before", "at the end", "a second after"],
)
def test_lock_lasts_fifteen_minutes(
    helpdesk: Helpdesk, clock: FakeClock, wait: int, is_locked: bool
):
    fail(helpdesk, 5)
    clock.forward(seconds=wait)

    assert can_log_in(helpdesk) == (not is_locked)


def test_unknown_operator_locks_like_a_known_one(helpdesk: Helpdesk):
    fail(helpdesk, 5, "nobody")

    with pytest.raises(TooManyTries):
        log_in(helpdesk, "nobody", "wrong")


def test_lock_of_one_leaves_colleagues_at_the_same_address_alone(helpdesk: Helpdesk):
    fail(helpdesk, 5, "op2", "192.0.2.1")

    assert can_log_in(helpdesk, "192.0.2.1")


@pytest.mark.parametrize(
    ("times", "address", "is_locked"),
    [
        pytest.param(3, "192.0.2.1", False, id="before"),
        pytest.param(4, "192.0.2.1", True, id="at the limit"),
        pytest.param(4, "192.0.2.2", False, id="another address"),
    ],
)
def test_twenty_wrong_logins_lock_their_address(
    helpdesk: Helpdesk, times: int, address: str, is_locked: bool
):
    for number in range(4):
        fail(helpdesk, 4, f"nobody{number}", "192.0.2.1")
    fail(helpdesk, times, "nobody", "192.0.2.1")

    assert can_log_in(helpdesk, address) == (not is_locked)


def test_lock_is_noted_once(helpdesk: Helpdesk, audit: Audit):
    fail(helpdesk, 5)
    assert not can_log_in(helpdesk)

    assert [action for _, action, *_ in audit()] == [
        *["login_failed"] * 5,
        "login_locked",
    ]


# --- Sessions -------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "unknown"])
def test_unknown_token_is_nobodys(helpdesk: Helpdesk, token: str):
    assert not is_in(helpdesk, token)


@pytest.mark.parametrize(
    ("seconds", "goes_on"),
    [(3599, True), (3600, False), (3601, False)],
    ids=["a second before", "after an hour", "a second after"],
)
def test_session_ends_when_idle(
    helpdesk: Helpdesk, clock: FakeClock, seconds: int, goes_on: bool
):
    token = log_in(helpdesk)
    clock.forward(seconds=seconds)

    assert is_in(helpdesk, token) == goes_on


@pytest.mark.parametrize(
    ("seconds", "goes_on"),
    [(-1, True), (0, False), (1, False)],
    ids=["a second before", "after twelve hours", "a second after"],
)
def test_session_that_is_used_ends_all_the_same(
    helpdesk: Helpdesk, clock: FakeClock, seconds: int, goes_on: bool
):
    token = log_in(helpdesk)
    for _ in range(23):
        clock.forward(minutes=30)
        assert is_in(helpdesk, token)

    clock.forward(seconds=30 * 60 + seconds)

    assert is_in(helpdesk, token) == goes_on


@pytest.mark.parametrize(
    ("seconds", "is_written"),
    [(59, False), (60, True), (61, True)],
    ids=["a second before", "after a minute", "a second after"],
)
def test_use_is_written_once_a_minute(
    helpdesk: Helpdesk, clock: FakeClock, rows: Rows, seconds: int, is_written: bool
):
    token = log_in(helpdesk)
    begun = clock()
    clock.forward(seconds=seconds)

    helpdesk.staff_accounts.session_of(token)

    (row,) = rows(desk_tables.staff_sessions)
    assert row["seen_at"] == (clock() if is_written else begun)


def test_sessions_that_are_over_are_forgotten(
    helpdesk: Helpdesk, clock: FakeClock, rows: Rows
):
    log_in(helpdesk)
    clock.forward(hours=1)

    log_in(helpdesk, "op2", "Sample-Op2-Desk")

    assert [row["operator"] for row in rows(desk_tables.staff_sessions)] == ["op2"]


def test_logout_ends_this_session_alone(helpdesk: Helpdesk, audit: Audit):
    here, elsewhere = log_in(helpdesk), log_in(helpdesk)

    first = helpdesk.staff_accounts.log_out(here)
    between = (is_in(helpdesk, here), is_in(helpdesk, elsewhere))
    last = helpdesk.staff_accounts.log_out(elsewhere)

    assert (first, between, last and last.id) == (None, (False, True), "op1")
    assert audit()[-1] == ("operator:op1", "logged_out", "op1", {})


def test_logout_twice_is_no_error(helpdesk: Helpdesk):
    token = log_in(helpdesk)
    helpdesk.staff_accounts.log_out(token)

    assert helpdesk.staff_accounts.log_out(token) is None


# --- The own password -----------------------------------------------------------------


def test_new_password_ends_the_other_sessions(helpdesk: Helpdesk, audit: Audit):
    here, elsewhere = log_in(helpdesk), log_in(helpdesk)

    helpdesk.staff_accounts.change_password(here, PASSWORD, NEW, None)

    assert (is_in(helpdesk, here), is_in(helpdesk, elsewhere)) == (True, False)
    assert is_in(helpdesk, log_in(helpdesk, password=NEW))
    fail(helpdesk, 1)
    assert ("operator:op1", "password_changed", "op1", {}) in audit()


@pytest.mark.parametrize(
    ("current", "new", "error"),
    [
        pytest.param("wrong", NEW, WrongPassword, id="wrong password"),
        pytest.param(PASSWORD, "x" * 11, PasswordTooShort, id="too short"),
        pytest.param(PASSWORD, PASSWORD, PasswordUnchanged, id="unchanged"),
    ],
)
def test_refused_password_changes_nothing(
    helpdesk: Helpdesk, current: str, new: str, error: type[Exception]
):
    here, elsewhere = log_in(helpdesk), log_in(helpdesk)

    with pytest.raises(error):
        helpdesk.staff_accounts.change_password(here, current, new, None)

    assert (is_in(helpdesk, elsewhere), can_log_in(helpdesk)) == (True, True)


def test_guessing_the_own_password_locks(helpdesk: Helpdesk):
    token = log_in(helpdesk)
    for _ in range(5):
        with pytest.raises(WrongPassword):
            helpdesk.staff_accounts.change_password(token, "wrong", NEW, None)

    with pytest.raises(TooManyTries):
        helpdesk.staff_accounts.change_password(token, PASSWORD, NEW, None)


def test_password_is_not_changed_without_a_session(helpdesk: Helpdesk):
    with pytest.raises(NoSession):
        helpdesk.staff_accounts.change_password("unknown", PASSWORD, NEW, None)
