"""Two carriers with the same sample world: the embedded one, and one over HTTP."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

from helpdesk.bootstrap import Helpdesk, build
from helpdesk.bootstrap.carrier import reference_server
from helpdesk.carrier.http_carrier import HttpCarrier
from helpdesk.services.carrier import Carrier
from helpdesk.settings import Settings
from helpdesk.storage import carrier_tables, tables
from tests.carrier.api import Api
from tests.carrier.faulty import FaultyCarrier
from tests.converse.stage import free_port
from tests.databases import Databases
from tests.fakes import FakeClock

# The tables of the embedded carrier, those that others point to first.
OF_CARRIERS = [
    *(tables.subscriptions, tables.logins, tables.user_codes),
    *(carrier_tables.contracts, carrier_tables.data_accounts),
    *(carrier_tables.data_uses, carrier_tables.statements),
    *(carrier_tables.call_charges, carrier_tables.carrier_receipts),
]

TOKEN = "a-token-that-is-only-good-for-tests"


@pytest.fixture(scope="session")
def api() -> Api:
    return Api()


@pytest.fixture(scope="session")
def books(
    built: tuple[Helpdesk, FakeClock], databases: Databases, settings: Settings
) -> Iterator[Helpdesk]:
    """The carrier's own services: a database apart, as many threads use it."""
    address = {"database_url": databases.copy()}
    found = build(settings.model_copy(update=address), built[1])
    yield found
    found.database.engine.dispose()


@pytest.fixture(scope="session")
def served(books: Helpdesk) -> Iterator[str]:
    """The address of the reference server."""
    port = free_port()
    app = reference_server(books.carrier, TOKEN)
    config = uvicorn.Config(app, port=port, access_log=False, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=asyncio.run, args=(server.serve(),), daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def contracts(books: Helpdesk, databases: Databases, clock: FakeClock) -> Helpdesk:
    """The carrier's services, on the untouched sample world."""
    databases.put_back(books.database)
    return books


@pytest.fixture
def address(served: str, contracts: Helpdesk) -> str:
    """The reference server, on the untouched sample world."""
    return served


@pytest.fixture(scope="session")
def client(api: Api) -> Iterator[httpx.Client]:
    """What is asked and answered must be as docs/carrier-api.yml says."""
    hooks = {"response": [api.check]}
    with httpx.Client(trust_env=False, event_hooks=hooks) as found:
        yield found


@pytest.fixture
def over_http(address: str, client: httpx.Client) -> HttpCarrier:
    return HttpCarrier(address, TOKEN, client)


@pytest.fixture(params=["embedded", "http"])
def carrier(request: pytest.FixtureRequest, contracts: Helpdesk) -> Carrier:
    if request.param == "embedded":
        return contracts.carrier
    found: HttpCarrier = request.getfixturevalue("over_http")
    return found


@pytest.fixture(scope="session")
def front(served: str) -> Iterator[tuple[FaultyCarrier, str]]:
    """What stands before the reference server, and its address."""
    found = FaultyCarrier(served)
    with found.running() as its_address:
        yield found, its_address


@pytest.fixture
def faulty(
    front: tuple[FaultyCarrier, str], contracts: Helpdesk
) -> Iterator[FaultyCarrier]:
    """Without any fault yet, before the untouched sample world."""
    front[0].begin()
    yield front[0]
    front[0].end()


@pytest.fixture
def faulty_address(front: tuple[FaultyCarrier, str], faulty: FaultyCarrier) -> str:
    return front[1]


@pytest.fixture(scope="session")
def asking(
    front: tuple[FaultyCarrier, str],
    built: tuple[Helpdesk, FakeClock],
    databases: Databases,
    settings: Settings,
) -> Iterator[Helpdesk]:
    changes = {
        "database_url": databases.copy(),
        "carrier_url": front[1],
        "carrier_token": TOKEN,
    }
    found = build(settings.model_copy(update=changes), built[1])
    yield found
    assert isinstance(found.carrier, HttpCarrier)
    found.carrier.close()
    found.database.engine.dispose()


@pytest.fixture
def product(
    asking: Helpdesk, faulty: FaultyCarrier, databases: Databases, clock: FakeClock
) -> Helpdesk:
    """いつでもヘルプ, whose carrier is the faulty one; its own tables know no contract."""
    databases.put_back(asking.database)
    with asking.database.engine.begin() as connection:
        for table in reversed(OF_CARRIERS):
            connection.execute(table.delete())
    assert isinstance(asking.carrier, HttpCarrier)
    # What failed in the test before is forgotten.
    asking.carrier._caller._circuit.answered()
    return asking
