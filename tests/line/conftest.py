"""The fake LINE platform at a time that stands still, and a webhook that it calls."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from tests.fakes import FakeClock
from tests.line_platform import LinePlatform, Pace, application

SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"
TOKEN = "an access token"
KEY = "123e4567-e89b-12d3-a456-426614174000"
HELLO = {"type": "text", "text": "こんにちは"}


class Webhook:
    """Takes what the platform delivers; `statuses` are its next answers, then 200."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.statuses: list[int] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(self.statuses.pop(0) if self.statuses else 200)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.requests]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for body in self.bodies for event in body["events"]]

    @property
    def last(self) -> dict[str, Any]:
        return self.events[-1]


class Straight(httpx.BaseTransport):
    """An application asked without a network, by code that does not wait."""

    def __init__(self, app: ASGIApp) -> None:
        self._transport = httpx.ASGITransport(app)
        self._loop = asyncio.new_event_loop()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._loop.run_until_complete(self._answer(request))

    def close(self) -> None:
        self._loop.close()

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._transport.handle_async_request(request)
        content = await answer.aread()
        return httpx.Response(
            answer.status_code, headers=answer.headers, content=content
        )


class Bot(httpx.Client):
    """The product's side: LINE's API with the right access token."""

    def reply(self, token: str) -> httpx.Response:
        body = {"replyToken": token, "messages": [HELLO]}
        return self.post("/v2/bot/message/reply", json=body)

    def push(
        self, to: str, key: str | None = None, message: dict[str, Any] | None = None
    ) -> httpx.Response:
        return self.post(
            "/v2/bot/message/push",
            json={"to": to, "messages": [message or HELLO]},
            headers={"x-line-retry-key": key} if key else {},
        )


@pytest.fixture
def line_clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def webhook() -> Webhook:
    return Webhook()


@pytest.fixture
def line(line_clock: FakeClock, webhook: Webhook) -> Iterator[LinePlatform]:
    platform = LinePlatform(
        SECRET,
        TOKEN,
        "http://product.test/line/webhook",
        line_clock,
        pace=Pace(pause=0.001, longest_pause=0.002),
        transport=httpx.MockTransport(webhook),
    )
    yield platform
    platform.close()


@pytest.fixture
def bot(line: LinePlatform) -> Iterator[Bot]:
    with Bot(
        base_url="http://line.test",
        headers={"authorization": f"Bearer {TOKEN}"},
        transport=Straight(application(line)),
    ) as client:
        yield client


@pytest.fixture
def aiko(line: LinePlatform) -> str:
    return line.add_user("アイコ")
