"""My Page: the plan, changing it, and taking the change back while it waits."""

from __future__ import annotations

from contextlib import suppress

from starlette.responses import Response

from helpdesk.domain.changes import ChangeKind
from helpdesk.domain.japan_time import japan_day
from helpdesk.domain.plans import (
    Plan,
    PlanProblem,
    PlanRefused,
    change_takes_effect_on,
)
from helpdesk.domain.rights import Act
from helpdesk.services.changes import ChangePending
from helpdesk.web.my_page_room import Room, Visit, new_once, to_receipt
from helpdesk.web.pages import field


class PlanRoom(Room):
    """The plan of today and of next month (F-PLAN)."""

    page = "plan"
    act = Act.SEE_PLAN

    def show(self, visit: Visit) -> Response:
        return self._overview(visit)

    def do(self, visit: Visit) -> Response:
        does = {
            "choose": self._ask,
            "change": self._change,
            "withdraw": self._ask_withdrawal,
            "confirm_withdraw": self._withdraw,
        }.get(visit.step)
        return self._overview(visit) if does is None else does(visit)

    def _overview(self, visit: Visit, error: str | None = None) -> Response:
        contract = self.helpdesk.contracts.contract(visit.viewer, visit.id)
        refused, plans = None, []
        try:
            plans = self.helpdesk.contracts.possible_plans(visit.viewer, visit.id)
        except PlanRefused as refusal:
            refused = self.words.plan_problems[refusal.problem]
        waiting = contract.next_plan and contract.next_plan.id
        return self.render(
            visit,
            "plan",
            contract=contract,
            service_type=self.words.service_types[contract.plan.service_type],
            plans=[plan for plan in plans if plan.id != waiting],
            refused=refused,
            starts_on=self._starts_on(),
            error=error,
        )

    def _ask(self, visit: Visit) -> Response:
        plan, wanted = None, field(visit.form, "plan")
        with suppress(PlanRefused):
            plan = self._possible(visit, wanted)
        if plan is None:
            problem = self.words.plan_problems[PlanProblem.NOT_POSSIBLE]
            return self._overview(visit, problem if wanted else self._nothing)
        return self.render(
            visit,
            "plan_confirm",
            contract=self.helpdesk.contracts.contract(visit.viewer, visit.id),
            plan=plan,
            starts_on=self._starts_on(),
            once=new_once(),
        )

    def _change(self, visit: Visit) -> Response:
        once = visit.once
        try:
            # What waits for the carrier is told on the receipt.
            with suppress(ChangePending):
                plan, event = field(visit.form, "plan"), visit.event(once)
                self.helpdesk.contracts.change_plan(visit.viewer, visit.id, plan, event)
        except PlanRefused as refusal:
            return self._overview(visit, self.words.plan_problems[refusal.problem])
        return to_receipt(visit, ChangeKind.PLAN, once)

    def _ask_withdrawal(self, visit: Visit) -> Response:
        contract = self.helpdesk.contracts.contract(visit.viewer, visit.id)
        if contract.next_plan is None:
            problem = PlanProblem.NOTHING_TO_WITHDRAW
            return self._overview(visit, self.words.plan_problems[problem])
        return self.render(visit, "plan_withdraw", contract=contract, once=new_once())

    def _withdraw(self, visit: Visit) -> Response:
        once = visit.once
        try:
            with suppress(ChangePending):
                self.helpdesk.contracts.withdraw_plan_change(
                    visit.viewer, visit.id, visit.event(once)
                )
        except PlanRefused as refusal:
            return self._overview(visit, self.words.plan_problems[refusal.problem])
        return to_receipt(visit, ChangeKind.PLAN_WITHDRAWAL, once)

    def _possible(self, visit: Visit, plan: str) -> Plan | None:
        """Raises PlanRefused."""
        found = self.helpdesk.contracts.possible_plans(visit.viewer, visit.id)
        return next((each for each in found if each.id == plan), None)

    @property
    def _nothing(self) -> str:
        return self.words.nothing_chosen

    def _starts_on(self) -> str:
        today = japan_day(self.helpdesk.clock())
        return self.shown.day(change_takes_effect_on(today))
