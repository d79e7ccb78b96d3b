"""Sees to what waits for the carrier or for its time, and wakes whom it concerns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from prometheus_client import Counter

from helpdesk.gateway.customer_tasks import logged
from helpdesk.services.changes import ChangeService
from helpdesk.services.gifts import GiftService
from helpdesk.services.my_page_access import MyPageAccess
from helpdesk.services.notices import NoticeService

NOTICES = Counter(
    "helpdesk_notices_total", "Notices that were sent without being asked", ["kind"]
)


@dataclass(frozen=True)
class KeeperPace:
    """How many seconds between two looks; tests wait less."""

    changes: float = 3.0
    # A multiple of the former.
    notices: float = 60.0


_USUAL_PACE = KeeperPace()


class CarrierKeeper:
    """`told` is called for each customer to whom the bot has something to say."""

    def __init__(
        self,
        changes: ChangeService,
        gifts: GiftService,
        my_page_access: MyPageAccess,
        notices: NoticeService,
        told: Callable[[str], None],
        pace: KeeperPace = _USUAL_PACE,
    ) -> None:
        self._changes = changes
        self._gifts = gifts
        self._my_page_access = my_page_access
        self._notices = notices
        self._told = told
        self._pace = pace

    async def run(self) -> None:
        """Look until cancelled; what fails is tried again at the next look."""
        each, looks = round(self._pace.notices / self._pace.changes), 0
        while True:
            await self._do("asking the carrier again", self._changes.retry)
            await self._do("ending gifts", self._gifts.expire)
            if looks % each == 0:
                await self._do("looking for notices", self._look_after_notices)
                await self._do("forgetting addresses", self._forget_addresses)
            looks += 1
            await asyncio.sleep(self._pace.changes)

    async def _do(self, what: str, work: Callable[[], Iterable[str]]) -> None:
        """Each by itself: where one fails, the others go on."""
        with logged(what):
            for customer in await asyncio.to_thread(work):
                self._told(customer)

    def _look_after_notices(self) -> Iterable[str]:
        done = self._notices.look_after()
        for kind, count in done.sent.items():
            NOTICES.labels(kind.value).inc(count)
        return done.customers

    def _forget_addresses(self) -> Iterable[str]:
        self._my_page_access.forget()
        return ()
