"""When the bot is not sure: it asks back, and the second time offers a person."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.handoff import offer_operator
from actions.procedures import entity, page_has_expired
from actions.services import UsesHelpdesk

_MOST_BUTTONS = 3
_FALLBACK = "nlu_fallback"


class ActionAskBack(UsesHelpdesk, Action):
    """Offer the likeliest wishes as buttons; after failures in a row, a person."""

    def name(self) -> str:
        return "action_ask_back"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        if page_has_expired(tracker):
            return [FollowupAction("action_begin_holder_link")]
        limit = self._helpdesk.catalog.policies.offer_person_after_failures
        is_angry = entity(tracker, "anger") is not None
        if is_angry or _failures_in_a_row(tracker) >= limit:
            dispatcher.utter_message(response="utter_gave_up")
            return offer_operator(self._helpdesk, tracker, domain, "not_understood")
        dispatcher.utter_message(
            response="utter_ask_back", buttons=self._likeliest(tracker)
        )
        return []

    def _likeliest(self, tracker: Tracker) -> list[dict[str, str]]:
        labels = self._helpdesk.catalog.wishes.labels
        ranking = [each["name"] for each in tracker.latest_message["intent_ranking"]]
        wishes = [intent for intent in ranking if intent in labels][:_MOST_BUTTONS]
        return [{"title": labels[wish], "payload": f"/{wish}"} for wish in wishes]


def _failures_in_a_row(tracker: Tracker) -> int:
    intents = [
        event["parse_data"]["intent"].get("name")
        for event in tracker.events
        if event["event"] == "user"
    ]
    failures = 0
    for intent in reversed(intents):
        if intent != _FALLBACK:
            break
        failures += 1
    return failures
