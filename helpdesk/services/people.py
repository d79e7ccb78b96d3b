"""Who works at the desk: added, changed, closed and let in again by administrators."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from helpdesk.domain.staff import Operator, Permission, Role, Status
from helpdesk.domain.staff_logins import check_operator_id, check_operator_name
from helpdesk.services.ports import Clock, PasswordHasher, Store, Unit
from helpdesk.services.staff_tries import StaffTries
from helpdesk.services.talks import UnknownOperator

# Without letters and digits that look alike; four groups of four hold 79 bits.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS = 4
_TERMINAL = "terminal"


class OperatorExists(ValueError):
    """Somebody has this id already, perhaps somebody who left."""


class LastAdministrator(RuntimeError):
    """Nobody would be left who can manage the staff."""


class StillTalking(RuntimeError):
    """The operator still has talks: so many."""

    def __init__(self, talks: int) -> None:
        super().__init__(f"{talks} talks")
        self.talks = talks


@dataclass(frozen=True)
class Person:
    """An operator, with the end of the lock of the login (UTC), if it is locked."""

    operator: Operator
    locked_until: datetime | None


class PeopleService:
    """Every act needs the permission, and is in the audit log.

    Each method that takes an `actor` raises NotPermitted; each that takes an
    `operator` raises UnknownOperator.
    """

    def __init__(
        self, store: Store, hasher: PasswordHasher, tries: StaffTries, clock: Clock
    ) -> None:
        self._store = store
        self._hasher = hasher
        self._tries = tries
        self._clock = clock

    def all(self, actor: Operator) -> list[Person]:
        """Those who work here first, then those whose login is closed."""
        actor.require(Permission.MANAGE_STAFF)
        with self._store.reading() as unit:
            people = [self._person(unit, each) for each in unit.operators.all()]
        return sorted(people, key=lambda each: not each.operator.is_active)

    def get(self, actor: Operator, operator: str) -> Person:
        actor.require(Permission.MANAGE_STAFF)
        with self._store.reading() as unit:
            return self._person(unit, self._operator(unit, operator))

    def add(self, actor: Operator, operator: str, name: str, role: Role) -> str:
        """The initial password, which is shown once and kept nowhere.

        Raises BadOperatorId, BadOperatorName, OperatorExists.
        """
        actor.require(Permission.MANAGE_STAFF)
        return self._add(f"operator:{actor.id}", operator, name, role)

    def change(
        self, actor: Operator, operator: str, *, name: str, role: Role, is_active: bool
    ) -> None:
        """A new role, or a closed login, ends the operator's sessions.

        Raises BadOperatorName, LastAdministrator, StillTalking.
        """
        actor.require(Permission.MANAGE_STAFF)
        check_operator_name(name)
        with self._store.writing() as unit:
            unit.locks.desk()
            former = self._operator(unit, operator)
            loses = role is not Role.ADMINISTRATOR or not is_active
            if loses and unit.staff_logins.administrators() == [operator]:
                raise LastAdministrator
            if former.is_active and not is_active:
                self._leave_desk(unit, operator, f"operator:{actor.id}")
            unit.operators.change(
                operator, name=name.strip(), role=role, is_active=is_active
            )
            if (former.role, former.is_active) != (role, is_active):
                unit.staff_sessions.end_all(operator)
            self._note_changes(unit, actor, former)

    def reset_password(self, actor: Operator, operator: str) -> str:
        """A new initial password; ends the operator's sessions."""
        actor.require(Permission.MANAGE_STAFF)
        return self._reset(f"operator:{actor.id}", operator)

    def remove_second_factor(self, actor: Operator, operator: str) -> None:
        """For who has lost the phone; ends the operator's sessions."""
        actor.require(Permission.MANAGE_STAFF)
        with self._store.writing() as unit:
            self._operator(unit, operator)
            if unit.staff_logins.remove_totp(operator):
                unit.staff_sessions.end_all(operator)
                self._audit(
                    unit, f"operator:{actor.id}", "second_factor_removed", operator
                )

    def lift_lock(self, actor: Operator, operator: str) -> None:
        """Let the operator try again at once."""
        actor.require(Permission.MANAGE_STAFF)
        with self._store.writing() as unit:
            self._operator(unit, operator)
            self._tries.lift(unit, operator)
            self._audit(unit, f"operator:{actor.id}", "login_lock_lifted", operator)

    # --- From the terminal of the machine ---------------------------------------------

    def add_administrator(self, operator: str, name: str) -> str:
        """The first one, whom nobody could add on a page; raises as `add`."""
        return self._add(_TERMINAL, operator, name, Role.ADMINISTRATOR)

    def rescue_administrator(self, operator: str) -> str:
        """Let somebody in again as administrator, without a second factor.

        Returns a new initial password.
        """
        with self._store.writing() as unit:
            former = self._operator(unit, operator)
            unit.operators.change(
                operator, name=former.name, role=Role.ADMINISTRATOR, is_active=True
            )
            unit.staff_logins.remove_totp(operator)
            self._tries.lift(unit, operator)
            self._audit(unit, _TERMINAL, "administrator_rescued", operator)
        return self._reset(_TERMINAL, operator)

    # --- Parts ------------------------------------------------------------------------

    def _add(self, actor: str, operator: str, name: str, role: Role) -> str:
        check_operator_id(operator)
        check_operator_name(name)
        password = _new_password()
        password_hash = self._hasher.hash(password)
        now = self._clock()
        with self._store.writing() as unit:
            unit.locks.desk()
            if unit.operators.get(operator) is not None:
                raise OperatorExists
            new = Operator(operator, name.strip(), role, Status.OFF, now)
            unit.operators.add(new, password_hash)
            self._audit(unit, actor, "operator_added", operator, role=role.value)
        return password

    def _reset(self, actor: str, operator: str) -> str:
        password = _new_password()
        password_hash = self._hasher.hash(password)
        with self._store.writing() as unit:
            self._operator(unit, operator)
            unit.staff_logins.set_password(operator, password_hash)
            unit.staff_sessions.end_all(operator)
            self._audit(unit, actor, "password_reset", operator)
        return password

    def _leave_desk(self, unit: Unit, operator: str, actor: str) -> None:
        """Raises StillTalking."""
        talks = sum(each.operator == operator for each in unit.handoffs.claimed())
        if talks:
            raise StillTalking(talks)
        now = self._clock()
        for request in unit.handoffs.waiting():
            if request.assigned_to == operator:
                unit.handoffs.assign(request.id, operator, None, now)
        if unit.operators.set_status(operator, Status.OFF, now):
            self._audit(unit, actor, "status_set", operator, status=Status.OFF.value)

    def _note_changes(self, unit: Unit, actor: Operator, former: Operator) -> None:
        """One line that names what has changed; none if nothing has."""
        now = self._operator(unit, former.id)
        pairs = {
            "name": (former.name, now.name),
            "role": (former.role.value, now.role.value),
            "is_active": (former.is_active, now.is_active),
        }
        changes = {key: new for key, (old, new) in pairs.items() if old != new}
        if changes:
            by = f"operator:{actor.id}"
            self._audit(unit, by, "operator_changed", former.id, **changes)

    def _person(self, unit: Unit, operator: Operator) -> Person:
        return Person(operator, self._tries.locked_until(unit, operator.id))

    def _operator(self, unit: Unit, operator: str) -> Operator:
        found = unit.operators.get(operator)
        if found is None:
            raise UnknownOperator
        return found

    def _audit(
        self, unit: Unit, actor: str, action: str, operator: str, **detail: str | bool
    ) -> None:
        unit.audit.add(self._clock(), actor, action, operator, **detail)


def _new_password() -> str:
    groups = (
        "".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(_GROUPS)
    )
    return "-".join(groups)
