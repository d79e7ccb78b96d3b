"""The link pages: login for the holder, code for the end user; one-time addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkAttempt, LinkRole, Subscription
from helpdesk.domain.user_code import InvalidUserCode
from helpdesk.services.account_link import LineAway
from helpdesk.services.accounts import WrongLogin
from helpdesk.services.failed_tries import TooManyTries
from helpdesk.services.linking import (
    AlreadyLinked,
    LinkedElsewhere,
    PageExpired,
    TooEarly,
)
from helpdesk.services.user_codes import RevokedUserCode, UnknownUserCode
from helpdesk.web.pages import Pages, address_of, field, is_forged

# Not a step of the page: the customer goes on on LINE.
_TO_LINE = "to_line"


class AccountLink(Protocol):
    """Where LINE lets its user confirm the link; None for who is not on LINE.

    Raises LineAway, PageExpired.
    """

    def __call__(
        self, customer: str, token: str, role: LinkRole, *, may_move: bool
    ) -> str | None: ...


class LinkPage:
    """One page; its steps differ by role. Subclasses prove the subscription."""

    role: LinkRole
    path: str
    template: str
    first_step: str

    def __init__(
        self,
        helpdesk: Helpdesk,
        pages: Pages,
        account_link: AccountLink,
        wake: Callable[[str], None],
    ) -> None:
        """`wake`: answers what waits for a customer, so that the bot speaks at once."""
        self._helpdesk = helpdesk
        self._pages = pages
        self._account_link = account_link
        self._wake = wake

    def routes(self) -> list[Route]:
        return [Route(self.path, self.handle, methods=["GET", "POST"])]

    async def handle(self, request: Request) -> Response:
        form = await request.form() if request.method == "POST" else FormData()
        if request.method == "POST" and is_forged(request, form):
            words = self._helpdesk.catalog.wording.form_expired
            return self._pages.sorry(request, words, 403)
        token = field(form, "t") or request.query_params.get("t", "")
        step, context = await run_in_threadpool(self._advance, request, token, form)
        if step == _TO_LINE:
            return RedirectResponse(context["address"], 303)
        is_for_line = await run_in_threadpool(self._helpdesk.linking.is_for_line, token)
        # LINE's own browser says so too; there is no chat of ours to go back to.
        is_in_line = " Line/" in request.headers.get("user-agent", "")
        context["on_line"] = is_for_line or is_in_line
        return self._pages.render(
            request, self.template, token=token, step=step, **context
        )

    def _advance(
        self, request: Request, token: str, form: FormData
    ) -> tuple[str, dict[str, Any]]:
        """The step to show next, with what its template needs."""
        try:
            attempt = self._helpdesk.linking.open_page(token, self.role)
        except PageExpired:
            return "expired", {}
        try:
            return self._step(request, token, attempt, form)
        except TooManyTries as locked:
            words = self._helpdesk.catalog.wording.as_day_format()
            return "locked", {"until": words.time(locked.until)}
        except (PageExpired, TooEarly):
            return "expired", {}
        except LineAway:
            moves = field(form, "step") == "confirm_move"
            return "line_away", {"again": "confirm_move" if moves else "confirm"}
        except AlreadyLinked:
            return "already", {}

    def _step(
        self, request: Request, token: str, attempt: LinkAttempt, form: FormData
    ) -> tuple[str, dict[str, Any]]:
        step = field(form, "step")
        if step == self.first_step:
            return self._prove(request, token, attempt, form)
        if step not in ("confirm", "confirm_move"):
            return self.first_step, {}
        if field(form, "decision") != "confirm":
            return "cancelled", {}
        # A link that became another's while the question stood is asked about again.
        return self._finish(token, attempt, may_move=step == "confirm_move")

    def _prove(
        self, request: Request, token: str, attempt: LinkAttempt, form: FormData
    ) -> tuple[str, dict[str, Any]]:
        raise NotImplementedError

    def _finish(
        self, token: str, attempt: LinkAttempt, *, may_move: bool
    ) -> tuple[str, dict[str, Any]]:
        linking = self._helpdesk.linking
        if attempt.subscription is None:
            raise PageExpired
        try:
            if not may_move:
                linking.check(attempt.customer, attempt.subscription, self.role)
            address = self._account_link(
                attempt.customer, token, self.role, may_move=may_move
            )
            if address is not None:
                return _TO_LINE, {"address": address}
            linked = linking.finish_page(token, self.role, may_move=may_move)
        except LinkedElsewhere:
            subscription = self._helpdesk.eligibility.subscription(attempt.subscription)
            return self._ask_to_move(subscription)
        self._wake(attempt.customer)
        return "done", {"number_last4": linked.number_last4}

    def _refuse(
        self, token: str, subscription: Subscription, attempt: LinkAttempt
    ) -> tuple[str, dict[str, Any]] | None:
        """The step for what cannot be linked, None if it can; a move is asked first."""
        context = {"number_last4": subscription.number_last4}
        try:
            self._helpdesk.linking.check(attempt.customer, subscription.id, self.role)
        except TooEarly as early:
            words = self._helpdesk.catalog.wording.as_day_format()
            self._helpdesk.linking.tell_too_early(
                self._helpdesk.linking.open_page(token, self.role)
            )
            self._wake(attempt.customer)
            opens_on = early.opens_on
            return "too_early", {"opens_on": opens_on and words.day(opens_on)}
        except AlreadyLinked:
            return "already", context
        except LinkedElsewhere:
            return self._ask_to_move(subscription)
        return None

    def _ask_to_move(self, subscription: Subscription) -> tuple[str, dict[str, Any]]:
        return "confirm_move", {"number_last4": subscription.number_last4}


class HolderLinkPage(LinkPage):
    """契約者連携: login ID and password, then done (F-CON-04, F-CON-05)."""

    role = LinkRole.HOLDER
    path = "/link/holder"
    template = "link_holder.html"
    first_step = "login"

    def _prove(
        self, request: Request, token: str, attempt: LinkAttempt, form: FormData
    ) -> tuple[str, dict[str, Any]]:
        words = self._helpdesk.catalog.wording
        login_id, password = field(form, "login_id"), str(form.get("password", ""))
        if not login_id or not password:
            return "login", {"error": words.missing_login, "login_id": login_id}
        try:
            subscription = self._helpdesk.accounts.log_in(
                attempt.customer, login_id, password, address_of(request)
            )
        except WrongLogin:
            return "login", {"error": words.wrong_login, "login_id": login_id}
        attempt = self._helpdesk.linking.authenticate(token, self.role, subscription.id)
        refused = self._refuse(token, subscription, attempt)
        return refused or self._finish(token, attempt, may_move=False)


class EndUserLinkPage(LinkPage):
    """利用者連携: the code, then the number's last digits are confirmed (F-USR-03)."""

    role = LinkRole.END_USER
    path = "/link/end-user"
    template = "link_end_user.html"
    first_step = "code"

    def _prove(
        self, request: Request, token: str, attempt: LinkAttempt, form: FormData
    ) -> tuple[str, dict[str, Any]]:
        error = None
        words = self._helpdesk.catalog.wording
        try:
            subscription = self._helpdesk.user_codes.find(
                attempt.customer, field(form, "user_code"), address_of(request)
            )
        except InvalidUserCode as invalid:
            wrong = (
                words.code_has_letters if invalid.letters else words.code_wrong_length
            )
            error = wrong.format(digits=invalid.digits)
        except UnknownUserCode:
            error = words.code_unknown
        except RevokedUserCode:
            error = words.code_revoked
        if error is not None:
            return "code", {"error": error}
        attempt = self._helpdesk.linking.authenticate(token, self.role, subscription.id)
        number = {"number_last4": subscription.number_last4, "moves": False}
        return self._refuse(token, subscription, attempt) or ("confirm", number)

    def _ask_to_move(self, subscription: Subscription) -> tuple[str, dict[str, Any]]:
        number = {"number_last4": subscription.number_last4, "moves": True}
        return "confirm", number
