"""The channel on LINE, joined: webhook in, sender out, account links for the pages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlencode

from starlette.types import ASGIApp

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from helpdesk.gateway.customer_tasks import logged
from helpdesk.gateway.line_client import LineClient
from helpdesk.gateway.line_messages import LineMessages
from helpdesk.gateway.line_sender import LineSender
from helpdesk.gateway.line_webhook import LineWebhook
from helpdesk.gateway.worker import Hub
from helpdesk.services.account_link import LineAway
from helpdesk.services.linking import PageExpired

logger = logging.getLogger(__name__)

_ASK_AGAIN_SECONDS = 10.0
# Sorting looks by itself now and then: it may have failed when it was called.
_LOOK_SECONDS = 2.0
_BURST_SECONDS = 0.03
_LONGEST_WAIT_SECONDS = 10.0


class LineChannel:
    """Without an access token, webhooks are stored and answered, but nothing sent."""

    def __init__(
        self, helpdesk: Helpdesk, hub: Hub, wake_bot: Callable[[str], None]
    ) -> None:
        self._helpdesk = helpdesk
        self._hub = hub
        self._wake_bot = wake_bot
        self._webhook = LineWebhook(helpdesk, self._arrived, self._leave)
        self._client: LineClient | None = None
        self._sender: LineSender | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._unsorted = asyncio.Event()
        self._leaving: set[tuple[str, str]] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def before(self, app: ASGIApp) -> ASGIApp:
        """The application with LINE's webhook before it."""
        return self._webhook.before(app)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Sort what comes, and send, until the block ends."""
        settings = self._helpdesk.settings
        self._start(self._sort())
        if settings.line_channel_access_token:
            self._begin_sending()
        elif settings.line_secrets:
            logger.warning("LINE_CHANNEL_ACCESS_TOKEN is missing: nothing is sent")
        yield
        for task in self._tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._sender is not None:
            await self._sender.close()
        if self._client is not None:
            await self._client.close()
        self._webhook.close()

    def _begin_sending(self) -> None:
        settings = self._helpdesk.settings
        self._loop = asyncio.get_running_loop()
        self._client = LineClient(
            settings.line_channel_access_token, settings.line_api_url
        )
        self._sender = LineSender(
            self._helpdesk.line_delivery, self._client, line_messages(self._helpdesk)
        )
        self._hub.add_listener(self._sender)
        self._start(self._sender.run())
        self._start(self._learn_destination(self._client))

    def account_link_address(
        self, customer: str, token: str, role: LinkRole, *, may_move: bool
    ) -> str | None:
        """Where the page sends the customer to confirm on LINE; called from threads.

        None for who is not on LINE. Raises LineAway, PageExpired.
        """
        delivery = self._helpdesk.line_delivery
        if not delivery.is_on_line(customer):
            return None
        user_id = delivery.user_id(customer)
        if user_id is None:
            # Whoever has blocked us cannot confirm on LINE: then there is no link.
            raise PageExpired
        if self._client is None or self._loop is None:
            raise LineAway("LINE is not connected")
        asked = asyncio.run_coroutine_threadsafe(
            self._client.link_token(user_id), self._loop
        )
        try:
            link_token = asked.result(_LONGEST_WAIT_SECONDS)
        except TimeoutError as error:
            raise LineAway("no link token in time") from error
        nonce = self._helpdesk.account_link.begin(token, role, may_move=may_move)
        query = urlencode({"linkToken": link_token, "nonce": nonce})
        access = self._helpdesk.settings.line_access_url
        return f"{access}/dialog/bot/accountLink?{query}"

    def _arrived(self) -> None:
        self._unsorted.set()

    async def _sort(self) -> None:
        """Sort the stored events, those of a former process too, until cancelled."""
        while True:
            self._unsorted.clear()
            with logged("sorting LINE's events"):
                while found := await asyncio.to_thread(self._helpdesk.line_events.sort):
                    for customer in found:
                        if customer is not None:
                            self._wake(customer)
            with suppress(TimeoutError):
                # Not wait_for, which in Python 3.11 may lose the end of the process.
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._unsorted.wait()
                # Calls come in bursts: all of one are answered before any is sorted.
                await asyncio.sleep(_BURST_SECONDS)

    def _wake(self, customer: str) -> None:
        """Let the bot answer; what is held goes out with the answer's token."""
        if self._sender is not None:
            self._sender.expect(customer)
        self._wake_bot(customer)

    def _leave(self, kind: str, chat: str) -> None:
        """Leave a group or room in the background, once at a time."""
        if self._client is None or (kind, chat) in self._leaving:
            return
        self._leaving.add((kind, chat))
        client = self._client

        async def leave() -> None:
            await client.leave(kind, chat)
            self._leaving.discard((kind, chat))

        self._start(leave())

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _learn_destination(self, client: LineClient) -> None:
        """Ask LINE who we are, so that webhooks for another account are refused."""
        while self._webhook.destination is None:
            try:
                self._webhook.destination = await client.bot_user_id()
            except LineAway as away:
                logger.warning("LINE does not say who we are (%s)", away)
                await asyncio.sleep(_ASK_AGAIN_SECONDS)


def line_messages(helpdesk: Helpdesk) -> LineMessages:
    """The maker of LINE's messages, with the catalog's words and colours."""
    line = helpdesk.catalog.line
    return LineMessages(
        helpdesk.settings.pages_url,
        {str(path): label for path, label in line.pages.items()},
        line.senders.model_dump(),
        line.menu.colors.mark,
    )
