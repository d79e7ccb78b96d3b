"""The operator's own account: password and second factor."""

from __future__ import annotations

import io
from typing import Any

import segno
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.staff import Permission
from helpdesk.domain.staff_logins import (
    SHORTEST_PASSWORD,
    PasswordTooShort,
    PasswordUnchanged,
)
from helpdesk.services.failed_tries import TooManyTries
from helpdesk.services.staff_accounts import NoSession, WrongCode, WrongPassword
from helpdesk.web.pages import address_of, field
from helpdesk.web.staff_pages import COOKIE, StaffPages, Visit

# Everybody at the desk has an account.
_ANYBODY = Permission.SEE_TALKS


class AccountPages:
    """One page; a form's step says what to do."""

    def __init__(self, helpdesk: Helpdesk, pages: StaffPages) -> None:
        self._helpdesk = helpdesk
        self._accounts = helpdesk.staff_accounts
        self._pages = pages
        self._steps = {
            "password": self._change_password,
            "begin_totp": self._begin_totp,
            "confirm_totp": self._confirm_totp,
            "switch_off_totp": self._switch_off_totp,
        }

    def routes(self) -> list[Route]:
        guarded = self._pages.guarded
        return [
            Route("/account", guarded(self.account, _ANYBODY), methods=["GET", "POST"]),
            Route("/account/totp.svg", guarded(self.picture, _ANYBODY)),
        ]

    async def account(self, visit: Visit) -> Response:
        if visit.request.method == "GET":
            return await run_in_threadpool(self._show, visit)
        return await run_in_threadpool(self._do, visit)

    async def picture(self, visit: Visit) -> Response:
        """The QR code of a second factor that is being set up."""
        return await run_in_threadpool(self._draw, visit)

    def _show(
        self, visit: Visit, error: tuple[str, dict[str, Any]] | None = None
    ) -> Response:
        try:
            pending = self._accounts.pending_totp(_token(visit))
        except NoSession:
            return RedirectResponse("/login", 303)
        return self._pages.render(
            *("account.html", visit.session),
            error=error,
            done=visit.request.query_params.get("done", ""),
            pending=pending,
            shortest=SHORTEST_PASSWORD,
        )

    def _do(self, visit: Visit) -> Response:
        does = self._steps.get(field(visit.form, "step"))
        if does is None:
            return self._show(visit)
        error: tuple[str, dict[str, Any]]
        try:
            return RedirectResponse(does(visit), 303)
        except NoSession:
            return RedirectResponse("/login", 303)
        except _PasswordsDiffer:
            error = ("passwords_differ", {})
        except WrongPassword:
            error = ("wrong_password", {})
        except PasswordTooShort:
            error = ("password_short", {"shortest": SHORTEST_PASSWORD})
        except PasswordUnchanged:
            error = ("password_unchanged", {})
        except WrongCode:
            error = ("wrong_code", {})
        except TooManyTries as locked:
            days = self._helpdesk.catalog.wording.as_day_format()
            error = ("locked", {"until": days.time(locked.until)})
        return self._show(visit, error)

    # Each does one step, and says where to go on.

    def _change_password(self, visit: Visit) -> str:
        new = _secret(visit, "new")
        if new != _secret(visit, "again"):
            raise _PasswordsDiffer
        self._accounts.change_password(
            _token(visit), _secret(visit, "current"), new, address_of(visit.request)
        )
        return "/account?done=password"

    def _begin_totp(self, visit: Visit) -> str:
        self._accounts.begin_totp(_token(visit))
        return "/account#totp"

    def _confirm_totp(self, visit: Visit) -> str:
        self._accounts.confirm_totp(_token(visit), field(visit.form, "code"))
        return "/account?done=totp_on"

    def _switch_off_totp(self, visit: Visit) -> str:
        self._accounts.switch_off_totp(
            _token(visit), _secret(visit, "current"), address_of(visit.request)
        )
        return "/account?done=totp_off"

    def _draw(self, visit: Visit) -> Response:
        pending = self._accounts.pending_totp(_token(visit))
        if pending is None:
            return self._pages.sorry(visit.session, 404, "not_found")
        picture = io.BytesIO()
        # On a screen nothing is torn off: little redundancy makes larger squares. Dark
        # on light, whatever the page's colours are: cameras want it so.
        segno.make(pending.address, error="l", micro=False).save(
            picture, kind="svg", scale=5, light="#ffffff"
        )
        headers = {"cache-control": "no-store"}
        return Response(picture.getvalue(), media_type="image/svg+xml", headers=headers)


class _PasswordsDiffer(ValueError):
    """The new password was not typed twice alike."""


def _token(visit: Visit) -> str:
    return visit.request.cookies.get(COOKIE, "")


def _secret(visit: Visit, name: str) -> str:
    """A password as it was typed, spaces included."""
    value = visit.form.get(name)
    return value if isinstance(value, str) else ""
