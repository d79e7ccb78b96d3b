"""Locks: the row that stands for a thing, or a name where there is no such row."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, func, select

from helpdesk.storage import desk_tables, line_tables, tables

_operators = desk_tables.operators
_conversations = tables.conversations
_accounts = line_tables.line_accounts


class LockRows:
    """On SQLite nothing is to be done: a writing unit has the whole file."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        reads_only = connection.get_execution_options().get("reads_only")
        is_sqlite = connection.dialect.name == "sqlite"
        self._is_needed = not (reads_only or is_sqlite)

    def desk(self) -> None:
        self._rows(_operators.c.id)

    def sorting(self) -> None:
        self._name("sorting")

    def notices(self) -> None:
        self._name("notices")

    def conversations(self, *customers: str) -> None:
        if customers:
            chosen = _conversations.c.customer.in_(customers)
            self._rows(_conversations.c.customer, chosen)

    def subscription(self, subscription: str) -> None:
        # There is a row only if the carrier is the embedded one.
        self._name(f"subscription:{subscription}")

    def line_account(self, customer: str) -> None:
        self._rows(_accounts.c.customer, _accounts.c.customer == customer)

    def tries(self, *whose: str | None) -> None:
        for each in filter(None, whose):
            self._name(f"tries:{each}")

    def _rows(self, key: ColumnElement[str], *chosen: ColumnElement[bool]) -> None:
        if self._is_needed:
            # Rows that only refer to these may be added meanwhile.
            query = select(key).where(*chosen).order_by(key)
            self._connection.execute(query.with_for_update(key_share=True)).all()

    def _name(self, name: str) -> None:
        if self._is_needed:
            number = func.hashtextextended(f"helpdesk:{name}", 0)
            self._connection.execute(select(func.pg_advisory_xact_lock(number)))
