"""The staff's way in and out: password, second factor, logout."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.staff import Status
from helpdesk.services.failed_tries import TooManyTries
from helpdesk.services.staff_accounts import NoSession, WrongCode, WrongStaffLogin
from helpdesk.services.talks import UnknownOperator
from helpdesk.web.account import AccountPages
from helpdesk.web.pages import address_of, field
from helpdesk.web.staff_pages import COOKIE, StaffPages

# Guards the form of those who have no session yet: it comes back in cookie and form.
# It ends with the browser, so that a page left open over night still logs in.
_FORM_COOKIE = "helpdesk_staff_form"


class StaffLoginPages:
    """In two steps if the operator has a second factor; then the own account."""

    def __init__(self, helpdesk: Helpdesk, pages: StaffPages) -> None:
        self._helpdesk = helpdesk
        self._accounts = helpdesk.staff_accounts
        self._pages = pages

    def routes(self) -> list[Route]:
        return [
            Route("/login", self.login, methods=["GET", "POST"]),
            Route("/login/code", self.code, methods=["GET", "POST"]),
            Route("/logout", self.logout, methods=["POST"]),
            *AccountPages(self._helpdesk, self._pages).routes(),
        ]

    async def login(self, request: Request) -> Response:
        if request.method == "GET":
            return await run_in_threadpool(self._show_login, request)
        form = await request.form()
        return await run_in_threadpool(self._log_in, request, form)

    async def code(self, request: Request) -> Response:
        form = await request.form() if request.method == "POST" else FormData()
        return await run_in_threadpool(self._give_code, request, form)

    async def logout(self, request: Request) -> Response:
        form = await request.form()
        return await run_in_threadpool(self._log_out, request, form)

    def _show_login(self, request: Request) -> Response:
        session = self._accounts.session_of(_token(request))
        if session is not None and session.is_complete:
            return RedirectResponse("/", 303)
        return self._login_page(request)

    def _login_page(
        self,
        request: Request,
        status: int = 200,
        *,
        error: tuple[str, dict[str, Any]] | None = None,
        operator_id: str = "",
    ) -> Response:
        csrf = request.cookies.get(_FORM_COOKIE) or secrets.token_urlsafe(24)
        is_sample = not self._helpdesk.settings.is_production
        samples = self._helpdesk.sample_world.operators() if is_sample else ()
        response = self._pages.render(
            *("login.html", None, status),
            csrf=csrf,
            error=error,
            operator_id=operator_id,
            samples=samples,
        )
        self._keep(response, _FORM_COOKIE, csrf)
        return response

    def _log_in(self, request: Request, form: FormData) -> Response:
        operator_id, password = field(form, "operator_id"), form.get("password")
        error: tuple[str, dict[str, Any]]
        if not _is_same(form, request.cookies.get(_FORM_COOKIE, "")):
            error = ("expired", {})
            return self._login_page(request, 403, error=error, operator_id=operator_id)
        if not operator_id or not isinstance(password, str) or not password:
            error = ("missing_login", {})
            return self._login_page(request, error=error, operator_id=operator_id)
        try:
            token = self._accounts.log_in(operator_id, password, address_of(request))
        except WrongStaffLogin:
            error = ("wrong_login", {})
        except TooManyTries as locked:
            error = ("locked", {"until": self._time(locked)})
        else:
            self._accounts.log_out(_token(request))
            session = self._accounts.session_of(token)
            is_in = session is not None and session.is_complete
            response = RedirectResponse("/" if is_in else "/login/code", 303)
            self._keep(response, COOKIE, token)
            return response
        return self._login_page(request, error=error, operator_id=operator_id)

    def _give_code(self, request: Request, form: FormData) -> Response:
        token = _token(request)
        session = self._accounts.session_of(token)
        if session is None or session.is_complete:
            return RedirectResponse("/login", 303)
        error: tuple[str, dict[str, Any]] | None = None
        if request.method == "POST":
            if not _is_same(form, session.csrf):
                return self._pages.sorry(None, 403, "expired")
            code, address = field(form, "code"), address_of(request)
            try:
                token = self._accounts.give_code(token, code, address)
            except NoSession:
                return RedirectResponse("/login", 303)
            except WrongCode:
                error = ("wrong_code", {})
            except TooManyTries as locked:
                error = ("locked", {"until": self._time(locked)})
            else:
                response = RedirectResponse("/", 303)
                self._keep(response, COOKIE, token)
                return response
        # Without the session: the menu is for those who are in.
        return self._pages.render(
            "login_code.html", None, csrf=session.csrf, error=error
        )

    def _log_out(self, request: Request, form: FormData) -> Response:
        """Who leaves the last screen has left the desk."""
        token = _token(request)
        session = self._accounts.session_of(token)
        if session is not None:
            if not _is_same(form, session.csrf):
                return self._pages.sorry(None, 403, "expired")
            gone = self._accounts.log_out(token)
            if gone is not None:
                self._leave_desk(gone.id)
        response = RedirectResponse("/login", 303)
        response.delete_cookie(COOKIE, path="/")
        return response

    def _leave_desk(self, operator: str) -> None:
        try:
            self._helpdesk.talks.set_status(operator, Status.OFF, operator)
        except UnknownOperator:
            return

    def _time(self, locked: TooManyTries) -> str:
        return self._helpdesk.catalog.wording.as_day_format().time(locked.until)

    def _keep(self, response: Response, name: str, value: str) -> None:
        response.set_cookie(
            name,
            value,
            path="/",
            httponly=True,
            samesite="strict",
            secure=self._helpdesk.settings.is_production,
        )


def _token(request: Request) -> str:
    return request.cookies.get(COOKIE, "")


def _is_same(form: FormData, expected: str) -> bool:
    """Whether the form brings back this token; an empty one is none."""
    offered = str(form.get("csrf", ""))
    return bool(expected) and secrets.compare_digest(
        offered.encode(), expected.encode()
    )
