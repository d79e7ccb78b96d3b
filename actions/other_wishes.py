"""The other wishes of a message that held several: offered once, after the first."""

from __future__ import annotations

from collections.abc import Iterable

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.figures import wish_buttons
from actions.services import UsesHelpdesk
from helpdesk.bootstrap import Helpdesk

_SLOT = "other_wishes"
_ENTITY = "other_wish"
_MOST = 3


class ActionOfferOtherWishes(UsesHelpdesk, Action):
    """A button for each that has not been met meanwhile."""

    def name(self) -> str:
        return "action_offer_other_wishes"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        met = _wishes_since(tracker)
        left = [
            wish for wish in other_wishes(self._helpdesk, tracker) if wish not in met
        ]
        if left:
            labels = self._helpdesk.catalog.wishes.labels
            dispatcher.utter_message(
                response="utter_other_wishes",
                wishes="".join(f"「{labels[wish]}」" for wish in left),
                buttons=wish_buttons(self._helpdesk, *left),
            )
        return forget_other_wishes()


def other_wishes(services: Helpdesk, tracker: Tracker) -> list[str]:
    """Those that were said beside the first, in their order, with a label each."""
    named = tracker.get_slot(_SLOT) or []
    return _with_label(services, named)[:_MOST]


def forget_other_wishes() -> list[EventType]:
    return [SlotSet(_SLOT, None)]


def _with_label(services: Helpdesk, wishes: Iterable[str]) -> list[str]:
    labels = services.catalog.wishes.labels
    return [wish for wish in dict.fromkeys(wishes) if wish in labels]


def _wishes_since(tracker: Tracker) -> set[str]:
    """What was asked for from the message on that named them, as far as is kept."""
    intents: list[str] = []
    for event in reversed(tracker.events):
        if event["event"] != "user":
            continue
        understood = event["parse_data"]
        intents.append(str(understood["intent"].get("name")))
        if any(each["entity"] == _ENTITY for each in understood.get("entities", [])):
            break
    return set(intents)
