"""Fixtures for the tests of the application.

Rasa's environment reads this file too, so what only the application has is imported
inside the fixtures.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from helpdesk.bootstrap import Helpdesk
    from helpdesk.settings import Settings
    from tests.fakes import FakeClock


@pytest.fixture(scope="session")
def settings() -> Settings:
    """An empty database in memory; nothing that matters comes from the environment."""
    from helpdesk.settings import ROOT, Settings  # noqa: PLC0415 -- see above

    return Settings(
        secret_key="a key that is only good for tests",
        database_url="sqlite://",
        public_url="https://help.example",
        catalog=ROOT / "data" / "catalog",
        env="development",
    )


@pytest.fixture(scope="session")
def built(settings: Settings) -> Iterator[tuple[Helpdesk, FakeClock]]:
    """All services on the sample world; hashing passwords makes it slow to build."""
    from helpdesk.bootstrap import build  # noqa: PLC0415 -- see above
    from tests.fakes import FakeClock  # noqa: PLC0415 -- see above

    clock = FakeClock()
    helpdesk = build(settings, clock)
    helpdesk.database.migrate()
    helpdesk.sample_world.fill()
    yield helpdesk, clock
    helpdesk.database.engine.dispose()


@pytest.fixture(scope="session")
def sample_database(built: tuple[Helpdesk, FakeClock]) -> Iterator[sqlite3.Connection]:
    """A copy of the database as it was filled."""
    copy = sqlite3.connect(":memory:")
    _raw(built[0].database.engine).backup(copy)
    yield copy
    copy.close()


@pytest.fixture
def clock(built: tuple[Helpdesk, FakeClock]) -> FakeClock:
    """The services' clock, set back to 2026-11-24 11:00 in Japan."""
    from tests.fakes import NOW  # noqa: PLC0415 -- see above

    clock = built[1]
    clock.set(NOW)
    return clock


@pytest.fixture
def helpdesk(
    built: tuple[Helpdesk, FakeClock],
    clock: FakeClock,
    sample_database: sqlite3.Connection,
) -> Helpdesk:
    """All services on the untouched sample world: all they remember is in the database."""
    helpdesk = built[0]
    sample_database.backup(_raw(helpdesk.database.engine))
    return helpdesk


def _raw(engine: Any) -> sqlite3.Connection:
    with engine.connect() as connection:
        raw: sqlite3.Connection = connection.connection.driver_connection
    return raw
