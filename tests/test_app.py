"""The app process: two ports, one end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from helpdesk.bootstrap import build
from helpdesk.settings import ROOT, Settings
from tests.converse.stage import free_port
from tests.line_platform import signature

SECRET = "a channel secret that is only good for tests"
STARTED_WITHIN, ENDED_WITHIN = 60, 15
EMPTY = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'


@dataclass
class App:
    """The process, its ports, and what it has printed."""

    process: subprocess.Popen[bytes]
    port: int
    staff_port: int
    log: Path

    def public(self, host: str = "127.0.0.1") -> httpx.Client:
        return httpx.Client(base_url=f"http://{host}:{self.port}", trust_env=False)

    def staff(self, host: str = "127.0.0.1") -> httpx.Client:
        return httpx.Client(
            base_url=f"http://{host}:{self.staff_port}", trust_env=False
        )

    def is_up(self) -> bool:
        try:
            with self.public() as public, self.staff() as staff:
                return public.get("/healthz").is_success and (
                    staff.get("/metrics").is_success
                )
        except httpx.HTTPError:
            return False


@pytest.fixture(scope="module")
def database(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty database, up to date."""
    url = f"sqlite:///{tmp_path_factory.mktemp('app') / 'helpdesk.db'}"
    helpdesk = build(settings.model_copy(update={"database_url": url}))
    helpdesk.database.migrate()
    helpdesk.database.engine.dispose()
    return url


@contextmanager
def started(database: str, folder: Path, **environment: str) -> Iterator[App]:
    """The process, whether it is up yet or not."""
    app_port, staff_port = free_port(), free_port()
    given = {
        "HELPDESK_SECRET_KEY": "a key that is only good for tests",
        "HELPDESK_DATABASE_URL": database,
        "HELPDESK_PORT": str(app_port),
        "HELPDESK_STAFF_PORT": str(staff_port),
        "LINE_CHANNEL_SECRET": SECRET,
        "PYTHONPATH": str(ROOT),
    }
    log = folder / "app.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "helpdesk.app"],
            cwd=ROOT,
            env=_without_ours(os.environ) | given | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield App(process, app_port, staff_port, log)
    finally:
        process.kill()
        process.wait()


def _without_ours(environment: os._Environ[str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(("HELPDESK_", "LINE_"))
    }


@contextmanager
def running(database: str, folder: Path) -> Iterator[App]:
    with started(database, folder) as app:
        deadline = time.monotonic() + STARTED_WITHIN
        while not app.is_up():
            assert app.process.poll() is None, app.log.read_text()
            assert time.monotonic() < deadline, app.log.read_text()
            time.sleep(0.05)
        yield app


@pytest.fixture(scope="module")
def app(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    with running(database, tmp_path_factory.mktemp("log")) as app:
        yield app


def test_both_ports_answer(app: App):
    with app.public() as public, app.staff() as staff:
        alive, metrics = public.get("/healthz"), staff.get("/metrics")

    assert (alive.status_code, alive.json()) == (200, {"alive": True})
    assert (metrics.status_code, "helpdesk_line_holding" in metrics.text) == (200, True)


def test_webhook_is_on_the_public_port_alone(app: App):
    headers = {"x-line-signature": signature(SECRET, EMPTY)}

    with app.public() as public, app.staff() as staff:
        statuses = [
            client.post("/line/webhook", content=EMPTY, headers=headers).status_code
            for client in (public, staff)
        ]

    assert statuses == [200, 404]


def test_staffs_port_is_not_reached_from_elsewhere(app: App):
    """Every address that begins with 127 is this machine, and none but one is ours."""
    with app.public("127.0.0.2") as public, app.staff("127.0.0.2") as staff:
        alive = public.get("/healthz")
        with pytest.raises(httpx.ConnectError):
            staff.get("/metrics")

    assert alive.status_code == 200


def test_metrics_are_not_public(app: App):
    with app.public() as public:
        assert public.get("/metrics").status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param([signal.SIGTERM], id="SIGTERM"),
        pytest.param([signal.SIGINT, signal.SIGTERM], id="SIGINT and SIGTERM"),
    ],
)
def test_signal_ends_both_servers_and_an_open_chat(
    database: str, tmp_path: Path, sent: list[signal.Signals]
):
    with running(database, tmp_path) as app, app.public() as browser:
        browser.post("/chat/session")
        with browser.stream("GET", "/chat/events") as events:
            first = next(events.iter_lines())
            for each in sent:
                app.process.send_signal(each)
            code = app.process.wait(ENDED_WITHIN)
        answers = [_answers(port) for port in (app.port, app.staff_port)]

    assert (first, code, answers) == (": open", 0, [False, False])
    assert "Traceback" not in app.log.read_text()


@pytest.mark.parametrize("variable", ["HELPDESK_PORT", "HELPDESK_STAFF_PORT"])
def test_port_that_is_taken_is_named_and_ends_the_process(
    database: str, tmp_path: Path, variable: str
):
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with started(database, tmp_path, **{variable: str(port)}) as app:
            code = app.process.wait(STARTED_WITHIN)

    assert (code == 0, "address already in use" in app.log.read_text()) == (False, True)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
