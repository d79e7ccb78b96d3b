"""My Page: buying data (データ量の追加), with a question before and a receipt after."""

from __future__ import annotations

from contextlib import suppress

from starlette.responses import Response

from helpdesk.domain.changes import ChangeKind
from helpdesk.domain.japan_time import japan_day
from helpdesk.domain.purchases import (
    PurchaseRefused,
    PurchaseUnit,
    bought_data_expires_on,
)
from helpdesk.domain.rights import Act
from helpdesk.services.changes import ChangePending
from helpdesk.web.my_page_room import Room, Visit, new_once, to_receipt
from helpdesk.web.pages import field


class AddRoom(Room):
    """What can be bought, and how often still this month (F-ADD)."""

    page = "add"
    act = Act.BUY_DATA

    def show(self, visit: Visit) -> Response:
        return self._offer(visit)

    def do(self, visit: Visit) -> Response:
        chosen = field(visit.form, "megabytes")
        if visit.step not in ("choose", "buy"):
            return self._offer(visit)
        if not (chosen.isascii() and chosen.isdigit()):
            return self._offer(visit, self.words.nothing_chosen)
        if visit.step == "buy":
            return self._buy(visit, int(chosen))
        return self._ask(visit, int(chosen))

    def _offer(self, visit: Visit, error: str | None = None) -> Response:
        refused, left = None, 0
        units: tuple[PurchaseUnit, ...] = ()
        try:
            offer = self.helpdesk.contracts.purchase_offer(visit.viewer, visit.id)
        except PurchaseRefused as refusal:
            refused = self.words.purchase_problems[refusal.problem]
        else:
            units, left = offer.units, offer.left
        return self.render(
            visit,
            "add",
            refused=refused,
            units=units,
            left=left,
            expires_on=self._expires_on(),
            error=error,
        )

    def _ask(self, visit: Visit, megabytes: int) -> Response:
        try:
            offer = self.helpdesk.contracts.purchase_offer(visit.viewer, visit.id)
        except PurchaseRefused:
            return self._offer(visit)
        unit = _unit(offer.units, megabytes)
        if unit is None:
            return self._offer(visit, self.words.nothing_chosen)
        return self.render(
            visit,
            "add_confirm",
            unit=unit,
            left=offer.left,
            expires_on=self._expires_on(),
            once=new_once(),
        )

    def _buy(self, visit: Visit, megabytes: int) -> Response:
        once = visit.once
        try:
            # What waits for the carrier is told on the receipt.
            with suppress(ChangePending):
                self.helpdesk.contracts.buy(
                    visit.viewer, visit.id, megabytes, visit.event(once)
                )
        except PurchaseRefused as refusal:
            return self._offer(visit, self.words.purchase_problems[refusal.problem])
        return to_receipt(visit, ChangeKind.PURCHASE, once)

    def _expires_on(self) -> str:
        today = japan_day(self.helpdesk.clock())
        return self.shown.day(bought_data_expires_on(today))


def _unit(units: tuple[PurchaseUnit, ...], megabytes: int) -> PurchaseUnit | None:
    return next((unit for unit in units if unit.megabytes == megabytes), None)
