"""データプレゼント, the giver's side: what is open, what to do, how an offer ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.gift_words import gift_wish, until, withdrawal
from actions.procedures import begin, entity
from actions.services import UsesHelpdesk
from actions.subscriptions import allowed, is_linked
from helpdesk.domain.linking import Subscription
from helpdesk.domain.rights import Act
from helpdesk.domain.wording import volume
from helpdesk.services.carrier import CarrierAway
from helpdesk.services.gifts import GiftLine, GiftOver, UnknownGift

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)


class ActionBeginDataGift(UsesHelpdesk, Action):
    """Begin a gift, show what was offered, or say what is needed before."""

    def name(self) -> str:
        return "action_begin_data_gift"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        wish = entity(tracker, "gift_wish")
        if wish == "withdraw":
            self._withdraw(dispatcher, tracker)
            return []
        if wish == "trouble":
            dispatcher.utter_message(response="utter_gift_trouble")
            return []
        try:
            own = allowed(self._helpdesk, tracker, Act.GIVE_DATA)
        except CarrierAway:
            dispatcher.utter_message(response="utter_gift_not_now")
            return []
        if not own:
            if is_linked(self._helpdesk, tracker):
                dispatcher.utter_message(response="utter_gift_needs_user_link")
            dispatcher.utter_message(response="utter_gift_data")
            return []
        if wish is None:
            offered = self._offered(tracker.sender_id, own)
            if offered:
                self._show(dispatcher, offered)
                return []
        return begin(tracker, domain, "gift_form")

    def _offered(self, customer: str, own: Sequence[Subscription]) -> list[GiftLine]:
        """Those that can still be accepted, the newest first."""
        return [
            line
            for each in own
            for line in self._helpdesk.gifts.given(customer, each.id)
            if line.code is not None
        ]

    def _show(
        self, dispatcher: CollectingDispatcher, offered: Sequence[GiftLine]
    ) -> None:
        words = self._helpdesk.catalog.wording.gifts
        lines = [
            words.line.format(
                volume=volume(line.gift.megabytes),
                code=line.code,
                until=until(self._helpdesk, line.gift.expires_at),
                left=self._left(line.gift.expires_at),
            )
            for line in offered
        ]
        several = len(offered) > 1
        buttons = [withdrawal(self._helpdesk, line, named=several) for line in offered]
        another = {"title": words.another, "payload": gift_wish("another")}
        dispatcher.utter_message(
            response="utter_open_gifts",
            gifts="\n".join(lines),
            buttons=[*buttons, another],
        )

    def _left(self, moment: datetime) -> str:
        words = self._helpdesk.catalog.wording.gifts
        left = moment - self._helpdesk.clock()
        if left >= _HOUR:
            return words.hours_left.format(hours=left // _HOUR)
        return words.minutes_left.format(minutes=max(left // _MINUTE, 1))

    def _withdraw(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        number = int(str(entity(tracker, "gift")))
        try:
            gift = self._helpdesk.gifts.withdraw(tracker.sender_id, number)
        except GiftOver as over:
            response = f"utter_gift_not_withdrawn_{over.state.value}"
            dispatcher.utter_message(response=response)
        except UnknownGift:
            dispatcher.utter_message(response="utter_gift_unknown")
        else:
            dispatcher.utter_message(
                response="utter_gift_withdrawn", volume=volume(gift.megabytes)
            )


class ActionTellGiftEnded(UsesHelpdesk, Action):
    """The giver hears what has become of an offer."""

    def name(self) -> str:
        return "action_tell_gift_ended"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        gift = self._helpdesk.gifts.get(int(str(entity(tracker, "gift"))))
        dispatcher.utter_message(
            response=f"utter_gift_was_{entity(tracker, 'gift_state')}",
            volume=volume(gift.megabytes),
        )
        return []
