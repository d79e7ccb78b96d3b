"""Looks after the operators' desk, each second, and wakes whom there is news for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from helpdesk.gateway.customer_tasks import logged
from helpdesk.services.desk import DeskService

_EACH_SECONDS = 1.0


class DeskKeeper:
    """`told` is called for each customer to whom the desk has said something."""

    def __init__(
        self,
        desk: DeskService,
        told: Callable[[str], None],
        pause: float = _EACH_SECONDS,
    ) -> None:
        self._desk = desk
        self._told = told
        self._pause = pause

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            with logged("looking after the desk"):
                for customer in await asyncio.to_thread(self._desk.look_after):
                    self._told(customer)
            await asyncio.sleep(self._pause)
