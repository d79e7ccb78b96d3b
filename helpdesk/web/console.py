"""The operators' console: the lists, one talk, and everything that is done there."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.responses import (
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.staff import Operator, Permission, Status
from helpdesk.services.desk_view import UnknownCustomer
from helpdesk.services.talks import UnknownOperator
from helpdesk.web.console_acts import Act, ConsoleActs, Refused
from helpdesk.web.console_words import ConsoleWords
from helpdesk.web.pages import field
from helpdesk.web.staff_pages import StaffPages, Visit
from helpdesk.web.talk_words import TalkWords


class News(Protocol):
    """What the console hears and tells: the gateway's side of it."""

    def told(self, customer: str) -> None:
        """Something was said to the customer, or the talk has moved."""
        ...

    def operator_types(self, customer: str) -> None: ...
    def stream(
        self, operator: Operator, customer: str | None
    ) -> AsyncIterator[str]: ...
    async def content(self, content_id: str) -> Response: ...


class Console:
    """Pages for people, fragments and JSON for the script beside them."""

    def __init__(self, helpdesk: Helpdesk, pages: StaffPages, news: News) -> None:
        self._helpdesk = helpdesk
        self._pages = pages
        self._news = news
        self._words = ConsoleWords(helpdesk)
        self._talk_words = TalkWords(helpdesk, self._words)
        self._acts = ConsoleActs(helpdesk, self._words)

    def routes(self) -> list[Route]:
        see, take = Permission.SEE_TALKS, Permission.TAKE_TALKS

        def route(
            path: str,
            handler: Callable[[Visit], Awaitable[Response]],
            permission: Permission = see,
            method: str = "GET",
        ) -> Route:
            endpoint = self._pages.guarded(handler, permission)
            return Route(path, endpoint, methods=[method])

        open_ = Permission.OPEN_SECRETS
        return [
            route("/", self.desk),
            route("/talks/{customer}", self.talk),
            route("/fragments/desk", self.desk_fragment),
            route("/fragments/talks/{customer}", self.talk_fragment),
            route("/talks/{customer}/typing", self.types, take, "POST"),
            route("/talks/{customer}/secret", self.secret, open_, "POST"),
            route("/talks/{customer}/{act}", self.act, take, "POST"),
            route("/status", self.status, take, "POST"),
            route("/canned", self.canned),
            route("/images/{message:int}", self.image),
            route("/events", self.events),
            route("/api/desk", self.api),
        ]

    # --- Looking ----------------------------------------------------------------------

    async def desk(self, visit: Visit) -> Response:
        return await run_in_threadpool(self._page, visit, None)

    async def talk(self, visit: Visit) -> Response:
        try:
            return await run_in_threadpool(self._page, visit, _customer(visit))
        except UnknownCustomer:
            return self._pages.sorry(visit.session, 404, "not_found")

    async def desk_fragment(self, visit: Visit) -> Response:
        """The lists; the talk named in the query is marked as the open one."""
        return await run_in_threadpool(self._desk_fragment, visit)

    async def talk_fragment(self, visit: Visit) -> Response:
        try:
            return await run_in_threadpool(self._talk_fragment, visit)
        except UnknownCustomer:
            return Response(status_code=404)

    def _page(
        self, visit: Visit, customer: str | None, status: int = 200, **more: Any
    ) -> Response:
        return self._pages.render(
            "console.html",
            visit.session,
            status,
            **self._lists(visit, customer),
            talk=None if customer is None else self._talk(visit, customer),
            once=secrets.token_hex(8),
            **{"why": None, "typed": {}} | more,
        )

    def _desk_fragment(self, visit: Visit) -> Response:
        is_open = visit.request.query_params.get("talk")
        lists = self._lists(visit, is_open)
        return self._pages.render("desk.html", visit.session, **lists)

    def _talk_fragment(self, visit: Visit) -> Response:
        return self._pages.render(
            "talk.html",
            visit.session,
            talk=self._talk(visit, _customer(visit)),
            once=secrets.token_hex(8),
            why=None,
            typed={},
        )

    def _lists(self, visit: Visit, customer: str | None) -> dict[str, Any]:
        overview = self._helpdesk.desk_view.overview()
        return {
            "desk": self._words.desk(overview, visit.operator),
            "open_talk": customer,
            "statuses": self._words.statuses,
        }

    def _talk(self, visit: Visit, customer: str) -> dict[str, Any]:
        view = self._helpdesk.desk_view.look(customer, visit.operator.id)
        colleagues = self._helpdesk.desk_view.colleagues(visit.operator.id)
        quotes = visit.request.query_params.get("quotes", "")
        return self._talk_words.talk(view, colleagues, visit.operator, quotes)

    async def events(self, visit: Visit) -> Response:
        """Server-sent events that say what to look at again."""
        customer = visit.request.query_params.get("talk")
        return StreamingResponse(
            self._news.stream(visit.operator, customer),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    async def canned(self, visit: Visit) -> Response:
        """Ready answers, those that fit the words first."""
        words = visit.request.query_params.get("q", "")
        return JSONResponse(self._words.canned(words, visit.operator))

    async def image(self, visit: Visit) -> Response:
        """What a customer sent on LINE, asked for when somebody looks."""
        message = int(visit.request.path_params["message"])
        find = self._helpdesk.staff_acts.content
        found = await run_in_threadpool(find, message, visit.operator)
        if found is None or found[1].content is None:
            return Response(status_code=404)
        return await self._news.content(found[1].content[1])

    async def api(self, visit: Visit) -> Response:
        """The lists as JSON, for other programs of the centre."""
        overview = await run_in_threadpool(self._helpdesk.desk_view.overview)
        return JSONResponse(self._words.as_json(overview))

    # --- Doing ------------------------------------------------------------------------

    async def act(self, visit: Visit) -> Response:
        """An act on a talk: 200 with JSON for the script, else back to the page."""
        customer = _customer(visit)
        name = str(visit.request.path_params["act"])
        if name not in self._acts:
            return Response(status_code=404)
        try:
            await run_in_threadpool(self._acts.do, name, Act(customer, visit))
        except Refused as refused:
            return await self._refuse(visit, customer, name, refused)
        self._news.told(customer)
        if _is_script(visit):
            return JSONResponse({"done": True})
        return RedirectResponse(f"/talks/{customer}", 303)

    async def _refuse(
        self, visit: Visit, customer: str, act: str, refused: Refused
    ) -> Response:
        sentence = self._words.refused(refused.why, **refused.gaps)
        if _is_script(visit):
            return JSONResponse({"error": sentence, "why": refused.why}, 409)
        if refused.why == "unknown_customer":
            return self._pages.sorry(visit.session, 404, "not_found")
        typed = {act: field(visit.form, "text"), "quotes": field(visit.form, "quotes")}
        more = {"error": sentence, "why": refused.why, "typed": typed}
        return await run_in_threadpool(lambda: self._page(visit, customer, 409, **more))

    async def status(self, visit: Visit) -> Response:
        """One's own status; a supervisor also sets a colleague's."""
        whose = field(visit.form, "operator") or visit.operator.id
        try:
            status = Status(field(visit.form, "status"))
        except ValueError:
            return Response(status_code=422)
        if whose != visit.operator.id and not visit.operator.may(Permission.SUPERVISE):
            return self._pages.sorry(visit.session, 403, "forbidden")
        change = self._helpdesk.talks.set_status
        try:
            await run_in_threadpool(change, whose, status, visit.operator.id)
        except UnknownOperator:
            return Response(status_code=404)
        self._news.told("")
        if _is_script(visit):
            return JSONResponse({"done": True})
        return RedirectResponse("/", 303)

    async def types(self, visit: Visit) -> Response:
        """Show the customer that the operator types."""
        self._news.operator_types(_customer(visit))
        return Response(status_code=204)

    async def secret(self, visit: Visit) -> Response:
        """What the vault keeps for a token; each look is audited."""
        token = field(visit.form, "token")
        open_ = self._helpdesk.staff_acts.open_secret
        found = await run_in_threadpool(open_, _customer(visit), visit.operator, token)
        if found is None:
            sentence = self._words.refused("secret_gone")
            return JSONResponse({"error": sentence, "why": "secret_gone"}, 404)
        return JSONResponse({"secret": found})


def _customer(visit: Visit) -> str:
    return str(visit.request.path_params["customer"])


def _is_script(visit: Visit) -> bool:
    """Only our script sends the token in a header; it wants JSON."""
    return "x-csrf" in visit.request.headers
