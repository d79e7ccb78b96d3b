"""Finding codes, and the limit on trying them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.user_code import InvalidUserCode
from helpdesk.services.failed_tries import TooManyTries
from helpdesk.services.user_codes import RevokedUserCode, UnknownUserCode
from tests.fakes import NOW, FakeClock

CODE = "24681357902468249"  # eita.2
UNKNOWN = "99999999999999999"
REVOKED = "86420975310000042"  # saori.1's first
QUARTER = timedelta(minutes=15)


def fail(
    helpdesk: Helpdesk, customer: str, times: int, address: str | None = None
) -> None:
    """Try codes that no subscription has."""
    for _ in range(times):
        with pytest.raises(UnknownUserCode):
            helpdesk.user_codes.find(customer, UNKNOWN, address)


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(CODE, id="plain"),
        pytest.param("２４６８１３５７９０２４６８２４９", id="full-width"),
        pytest.param("2468 1357 9024 68249", id="spaced"),
        pytest.param("2468-1357-9024-68249", id="hyphens"),
        pytest.param(
            "２４６８－１３５７－９０２４－６８２４９", id="full-width hyphens"
        ),
        pytest.param(
            "２４６８　１３５７　９０２４　６８２４９", id="full-width spaces"
        ),
        pytest.param("2468ー1357ー9024ー68249", id="long-vowel marks"),
        pytest.param(f"  {CODE}\n", id="white space around"),
    ],
)
def test_code_is_found_in_any_dress(helpdesk: Helpdesk, typed: str):
    found = helpdesk.user_codes.find("aiko", typed)

    assert found == helpdesk.eligibility.subscription("eita.2")


@pytest.mark.parametrize(
    ("typed", "digits", "letters"),
    [
        pytest.param("", 0, 0, id="empty"),
        pytest.param(CODE[:16], 16, 0, id="one short"),
        pytest.param(CODE + "0", 18, 0, id="one too many"),
        pytest.param(CODE[:16] + "O", 16, 1, id="a letter"),
    ],
)
def test_malformed_code_is_refused_and_noted(
    helpdesk: Helpdesk, typed: str, digits: int, letters: int
):
    with pytest.raises(InvalidUserCode) as refused:
        helpdesk.user_codes.find("aiko", typed)

    assert (refused.value.digits, refused.value.letters) == (digits, letters)
    assert helpdesk.user_codes.recent_failures("aiko") == 1


def test_malformed_codes_do_not_lock(helpdesk: Helpdesk):
    for _ in range(10):
        with pytest.raises(InvalidUserCode):
            helpdesk.user_codes.find("aiko", CODE[:16])

    assert helpdesk.user_codes.find("aiko", CODE).id == "eita.2"


def test_replaced_code_is_known_as_such(helpdesk: Helpdesk):
    """F-ERR-01: what stands behind the text on the screen."""
    with pytest.raises(RevokedUserCode):
        helpdesk.user_codes.find("saori", REVOKED)


def test_fifth_unknown_code_locks(helpdesk: Helpdesk):
    fail(helpdesk, "aiko", 5)

    with pytest.raises(TooManyTries) as locked:
        helpdesk.user_codes.find("aiko", CODE)

    assert locked.value.until == NOW + QUARTER


def test_four_unknown_codes_do_not_lock(helpdesk: Helpdesk):
    fail(helpdesk, "aiko", 4)

    assert helpdesk.user_codes.find("aiko", CODE).id == "eita.2"


def test_replaced_codes_count_like_unknown_ones(helpdesk: Helpdesk):
    fail(helpdesk, "aiko", 4)
    with pytest.raises(RevokedUserCode):
        helpdesk.user_codes.find("aiko", REVOKED)

    with pytest.raises(TooManyTries):
        helpdesk.user_codes.find("aiko", CODE)


@pytest.mark.parametrize(
    "typed", [CODE, CODE[:16], UNKNOWN], ids=["right", "short", "wrong"]
)
def test_nothing_is_tried_while_locked(helpdesk: Helpdesk, typed: str):
    fail(helpdesk, "aiko", 5)

    with pytest.raises(TooManyTries):
        helpdesk.user_codes.find("aiko", typed)

    assert helpdesk.user_codes.recent_failures("aiko") == 5


@pytest.mark.parametrize(
    ("wait", "is_locked"),
    [
        pytest.param(
            QUARTER - timedelta(seconds=1), True, id="a second before the end"
        ),
        pytest.param(QUARTER, False, id="at the end"),
        pytest.param(
            QUARTER + timedelta(seconds=1), False, id="a second after the end"
        ),
    ],
)
def test_lock_lasts_fifteen_minutes(
    helpdesk: Helpdesk, clock: FakeClock, wait: timedelta, is_locked: bool
):
    fail(helpdesk, "aiko", 5)
    clock.forward(seconds=wait.total_seconds())

    assert can_find(helpdesk, "aiko") == (not is_locked)


@pytest.mark.parametrize(
    ("spread", "is_locked"),
    [
        pytest.param(QUARTER - timedelta(seconds=1), True, id="a second within"),
        pytest.param(QUARTER, False, id="exactly fifteen minutes"),
        pytest.param(QUARTER + timedelta(seconds=1), False, id="a second beyond"),
    ],
)
def test_five_codes_lock_within_fifteen_minutes(
    helpdesk: Helpdesk, clock: FakeClock, spread: timedelta, is_locked: bool
):
    fail(helpdesk, "aiko", 1)
    clock.forward(seconds=spread.total_seconds())
    fail(helpdesk, "aiko", 4)

    assert can_find(helpdesk, "aiko") == (not is_locked)


def test_lock_is_that_of_one_customer(helpdesk: Helpdesk, stranger: str):
    fail(helpdesk, "aiko", 5)

    assert can_find(helpdesk, stranger)


@pytest.mark.parametrize(
    ("address", "is_locked"),
    [("192.0.2.1", True), ("192.0.2.2", False), (None, False)],
    ids=["the same address", "another address", "no address: the chat"],
)
def test_lock_is_that_of_an_address_too(
    helpdesk: Helpdesk, stranger: str, address: str | None, is_locked: bool
):
    fail(helpdesk, "aiko", 5, "192.0.2.1")

    assert can_find(helpdesk, stranger, address) == (not is_locked)


def test_address_is_not_stored(
    helpdesk: Helpdesk, everything_stored: Callable[[], str]
):
    fail(helpdesk, "aiko", 1, "192.0.2.1")

    assert "192.0.2.1" not in everything_stored()


@pytest.mark.parametrize(
    ("age", "count"), [(899, 3), (901, 0)], ids=["a second before", "a second after"]
)
def test_failures_of_every_kind_count_for_a_quarter_of_an_hour(
    helpdesk: Helpdesk, clock: FakeClock, age: int, count: int
):
    with pytest.raises(InvalidUserCode):
        helpdesk.user_codes.find("aiko", "123")
    fail(helpdesk, "aiko", 1)
    with pytest.raises(RevokedUserCode):
        helpdesk.user_codes.find("aiko", REVOKED)
    clock.forward(seconds=age)

    assert helpdesk.user_codes.recent_failures("aiko") == count


def test_codes_are_not_stored_in_the_clear(
    helpdesk: Helpdesk, everything_stored: Callable[[], str]
):
    fail(helpdesk, "aiko", 1)

    stored = everything_stored()

    assert [code for code in (CODE, UNKNOWN, REVOKED) if code in stored] == []


def can_find(helpdesk: Helpdesk, customer: str, address: str | None = None) -> bool:
    """Whether a right code is taken: nothing is locked."""
    try:
        helpdesk.user_codes.find(customer, CODE, address)
    except TooManyTries:
        return False
    return True
