"""What the cases are played on: one Rasa and one action server for all, an app for each."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.types import ASGIApp

from actions.server import ActionServer, executor
from helpdesk.bootstrap import Helpdesk, build, install
from helpdesk.gateway.desk_news import DeskNews
from helpdesk.gateway.rasa_client import RasaClient, answer_of
from helpdesk.gateway.worker import Hub
from helpdesk.public import PublicApplication
from helpdesk.services.ports import InboxItem
from helpdesk.services.sample_world import line_user_id
from helpdesk.services.turns import Answer
from helpdesk.settings import ROOT, Settings
from helpdesk.staff import StaffApplication
from tests.converse.clock import MovableClock
from tests.converse.line_world import LineWorld
from tests.converse.product_log import ProductLog

_RASA = ROOT / ".venv-rasa" / "bin" / "rasa"
_MODEL = ROOT / "models" / "helpdesk.tar.gz"
_READY_SECONDS = 180
_SETTLED_SECONDS = 60


class RecordingBot:
    """Rasa, with what each turn did kept for the assertions."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._secret = secret
        self.turns: list[tuple[str, dict[str, Any]]] = []

    async def turn(self, item: InboxItem) -> Answer:
        async with self._client() as client:
            content = await RasaClient(self._url, self._secret, client).ask(item)
        self.turns.append((item.customer, content))
        return answer_of(content)

    async def forget(self, customer: str, event_id: str) -> None:
        async with self._client() as client:
            rasa = RasaClient(self._url, self._secret, client)
            await rasa.forget(customer, event_id)

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=30, trust_env=False)


