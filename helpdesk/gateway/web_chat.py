"""The web chat's interface: messages in by JSON, answers out by server-sent events."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import (
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.card import as_json
from helpdesk.gateway.line_payloads import encodable
from helpdesk.gateway.worker import Hub, TurnWorker
from helpdesk.services.conversations import LONGEST_TEXT, UnknownButton
from helpdesk.services.ports import Message

_CUSTOMER = "customer"
_LONGEST_CLIENT_ID = 64
_MESSAGE_ID = re.compile(r"[0-9]{1,18}")
# A stream looks by itself now and then: staff may have written in another process.
_LOOK_SECONDS = 2.0


class WebChat:
    """The routes below /chat that carry messages; the page itself is helpdesk.web's."""

    def __init__(
        self,
        helpdesk: Helpdesk,
        worker: TurnWorker,
        hub: Hub,
        customer_types: Callable[[str], None],
    ) -> None:
        self._customer_types = customer_types
        self._helpdesk = helpdesk
        self._worker = worker
        self._hub = hub

    def routes(self) -> list[Route]:
        return [
            Route("/chat/session", self.begin, methods=["POST"]),
            Route("/chat/messages", self.accept, methods=["POST"]),
            Route("/chat/events", self.events),
            Route("/chat/typing", self.types, methods=["POST"]),
        ]

    async def begin(self, request: Request) -> Response:
        """Give the browser a customer of its own; in the sample world, a sample one."""
        body = await _json(request)
        sample = body.get("sample")
        if isinstance(sample, str) and self._helpdesk.sample_world.is_person(sample):
            request.session[_CUSTOMER] = sample
        customer = await run_in_threadpool(current_customer, request, self._helpdesk)
        return JSONResponse({"customer": customer})

    async def accept(self, request: Request) -> Response:
        """202 after the message is stored; it is answered later."""
        customer = await run_in_threadpool(self._known, request)
        words = self._helpdesk.catalog.wording
        if customer is None:
            return JSONResponse({"error": words.session_needed}, 401)
        if request.headers.get("content-type", "").startswith("application/json"):
            return await self._accept_json(customer, await _json(request))
        form = await request.form()
        await self._accept_json(customer, {"text": form.get("text")})
        return RedirectResponse("/chat", 303)

    async def types(self, request: Request) -> Response:
        """Show the operators that the customer types."""
        customer = await run_in_threadpool(self._known, request)
        if customer is not None:
            self._customer_types(customer)
        return Response(status_code=204)

    async def _accept_json(self, customer: str, body: dict[str, Any]) -> Response:
        words = self._helpdesk.catalog.wording
        conversations = self._helpdesk.conversations
        text, data = body.get("text"), body.get("data")
        client_id = str(body.get("client_id") or secrets.token_hex(8))
        if len(client_id) > _LONGEST_CLIENT_ID or not client_id.isprintable():
            return JSONResponse({"error": words.unreadable}, 422)
        if isinstance(data, str):
            try:
                item = await run_in_threadpool(
                    conversations.accept_button, customer, encodable(data), client_id
                )
            except UnknownButton:
                return JSONResponse({"error": words.unknown_button}, 422)
        elif not isinstance(text, str):
            return JSONResponse({"error": words.unreadable}, 422)
        elif len(text) > LONGEST_TEXT:
            return JSONResponse({"error": words.too_long}, 413)
        else:
            item = await run_in_threadpool(
                conversations.accept_text, customer, encodable(text), client_id
            )
        self._worker.wake(customer)
        at = self._helpdesk.clock().isoformat()
        return JSONResponse({"id": item, "at": at}, 202)

    async def events(self, request: Request) -> Response:
        """Everything that is said to the customer after the given id."""
        customer = await run_in_threadpool(self._known, request)
        if customer is None:
            error = self._helpdesk.catalog.wording.session_needed
            return JSONResponse({"error": error}, 401)
        after = request.headers.get("last-event-id") or request.query_params.get(
            "after"
        )
        last = int(after) if after and _MESSAGE_ID.fullmatch(after) else 0
        return StreamingResponse(
            self._stream(request, customer, last),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    async def _stream(
        self, request: Request, customer: str, last: int
    ) -> AsyncIterator[str]:
        typing = False
        async with self._hub.listen(customer) as news:
            yield ": open\n\n"
            while not await request.is_disconnected():
                news.clear()
                if typing != self._hub.is_typing(customer):
                    typing = not typing
                    yield f"event: typing\ndata: {json.dumps({'on': typing})}\n\n"
                messages = await run_in_threadpool(
                    self._helpdesk.conversations.messages, customer, last
                )
                for message in messages:
                    last = message.id
                    if message.author != _CUSTOMER:
                        data = json.dumps(as_event(message), ensure_ascii=False)
                        yield f"id: {last}\ndata: {data}\n\n"
                try:
                    # Not wait_for: in Python 3.11 it may lose the end of the process.
                    async with asyncio.timeout(_LOOK_SECONDS):
                        await news.wait()
                except TimeoutError:
                    yield ": still here\n\n"

    def _known(self, request: Request) -> str | None:
        return known_customer(request, self._helpdesk)


def known_customer(request: Request, helpdesk: Helpdesk) -> str | None:
    """The browser's customer, if the database still knows it."""
    known = request.session.get(_CUSTOMER)
    if isinstance(known, str) and helpdesk.conversations.exists(known):
        return known
    return None


def current_customer(request: Request, helpdesk: Helpdesk) -> str:
    """The browser's customer; a new one if it has none, or one that is gone."""
    known = known_customer(request, helpdesk)
    if known is not None:
        return known
    customer = helpdesk.conversations.begin("web")
    request.session[_CUSTOMER] = customer
    return customer


def as_event(message: Message) -> dict[str, Any]:
    """A line of the conversation in the form of the events (README.md)."""
    event = {
        "id": message.id,
        "from": message.author,
        "text": message.text,
        "buttons": [{"label": each.label, "data": each.id} for each in message.buttons],
        "at": message.at.isoformat(),
    }
    return event if message.card is None else event | {"card": as_json(message.card)}


async def _json(request: Request) -> dict[str, Any]:
    """The body as an object; empty if it is none."""
    try:
        body = json.loads(await request.body() or b"{}")
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
