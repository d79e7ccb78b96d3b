"""My Page: what is known of a change, which can be read again at any time."""

from __future__ import annotations

from datetime import date
from typing import Any

from starlette.responses import Response

from helpdesk.domain.changes import Change, ChangeKind, ChangeState
from helpdesk.domain.plans import PlanProblem
from helpdesk.domain.purchases import PurchaseProblem
from helpdesk.domain.rights import Act
from helpdesk.services.changes import receipt_of
from helpdesk.web.my_page_room import Room, Visit, key_of

# Which page a change belongs to.
_PAGES = {
    ChangeKind.PURCHASE: "add",
    ChangeKind.PLAN: "plan",
    ChangeKind.PLAN_WITHDRAWAL: "plan",
    ChangeKind.REISSUE: "contract",
}


class ReceiptRoom(Room):
    """Done, refused, or waiting for the carrier: then it is finished by itself."""

    page = "receipt"
    act = Act.SEE_CONTRACT

    def show(self, visit: Visit) -> Response:
        asked, once = visit.request.query_params, ""
        kind = next((kind for kind in _PAGES if kind.value == asked.get("k")), None)
        change = None
        if kind is not None:
            once = asked.get("c", "")
            change = self.helpdesk.changes.find(key_of(visit, kind, once))
        if kind is None or change is None:
            sorry = self.helpdesk.catalog.wording.not_found
            return self.pages.sorry(visit.request, sorry, 404)
        return self.render(
            visit,
            "receipt",
            kind=kind.value,
            state=change.state.value,
            back=_PAGES[kind],
            asked=self._asked(change),
            done=self._done(change) if change.state is ChangeState.DONE else {},
            refused=self._refused(change),
        )

    def _asked(self, change: Change) -> dict[str, Any]:
        """What the change was about, in words."""
        if change.kind is ChangeKind.PURCHASE:
            return {"megabytes": change.detail["megabytes"]}
        if change.kind is ChangeKind.PLAN:
            plans = self.helpdesk.catalog.plans.plans
            plan = plans.get(change.detail["plan"])
            # Another carrier may sell plans that our catalog does not have.
            return {"plan": plan.name if plan else None}
        return {}

    def _done(self, change: Change) -> dict[str, Any]:
        result = change.result or {}
        if change.kind is ChangeKind.PURCHASE:
            receipt = receipt_of(result)
            return {"price": receipt.price, "expires_on": receipt.expires_on}
        if change.kind is ChangeKind.PLAN:
            return {"from": date.fromisoformat(result["from"])}
        return {}

    def _refused(self, change: Change) -> str | None:
        """Why the carrier refused, when it answered late; None if it did not."""
        if change.state is not ChangeState.REFUSED or change.result is None:
            return None
        problem = change.result["problem"]
        match change.result["refused"]:
            case "purchase":
                return self.words.purchase_problems[PurchaseProblem(problem)]
            case "plan":
                return self.words.plan_problems[PlanProblem(problem)]
            case "reissue":
                return self.words.reissue_refused
        return self.words.subscription_gone
