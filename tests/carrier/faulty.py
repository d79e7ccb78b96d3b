"""A carrier behind a bad connection: what it is asked passes, breaks, or gets lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx


class Fault(Enum):
    """What happens to what is asked from now on."""

    NONE = auto()
    # The connection breaks before anything is done.
    CUT = auto()
    # It is done, and then the connection breaks.
    LOST_ANSWER = auto()
    SERVER_ERROR = auto()
    # It is done, and half the answer comes.
    HALF_ANSWER = auto()
    NO_JSON = auto()
    # Nothing comes, for as long as the test lasts.
    SILENCE = auto()


class FaultyCarrier:
    """Stands before a server, on a port of its own."""

    def __init__(self, behind: str) -> None:
        self.behind = behind
        self.begin()

    def begin(self) -> None:
        self.fault = Fault.NONE
        # Readings are answered all the same.
        self.fault_of_changes = Fault.NONE
        # Method, path and key of all that came.
        self.asked: list[tuple[str, str, str | None]] = []
        self._is_over = threading.Event()

    def end(self) -> None:
        """Let go of whom it was silent to."""
        self._is_over.set()

    def be_silent(self) -> None:
        self._is_over.wait()

    @contextmanager
    def running(self) -> Iterator[str]:
        faulty = self

        class Handler(_Handler):
            front = faulty

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            self.end()
            server.shutdown()
            thread.join()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    front: FaultyCarrier
    # A request each: the next fault meets a new connection.
    protocol_version = "HTTP/1.0"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- its name
        pass

    def do_GET(self) -> None:
        self._pass(b"")

    def do_POST(self) -> None:
        self._pass(self.rfile.read(int(self.headers["Content-Length"])))

    def _pass(self, body: bytes) -> None:
        fault = self.front.fault
        if fault is Fault.NONE and self.command == "POST":
            fault = self.front.fault_of_changes
        key = self.headers.get("Idempotency-Key")
        self.front.asked.append((self.command, self.path, key))
        if fault is Fault.SILENCE:
            self.front.be_silent()
        if fault in (Fault.CUT, Fault.SILENCE):
            return
        if fault is Fault.SERVER_ERROR:
            self._answer(500, b"<h1>Internal Server Error</h1>", "text/html")
            return
        kept = {"Authorization", "Content-Type", "Idempotency-Key"} & {*self.headers}
        # No certificates to read: there is no TLS.
        with httpx.Client(verify=False, trust_env=False) as client:
            answer = client.request(
                self.command,
                self.front.behind + self.path,
                content=body,
                headers={name: self.headers[name] for name in kept},
            )
        if fault is Fault.LOST_ANSWER:
            return
        content = b"{]" if fault is Fault.NO_JSON else answer.content
        is_half = fault is Fault.HALF_ANSWER
        kind = answer.headers.get("Content-Type", "application/json")
        self._answer(answer.status_code, content, kind, is_half=is_half)

    def _answer(
        self, status: int, content: bytes, kind: str, *, is_half: bool = False
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content) + (1 if is_half else 0)))
        self.end_headers()
        self.wfile.write(content)
