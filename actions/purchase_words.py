"""What is said after a purchase: the receipt, or why it was not made."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.figures import day_words, lines, price_words, wish_buttons
from actions.subscriptions import subscription_name, viewer
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.card import Card, CardRow, as_json
from helpdesk.domain.purchases import PurchaseProblem, PurchaseRefused
from helpdesk.domain.rights import Act, NotAllowed
from helpdesk.domain.wording import volume
from helpdesk.services.carrier import CarrierAway, PurchaseReceipt


def tell_bought(
    services: Helpdesk,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    subscription: str,
    receipt: PurchaseReceipt,
) -> None:
    """The receipt: volume, price, last day, and how often again this month."""
    words = services.catalog.cards.purchase
    until = day_words(services, receipt.expires_on)
    rows = (
        *_number(services, subscription),
        CardRow(words.price, price_words(services, receipt.price)),
        CardRow(words.until, words.until_value.format(until=until)),
        CardRow(words.left, _left(services, tracker, subscription)),
    )
    card = Card(words.title, volume(receipt.megabytes), rows)
    sees_data = services.rights.may(viewer(tracker), subscription, Act.SEE_DATA)
    dispatcher.utter_message(
        response="utter_data_bought",
        json_message={"card": as_json(card)},
        buttons=wish_buttons(services, "check_data_balance") if sees_data else [],
        volume=volume(receipt.megabytes),
        rows=lines(services, rows),
    )


def tell_purchase_problem(
    services: Helpdesk,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    subscription: str,
    problem: PurchaseProblem,
) -> None:
    """Why nothing was bought, and the way out."""
    if problem is not PurchaseProblem.NOT_STARTED:
        dispatcher.utter_message(response=f"utter_purchase_{problem.value}")
        return
    contract = services.contracts.contract(viewer(tracker), subscription)
    if contract.started_on is None:
        dispatcher.utter_message(response="utter_purchase_not_started")
        return
    dispatcher.utter_message(
        response="utter_purchase_starts_on",
        started_on=day_words(services, contract.started_on),
    )


def _number(services: Helpdesk, subscription: str) -> list[CardRow]:
    """Which subscription; nothing if the carrier has just gone away."""
    words = services.catalog.cards.purchase
    try:
        found = services.carrier.subscription(subscription)
    except CarrierAway:
        return []
    return [CardRow(words.subscription, subscription_name(services, found))]


def _left(services: Helpdesk, tracker: Tracker, subscription: str) -> str:
    """The purchase is made: whatever happens to this question, that is said."""
    words = services.catalog.cards.purchase
    try:
        offer = services.contracts.purchase_offer(viewer(tracker), subscription)
    except PurchaseRefused:
        return words.left_value.format(left=0)
    except (CarrierAway, NotAllowed):
        return words.left_unknown
    return words.left_value.format(left=offer.left)
