"""What the tests of several services arrange and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Table, select

from helpdesk.bootstrap import Helpdesk, build
from helpdesk.domain.linking import LinkRole
from helpdesk.services.ports import InboxItem
from helpdesk.settings import Settings
from helpdesk.storage import tables
from tests.databases import Databases
from tests.fakes import FakeClock

Rows = Callable[[Table], list[dict[str, Any]]]


@pytest.fixture
def rows(helpdesk: Helpdesk) -> Rows:
    """All rows of a table, the oldest first."""

    def read(table: Table) -> list[dict[str, Any]]:
        key = table.autoincrement_column
        query = select(table) if key is None else select(table).order_by(key)
        with helpdesk.database.engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    return read


@pytest.fixture
def audit(rows: Rows) -> Callable[[], list[tuple[Any, ...]]]:
    """The audit log: actor, action, subject, detail."""

    def read() -> list[tuple[Any, ...]]:
        return [
            (row["actor"], row["action"], row["subject"], row["detail"])
            for row in rows(tables.audit)
        ]

    return read


@pytest.fixture
def everything_stored(rows: Rows) -> Callable[[], str]:
    """All that the database holds, as one text."""

    def read() -> str:
        return "\n".join(str(rows(table)) for table in tables.metadata.sorted_tables)

    return read


@pytest.fixture
def stranger(helpdesk: Helpdesk) -> str:
    """A customer of whom nothing is known."""
    return helpdesk.conversations.begin("web")


@pytest.fixture
def offer(helpdesk: Helpdesk) -> Callable[[str, LinkRole], str]:
    """Offers a link page; its token."""

    def make(customer: str, role: LinkRole) -> str:
        with helpdesk.database.writing() as unit:
            return helpdesk.linking.offer_page(unit, customer, role)

    return make


@pytest.fixture
def inbox(helpdesk: Helpdesk) -> Callable[[str], list[str | None]]:
    """The payloads (or texts) that wait in a customer's inbox; reading finishes them."""

    def read(customer: str) -> list[str | None]:
        found: list[InboxItem] = []
        with helpdesk.database.writing() as unit:
            while (item := unit.inbox.pending(customer)) is not None:
                unit.inbox.finish(item.id, helpdesk.clock())
                found.append(item)
        return [item.payload or item.text for item in found]

    return read


@pytest.fixture(scope="module")
def running(
    built: tuple[Helpdesk, FakeClock], databases: Databases, settings: Settings
) -> Iterator[list[Helpdesk]]:
    address = {"database_url": databases.copy()}
    found = [build(settings.model_copy(update=address), built[1]) for _ in range(2)]
    yield found
    for each in found:
        each.database.engine.dispose()


@pytest.fixture
def processes(
    running: list[Helpdesk], databases: Databases, clock: FakeClock
) -> list[Helpdesk]:
    """Two, on one database with the untouched sample world: a real file, or a server."""
    databases.put_back(running[0].database)
    return running
