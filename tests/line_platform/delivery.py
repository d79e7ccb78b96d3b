"""Carries webhooks to the product: signed, in order, again and again until a 200."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from tests.line_platform.records import Event, Json


@dataclass
class Pace:
    """How webhooks are delivered; may be changed at any time."""

    pause: float = 1.0
    """Seconds before the first redelivery; each further pause is half as long again."""
    longest_pause: float = 5.0
    tries: int = 100
    timeout: float = 2.0
    """LINE waits this long for the 200, and then takes the webhook as not delivered."""
    disorder: bool = False
    """Events do not wait for earlier ones of the same user, and are shuffled a little."""
    jitter: float = 0.05
    """Seconds by which an event may be late in disorder."""


@dataclass(eq=False)
class Parcel:
    """One webhook call: events that travel together."""

    events: Sequence[Event]
    redelivery: bool = False

    @property
    def queues(self) -> set[str]:
        return {event.queue for event in self.events}


class Sender(Protocol):
    """What the courier needs of the platform; called from the courier's thread."""

    channel_secret: str
    webhook_url: str | None
    pace: Pace

    def departing(self, parcel: Parcel) -> Json: ...

    def tried(self, parcel: Parcel, status: int | None, seconds: float) -> None: ...

    def finished(self, parcel: Parcel) -> None: ...


def signature(secret: str, body: bytes) -> str:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


@dataclass
class Courier:
    """One thread with a loop of its own, started by the first parcel."""

    sender: Sender
    transport: httpx.AsyncBaseTransport | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None
    _client: httpx.AsyncClient | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    # Of each queue the last parcel: the next one waits for it.
    _tails: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def post(self, parcel: Parcel) -> None:
        """From any thread; parcels of one queue leave in the order of the calls."""
        if self._loop is None:
            self._start()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._dispatch, parcel)

    def close(self) -> None:
        """Drop what is under way, end the thread."""
        if self._loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        self._loop = self._thread = None

    def _start(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    async def _stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _dispatch(self, parcel: Parcel) -> None:
        earlier = [self._tails[key] for key in parcel.queues if key in self._tails]
        task = asyncio.get_running_loop().create_task(self._carry(parcel, earlier))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._tails |= dict.fromkeys(parcel.queues, task)

    async def _carry(self, parcel: Parcel, earlier: list[asyncio.Task[None]]) -> None:
        pace = self.sender.pace
        if pace.disorder:
            await asyncio.sleep(random.uniform(0, pace.jitter))
        elif earlier:
            await asyncio.wait(earlier)
        pause = pace.pause
        for _ in range(pace.tries):
            if await self._try(parcel):
                break
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, pace.longest_pause)
        self.sender.finished(parcel)

    async def _try(self, parcel: Parcel) -> bool:
        content = self.sender.departing(parcel)
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        started_at = time.monotonic()
        status = await self._status_of(body)
        self.sender.tried(parcel, status, time.monotonic() - started_at)
        return status is not None and httpx.codes.is_success(status)

    async def _status_of(self, body: bytes) -> int | None:
        """The product's answer; None where there was none in time."""
        if self.sender.webhook_url is None:
            return None
        headers = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "LineBotWebhook/2.0",
            "x-line-signature": signature(self.sender.channel_secret, body),
        }
        if self._client is None:
            self._client = self._new_client()
        try:
            answer = await self._client.post(
                self.sender.webhook_url,
                content=body,
                headers=headers,
                timeout=self.sender.pace.timeout,
            )
        except httpx.HTTPError:
            return None
        return answer.status_code

    def _new_client(self) -> httpx.AsyncClient:
        # Without kept connections: one that the product closed on its restart would
        # look like an event which it did not take.
        limits = httpx.Limits(max_keepalive_connections=0)
        return httpx.AsyncClient(
            transport=self.transport, limits=limits, verify=False, trust_env=False
        )
