"""データプレゼント, the receiver's side: a code in the chat, and the answer to it."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import ActiveLoop, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.gift_words import month_end, until, withdrawal
from actions.procedures import begin, entity, finish, resume, said
from actions.services import UsesHelpdesk
from actions.subscriptions import allowed, buttons_of
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.card import Card, CardRow, as_json
from helpdesk.domain.choosing import choose
from helpdesk.domain.data_balance import Usage
from helpdesk.domain.data_gift import Gift, GiftProblem, GiftRefused
from helpdesk.domain.linking import Subscription
from helpdesk.domain.messages import folded
from helpdesk.domain.rights import Act, NotAllowed
from helpdesk.domain.wording import volume
from helpdesk.services.carrier import CarrierAway
from helpdesk.services.changes import ChangePending
from helpdesk.services.failed_tries import TooManyTries
from helpdesk.services.gifts import GiftLine, GiftOver, UnknownGift
from helpdesk.services.rights import Viewer

_FORM = "gift_answer_form"
# What the gateway sends for a code that was copied wrongly.
_MALFORMED = "?"


class ActionBeginGiftAnswer(UsesHelpdesk, Action):
    """A code was sent, or waited for the link: ask, or say what is needed before."""

    def name(self) -> str:
        return "action_begin_gift_answer"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        sent = entity(tracker, "gift_code")
        code = sent or str(tracker.get_slot("waiting_gift"))
        gift = find_gift(self._helpdesk, dispatcher, tracker.sender_id, code)
        begun: list[EventType] = []
        waits = False
        if gift is not None:
            try:
                can_ask = self._can_ask(dispatcher, tracker, gift, code)
            except CarrierAway:
                dispatcher.utter_message(response="utter_gift_code_not_now")
                can_ask = None
            if can_ask:
                begun = [
                    *begin(tracker, domain, _FORM),
                    SlotSet("gift_code", code),
                    SlotSet("gift_giver", gift.giver),
                ]
            waits = can_ask is False
        if sent is None and not begun:
            # It was offered by itself, in the way of what waited.
            begun = resume(dispatcher, tracker, domain)
        return [SlotSet("waiting_gift", code if waits else None), *begun]

    def _can_ask(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, gift: Gift, code: str
    ) -> bool | None:
        """False if it waits for a link; None if it is the customer's own offer."""
        customer = tracker.sender_id
        own = allowed(self._helpdesk, tracker, Act.RECEIVE_DATA)
        if any(each.id != gift.giver for each in own):
            return True
        values = {
            "volume": volume(gift.megabytes),
            "until": until(self._helpdesk, gift.expires_at),
        }
        if gift.giver_customer == customer or own:
            line = GiftLine(gift, code)
            is_giver = gift.giver_customer == customer
            dispatcher.utter_message(
                response="utter_gift_own_subscription",
                buttons=[withdrawal(self._helpdesk, line, named=False)]
                if is_giver
                else [],
                **values,
            )
            return None
        dispatcher.utter_message(response="utter_gift_link_first", **values)
        return False


