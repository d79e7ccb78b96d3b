"""Data, purchases, plans and bills of a subscription, for who has the right.

Everything raises NotAllowed and CarrierAway; changes raise ChangePending if the carrier
has not answered yet: they are asked for again until it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from helpdesk.domain.bills import Statement
from helpdesk.domain.changes import Change, ChangeKind
from helpdesk.domain.data_balance import Usage
from helpdesk.domain.plans import Contract, Plan
from helpdesk.domain.purchases import PurchaseOffer
from helpdesk.domain.rights import Act
from helpdesk.services.carrier import Carrier, CarrierNotice, PurchaseReceipt
from helpdesk.services.changes import ChangeService, receipt_of
from helpdesk.services.ports import Clock
from helpdesk.services.rights import RightsService, Viewer


class ContractService:
    """Asks the carrier; what changes something carries the event that asked."""

    def __init__(
        self,
        carrier: Carrier,
        rights: RightsService,
        changes: ChangeService,
        clock: Clock,
    ) -> None:
        self._carrier = carrier
        self._rights = rights
        self._changes = changes
        self._clock = clock

    def usage(self, viewer: Viewer, subscription: str) -> Usage:
        self._rights.require(viewer, subscription, Act.SEE_DATA)
        return self._carrier.usage(subscription)

    def purchase_offer(self, viewer: Viewer, subscription: str) -> PurchaseOffer:
        """Raises PurchaseRefused."""
        self._rights.require(viewer, subscription, Act.BUY_DATA)
        return self._carrier.purchase_offer(subscription)

    def buy(
        self, viewer: Viewer, subscription: str, megabytes: int, event_id: str
    ) -> PurchaseReceipt:
        """The same event buys once. Raises PurchaseRefused, ChangePending."""
        self._rights.require(viewer, subscription, Act.BUY_DATA)
        detail = {"megabytes": megabytes}
        kind = ChangeKind.PURCHASE
        return receipt_of(self._make(viewer, kind, subscription, detail, event_id))

    def contract(self, viewer: Viewer, subscription: str) -> Contract:
        self._rights.require(viewer, subscription, Act.SEE_PLAN)
        return self._carrier.contract(subscription)

    def possible_plans(self, viewer: Viewer, subscription: str) -> list[Plan]:
        """Raises PlanRefused."""
        self._rights.require(viewer, subscription, Act.CHANGE_PLAN)
        return self._carrier.possible_plans(subscription)

    def change_plan(
        self, viewer: Viewer, subscription: str, plan: str, event_id: str
    ) -> date:
        """When it takes effect. Raises PlanRefused, ChangePending."""
        self._rights.require(viewer, subscription, Act.CHANGE_PLAN)
        kind, detail = ChangeKind.PLAN, {"plan": plan}
        result = self._make(viewer, kind, subscription, detail, event_id)
        return date.fromisoformat(result["from"])

    def withdraw_plan_change(
        self, viewer: Viewer, subscription: str, event_id: str
    ) -> None:
        """Raises PlanRefused, ChangePending."""
        self._rights.require(viewer, subscription, Act.CHANGE_PLAN)
        self._make(viewer, ChangeKind.PLAN_WITHDRAWAL, subscription, {}, event_id)

    def statements(self, viewer: Viewer, subscription: str) -> list[Statement]:
        """The newest first."""
        self._rights.require(viewer, subscription, Act.SEE_BILLS)
        return self._carrier.statements(subscription)

    def notices(self, viewer: Viewer, subscription: str) -> list[CarrierNotice]:
        """What the carrier wrote to the holder, the newest first."""
        self._rights.require(viewer, subscription, Act.SEE_CONTRACT)
        return self._carrier.notices(subscription)

    def _make(
        self,
        viewer: Viewer,
        kind: ChangeKind,
        subscription: str,
        detail: Mapping[str, Any],
        event_id: str,
    ) -> Mapping[str, Any]:
        return self._changes.make(
            Change(
                key=f"{kind.value}:{event_id}",
                kind=kind,
                actor=viewer.actor,
                customer=viewer.customer,
                subscription=subscription,
                detail=detail,
                asked_at=self._clock(),
            )
        )