class Stage:
    """Starts Rasa once; `world` gives a case a fresh database, clock and app."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._secret = secrets.token_urlsafe(32)
        self._rasa_port, self._actions_port = free_port(), free_port()
        self._rasa_database = folder / "rasa.db"
        self._executor = None
        self._log = ProductLog(folder / "app.log")
        # Filled databases by their moment: hashing the passwords takes a second.
        self._filled: dict[datetime, Path] = {}

    @contextmanager
    def running(self) -> Iterator[None]:
        """Rasa and the action server, until the block ends."""
        actions = ActionServer(lambda: self._executor).starlette()
        with (
            self._log.running(),
            serving(actions, self._actions_port),
            self._rasa_running(),
        ):
            yield

    @contextmanager
    def world(self, start: datetime, *, with_line: bool = False) -> Iterator[World]:
        """A fresh database with the sample people, at this moment."""
        clock = MovableClock(start)
        port = free_port()
        with ExitStack() as stack:
            line = None
            if with_line:
                webhook = f"http://127.0.0.1:{port}/line/webhook"
                line = stack.enter_context(LineWorld.running(webhook, clock))
            yield stack.enter_context(self._product(port, clock, line))

    @contextmanager
    def _product(
        self, port: int, clock: MovableClock, line: LineWorld | None
    ) -> Iterator[World]:
        database = self._folder / f"{secrets.token_hex(4)}.db"
        settings = self._settings(database, port, line)
        helpdesk = build(settings, clock)
        self._fill(helpdesk, database)
        if line is not None:
            line.make_menus(helpdesk.catalog.line.menu)
        install(helpdesk)
        self._log.take_errors()
        self._executor = executor()
        self._forget_conversations()
        bot = RecordingBot(helpdesk.settings.rasa_url, self._secret)
        hub, news = Hub(), DeskNews()
        public = PublicApplication(helpdesk, bot, hub=hub, news=news).asgi()
        staff = StaffApplication(helpdesk, hub, news).asgi()
        try:
            with serving_all((public, port), (staff, settings.staff_port)):
                yield World(helpdesk, clock, bot, line)
            self._check(helpdesk, line)
        finally:
            helpdesk.database.engine.dispose()
            for file in self._folder.glob(f"{database.name}*"):
                file.unlink()

    def _check(self, helpdesk: Helpdesk, line: LineWorld | None) -> None:
        """Raises AssertionError for what no step shows: refusals, errors, leaks."""
        if line is not None:
            line.check()
        if errors := self._log.take_errors():
            raise AssertionError(f"the product logged {'; '.join(errors)}")
        # While the database is open: closing it empties the log of its writes.
        self._look_for_leaks(helpdesk, line)

    def _settings(self, database: Path, port: int, line: LineWorld | None) -> Settings:
        settings = Settings(
            secret_key=self._secret,
            database_url=f"sqlite:///{database}",
            rasa_url=f"http://127.0.0.1:{self._rasa_port}",
            actions_url=f"http://127.0.0.1:{self._actions_port}/webhook",
            public_url=f"http://127.0.0.1:{port}",
            port=port,
            staff_port=free_port(),
        )
        # Without a stand-in there is no LINE, whatever the environment says.
        off = {"line_channel_secret": "", "line_channel_access_token": ""}
        return settings.model_copy(update=off if line is None else line.settings())

    def _fill(self, helpdesk: Helpdesk, database: Path) -> None:
        """Filled once for each moment, and copied from then on."""
        moment = helpdesk.clock()
        if moment in self._filled:
            shutil.copyfile(self._filled[moment], database)
            return
        helpdesk.database.migrate()
        helpdesk.sample_world.fill()
        helpdesk.database.engine.dispose()
        copy = self._folder / f"filled-{database.name}"
        self._filled[moment] = Path(shutil.copyfile(database, copy))

    @contextmanager
    def _rasa_running(self) -> Iterator[None]:
        environment = os.environ | {
            "HELPDESK_SECRET_KEY": self._secret,
            "HELPDESK_ACTIONS_URL": f"http://127.0.0.1:{self._actions_port}/webhook",
            "HELPDESK_RASA_DATABASE_URL": f"sqlite:///{self._rasa_database}",
            "PYTHONPATH": str(ROOT),
            "RASA_TELEMETRY_ENABLED": "false",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        }
        command = [_RASA, "run", "-i", "127.0.0.1", "-p", self._rasa_port, "-m", _MODEL]
        log = self._folder / "rasa.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_for_rasa(process, log)
            yield
        finally:
            process.terminate()
            process.wait(20)

    def _wait_for_rasa(self, process: subprocess.Popen[bytes], log: Path) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        address = f"http://127.0.0.1:{self._rasa_port}/webhooks/gateway/"
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if httpx.get(address, trust_env=False).is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.3)
        raise RuntimeError(f"Rasa did not start: {log.read_text()[-2000:]}")

    def _look_for_leaks(self, helpdesk: Helpdesk, line: LineWorld | None) -> None:
        """Raises AssertionError if a secret stands in any file in the clear."""
        kept_secret = {
            secret: "a code or password"
            for contract in helpdesk.sample_world.contracts()
            for secret in (contract.code, contract.old_code, contract.password)
            if secret
        }
        for person in helpdesk.sample_world.people():
            kept_secret[line_user_id(person)] = "a LINE user id"
        kept_secret |= {} if line is None else line.secrets()
        for file in sorted(self._folder.iterdir()):
            content = file.read_bytes() if file.is_file() else b""
            for secret, what in kept_secret.items():
                if secret.encode() in content:
                    raise AssertionError(f"{file.name} holds {what} in the clear")

    def _forget_conversations(self) -> None:
        with sqlite3.connect(self._rasa_database) as connection:
            connection.execute("DELETE FROM trackers")


class World:
    """One case's product, running; everything in it can be looked at.

    `line` is None where the case needs no LINE.
    """

    def __init__(
        self,
        helpdesk: Helpdesk,
        clock: MovableClock,
        bot: RecordingBot,
        line: LineWorld | None,
    ) -> None:
        self.helpdesk = helpdesk
        self.clock = clock
        self.bot = bot
        self.line = line
        self.address = helpdesk.settings.pages_url
        self.staff_address = f"http://127.0.0.1:{helpdesk.settings.staff_port}"

    def settle(self) -> None:
        """Wait until all are answered, on LINE too. Raises TimeoutError."""
        deadline = time.monotonic() + _SETTLED_SECONDS
        while waits_for := self._unsettled():
            if time.monotonic() > deadline:
                raise TimeoutError(waits_for)
            time.sleep(0.02)

    def _unsettled(self) -> str:
        if self.line is not None:
            return self.line.unsettled(self.helpdesk)
        is_waiting = self.helpdesk.conversations.customers_with_pending()
        return "a message was not answered" if is_waiting else ""


@contextmanager
def serving(app: ASGIApp, port: int) -> Iterator[None]:
    """A real HTTP server on this port, in a thread, until the block ends."""
    with serving_all((app, port)):
        yield


@contextmanager
def serving_all(*places: tuple[ASGIApp, int]) -> Iterator[None]:
    """Servers that share one event loop, as those of the app process do."""
    servers = [
        uvicorn.Server(
            uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error")
        )
        for app, port in places
    ]

    async def serve() -> None:
        await asyncio.gather(*(server.serve() for server in servers))

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    while not all(server.started for server in servers):
        if not thread.is_alive():
            raise RuntimeError(f"nothing could be served: {[p for _, p in places]}")
        time.sleep(0.01)
    try:
        yield
    finally:
        for server in servers:
            server.should_exit = True
        thread.join(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