class ValidateGiftAnswerForm(UsesHelpdesk, FormValidationAction):
    """For which subscription, and yes or no."""

    def name(self) -> str:
        return "validate_gift_answer_form"

    def extract_gift_receiver(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """A single one needs no question; else the number's end, or the place."""
        if tracker.get_slot("gift_receiver") is not None:
            # Found again, it would make every message an answer, even a stop.
            return {}
        own = receivers(self._helpdesk, tracker)
        if len(own) == 1:
            return {"gift_receiver": own[0].id}
        if tracker.get_slot("requested_slot") != "gift_receiver":
            return {}
        tapped = entity(tracker, "chosen_subscription")
        if tapped is not None:
            return {"gift_receiver": tapped}
        words = self._helpdesk.catalog.wording.as_choice_words()
        at = choose(said(tracker), [each.number_last4 for each in own], words)
        return {} if at is None else {"gift_receiver": own[at].id}

    def validate_gift_receiver(
        self,
        slot_value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        ids = [each.id for each in receivers(self._helpdesk, tracker)]
        return {"gift_receiver": slot_value if slot_value in ids else None}

    def extract_gift_answer(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """The words on the buttons, and others that mean the same, when typed."""
        if tracker.get_slot("requested_slot") != "gift_answer":
            return {}
        answer = folded(said(tracker))
        answers = self._helpdesk.catalog.wording.gifts.answers
        meant = [key for key, words in answers.items() if answer in map(folded, words)]
        return {"gift_answer": meant[0]} if meant else {}


class ActionAskGiftReceiver(UsesHelpdesk, Action):
    """A button for each subscription that can get it."""

    def name(self) -> str:
        return "action_ask_gift_receiver"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        own = receivers(self._helpdesk, tracker)
        dispatcher.utter_message(
            response="utter_ask_gift_receiver",
            buttons=buttons_of(self._helpdesk, own),
        )
        return []


class ActionAskGiftAnswer(UsesHelpdesk, Action):
    """How much it is, for which subscription, and until when it can be used."""

    def name(self) -> str:
        return "action_ask_gift_answer"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        gift = find_gift(self._helpdesk, dispatcher, *_asked(tracker))
        if gift is None:
            # It ended while something else was talked about: so does the question.
            return [ActiveLoop(None), SlotSet("requested_slot", None)]
        receiver = str(tracker.get_slot("gift_receiver"))
        dispatcher.utter_message(
            response="utter_ask_gift_answer",
            volume=volume(gift.megabytes),
            number_last4=self._helpdesk.carrier.subscription(receiver).number_last4,
            until=until(self._helpdesk, gift.expires_at),
            month_end=month_end(self._helpdesk),
        )
        return []


class ActionFinishGiftAnswer(UsesHelpdesk, Action):
    """Take the gift, with the new balance for a receipt, or decline it."""

    def name(self) -> str:
        return "action_finish_gift_answer"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        customer, code = _asked(tracker)
        answer = tracker.get_slot("gift_answer")
        try:
            if answer == "yes":
                receiver = str(tracker.get_slot("gift_receiver"))
                self._accept(dispatcher, customer, code, receiver)
            elif answer == "no":
                gift = self._helpdesk.gifts.decline(customer, code)
                dispatcher.utter_message(
                    response="utter_gift_declined", volume=volume(gift.megabytes)
                )
        except (UnknownGift, GiftOver, TooManyTries) as problem:
            tell_no_gift(self._helpdesk, dispatcher, problem)
        return finish(dispatcher, tracker, domain, _FORM)

    def _accept(
        self, dispatcher: CollectingDispatcher, customer: str, code: str, receiver: str
    ) -> None:
        """Raises UnknownGift, GiftOver, TooManyTries."""
        was_slow = self._is_slow(customer, receiver)
        try:
            gift = self._helpdesk.gifts.accept(customer, code, receiver)
        except NotAllowed:
            dispatcher.utter_message(response="utter_gift_link_lost")
        except GiftRefused as refused:
            is_network = refused.problem is GiftProblem.NETWORK
            dispatcher.utter_message(
                response="utter_gift_not_for_network"
                if is_network
                else "utter_gift_not_moved"
            )
        except ChangePending:
            dispatcher.utter_message(response="utter_change_pending")
        except CarrierAway:
            dispatcher.utter_message(response="utter_gift_code_not_now")
        else:
            self._receipt(dispatcher, customer, gift, receiver)
            if was_slow:
                dispatcher.utter_message(response="utter_gift_ends_slow")

    def _receipt(
        self, dispatcher: CollectingDispatcher, customer: str, gift: Gift, receiver: str
    ) -> None:
        received, day = volume(gift.megabytes), month_end(self._helpdesk)
        usage = self._usage(customer, receiver)
        if usage is None:
            dispatcher.utter_message(
                response="utter_gift_received_only", volume=received, month_end=day
            )
            return
        words, total = self._helpdesk.catalog.wording.gifts, volume(usage.balance.total)
        card = Card(
            words.card_title,
            words.received.format(volume=received),
            (CardRow(words.total, total), CardRow(words.month_end, day)),
            words.card_note,
        )
        dispatcher.utter_message(
            response="utter_gift_received",
            volume=received,
            total=total,
            month_end=day,
            json_message={"card": as_json(card)},
        )

    def _is_slow(self, customer: str, receiver: str) -> bool:
        usage = self._usage(customer, receiver)
        return usage is not None and usage.is_slow

    def _usage(self, customer: str, receiver: str) -> Usage | None:
        """None if the carrier is away just now: the gift does not depend on it."""
        viewer = Viewer.of_customer(customer)
        try:
            return self._helpdesk.contracts.usage(viewer, receiver)
        except (CarrierAway, NotAllowed):
            return None


def find_gift(
    services: Helpdesk, dispatcher: CollectingDispatcher, customer: str, code: str
) -> Gift | None:
    """The gift of a code; None if it leads to none: then why has been said."""
    if code == _MALFORMED:
        dispatcher.utter_message(response="utter_gift_code_malformed")
        return None
    try:
        return services.gifts.find(customer, code)
    except (UnknownGift, GiftOver, TooManyTries) as problem:
        tell_no_gift(services, dispatcher, problem)
        return None


def tell_no_gift(
    services: Helpdesk,
    dispatcher: CollectingDispatcher,
    problem: UnknownGift | GiftOver | TooManyTries,
) -> None:
    """Why the code leads to no gift, and what can be done."""
    if isinstance(problem, TooManyTries):
        time = services.catalog.wording.as_day_format().time(problem.until)
        dispatcher.utter_message(response="utter_gift_code_locked", until=time)
    elif isinstance(problem, GiftOver):
        dispatcher.utter_message(response=f"utter_gift_over_{problem.state.value}")
    else:
        dispatcher.utter_message(response="utter_gift_code_unknown")


def receivers(services: Helpdesk, tracker: Tracker) -> list[Subscription]:
    """The subscriptions that can get the gift. Raises CarrierAway."""
    giver = tracker.get_slot("gift_giver")
    own = allowed(services, tracker, Act.RECEIVE_DATA)
    return [each for each in own if each.id != giver]


def _asked(tracker: Tracker) -> tuple[str, str]:
    return tracker.sender_id, str(tracker.get_slot("gift_code"))
