"""A PostgreSQL server of the tests' own, thrown away at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

# It lives for minutes and holds nothing that matters: speed before safety.
_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "60",
    # What comes of two that wait for one another is to be seen soon.
    "deadlock_timeout": "200ms",
    "log_min_messages": "panic",
    # As the server of a Japanese machine has it: nothing may rest on it.
    "timezone": "Asia/Tokyo",
}
_START_SECONDS = 30


class ServerMissing(RuntimeError):
    """PostgreSQL's programs are nowhere on this machine."""


class Server:
    """Reached by a socket in its own folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def url(self, database: str) -> str:
        return f"postgresql://helpdesk@/{database}?host={self._folder}"

    def run(self, *statements: str) -> None:
        """Run what cannot be part of a transaction."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@contextmanager
def running_server() -> Iterator[Server]:
    """An empty server, while the block runs. Raises ServerMissing."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-postgres-"))
    owner = _owner(folder)
    try:
        initdb = [programs / "initdb", "-D", folder / "data", "-U", "helpdesk"]
        how = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        subprocess.run([*initdb, *how], check=True, stdout=subprocess.PIPE, **owner)
        options = [f"-c{name}={value}" for name, value in _OPTIONS.items()]
        program = [programs / "postgres", "-D", folder / "data", "-k", folder]
        process = subprocess.Popen([*program, *options], **owner)
        try:
            server = Server(folder)
            _await(server, process)
            yield server
        finally:
            # SIGINT: PostgreSQL's fast shutdown, which waits for no client.
            process.send_signal(2)
            process.wait(_START_SECONDS)
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *map(str, versions)])
    found = shutil.which("initdb", path=path)
    if found is None:
        raise ServerMissing("initdb is missing: apt-get install postgresql")
    # Beside the program itself: a link to it may stand alone.
    return Path(found).resolve().parent


def _owner(folder: Path) -> dict[str, Any]:
    """Who runs the server: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return {}
    names = {each.pw_name for each in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {
        "user": user.pw_uid,
        "group": user.pw_gid,
        "extra_groups": [],
        "cwd": folder,
    }


def _await(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            server.run("SELECT 1")
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
