"""My Page's door: login, one tap, who may see which page, and what went wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole, Subscription
from helpdesk.domain.rights import RIGHTS, Act, NotAllowed, may
from helpdesk.services.accounts import WrongLogin
from helpdesk.services.carrier import CarrierAway, NoSuchSubscription
from helpdesk.services.failed_tries import TooManyTries
from helpdesk.services.my_page_access import TicketExpired
from helpdesk.web.my_page_add import AddRoom
from helpdesk.web.my_page_bills import BillsRoom
from helpdesk.web.my_page_contract import ContractRoom
from helpdesk.web.my_page_data import DataRoom, HomeRoom
from helpdesk.web.my_page_gifts import GiftsRoom
from helpdesk.web.my_page_links import LinksRoom
from helpdesk.web.my_page_notices import NoticesRoom
from helpdesk.web.my_page_plan import PlanRoom
from helpdesk.web.my_page_receipt import ReceiptRoom
from helpdesk.web.my_page_room import HOME, Room, Visit
from helpdesk.web.my_page_session import Sessions, is_only_looking
from helpdesk.web.pages import Pages, address_of, field, is_forged

_ROOMS: tuple[type[Room], ...] = (
    *(HomeRoom, DataRoom, AddRoom, GiftsRoom, PlanRoom, BillsRoom),
    *(ContractRoom, LinksRoom, NoticesRoom, ReceiptRoom),
)
# Never sent back to a browser.
_NOT_KEPT = {"csrf", "password"}


class NotYours(LookupError):
    """The subscription of the address is not the viewer's (any more)."""


class MyPage:
    """Lets viewers into the rooms; each request asks for their rights anew."""

    def __init__(self, helpdesk: Helpdesk, pages: Pages) -> None:
        self._helpdesk = helpdesk
        self._pages = pages
        self._sessions = Sessions(helpdesk.clock)
        self._words = helpdesk.catalog.my_page
        self._rooms = [room(helpdesk, pages, self._sessions) for room in _ROOMS]

    def routes(self) -> list[Route]:
        return [
            Route(room.path, self._endpoint(room), methods=["GET", "POST"])
            for room in self._rooms
        ]

    def _endpoint(self, room: Room) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            form = await request.form() if request.method == "POST" else FormData()
            if request.method == "POST" and is_forged(request, form):
                words = self._helpdesk.catalog.wording.form_expired
                return self._pages.sorry(request, words, 403)
            return await run_in_threadpool(self._answer, room, request, form)

        return endpoint

    def _answer(self, room: Room, request: Request, form: FormData) -> Response:
        step = field(form, "step")
        if step == "login":
            return self._log_in(room, request, form)
        if step == "logout":
            self._sessions.end(request)
            return RedirectResponse(HOME, 303)
        ticket = field(form, "t") or request.query_params.get("t", "")
        if ticket:
            return self._open_ticket(request, ticket, is_asked=step == "open")
        return self._enter(room, request, form)

    def _enter(self, room: Room, request: Request, form: FormData) -> Response:
        try:
            visit = self._visit(room, request, form)
            return self._closed(request) if visit is None else self._let_in(room, visit)
        except CarrierAway:
            return self._away(request, form)
        except NotYours:
            return self._pages.sorry(request, self._words.other_subscription, 403, HOME)

    # --- Ways in ----------------------------------------------------------------------

    def _log_in(self, room: Room, request: Request, form: FormData) -> Response:
        words = self._helpdesk.catalog.wording
        login_id, password = field(form, "login_id"), str(form.get("password", ""))
        error, status = words.missing_login, 200
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
            except CarrierAway:
                error, status = self._words.away, 503
            else:
                self._sessions.begin_login(request, found.id)
                return RedirectResponse(room.path, 303)
        return self._login_page(request, status, error=error, login_id=login_id)

    def _open_ticket(
        self, request: Request, ticket: str, *, is_asked: bool
    ) -> Response:
        """One tap; a program that only looks is shown a page with a button."""
        if not is_asked and is_only_looking(request):
            path = request.url.path
            template = "my_page_ticket.html"
            return self._pages.render(request, template, token=ticket, action=path)
        try:
            customer = self._helpdesk.my_page_access.open(ticket)
        except TicketExpired as expired:
            viewer = self._sessions.viewer(request)
            now_open = None if viewer is None else viewer.customer
            if now_open is None or expired.customer not in (None, now_open):
                return self._login_page(request, said=self._words.ticket_over)
        else:
            self._sessions.begin_customer(request, customer)
        kept = {k: v for k, v in request.query_params.items() if k != "t"}
        query = f"?{urlencode(kept)}" if kept else ""
        return RedirectResponse(f"{request.url.path}{query}", 303)

    def _closed(self, request: Request) -> Response:
        """The login; who was in is told that the last link, or the contract, ended."""
        was_in = self._sessions.viewer(request) is not None
        self._sessions.end(request)
        return self._login_page(
            request, said=self._words.links_over if was_in else None
        )

    def _login_page(
        self, request: Request, status: int = 200, **context: Any
    ) -> Response:
        shared = {"said": None, "login_id": "", "action": request.url.path}
        return self._pages.render(
            request, "my_page_login.html", status, **(shared | context)
        )

    # --- Rights -----------------------------------------------------------------------

    def _visit(self, room: Room, request: Request, form: FormData) -> Visit | None:
        """None for whom there is nothing to show. Raises CarrierAway, NotYours."""
        viewer = self._sessions.viewer(request)
        if viewer is None:
            return None
        roles = self._helpdesk.rights.roles(viewer)
        wanted = request.query_params.get("s")
        if wanted is not None and wanted not in roles:
            raise NotYours
        found = self._subscriptions(list(roles))
        chosen = _chosen(found, roles, wanted, room.act)
        if chosen is None:
            if found:
                raise NotYours
            return None
        acts = frozenset(act for act in RIGHTS if may(roles[chosen.id], act))
        return Visit(request, form, viewer, found, chosen, acts)

    def _subscriptions(self, ids: list[str]) -> list[Subscription]:
        found = []
        for each in ids:
            with suppress(NoSuchSubscription):
                found.append(self._helpdesk.eligibility.subscription(each))
        return found

    def _let_in(self, room: Room, visit: Visit) -> Response:
        try:
            self._helpdesk.rights.require(visit.viewer, visit.id, room.act)
            is_post = visit.request.method == "POST"
            return room.do(visit) if is_post else room.show(visit)
        except NotAllowed as refused:
            is_holders = LinkRole.HOLDER in refused.needed
            words = self._words.holder_only if is_holders else self._words.end_user_only
            return self._pages.sorry(visit.request, words, 403, visit.url())

    # --- What went wrong --------------------------------------------------------------

    def _away(self, request: Request, form: FormData) -> Response:
        """The carrier does not answer: what was typed can be sent again."""
        query = f"?{request.url.query}" if request.url.query else ""
        return self._pages.render(
            request,
            "my_page_away.html",
            503,
            words=self._words.carrier_away,
            action=f"{request.url.path}{query}",
            fields=[
                (name, value)
                for name, value in form.multi_items()
                if isinstance(value, str) and name not in _NOT_KEPT
            ],
        )


def _chosen(
    found: list[Subscription],
    roles: dict[str, set[LinkRole]],
    wanted: str | None,
    act: Act,
) -> Subscription | None:
    """The subscription of the address, or the first with which this may be done."""
    for each in found:
        if each.id == wanted or (wanted is None and may(roles[each.id], act)):
            return each
    return found[0] if found and wanted is None else None
