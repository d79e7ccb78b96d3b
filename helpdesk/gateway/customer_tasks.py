"""One task at a time for each customer, many customers at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

logger = logging.getLogger(__name__)

_CANCEL_AGAIN_SECONDS = 1.0


class CustomerTasks:
    """Runs `drain` for whoever is woken; a waking meanwhile makes it run once more."""

    def __init__(self, drain: Callable[[str], Awaitable[None]], doing: str) -> None:
        """`doing`: what a failure is logged as."""
        self._drain = drain
        self._doing = doing
        self._running: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()
        self._is_closed = False

    def wake(self, customer: str) -> None:
        if self._is_closed:
            return
        if customer in self._running:
            self._woken.add(customer)
            return
        task = asyncio.create_task(self._run(customer))
        self._running[customer] = task
        task.add_done_callback(lambda _: self._done(customer))

    async def close(self) -> None:
        """Stop at once; what was not finished waits in the database."""
        self._is_closed = True
        self._woken.clear()
        # Again until they end: a library on the way may lose one cancellation.
        while running := list(self._running.values()):
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=_CANCEL_AGAIN_SECONDS)
            await asyncio.sleep(0)

    async def _run(self, customer: str) -> None:
        with logged(self._doing):
            await self._drain(customer)

    def _done(self, customer: str) -> None:
        del self._running[customer]
        if customer in self._woken:
            self._woken.discard(customer)
            self.wake(customer)


@contextmanager
def logged(doing: str) -> Iterator[None]:
    """Log an exception with its traceback and go on: the next poll tries again."""
    try:
        yield
    except Exception:
        logger.exception("Failed while %s", doing)
