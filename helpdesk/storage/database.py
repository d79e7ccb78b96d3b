"""The database: engine, units of work, and bringing the schema up to date."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from helpdesk.services.lock_ports import Interrupted
from helpdesk.storage.audit import AuditTable
from helpdesk.storage.carrier_books import CarrierBookTables
from helpdesk.storage.changes import ChangeTable
from helpdesk.storage.conversations import ConversationTables
from helpdesk.storage.failed_tries import FailedTryTable
from helpdesk.storage.gifts import GiftTable, TicketTable
from helpdesk.storage.handoffs import HandoffTables
from helpdesk.storage.inbox import InboxTable
from helpdesk.storage.lessons import LessonTable
from helpdesk.storage.line import LineAccountTable, LineEventTable
from helpdesk.storage.line_calls import ErasureTable, LineCallTable
from helpdesk.storage.links import LinkTables
from helpdesk.storage.locks import LockRows
from helpdesk.storage.meanings import MeaningTable
from helpdesk.storage.notices import NoticeTables
from helpdesk.storage.operators import NoteTables, OperatorTable
from helpdesk.storage.reports import ReportTables
from helpdesk.storage.staff_logins import StaffLoginTable
from helpdesk.storage.staff_sessions import StaffSessionTable
from helpdesk.storage.subscriptions import SubscriptionTables
from helpdesk.storage.surveys import SurveyTable
from helpdesk.storage.vault import VaultTable

_MIGRATIONS = Path(__file__).parent / "migrations"
# Longer than any transaction of ours; a writer that waits so long has found a fault.
_BUSY_SECONDS = 5
# A server that is away without a word must not hold up what waits for it.
_CONNECT_SECONDS = 5


class DatabaseUnit:
    """One transaction with its repositories."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.locks = LockRows(connection)
        self.subscriptions = SubscriptionTables(connection)
        self.links = LinkTables(connection)
        self.failed_tries = FailedTryTable(connection)
        self.inbox = InboxTable(connection)
        self.conversations = ConversationTables(connection)
        self.handoffs = HandoffTables(connection)
        self.meanings = MeaningTable(connection)
        self.operators = OperatorTable(connection)
        self.notes = NoteTables(connection)
        self.surveys = SurveyTable(connection)
        self.reports = ReportTables(connection)
        self.lessons = LessonTable(connection)
        self.carrier_books = CarrierBookTables(connection)
        self.changes = ChangeTable(connection)
        self.gifts = GiftTable(connection)
        self.tickets = TicketTable(connection)
        self.notices = NoticeTables(connection)
        self.vault = VaultTable(connection)
        self.audit = AuditTable(connection)
        self.staff_logins = StaffLoginTable(connection)
        self.staff_sessions = StaffSessionTable(connection)
        self.line_accounts = LineAccountTable(connection)
        self.line_events = LineEventTable(connection)
        self.line_calls = LineCallTable(connection)
        self.erasures = ErasureTable(connection)

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of the transaction that is undone alone if it fails.

        Raises Interrupted if that is not the part's own fault.
        """
        try:
            with self._connection.begin_nested():
                yield
        except OperationalError as error:
            raise Interrupted from error


class Database:
    """Opens units on one engine."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._reading: dict[str, Any] = {"reads_only": True}
        if self.engine.dialect.name == "postgresql":
            # All queries of a unit see the same moment, as on SQLite.
            self._reading["isolation_level"] = "REPEATABLE READ"
        # SQLite has one writer at a time: within this process they queue here, in
        # turn, instead of asking again and again whether the file is free.
        is_sqlite = self.engine.dialect.name == "sqlite"
        self._writers: AbstractContextManager[Any] = (
            threading.Lock() if is_sqlite else nullcontext()
        )

    @contextmanager
    def reading(self) -> Iterator[DatabaseUnit]:
        with self.engine.connect().execution_options(**self._reading) as connection:
            yield DatabaseUnit(connection)

    @contextmanager
    def writing(self) -> Iterator[DatabaseUnit]:
        with self._writers, self.engine.begin() as connection:
            yield DatabaseUnit(connection)

    def answers(self) -> bool:
        """Whether a query comes back; raises what the driver raises."""
        with self.engine.connect().execution_options(reads_only=True) as connection:
            return bool(connection.execute(text("SELECT 1")).scalar_one())

    def migrate(self) -> None:
        """Bring the schema up to date."""
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        with self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                # Of several processes that start at once, one migrates.
                connection.execute(text("SELECT pg_advisory_xact_lock(0)"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return _postgresql_engine(url)
    if url in ("sqlite://", "sqlite:///:memory:"):
        engine = create_engine(
            url,
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
            hide_parameters=True,
        )
    else:
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            url,
            connect_args={"timeout": _BUSY_SECONDS},
            # An error is logged, and parameters hold what customers write.
            hide_parameters=True,
        )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgresql_engine(url: str) -> Engine:
    # As people write it, without the name of a driver.
    scheme, _, rest = url.partition("://")
    if scheme in ("postgres", "postgresql"):
        url = f"postgresql+psycopg://{rest}"
    engine = create_engine(
        url,
        pool_pre_ping=True,
        connect_args={"connect_timeout": _CONNECT_SECONDS},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    connection.execute(f"SET lock_timeout = '{_BUSY_SECONDS}s'")
    connection.commit()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling begins too late for a safe read and write.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: two that read first and then write would fail.
    reads_only = connection.get_execution_options().get("reads_only")
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
