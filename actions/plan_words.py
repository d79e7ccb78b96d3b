"""What is said after a plan change: the receipt, or why it was not made."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.figures import day_words, lines, price_words
from actions.subscriptions import viewer
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.card import Card, CardRow, as_json
from helpdesk.domain.plans import Contract, PlanProblem
from helpdesk.domain.rights import NotAllowed
from helpdesk.services.carrier import CarrierAway


def starts_words(services: Helpdesk, day: date) -> str:
    """The day of the change, and about when on it (F-PLAN-02)."""
    words = services.catalog.cards.plan
    return words.starts_value.format(day=day_words(services, day))


def tell_plan_changed(
    services: Helpdesk,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    subscription: str,
    starts: date,
) -> None:
    """The receipt: old and new plan, its price, and from when."""
    words = services.catalog.cards.plan
    contract = _contract(services, tracker, subscription)
    row = CardRow(words.starts, starts_words(services, starts))
    if contract is None or contract.next_plan is None:
        dispatcher.utter_message(
            response="utter_plan_changed_from", starts=starts_words(services, starts)
        )
        return
    price = price_words(services, contract.next_plan.price)
    rows = (
        CardRow(words.now, contract.plan.name),
        CardRow(words.price, price),
        row,
    )
    card = Card(words.title, contract.next_plan.name, rows)
    dispatcher.utter_message(
        response="utter_plan_changed",
        json_message={"card": as_json(card)},
        plan=contract.next_plan.name,
        rows=lines(services, rows),
    )


def tell_plan_withdrawn(
    services: Helpdesk,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    subscription: str,
) -> None:
    """Everything stays as it is."""
    contract = _contract(services, tracker, subscription)
    if contract is None:
        dispatcher.utter_message(response="utter_plan_withdrawn")
        return
    dispatcher.utter_message(
        response="utter_plan_withdrawn_stays", plan=contract.plan.name
    )


def tell_plan_problem(
    services: Helpdesk,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    subscription: str,
    problem: PlanProblem,
) -> None:
    """Why nothing was changed, and the way out."""
    if problem is not PlanProblem.NOT_STARTED:
        dispatcher.utter_message(response=f"utter_plan_{problem.value}")
        return
    contract = services.contracts.contract(viewer(tracker), subscription)
    if contract.started_on is None:
        dispatcher.utter_message(response="utter_plan_not_started")
        return
    dispatcher.utter_message(
        response="utter_plan_starts_on",
        started_on=day_words(services, contract.started_on),
    )


def _contract(
    services: Helpdesk, tracker: Tracker, subscription: str
) -> Contract | None:
    """As it is after the change; None if that cannot be seen, which undoes nothing."""
    with suppress(CarrierAway, NotAllowed):
        return services.contracts.contract(viewer(tracker), subscription)
    return None
