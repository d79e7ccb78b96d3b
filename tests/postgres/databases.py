"""The databases of the tests on a PostgreSQL server."""

from __future__ import annotations

from itertools import count

from sqlalchemy import inspect

from helpdesk.storage.database import Database
from tests.postgres.server import Server


class PostgresDatabases:
    """The sample world is kept beside the tables: putting it back takes no new files."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._numbers = count(1)
        self._put_back = ""
        self.main = self.empty()

    def keep(self, database: Database) -> None:
        known = inspect(database.engine).get_table_names()
        with database.engine.begin() as connection:
            connection.exec_driver_sql("CREATE SCHEMA sample")
            for each in known:
                connection.exec_driver_sql(
                    f"CREATE TABLE sample.{each} AS TABLE {each}"
                )
        # All rows of one table after the other: references are right in the end only.
        statements = ["SET LOCAL session_replication_role = replica"]
        for each in known:
            statements += [
                f"DELETE FROM {each}",
                f"INSERT INTO {each} SELECT * FROM sample.{each}",
            ]
        # As SQLite counts: after the greatest.
        statements += [
            f"SELECT setval(pg_get_serial_sequence('{each}', 'id'),"
            f" coalesce(max(id), 0) + 1, false) FROM {each}"
            for each in known
            if _counts(database, each)
        ]
        self._put_back = "; ".join(statements)
        # A template must have no connection.
        database.engine.dispose()
        name = database.engine.url.database
        self._server.run(f"CREATE DATABASE sample TEMPLATE {name}")

    def put_back(self, database: Database) -> None:
        with database.engine.begin() as connection:
            connection.exec_driver_sql(self._put_back)

    def copy(self) -> str:
        return self._new("TEMPLATE sample")

    def empty(self) -> str:
        return self._new("")

    def _new(self, how: str) -> str:
        name = f"tests_{next(self._numbers)}"
        self._server.run(f"CREATE DATABASE {name} {how}")
        return self._server.url(name)


def _counts(database: Database, table: str) -> bool:
    """Whether the rows are numbered by the database."""
    columns = inspect(database.engine).get_columns(table)
    return any(each["name"] == "id" and each["autoincrement"] for each in columns)
