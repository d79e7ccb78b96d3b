"""Stand-ins for Rasa, and waiting for what happens in other tasks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from helpdesk.gateway.rasa_client import RasaAway
from helpdesk.services.ports import InboxItem
from helpdesk.services.turns import Answer, BotMessage

# Returned from at once when it holds; long, for a machine that is busy elsewhere.
_LONGEST_WAIT = 20.0


class FakeBot:
    """Repeats what it is told; `meanwhile` happens before each answer."""

    def __init__(
        self, meanwhile: Callable[[InboxItem], Awaitable[object]] | None = None
    ) -> None:
        self._meanwhile = meanwhile
        self.asked: list[str] = []
        self.forgotten: list[tuple[str, str]] = []

    async def turn(self, item: InboxItem) -> Answer:
        text = item.payload or item.text or ""
        self.asked.append(text)
        if self._meanwhile is not None:
            await self._meanwhile(item)
        return Answer([BotMessage(f"「{text}」ですね。")], None)

    async def forget(self, customer: str, event_id: str) -> None:
        self.forgotten.append((customer, event_id))


class BotThatIsAway:
    """Away until told that it is back."""

    def __init__(self) -> None:
        self.is_back = False
        self.calls = 0

    async def turn(self, item: InboxItem) -> Answer:
        self.calls += 1
        if not self.is_back:
            raise RasaAway("ConnectError")
        return Answer([BotMessage("お待たせしました。")], None)

    async def forget(self, customer: str, event_id: str) -> None:
        if not self.is_back:
            raise RasaAway("ConnectError")


async def until(condition: Callable[[], bool]) -> None:
    """Let the other tasks work until the condition holds. Raises TimeoutError."""
    deadline = time.monotonic() + _LONGEST_WAIT
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        await asyncio.sleep(0.002)
