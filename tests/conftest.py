"""Fixtures for the tests of the application.

Rasa's environment reads this file too, so what only the application has is imported
inside the fixtures.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from helpdesk.bootstrap import Helpdesk
    from helpdesk.settings import Settings
    from tests.databases import Databases
    from tests.fakes import FakeClock


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres",
        action="store_true",
        help="run on a PostgreSQL server of the tests' own instead of SQLite",
    )


@pytest.fixture(scope="session")
def on_postgres(request: pytest.FixtureRequest) -> bool:
    """Whether the tests run on PostgreSQL."""
    return bool(request.config.getoption("--postgres"))


@pytest.fixture(scope="session")
def databases(
    on_postgres: bool, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Databases]:
    """SQLite, or with `--postgres` a PostgreSQL server, while the tests run."""
    if on_postgres:
        from tests.postgres.databases import PostgresDatabases  # noqa: PLC0415 -- see above
        from tests.postgres.server import running_server  # noqa: PLC0415 -- see above

        with running_server() as server:
            yield PostgresDatabases(server)
        return
    from tests.databases import SqliteDatabases  # noqa: PLC0415 -- see above

    found = SqliteDatabases(tmp_path_factory.mktemp("databases"))
    yield found
    found.close()


@pytest.fixture(scope="session")
def settings(databases: Databases) -> Settings:
    """An empty database; nothing that matters comes from the environment."""
    from helpdesk.settings import ROOT, Settings  # noqa: PLC0415 -- see above

    return Settings(
        secret_key="a key that is only good for tests",
        database_url=databases.main,
        public_url="https://help.example",
        catalog=ROOT / "data" / "catalog",
        env="development",
    )


@pytest.fixture(scope="session")
def built(
    settings: Settings, databases: Databases
) -> Iterator[tuple[Helpdesk, FakeClock]]:
    """All services on the sample world; hashing passwords makes it slow to build."""
    from helpdesk.bootstrap import build  # noqa: PLC0415 -- see above
    from tests.fakes import FakeClock  # noqa: PLC0415 -- see above

    clock = FakeClock()
    helpdesk = build(settings, clock)
    helpdesk.database.migrate()
    helpdesk.sample_world.fill()
    databases.keep(helpdesk.database)
    yield helpdesk, clock
    helpdesk.database.engine.dispose()


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
    databases: Databases,
) -> Helpdesk:
    """All services on the untouched sample world: all they remember is in the database."""
    helpdesk = built[0]
    databases.put_back(helpdesk.database)
    return helpdesk
