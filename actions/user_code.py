"""Reissue of a user code: for the linked holder, confirmed, at most so many a day."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.procedures import begin, end_form, event_id, finish, said
from actions.services import UsesHelpdesk
from actions.subscriptions import subscription_name
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.choosing import choose
from helpdesk.domain.linking import Subscription
from helpdesk.services.user_codes import NoReissueLeft, NotTheHolder


class ActionBeginReissue(UsesHelpdesk, Action):
    """Begin for a linked holder; say who can to anybody else."""

    def name(self) -> str:
        return "action_begin_reissue"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        if not self._helpdesk.linking.held_by(tracker.sender_id):
            dispatcher.utter_message(response="utter_reissue_holder_only")
            return []
        return begin(tracker, domain, "reissue_form")


class ValidateReissueForm(UsesHelpdesk, FormValidationAction):
    """Which subscription, if there are several; and whether it really shall be."""

    def name(self) -> str:
        return "validate_reissue_form"

    def extract_subscription(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """A single one needs no question; else the number's end, or the place."""
        if tracker.get_slot("subscription") is not None:
            # Found again, it would make every message an answer, even a stop.
            return {}
        held = self._helpdesk.linking.held_by(tracker.sender_id)
        if len(held) == 1:
            return {"subscription": held[0].id}
        if tracker.get_slot("requested_slot") != "subscription":
            return {}
        words = self._helpdesk.catalog.wording.as_choice_words()
        at = choose(said(tracker), [each.number_last4 for each in held], words)
        return {} if at is None else {"subscription": held[at].id}

    def validate_subscription(
        self,
        slot_value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        held = self._helpdesk.linking.held_by(tracker.sender_id)
        chosen = next((each for each in held if each.id == slot_value), None)
        if chosen is None:
            return {"subscription": None}
        left = self._helpdesk.user_codes.reissues_left(chosen.id)
        if left == 0:
            tell_reissue_limit(self._helpdesk, dispatcher, chosen.number_last4)
            return {"subscription": None, "reissue_confirmed": None} | end_form()
        return {
            "subscription": chosen.id,
            "number_last4": chosen.number_last4,
            "reissues_left": left,
        }


class ActionAskSubscription(UsesHelpdesk, Action):
    """A button for each subscription that the customer holds."""

    def name(self) -> str:
        return "action_ask_subscription"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        held = self._helpdesk.linking.held_by(tracker.sender_id)
        dispatcher.utter_message(
            response="utter_ask_subscription",
            buttons=[self._button(each) for each in held],
        )
        return []

    def _button(self, subscription: Subscription) -> dict[str, str]:
        return {
            "title": subscription_name(self._helpdesk, subscription),
            "payload": f'/inform_order_channel{{"subscription": "{subscription.id}"}}',
        }


class ActionFinishReissue(UsesHelpdesk, Action):
    """Reissue once for this event; the new code is shown on My Page only."""

    def name(self) -> str:
        return "action_finish_reissue"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        confirmed = tracker.get_slot("reissue_confirmed")
        if confirmed == "yes":
            self._reissue(dispatcher, tracker)
        elif confirmed == "no":
            dispatcher.utter_message(response="utter_reissue_cancelled")
        return finish(dispatcher, tracker, domain, "reissue_form")

    def _reissue(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        subscription = str(tracker.get_slot("subscription"))
        last4 = str(tracker.get_slot("number_last4"))
        try:
            self._helpdesk.user_codes.reissue_for(
                tracker.sender_id, subscription, event_id(tracker)
            )
        except NotTheHolder:
            dispatcher.utter_message(response="utter_reissue_holder_only")
        except NoReissueLeft:
            tell_reissue_limit(self._helpdesk, dispatcher, last4)
        else:
            dispatcher.utter_message(response="utter_reissued", number_last4=last4)


def tell_reissue_limit(
    services: Helpdesk, dispatcher: CollectingDispatcher, number_last4: str
) -> None:
    """The day's reissues are used up: say when there are new ones."""
    limit = services.catalog.policies.reissue.daily_limit
    dispatcher.utter_message(
        response="utter_reissue_limit", number_last4=number_last4, limit=str(limit)
    )
