"""The questions of a plan change: which subscription, which plan, and really so."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.figures import price_words, stop_button
from actions.plan_words import starts_words, tell_plan_problem
from actions.procedures import end_running
from actions.services import UsesHelpdesk
from actions.subscriptions import AsksSubscription, check_subscription, viewer
from helpdesk.domain.japan_time import japan_day
from helpdesk.domain.linking import Subscription
from helpdesk.domain.plans import (
    Contract,
    Plan,
    PlanProblem,
    PlanRefused,
    change_takes_effect_on,
)
from helpdesk.domain.rights import Act, NotAllowed
from helpdesk.domain.wording import volume

# The two answers that are no plan.
WITHDRAW = "withdraw"
OTHER = "other"


class PlanQuestions(UsesHelpdesk):
    """What the form's questions are asked with.

    No action itself: the action server registers every subclass of Action.
    """

    def subscription(self, tracker: Tracker) -> Subscription | None:
        value = tracker.get_slot("plan_subscription")
        return check_subscription(self._helpdesk, tracker, Act.CHANGE_PLAN, value)

    def asked(self, tracker: Tracker) -> Subscription:
        """The subscription of the question. Raises NotAllowed if it has none."""
        chosen = self.subscription(tracker)
        if chosen is None:
            raise NotAllowed(Act.CHANGE_PLAN)
        return chosen

    def contract(self, tracker: Tracker, subscription: Subscription) -> Contract:
        return self._helpdesk.contracts.contract(viewer(tracker), subscription.id)

    def plans(self, tracker: Tracker, subscription: Subscription) -> list[Plan]:
        """Raises PlanRefused."""
        contracts = self._helpdesk.contracts
        return contracts.possible_plans(viewer(tracker), subscription.id)

    def end_refused(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
        problem: PlanProblem,
    ) -> list[EventType]:
        """The contract has changed meanwhile: nothing is left to be asked."""
        subscription = str(tracker.get_slot("plan_subscription"))
        tell_plan_problem(self._helpdesk, dispatcher, tracker, subscription, problem)
        return end_running(dispatcher, tracker, domain)

    def starts(self) -> str:
        """From when a plan that is chosen today would be in force."""
        today = japan_day(self._helpdesk.clock())
        return starts_words(self._helpdesk, change_takes_effect_on(today))


class ActionAskPlanSubscription(AsksSubscription, Action):
    """A button for each subscription that the customer holds."""

    act = Act.CHANGE_PLAN
    response = "utter_ask_plan_subscription"
    may_stop = True

    def name(self) -> str:
        return "action_ask_plan_subscription"


class ActionAskPlanChoice(PlanQuestions, Action):
    """The possible plans with their prices; first, a change that waits."""

    def name(self) -> str:
        return "action_ask_plan_choice"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        chosen = self.asked(tracker)
        contract = self.contract(tracker, chosen)
        if contract.next_plan is not None and not tracker.get_slot("plan_replaces"):
            self._ask_about_waiting(dispatcher, chosen, contract)
            return []
        try:
            plans = self.plans(tracker, chosen)
        except PlanRefused as refused:
            return self.end_refused(dispatcher, tracker, domain, refused.problem)
        dispatcher.utter_message(
            response="utter_ask_plan_choice",
            buttons=[*map(self._button, plans), stop_button(self._helpdesk)],
            number_last4=chosen.number_last4,
            plan=contract.plan.name,
            price=price_words(self._helpdesk, contract.plan.price),
            plans="\n".join(map(self._line, plans)),
            starts=self.starts(),
        )
        return []

    def _ask_about_waiting(
        self,
        dispatcher: CollectingDispatcher,
        subscription: Subscription,
        contract: Contract,
    ) -> None:
        words = self._helpdesk.catalog.cards.plan
        if contract.next_plan is None or contract.next_plan_from is None:
            return
        dispatcher.utter_message(
            response="utter_ask_plan_waiting",
            buttons=[
                _choice(words.withdraw, WITHDRAW),
                _choice(words.other, OTHER),
                stop_button(self._helpdesk),
            ],
            number_last4=subscription.number_last4,
            plan=contract.next_plan.name,
            starts=starts_words(self._helpdesk, contract.next_plan_from),
        )

    def _line(self, plan: Plan) -> str:
        price = price_words(self._helpdesk, plan.price)
        return self._helpdesk.catalog.cards.line.format(label=plan.name, value=price)

    def _button(self, plan: Plan) -> dict[str, str]:
        words = self._helpdesk.catalog.cards.plan
        price = price_words(self._helpdesk, plan.price)
        title = words.choice.format(volume=volume(plan.megabytes), price=price)
        return _choice(title, plan.id)


class ActionAskPlanConfirmed(PlanQuestions, Action):
    """New price and first day, before anything is changed."""

    def name(self) -> str:
        return "action_ask_plan_confirmed"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        chosen = self.asked(tracker)
        contract = self.contract(tracker, chosen)
        choice = tracker.get_slot("plan_choice")
        if choice == WITHDRAW:
            waiting = contract.next_plan
            if waiting is None:
                problem = PlanProblem.NOTHING_TO_WITHDRAW
                return self.end_refused(dispatcher, tracker, domain, problem)
            dispatcher.utter_message(
                response="utter_ask_plan_withdrawal",
                number_last4=chosen.number_last4,
                waiting=waiting.name,
                plan=contract.plan.name,
            )
            return []
        try:
            plans = self.plans(tracker, chosen)
        except PlanRefused as refused:
            return self.end_refused(dispatcher, tracker, domain, refused.problem)
        plan = next((each for each in plans if each.id == choice), None)
        if plan is None:
            problem = PlanProblem.NOT_POSSIBLE
            return self.end_refused(dispatcher, tracker, domain, problem)
        has_option = contract.option is not None and contract.option.price.yen > 0
        more = "_with_option" if has_option else ""
        dispatcher.utter_message(
            response=f"utter_ask_plan_confirmed{more}",
            number_last4=chosen.number_last4,
            now=contract.plan.name,
            plan=plan.name,
            price=price_words(self._helpdesk, plan.price),
            option="" if contract.option is None else contract.option.name,
            starts=self.starts(),
        )
        return []


def _choice(title: str, choice: str) -> dict[str, str]:
    payload = f'/inform_order_channel{{"chosen_plan": "{choice}"}}'
    return {"title": title, "payload": payload}
