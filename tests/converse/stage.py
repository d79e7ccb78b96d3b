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
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.types import ASGIApp

from actions.server import ActionServer, executor
from helpdesk.bootstrap import Helpdesk, build, install
from helpdesk.gateway.rasa_client import RasaClient, answer_of
from helpdesk.public import PublicApplication
from helpdesk.services.conversations import Answer
from helpdesk.services.ports import InboxItem
from helpdesk.settings import ROOT, Settings

_RASA = ROOT / ".venv-rasa" / "bin" / "rasa"
_MODEL = ROOT / "models" / "helpdesk.tar.gz"
_READY_SECONDS = 180
_SETTLED_SECONDS = 60


class MovableClock:
    """Stands still until a case moves it."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def __call__(self) -> datetime:
        return self._now

    def move(self, by: timedelta) -> None:
        self._now += by


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
        # Filled databases by their moment: hashing the passwords takes a second.
        self._filled: dict[datetime, Path] = {}

    @contextmanager
    def running(self) -> Iterator[None]:
        """Rasa and the action server, until the block ends."""
        actions = ActionServer(lambda: self._executor).starlette()
        with serving(actions, self._actions_port), self._rasa_running():
            yield

    @contextmanager
    def world(self, start: datetime) -> Iterator[World]:
        """A fresh database with the sample people, at this moment."""
        clock = MovableClock(start)
        port = free_port()
        database = self._folder / f"{secrets.token_hex(4)}.db"
        settings = Settings(
            secret_key=self._secret,
            database_url=f"sqlite:///{database}",
            rasa_url=f"http://127.0.0.1:{self._rasa_port}",
            actions_url=f"http://127.0.0.1:{self._actions_port}/webhook",
            public_url=f"http://127.0.0.1:{port}",
            port=port,
        )
        if start in self._filled:
            shutil.copyfile(self._filled[start], database)
        helpdesk = build(settings, clock)
        if start not in self._filled:
            self._filled[start] = self._fill(helpdesk, database)
        install(helpdesk)
        self._executor = executor()
        self._forget_conversations()
        bot = RecordingBot(settings.rasa_url, self._secret)
        app = PublicApplication(helpdesk, bot).asgi()
        with serving(app, port):
            yield World(helpdesk, clock, bot, settings.pages_url)
        helpdesk.database.engine.dispose()
        self._look_for_leaks(helpdesk)
        for file in self._folder.glob(f"{database.name}*"):
            file.unlink()

    def _fill(self, helpdesk: Helpdesk, database: Path) -> Path:
        helpdesk.database.migrate()
        helpdesk.sample_world.fill()
        helpdesk.database.engine.dispose()
        return Path(shutil.copyfile(database, self._folder / f"filled-{database.name}"))

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

    def _look_for_leaks(self, helpdesk: Helpdesk) -> None:
        """Raises AssertionError if a code or a password stands anywhere in the clear."""
        secrets_of_sample = {
            secret
            for contract in helpdesk.sample_world.contracts()
            for secret in (contract.code, contract.old_code, contract.password)
            if secret
        }
        for file in sorted(self._folder.iterdir()):
            content = file.read_bytes() if file.is_file() else b""
            leaked = [each for each in secrets_of_sample if each.encode() in content]
            if leaked:
                raise AssertionError(
                    f"{file.name} holds {len(leaked)} secrets in the clear"
                )

    def _forget_conversations(self) -> None:
        with sqlite3.connect(self._rasa_database) as connection:
            connection.execute("DELETE FROM trackers")


class World:
    """One case's product, running; everything in it can be looked at."""

    def __init__(
        self, helpdesk: Helpdesk, clock: MovableClock, bot: RecordingBot, address: str
    ) -> None:
        self.helpdesk = helpdesk
        self.clock = clock
        self.bot = bot
        self.address = address

    def settle(self) -> None:
        """Wait until nobody waits for an answer. Raises TimeoutError."""
        deadline = time.monotonic() + _SETTLED_SECONDS
        while self.helpdesk.conversations.customers_with_pending():
            if time.monotonic() > deadline:
                raise TimeoutError("a message was not answered")
            time.sleep(0.01)


@contextmanager
def serving(app: ASGIApp, port: int) -> Iterator[None]:
    """A real HTTP server on this port, in a thread, until the block ends."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error")
    )
    thread = threading.Thread(target=asyncio.run, args=(server.serve(),), daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError(f"nothing could be served on port {port}")
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
