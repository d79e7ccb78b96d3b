"""Asking for a person: the queue within hours, a message outside of them."""

from __future__ import annotations

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.procedures import begin, event_id, finish, pause
from actions.services import UsesHelpdesk
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import LinkNeeded, OperatorsAway, QueueFull


class ActionTellSupportHours(UsesHelpdesk, Action):
    """The hours, and whether somebody is there now."""

    def name(self) -> str:
        return "action_tell_support_hours"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        desk = self._helpdesk.handoffs.desk()
        state = "open" if desk.is_open else "closed"
        catalog = self._helpdesk.catalog
        dispatcher.utter_message(
            response=f"utter_support_hours_{state}",
            hours=catalog.business_hours.shown,
            contact=catalog.brand.contact,
            opens_at=catalog.wording.as_day_format().moment(desk.opens_at),
        )
        return []


class ActionRequestOperator(UsesHelpdesk, Action):
    """Put the conversation in the operators' queue, or take a message for them."""

    def name(self) -> str:
        return "action_request_operator"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        return request_operator(self._helpdesk, dispatcher, tracker, domain, "request")


class ActionOfferOperator(UsesHelpdesk, Action):
    """Ask whether the customer wants a person."""

    def name(self) -> str:
        return "action_offer_operator"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        return offer_operator(self._helpdesk, tracker, domain, "out_of_scope")


class ActionTakeOperatorAnswer(UsesHelpdesk, Action):
    """Queue on yes; go back to what was going on on no."""

    def name(self) -> str:
        return "action_take_operator_answer"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        if tracker.get_slot("operator_wanted") == "yes":
            reason = tracker.get_slot("handoff_reason") or "request"
            forgotten = [SlotSet("operator_wanted", None)]
            return forgotten + request_operator(
                self._helpdesk, dispatcher, tracker, domain, reason
            )
        dispatcher.utter_message(response="utter_understood")
        return finish(dispatcher, tracker, domain, "operator_offer_form")


class ValidateMessageForm(FormValidationAction):
    """The next text is the message, whatever it says."""

    def name(self) -> str:
        return "validate_message_form"

    def validate_message_text(
        self,
        slot_value: str,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, str | None]:
        # A pressed button is no message: its wish is answered, then the bot asks again.
        is_command = str(slot_value).startswith("/")
        return {"message_text": None if is_command else slot_value}


class ActionLeaveMessage(UsesHelpdesk, Action):
    """Keep the message for the operators' next opening."""

    def name(self) -> str:
        return "action_leave_message"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        handoffs = self._helpdesk.handoffs
        text = str(tracker.get_slot("message_text"))
        handoffs.leave_message(
            tracker.sender_id, text, "out_of_hours", event_id(tracker)
        )
        desk = handoffs.desk()
        words = self._helpdesk.catalog.wording.as_day_format()
        dispatcher.utter_message(
            response="utter_message_left", opens_at=words.moment(desk.opens_at)
        )
        return finish(dispatcher, tracker, domain, "message_form")


def offer_operator(
    services: Helpdesk, tracker: Tracker, domain: DomainDict, reason: str
) -> list[EventType]:
    """Begin to ask whether the customer wants a person."""
    return [
        *begin(tracker, domain, "operator_offer_form"),
        SlotSet("hours", services.catalog.business_hours.shown),
        SlotSet("handoff_reason", reason),
    ]


def request_operator(
    services: Helpdesk,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    domain: DomainDict,
    reason: str,
) -> list[EventType]:
    """Queue the customer, who may go on with the bot meanwhile; or take a message."""
    hours = services.catalog.business_hours.shown
    try:
        place = services.handoffs.request(tracker.sender_id, reason)
    except OperatorsAway as away:
        dispatcher.utter_message(
            response="utter_operators_away",
            hours=hours,
            opens_at=services.catalog.wording.as_day_format().moment(away.opens_at),
        )
        return begin(tracker, domain, "message_form")
    except QueueFull:
        dispatcher.utter_message(response="utter_operators_full")
        return begin(tracker, domain, "message_form")
    except LinkNeeded:
        dispatcher.utter_message(response="utter_operator_link_needed")
        return []
    if place.place == 0:
        dispatcher.utter_message(response="utter_operator_with_you")
        return []
    dispatcher.utter_message(
        response="utter_operator_requested",
        place=str(place.place),
        wait=services.desk_words.wait(place.minutes),
        hours=hours,
    )
    return pause(tracker)
