"""Answers the inbox: one turn at a time for each customer, many customers at once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from helpdesk.gateway.customer_tasks import CustomerTasks, logged
from helpdesk.gateway.rasa_client import RasaAway
from helpdesk.services.conversations import ConversationService
from helpdesk.services.ports import InboxItem
from helpdesk.services.turns import Answer, Turn

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """How many seconds the worker waits; tests wait less. And how much it does."""

    # A customer hears within ten seconds that a slow answer will come.
    patience: float = 6.0
    # On LINE the dots say so, and the note would use up the reply token: it comes when
    # the token is about to be of no use anyway.
    line_patience: float = 27.0
    first_pause: float = 0.5
    longest_pause: float = 5.0
    # Another process may have written to the inbox; what this one writes wakes it.
    poll: float = 1.0
    # Turns at once. Rasa thinks of one at a time: more would only wait there, until
    # they were taken for lost.
    turns: int = 8


_USUAL_PACE = Pace()
# A sign of typing is renewed while somebody types, and goes out without.
_TYPING_SECONDS = 6.0


class Bot(Protocol):
    async def turn(self, item: InboxItem) -> Answer: ...
    async def forget(self, customer: str, event_id: str) -> None: ...


class Listener(Protocol):
    """Whoever wants to know of every customer: the way out to LINE."""

    def told(self, customer: str) -> None: ...
    def typing(self, customer: str, *, on: bool) -> None: ...


class Hub:
    """Wakes those who wait for news of a customer, within this process."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._typing: set[str] = set()
        self._writers: dict[str, float] = {}
        self._listeners: list[Listener] = []

    def add_listener(self, listener: Listener) -> None:
        self._listeners.append(listener)

    @asynccontextmanager
    async def listen(self, customer: str) -> AsyncIterator[asyncio.Event]:
        """An event that is set at each news; clear it before looking."""
        news = asyncio.Event()
        self._waiting[customer].add(news)
        try:
            yield news
        finally:
            self._waiting[customer].discard(news)
            if not self._waiting[customer]:
                del self._waiting[customer]

    def tell(self, customer: str) -> None:
        self._wake_streams(customer)
        for listener in self._listeners:
            listener.told(customer)

    def set_typing(self, customer: str, *, on: bool) -> None:
        (self._typing.add if on else self._typing.discard)(customer)
        for listener in self._listeners:
            listener.typing(customer, on=on)
        if on:
            # Nothing is said yet.
            self._wake_streams(customer)
        else:
            self.tell(customer)

    def _wake_streams(self, customer: str) -> None:
        for news in self._waiting.get(customer, ()):
            news.set()

    def is_typing(self, customer: str) -> bool:
        """Whether the bot thinks, or an operator has typed within these seconds."""
        typed_at = self._writers.get(customer, -_TYPING_SECONDS)
        has_typed = time.monotonic() - typed_at < _TYPING_SECONDS
        return customer in self._typing or has_typed

    def operator_types(self, customer: str) -> None:
        """Show the customer that an operator types, for some seconds."""
        self._writers[customer] = time.monotonic()
        self._wake_streams(customer)

    def operator_has_typed(self, customer: str) -> None:
        self._writers.pop(customer, None)


class TurnWorker:
    """Takes each customer's items in order and sees every one to its end."""

    def __init__(
        self,
        conversations: ConversationService,
        bot: Bot,
        hub: Hub,
        delayed: str,
        sweep: Callable[[], object],
        pace: Pace = _USUAL_PACE,
    ) -> None:
        """`delayed`: what a customer reads while the bot is slow or away.

        `sweep` is called about every minute: it deletes what has expired.
        """
        self._conversations = conversations
        self._bot = bot
        self._hub = hub
        self._delayed = delayed
        self._sweep = sweep
        self._pace = pace
        self._places = asyncio.Semaphore(pace.turns)
        self._tasks = CustomerTasks(self._drain, "answering a message")
        self.wake = self._tasks.wake
        self.close = self._tasks.close

    async def run(self) -> None:
        """Look for waiting items until cancelled."""
        polls = 0
        while True:
            with logged("looking for waiting messages"):
                for customer in await asyncio.to_thread(
                    self._conversations.customers_with_pending
                ):
                    self.wake(customer)
                if polls % 60 == 0:
                    await asyncio.to_thread(self._sweep)
            polls += 1
            await asyncio.sleep(self._pace.poll)

    async def _drain(self, customer: str) -> None:
        await self._erase(customer)
        next_turn = self._conversations.next_turn
        while (turn := await asyncio.to_thread(next_turn, customer)) is not None:
            self._hub.set_typing(customer, on=True)
            try:
                answer = await self._ask(turn)
                if answer is not None:
                    await asyncio.to_thread(self._conversations.answer, turn, answer)
            finally:
                self._hub.set_typing(customer, on=False)
            await self._erase(customer)
        # There may be news without a turn: an operator speaks, or lines were held.
        self._hub.tell(customer)

    async def _ask(self, turn: Turn) -> Answer | None:
        """Ask until there is an answer; a wait is told to the customer, once.

        None if the customer took the message back while Rasa was away.
        """
        noting = asyncio.create_task(self._note_delay(turn))
        pause = self._pace.first_pause
        try:
            while True:
                try:
                    async with self._places:
                        return await self._bot.turn(turn.item)
                except RasaAway as away:
                    logger.warning("Rasa is away (%s); trying again", away)
                await asyncio.sleep(pause)
                pause = min(2 * pause, self._pace.longest_pause)
                if not await asyncio.to_thread(self._conversations.is_open, turn.item):
                    return None
        finally:
            noting.cancel()

    async def _erase(self, customer: str) -> None:
        """Let Rasa forget what the customer took back; between turns, so it stays."""
        erasures = await asyncio.to_thread(self._conversations.erasures, customer)
        for event_id in erasures:
            try:
                await self._bot.forget(customer, event_id)
            except RasaAway as away:
                logger.warning("Rasa is away (%s); erasing later", away)
                return
            await asyncio.to_thread(self._conversations.erased, event_id)

    async def _note_delay(self, turn: Turn) -> None:
        is_on_line = turn.channel == "line"
        await asyncio.sleep(
            self._pace.line_patience if is_on_line else self._pace.patience
        )
        with logged("telling of a delay"):
            note = self._conversations.note_delay
            await asyncio.to_thread(note, turn.item, self._delayed)
            self._hub.tell(turn.item.customer)
