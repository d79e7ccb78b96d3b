"""`POST /line/webhook`: stores what LINE delivers, and answers before any thinking."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from helpdesk.bootstrap import Helpdesk
from helpdesk.gateway.line_metrics import ACKNOWLEDGED, WEBHOOKS
from helpdesk.gateway.line_payloads import Unparsable, Webhook, is_signed, parse
from helpdesk.services.line_events import LineEvent

logger = logging.getLogger(__name__)

_PATH = "/line/webhook"
_LONGEST_BODY = 1_000_000

_ANSWERS = {
    (status, reason): JSONResponse({"result": reason}, status)
    for status, reason in (
        (200, "stored"),
        (400, "unparsable"),
        (401, "not_signed"),
        (403, "another_destination"),
        (413, "too_long"),
        (500, "failed"),
        (503, "not_stored"),
    )
}


class Intake:
    """Stores all events that wait in one statement, and again all that came meanwhile.

    Fifty calls at once cost one wait for the database, not fifty.
    """

    def __init__(self, store: Callable[[Sequence[LineEvent]], None]) -> None:
        self._store = store
        self._waiting: list[tuple[Sequence[LineEvent], asyncio.Future[bool]]] = []
        self._running: asyncio.Task[None] | None = None
        # A thread of its own: those that the turns use may all be busy.
        self._thread = ThreadPoolExecutor(1, "line-intake")

    async def store(self, events: Sequence[LineEvent]) -> bool:
        """Whether the events are stored."""
        stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((events, stored))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._drain())
        return await stored

    def close(self) -> None:
        self._thread.shutdown(wait=True)

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            calls, self._waiting = self._waiting, []
            events = [event for call, _ in calls for event in call]
            try:
                await loop.run_in_executor(self._thread, self._store, events)
            except Exception:
                logger.exception("Webhook calls could not be stored")
                result = False
            else:
                result = True
            for _, stored in calls:
                # Whoever has hung up meanwhile does not wait for the result.
                if not stored.done():
                    stored.set_result(result)


class LineWebhook:
    """The route that faces LINE; `destination` refuses calls for another account."""

    def __init__(
        self,
        helpdesk: Helpdesk,
        arrived: Callable[[], None],
        leave: Callable[[str, str], None],
    ) -> None:
        """`arrived`: events wait to be sorted; `leave` leaves a group or room."""
        self._helpdesk = helpdesk
        self._arrived = arrived
        self._leave = leave
        self._intake = Intake(helpdesk.line_events.store)
        self.destination: str | None = None

    def before(self, app: ASGIApp) -> ASGIApp:
        """The application with the webhook before it: no session, no page."""

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            is_ours = scope["type"] == "http" and scope["path"] == _PATH
            if is_ours and scope["method"] == "POST":
                response = await self.receive(Request(scope, receive))
                await response(scope, receive, send)
            else:
                await app(scope, receive, send)

        return serve

    def close(self) -> None:
        self._intake.close()

    async def receive(self, request: Request) -> Response:
        """200 after the events are stored; LINE delivers again what gets another."""
        began = time.monotonic()
        try:
            status, reason = await self._receive(request)
        except Exception:
            logger.exception("A webhook call failed")
            status, reason = 500, "failed"
        ACKNOWLEDGED.observe(time.monotonic() - began)
        WEBHOOKS.labels(reason).inc()
        return _ANSWERS[status, reason]

    async def _receive(self, request: Request) -> tuple[int, str]:
        body = await _body(request)
        if body is None:
            return 413, "too_long"
        signature = request.headers.get("x-line-signature", "")
        if not is_signed(body, signature, self._helpdesk.settings.line_secrets):
            return 401, "not_signed"
        try:
            webhook = parse(body, self._helpdesk.clock())
        except Unparsable:
            return 400, "unparsable"
        if self.destination not in (None, webhook.destination):
            return 403, "another_destination"
        return await self._store(webhook)

    async def _store(self, webhook: Webhook) -> tuple[int, str]:
        if webhook.events:
            if not await self._intake.store(webhook.events):
                return 503, "not_stored"
            self._arrived()
        for kind, chat in webhook.chats:
            self._leave(kind, chat)
        return 200, "stored"


async def _body(request: Request) -> bytes | None:
    """The raw bytes; None if they are more than LINE ever sends."""
    with suppress(ValueError):
        if int(request.headers.get("content-length", "0")) > _LONGEST_BODY:
            return None
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_BODY:
            return None
    return body
