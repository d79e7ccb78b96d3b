"""Before LINE's API: who may ask, what goes wrong today, and the log of all calls."""

from __future__ import annotations

import asyncio
import time
import uuid
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.line_platform.asked import REQUEST_ID
from tests.line_platform.faults import ACCEPTED, HANGING, NOT_ACCEPTED, group_of
from tests.line_platform.outgoing import RATE_LIMIT
from tests.line_platform.platform import LinePlatform
from tests.line_platform.records import Call

_LOOK_EVERY = 0.02
_UNAUTHORIZED = (
    "Authentication failed due to the following reason: invalid token. "
    "Confirm that the access token in the authorization header is valid."
)


class Front:
    """Stands around the whole application; only paths of LINE's API are its concern."""

    def __init__(self, app: ASGIApp, platform: LinePlatform) -> None:
        self._app = app
        self._platform = platform

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v2/"):
            await self._app(scope, receive, send)
            return
        request_id = str(uuid.uuid4())
        answer, fault = await self._answer({**scope, REQUEST_ID: request_id}, receive)
        hangs = fault in HANGING
        self._platform.record(
            Call(
                scope["method"],
                scope["path"],
                None if hangs else _status(answer),
                self._platform.clock(),
                request_id,
                Headers(scope=scope).get("x-line-retry-key"),
                fault,
            )
        )
        if hangs:
            await self._hang(receive, send)
            return
        answer[0]["headers"].append((REQUEST_ID.encode(), request_id.encode()))
        for message in answer:
            await send(message)

    async def _answer(
        self, scope: Scope, receive: Receive
    ) -> tuple[list[Message], str | None]:
        """The answer, and the fault to which it is due, if any."""
        group = group_of(scope["path"])
        with self._platform.lock:
            fault = self._platform.faults.draw(group)
            latency = self._platform.faults.latency_of(group)
        await asyncio.sleep(latency)
        wanted = f"Bearer {self._platform.access_token}"
        if Headers(scope=scope).get("authorization") != wanted:
            return await _refusal(401, _UNAUTHORIZED, scope, receive), None
        if fault in NOT_ACCEPTED:
            return await _failure(fault, scope, receive), fault
        answer = await _answer_of(self._app, scope, receive)
        if fault in ACCEPTED and _status(answer) < HTTPStatus.BAD_REQUEST:
            return await _failure(fault, scope, receive), fault
        return answer, None

    async def _hang(self, receive: Receive, send: Send) -> None:
        """Say nothing for a while, then close the connection without an answer."""
        gone = asyncio.ensure_future(_disconnected(receive))
        deadline = time.monotonic() + self._platform.faults.hang_seconds
        while time.monotonic() < deadline and not self._platform.closed:
            done, _ = await asyncio.wait({gone}, timeout=_LOOK_EVERY)
            if done:
                return
        # ASGI has no way to hang up; uvicorn's transport has one.
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        if transport is not None:
            transport.abort()
            await gone
        gone.cancel()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer_of(app: ASGIApp, scope: Scope, receive: Receive) -> list[Message]:
    """The answer, kept back."""
    kept: list[Message] = []

    async def keep(message: Message) -> None:
        kept.append(message)

    await app(scope, receive, keep)
    return kept


async def _refusal(
    status: int, message: str, scope: Scope, receive: Receive
) -> list[Message]:
    return await _answer_of(JSONResponse({"message": message}, status), scope, receive)


async def _failure(fault: str, scope: Scope, receive: Receive) -> list[Message]:
    if fault == "rate_429":
        return await _refusal(429, RATE_LIMIT, scope, receive)
    return await _refusal(500, "Internal server error", scope, receive)


def _status(answer: list[Message]) -> int:
    return int(answer[0]["status"])
