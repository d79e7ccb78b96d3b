"""What the bot can do, giving up a procedure, and a kind word to the angry."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.handoff import end_is_told
from actions.procedures import drop, end, entity, resume
from actions.services import UsesHelpdesk


class ActionTellCapabilities(UsesHelpdesk, Action):
    """Say who answers, and what can be done here."""

    def name(self) -> str:
        return "action_tell_capabilities"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        hours = self._helpdesk.catalog.business_hours.shown
        dispatcher.utter_message(response="utter_capabilities", hours=hours)
        return []


class ActionStop(UsesHelpdesk, Action):
    """Skip a comment, leave the queue, drop the message, or give up the procedure."""

    def name(self) -> str:
        return "action_stop"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        if tracker.active_loop.get("name") == "survey_form":
            dispatcher.utter_message(response="utter_survey_comment_dropped")
            return end(dispatcher, tracker, domain, {"survey_form"})
        if self._helpdesk.handoffs.leave(tracker.sender_id):
            dispatcher.utter_message(response="utter_left_queue")
            told = end_is_told(self._helpdesk, tracker)
            return [*told, *resume(dispatcher, tracker, domain)]
        if tracker.active_loop.get("name") == "message_form":
            dispatcher.utter_message(response="utter_message_dropped")
            return drop(tracker, domain)
        dropped = drop(tracker, domain)
        self._helpdesk.linking.close_pages(tracker.sender_id)
        dispatcher.utter_message(
            response="utter_stopped" if dropped else "utter_nothing_to_stop"
        )
        return dropped


class ActionComfort(Action):
    """Offer a person to somebody who is angry; say nothing to anybody else."""

    def name(self) -> str:
        return "action_comfort"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        if entity(tracker, "anger") is not None:
            dispatcher.utter_message(response="utter_comfort")
        return []
