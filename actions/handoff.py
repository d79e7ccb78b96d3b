"""Asking for a person: the queue or a message; and the bot's return after the talk."""

from __future__ import annotations

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.procedures import begin, end, event_id, finish, pause, typed
from actions.services import UsesHelpdesk
from actions.survey import ask_survey
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import CloseReason, LinkNeeded, OperatorsAway, QueueFull

_ENDED = {
    CloseReason.RESOLVED: "utter_handoff_resolved",
    CloseReason.IDLE: "utter_handoff_idle",
    CloseReason.ENDED_BY_CUSTOMER: "utter_handoff_ended",
    CloseReason.LEFT_QUEUE: "utter_left_queue",
}
# A talk with an operator has met what these were asked for.
_MET_BY_TALK = {"message_form", "operator_offer_form"}


class ActionTellSupportHours(UsesHelpdesk, Action):
    """The hours, and whether somebody is there now."""

    def name(self) -> str:
        return "action_tell_support_hours"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        desk = self._helpdesk.handoffs.desk()
        state = "open" if desk.is_open else "away"
        if self._helpdesk.handoffs.closes_at() is None:
            state = "closed"
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

    def extract_message_text(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, str]:
        return typed(tracker, "message_text")


class ActionLeaveMessage(UsesHelpdesk, Action):
    """Keep the message for the operators, and say when they answer."""

    def name(self) -> str:
        return "action_leave_message"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        handoffs = self._helpdesk.handoffs
        text = str(tracker.get_slot("message_text"))
        reason = tracker.get_slot("message_reason") or "out_of_hours"
        handoffs.leave_message(tracker.sender_id, text, reason, event_id(tracker))
        is_today = handoffs.closes_at() is not None
        words = self._helpdesk.catalog.wording.as_day_format()
        dispatcher.utter_message(
            response="utter_message_left_today" if is_today else "utter_message_left",
            opens_at=words.moment(handoffs.desk().opens_at),
            hours=self._helpdesk.catalog.business_hours.shown,
        )
        return finish(dispatcher, tracker, domain, "message_form")


class ActionTakeWordBack(UsesHelpdesk, Action):
    """After a talk, or a wait for one: say so, ask how it was, and go on."""

    def name(self) -> str:
        return "action_take_word_back"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        ended = self._helpdesk.surveys.ended(tracker.sender_id)
        is_told = ended is None or tracker.get_slot("ended_handoff") == ended.id
        if ended is None or ended.close_reason is None or is_told:
            dispatcher.utter_message(response="utter_bot_answers")
            return []
        dispatcher.utter_message(
            response=_ENDED[ended.close_reason],
            hours=self._helpdesk.catalog.business_hours.shown,
        )
        ask_survey(self._helpdesk, dispatcher, tracker, "operator")
        told = SlotSet("ended_handoff", ended.id)
        return [told, *end(dispatcher, tracker, domain, _MET_BY_TALK)]


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
        is_today = services.handoffs.closes_at() is not None
        dispatcher.utter_message(
            response="utter_operators_not_seated"
            if is_today
            else "utter_operators_away",
            hours=hours,
            opens_at=services.catalog.wording.as_day_format().moment(away.opens_at),
        )
        return _take_message(tracker, domain, "away" if is_today else "out_of_hours")
    except QueueFull:
        dispatcher.utter_message(response="utter_operators_full")
        return _take_message(tracker, domain, "full")
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


def end_is_told(services: Helpdesk, tracker: Tracker) -> list[EventType]:
    """Remember that the customer knows how the last talk or wait ended."""
    ended = services.surveys.ended(tracker.sender_id)
    return [] if ended is None else [SlotSet("ended_handoff", ended.id)]


def _take_message(tracker: Tracker, domain: DomainDict, reason: str) -> list[EventType]:
    """Ask for a message; `reason`: why it is one, as operators will read."""
    return [
        *begin(tracker, domain, "message_form"),
        SlotSet("message_reason", reason),
    ]
