"""What linking is, adapted to what the customer has said and has already."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.procedures import entity
from actions.services import UsesHelpdesk


class ActionExplainLinking(UsesHelpdesk, Action):
    """Explain both links, then what they mean for this customer."""

    def name(self) -> str:
        return "action_explain_linking"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        dispatcher.utter_message(response="utter_about_linking")
        roles = self._roles(tracker.sender_id)
        if roles:
            dispatcher.utter_message(response="utter_about_linking_done", roles=roles)
        relation = tracker.get_slot("relation")
        if entity(tracker, "holder_is") == "same":
            dispatcher.utter_message(response="utter_about_linking_same")
        elif relation is not None:
            dispatcher.utter_message(
                response="utter_about_linking_other", relation=relation
            )
        else:
            dispatcher.utter_message(response="utter_about_linking_unknown")
        return []

    def _roles(self, customer: str) -> str:
        words = self._helpdesk.catalog.wording
        linked = {link.role for link, _ in self._helpdesk.linking.links_of(customer)}
        return words.list_separator.join(
            words.roles[role] for role in words.roles if role in linked
        )
