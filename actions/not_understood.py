"""When the bot is not sure: it asks back, and the second time offers a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.figures import wish_buttons
from actions.handoff import offer_operator
from actions.other_wishes import forget_other_wishes, other_wishes
from actions.procedures import entity, page_has_expired
from actions.services import UsesHelpdesk
from helpdesk.bootstrap import Helpdesk

_MOST_BUTTONS = 3
# Measured on the 66 held-out messages that are not understood, 22 of them wishes: for
# 21 of these the right one is offered; what is asked as a question is right 10 times
# in 11.
_LEAST_CONFIDENCE = 0.1
_LIKELY_CONFIDENCE = 0.25
_LIKELY_AHEAD = 1.5  # times as likely as the next, whatever that is
_FALLBACK = "nlu_fallback"
_OUT_OF_SCOPE = "out_of_scope"
_NONE_OF_THESE = "EXTERNAL_none_of_these"
# They belong to the asking back, and neither add to the failures nor end their row.
_ABOUT_THE_QUESTION = {_NONE_OF_THESE, "EXTERNAL_which"}


@dataclass(frozen=True)
class Guess:
    """What may have been meant: wishes, the likeliest first; whether it stands out."""

    wishes: Sequence[str]
    is_likely: bool = False


class ActionAskBack(UsesHelpdesk, Action):
    """Offer the likeliest wishes as buttons; after failures in a row, a person."""

    def name(self) -> str:
        return "action_ask_back"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        if page_has_expired(tracker):
            return [FollowupAction("action_begin_holder_link")]
        limit = self._helpdesk.catalog.policies.offer_person_after_failures
        is_angry = entity(tracker, "anger") is not None
        if is_angry or _failures_in_a_row(tracker) >= limit:
            return _give_up(self._helpdesk, dispatcher, tracker, domain)
        guess = self._guess(tracker)
        if not guess.wishes:
            dispatcher.utter_message(response="utter_rephrase")
        elif guess.is_likely:
            self._ask_for_first(dispatcher, guess.wishes)
        else:
            buttons = wish_buttons(self._helpdesk, *guess.wishes)
            dispatcher.utter_message(
                response="utter_ask_back", buttons=[*buttons, self._none_of_these()]
            )
        return forget_other_wishes()

    def _guess(self, tracker: Tracker) -> Guess:
        """What the message names for certain, or else the likeliest of the ranking."""
        named = other_wishes(self._helpdesk, tracker)
        if named:
            return Guess(named)
        labels = self._helpdesk.catalog.wishes.labels
        ranking = [
            each
            for each in tracker.latest_message["intent_ranking"]
            if each["name"] != _FALLBACK
        ]
        # What is out of scope takes a place, and the button for none of them means it.
        shown = [
            each["name"]
            for each in ranking
            if each["name"] in labels or each["name"] == _OUT_OF_SCOPE
            if each["confidence"] >= _LEAST_CONFIDENCE
        ][:_MOST_BUTTONS]
        wishes = [name for name in shown if name in labels]
        return Guess(wishes, bool(wishes) and wishes[:1] == _likely(ranking))

    def _ask_for_first(
        self, dispatcher: CollectingDispatcher, wishes: Sequence[str]
    ) -> None:
        likeliest, *others = wishes
        words = self._helpdesk.catalog.wishes
        dispatcher.utter_message(
            response="utter_ask_back_likely",
            wish=words.labels[likeliest],
            buttons=[
                {"title": words.asked.confirm, "payload": f"/{likeliest}"},
                *wish_buttons(self._helpdesk, *others),
                self._none_of_these(),
            ],
        )

    def _none_of_these(self) -> dict[str, str]:
        title = self._helpdesk.catalog.wishes.asked.none_of_these
        return {"title": title, "payload": f"/{_NONE_OF_THESE}"}


class ActionAskToRephrase(UsesHelpdesk, Action):
    """None of the buttons was meant: other words, with an example; twice, a person."""

    def name(self) -> str:
        return "action_ask_to_rephrase"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        if _intents(tracker)[-2:] == [_NONE_OF_THESE, _NONE_OF_THESE]:
            return _give_up(self._helpdesk, dispatcher, tracker, domain)
        dispatcher.utter_message(response="utter_rephrase")
        return []


class ActionAskWhich(Action):
    """A bare yes to several wishes: offer them again."""

    def name(self) -> str:
        return "action_ask_which"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        dispatcher.utter_message(
            response="utter_ask_which", buttons=_newest_buttons(tracker)
        )
        return []


def _likely(ranking: Sequence[dict[str, Any]]) -> list[str]:
    """The first intent if it is far enough ahead; else nothing."""
    if not ranking or ranking[0]["confidence"] < _LIKELY_CONFIDENCE:
        return []
    next_one = ranking[1]["confidence"] if len(ranking) > 1 else 0
    is_ahead = ranking[0]["confidence"] >= _LIKELY_AHEAD * next_one
    return [ranking[0]["name"]] if is_ahead else []


def _give_up(
    services: Helpdesk,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    domain: DomainDict,
) -> list[EventType]:
    """Offer a person, and say when one is there if nobody is."""
    dispatcher.utter_message(response="utter_gave_up")
    if services.handoffs.closes_at() is None:
        opens_at = services.handoffs.desk().opens_at
        words = services.catalog.wording.as_day_format()
        dispatcher.utter_message(
            response="utter_gave_up_closed", opens_at=words.moment(opens_at)
        )
    offered = offer_operator(services, tracker, domain, "not_understood")
    return [*forget_other_wishes(), *offered]


def _failures_in_a_row(tracker: Tracker) -> int:
    failures = 0
    for intent in reversed(_intents(tracker)):
        if intent in _ABOUT_THE_QUESTION:
            continue
        if intent != _FALLBACK:
            break
        failures += 1
    return failures


def _intents(tracker: Tracker) -> list[str | None]:
    return [
        event["parse_data"]["intent"].get("name")
        for event in tracker.events
        if event["event"] == "user"
    ]


def _newest_buttons(tracker: Tracker) -> list[dict[str, str]]:
    """The last buttons before this message."""
    for event in reversed(tracker.events):
        buttons = (event.get("data") or {}).get("buttons")
        if event["event"] == "bot" and buttons:
            return [
                {"title": each["title"], "payload": each["payload"]} for each in buttons
            ]
    return []
