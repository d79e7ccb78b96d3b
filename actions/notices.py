"""What is sent without being asked: wished for, said, and stopped."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.procedures import entity
from actions.services import UsesHelpdesk
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.notices import NoticeKind
from helpdesk.domain.rights import NotAllowed
from helpdesk.domain.wording import volume
from helpdesk.services.carrier import NoticeKind as CarrierNoticeKind
from helpdesk.services.notices_sending import News

_ON, _OFF = "on", "off"


class ActionChooseNotice(UsesHelpdesk, Action):
    """A button was pressed that switches a notice on or off, or asks for a reminder."""

    def name(self) -> str:
        return "action_choose_notice"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        kind, customer = NoticeKind(str(entity(tracker, "notice"))), tracker.sender_id
        is_on = entity(tracker, "is_on") == _ON
        if is_on and kind is NoticeKind.LINKING_OPEN:
            self._remind(dispatcher, tracker)
            return []
        try:
            self._helpdesk.notices.choose(customer, kind, is_on=is_on)
        except NotAllowed as refused:
            needed = "both" if len(refused.needed) > 1 else "holder"
            dispatcher.utter_message(response=f"utter_notice_needs_{needed}")
            return []
        if not is_on:
            dispatcher.utter_message(response=f"utter_notice_off_{kind.value}")
            return []
        numbers = self._helpdesk.catalog.notices
        dispatcher.utter_message(
            response=f"utter_notice_on_{kind.value}",
            percent=str(numbers.low_data.percent),
            volume=volume(numbers.expiring.megabytes),
            days=str(numbers.expiring.days_before),
            buttons=[_switch(self._helpdesk, kind, is_on=False)],
        )
        return []

    def _remind(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        services, day = self._helpdesk, entity(tracker, "remind_on")
        about = entity(tracker, "remind_about")
        opens_on = None if day is None else date.fromisoformat(day)
        if opens_on is not None and opens_on <= services.eligibility.today():
            dispatcher.utter_message(response="utter_notice_day_has_come")
            return
        customer = tracker.sender_id
        services.notices.remind(customer, day=opens_on, subscription=about)
        if opens_on is None:
            dispatcher.utter_message(response="utter_notice_reminder_without_day")
            return
        words = services.catalog.wording.as_day_format()
        dispatcher.utter_message(
            response="utter_notice_reminder_set", opens_on=words.day(opens_on)
        )


class ActionTellNotice(UsesHelpdesk, Action):
    """Say what a customer wanted to be told, if it is still so."""

    def name(self) -> str:
        return "action_tell_notice"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        notice = int(str(entity(tracker, "notice_id")))
        news = self._helpdesk.notices.news(tracker.sender_id, notice)
        if news is not None:
            response, values = self._words(news)
            kind = news.notice.kind
            dispatcher.utter_message(
                response=response,
                buttons=[_switch(self._helpdesk, kind, is_on=False)],
                **values,
            )
        return []

    def _words(self, news: News) -> tuple[str, dict[str, str]]:
        """The response that says it, with its values."""
        days = self._helpdesk.catalog.wording.as_day_format()
        values: dict[str, str] = {}
        if news.subscription is not None:
            values["number_last4"] = news.subscription.number_last4
        if news.day is not None:
            values["opens_on"] = days.day(news.day)
        if news.notice.kind is NoticeKind.LINKING_OPEN:
            whose = "claim" if news.subscription is None else "record"
            return f"utter_notice_linking_open_by_{whose}", values
        if news.statement is not None:
            values["month"] = str(news.statement.month.number)
            values["amount"] = f"{news.statement.yen:,}"
            values["charged_on"] = days.day(news.statement.charged_on)
            has_failed = news.notice.about == CarrierNoticeKind.PAYMENT_FAILED.value
            how = "payment_failed" if has_failed else "bill_fixed"
            return f"utter_notice_{how}", values
        if news.usage is not None:
            values["left"] = volume(news.usage.balance.total)
            values["allowance"] = volume(news.usage.allowance)
            values["volume"] = volume(news.megabytes)
            values["last_day"] = days.day(news.usage.month.last_day)
        if news.usage is not None and news.notice.kind is NoticeKind.LOW_DATA:
            how = "used_up" if news.usage.is_slow else "low_data"
            return f"utter_notice_{how}", values
        return "utter_notice_expiring", values


def offer_notices(
    services: Helpdesk, customer: str, *kinds: NoticeKind
) -> list[dict[str, str]]:
    """A button for each of these that the customer may have and has not."""
    return [
        _switch(services, choice.kind, is_on=True)
        for choice in services.notices.choices(customer)
        if choice.kind in kinds and not choice.is_on
    ]


def offer_reminder(
    services: Helpdesk, *, day: date | None, subscription: str | None
) -> list[dict[str, str]]:
    """The button that asks for a word when linking opens."""
    words = services.catalog.notices.buttons
    about: dict[str, Any] = {"notice": NoticeKind.LINKING_OPEN.value, "is_on": _ON}
    if day is not None:
        about["remind_on"] = day.isoformat()
    if subscription is not None:
        about["remind_about"] = subscription
    label = words.remind_when_open if day is None else words.remind_on_day
    return [_button(label, about)]


def _switch(services: Helpdesk, kind: NoticeKind, *, is_on: bool) -> dict[str, str]:
    words = services.catalog.notices.buttons
    turn_on = {NoticeKind(key): label for key, label in words.turn_on.items()}
    label = turn_on[kind] if is_on else words.turn_off
    return _button(label, {"notice": kind.value, "is_on": _ON if is_on else _OFF})


def _button(label: str, about: dict[str, Any]) -> dict[str, str]:
    return {
        "title": label,
        "payload": f"/EXTERNAL_notice_chosen{json.dumps(about)}",
    }
