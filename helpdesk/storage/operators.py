"""The people at the desk and their presence; and what they note of customers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from helpdesk.domain.staff import Operator, Role, Status
from helpdesk.services.desk_ports import Note
from helpdesk.storage import desk_tables

_operators = desk_tables.operators
_presences = desk_tables.presences
_notes = desk_tables.notes
_labels = desk_tables.labels


class OperatorTable:
    """Who works here; a change of status is noted with its moment."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, operator: Operator, password_hash: str | None) -> None:
        self._connection.execute(
            insert(_operators).values(
                id=operator.id,
                name=operator.name,
                role=operator.role.value,
                status=operator.status.value,
                password_hash=password_hash,
                is_active=operator.is_active,
                status_since=operator.status_since,
            )
        )
        if operator.status_since is not None:
            self._begin(operator.id, operator.status, operator.status_since)

    def get(self, operator: str) -> Operator | None:
        query = select(_operators).where(_operators.c.id == operator)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _as_operator(row)

    def all(self) -> list[Operator]:
        rows = self._connection.execute(select(_operators).order_by(_operators.c.id))
        return [_as_operator(row) for row in rows]

    def available(self) -> list[Operator]:
        return [
            each
            for each in self.all()
            if each.is_active and each.status is Status.AVAILABLE
        ]

    def set_status(self, operator: str, status: Status, at: datetime) -> bool:
        """False if the operator has this status already."""
        result = self._connection.execute(
            update(_operators)
            .where(_operators.c.id == operator, _operators.c.status != status.value)
            .values(status=status.value, status_since=at)
        )
        if result.rowcount == 0:
            return False
        self._connection.execute(
            update(_presences)
            .where(_presences.c.operator == operator, _presences.c.until.is_(None))
            .values(until=at)
        )
        self._begin(operator, status, at)
        return True

    def change(self, operator: str, *, name: str, role: Role, is_active: bool) -> bool:
        result = self._connection.execute(
            update(_operators)
            .where(_operators.c.id == operator)
            .values(name=name, role=role.value, is_active=is_active)
        )
        return result.rowcount == 1

    def _begin(self, operator: str, status: Status, at: datetime) -> None:
        self._connection.execute(
            insert(_presences).values(operator=operator, status=status.value, since=at)
        )


class NoteTables:
    """Notes and labels on customers; a deleted note stays in the table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, customer: str, operator: str, text: str, at: datetime) -> int:
        result = self._connection.execute(
            insert(_notes).values(
                customer=customer, operator=operator, text=text, at=at
            )
        )
        key = result.inserted_primary_key
        return 0 if key is None else int(key[0])

    def of_customer(self, customer: str) -> list[Note]:
        query = (
            select(_notes)
            .where(_notes.c.customer == customer, _notes.c.deleted_at.is_(None))
            .order_by(_notes.c.id)
        )
        return [
            Note(row.id, row.operator, row.text, row.at)
            for row in self._connection.execute(query)
        ]

    def delete(self, note: int, operator: str, at: datetime) -> bool:
        """False if it is not the operator's own, or deleted already."""
        result = self._connection.execute(
            update(_notes)
            .where(
                _notes.c.id == note,
                _notes.c.operator == operator,
                _notes.c.deleted_at.is_(None),
            )
            .values(deleted_at=at)
        )
        return result.rowcount == 1

    def labels(self, customers: Sequence[str]) -> dict[str, list[str]]:
        """The labels of each of these customers."""
        found: dict[str, list[str]] = defaultdict(list)
        query = select(_labels).where(_labels.c.customer.in_(customers))
        for row in self._connection.execute(query.order_by(_labels.c.at)):
            found[row.customer].append(row.label)
        return dict(found)

    def add_label(self, customer: str, label: str, operator: str, at: datetime) -> None:
        """Adding it twice changes nothing."""
        statement = insert(_labels).values(
            customer=customer, label=label, operator=operator, at=at
        )
        try:
            with self._connection.begin_nested():
                self._connection.execute(statement)
        except IntegrityError:
            return

    def remove_label(self, customer: str, label: str) -> None:
        self._connection.execute(
            delete(_labels).where(
                _labels.c.customer == customer, _labels.c.label == label
            )
        )


def _as_operator(row: Row[Any]) -> Operator:
    return Operator(
        row.id,
        row.name or row.id,
        Role(row.role),
        Status(row.status),
        row.status_since,
        row.is_active,
        row.totp_confirmed_at is not None,
    )
