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


@pytest.fixture
def clock() -> FakeClock:
    from tests.fakes import FakeClock

    return FakeClock()


@pytest.fixture(scope="session")
def settings() -> Settings:
    """An empty database in memory; nothing that matters comes from the environment."""
    from helpdesk.settings import ROOT, Settings

    return Settings(
        secret_key="a key that is only good for tests",
        database_url="sqlite://",
        public_url="https://help.example",
        catalog=ROOT / "data" / "catalog",
        env="development",
    )


@pytest.fixture(scope="session")
def sample_database(settings: Settings) -> Iterator[sqlite3.Connection]:
    """The sample world, filled once: hashing its passwords takes a second."""
    from helpdesk.bootstrap import build
    from tests.fakes import FakeClock

    filled = build(settings, FakeClock())
    filled.database.migrate()
    filled.sample_world.fill()
    copy = sqlite3.connect(":memory:")
    _raw(filled.database.engine).backup(copy)
    filled.database.engine.dispose()
    yield copy
    copy.close()


@pytest.fixture
def helpdesk(
    settings: Settings, clock: FakeClock, sample_database: sqlite3.Connection
) -> Iterator[Helpdesk]:
    """All services on the sample world, at 2026-11-24 11:00 in Japan."""
    from helpdesk.bootstrap import build

    built = build(settings, clock)
    sample_database.backup(_raw(built.database.engine))
    yield built
    built.database.engine.dispose()


def _raw(engine: Any) -> sqlite3.Connection:
    with engine.connect() as connection:
        raw: sqlite3.Connection = connection.connection.driver_connection
        connection.rollback()
    return raw
