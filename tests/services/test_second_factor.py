"""The second factor of the staff: set up, asked for, never good twice, removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.services.failed_tries import TooManyTries
from helpdesk.services.staff_accounts import (
    NoSession,
    WrongCode,
    WrongPassword,
    WrongStaffLogin,
)
from tests.fakes import FakeClock

PASSWORD = "Sample-Op1-Desk"


def log_in(helpdesk: Helpdesk) -> str:
    return helpdesk.staff_accounts.log_in("op1", PASSWORD, None)


def is_complete(helpdesk: Helpdesk, token: str) -> bool | None:
    """None if there is no such session."""
    session = helpdesk.staff_accounts.session_of(token)
    return session and session.is_complete


class Phone:
    """An authenticator app that has read the secret."""

    def __init__(self, secret: str, clock: FakeClock) -> None:
        self.totp = pyotp.TOTP(secret)
        self._clock = clock

    def code(self, seconds: int = 0) -> str:
        """The code that is shown so many seconds from now."""
        return self.totp.at(int(self._clock().timestamp()) + seconds)

    def wrong(self) -> str:
        near = {self.code(seconds) for seconds in (-60, -30, 0, 30, 60)}
        return next(code for code in map("{:06}".format, range(9)) if code not in near)


@pytest.fixture
def phone(helpdesk: Helpdesk, clock: FakeClock) -> Phone:
    """The phone of op1, who has just set the second factor up and logged out."""
    token = log_in(helpdesk)
    phone = begin(helpdesk, clock, token)
    helpdesk.staff_accounts.confirm_totp(token, phone.code())
    helpdesk.staff_accounts.log_out(token)
    clock.forward(seconds=30)
    return phone


def begin(helpdesk: Helpdesk, clock: FakeClock, token: str) -> Phone:
    helpdesk.staff_accounts.begin_totp(token)
    pending = helpdesk.staff_accounts.pending_totp(token)
    assert pending is not None
    return Phone(pending.secret, clock)


# --- Setting it up --------------------------------------------------------------------


def test_address_is_what_an_app_reads(helpdesk: Helpdesk):
    token = log_in(helpdesk)
    helpdesk.staff_accounts.begin_totp(token)

    pending = helpdesk.staff_accounts.pending_totp(token)

    assert pending is not None
    address = urlsplit(pending.address)
    assert (address.scheme, address.netloc, parse_qs(address.query)) == (
        *("otpauth", "totp"),
        {"secret": [pending.secret], "issuer": ["いつでもヘルプ"]},
    )
    assert address.path.endswith(":op1")


def test_secret_is_stored_encrypted(
    helpdesk: Helpdesk, phone: Phone, everything_stored: Callable[[], str]
):
    assert phone.totp.secret not in everything_stored()


def test_unconfirmed_secret_is_not_asked_for(helpdesk: Helpdesk, clock: FakeClock):
    begin(helpdesk, clock, log_in(helpdesk))

    assert is_complete(helpdesk, log_in(helpdesk)) is True


def test_new_secret_takes_the_place_of_an_unconfirmed_one(
    helpdesk: Helpdesk, clock: FakeClock
):
    token = log_in(helpdesk)
    former = begin(helpdesk, clock, token)
    begin(helpdesk, clock, token)

    with pytest.raises(WrongCode):
        helpdesk.staff_accounts.confirm_totp(token, former.code())


def test_confirmed_secret_stays(helpdesk: Helpdesk, clock: FakeClock):
    token = log_in(helpdesk)
    phone = begin(helpdesk, clock, token)
    helpdesk.staff_accounts.confirm_totp(token, phone.code())

    helpdesk.staff_accounts.begin_totp(token)

    assert helpdesk.staff_accounts.pending_totp(token) is None
    clock.forward(seconds=30)
    waiting = log_in(helpdesk)
    assert helpdesk.staff_accounts.give_code(waiting, phone.code(), None)


def test_confirming_ends_the_other_sessions(
    helpdesk: Helpdesk, clock: FakeClock, audit: Callable[[], list[tuple[Any, ...]]]
):
    here, elsewhere = log_in(helpdesk), log_in(helpdesk)
    phone = begin(helpdesk, clock, here)

    helpdesk.staff_accounts.confirm_totp(here, phone.code())

    assert (is_complete(helpdesk, here), is_complete(helpdesk, elsewhere)) == (
        True,
        None,
    )
    assert audit()[-1] == ("operator:op1", "second_factor_on", "op1", {})


def test_nothing_to_confirm_is_a_wrong_code(helpdesk: Helpdesk):
    with pytest.raises(WrongCode):
        helpdesk.staff_accounts.confirm_totp(log_in(helpdesk), "123456")


# --- Asking for it --------------------------------------------------------------------


def test_code_completes_the_session_under_another_token(
    helpdesk: Helpdesk, phone: Phone, audit: Callable[[], list[tuple[Any, ...]]]
):
    waiting = log_in(helpdesk)
    before = is_complete(helpdesk, waiting)

    token = helpdesk.staff_accounts.give_code(waiting, phone.code(), None)

    assert (before, is_complete(helpdesk, token), is_complete(helpdesk, waiting)) == (
        False,
        True,
        None,
    )
    assert audit()[-1] == ("operator:op1", "logged_in", "op1", {})


@pytest.mark.parametrize(
    ("seconds", "is_good"),
    [(-60, False), (-30, True), (0, True), (30, True), (60, False)],
)
def test_code_of_a_clock_that_is_a_little_off_is_good(
    helpdesk: Helpdesk, phone: Phone, clock: FakeClock, seconds: int, is_good: bool
):
    clock.forward(minutes=5)
    waiting, code = log_in(helpdesk), phone.code(seconds)

    assert gives(helpdesk, waiting, code) == is_good


def gives(helpdesk: Helpdesk, waiting: str, code: str) -> bool:
    try:
        helpdesk.staff_accounts.give_code(waiting, code, None)
    except WrongCode:
        return False
    return True


def test_code_as_typed_on_a_japanese_keyboard_is_good(helpdesk: Helpdesk, phone: Phone):
    code = phone.code().translate(str.maketrans("0123456789", "０１２３４５６７８９"))

    assert gives(helpdesk, log_in(helpdesk), f" {code[:3]}　{code[3:]}")


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "abcdef", "一二三四五六", "①"]
)
def test_no_code_is_a_wrong_code(helpdesk: Helpdesk, phone: Phone, code: str):
    assert not gives(helpdesk, log_in(helpdesk), code)


def test_code_is_never_good_twice(helpdesk: Helpdesk, phone: Phone):
    code = phone.code()
    first = gives(helpdesk, log_in(helpdesk), code)

    assert (first, gives(helpdesk, log_in(helpdesk), code)) == (True, False)


def test_code_of_the_set_up_is_not_good_again(helpdesk: Helpdesk, phone: Phone):
    assert not gives(helpdesk, log_in(helpdesk), phone.code(-30))


def test_code_before_one_that_was_taken_is_not_good(
    helpdesk: Helpdesk, phone: Phone, clock: FakeClock
):
    clock.forward(minutes=5)
    assert gives(helpdesk, log_in(helpdesk), phone.code())

    assert not gives(helpdesk, log_in(helpdesk), phone.code(-30))


def test_wrong_codes_lock_password_and_code(
    helpdesk: Helpdesk, phone: Phone, audit: Callable[[], list[tuple[Any, ...]]]
):
    waiting = log_in(helpdesk)
    for _ in range(5):
        assert not gives(helpdesk, waiting, phone.wrong())

    with pytest.raises(TooManyTries):
        helpdesk.staff_accounts.give_code(waiting, phone.code(), None)
    with pytest.raises(TooManyTries):
        log_in(helpdesk)
    assert audit()[-2:] == [
        ("operator:op1", "login_failed", "op1", {"why": "code"}),
        ("operator:op1", "login_locked", "op1", {}),
    ]


@pytest.mark.parametrize(
    ("seconds", "goes_on"),
    [(599, True), (600, False), (601, False)],
    ids=["a second before", "after ten minutes", "a second after"],
)
def test_session_waits_ten_minutes_for_the_code(
    helpdesk: Helpdesk, phone: Phone, clock: FakeClock, seconds: int, goes_on: bool
):
    waiting = log_in(helpdesk)
    clock.forward(seconds=seconds)

    found = is_complete(helpdesk, waiting) is not None

    assert found == goes_on
    if not goes_on:
        with pytest.raises(NoSession):
            helpdesk.staff_accounts.give_code(waiting, phone.code(), None)


def test_session_that_waits_for_the_code_changes_nothing(
    helpdesk: Helpdesk, phone: Phone
):
    waiting, accounts = log_in(helpdesk), helpdesk.staff_accounts

    with pytest.raises(NoSession):
        accounts.change_password(waiting, PASSWORD, "a new long password", None)
    with pytest.raises(NoSession):
        accounts.switch_off_totp(waiting, PASSWORD, None)
    with pytest.raises(NoSession):
        accounts.begin_totp(waiting)


def test_password_alone_does_not_help_with_a_wrong_one(
    helpdesk: Helpdesk, phone: Phone
):
    with pytest.raises(WrongStaffLogin):
        helpdesk.staff_accounts.log_in("op1", "wrong", None)


# --- Removing it ----------------------------------------------------------------------


def test_password_switches_it_off(helpdesk: Helpdesk, phone: Phone):
    token = helpdesk.staff_accounts.give_code(log_in(helpdesk), phone.code(), None)

    with pytest.raises(WrongPassword):
        helpdesk.staff_accounts.switch_off_totp(token, "wrong", None)
    between = is_complete(helpdesk, log_in(helpdesk))
    helpdesk.staff_accounts.switch_off_totp(token, PASSWORD, None)

    assert (between, is_complete(helpdesk, log_in(helpdesk))) == (False, True)


def test_administrator_removes_it(helpdesk: Helpdesk, phone: Phone):
    chief = helpdesk.staff_accounts.session_of(
        helpdesk.staff_accounts.log_in("admin", "Sample-Admin-Desk", None)
    )
    waiting = log_in(helpdesk)
    assert chief is not None

    helpdesk.people.remove_second_factor(chief.operator, "op1")

    assert (
        is_complete(helpdesk, waiting),
        is_complete(helpdesk, log_in(helpdesk)),
    ) == (
        None,
        True,
    )
