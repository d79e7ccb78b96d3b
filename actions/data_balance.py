"""What is left of the data: a card for who is linked, the way for who is not."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.figures import day_words, lines, wish_buttons
from actions.notices import offer_notices
from actions.procedures import begin, finish
from actions.services import UsesHelpdesk
from actions.subscriptions import (
    AsksSubscription,
    allowed,
    check_subscription,
    find_subscription,
    viewer,
)
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.card import Card, CardRow, as_json
from helpdesk.domain.data_balance import Usage, expires_on
from helpdesk.domain.linking import Subscription
from helpdesk.domain.notices import NoticeKind
from helpdesk.domain.rights import Act
from helpdesk.domain.wording import volume


class ActionTellDataBalance(UsesHelpdesk, Action):
    """The balance of a single subscription; of several, ask which."""

    def name(self) -> str:
        return "action_tell_data_balance"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        found = allowed(self._helpdesk, tracker, Act.SEE_DATA)
        if not found:
            dispatcher.utter_message(response="utter_data_balance")
            return []
        if len(found) > 1:
            return begin(tracker, domain, "data_balance_form")
        tell_balance(self._helpdesk, dispatcher, tracker, found[0])
        return []


class ValidateDataBalanceForm(UsesHelpdesk, FormValidationAction):
    """Which subscription."""

    def name(self) -> str:
        return "validate_data_balance_form"

    def extract_data_subscription(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        slot = "data_subscription"
        return find_subscription(self._helpdesk, tracker, Act.SEE_DATA, slot)

    def validate_data_subscription(
        self,
        slot_value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        chosen = check_subscription(self._helpdesk, tracker, Act.SEE_DATA, slot_value)
        return {"data_subscription": None if chosen is None else chosen.id}


class ActionAskDataSubscription(AsksSubscription, Action):
    """A button for each subscription whose data the customer may see."""

    act = Act.SEE_DATA
    response = "utter_ask_data_subscription"

    def name(self) -> str:
        return "action_ask_data_subscription"


class ActionFinishDataBalance(UsesHelpdesk, Action):
    """Tell the balance of the chosen one."""

    def name(self) -> str:
        return "action_finish_data_balance"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        value = tracker.get_slot("data_subscription")
        chosen = check_subscription(self._helpdesk, tracker, Act.SEE_DATA, value)
        if chosen is None:
            dispatcher.utter_message(response="utter_data_balance")
        else:
            tell_balance(self._helpdesk, dispatcher, tracker, chosen)
        return finish(dispatcher, tracker, domain, "data_balance_form")


def tell_balance(
    services: Helpdesk,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    subscription: Subscription,
) -> None:
    """The four parts, what was used, and what can be done now."""
    usage = services.contracts.usage(viewer(tracker), subscription.id)
    card = _card(services, subscription, usage)
    ways = [
        wish
        for wish, act in (("gift_data", Act.GIVE_DATA), ("add_data", Act.BUY_DATA))
        if services.rights.may(viewer(tracker), subscription.id, act)
    ]
    dispatcher.utter_message(
        response="utter_data_used_up" if usage.is_slow else "utter_data_left",
        json_message={"card": as_json(card)},
        buttons=[
            *wish_buttons(services, *ways, "open_my_page"),
            *offer_notices(services, tracker.sender_id, NoticeKind.LOW_DATA),
        ],
        number_last4=subscription.number_last4,
        total=volume(usage.balance.total),
        parts=lines(services, card.rows),
        used=volume(usage.used_this_month),
    )


def _card(services: Helpdesk, subscription: Subscription, usage: Usage) -> Card:
    words, total = services.catalog.cards.data, usage.balance.total
    names = services.catalog.my_page.parts
    rows = []
    for part, megabytes in usage.balance.parts():
        value = volume(megabytes)
        if megabytes:
            until = day_words(services, expires_on(part, usage.month))
            value = words.part.format(volume=value, until=until)
        share = megabytes / total if total else None
        rows.append(CardRow(names[part], value, share))
    note = words.slow if usage.is_slow else words.note
    return Card(
        words.title.format(number_last4=subscription.number_last4),
        words.lead.format(volume=volume(total)),
        tuple(rows),
        note.format(used=volume(usage.used_this_month)),
    )
