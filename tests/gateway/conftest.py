"""What the tests of the gateway arrange: services that many threads may use."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.bootstrap import Helpdesk, build
from helpdesk.settings import Settings
from tests.fakes import NOW, FakeClock


@pytest.fixture(scope="session")
def filed(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Helpdesk, FakeClock, Path]]:
    """All services on a database file: the one in memory has a single connection."""
    file = tmp_path_factory.mktemp("gateway") / "helpdesk.db"
    clock = FakeClock()
    url = {"database_url": f"sqlite:///{file}"}
    helpdesk = build(settings.model_copy(update=url), clock)
    yield helpdesk, clock, file
    helpdesk.database.engine.dispose()


@pytest.fixture
def clock(filed: tuple[Helpdesk, FakeClock, Path]) -> FakeClock:
    """The services' clock, set back to 2026-11-24 11:00 in Japan."""
    clock = filed[1]
    clock.set(NOW)
    return clock


@pytest.fixture
def helpdesk(
    filed: tuple[Helpdesk, FakeClock, Path],
    clock: FakeClock,
    sample_database: sqlite3.Connection,
) -> Helpdesk:
    """All services on the untouched sample world."""
    helpdesk, _, file = filed
    helpdesk.database.engine.dispose()
    target = sqlite3.connect(file)
    sample_database.backup(target)
    target.close()
    return helpdesk
