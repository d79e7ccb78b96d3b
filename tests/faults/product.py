"""The whole product as `make run` starts it, on ports and files of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from helpdesk.settings import ROOT
from tests.converse.stage import free_port
from tests.line_platform import LinePlatform, running

_READY_SECONDS = 240
# How each process is known by its command line.
PROCESSES = {"app": "helpdesk.app", "rasa": "rasa run", "actions": "actions.server"}


class Product:
    """What `launch` has started; its processes can be killed one by one."""

    def __init__(
        self, launcher: subprocess.Popen[bytes], ports: tuple[int, int], log: Path
    ) -> None:
        """`ports`: the public and the staff's."""
        self._launcher = launcher
        self._log = log
        self.address, self.staff = (f"http://127.0.0.1:{port}" for port in ports)

    def kill(self, name: str) -> bool:
        """`kill -9`; False if the process is not there at this moment."""
        for pid in self._children():
            if PROCESSES[name] in _command_line(pid).replace("/bin/rasa", "rasa"):
                os.kill(pid, signal.SIGKILL)
                return True
        return False

    def wait_until_ready(self) -> None:
        """Raises RuntimeError with the last lines of the log."""
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline and self._launcher.poll() is None:
            try:
                if httpx.get(f"{self.address}/readyz", trust_env=False).is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.5)
        raise RuntimeError(f"not ready:\n{self._log.read_text()[-2000:]}")

    def _children(self) -> list[int]:
        children = Path(
            f"/proc/{self._launcher.pid}/task/{self._launcher.pid}/children"
        )
        return [int(pid) for pid in children.read_text().split()]


@contextmanager
def product(folder: Path, platform: LinePlatform, **more: str) -> Iterator[Product]:
    """The product, talking to this platform, until the block ends.

    `more`: further settings.
    """
    ports = [free_port() for _ in range(4)]
    public, staff, rasa, actions = ports
    platform.webhook_url = f"http://127.0.0.1:{public}/line/webhook"
    log = folder / "launch.log"
    with running(platform) as line, log.open("wb") as output:
        environment = os.environ | {
            "HELPDESK_SECRET_KEY": "a key that is only good for these runs",
            "HELPDESK_DATABASE_URL": f"sqlite:///{folder / 'helpdesk.db'}",
            "HELPDESK_RASA_DATABASE_URL": f"sqlite:///{folder / 'rasa.db'}",
            "HELPDESK_PORT": str(public),
            "HELPDESK_STAFF_PORT": str(staff),
            "HELPDESK_RASA_URL": f"http://127.0.0.1:{rasa}",
            "HELPDESK_ACTIONS_URL": f"http://127.0.0.1:{actions}/webhook",
            "LINE_CHANNEL_SECRET": platform.channel_secret,
            "LINE_CHANNEL_ACCESS_TOKEN": platform.access_token,
            "LINE_API_URL": line,
            "LINE_API_DATA_URL": line,
            "LINE_ACCESS_URL": line,
            "PYTHONPATH": str(ROOT),
            **more,
        }
        launcher = subprocess.Popen(
            [sys.executable, "-m", "helpdesk.launch"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        started = Product(launcher, (public, staff), log)
        try:
            started.wait_until_ready()
            yield started
        finally:
            launcher.terminate()
            launcher.wait(60)


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""
