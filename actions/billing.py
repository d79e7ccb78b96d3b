"""料金: the newest fixed statement and the running month, for the holder."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.figures import day_words, lines
from actions.notices import offer_notices
from actions.procedures import begin, finish
from actions.services import UsesHelpdesk
from actions.subscriptions import (
    AsksSubscription,
    allowed,
    check_subscription,
    find_subscription,
    is_linked,
    viewer,
)
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.bills import BillState, Statement
from helpdesk.domain.card import Card, CardRow, as_json
from helpdesk.domain.linking import Subscription
from helpdesk.domain.notices import NoticeKind
from helpdesk.domain.rights import Act


class ActionTellBilling(UsesHelpdesk, Action):
    """The statements of a single subscription; of several, ask which."""

    def name(self) -> str:
        return "action_tell_billing"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        found = allowed(self._helpdesk, tracker, Act.SEE_BILLS)
        if not found:
            linked = is_linked(self._helpdesk, tracker)
            response = "utter_billing_holder_only" if linked else "utter_billing"
            dispatcher.utter_message(response=response)
            return []
        if len(found) > 1:
            return begin(tracker, domain, "billing_form")
        tell_bills(self._helpdesk, dispatcher, tracker, found[0])
        return []


class ValidateBillingForm(UsesHelpdesk, FormValidationAction):
    """Which subscription."""

    def name(self) -> str:
        return "validate_billing_form"

    def extract_bill_subscription(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        slot = "bill_subscription"
        return find_subscription(self._helpdesk, tracker, Act.SEE_BILLS, slot)

    def validate_bill_subscription(
        self,
        slot_value: Any,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: DomainDict,
    ) -> dict[str, Any]:
        chosen = check_subscription(self._helpdesk, tracker, Act.SEE_BILLS, slot_value)
        return {"bill_subscription": None if chosen is None else chosen.id}


class ActionAskBillSubscription(AsksSubscription, Action):
    """A button for each subscription that the customer holds."""

    act = Act.SEE_BILLS
    response = "utter_ask_bill_subscription"

    def name(self) -> str:
        return "action_ask_bill_subscription"


class ActionFinishBilling(UsesHelpdesk, Action):
    """Tell the statements of the chosen one."""

    def name(self) -> str:
        return "action_finish_billing"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        value = tracker.get_slot("bill_subscription")
        chosen = check_subscription(self._helpdesk, tracker, Act.SEE_BILLS, value)
        if chosen is None:
            dispatcher.utter_message(response="utter_billing")
        else:
            tell_bills(self._helpdesk, dispatcher, tracker, chosen)
        return finish(dispatcher, tracker, domain, "billing_form")


def tell_bills(
    services: Helpdesk,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    subscription: Subscription,
) -> None:
    """The newest that is fixed, then those that are not, the running month last."""
    found = services.contracts.statements(viewer(tracker), subscription.id)
    if not found:
        dispatcher.utter_message(
            response="utter_bill_none", number_last4=subscription.number_last4
        )
        return
    fixed = [each for each in found if each.state is not BillState.OPEN][:1]
    running = [each for each in found if each.state is BillState.OPEN]
    offers = offer_notices(services, tracker.sender_id, NoticeKind.BILL_FIXED)
    told = fixed + running[::-1]
    for statement in told:
        buttons = offers if statement is told[-1] else []
        _tell(services, dispatcher, subscription, statement, buttons)
    if fixed and fixed[0].state is BillState.FAILED:
        dispatcher.utter_message(response="utter_bill_failed_next")


def _tell(
    services: Helpdesk,
    dispatcher: CollectingDispatcher,
    subscription: Subscription,
    statement: Statement,
    buttons: list[dict[str, str]],
) -> None:
    words, names = services.catalog.cards.bill, services.catalog.my_page
    month = names.month.format(year=statement.month.year, month=statement.month.number)
    title = words.title.format(month=month, number_last4=subscription.number_last4)
    total = names.with_tax.format(yen=f"{statement.yen:,}")
    rows = tuple(
        CardRow(item.label, words.yen.format(yen=f"{item.yen:,}"))
        for item in statement.items
    )
    days = {
        "fixed_on": day_words(services, statement.fixed_on),
        "charged_on": day_words(services, statement.charged_on),
    }
    note = words.notes[statement.state].format(**days)
    dispatcher.utter_message(
        response=f"utter_bill_{statement.state.value}",
        json_message={"card": as_json(Card(title, total, rows, note))},
        title=title,
        total=total,
        rows=lines(services, rows),
        buttons=buttons,
        **days,
    )
