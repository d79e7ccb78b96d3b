"""My Page: login, the contract with its user code, reissue, and the links."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.japan_time import japan_day
from helpdesk.services.accounts import WrongLogin
from helpdesk.services.failed_tries import TooManyTries
from helpdesk.services.linking import NoSuchLink
from helpdesk.services.user_codes import NoReissueLeft
from helpdesk.web.pages import Pages, address_of, field, is_forged

_SESSION = "my_page"
_SESSION_LIFETIME = timedelta(minutes=30)


class MyPage:
    """One path; the session says whose page it is, a form's step what to do."""

    def __init__(self, helpdesk: Helpdesk, pages: Pages) -> None:
        self._helpdesk = helpdesk
        self._pages = pages

    def routes(self) -> list[Route]:
        return [Route("/mypage", self.handle, methods=["GET", "POST"])]

    async def handle(self, request: Request) -> Response:
        if request.method == "GET":
            return await run_in_threadpool(self._show, request, {})
        form = await request.form()
        if is_forged(request, form):
            words = self._helpdesk.catalog.wording.form_expired
            return self._pages.sorry(request, words, 403)
        return await run_in_threadpool(self._do, request, form)

    def _do(self, request: Request, form: FormData) -> Response:
        step = field(form, "step")
        if step == "login":
            return self._log_in(request, form)
        if step == "logout":
            request.session.pop(_SESSION, None)
            return RedirectResponse("/mypage", 303)
        if self._subscription(request) is None:
            return self._show(request, {})
        does = {
            "reissue": self._ask_reissue,
            "confirm_reissue": self._reissue,
            "unlink": self._ask_unlink,
            "confirm_unlink": self._unlink,
        }.get(step)
        return self._show(request, {} if does is None else does(request, form))

    def _log_in(self, request: Request, form: FormData) -> Response:
        words = self._helpdesk.catalog.wording
        login_id, password = field(form, "login_id"), str(form.get("password", ""))
        error = words.missing_login
        if login_id and password:
            # Not tied to a chat: the address stands for whoever tries.
            address = address_of(request) or "unknown"
            try:
                found = self._helpdesk.accounts.log_in(
                    f"my_page:{login_id}"[:64], login_id, password, address
                )
            except WrongLogin:
                error = words.wrong_login
            except TooManyTries as locked:
                until = words.as_day_format().time(locked.until)
                error = words.login_locked.format(until=until)
            else:
                now = self._helpdesk.clock()
                request.session[_SESSION] = [found.id, now.isoformat()]
                return RedirectResponse("/mypage", 303)
        return self._pages.render(
            request, "my_page_login.html", error=error, login_id=login_id
        )

    def _show(self, request: Request, context: dict[str, Any]) -> Response:
        subscription = self._subscription(request)
        if subscription is None:
            return self._pages.render(request, "my_page_login.html")
        found = self._helpdesk.eligibility.subscription(subscription)
        codes = self._helpdesk.user_codes
        shown: dict[str, Any] = {
            "subscription": {
                "number_last4": found.number_last4,
                "order_text": self._helpdesk.catalog.wording.order.of(found.order),
            },
            "user_code": codes.show(subscription, f"my_page:{subscription}"),
            "reissues_left": codes.reissues_left(subscription),
            "links": self._links(subscription),
            "confirm_reissue": False,
            "once": "",
            "confirm_unlink": None,
            "notice": None,
        }
        return self._pages.render(request, "my_page.html", **(shown | context))

    def _ask_reissue(self, request: Request, form: FormData) -> dict[str, Any]:
        if (
            self._helpdesk.user_codes.reissues_left(str(self._subscription(request)))
            == 0
        ):
            return {"error": self._no_reissue_left()}
        return {"confirm_reissue": True, "once": secrets.token_hex(8)}

    def _reissue(self, request: Request, form: FormData) -> dict[str, Any]:
        words = self._helpdesk.catalog.wording
        # The form's token makes a double click one reissue.
        event_id = f"my_page:{field(form, 'once') or secrets.token_hex(8)}"
        try:
            self._helpdesk.user_codes.reissue_on(
                str(self._subscription(request)), event_id
            )
        except NoReissueLeft:
            return {"error": self._no_reissue_left()}
        return {"notice": words.code_reissued}

    def _no_reissue_left(self) -> str:
        limit = self._helpdesk.catalog.policies.reissue.daily_limit
        return self._helpdesk.catalog.wording.no_reissue_left.format(limit=limit)

    def _ask_unlink(self, request: Request, form: FormData) -> dict[str, Any]:
        return {"confirm_unlink": field(form, "link_id")}

    def _unlink(self, request: Request, form: FormData) -> dict[str, Any]:
        subscription, link = str(self._subscription(request)), field(form, "link_id")
        words = self._helpdesk.catalog.wording
        links = {
            str(each.id): each for each in self._helpdesk.linking.links_on(subscription)
        }
        if link not in links:
            return {}
        try:
            self._helpdesk.linking.unlink_on(subscription, int(link))
        except NoSuchLink:
            return {}
        return {"notice": words.unlinked.format(role=words.roles[links[link].role])}

    def _links(self, subscription: str) -> list[dict[str, str]]:
        words = self._helpdesk.catalog.wording
        return [
            {
                "id": str(link.id),
                "role_text": words.roles[link.role],
                "since": words.as_day_format().day(japan_day(link.linked_at)),
            }
            for link in self._helpdesk.linking.links_on(subscription)
        ]

    def _subscription(self, request: Request) -> str | None:
        """Whose page the session opens; None if nobody's, or half an hour is over."""
        session = request.session.get(_SESSION)
        if not session:
            return None
        subscription, since = session
        age = self._helpdesk.clock() - datetime.fromisoformat(since)
        return str(subscription) if age < _SESSION_LIFETIME else None
