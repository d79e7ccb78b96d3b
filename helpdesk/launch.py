"""Starts everything on one machine, for `make run`: database, Rasa, actions, app."""

from __future__ import annotations

import argparse
import signal
import socket
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import httpx
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.bootstrap import Helpdesk, build
from helpdesk.services.sample_world import line_user_id
from helpdesk.settings import ROOT, BadSettings, Settings
from helpdesk.storage.catalog import BadCatalog

MODEL = ROOT / "models" / "helpdesk.tar.gz"
_RASA = ROOT / ".venv-rasa" / "bin" / "rasa"
_FAKE_LINE = "line"
# Who thinks lets the app go first, for which LINE waits no longer than two seconds.
_PATIENT = ["nice", "-n", "10"]
_READY_SECONDS = 180
_STOP_SECONDS = 10
# A process may be started again this often within this time.
_RESTARTS = 5
_RESTART_SECONDS = 120


class CannotStart(RuntimeError):
    """Why it was not started, or did not stay up, in one sentence."""


class Child:
    """A process of ours, which prints into a file of its own."""

    def __init__(self, name: str, command: list[str], settings: Settings) -> None:
        self.name = name
        self.log = ROOT / "var" / "log" / f"{name}.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.unlink(missing_ok=True)
        self._command = command
        self._environment = settings.for_children()
        self._began: list[float] = []
        self.start()

    def start(self) -> None:
        """Start, or start again. Raises CannotStart if it ended too often of late."""
        now = time.monotonic()
        self._began = [each for each in self._began if now - each < _RESTART_SECONDS]
        if len(self._began) > _RESTARTS:
            raise CannotStart(self.last_words())
        self._began.append(now)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C reaches this process alone, which stops the others in order.
                start_new_session=True,
            )

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def last_words(self) -> str:
        """That it ended, and the last line it printed."""
        lines = self.log.read_text("utf-8", "replace").strip().splitlines()
        last = f" Its last line: {lines[-1][:300]}" if lines else ""
        log = self.log.relative_to(ROOT)
        return f"The process {self.name} has ended; see {log}.{last}"


def main(arguments: list[str] | None = None) -> int:
    """Run until Ctrl-C (0); 1 and one sentence if something is wrong."""
    parser = argparse.ArgumentParser(description="Starts everything on this machine.")
    parser.add_argument("--line", choices=["fake"], help="play the customer on LINE")
    with_fake_line = parser.parse_args(arguments).line == "fake"
    signal.signal(signal.SIGTERM, _interrupt)
    children: list[Child] = []
    try:
        settings = Settings.for_this_machine(with_fake_line=with_fake_line)
        check_ports(settings, with_fake_line=with_fake_line)
        check_model(MODEL)
        helpdesk = prepare_database(settings)
        if with_fake_line:
            children += [start_fake_line(helpdesk)]
        children += start(settings)
        wait_until_ready(children, settings)
        print_welcome(helpdesk, with_fake_line=with_fake_line)
        watch(children)
    except KeyboardInterrupt:
        print("\nStopping ...", flush=True)
        return 0
    except (CannotStart, BadSettings, BadCatalog) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    finally:
        stop(children)
    return 0


def check_ports(settings: Settings, *, with_fake_line: bool = False) -> None:
    """Raises CannotStart if somebody listens where we want to."""
    wanted = {
        settings.port: "HELPDESK_PORT",
        settings.staff_port: "HELPDESK_STAFF_PORT",
        urlsplit(settings.actions_url).port or 5055: "HELPDESK_ACTIONS_URL",
        urlsplit(settings.rasa_url).port or 5005: "HELPDESK_RASA_URL",
    }
    if with_fake_line:
        wanted |= {_fake_line_port(settings): "HELPDESK_PORT, which is ten less"}
    for port, name in wanted.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise CannotStart(
                    f"Port {port} is taken: stop what uses it, or set {name}."
                ) from error


def check_model(model: Path) -> None:
    """Raises CannotStart if the model is missing or is no whole archive."""
    try:
        with tarfile.open(model) as archive:
            archive.getmember("metadata.json")
    except FileNotFoundError as error:
        raise CannotStart("There is no model yet: run `make train`.") from error
    except (tarfile.TarError, EOFError, OSError, KeyError) as error:
        raise CannotStart(
            f"The model {model.relative_to(ROOT)} is broken: delete it and run"
            " `make train`."
        ) from error


def prepare_database(settings: Settings) -> Helpdesk:
    """Migrate, and fill the sample world outside production. Raises CannotStart."""
    with step("Preparing the database"):
        try:
            helpdesk = build(settings)
            helpdesk.database.migrate()
        except (SQLAlchemyError, OSError, ImportError) as error:
            raise CannotStart(
                "The database of HELPDESK_DATABASE_URL cannot be opened:"
                f" {' '.join(str(error).split())[:200]}"
            ) from error
        if not settings.is_production:
            helpdesk.sample_world.fill()
    return helpdesk


def start(settings: Settings) -> list[Child]:
    """Start the three processes; each prints into a file of its own under var/."""
    rasa = urlsplit(settings.rasa_url)
    host, port = rasa.hostname or "127.0.0.1", str(rasa.port or 5005)
    serve_rasa = [str(_RASA), "run", "-i", host, "-p", port, "-m", str(MODEL)]
    commands = {
        "rasa": [*_PATIENT, *serve_rasa],
        "actions": [*_PATIENT, sys.executable, "-m", "actions.server"],
        "app": [sys.executable, "-m", "helpdesk.app"],
    }
    children: list[Child] = []
    try:
        for name, command in commands.items():
            children.append(Child(name, command, settings))
    except OSError as error:
        stop(children)
        raise CannotStart(f"A program is missing: {error}; run make again.") from error
    return children


