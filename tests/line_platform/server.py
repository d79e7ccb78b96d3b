"""The fake LINE platform as one web application, and how to serve it in a thread."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from tests.line_platform import access, api, control
from tests.line_platform.front import Front
from tests.line_platform.platform import LinePlatform

_PHONE = Path(__file__).parent / "phone"


def application(platform: LinePlatform) -> ASGIApp:
    """All hosts of LINE, the control API and the phone, on one address."""
    routes = [
        *api.routes(platform),
        *access.routes(platform),
        *control.routes(platform),
        *_phone(),
        Route("/{path:path}", _unknown(platform), methods=["GET", "POST", "DELETE"]),
    ]
    return Front(Starlette(routes=routes), platform)


@contextmanager
def running(platform: LinePlatform, port: int | None = None) -> Iterator[str]:
    """Serves the platform in a thread until the block ends; gives its address."""
    port = port or free_port()
    platform.closed = False
    server = uvicorn.Server(configuration(platform, port))
    thread = threading.Thread(target=asyncio.run, args=(server.serve(),), daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError(f"nothing could be served on port {port}")
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        platform.close()
        server.should_exit = True
        thread.join(10)


def configuration(platform: LinePlatform, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        application(platform),
        host="127.0.0.1",
        port=port,
        log_level="error",
        timeout_graceful_shutdown=2,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _phone() -> list[BaseRoute]:
    if not (_PHONE / "index.html").exists():
        return []

    async def index(request: Request) -> Response:
        return FileResponse(
            _PHONE / "index.html", headers={"cache-control": "no-cache"}
        )

    return [
        Route("/", index),
        Mount("/phone", StaticFiles(directory=_PHONE, html=True)),
    ]


def _unknown(
    platform: LinePlatform,
) -> Callable[[Request], Coroutine[None, None, Response]]:
    async def refuse(request: Request) -> Response:
        path = request.url.path
        if path.startswith(("/v2/", "/oauth2/", "/dialog/")):
            platform.problems.append(f"LINE has no {request.method} {path}")
        return JSONResponse({"message": "Not found"}, 404)

    return refuse
