"""A browser of the staff, before the pages of login, people and audit log."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from helpdesk.bootstrap import Helpdesk
from helpdesk.web.people import PeoplePages
from helpdesk.web.staff_login import StaffLoginPages
from helpdesk.web.staff_pages import StaffPages
from tests.web.browser import Browser

HOME = "受付デスクのはじめの画面"


@dataclass(frozen=True)
class Shown:
    """Status, heading, and what is said in red or green."""

    status: int
    heading: str | None
    alert: str | None = None
    notice: str | None = None


class StaffBrowser(Browser):
    """Asks for pages, as browsers do."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app)
        self.http.headers["accept"] = "text/html"

    async def at(self, url: str) -> Shown:
        return self._shown((await self.open(url)).status)

    async def does(self, url: str, **fields: str) -> Shown:
        return self._shown((await self.send(url, **fields)).status)

    async def log_in(self, operator: str, password: str | None = None) -> Shown:
        """With the sample's password, if no other is given."""
        await self.open("/login")
        if password is None:
            password = f"Sample-{operator.capitalize()}-Desk"
        return await self.does("/login", operator_id=operator, password=password)

    def _shown(self, status: int) -> Shown:
        return Shown(status, self.text("h1"), self.text(".alert"), self.text(".notice"))


def staff_app(helpdesk: Helpdesk) -> Starlette:
    """The pages under test, with something in place of the console."""

    async def home(_: Request) -> Response:
        return HTMLResponse(f"<h1>{HOME}</h1>")

    pages = StaffPages(helpdesk)
    rooms = [StaffLoginPages(helpdesk, pages), PeoplePages(helpdesk, pages)]
    return Starlette(
        routes=[
            Route("/", home),
            *(route for room in rooms for route in room.routes()),
        ]
    )
