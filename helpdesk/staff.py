"""The staff application on port 8001: console, reports, and the counters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.staff import Operator
from helpdesk.gateway.desk_contents import DeskContents
from helpdesk.gateway.desk_news import DeskNews
from helpdesk.gateway.worker import Hub
from helpdesk.web.console import Console
from helpdesk.web.desk_api import DeskApi
from helpdesk.web.pages import STATIC, SecurityHeaders
from helpdesk.web.people import PeoplePages
from helpdesk.web.reports import ReportPages
from helpdesk.web.staff_login import StaffLoginPages
from helpdesk.web.staff_pages import StaffPages
from helpdesk.web.unanswered import UnansweredPages


class StaffNews:
    """What the console hears and tells, joined with the public side."""

    def __init__(self, hub: Hub, news: DeskNews) -> None:
        self._hub = hub
        self._news = news
        self.contents: DeskContents | None = None

    def told(self, customer: str) -> None:
        self._hub.operator_has_typed(customer)
        self._hub.tell(customer)

    def operator_types(self, customer: str) -> None:
        self._hub.operator_types(customer)

    def stream(self, operator: Operator, customer: str | None) -> AsyncIterator[str]:
        return self._news.stream(operator, customer)

    async def content(self, content_id: str) -> Response:
        if self.contents is None:
            return Response(status_code=404)
        return await self.contents.fetch(content_id)


class StaffApplication:
    """Never reached from the internet: it listens on this machine alone."""

    def __init__(
        self, helpdesk: Helpdesk, hub: Hub | None = None, news: DeskNews | None = None
    ) -> None:
        """`hub` and `news`: those of the public application in this process."""
        self._helpdesk = helpdesk
        self._pages = StaffPages(helpdesk)
        self._news = StaffNews(hub or Hub(), news or DeskNews())
        rooms = (
            *(StaffLoginPages, PeoplePages),
            *(ReportPages, UnansweredPages, DeskApi),
        )
        self._routes = [
            *Console(helpdesk, self._pages, self._news).routes(),
            *(
                route
                for room in rooms
                for route in room(helpdesk, self._pages).routes()
            ),
        ]

    def asgi(self) -> ASGIApp:
        """The whole application; the headers are outermost, on error pages too."""
        return SecurityHeaders(self.starlette(), forms_lead_to="")

    def starlette(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/metrics", self.metrics),
                *self._routes,
                Mount("/static", StaticFiles(directory=STATIC)),
            ],
            exception_handlers={404: self._not_found, Exception: self._failed},
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self._news.contents = DeskContents(self._helpdesk)
        try:
            yield
        finally:
            await self._news.contents.close()

    async def metrics(self, _: Request) -> Response:
        """All counters, in the form that Prometheus reads."""
        return Response(
            generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST}
        )

    async def _not_found(self, _: Request, __: Exception) -> Response:
        return self._pages.sorry(None, 404, "not_found")

    async def _failed(self, _: Request, __: Exception) -> Response:
        """The edge: logged with its traceback by the server."""
        return self._pages.sorry(None, 500, "failed")
