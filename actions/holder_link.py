"""The contract holder's link: a page of one's own, and the word when it is made."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.procedures import begin, end_procedures, entity, finish, is_writing
from actions.services import UsesHelpdesk


class ActionBeginHolderLink(Action):
    """Give the steps and a personal page; the password is typed there only."""

    def name(self) -> str:
        return "action_begin_holder_link"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        if entity(tracker, "writer_role") == "end_user":
            # Whoever only uses the subscription needs no holder's link (F-CON-19).
            return [FollowupAction("action_begin_user_link")]
        dispatcher.utter_message(response="utter_holder_link_page")
        return begin(tracker, domain, "holder_link_form")


class ValidateHolderLinkForm(UsesHelpdesk, FormValidationAction):
    """「できました」 is checked by the record; 「できません」 leads to a diagnosis."""

    def name(self) -> str:
        return "validate_holder_link_form"

    def validate_holder_page_done(
        self,
        slot_value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        if slot_value == "yes" and not self._helpdesk.linking.held_by(
            tracker.sender_id
        ):
            dispatcher.utter_message(response="utter_holder_link_not_seen")
            return {"holder_page_done": None}
        return {"holder_page_done": slot_value}


class ActionFinishHolderLink(Action):
    """After the customer's own word: on to the next step, or to the diagnosis."""

    def name(self) -> str:
        return "action_finish_holder_link"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        if tracker.get_slot("holder_page_done") == "no":
            return [
                SlotSet("holder_page_done", None),
                SlotSet("failed_link", "holder"),
                FollowupAction("action_begin_link_error"),
            ]
        dispatcher.utter_message(response="utter_what_next")
        return finish(dispatcher, tracker, domain, "holder_link_form")


class ActionTellHolderLinked(UsesHelpdesk, Action):
    """The page has made the link: say so, and go on to what is left."""

    def name(self) -> str:
        return "action_tell_holder_linked"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        progress = self._helpdesk.linking.holder_progress(tracker.sender_id)
        if progress is None:
            return []
        dispatcher.utter_message(
            response="utter_holder_linked", number_last4=progress.linked.number_last4
        )
        if progress.left:
            dispatcher.utter_message(
                response="utter_holder_links_left", left=str(progress.left)
            )
            return end_procedures(dispatcher, tracker, domain)
        if progress.count > 1:
            dispatcher.utter_message(response="utter_holder_links_complete")
        if progress.is_end_user_linked or is_writing(tracker):
            return end_procedures(dispatcher, tracker, domain)
        dispatcher.utter_message(response="utter_go_on_with_user_link")
        ended = end_procedures(dispatcher, tracker, domain)
        return [*ended, FollowupAction("user_link_form")]
