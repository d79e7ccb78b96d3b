"""My Page: the contract, and its user code for who typed the password just now."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from starlette.responses import Response

from helpdesk.domain.changes import ChangeKind
from helpdesk.domain.rights import Act
from helpdesk.services.accounts import WrongLogin
from helpdesk.services.changes import ChangePending
from helpdesk.services.failed_tries import TooManyTries
from helpdesk.services.user_codes import NoReissueLeft
from helpdesk.web.my_page_room import Room, Visit, new_once, to_receipt
from helpdesk.web.pages import address_of, field


class ContractRoom(Room):
    """契約情報: facts, the user code on demand, and its reissue (F-CODE)."""

    page = "contract"
    act = Act.SEE_CONTRACT

    def show(self, visit: Visit) -> Response:
        return self._facts(visit)

    def do(self, visit: Visit) -> Response:
        does = {
            "show_code": self._show_code,
            "prove": self._prove,
            "reissue": self._ask_reissue,
            "confirm_reissue": self._reissue,
        }.get(visit.step)
        return self._facts(visit) if does is None else does(visit)

    def _facts(self, visit: Visit, **context: Any) -> Response:
        contract = self.helpdesk.contracts.contract(visit.viewer, visit.id)
        order = self.helpdesk.catalog.wording.order.of(visit.subscription.order)
        shared: dict[str, Any] = {
            "contract": contract,
            "network": self.words.networks[contract.network],
            "service_type": self.words.service_types[contract.plan.service_type],
            "order": order,
            "user_code": None,
            "reissues_left": self.helpdesk.user_codes.reissues_left(visit.id),
            "error": None,
        }
        return self.render(visit, "contract", **(shared | context))

    # --- The code ---------------------------------------------------------------------

    def _show_code(self, visit: Visit) -> Response:
        self.helpdesk.rights.require(visit.viewer, visit.id, Act.SEE_CODE)
        if not self.sessions.is_proved(visit.request, visit.id):
            return self.render(visit, "password", login_id="", error=None)
        code = self.helpdesk.user_codes.show(visit.id, visit.viewer.actor)
        return self._facts(visit, user_code=code)

    def _prove(self, visit: Visit) -> Response:
        """The password of this subscription's login; then the code is shown."""
        login_id = field(visit.form, "login_id")
        password = str(visit.form.get("password", ""))
        words = self.helpdesk.catalog.wording
        error = words.missing_login
        if login_id and password:
            who = visit.viewer.customer or f"my_page:{login_id}"[:64]
            try:
                found = self.helpdesk.accounts.log_in(
                    who, login_id, password, address_of(visit.request)
                )
            except WrongLogin:
                error = words.wrong_login
            except TooManyTries as locked:
                until = words.as_day_format().time(locked.until)
                error = words.login_locked.format(until=until)
            else:
                if found.id == visit.id:
                    self.sessions.prove(visit.request, visit.id)
                    return self._show_code(visit)
                last4 = visit.subscription.number_last4
                error = self.words.other_login.format(number_last4=last4)
        return self.render(visit, "password", login_id=login_id, error=error)

    # --- Reissue ----------------------------------------------------------------------

    def _ask_reissue(self, visit: Visit) -> Response:
        self.helpdesk.rights.require(visit.viewer, visit.id, Act.REISSUE_CODE)
        left = self.helpdesk.user_codes.reissues_left(visit.id)
        if left == 0:
            return self._facts(visit, error=self._no_reissue_left())
        return self.render(visit, "reissue", reissues_left=left, once=new_once())

    def _reissue(self, visit: Visit) -> Response:
        viewer, once, codes = visit.viewer, visit.once, self.helpdesk.user_codes
        self.helpdesk.rights.require(viewer, visit.id, Act.REISSUE_CODE)
        event = visit.event(once)
        try:
            # What waits for the carrier is told on the receipt.
            with suppress(ChangePending):
                if viewer.customer is None:
                    codes.reissue_on(visit.id, event)
                else:
                    codes.reissue_for(viewer.customer, visit.id, event)
        except NoReissueLeft:
            return self._facts(visit, error=self._no_reissue_left())
        return to_receipt(visit, ChangeKind.REISSUE, once)

    def _no_reissue_left(self) -> str:
        limit = self.helpdesk.catalog.policies.reissue.daily_limit
        return self.helpdesk.catalog.wording.no_reissue_left.format(limit=limit)
