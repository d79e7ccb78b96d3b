"""The chat page: the transcript is rendered here, so that it survives a reload."""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.card import as_json
from helpdesk.domain.privacy import replace_tokens
from helpdesk.services.ports import Message
from helpdesk.web.pages import Pages


class ChatPage:
    """`GET /chat`, and the front door that leads to it."""

    def __init__(
        self, helpdesk: Helpdesk, pages: Pages, customer_of: Callable[[Request], str]
    ) -> None:
        """`customer_of`: the browser's customer, a new one if it has none."""
        self._helpdesk = helpdesk
        self._pages = pages
        self._customer_of = customer_of

    def routes(self) -> list[Route]:
        return [
            Route("/", lambda request: RedirectResponse("/chat")),
            Route("/chat", self.show),
        ]

    async def show(self, request: Request) -> Response:
        customer = await run_in_threadpool(self._customer_of, request)
        conversations = self._helpdesk.conversations
        messages = await run_in_threadpool(conversations.messages, customer)
        return self._pages.render(
            request,
            "chat.html",
            messages=[self._entry(message) for message in messages],
            last_event_id=messages[-1].id if messages else 0,
            wishes=[
                {"label": each.label, "data": each.id}
                for each in conversations.starters()
            ],
            now=self._helpdesk.clock().isoformat(),
        )

    def _entry(self, message: Message) -> dict[str, object]:
        masked = self._helpdesk.catalog.wording.masked
        return {
            "id": message.id,
            "from": message.author,
            "text": replace_tokens(message.text, masked),
            "buttons": [
                {"label": each.label, "data": each.id} for each in message.buttons
            ],
            "at": message.at.isoformat(),
            "client_id": message.client_id,
            "card": None if message.card is None else as_json(message.card),
        }
