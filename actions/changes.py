"""How a change ended that the carrier answered late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.plan_words import (
    tell_plan_changed,
    tell_plan_problem,
    tell_plan_withdrawn,
)
from actions.procedures import entity
from actions.purchase_words import tell_bought, tell_purchase_problem
from actions.services import UsesHelpdesk
from actions.user_code import tell_reissue_limit
from helpdesk.domain.changes import Change, ChangeKind, ChangeState
from helpdesk.domain.plans import PlanProblem
from helpdesk.domain.purchases import PurchaseProblem
from helpdesk.domain.wording import volume
from helpdesk.services.changes import receipt_of


class ActionTellChangeSettled(UsesHelpdesk, Action):
    """Done: the receipt. Refused: why, and the way out."""

    def name(self) -> str:
        return "action_tell_change_settled"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        change = self._helpdesk.changes.get(str(entity(tracker, "change")))
        if change.customer != tracker.sender_id:
            return []
        if change.state is ChangeState.DONE:
            dispatcher.utter_message(response="utter_change_settled")
            self._tell_done(dispatcher, tracker, change)
        elif change.state is ChangeState.REFUSED:
            dispatcher.utter_message(response="utter_change_not_made")
            self._tell_refused(dispatcher, tracker, change)
        return []

    def _tell_done(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, change: Change
    ) -> None:
        services, result = self._helpdesk, change.result or {}
        where = (services, dispatcher, tracker, change.subscription)
        match change.kind:
            case ChangeKind.PURCHASE:
                tell_bought(*where, receipt_of(result))
            case ChangeKind.PLAN:
                tell_plan_changed(*where, date.fromisoformat(result["from"]))
            case ChangeKind.PLAN_WITHDRAWAL:
                tell_plan_withdrawn(*where)
            case ChangeKind.REISSUE:
                last4 = self._last4(change)
                dispatcher.utter_message(response="utter_reissued", number_last4=last4)
            case ChangeKind.GIFT:
                dispatcher.utter_message(
                    response="utter_change_gift_arrived",
                    volume=volume(change.detail["megabytes"]),
                )

    def _tell_refused(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, change: Change
    ) -> None:
        where = (self._helpdesk, dispatcher, tracker, change.subscription)
        result: Mapping[str, Any] = change.result or {}
        match result.get("refused"):
            case "purchase":
                tell_purchase_problem(*where, PurchaseProblem(result["problem"]))
            case "plan":
                tell_plan_problem(*where, PlanProblem(result["problem"]))
            case "reissue":
                last4 = self._last4(change)
                tell_reissue_limit(self._helpdesk, dispatcher, last4)
            case "gift":
                dispatcher.utter_message(response="utter_change_gift_refused")
            case _:
                dispatcher.utter_message(response="utter_change_no_contract")

    def _last4(self, change: Change) -> str:
        return self._helpdesk.carrier.subscription(change.subscription).number_last4
