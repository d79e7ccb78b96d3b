"""The app process: the public application and the staff's, on a port each.

Run with `python -m helpdesk.app`.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from helpdesk.bootstrap import build
from helpdesk.bootstrap.carrier import note_absent_carrier
from helpdesk.gateway.desk_news import DeskNews
from helpdesk.gateway.worker import Hub
from helpdesk.public import PublicApplication
from helpdesk.settings import BadSettings, Settings
from helpdesk.staff import StaffApplication
from helpdesk.storage.catalog import BadCatalog

# The thread that answers LINE waits for those that think, of old five milliseconds for
# each. So they are few, which one database file does not need more of, and step aside.
_SWITCH_SECONDS = 0.0005
_THREADS = 2
# Streams of events never end by themselves: a server that stops waits so long for them.
_STOP_SECONDS = 3


class Servers:
    """Several servers in one process, which stop together."""

    def __init__(self) -> None:
        self._servers: list[uvicorn.Server] = []

    def add(self, app: ASGIApp, host: str, port: int) -> None:
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
        server = uvicorn.Server(config)
        server.handle_exit = self._stop  # type: ignore[method-assign]  # its only hook
        self._servers.append(server)

    def run(self) -> None:
        """Serve until stopped, on uvicorn's choice of event loop."""
        factory = self._servers[0].config.get_loop_factory()
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS))
        await asyncio.gather(*(server.serve() for server in self._servers))

    def _stop(self, sig: int, frame: FrameType | None) -> None:
        for server in self._servers:
            server.should_exit = True


def main() -> int:
    """Serve until stopped; 1 and one sentence if settings or catalog are wrong."""
    logging.basicConfig(
        level=logging.INFO, format="%(levelname)s %(name)s: %(message)s"
    )
    # Addresses carry one-time tokens: no request line is logged.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        settings = Settings.from_env()
        helpdesk = build(settings)
    except (BadSettings, BadCatalog) as error:
        print(error, file=sys.stderr)
        return 1
    note_absent_carrier(helpdesk.carrier)
    sys.setswitchinterval(_SWITCH_SECONDS)
    servers = Servers()
    # What is said on one side is news on the other.
    hub, news = Hub(), DeskNews()
    public = PublicApplication(helpdesk, hub=hub, news=news)
    staff = StaffApplication(helpdesk, hub, news)
    servers.add(public.asgi(), "0.0.0.0", settings.port)
    servers.add(staff.asgi(), "127.0.0.1", settings.staff_port)
    servers.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
