"""Delivers to LINE: one call at a time for each customer, until LINE has it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from linebot.v3.messaging import Message as LineMessage

from helpdesk.domain.line_sending import CallKind, CallState, Outcome
from helpdesk.gateway.customer_tasks import CustomerTasks, logged
from helpdesk.gateway.line_client import LineClient, Quota
from helpdesk.gateway.line_metrics import DELIVERED, HOLDING, QUOTA, QUOTA_USED
from helpdesk.services.account_link import LineAway
from helpdesk.services.line_delivery import Call, LineDeliveryService, NotYet
from helpdesk.services.ports import Message

logger = logging.getLogger(__name__)

_WARN_FROM = 0.8


class Renders(Protocol):
    """Makes LINE's messages of the conversation's lines."""

    def render(
        self, messages: Sequence[Message], *, has_more: bool
    ) -> list[LineMessage]: ...
    def bubbles(self, message: Message) -> int: ...


@dataclass(frozen=True)
class SenderPace:
    """How many seconds the sender waits; tests wait less."""

    # Another process may have said something; what this one says wakes it.
    poll: float = 1.0
    # An account that nobody woke, after a restart: looked for now and then.
    look_at_all: float = 60.0
    # How long held pushes wait before the quota is asked for again.
    hold: float = 900.0
    quota: float = 600.0
    # The dots are shown again before they go out.
    loading: float = 18.0
    # After LINE failed to set a menu.
    menus_rest: float = 30.0
    # An answer does not wait longer than this for its own dots.
    dots: float = 1.0


_USUAL_PACE = SenderPace()


class LineSender:
    """The way out; `next_call` and `judge` keep the books, so a crash loses nothing."""

    def __init__(
        self,
        delivery: LineDeliveryService,
        client: LineClient,
        messages: Renders,
        pace: SenderPace = _USUAL_PACE,
    ) -> None:
        self._delivery = delivery
        self._client = client
        self._messages = messages
        self._pace = pace
        self._tasks = CustomerTasks(self._drain, "delivering to LINE")
        self._on_line: set[str] = set()
        self._thinking: set[str] = set()
        self._dots: dict[str, _Dots] = {}
        self._menus: dict[str, str] = {}
        self._menus_rest_until = 0.0
        self._held_since: float | None = None

    def wake(self, customer: str) -> None:
        """Look after a customer who is on LINE."""
        self._on_line.add(customer)
        self._tasks.wake(customer)

    def expect(self, customer: str) -> None:
        """Somebody writes on LINE: what they are told from now on is delivered."""
        self._on_line.add(customer)

    def told(self, customer: str) -> None:
        """Something was said to a customer, on LINE or not."""
        if customer in self._on_line:
            self._tasks.wake(customer)

    def typing(self, customer: str, *, on: bool) -> None:
        """Show the dots while the bot thinks; the answer ends them."""
        (self._thinking.add if on else self._thinking.discard)(customer)
        dots = self._dots.get(customer)
        if dots is not None and on:
            # Those of the turn before, whose answer is still on its way.
            dots.cancel()
        elif dots is not None:
            dots.is_wanted = False
        if on and customer in self._on_line:
            self._dots[customer] = _Dots(self._show_dots(customer), self._pace)

    async def run(self) -> None:
        """Look for what waits until cancelled."""
        newest, looked_at_all, asked_quota = 0, -1e9, -1e9
        while True:
            now = time.monotonic()
            with logged("looking for what LINE has not got"):
                if now - looked_at_all >= self._pace.look_at_all:
                    newest, looked_at_all = 0, now
                    await self._find_menus()
                customers, newest = await asyncio.to_thread(
                    self._delivery.with_news, newest
                )
                for customer in {*customers, *await self._with_menu_due()}:
                    self.wake(customer)
                if now - asked_quota >= self._pace.quota:
                    asked_quota = now
                    await self._note_quota()
            await asyncio.sleep(self._pace.poll)

    async def close(self) -> None:
        for dots in self._dots.values():
            dots.cancel()
        await self._tasks.close()

    async def _drain(self, customer: str) -> None:
        if self._is_holding() and customer in self._thinking:
            # What is held goes out together with the answer, by the same token.
            return
        while True:
            # Every line that is known now goes out before the next look.
            call = await asyncio.to_thread(
                self._delivery.next_call,
                customer,
                self._messages.bubbles,
                may_push=not self._is_holding(),
            )
            if call is None:
                break
            if isinstance(call, NotYet):
                await asyncio.sleep(self._pace.poll)
                continue
            await self._end_dots(customer)
            await self._make(call)
        await self._change_menu(customer)

    async def _make(self, call: Call) -> None:
        messages = self._messages.render(call.lines, has_more=call.has_more)
        if not messages:
            outcome = Outcome.ACCEPTED
        elif call.kind is CallKind.REPLY:
            outcome = await self._client.reply(call.reply_token or "", messages)
        else:
            outcome = await self._client.push(call.user_id, messages, call.id)
        verdict = await asyncio.to_thread(self._delivery.judge, call, outcome)
        if verdict is None:
            return
        if verdict.state is CallState.OPEN:
            await asyncio.sleep(verdict.pause.total_seconds())
            return
        DELIVERED.labels(call.kind.value, verdict.state.value).inc()
        if verdict.state is CallState.HELD:
            await self._hold()
        elif verdict.state in (CallState.FAILED, CallState.UNCERTAIN):
            logger.error("LINE call %s ended as %s", call.id, verdict.state.value)
        elif call.kind is CallKind.PUSH and outcome is Outcome.ACCEPTED:
            await self._release()

    # --- The month's pushes -----------------------------------------------------------

    def _is_holding(self) -> bool:
        """Whether pushes wait; now and then one may try whether they still must."""
        if self._held_since is None:
            return False
        return time.monotonic() - self._held_since < self._pace.hold

    async def _hold(self) -> None:
        is_new = self._held_since is None
        self._held_since = time.monotonic()
        HOLDING.set(1)
        if is_new:
            logger.error("This month's pushes on LINE are used up: answers wait")
            await asyncio.to_thread(self._delivery.note_limit, reached=True)

    async def _release(self) -> None:
        if self._held_since is not None:
            self._held_since = None
            HOLDING.set(0)
            await asyncio.to_thread(self._delivery.note_limit, reached=False)

    async def _note_quota(self) -> None:
        try:
            quota = await self._client.quota()
        except LineAway:
            return
        QUOTA.set(-1 if quota.limit is None else quota.limit)
        QUOTA_USED.set(quota.used)
        if _is_nearly_used(quota):
            logger.warning("%d of %d pushes are used", quota.used, quota.limit)

    # --- Dots and menus ---------------------------------------------------------------

    def _show_dots(self, customer: str) -> Callable[[], Awaitable[None]]:
        async def show() -> None:
            user_id = await asyncio.to_thread(self._delivery.user_id, customer)
            if user_id is not None:
                await self._client.start_loading(user_id)

        return show

    async def _end_dots(self, customer: str) -> None:
        dots = self._dots.pop(customer, None)
        if dots is not None:
            await dots.end()

    async def _find_menus(self) -> None:
        try:
            self._menus = await self._client.menus()
        except LineAway:
            return
        if not self._menus:
            logger.warning("There are no rich menus on LINE: run make line-setup")
            return
        await asyncio.to_thread(self._delivery.look_at_menus, self._menus)

    async def _with_menu_due(self) -> list[str]:
        if not self._menus or time.monotonic() < self._menus_rest_until:
            return []
        return await asyncio.to_thread(self._delivery.with_menu_due)

    async def _change_menu(self, customer: str) -> None:
        if not self._menus or time.monotonic() < self._menus_rest_until:
            return
        menu_change = self._delivery.menu_change
        change = await asyncio.to_thread(menu_change, customer, self._menus)
        if change is None:
            return
        try:
            await self._client.show_menu(change.user_id, change.menu)
        except LineAway as away:
            if not away.is_final:
                # It stays due; LINE is left alone with menus for a while.
                self._menus_rest_until = time.monotonic() + self._pace.menus_rest
                return
        await asyncio.to_thread(self._delivery.menu_changed, change, self._menus)


class _Dots:
    """The loading animation of one turn, shown again while the turn lasts."""

    def __init__(self, show: Callable[[], Awaitable[None]], pace: SenderPace) -> None:
        self.is_wanted = True
        self._pace = pace
        self._shown = asyncio.Event()
        self._task = asyncio.create_task(self._run(show))

    def cancel(self) -> None:
        self._task.cancel()

    async def end(self) -> None:
        """A request that is under way must not arrive after the answer."""
        with suppress(TimeoutError):
            # Not wait_for: in Python 3.11 it may lose the end of the process.
            async with asyncio.timeout(self._pace.dots):
                await self._shown.wait()
        self.cancel()

    async def _run(self, show: Callable[[], Awaitable[None]]) -> None:
        with logged("showing the dots"):
            while self.is_wanted:
                self._shown.clear()
                await show()
                self._shown.set()
                await asyncio.sleep(self._pace.loading)


def _is_nearly_used(quota: Quota) -> bool:
    return quota.limit is not None and quota.used >= _WARN_FROM * quota.limit
