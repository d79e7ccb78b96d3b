"""The public application on port 8000: joins the gateway and the pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import httpx
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from helpdesk.bootstrap import Helpdesk
from helpdesk.gateway.carrier_keeper import CarrierKeeper
from helpdesk.gateway.desk_keeper import DeskKeeper
from helpdesk.gateway.desk_news import DeskNews
from helpdesk.gateway.line_channel import LineChannel
from helpdesk.gateway.rasa_client import RasaClient
from helpdesk.gateway.web_chat import WebChat, current_customer
from helpdesk.gateway.worker import Bot, Hub, TurnWorker
from helpdesk.services.carrier import CarrierAway
from helpdesk.web.chat import ChatPage
from helpdesk.web.link_pages import EndUserLinkPage, HolderLinkPage, LinkPage
from helpdesk.web.my_page import MyPage
from helpdesk.web.pages import STATIC, Pages, SecurityHeaders

# Longer than a turn with all its actions; shorter than Rasa's own lock of a minute.
_RASA_TIMEOUT_SECONDS = 30.0
_HEALTH_TIMEOUT_SECONDS = 3.0


class PublicApplication:
    """Builds the Starlette application; `bot` replaces Rasa in tests."""

    def __init__(
        self,
        helpdesk: Helpdesk,
        bot: Bot | None = None,
        *,
        hub: Hub | None = None,
        news: DeskNews | None = None,
    ) -> None:
        """`hub` and `news` are shared with the staff's application, if it runs."""
        settings = helpdesk.settings
        self._helpdesk = helpdesk
        self._client = httpx.AsyncClient(timeout=_RASA_TIMEOUT_SECONDS, trust_env=False)
        self._rasa = RasaClient(settings.rasa_url, settings.secret_key, self._client)
        self._pages = Pages(helpdesk)
        hub = hub or Hub()
        news = news or DeskNews()
        hub.add_listener(news)
        self._keeper = DeskKeeper(helpdesk.desk, self._told_by_desk)
        self._carrier_keeper = CarrierKeeper(
            *(helpdesk.changes, helpdesk.gifts, helpdesk.my_page_access),
            *(helpdesk.notices, self._told_by_desk),
        )
        self._hub = hub
        self._worker = TurnWorker(
            helpdesk.conversations,
            bot or self._rasa,
            hub,
            helpdesk.catalog.wording.delayed,
            self._sweep,
        )
        self._line = LineChannel(helpdesk, hub, self._worker.wake)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._chat = WebChat(helpdesk, self._worker, hub, news.customer_types)
        self._page_rooms: list[ChatPage | LinkPage | MyPage] = [
            ChatPage(helpdesk, self._pages, lambda r: current_customer(r, helpdesk)),
            *(
                page(
                    helpdesk,
                    self._pages,
                    self._line.account_link_address,
                    self._wake_from_thread,
                )
                for page in (HolderLinkPage, EndUserLinkPage)
            ),
            MyPage(helpdesk, self._pages),
        ]

    def asgi(self) -> ASGIApp:
        """The whole application; the headers are outermost, on error pages too."""
        access = self._helpdesk.settings.line_access_url
        pages = SecurityHeaders(self.starlette(), forms_lead_to=access)
        return self._line.before(pages)

    def starlette(self) -> Starlette:
        settings = self._helpdesk.settings
        routes = [
            Route("/healthz", self._alive),
            Route("/readyz", self._ready),
            *self._chat.routes(),
            *(route for room in self._page_rooms for route in room.routes()),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]
        session = Middleware(
            SessionMiddleware,
            secret_key=settings.secret_key,
            session_cookie="helpdesk",
            max_age=30 * 24 * 3600,
            same_site="lax",
            https_only=settings.is_production,
        )
        return Starlette(
            routes=routes,
            middleware=[session],
            exception_handlers={
                404: self._not_found,
                CarrierAway: self._carrier_away,
                Exception: self._failed,
            },
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self._loop = asyncio.get_running_loop()
        polling = [
            asyncio.create_task(each.run())
            for each in (self._worker, self._keeper, self._carrier_keeper)
        ]
        async with self._line.running():
            yield
            # Who thinks ends before the way out does.
            for task in polling:
                task.cancel()
            await asyncio.gather(*polling, return_exceptions=True)
            await self._worker.close()
        await self._client.aclose()

    def _told_by_desk(self, customer: str) -> None:
        self._worker.wake(customer)
        self._hub.tell(customer)

    def _wake_from_thread(self, customer: str) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._worker.wake, customer)

    def _sweep(self) -> None:
        self._helpdesk.vault.forget_expired()
        self._helpdesk.linking.expire_pages()
        self._helpdesk.line_events.forget_old()

    async def _alive(self, _: Request) -> Response:
        return JSONResponse({"alive": True})

    async def _ready(self, _: Request) -> Response:
        """200 if database, Rasa and actions answer; 503 naming what does not."""
        checks = {
            "database": await self._database_answers(),
            "rasa": await self._rasa.is_ready(),
            "actions": await self._actions_answer(),
        }
        return JSONResponse(checks, 200 if all(checks.values()) else 503)

    async def _database_answers(self) -> bool:
        try:
            return await run_in_threadpool(self._helpdesk.database.answers)
        except Exception:  # noqa: BLE001 -- whatever the driver raises, it is not ready
            return False

    async def _actions_answer(self) -> bool:
        parts = urlsplit(self._helpdesk.settings.actions_url)
        health = urlunsplit((parts.scheme, parts.netloc, "/health", "", ""))
        try:
            response = await self._client.get(health, timeout=_HEALTH_TIMEOUT_SECONDS)
        except httpx.HTTPError:
            return False
        return response.is_success

    async def _not_found(self, request: Request, _: Exception) -> Response:
        words = self._helpdesk.catalog.wording.not_found
        if "text/html" not in request.headers.get("accept", ""):
            return JSONResponse({"error": words.sentence}, 404)
        return self._pages.sorry(request, words, 404)

    async def _carrier_away(self, request: Request, _: Exception) -> Response:
        """What needs the carrier waits until it answers; nothing has changed."""
        words = self._helpdesk.catalog.my_page.carrier_away
        query = f"?{request.url.query}" if request.url.query else ""
        return self._pages.sorry(request, words, 503, f"{request.url.path}{query}")

    async def _failed(self, request: Request, error: Exception) -> Response:
        """The edge: logged with its traceback by the server, answered in a sentence."""
        words = self._helpdesk.catalog.wording
        if request.url.path.startswith("/chat/"):
            return JSONResponse({"error": words.unavailable}, 503)
        return self._pages.sorry(request, words.failed, 500)
