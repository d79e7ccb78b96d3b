"""The databases of the tests: the sample world, put back for each, and empty ones."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, Protocol

from helpdesk.storage.database import Database


class Databases(Protocol):
    """`main`: the address of the one that most tests use."""

    main: str

    def keep(self, database: Database) -> None:
        """Remember it as it is now: filled with the sample world."""
        ...

    def put_back(self, database: Database) -> None:
        """Let the untouched sample world be in it again."""
        ...

    def copy(self) -> str:
        """The address of another one with the sample world, for many threads."""
        ...

    def empty(self) -> str:
        """The address of one without any table, for many threads."""
        ...


class SqliteDatabases:
    """The main one is in memory, which is fast and has a single connection."""

    main = "sqlite://"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._kept = sqlite3.connect(":memory:", check_same_thread=False)

    def keep(self, database: Database) -> None:
        with database.engine.connect() as connection:
            _raw(connection).backup(self._kept)

    def put_back(self, database: Database) -> None:
        with database.engine.connect() as connection:
            self._kept.backup(_raw(connection))

    def copy(self) -> str:
        address = self.empty()
        with sqlite3.connect(address.removeprefix("sqlite:///")) as copy:
            self._kept.backup(copy)
        copy.close()
        return address

    def empty(self) -> str:
        self._count += 1
        return f"sqlite:///{self._folder / f'{self._count}.db'}"

    def close(self) -> None:
        self._kept.close()


def _raw(connection: Any) -> sqlite3.Connection:
    raw: sqlite3.Connection = connection.connection.driver_connection
    return raw
