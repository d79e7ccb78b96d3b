"""What the staff's pages share: who is logged in, what they may, forged forms."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.staff import Operator, Permission
from helpdesk.services.staff_accounts import StaffSession

COOKIE = "helpdesk_staff"
_TEMPLATES = Path(__file__).parent / "templates"

Handler = Callable[["Visit"], Awaitable[Response]]


@dataclass(frozen=True)
class Visit:
    """A request of somebody who is logged in and may make it."""

    request: Request
    session: StaffSession
    form: FormData

    @property
    def operator(self) -> Operator:
        return self.session.operator


class StaffPages:
    """Renders templates/staff, and lets nobody past who may not."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self._helpdesk = helpdesk
        # StrictUndefined: a forgotten value is an error here, not a gap in a page.
        self._templates = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
        )
        self._templates.globals["Permission"] = Permission

    def guarded(
        self, handler: Handler, permission: Permission
    ) -> Callable[[Request], Awaitable[Response]]:
        """An endpoint for those who have the permission; posts need the token too.

        The token stands in the form's field `csrf` or in the header `x-csrf`.
        """

        async def endpoint(request: Request) -> Response:
            token = request.cookies.get(COOKIE, "")
            find = self._helpdesk.staff_accounts.session_of
            session = await run_in_threadpool(find, token)
            if session is None or not session.is_complete:
                return self._to_login(request)
            if not session.operator.may(permission):
                return self.sorry(session, 403, "forbidden")
            form = FormData()
            if request.method == "POST":
                form = await request.form()
                if _is_forged(request, form, session):
                    return self.sorry(session, 403, "expired")
            return await handler(Visit(request, session, form))

        return endpoint

    def render(
        self,
        template: str,
        session: StaffSession | None,
        status: int = 200,
        **context: Any,
    ) -> Response:
        """A page; `operator` and `csrf` are empty if nobody is logged in."""
        catalog = self._helpdesk.catalog
        shared = {
            "brand": catalog.brand,
            "operator": session and session.operator,
            "csrf": session.csrf if session else "",
            "sample": not self._helpdesk.settings.is_production,
            "error": None,
        }
        content = self._templates.get_template(f"staff/{template}").render(
            shared | context
        )
        return HTMLResponse(content, status)

    def sorry(self, session: StaffSession | None, status: int, why: str) -> Response:
        """A page that says in one sentence what is wrong, and where to go on.

        `why`: `forbidden`, `expired`, `not_found` or `failed`.
        """
        return self.render("sorry.html", session, status, why=why)

    def _to_login(self, request: Request) -> Response:
        wants_page = "text/html" in request.headers.get("accept", "")
        if request.method == "GET" and wants_page:
            return RedirectResponse("/login", 303)
        return JSONResponse({"error": "login"}, 401)


def _is_forged(request: Request, form: FormData, session: StaffSession) -> bool:
    offered = request.headers.get("x-csrf") or str(form.get("csrf", ""))
    return not secrets.compare_digest(offered.encode(), session.csrf.encode())
