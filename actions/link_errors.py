"""Why linking failed: typing, timing, reissue, a person, in this order (F-ERR-02)."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.eligibility import (
    NoticeQuestions,
    claimed_order,
    tell_by_record,
)
from actions.notices import offer_reminder
from actions.procedures import begin, end_form, entity, finish, page_has_expired
from actions.services import UsesHelpdesk
from actions.typed_code import check_typed_code
from helpdesk.domain.eligibility import Eligibility
from helpdesk.domain.link_errors import Cause, Evidence, diagnose

# The catalog's name of the one screen text that is known for certain (F-ERR-01).
_INVALID_USER_CODE = "invalid_user_code"


class ActionBeginLinkError(Action):
    """Begin the diagnosis; a known error text tells which link it is."""

    def name(self) -> str:
        return "action_begin_link_error"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        if page_has_expired(tracker):
            return [FollowupAction("action_begin_holder_link")]
        failed_link = tracker.get_slot("failed_link")
        running = tracker.active_loop.get("name")
        if entity(tracker, "known_error") == _INVALID_USER_CODE:
            failed_link = "end_user"
        elif running == "holder_link_form":
            failed_link = "holder"
        elif running == "user_link_form":
            failed_link = "end_user"
        begun = begin(tracker, domain, "link_error_form")
        return [*begun, SlotSet("failed_link", failed_link)]


class ValidateLinkErrorForm(NoticeQuestions, FormValidationAction):
    """Asks in the order of F-ERR-02, and stops as soon as the cause is known."""

    def name(self) -> str:
        return "validate_link_error_form"

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> list[str]:
        failed_link = tracker.get_slot("failed_link")
        if tracker.get_slot("diagnosis") is not None:
            return []
        if failed_link is None:
            return ["failed_link"]
        if failed_link == "end_user" and tracker.get_slot("code_at_hand") is None:
            return ["user_code"]
        if self._helpdesk.eligibility.of_customer(tracker.sender_id):
            return []
        return self.missing_questions(tracker)

    def validate_user_code(
        self,
        slot_value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        customer = tracker.sender_id
        found = check_typed_code(self._helpdesk, dispatcher, customer, str(slot_value))
        if found.cause is None:
            return {"user_code": None, "diagnosis": "locked"} | end_form()
        if found.cause in (Cause.MISTYPED, Cause.NOT_FOUND):
            return {"user_code": None, "code_failed": True} | self._next(
                dispatcher, customer
            )
        cause = diagnose(Evidence(code=found.cause)).value
        return {"user_code": slot_value, "diagnosis": cause, "failed_link": "end_user"}

    def _next(self, dispatcher: CollectingDispatcher, customer: str) -> dict[str, Any]:
        """After two failures: offer a person, and go on without the code."""
        limit = self._helpdesk.catalog.policies.offer_person_after_failures
        if self._helpdesk.user_codes.recent_failures(customer) < limit:
            return {}
        dispatcher.utter_message(response="utter_offer_operator")
        return {"code_at_hand": "no"}


class ActionAskLinkErrorFormUserCode(Action):
    """Ask for the code that did not work."""

    def name(self) -> str:
        return "action_ask_link_error_form_user_code"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        failed = tracker.get_slot("code_failed")
        dispatcher.utter_message(
            response="utter_ask_user_code_again" if failed else "utter_ask_failed_code"
        )
        return []


class ActionConcludeLinkError(UsesHelpdesk, Action):
    """End in a fix, a date, a reissue, or a person."""

    def name(self) -> str:
        return "action_conclude_link_error"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        diagnosis = tracker.get_slot("diagnosis")
        if diagnosis == Cause.USABLE.value:
            dispatcher.utter_message(response="utter_diagnosis_usable")
            code = tracker.get_slot("user_code")
            begun = begin(tracker, domain, "user_link_form")
            return [*begun, SlotSet("user_code", code)]
        if diagnosis is None:
            self._conclude(dispatcher, tracker)
        # Any other diagnosis was said when the code was looked up.
        return finish(dispatcher, tracker, domain, "link_error_form")

    def _conclude(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        customer = tracker.sender_id
        known = self._helpdesk.eligibility.of_customer(customer)
        closed = [each for each in known if not each.eligibility.is_open]
        claimed = self._helpdesk.eligibility.of_claim(claimed_order(tracker))
        # At a shop nobody waits for a mail: it is open once the contract is made.
        claims_open = claimed.is_open or tracker.get_slot("order_place") == "shop"
        evidence = Evidence(
            is_open=not closed if known else claims_open,
            was_reissued=self._helpdesk.user_codes.was_reissued_today(customer),
        )
        cause = diagnose(evidence)
        if cause is Cause.TOO_EARLY:
            dispatcher.utter_message(response="utter_timing_is_why")
            if closed:
                tell_by_record(self._helpdesk, dispatcher, closed[0])
            else:
                self._tell_claim(dispatcher, tracker, claimed)
        elif cause is Cause.NEEDS_PERSON:
            dispatcher.utter_message(response="utter_diagnosis_person")
        elif tracker.get_slot("failed_link") == "holder":
            dispatcher.utter_message(response="utter_diagnosis_holder_login")
        elif self._helpdesk.linking.held_by(customer):
            dispatcher.utter_message(response="utter_diagnosis_reissue")
        else:
            dispatcher.utter_message(response="utter_diagnosis_ask_holder_to_reissue")

    def _tell_claim(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, found: Eligibility
    ) -> None:
        order = claimed_order(tracker)
        if found.opens_on is None:
            waiting = "mnp" if order.keeps_number else "new"
            dispatcher.utter_message(response=f"utter_timing_{waiting}_waiting")
            return
        dispatcher.utter_message(
            response="utter_timing_opens_on",
            opens_on=self._helpdesk.catalog.wording.as_day_format().day(found.opens_on),
            order=self._helpdesk.catalog.wording.order.of(order),
            buttons=offer_reminder(
                self._helpdesk, day=found.opens_on, subscription=None
            ),
        )
