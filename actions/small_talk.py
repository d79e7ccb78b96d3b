"""What the bot can do, giving up a procedure and going on, a kind word to the angry."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.figures import wish_buttons
from actions.handoff import end_is_told
from actions.other_wishes import forget_other_wishes
from actions.procedures import drop, end, entity, is_idle, resume
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
            return [*drop(tracker, domain), *forget_other_wishes()]
        dropped = drop(tracker, domain)
        self._helpdesk.linking.close_pages(tracker.sender_id)
        if not dropped and entity(tracker, "bare_answer") == "end":
            # Said to nothing in particular, it ends the talk.
            dispatcher.utter_message(response="utter_goodbye")
            return [FollowupAction("action_ask_survey")]
        dispatcher.utter_message(
            response="utter_stopped" if dropped else "utter_nothing_to_stop"
        )
        return [*dropped, *forget_other_wishes()] if dropped else []


class ActionResume(UsesHelpdesk, Action):
    """Go on where the customer left; if nothing is open, offer to begin something."""

    def name(self) -> str:
        return "action_resume"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        if is_idle(tracker):
            wishes = self._helpdesk.catalog.wishes
            dispatcher.utter_message(
                response="utter_nothing_to_resume",
                buttons=wish_buttons(self._helpdesk, *wishes.starters),
            )
            return []
        dispatcher.utter_message(response="utter_resumed")
        running = tracker.active_loop.get("name")
        if running == "holder_link_form":
            # The page that was offered is dead by now, or will be soon.
            return [FollowupAction("action_begin_holder_link")]
        # A form that runs asks again by itself.
        return [] if running else resume(dispatcher, tracker, domain)


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
