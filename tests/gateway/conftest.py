"""What the tests of the gateway arrange: services that many threads may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpdesk.bootstrap import Helpdesk, build
from helpdesk.settings import Settings
from tests.databases import Databases
from tests.fakes import NOW, FakeClock


@pytest.fixture(scope="session")
def filed(
    built: tuple[Helpdesk, FakeClock], settings: Settings, databases: Databases
) -> Iterator[tuple[Helpdesk, FakeClock]]:
    """All services on a database of their own: one in memory has one connection."""
    clock = FakeClock()
    url = {"database_url": databases.copy()}
    helpdesk = build(settings.model_copy(update=url), clock)
    yield helpdesk, clock
    helpdesk.database.engine.dispose()


@pytest.fixture
def clock(filed: tuple[Helpdesk, FakeClock]) -> FakeClock:
    """The services' clock, set back to 2026-11-24 11:00 in Japan."""
    clock = filed[1]
    clock.set(NOW)
    return clock


@pytest.fixture
def helpdesk(
    filed: tuple[Helpdesk, FakeClock],
    clock: FakeClock,
    databases: Databases,
) -> Helpdesk:
    """All services on the untouched sample world."""
    helpdesk = filed[0]
    helpdesk.database.engine.dispose()
    databases.put_back(helpdesk.database)
    return helpdesk
