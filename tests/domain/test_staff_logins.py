"""Names and passwords of the staff, and the life of a session."""

from __future__ import annotations

from datetime import timedelta

import pytest

from helpdesk.domain.staff_logins import (
    COMPLETE,
    INCOMPLETE,
    BadOperatorId,
    BadOperatorName,
    PasswordTooShort,
    PasswordUnchanged,
    SessionLimit,
    check_operator_id,
    check_operator_name,
    check_password,
)
from tests.fakes import NOW

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("new", "former", "error"),
    [
        pytest.param("a" * 11, None, PasswordTooShort, id="eleven"),
        pytest.param("a" * 12, None, None, id="twelve"),
        pytest.param("あ" * 12, None, None, id="twelve kana"),
        pytest.param("a" * 200, None, None, id="as long as one likes"),
        pytest.param("a" * 12, "a" * 12, PasswordUnchanged, id="the old one"),
        pytest.param("a" * 12, "A" * 12, None, id="the old one in another case"),
    ],
)
def test_password_is_long_and_new(
    new: str, former: str | None, error: type[Exception] | None
):
    if error is None:
        check_password(new, former)
    else:
        with pytest.raises(error):
            check_password(new, former)


@pytest.mark.parametrize("operator", ["op1", "a", "yamada.taro-2_x", "1" * 32])
def test_operator_id_is_good(operator: str):
    check_operator_id(operator)


@pytest.mark.parametrize(
    "operator",
    ["", "Op1", "-op", "山田", "o p", "op1\n", "?", "o" * 33, "op/1", "op:1"],
)
def test_operator_id_is_bad(operator: str):
    with pytest.raises(BadOperatorId):
        check_operator_id(operator)


@pytest.mark.parametrize(
    ("name", "is_good"),
    [
        ("山田", True),
        ("山" * 32, True),
        ("山" * 33, False),
        ("", False),
        (" 　", False),
    ],
)
def test_operator_name_is_short_and_not_empty(name: str, is_good: bool):
    if is_good:
        check_operator_name(name)
    else:
        with pytest.raises(BadOperatorName):
            check_operator_name(name)


@pytest.mark.parametrize(
    ("limit", "idle", "whole"),
    [
        pytest.param(COMPLETE, timedelta(hours=1), timedelta(hours=12), id="complete"),
        pytest.param(
            INCOMPLETE, timedelta(minutes=10), timedelta(minutes=10), id="incomplete"
        ),
    ],
)
def test_session_ends_at_its_limits(
    limit: SessionLimit, idle: timedelta, whole: timedelta
):
    by_idleness = [limit.is_over(NOW, NOW, NOW + idle + each) for each in around()]
    by_age = [
        limit.is_over(NOW, NOW + whole + each, NOW + whole + each) for each in around()
    ]

    assert (by_idleness, by_age) == ([False, True, True], [False, True, True])


def around() -> list[timedelta]:
    """Before, at and after a limit."""
    return [-SECOND, timedelta(), SECOND]
