"""What is linked now, and unlinking: always possible, confirmed, at once."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.procedures import begin, entity, finish, said
from actions.services import UsesHelpdesk
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.choosing import choose
from helpdesk.domain.japan_time import japan_day
from helpdesk.domain.linking import Link, LinkRole, Subscription
from helpdesk.services.linking import NoSuchLink


class ActionTellLinkStatus(UsesHelpdesk, Action):
    """List the customer's links, or offer to make them."""

    def name(self) -> str:
        return "action_tell_link_status"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        links = self._helpdesk.linking.links_of(tracker.sender_id)
        if not links:
            dispatcher.utter_message(response="utter_link_status_none")
            return []
        lines = [self._line(link, subscription) for link, subscription in links]
        dispatcher.utter_message(response="utter_link_status", links="\n".join(lines))
        return []

    def _line(self, link: Link, subscription: Subscription) -> str:
        words = self._helpdesk.catalog.wording
        return words.link_line.format(
            role=words.roles[link.role],
            number_last4=subscription.number_last4,
            since=words.as_day_format().day(japan_day(link.linked_at)),
        )


class ActionBeginUnlink(UsesHelpdesk, Action):
    """A new phone needs nothing, a new account links again; else ask which ends."""

    def name(self) -> str:
        return "action_begin_unlink"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        changed = entity(tracker, "device_change")
        if changed is not None:
            dispatcher.utter_message(response=f"utter_new_{changed}")
            return []
        if not self._helpdesk.linking.links_of(tracker.sender_id):
            dispatcher.utter_message(response="utter_nothing_to_unlink")
            return []
        return begin(tracker, domain, "unlink_form")


class ValidateUnlinkForm(UsesHelpdesk, FormValidationAction):
    """Which link, if there are several; and whether it really shall end."""

    def name(self) -> str:
        return "validate_unlink_form"

    def extract_link_choice(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """A single one needs no question; else its name, or its place."""
        if tracker.get_slot("link_choice") is not None:
            # Found again, it would make every message an answer, even a stop.
            return {}
        links = self._helpdesk.linking.links_of(tracker.sender_id)
        if len(links) == 1:
            return {"link_choice": str(links[0][0].id)}
        text, wording = said(tracker), self._helpdesk.catalog.wording
        words = wording.as_choice_words()
        last4s = [subscription.number_last4 for _, subscription in links]
        at = choose(text, last4s, words)
        if at is None:
            at = choose(text, [wording.roles[link.role] for link, _ in links], words)
        return {} if at is None else {"link_choice": str(links[at][0].id)}

    def validate_link_choice(
        self,
        slot_value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        links = self._helpdesk.linking.links_of(tracker.sender_id)
        for link, subscription in links:
            if str(link.id) == slot_value:
                name = link_name(self._helpdesk, link.role, subscription)
                return {"link_choice": slot_value, "link_name": name}
        return {"link_choice": None}


class ActionAskLinkChoice(UsesHelpdesk, Action):
    """A button for each link."""

    def name(self) -> str:
        return "action_ask_link_choice"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        buttons = [
            {
                "title": link_name(self._helpdesk, link.role, subscription),
                "payload": f'/inform_order_channel{{"link_choice": "{link.id}"}}',
            }
            for link, subscription in self._helpdesk.linking.links_of(tracker.sender_id)
        ]
        dispatcher.utter_message(response="utter_ask_link_choice", buttons=buttons)
        return []


class ActionFinishUnlink(UsesHelpdesk, Action):
    """End the link at once."""

    def name(self) -> str:
        return "action_finish_unlink"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        name = tracker.get_slot("link_name")
        if tracker.get_slot("unlink_confirmed") == "yes":
            try:
                link = int(str(tracker.get_slot("link_choice")))
                self._helpdesk.linking.unlink(tracker.sender_id, link)
            except NoSuchLink:
                dispatcher.utter_message(response="utter_nothing_to_unlink")
            else:
                dispatcher.utter_message(response="utter_unlinked", link_name=name)
        else:
            dispatcher.utter_message(response="utter_unlink_cancelled")
        return finish(dispatcher, tracker, domain, "unlink_form")


class ActionTellLinkMoved(UsesHelpdesk, Action):
    """Another account took the link over: the former one is told."""

    def name(self) -> str:
        return "action_tell_link_moved"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        role = LinkRole(str(entity(tracker, "moved_role")))
        dispatcher.utter_message(
            response="utter_link_moved_away",
            role=self._helpdesk.catalog.wording.roles[role],
        )
        return []


def link_name(services: Helpdesk, role: LinkRole, subscription: Subscription) -> str:
    """A link as customers read it."""
    words = services.catalog.wording
    return words.link_name.format(
        role=words.roles[role], number_last4=subscription.number_last4
    )
