"""Which subscription is meant, of those with which the customer may do something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.figures import stop_button
from actions.procedures import entity, said
from actions.services import UsesHelpdesk
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.choosing import choose, choose_by_name
from helpdesk.domain.linking import LinkRole, Subscription
from helpdesk.domain.rights import Act, NotAllowed
from helpdesk.services.rights import Viewer


class AsksSubscription(UsesHelpdesk):
    """A form's question: a button for each subscription with which `act` may be done.

    `may_stop`: one more button ends the form. No action itself: the action server
    registers every subclass of Action.
    """

    act: ClassVar[Act]
    response: ClassVar[str]
    may_stop: ClassVar[bool] = False

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        buttons = subscription_buttons(self._helpdesk, tracker, self.act)
        if self.may_stop:
            buttons.append(stop_button(self._helpdesk))
        dispatcher.utter_message(response=self.response, buttons=buttons)
        return []


def viewer(tracker: Tracker) -> Viewer:
    """Whoever writes in the chat."""
    return Viewer.of_customer(tracker.sender_id)


def is_linked(services: Helpdesk, tracker: Tracker) -> bool:
    """Whether the customer has a link at all."""
    return bool(services.rights.roles(viewer(tracker)))


def allowed(services: Helpdesk, tracker: Tracker, act: Act) -> list[Subscription]:
    """The subscriptions with which the customer may do this, the oldest link first."""
    return services.rights.subscriptions(viewer(tracker), act)


def find_subscription(
    services: Helpdesk, tracker: Tracker, act: Act, slot: str
) -> dict[str, Any]:
    """The slot with what was tapped or said; a single one needs no question.

    Unasked only the number's end counts, and one's own: other digits mean other things.
    """
    if tracker.get_slot(slot) is not None:
        # Found again, it would make every message an answer, even a stop.
        return {}
    found = allowed(services, tracker, act)
    if len(found) == 1:
        return {slot: found[0].id}
    is_asked = tracker.get_slot("requested_slot") == slot
    tapped = entity(tracker, "chosen_subscription")
    if is_asked and tapped is not None:
        return {slot: tapped}
    last4s = [each.number_last4 for each in found]
    if is_asked:
        words = services.catalog.wording.as_choice_words()
        at = choose(said(tracker), last4s, words)
    else:
        at = choose_by_name(said(tracker), last4s)
    if at is not None:
        return {slot: found[at].id}
    if said(tracker) and entity(tracker, "holder_is") == "same":
        return _own(services, tracker, found, slot)
    return {}


def check_subscription(
    services: Helpdesk, tracker: Tracker, act: Act, value: Any
) -> Subscription | None:
    """The subscription of a slot's value; None if it may not be chosen."""
    found = allowed(services, tracker, act)
    return next((each for each in found if each.id == value), None)


def subscription_name(services: Helpdesk, subscription: Subscription) -> str:
    """A subscription as customers read it."""
    name = services.catalog.wording.subscription_name
    return name.format(number_last4=subscription.number_last4)


def subscription_buttons(
    services: Helpdesk, tracker: Tracker, act: Act
) -> list[dict[str, str]]:
    """A button for each that may be chosen. Raises NotAllowed if there is none."""
    found = allowed(services, tracker, act)
    if not found:
        raise NotAllowed(act)
    return buttons_of(services, found)


def buttons_of(
    services: Helpdesk, subscriptions: Sequence[Subscription]
) -> list[dict[str, str]]:
    """A button for each, in this order."""
    return [
        {
            "title": subscription_name(services, each),
            "payload": f'/inform_order_channel{{"chosen_subscription": "{each.id}"}}',
        }
        for each in subscriptions
    ]


def _own(
    services: Helpdesk, tracker: Tracker, found: list[Subscription], slot: str
) -> dict[str, Any]:
    """The one that the customer uses, if that is clear."""
    roles = services.rights.roles(viewer(tracker))
    used = [each for each in found if LinkRole.END_USER in roles.get(each.id, ())]
    own = used or [each for each in found if each.end_user_is_holder]
    return {slot: own[0].id} if len(own) == 1 else {}
