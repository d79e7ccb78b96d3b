"""Who works at the desk: what administrators do, and what nobody may."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.staff import NotPermitted, Operator, Role, Status
from helpdesk.domain.staff_logins import BadOperatorId, BadOperatorName
from helpdesk.services.failed_tries import TooManyTries
from helpdesk.services.people import (
    LastAdministrator,
    OperatorExists,
    Person,
    StillTalking,
)
from helpdesk.services.staff_accounts import WrongStaffLogin
from helpdesk.services.talks import UnknownOperator
from tests.fakes import NOW, FakeClock, japan

Audit = Callable[[], list[tuple[Any, ...]]]


def operator(helpdesk: Helpdesk, key: str) -> Operator:
    with helpdesk.database.reading() as unit:
        found = unit.operators.get(key)
    assert found is not None
    return found


@pytest.fixture
def admin(helpdesk: Helpdesk) -> Operator:
    return operator(helpdesk, "admin")


def is_in(helpdesk: Helpdesk, token: str) -> bool:
    return helpdesk.staff_accounts.session_of(token) is not None


def op1_logs_in(helpdesk: Helpdesk, password: str = "Sample-Op1-Desk") -> str:
    return helpdesk.staff_accounts.log_in("op1", password, None)


def change(
    helpdesk: Helpdesk,
    actor: Operator,
    key: str,
    *,
    name: str | None = None,
    role: Role | None = None,
    is_active: bool = True,
) -> None:
    former = operator(helpdesk, key)
    helpdesk.people.change(
        *(actor, key),
        name=former.name if name is None else name,
        role=role or former.role,
        is_active=is_active,
    )


# --- Adding ---------------------------------------------------------------------------


def test_new_operator_logs_in_with_the_initial_password(
    helpdesk: Helpdesk,
    admin: Operator,
    audit: Audit,
    everything_stored: Callable[[], str],
):
    password = helpdesk.people.add(admin, "tanaka", " 田中 ", Role.SUPERVISOR)

    added = Operator("tanaka", "田中", Role.SUPERVISOR, Status.OFF, NOW)
    assert operator(helpdesk, "tanaka") == added
    assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", password)
    assert password not in everything_stored()
    assert audit() == [
        ("operator:admin", "operator_added", "tanaka", {"role": "supervisor"})
    ]
    assert is_in(helpdesk, helpdesk.staff_accounts.log_in("tanaka", password, None))


@pytest.mark.parametrize(
    ("key", "name", "error"),
    [
        pytest.param("Tanaka", "田中", BadOperatorId, id="capital"),
        pytest.param("tanaka", "", BadOperatorName, id="no name"),
        pytest.param("op1", "田中", OperatorExists, id="taken"),
    ],
)
def test_bad_operator_is_not_added(
    helpdesk: Helpdesk, admin: Operator, key: str, name: str, error: type[Exception]
):
    with pytest.raises(error):
        helpdesk.people.add(admin, key, name, Role.OPERATOR)

    keys = [each.operator.id for each in helpdesk.people.all(admin)]
    assert keys == ["admin", "chief", "op1", "op2"]


@pytest.mark.parametrize("key", ["op1", "chief"])
def test_only_administrators_manage_the_staff(helpdesk: Helpdesk, key: str):
    actor, people = operator(helpdesk, key), helpdesk.people
    acts: list[Callable[[], object]] = [
        lambda: people.all(actor),
        lambda: people.get(actor, "op2"),
        lambda: people.add(actor, "tanaka", "田中", Role.OPERATOR),
        lambda: change(helpdesk, actor, key, role=Role.ADMINISTRATOR),
        lambda: people.reset_password(actor, "op2"),
        lambda: people.remove_second_factor(actor, "op2"),
        lambda: people.lift_lock(actor, "op2"),
    ]

    for act in acts:
        with pytest.raises(NotPermitted):
            act()


def test_unknown_operator_is_said(helpdesk: Helpdesk, admin: Operator):
    people = helpdesk.people
    acts: list[Callable[[], object]] = [
        lambda: people.get(admin, "nobody"),
        lambda: people.change(
            admin, "nobody", name="x", role=Role.OPERATOR, is_active=True
        ),
        lambda: people.reset_password(admin, "nobody"),
        lambda: people.remove_second_factor(admin, "nobody"),
        lambda: people.lift_lock(admin, "nobody"),
        lambda: people.rescue_administrator("nobody"),
    ]

    for act in acts:
        with pytest.raises(UnknownOperator):
            act()


# --- Changing -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "detail", "goes_on"),
    [
        pytest.param({"name": "佐々木"}, {"name": "佐々木"}, True, id="name"),
        pytest.param(
            {"role": Role.SUPERVISOR}, {"role": "supervisor"}, False, id="role"
        ),
        pytest.param({"is_active": False}, {"is_active": False}, False, id="closed"),
    ],
)
def test_change_is_noted_and_ends_sessions_when_rights_change(
    helpdesk: Helpdesk,
    admin: Operator,
    audit: Audit,
    changes: dict[str, Any],
    detail: dict[str, Any],
    goes_on: bool,
):
    token = op1_logs_in(helpdesk)

    change(helpdesk, admin, "op1", **changes)

    assert is_in(helpdesk, token) == goes_on
    assert audit()[-1] == ("operator:admin", "operator_changed", "op1", detail)


def test_change_of_nothing_is_not_noted(
    helpdesk: Helpdesk, admin: Operator, audit: Audit
):
    change(helpdesk, admin, "op1")

    assert audit() == []


def test_closed_operator_leaves_the_desk(
    helpdesk: Helpdesk, admin: Operator, stranger: str
):
    with helpdesk.database.writing() as unit:
        helpdesk.handoffs.enqueue(unit, stranger, "request", f"customer:{stranger}")
        (request,) = unit.handoffs.waiting()
        unit.handoffs.assign(request.id, None, "op1", NOW)

    change(helpdesk, admin, "op1", is_active=False)

    closed = operator(helpdesk, "op1")
    with helpdesk.database.reading() as unit:
        (request,) = unit.handoffs.waiting()
    assert (closed.is_active, closed.status, request.assigned_to) == (
        False,
        Status.OFF,
        None,
    )
    with pytest.raises(WrongStaffLogin):
        op1_logs_in(helpdesk)


def test_operator_who_talks_is_not_closed(
    helpdesk: Helpdesk, admin: Operator, stranger: str
):
    with helpdesk.database.writing() as unit:
        helpdesk.handoffs.enqueue(unit, stranger, "request", f"customer:{stranger}")
    helpdesk.talks.claim(stranger, "op1")

    with pytest.raises(StillTalking) as refused:
        change(helpdesk, admin, "op1", is_active=False)
    still = operator(helpdesk, "op1")
    helpdesk.talks.resolve(stranger, "op1")
    change(helpdesk, admin, "op1", is_active=False)

    assert (refused.value.talks, still.is_active, still.status) == (
        1,
        True,
        Status.AVAILABLE,
    )
    assert not operator(helpdesk, "op1").is_active


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"role": Role.SUPERVISOR}, id="another role"),
        pytest.param({"is_active": False}, id="closed"),
    ],
)
def test_last_administrator_stays(
    helpdesk: Helpdesk, admin: Operator, changes: dict[str, Any]
):
    with pytest.raises(LastAdministrator):
        change(helpdesk, admin, "admin", **changes)
    change(helpdesk, admin, "chief", role=Role.ADMINISTRATOR)
    change(helpdesk, admin, "admin", **changes)

    with pytest.raises(LastAdministrator):
        change(helpdesk, operator(helpdesk, "chief"), "chief", **changes)


def test_closed_administrator_does_not_count(helpdesk: Helpdesk, admin: Operator):
    change(helpdesk, admin, "chief", role=Role.ADMINISTRATOR)
    change(helpdesk, admin, "chief", is_active=False)

    with pytest.raises(LastAdministrator):
        change(helpdesk, admin, "admin", role=Role.OPERATOR)


def test_last_administrator_may_change_the_name(helpdesk: Helpdesk, admin: Operator):
    change(helpdesk, admin, "admin", name="渡辺")

    assert operator(helpdesk, "admin").name == "渡辺"


def test_closed_operators_stand_last(helpdesk: Helpdesk, admin: Operator):
    change(helpdesk, admin, "chief", is_active=False)

    keys = [each.operator.id for each in helpdesk.people.all(admin)]

    assert keys == ["admin", "op1", "op2", "chief"]


# --- Letting in again -----------------------------------------------------------------


def test_reset_password_ends_sessions_and_the_old_password(
    helpdesk: Helpdesk, admin: Operator, audit: Audit
):
    token = op1_logs_in(helpdesk)

    password = helpdesk.people.reset_password(admin, "op1")

    assert audit()[-1] == ("operator:admin", "password_reset", "op1", {})
    assert not is_in(helpdesk, token)
    with pytest.raises(WrongStaffLogin):
        op1_logs_in(helpdesk)
    assert is_in(helpdesk, op1_logs_in(helpdesk, password))


def test_lifted_lock_lets_in_at_once(
    helpdesk: Helpdesk, admin: Operator, audit: Audit, clock: FakeClock
):
    for _ in range(5):
        with pytest.raises(WrongStaffLogin):
            op1_logs_in(helpdesk, "wrong")
    with pytest.raises(TooManyTries):
        op1_logs_in(helpdesk)
    locked = helpdesk.people.get(admin, "op1")

    helpdesk.people.lift_lock(admin, "op1")

    op1 = operator(helpdesk, "op1")
    assert (locked, helpdesk.people.get(admin, "op1")) == (
        Person(op1, japan(2026, 11, 24, 11, 15)),
        Person(op1, None),
    )
    assert audit()[-1] == ("operator:admin", "login_lock_lifted", "op1", {})
    assert is_in(helpdesk, op1_logs_in(helpdesk))


# --- From the terminal ----------------------------------------------------------------


def test_first_administrator_comes_from_the_terminal(helpdesk: Helpdesk, audit: Audit):
    password = helpdesk.people.add_administrator("tanaka", "田中")

    assert operator(helpdesk, "tanaka").role is Role.ADMINISTRATOR
    assert is_in(helpdesk, helpdesk.staff_accounts.log_in("tanaka", password, None))
    assert audit()[0] == (
        *("terminal", "operator_added", "tanaka"),
        {"role": "administrator"},
    )


def test_rescue_lets_anybody_in_as_administrator(
    helpdesk: Helpdesk, admin: Operator, audit: Audit
):
    change(helpdesk, admin, "op1", is_active=False)
    for _ in range(5):
        with pytest.raises(WrongStaffLogin):
            op1_logs_in(helpdesk)

    password = helpdesk.people.rescue_administrator("op1")

    rescued = operator(helpdesk, "op1")
    assert (rescued.role, rescued.is_active) == (Role.ADMINISTRATOR, True)
    assert is_in(helpdesk, op1_logs_in(helpdesk, password))
    assert [entry[:3] for entry in audit()[-3:-1]] == [
        ("terminal", "administrator_rescued", "op1"),
        ("terminal", "password_reset", "op1"),
    ]
