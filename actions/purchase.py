"""データ量の追加: by the holder, confirmed with its price, made once."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.choosing import by_place, smallest_or_largest
from actions.figures import day_words, price_words, stop_button
from actions.procedures import (
    begin,
    end_form,
    end_running,
    entity,
    event_id,
    finish,
    said,
)
from actions.purchase_words import tell_bought, tell_purchase_problem
from actions.services import UsesHelpdesk
from actions.subscriptions import (
    AsksSubscription,
    allowed,
    check_subscription,
    find_subscription,
    is_linked,
    viewer,
)
from helpdesk.domain.japan_time import japan_day
from helpdesk.domain.linking import Subscription
from helpdesk.domain.purchases import (
    PurchaseOffer,
    PurchaseProblem,
    PurchaseRefused,
    PurchaseUnit,
    bought_data_expires_on,
)
from helpdesk.domain.rights import Act, NotAllowed
from helpdesk.domain.wording import volume


class ActionBeginPurchase(UsesHelpdesk, Action):
    """Begin for the holder; say to anybody else who can."""

    def name(self) -> str:
        return "action_begin_purchase"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        if allowed(self._helpdesk, tracker, Act.BUY_DATA):
            return begin(tracker, domain, "purchase_form")
        linked = is_linked(self._helpdesk, tracker)
        response = "utter_purchase_holder_only" if linked else "utter_add_data"
        dispatcher.utter_message(response=response)
        return []


class PurchaseQuestions(UsesHelpdesk):
    """What the form's questions are asked with.

    No action itself: the action server registers every subclass of Action.
    """

    def subscription(self, tracker: Tracker) -> Subscription | None:
        value = tracker.get_slot("purchase_subscription")
        return check_subscription(self._helpdesk, tracker, Act.BUY_DATA, value)

    def offer(self, tracker: Tracker, subscription: Subscription) -> PurchaseOffer:
        """Raises PurchaseRefused."""
        contracts = self._helpdesk.contracts
        return contracts.purchase_offer(viewer(tracker), subscription.id)

    def end_refused(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
        problem: PurchaseProblem,
    ) -> list[EventType]:
        """Bought elsewhere meanwhile, perhaps: nothing is left to be asked."""
        subscription = str(tracker.get_slot("purchase_subscription"))
        tell_purchase_problem(
            self._helpdesk, dispatcher, tracker, subscription, problem
        )
        return end_running(dispatcher, tracker, domain)

    def last_day(self) -> str:
        """The last day of what is bought today."""
        today = japan_day(self._helpdesk.clock())
        return day_words(self._helpdesk, bought_data_expires_on(today))


class ValidatePurchaseForm(PurchaseQuestions, FormValidationAction):
    """Subscription and amount, in any order; refusals come before the question."""

    def name(self) -> str:
        return "validate_purchase_form"

    def extract_purchase_subscription(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        slot = "purchase_subscription"
        return find_subscription(self._helpdesk, tracker, Act.BUY_DATA, slot)

    def extract_purchase_amount(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """Tapped or typed: in the wish itself, as the answer, or to change it."""
        asked = tracker.get_slot("requested_slot")
        intent = (tracker.latest_message.get("intent") or {}).get("name")
        known = tracker.get_slot("purchase_amount")
        is_wish = asked is None and known is None and intent == "add_data"
        if not is_wish and asked not in ("purchase_amount", "purchase_confirmed"):
            return {}
        tapped = entity(tracker, "chosen_amount")
        if tapped is not None:
            found: int | None = int(tapped)
        else:
            said_units = self._helpdesk.catalog.wording.as_volume_words()
            found = said_units.read(said(tracker), 0) or self._meant(tracker)
        # The same amount again, as in 「はい、1GBで」, is no other answer.
        return {} if not found or found == known else {"purchase_amount": found}

    def _meant(self, tracker: Tracker) -> int | None:
        """The amount that is meant by its size, or by its place among the buttons."""
        chosen = self.subscription(tracker)
        if chosen is None:
            return None
        try:
            units = self.offer(tracker, chosen).units
        except PurchaseRefused:
            # The question itself says so.
            return None
        text = said(tracker)
        at = smallest_or_largest(self._helpdesk, text, units)
        if at is None and tracker.get_slot("requested_slot") == "purchase_amount":
            at = by_place(self._helpdesk, text, units)
        return None if at is None else units[at].megabytes

    def validate_purchase_subscription(
        self,
        slot_value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        chosen = check_subscription(self._helpdesk, tracker, Act.BUY_DATA, slot_value)
        if chosen is None:
            return {"purchase_subscription": None}
        try:
            offer = self.offer(tracker, chosen)
        except PurchaseRefused as refused:
            tell_purchase_problem(
                self._helpdesk, dispatcher, tracker, chosen.id, refused.problem
            )
            return _given_up() | end_form()
        found: dict[str, Any] = {"purchase_subscription": chosen.id}
        amount = tracker.get_slot("purchase_amount")
        was_asked = tracker.get_slot("requested_slot") == "purchase_subscription"
        if was_asked and amount is not None:
            # Said with the wish, when the network was not known yet.
            found |= self._amount(dispatcher, offer, amount)
        return found

    def validate_purchase_amount(
        self,
        slot_value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        chosen = self.subscription(tracker)
        if chosen is None:
            # Said before the subscription is known: it is looked at once it is.
            return {"purchase_amount": slot_value}
        try:
            offer = self.offer(tracker, chosen)
        except PurchaseRefused:
            # The check of the subscription has said so.
            return _given_up() | end_form()
        return self._amount(dispatcher, offer, slot_value)

    def _amount(
        self, dispatcher: CollectingDispatcher, offer: PurchaseOffer, amount: int
    ) -> dict[str, Any]:
        """The amount if it is sold; whatever was confirmed before was another one."""
        is_sold = amount in [unit.megabytes for unit in offer.units]
        if not is_sold:
            dispatcher.utter_message(response="utter_purchase_unit")
        return {
            "purchase_amount": amount if is_sold else None,
            "purchase_confirmed": None,
        }


class ActionAskPurchaseSubscription(AsksSubscription, Action):
    """A button for each subscription that the customer holds."""

    act = Act.BUY_DATA
    response = "utter_ask_purchase_subscription"
    may_stop = True

    def name(self) -> str:
        return "action_ask_purchase_subscription"


class ActionAskPurchaseAmount(PurchaseQuestions, Action):
    """The units of the network with their prices."""

    def name(self) -> str:
        return "action_ask_purchase_amount"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        chosen = self.subscription(tracker)
        if chosen is None:
            raise NotAllowed(Act.BUY_DATA)
        try:
            offer = self.offer(tracker, chosen)
        except PurchaseRefused as refused:
            return self.end_refused(dispatcher, tracker, domain, refused.problem)
        dispatcher.utter_message(
            response="utter_ask_purchase_amount",
            buttons=[*map(self._button, offer.units), stop_button(self._helpdesk)],
            number_last4=chosen.number_last4,
            left=str(offer.left),
            expires_on=self.last_day(),
        )
        return []

    def _button(self, unit: PurchaseUnit) -> dict[str, str]:
        choice = self._helpdesk.catalog.cards.purchase.choice
        price = price_words(self._helpdesk, unit.price)
        payload = f'/inform_order_channel{{"chosen_amount": "{unit.megabytes}"}}'
        title = choice.format(volume=volume(unit.megabytes), price=price)
        return {"title": title, "payload": payload}


class ActionAskPurchaseConfirmed(PurchaseQuestions, Action):
    """The price once more, before anything is bought."""

    def name(self) -> str:
        return "action_ask_purchase_confirmed"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        chosen = self.subscription(tracker)
        if chosen is None:
            raise NotAllowed(Act.BUY_DATA)
        amount = int(tracker.get_slot("purchase_amount"))
        try:
            units = self.offer(tracker, chosen).units
        except PurchaseRefused as refused:
            return self.end_refused(dispatcher, tracker, domain, refused.problem)
        unit = next((each for each in units if each.megabytes == amount), None)
        if unit is None:
            unit_is_gone = PurchaseProblem.UNIT
            return self.end_refused(dispatcher, tracker, domain, unit_is_gone)
        dispatcher.utter_message(
            response="utter_ask_purchase_confirmed",
            number_last4=chosen.number_last4,
            volume=volume(amount),
            price=price_words(self._helpdesk, unit.price),
            expires_on=self.last_day(),
        )
        return []


class ActionFinishPurchase(UsesHelpdesk, Action):
    """Buy once for this event, and give the receipt."""

    def name(self) -> str:
        return "action_finish_purchase"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        confirmed = tracker.get_slot("purchase_confirmed")
        if confirmed == "yes":
            self._buy(dispatcher, tracker)
        elif confirmed == "no":
            dispatcher.utter_message(response="utter_purchase_cancelled")
        return finish(dispatcher, tracker, domain, "purchase_form")

    def _buy(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        subscription = str(tracker.get_slot("purchase_subscription"))
        amount = int(tracker.get_slot("purchase_amount"))
        try:
            receipt = self._helpdesk.contracts.buy(
                viewer(tracker), subscription, amount, event_id(tracker)
            )
        except NotAllowed:
            dispatcher.utter_message(response="utter_purchase_holder_only")
        except PurchaseRefused as refused:
            tell_purchase_problem(
                self._helpdesk, dispatcher, tracker, subscription, refused.problem
            )
        else:
            tell_bought(self._helpdesk, dispatcher, tracker, subscription, receipt)


def _given_up() -> dict[str, Any]:
    return {
        "purchase_subscription": None,
        "purchase_amount": None,
        "purchase_confirmed": None,
    }
