"""Answers the inbox: one turn at a time for each customer, many customers at once."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from helpdesk.gateway.rasa_client import RasaAway
from helpdesk.services.conversations import Answer, ConversationService, Turn
from helpdesk.services.ports import InboxItem

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """How many seconds the worker waits; tests wait less."""

    # A customer hears within ten seconds that a slow answer will come.
    patience: float = 6.0
    first_pause: float = 0.5
    longest_pause: float = 5.0
    # Another process may have written to the inbox; what this one writes wakes it.
    poll: float = 1.0


_USUAL_PACE = Pace()


class Bot(Protocol):
    async def turn(self, item: InboxItem) -> Answer: ...


class Hub:
    """Wakes those who wait for news of a customer, within this process."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._typing: set[str] = set()

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
        for news in self._waiting.get(customer, ()):
            news.set()

    def set_typing(self, customer: str, *, on: bool) -> None:
        (self._typing.add if on else self._typing.discard)(customer)
        self.tell(customer)

    def is_typing(self, customer: str) -> bool:
        return customer in self._typing


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
        self._running: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()

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

    def wake(self, customer: str) -> None:
        """Answer what waits for this customer, if nobody is at it already."""
        if customer in self._running:
            self._woken.add(customer)
            return
        task = asyncio.create_task(self._drain(customer))
        self._running[customer] = task
        task.add_done_callback(lambda _: self._done(customer))

    async def close(self) -> None:
        """Stop at once; what was not answered waits in the inbox."""
        for task in list(self._running.values()):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def _done(self, customer: str) -> None:
        del self._running[customer]
        if customer in self._woken:
            self._woken.discard(customer)
            self.wake(customer)

    async def _drain(self, customer: str) -> None:
        with logged("answering a message"):
            next_turn = self._conversations.next_turn
            while (turn := await asyncio.to_thread(next_turn, customer)) is not None:
                self._hub.set_typing(customer, on=True)
                try:
                    answer = await self._ask(turn)
                    await asyncio.to_thread(self._conversations.answer, turn, answer)
                finally:
                    self._hub.set_typing(customer, on=False)

    async def _ask(self, turn: Turn) -> Answer:
        """Ask until there is an answer; a wait is told to the customer, once."""
        noting = asyncio.create_task(self._note_delay(turn))
        pause = self._pace.first_pause
        try:
            while True:
                try:
                    return await self._bot.turn(turn.item)
                except RasaAway as away:
                    logger.warning("Rasa is away (%s); trying again", away)
                await asyncio.sleep(pause)
                pause = min(2 * pause, self._pace.longest_pause)
        finally:
            noting.cancel()

    async def _note_delay(self, turn: Turn) -> None:
        await asyncio.sleep(self._pace.patience)
        with logged("telling of a delay"):
            note = self._conversations.note_delay
            await asyncio.to_thread(note, turn.item, self._delayed)
            self._hub.tell(turn.item.customer)


@contextmanager
def logged(doing: str) -> Iterator[None]:
    """Log an exception with its traceback and go on: the next poll tries again."""
    try:
        yield
    except Exception:
        logger.exception("Failed while %s", doing)