def start_fake_line(helpdesk: Helpdesk) -> Child:
    """Start LINE's stand-in with the sample people, and bring the menus to it.

    Raises CannotStart.
    """
    settings = helpdesk.settings
    if settings.is_production:
        raise CannotStart("LINE=fake is not for production.")
    port = _fake_line_port(settings)
    world = helpdesk.sample_world
    people = ",".join(f"{each}={line_user_id(each)}" for each in world.people())
    webhook = f"http://127.0.0.1:{settings.port}/line/webhook"
    command = [sys.executable, "-m", "tests.line_platform", "--port", str(port)]
    child = Child(
        _FAKE_LINE, [*command, "--webhook", webhook, "--people", people], settings
    )
    try:
        with step("Starting LINE's stand-in and drawing its menus"):
            _wait_for(f"http://127.0.0.1:{port}/_/state", child)
            subprocess.run(
                [sys.executable, "-m", "helpdesk.line_setup"],
                cwd=ROOT,
                env=settings.for_children(),
                check=True,
                capture_output=True,
                text=True,
            )
    except BaseException as error:
        # Ctrl-C too: nobody else knows of it yet.
        stop([child])
        if isinstance(error, subprocess.CalledProcessError):
            reason = " ".join(error.stderr.split()) or "its set-up was stopped"
            raise CannotStart(f"LINE's stand-in has no menus: {reason}") from error
        raise
    return child


def _fake_line_port(settings: Settings) -> int:
    return urlsplit(settings.line_api_url).port or 8010


def _wait_for(address: str, child: Child) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and not child.has_ended():
        try:
            if httpx.get(address, timeout=5, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.1)
    raise CannotStart(child.last_words())


def wait_until_ready(children: list[Child], settings: Settings) -> None:
    """Wait for /readyz, naming what is still missing. Raises CannotStart."""
    with step("Starting Rasa, the actions and the app"):
        deadline = time.monotonic() + _READY_SECONDS
        address = f"http://127.0.0.1:{settings.port}/readyz"
        missing = "app"
        while time.monotonic() < deadline:
            for child in children:
                if child.has_ended():
                    raise CannotStart(child.last_words())
            try:
                response = httpx.get(address, timeout=5, trust_env=False)
            except httpx.HTTPError:
                pass
            else:
                if response.is_success:
                    return
                missing = ", ".join(k for k, ok in response.json().items() if not ok)
            time.sleep(0.5)
    raise CannotStart(
        f"Not ready after {_READY_SECONDS} seconds ({missing} does not answer);"
        " see var/log/."
    )


def print_welcome(helpdesk: Helpdesk, *, with_fake_line: bool = False) -> None:
    """The addresses and the sample people."""
    address = helpdesk.settings.pages_url
    print(f"\n  Chat     {address}/chat\n  My Page  {address}/mypage")
    print(f"  Desk     http://localhost:{helpdesk.settings.staff_port}/  (operators)")
    if with_fake_line:
        print(f"  LINE     {helpdesk.settings.line_api_url}  (a phone to play with)")
    print()
    if not helpdesk.settings.is_production:
        print("  Sample world (see README):")
        print(f"  {'id':8}{'login ID':10}{'password':18}{'number':8}user code")
        for each in helpdesk.sample_world.contracts():
            print(
                f"  {each.id:8}{each.login:10}{each.password:18}"
                f"{each.number_last4:8}{each.code}"
            )
            if each.old_code:
                print(f"  {'':44}{each.old_code} (replaced)")
        print(f"\n  {'desk':8}{'login ID':10}{'password':18}role")
        for operator in helpdesk.sample_world.operators():
            print(
                f"  {'':8}{operator.id:10}{operator.password:18}{operator.role.value}"
            )
    print("\nPress Ctrl-C to stop.", flush=True)


def watch(children: list[Child]) -> None:
    """Return never; a process that ends is started again.

    Nothing is lost meanwhile: messages wait in the inbox. Raises CannotStart if one
    ends again and again.
    """
    while True:
        for child in children:
            if child.has_ended():
                if child.name == _FAKE_LINE:
                    # It remembers nothing: the talks on it are gone.
                    raise CannotStart(child.last_words())
                print(f"The process {child.name} has ended; starting it again.")
                child.start()
        time.sleep(1)


def stop(children: list[Child]) -> None:
    """End the processes, the app first; what does not listen is killed."""
    for child in reversed(children):
        child.process.terminate()
    deadline = time.monotonic() + _STOP_SECONDS
    for child in reversed(children):
        try:
            child.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
    if children:
        print("Stopped.", flush=True)


class step:  # noqa: N801 -- reads like a verb at its use
    """Print what is being done, and how long it took."""

    def __init__(self, doing: str) -> None:
        self._doing = doing

    def __enter__(self) -> None:
        self._began = time.monotonic()
        print(f"{self._doing} ...", end=" ", flush=True)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if error is None:
            print(f"done ({time.monotonic() - self._began:.0f} s)", flush=True)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
