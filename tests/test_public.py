"""The public application: alive, ready, and what stands in the place of a failure."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from helpdesk.app import main
from helpdesk.bootstrap import Helpdesk, build
from helpdesk.public import PublicApplication
from helpdesk.settings import Settings
from tests.converse.stage import free_port, serving
from tests.web.browser import Browser

OURS = {"tracker_store": "BoundedTrackerStore"}
PAGE = {"accept": "text/html,*/*"}
SECRET = "must not be seen"


def stub(content: dict[str, str], status: int = 200) -> Starlette:
    async def answer(_: Request) -> Response:
        return JSONResponse(content, status)

    return Starlette(routes=[Route("/{path:path}", answer)])


@pytest.fixture
def ports() -> dict[str, int]:
    """Rasa's and the actions' ports; what serves them is up to the test."""
    return {"rasa": free_port(), "actions": free_port()}


@pytest.fixture
def product(
    settings: Settings, ports: dict[str, int], tmp_path: Path
) -> Iterator[Helpdesk]:
    """The services on an empty database file, with Rasa and actions at those ports."""
    own = {
        "database_url": f"sqlite:///{tmp_path}/helpdesk.db",
        "rasa_url": f"http://127.0.0.1:{ports['rasa']}",
        "actions_url": f"http://127.0.0.1:{ports['actions']}/webhook",
    }
    helpdesk = build(settings.model_copy(update=own))
    helpdesk.database.migrate()
    yield helpdesk
    helpdesk.database.engine.dispose()


@pytest.fixture
def application(product: Helpdesk) -> PublicApplication:
    return PublicApplication(product)


@pytest.fixture
async def browser(application: PublicApplication) -> AsyncIterator[Browser]:
    browser = Browser(application.asgi())
    yield browser
    await browser.http.aclose()
    await application._client.aclose()


def outcome(response: httpx.Response) -> tuple[int, Any]:
    return response.status_code, response.json()


async def test_alive_says_so_without_asking_anybody(browser: Browser):
    response = await browser.http.get("/healthz")

    assert outcome(response) == (200, {"alive": True})


@pytest.mark.parametrize(
    ("rasa", "actions", "status", "checks"),
    [
        pytest.param(stub(OURS), stub({}), 200, (True, True), id="all answer"),
        pytest.param(None, stub({}), 503, (False, True), id="no Rasa"),
        pytest.param(stub(OURS), None, 503, (True, False), id="no actions"),
        pytest.param(
            stub({"tracker_store": "InMemoryTrackerStore"}),
            stub({}),
            503,
            (False, True),
            id="Rasa with another tracker store",
        ),
        pytest.param(stub(OURS), stub({}, 500), 503, (True, False), id="actions fail"),
    ],
)
async def test_ready_names_what_does_not_answer(
    application: PublicApplication,
    browser: Browser,
    ports: dict[str, int],
    rasa: Starlette | None,
    actions: Starlette | None,
    status: int,
    checks: tuple[bool, bool],
):
    with ExitStack() as servers:
        for name, app in (("rasa", rasa), ("actions", actions)):
            if app is not None:
                servers.enter_context(serving(app, ports[name]))
        response = await browser.http.get("/readyz")
        # Before the servers stop: a connection that they must break is a warning.
        await application._client.aclose()

    assert outcome(response) == (
        status,
        {"database": True, "rasa": checks[0], "actions": checks[1]},
    )


async def test_database_that_does_not_open_is_named(product: Helpdesk, tmp_path: Path):
    nowhere = tmp_path / "a folder.db"
    nowhere.mkdir()
    own = {"database_url": f"sqlite:///{nowhere}"}
    application = PublicApplication(build(product.settings.model_copy(update=own)))

    response = await Browser(application.asgi()).http.get("/readyz")
    await application._client.aclose()

    assert outcome(response) == (
        503,
        {"database": False, "rasa": False, "actions": False},
    )


async def test_unknown_page_leads_to_the_chat(browser: Browser, product: Helpdesk):
    response = await browser.http.get("/nothing-here", headers=PAGE)
    await browser.open("/nothing-here")

    words = product.catalog.wording.not_found
    assert (response.status_code, words.title in response.text) == (404, True)
    assert words.next in response.text


async def test_unknown_address_of_an_interface_is_one_sentence(
    browser: Browser, product: Helpdesk
):
    response = await browser.http.get("/api/nothing", headers={"accept": "*/*"})

    sentence = product.catalog.wording.not_found.sentence
    assert outcome(response) == (404, {"error": sentence})


@pytest.fixture
def broken(product: Helpdesk) -> Helpdesk:
    """A database without tables: every use case fails."""
    with product.database.engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        for table in ("messages", "conversations", "links", "link_attempts"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
    return product


@pytest.mark.parametrize("path", ["/chat", "/link/holder?t=x"])
async def test_page_that_fails_says_sorry_without_a_trace(
    browser: Browser, broken: Helpdesk, path: str
):
    response = await browser.http.get(path, headers=PAGE)

    words = broken.catalog.wording.failed
    assert (response.status_code, words.sentence in response.text) == (500, True)
    for inside in ("Traceback", "sqlalchemy", "OperationalError", "no such table"):
        assert inside not in response.text


async def test_page_that_fails_carries_the_security_headers(
    browser: Browser, broken: Helpdesk
):
    response = await browser.http.get("/chat", headers=PAGE)

    names = ("x-content-type-options", "x-frame-options", "cache-control")
    assert [response.headers.get(name) for name in names] == [
        "nosniff",
        "DENY",
        "no-store",
    ]


async def test_chat_that_fails_is_one_sentence(browser: Browser, broken: Helpdesk):
    response = await browser.http.post("/chat/session")

    sentence = broken.catalog.wording.unavailable
    assert outcome(response) == (503, {"error": sentence})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        pytest.param("HELPDESK_SECRET_KEY", SECRET, id="short secret"),
        pytest.param("HELPDESK_PORT", "0", id="no port"),
        pytest.param("HELPDESK_CATALOG", "/nothing/here", id="no catalog"),
    ],
)
def test_start_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: str,
):
    monkeypatch.setenv("HELPDESK_SECRET_KEY", "a key that is only good for tests")
    monkeypatch.setenv(variable, value)
    level = logging.getLogger("httpx").level

    status = main()

    logging.getLogger("httpx").setLevel(level)
    out, err = capsys.readouterr()
    named = "brand.yml" if variable == "HELPDESK_CATALOG" else variable
    assert (status, out, named in err, "Traceback" in err) == (1, "", True, False)
    assert SECRET not in err
