"""What is said of gifts, and offered with them, on both sides."""

from __future__ import annotations

from datetime import datetime, timedelta

from rasa_sdk.executor import CollectingDispatcher

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.data_gift import GiftProblem, GiftRefused
from helpdesk.domain.months import Month
from helpdesk.services.gifts import GiftLine

_MINUTE = timedelta(minutes=1)


def withdrawal(services: Helpdesk, line: GiftLine, *, named: bool) -> dict[str, str]:
    """The button that takes an offer back; `named` with its code."""
    words = services.catalog.wording.gifts
    title = words.withdraw_named if named else words.withdraw
    payload = f'/gift_data{{"gift_wish": "withdraw", "gift": "{line.gift.id}"}}'
    return {"title": title.format(code=line.code), "payload": payload}


def tell_refused(dispatcher: CollectingDispatcher, refused: GiftRefused) -> None:
    """Nothing can be given: never from this network, or not any more."""
    is_network = refused.problem is GiftProblem.NETWORK
    response = "utter_gift_network" if is_network else "utter_gift_changed"
    dispatcher.utter_message(response=response)


def until(services: Helpdesk, moment: datetime) -> str:
    """The last minute before this moment if it is midnight, which is a new day."""
    days = services.catalog.wording.as_day_format()
    is_month_end = moment == Month.at(moment - _MINUTE).ends_at
    return days.moment(moment - _MINUTE if is_month_end else moment)


def month_end(services: Helpdesk) -> str:
    """The last day of this month, until which a gift can be used (F-GIFT-07)."""
    days = services.catalog.wording.as_day_format()
    return days.day(Month.at(services.clock()).last_day)


def gift_wish(wish: str) -> str:
    """The payload of a button: what is wanted of gifts."""
    return f'/gift_data{{"gift_wish": "{wish}"}}'
