"""A user code typed into the chat: what the service finds, what the bot says."""

from __future__ import annotations

from dataclasses import dataclass

from rasa_sdk.executor import CollectingDispatcher

from actions.notices import offer_reminder
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.link_errors import Cause
from helpdesk.domain.linking import LinkRole, Subscription
from helpdesk.domain.user_code import InvalidUserCode
from helpdesk.services.failed_tries import TooManyTries
from helpdesk.services.linking import AlreadyLinked, LinkedElsewhere, TooEarly
from helpdesk.services.user_codes import RevokedUserCode, UnknownUserCode


@dataclass(frozen=True)
class TypedCode:
    """`cause` None: locked. `subscription` None: the code leads to none."""

    cause: Cause | None
    subscription: Subscription | None = None
    moves: bool = False


def check_typed_code(
    services: Helpdesk, dispatcher: CollectingDispatcher, customer: str, typed: str
) -> TypedCode:
    """Look the code up and say what is wrong with it; a good one is met in silence.

    `typed` is a vault token, or the code itself where the vault is not in between.
    """
    found = _find(services, dispatcher, customer, typed)
    if found.subscription is None:
        return found
    return _check(services, dispatcher, customer, found.subscription)


def _find(
    services: Helpdesk, dispatcher: CollectingDispatcher, customer: str, typed: str
) -> TypedCode:
    code = services.vault.open(customer, typed) if typed.startswith("[") else typed
    if code is None:
        dispatcher.utter_message(response="utter_code_too_old_to_read")
        return TypedCode(Cause.MISTYPED)
    try:
        return TypedCode(Cause.USABLE, services.user_codes.find(customer, code))
    except InvalidUserCode as invalid:
        response = (
            "utter_code_has_letters" if invalid.letters else "utter_code_wrong_length"
        )
        dispatcher.utter_message(response=response, digits=str(invalid.digits))
        return TypedCode(Cause.MISTYPED)
    except UnknownUserCode:
        dispatcher.utter_message(response="utter_code_unknown")
        return TypedCode(Cause.NOT_FOUND)
    except RevokedUserCode:
        dispatcher.utter_message(response="utter_code_replaced")
        return TypedCode(Cause.REPLACED)
    except TooManyTries as locked:
        until = services.catalog.wording.as_day_format().time(locked.until)
        dispatcher.utter_message(response="utter_code_locked", until=until)
        return TypedCode(None)


def _check(
    services: Helpdesk,
    dispatcher: CollectingDispatcher,
    customer: str,
    subscription: Subscription,
) -> TypedCode:
    last4 = subscription.number_last4
    try:
        services.linking.check(customer, subscription.id, LinkRole.END_USER)
    except TooEarly as early:
        tell_too_early(services, dispatcher, subscription, early)
        return TypedCode(Cause.TOO_EARLY, subscription)
    except AlreadyLinked:
        dispatcher.utter_message(response="utter_already_linked", number_last4=last4)
        return TypedCode(Cause.ALREADY_LINKED, subscription)
    except LinkedElsewhere:
        return TypedCode(Cause.USABLE, subscription, moves=True)
    return TypedCode(Cause.USABLE, subscription)


def tell_too_early(
    services: Helpdesk,
    dispatcher: CollectingDispatcher,
    subscription: Subscription,
    early: TooEarly,
) -> None:
    """Give the date, or the mail that it waits for."""
    last4 = subscription.number_last4
    offer = offer_reminder(services, day=early.opens_on, subscription=subscription.id)
    if early.opens_on is None:
        dispatcher.utter_message(
            response="utter_too_early_unknown", number_last4=last4, buttons=offer
        )
        return
    opens_on = services.catalog.wording.as_day_format().day(early.opens_on)
    dispatcher.utter_message(
        response="utter_too_early",
        number_last4=last4,
        opens_on=opens_on,
        buttons=offer,
    )
