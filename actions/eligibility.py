"""From when linking is possible: by the record, or by what the customer says."""

from __future__ import annotations

from datetime import date
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.notices import offer_reminder
from actions.procedures import begin, entity, finish
from actions.services import UsesHelpdesk
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.eligibility import Order, OrderPlace
from helpdesk.domain.relative_day import UnknownDay, resolve_day
from helpdesk.services.eligibility import SubscriptionEligibility


class NoticeQuestions(UsesHelpdesk):
    """The questions that lead to the day; shared by the forms that need it.

    No action itself: the action server registers every subclass of Action.
    """

    def missing_questions(self, tracker: Tracker) -> list[str]:
        """The questions that matter for this order; asked ones among them."""
        questions = ["order_place"]
        if tracker.get_slot("order_place") == OrderPlace.SHOP.value:
            return questions
        questions += ["number_kind", "notice_arrived"]
        if tracker.get_slot("notice_arrived") == "arrived":
            questions.append("notice_day")
        return questions

    def validate_notice_arrived(
        self,
        slot_value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        asked = tracker.get_slot("requested_slot") in ("notice_arrived", "notice_day")
        awaited = _awaited_notice(tracker.get_slot("number_kind"))
        # An answer means the mail that was asked for, unless it names another.
        named = (
            entity(tracker, "notice") or awaited
            if asked
            else tracker.get_slot("notice")
        )
        if slot_value == "arrived" and named != awaited:
            # Another mail than the one that counts for this order: ask for that one.
            return {"notice_arrived": None, "notice_day": None}
        return {"notice_arrived": slot_value}

    def validate_notice_day(
        self,
        slot_value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        if tracker.get_slot("notice_arrived") != "arrived":
            # A day beside another matter: 「明日には連携できますか」 names no mail.
            return {"notice_day": None}
        today = self._helpdesk.eligibility.today()
        try:
            day = resolve_day(str(slot_value), today)
        except UnknownDay:
            dispatcher.utter_message(response="utter_notice_day_unknown")
            return {"notice_day": None}
        if day > today:
            dispatcher.utter_message(response="utter_notice_day_in_future")
            return {"notice_day": None}
        return {"notice_day": day.isoformat()}


class ValidateEligibilityForm(NoticeQuestions, FormValidationAction):
    """Asks only what is missing."""

    def name(self) -> str:
        return "validate_eligibility_form"

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> list[str]:
        return self.missing_questions(tracker)


class ActionAskNoticeArrived(Action):
    """Ask for the mail that counts; a wrong premise is put right on the way."""

    def name(self) -> str:
        return "action_ask_notice_arrived"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        named = tracker.get_slot("notice")
        if tracker.get_slot("number_kind") == "mnp":
            if named == "shipping":
                dispatcher.utter_message(
                    response="utter_timing_mnp_needs_service_start"
                )
            dispatcher.utter_message(response="utter_ask_service_start_notice")
        else:
            if named == "service_start":
                dispatcher.utter_message(response="utter_timing_new_needs_shipping")
            dispatcher.utter_message(response="utter_ask_shipping_notice")
        return []


class ActionBeginLinkTiming(UsesHelpdesk, Action):
    """Answer from the record of a linked customer, else begin to ask."""

    def name(self) -> str:
        return "action_begin_link_timing"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        known = self._helpdesk.eligibility.of_customer(tracker.sender_id)
        if not known:
            return begin(tracker, domain, "eligibility_form")
        self._correct(dispatcher, tracker, known)
        for each in known:
            tell_by_record(self._helpdesk, dispatcher, each)
        return []

    def _correct(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        known: list[SubscriptionEligibility],
    ) -> None:
        claimed_place = entity(tracker, "order_place")
        claimed_kind = entity(tracker, "number_kind")
        for each in known:
            order = each.subscription.order
            kind = "mnp" if order.keeps_number else "new"
            if claimed_place not in (None, order.place.value) or (
                order.place is OrderPlace.WEB and claimed_kind not in (None, kind)
            ):
                dispatcher.utter_message(
                    response="utter_timing_record_differs",
                    order=self._helpdesk.catalog.wording.order.of(order),
                )
                return


class ActionTellLinkTiming(UsesHelpdesk, Action):
    """Give the day, or the mail that is waited for."""

    def name(self) -> str:
        return "action_tell_link_timing"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        order = claimed_order(tracker)
        found = self._helpdesk.eligibility.of_claim(order)
        if order.place is OrderPlace.SHOP:
            dispatcher.utter_message(response="utter_timing_shop")
        elif found.opens_on is None:
            waiting = "mnp" if order.keeps_number else "new"
            dispatcher.utter_message(response=f"utter_timing_{waiting}_waiting")
        else:
            self._tell_day(dispatcher, order, found.opens_on, is_open=found.is_open)
        return finish(dispatcher, tracker, domain, "eligibility_form")

    def _tell_day(
        self,
        dispatcher: CollectingDispatcher,
        order: Order,
        opens_on: date,
        *,
        is_open: bool,
    ) -> None:
        words = self._helpdesk.catalog.wording
        dispatcher.utter_message(
            response="utter_timing_open" if is_open else "utter_timing_opens_on",
            opens_on=words.as_day_format().day(opens_on),
            order=words.order.of(order),
            buttons=[]
            if is_open
            else offer_reminder(self._helpdesk, day=opens_on, subscription=None),
        )


def claimed_order(tracker: Tracker) -> Order:
    """The order as the customer tells it."""
    if tracker.get_slot("order_place") == OrderPlace.SHOP.value:
        return Order(OrderPlace.SHOP, keeps_number=False)
    day = tracker.get_slot("notice_day")
    arrived_on = None if day is None else date.fromisoformat(day)
    if tracker.get_slot("number_kind") == "mnp":
        return Order(OrderPlace.WEB, True, service_start_notice_on=arrived_on)
    return Order(OrderPlace.WEB, False, shipping_notice_on=arrived_on)


def tell_by_record(
    services: Helpdesk, dispatcher: CollectingDispatcher, known: SubscriptionEligibility
) -> None:
    """Give the day that the record knows for one subscription."""
    opens_on = known.eligibility.opens_on
    last4 = known.subscription.number_last4
    if opens_on is None:
        dispatcher.utter_message(
            response="utter_timing_by_record_waiting", number_last4=last4
        )
        return
    how = "open" if known.eligibility.is_open else "opens_on"
    dispatcher.utter_message(
        response=f"utter_timing_by_record_{how}",
        number_last4=last4,
        opens_on=services.catalog.wording.as_day_format().day(opens_on),
        buttons=[]
        if known.eligibility.is_open
        else offer_reminder(services, day=opens_on, subscription=known.subscription.id),
    )


def _awaited_notice(kind: str | None) -> str | None:
    """The mail that counts: F-TIME-01 for new numbers, F-TIME-02 for MNP."""
    return {"new": "shipping", "mnp": "service_start"}.get(kind or "")
