"""プラン変更: by the holder, confirmed; a change that waits can be withdrawn."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.choosing import by_place, smallest_or_largest
from actions.plan_questions import OTHER, WITHDRAW, PlanQuestions
from actions.plan_words import (
    tell_plan_changed,
    tell_plan_problem,
    tell_plan_withdrawn,
)
from actions.procedures import begin, end_form, entity, event_id, finish, said
from actions.services import UsesHelpdesk
from actions.subscriptions import (
    allowed,
    check_subscription,
    find_subscription,
    is_linked,
    viewer,
)
from helpdesk.domain.plans import Plan, PlanRefused
from helpdesk.domain.rights import Act, NotAllowed


class ActionBeginPlanChange(UsesHelpdesk, Action):
    """Begin for the holder; say to anybody else who can."""

    def name(self) -> str:
        return "action_begin_plan_change"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        if allowed(self._helpdesk, tracker, Act.CHANGE_PLAN):
            return begin(tracker, domain, "plan_form")
        linked = is_linked(self._helpdesk, tracker)
        response = "utter_plan_holder_only" if linked else "utter_change_plan"
        dispatcher.utter_message(response=response)
        return []


class ValidatePlanForm(PlanQuestions, FormValidationAction):
    """Subscription and plan; what cannot be is said before any confirmation."""

    def name(self) -> str:
        return "validate_plan_form"

    def extract_plan_subscription(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        slot = "plan_subscription"
        return find_subscription(self._helpdesk, tracker, Act.CHANGE_PLAN, slot)

    def extract_plan_choice(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Tapped, or typed by its volume; or one of the two other answers."""
        if tracker.get_slot("requested_slot") != "plan_choice":
            return {}
        tapped = entity(tracker, "chosen_plan")
        chosen = self.subscription(tracker)
        if tapped is not None or chosen is None:
            return {} if tapped is None else {"plan_choice": tapped}
        waits = self.contract(tracker, chosen).next_plan is not None
        is_about_waiting = waits and not tracker.get_slot("plan_replaces")
        if is_about_waiting:
            answer = self._other_answer(tracker)
            if answer:
                return answer
        try:
            plans = self.plans(tracker, chosen)
        except PlanRefused:
            # The question itself says so.
            return {}
        found = self._typed(tracker, plans)
        if not found and not is_about_waiting:
            found = self._meant(tracker, plans)
        return {"plan_choice": found[0].id} if len(found) == 1 else {}

    def _other_answer(self, tracker: Tracker) -> dict[str, Any]:
        words = self._helpdesk.catalog.cards.plan
        text = unicodedata.normalize("NFKC", said(tracker))
        if any(word in text for word in words.withdraw_words):
            return {"plan_choice": WITHDRAW}
        if any(word in text for word in words.other_words):
            return {"plan_choice": OTHER}
        return {}

    def _typed(self, tracker: Tracker, plans: Sequence[Plan]) -> list[Plan]:
        """Those of the typed volume; of several, those whose name is typed too."""
        text = unicodedata.normalize("NFKC", said(tracker))
        amount = self._helpdesk.catalog.wording.as_volume_words().read(text, 0)
        found = [plan for plan in plans if plan.megabytes == amount]
        named = [plan for plan in found if plan.name.split()[0] in text]
        return named or found

    def _meant(self, tracker: Tracker, plans: Sequence[Plan]) -> list[Plan]:
        """The one that is meant by its size, or by its place among the buttons."""
        services, text = self._helpdesk, said(tracker)
        at = smallest_or_largest(services, text, plans)
        if at is None:
            at = by_place(services, text, plans)
        return [] if at is None else [plans[at]]

    def validate_plan_subscription(
        self,
        slot_value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        act = Act.CHANGE_PLAN
        chosen = check_subscription(self._helpdesk, tracker, act, slot_value)
        if chosen is None:
            return {"plan_subscription": None}
        try:
            self.plans(tracker, chosen)
        except PlanRefused as refused:
            tell_plan_problem(
                self._helpdesk, dispatcher, tracker, chosen.id, refused.problem
            )
            given_up = dict.fromkeys(
                ("plan_subscription", "plan_choice", "plan_confirmed")
            )
            return given_up | end_form()
        return {"plan_subscription": chosen.id}

    def validate_plan_choice(
        self,
        slot_value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        if slot_value == OTHER:
            return {"plan_choice": None, "plan_replaces": True}
        chosen = self.subscription(tracker)
        if chosen is None:
            return {"plan_choice": None}
        if slot_value == WITHDRAW:
            waits = self.contract(tracker, chosen).next_plan is not None
            return {"plan_choice": WITHDRAW if waits else None}
        try:
            plans = self.plans(tracker, chosen)
        except PlanRefused:
            return {"plan_choice": None}
        is_possible = slot_value in [plan.id for plan in plans]
        if not is_possible:
            dispatcher.utter_message(response="utter_plan_not_possible")
        return {"plan_choice": slot_value if is_possible else None}


class ActionFinishPlanChange(UsesHelpdesk, Action):
    """Change or withdraw once for this event, and give the receipt."""

    def name(self) -> str:
        return "action_finish_plan_change"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        confirmed = tracker.get_slot("plan_confirmed")
        if confirmed == "yes":
            self._change(dispatcher, tracker)
        elif confirmed == "no":
            dispatcher.utter_message(response="utter_plan_cancelled")
        return finish(dispatcher, tracker, domain, "plan_form")

    def _change(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        services, contracts = self._helpdesk, self._helpdesk.contracts
        subscription = str(tracker.get_slot("plan_subscription"))
        choice = str(tracker.get_slot("plan_choice"))
        who, event = viewer(tracker), event_id(tracker)
        try:
            if choice == WITHDRAW:
                contracts.withdraw_plan_change(who, subscription, event)
                tell_plan_withdrawn(services, dispatcher, tracker, subscription)
            else:
                day = contracts.change_plan(who, subscription, choice, event)
                tell_plan_changed(services, dispatcher, tracker, subscription, day)
        except NotAllowed:
            dispatcher.utter_message(response="utter_plan_holder_only")
        except PlanRefused as refused:
            problem = refused.problem
            tell_plan_problem(services, dispatcher, tracker, subscription, problem)
