"""News for the consoles: server-sent events that say what to look at again.

The events carry no text of customers: `desk` (the lists have changed), `talk` (the
open talk has), `typing` (its customer types), `looking` (who else has it open).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from helpdesk.domain.staff import Operator

# Whatever comes within this time is one event: ten consoles look again after each.
TOGETHER_SECONDS = 0.2
# Without news, a line now and then keeps the connection; the lists are looked at too.
QUIET_SECONDS = 10.0


@dataclass(eq=False)
class Console:
    """A page that is open: whose, and on which customer's talk, if any."""

    operator: Operator
    customer: str | None
    due: set[str] = field(default_factory=set)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, event: str) -> None:
        self.due.add(event)
        self.news.set()


class DeskNews:
    """Listens to all that is said (a listener of the Hub) and tells the consoles."""

    def __init__(
        self, together: float = TOGETHER_SECONDS, quiet: float = QUIET_SECONDS
    ) -> None:
        self._together = together
        self._quiet = quiet
        self._open: set[Console] = set()

    def count(self) -> int:
        """How many consoles are open."""
        return len(self._open)

    def told(self, customer: str) -> None:
        """Something was said to, or by, the customer, or the talk has moved."""
        for console in self._open:
            console.note("desk")
            if console.customer == customer:
                console.note("talk")

    def typing(self, customer: str, *, on: bool) -> None:
        """The bot thinks: that is no news here."""

    def customer_types(self, customer: str) -> None:
        for console in self._open:
            if console.customer == customer:
                console.note("typing")

    def looking_at(self, customer: str, besides: Console) -> list[str]:
        """The names of the others who have this talk open."""
        names = {
            each.operator.name
            for each in self._open
            if each.customer == customer and each.operator.id != besides.operator.id
        }
        return sorted(names)

    async def stream(
        self, operator: Operator, customer: str | None
    ) -> AsyncIterator[str]:
        """The events of one console, until it is closed."""
        console = Console(operator, customer)
        with self._opened(console):
            yield ": open\n\n"
            while True:
                with suppress(TimeoutError):
                    # Not wait_for: in Python 3.11 it may lose the end of the process.
                    async with asyncio.timeout(self._quiet):
                        await console.news.wait()
                if not console.news.is_set():
                    console.due.add("desk")
                await asyncio.sleep(self._together)
                console.news.clear()
                due, console.due = console.due, set()
                for event in sorted(due):
                    yield f"event: {event}\ndata: {self._data(console, event)}\n\n"

    def _data(self, console: Console, event: str) -> str:
        if event == "looking" and console.customer is not None:
            others = self.looking_at(console.customer, console)
            return json.dumps(others, ensure_ascii=False)
        return "{}"

    @contextmanager
    def _opened(self, console: Console) -> Iterator[None]:
        self._open.add(console)
        self._note_looking(console.customer)
        try:
            yield
        finally:
            self._open.discard(console)
            self._note_looking(console.customer)

    def _note_looking(self, customer: str | None) -> None:
        for console in self._open:
            if customer is not None and console.customer == customer:
                console.note("looking")
