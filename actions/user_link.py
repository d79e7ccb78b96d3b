"""The end user's link: who uses the subscription, the code, and the link itself."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.procedures import (
    begin,
    end_form,
    end_procedures,
    entity,
    finish,
    go_on_with,
)
from actions.services import UsesHelpdesk
from actions.typed_code import check_typed_code, tell_too_early
from helpdesk.domain.link_errors import Cause
from helpdesk.domain.linking import LinkRole
from helpdesk.services.linking import AlreadyLinked, LinkedElsewhere, TooEarly


class ActionBeginUserLink(Action):
    """Begin with what this message says; a relation told earlier is void."""

    def name(self) -> str:
        return "action_begin_user_link"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        relation = SlotSet("relation", entity(tracker, "relation"))
        return [relation, *begin(tracker, domain, "user_link_form")]


class ValidateUserLinkForm(UsesHelpdesk, FormValidationAction):
    """Asks only what is missing; a code settles all other questions."""

    def name(self) -> str:
        return "validate_user_link_form"

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> list[str]:
        code = ["user_code", "link_confirmed"]
        if tracker.get_slot("user_code") is not None or tracker.get_slot("code_failed"):
            # Whoever has a code at hand is asked for nothing else.
            return code
        role = tracker.get_slot("writer_role")
        same = tracker.get_slot("same_person")
        if role is None and tracker.get_slot("relation") is None and same != "other":
            is_known = same is not None or self._record_says_same(tracker.sender_id)
            return code if is_known else ["same_person", *code]
        if role is None:
            is_holder = bool(self._helpdesk.linking.held_by(tracker.sender_id))
            return [] if is_holder else ["writer_role", *code]
        return code if role == "end_user" else []

    def _record_says_same(self, customer: str) -> bool:
        held = self._helpdesk.linking.held_by(customer)
        return bool(held) and all(each.end_user_is_holder for each in held)

    def validate_same_person(
        self,
        slot_value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        if slot_value == "same":
            return {"same_person": "same", "relation": None, "writer_role": None}
        return {"same_person": slot_value}

    def validate_user_code(
        self,
        slot_value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        customer = tracker.sender_id
        found = check_typed_code(self._helpdesk, dispatcher, customer, str(slot_value))
        if found.cause is Cause.USABLE and found.subscription is not None:
            if found.moves:
                dispatcher.utter_message(response="utter_link_moves")
            return {
                "user_code": slot_value,
                "link_moves": found.moves,
                "subscription": found.subscription.id,
                "number_last4": found.subscription.number_last4,
            }
        slots: dict[str, Any] = {"user_code": None, "code_failed": True}
        if found.cause in (None, Cause.TOO_EARLY, Cause.ALREADY_LINKED):
            return slots | end_form()
        limit = self._helpdesk.catalog.policies.offer_person_after_failures
        if self._helpdesk.user_codes.recent_failures(customer) >= limit:
            dispatcher.utter_message(response="utter_offer_operator")
        return slots


class ActionAskUserCode(Action):
    """Where the code stands, for whoever asks; after a failure only the question."""

    def name(self) -> str:
        return "action_ask_user_code"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        if tracker.get_slot("code_failed"):
            dispatcher.utter_message(response="utter_ask_user_code_again")
        elif tracker.get_slot("writer_role") == "end_user":
            dispatcher.utter_message(response="utter_ask_user_code_as_end_user")
        else:
            dispatcher.utter_message(response="utter_ask_user_code_as_holder")
        return []


class ActionFinishUserLink(UsesHelpdesk, Action):
    """Make the link, or give the holder a message to forward."""

    def name(self) -> str:
        return "action_finish_user_link"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        confirmed = tracker.get_slot("link_confirmed")
        if confirmed == "yes":
            try:
                self._link(dispatcher, tracker)
            except LinkedElsewhere:
                # It became another's while the question stood: ask about the move.
                code = tracker.get_slot("user_code")
                begun = begin(tracker, domain, "user_link_form")
                return [*begun, SlotSet("user_code", code)]
        elif confirmed == "no":
            dispatcher.utter_message(response="utter_user_link_not_made")
        elif not tracker.get_slot("code_failed"):
            some_end_user = self._helpdesk.catalog.wording.some_end_user
            dispatcher.utter_message(
                response="utter_forward_user_code",
                relation=tracker.get_slot("relation") or some_end_user,
            )
            dispatcher.utter_message(response="utter_forward_text")
        if confirmed == "yes" and tracker.get_slot("waiting_gift"):
            action = "action_begin_gift_answer"
            return go_on_with(domain, "user_link_form", action)
        return finish(dispatcher, tracker, domain, "user_link_form")

    def _link(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        customer = tracker.sender_id
        subscription = str(tracker.get_slot("subscription"))
        last4 = tracker.get_slot("number_last4")
        linking = self._helpdesk.linking
        try:
            linking.link(
                customer,
                subscription,
                LinkRole.END_USER,
                may_move=bool(tracker.get_slot("link_moves")),
            )
        except AlreadyLinked:
            dispatcher.utter_message(
                response="utter_already_linked", number_last4=last4
            )
        else:
            dispatcher.utter_message(
                response="utter_end_user_linked", number_last4=last4
            )


class ActionTellEndUserLinked(UsesHelpdesk, Action):
    """The page has made the link: say what works now."""

    def name(self) -> str:
        return "action_tell_end_user_linked"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        linked = [
            subscription
            for link, subscription in self._helpdesk.linking.links_of(tracker.sender_id)
            if link.role is LinkRole.END_USER
        ]
        if linked:
            dispatcher.utter_message(
                response="utter_end_user_linked", number_last4=linked[-1].number_last4
            )
        ended = end_procedures(dispatcher, tracker, domain)
        goes_on = any(each["event"] == "followup" for each in ended)
        if linked and tracker.get_slot("waiting_gift") and not goes_on:
            return [*ended, FollowupAction("action_begin_gift_answer")]
        return ended


class ActionTellTooEarly(UsesHelpdesk, Action):
    """The page was tried too early: the chat gives the date too."""

    def name(self) -> str:
        return "action_tell_too_early"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        subscription = self._helpdesk.eligibility.subscription(
            str(entity(tracker, "subscription"))
        )
        opens_on = self._helpdesk.eligibility.of_subscription(subscription.id).opens_on
        tell_too_early(self._helpdesk, dispatcher, subscription, TooEarly(opens_on))
        return end_procedures(dispatcher, tracker, domain)
