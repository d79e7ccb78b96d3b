"""The offer of a gift: from which subscription, how much, and the code to send on."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.figures import stop_button
from actions.gift_words import gift_wish, month_end, tell_refused, until, withdrawal
from actions.procedures import end_form, event_id, finish, said
from actions.services import UsesHelpdesk
from actions.subscriptions import AsksSubscription, find_subscription
from helpdesk.domain.data_gift import GiftRefused, gift_expires_at
from helpdesk.domain.rights import Act, NotAllowed
from helpdesk.domain.wording import volume
from helpdesk.services.carrier import CarrierAway
from helpdesk.services.gifts import GiftLine, GiftRoom

_FORM = "gift_form"
# All that can be given, whatever that is; no volume that is typed is negative.
_ALL = -1


class ValidateGiftForm(UsesHelpdesk, FormValidationAction):
    """From which subscription, how much, and whether it really shall be."""

    def name(self) -> str:
        return "validate_gift_form"

    def extract_gift_subscription(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        services, act = self._helpdesk, Act.GIVE_DATA
        return find_subscription(services, tracker, act, "gift_subscription")

    def validate_gift_subscription(
        self,
        slot_value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        """Say what can be given from it."""
        if slot_value is None:
            return {"gift_subscription": None}
        room = self._room(dispatcher, tracker.sender_id, str(slot_value))
        if room is None or not room.most:
            if room is not None:
                dispatcher.utter_message(
                    response="utter_gift_nothing_to_give", least=volume(room.least)
                )
            return {"gift_subscription": None} | end_form()
        dispatcher.utter_message(
            response="utter_gift_room",
            least=volume(room.least),
            most=volume(room.most),
            step=volume(room.step),
            until=month_end(self._helpdesk),
        )
        return {"gift_subscription": slot_value}

    def extract_gift_amount(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """As typed, where it is asked for; at the last question, another volume."""
        asked = tracker.get_slot("requested_slot")
        if asked not in ("gift_amount", "gift_confirmed"):
            return {}
        words = self._helpdesk.catalog.wording.as_volume_words()
        megabytes = words.read(said(tracker), _ALL)
        return {} if megabytes is None else {"gift_amount": str(megabytes)}

    def validate_gift_amount(
        self,
        slot_value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        if slot_value is None:
            return {"gift_amount": None}
        giver = str(tracker.get_slot("gift_subscription"))
        room = self._room(dispatcher, tracker.sender_id, giver)
        if room is None:
            return {"gift_amount": None} | end_form()
        megabytes = room.most if int(slot_value) == _ALL else int(slot_value)
        try:
            room.check(megabytes)
        except GiftRefused as refused:
            dispatcher.utter_message(
                response=f"utter_gift_{refused.problem.value}",
                least=volume(room.least),
                most=volume(room.most),
                step=volume(room.step),
            )
            return {"gift_amount": None}
        return {"gift_amount": str(megabytes)}

    def _room(
        self, dispatcher: CollectingDispatcher, customer: str, giver: str
    ) -> GiftRoom | None:
        """None if nothing can be given from it at all: then why has been said."""
        try:
            return self._helpdesk.gifts.room(customer, giver)
        except GiftRefused as refused:
            tell_refused(dispatcher, refused)
        except NotAllowed:
            dispatcher.utter_message(response="utter_gift_needs_user_link")
        except CarrierAway:
            dispatcher.utter_message(response="utter_gift_not_now")
        return None


class ActionAskGiftSubscription(AsksSubscription, Action):
    """A button for each subscription that can give."""

    act = Act.GIVE_DATA
    response = "utter_ask_gift_subscription"

    def name(self) -> str:
        return "action_ask_gift_subscription"


class ActionAskGiftAmount(UsesHelpdesk, Action):
    """A button for the least, for some in between, and for the most."""

    def name(self) -> str:
        return "action_ask_gift_amount"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        giver = str(tracker.get_slot("gift_subscription"))
        try:
            volumes = self._helpdesk.gifts.room(tracker.sender_id, giver).choices()
        except (CarrierAway, NotAllowed, GiftRefused):
            # Typed volumes are checked all the same.
            volumes = []
        words = self._helpdesk.catalog.wording.gifts
        buttons = [
            {
                "title": volume(each),
                "payload": f'/inform_order_channel{{"gift_amount": "{each}"}}',
            }
            for each in volumes
        ]
        trouble = {"title": words.trouble, "payload": gift_wish("trouble")}
        dispatcher.utter_message(
            response="utter_ask_gift_amount",
            buttons=[*buttons, trouble, stop_button(self._helpdesk)],
        )
        return []


class ActionAskGiftConfirmed(UsesHelpdesk, Action):
    """What will be offered, until when, and what cannot be undone."""

    def name(self) -> str:
        return "action_ask_gift_confirmed"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        subscription = self._helpdesk.carrier.subscription(
            str(tracker.get_slot("gift_subscription"))
        )
        dispatcher.utter_message(
            response="utter_ask_gift_confirmed",
            volume=volume(int(str(tracker.get_slot("gift_amount")))),
            number_last4=subscription.number_last4,
            until=until(self._helpdesk, gift_expires_at(self._helpdesk.clock())),
            month_end=month_end(self._helpdesk),
        )
        return []


class ActionFinishDataGift(UsesHelpdesk, Action):
    """Offer once for this event: a text to keep, and one to send on."""

    def name(self) -> str:
        return "action_finish_data_gift"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        confirmed = tracker.get_slot("gift_confirmed")
        if confirmed == "yes":
            self._offer(dispatcher, tracker)
        elif confirmed == "no":
            dispatcher.utter_message(response="utter_gift_cancelled")
        return finish(dispatcher, tracker, domain, _FORM)

    def _offer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        customer, giver = tracker.sender_id, str(tracker.get_slot("gift_subscription"))
        megabytes = int(str(tracker.get_slot("gift_amount")))
        gifts = self._helpdesk.gifts
        try:
            gift, code = gifts.offer(customer, giver, megabytes, event_id(tracker))
        except GiftRefused as refused:
            tell_refused(dispatcher, refused)
        except NotAllowed:
            dispatcher.utter_message(response="utter_gift_needs_user_link")
        except CarrierAway:
            dispatcher.utter_message(response="utter_gift_not_now")
        else:
            values = {
                "volume": volume(gift.megabytes),
                "code": code,
                "until": until(self._helpdesk, gift.expires_at),
                "month_end": month_end(self._helpdesk),
            }
            line = GiftLine(gift, code)
            dispatcher.utter_message(
                response="utter_gift_offered",
                buttons=[withdrawal(self._helpdesk, line, named=False)],
                **values,
            )
            dispatcher.utter_message(response="utter_gift_invitation", **values)
