"""What the bot says of LINE's account link when it was not made."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.procedures import entity

_RESPONSES = {
    "holder": "utter_account_link_failed_holder",
    "end_user": "utter_account_link_failed_end_user",
}


class ActionTellAccountLinkFailed(Action):
    """LINE did not confirm: a new page, so that the customer can begin again."""

    def name(self) -> str:
        return "action_tell_account_link_failed"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        role = entity(tracker, "link_role") or "holder"
        dispatcher.utter_message(response=_RESPONSES[role])
        return []
