"""The survey: a score from buttons, and a word from those who press for it."""

from __future__ import annotations

import json
from typing import Literal

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.procedures import begin, entity, event_id, finish, is_idle, typed
from actions.services import UsesHelpdesk
from helpdesk.bootstrap import Helpdesk

# Up to this score, an apology is due.
_POOR = 2
# To ask for a person is a wish too, but none that the bot has helped with.
_NOT_SOLVED_HERE = {"request_operator"}


class ActionAskSurvey(UsesHelpdesk, Action):
    """After thanks or a goodbye: ask how the bot was, if it has helped."""

    def name(self) -> str:
        return "action_ask_survey"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        wishes = self._helpdesk.catalog.wishes.labels.keys() - _NOT_SOLVED_HERE
        has_helped = not wishes.isdisjoint(_intents(tracker))
        is_waiting = self._helpdesk.handoffs.is_waiting(tracker.sender_id)
        if has_helped and is_idle(tracker) and not is_waiting:
            ask_survey(self._helpdesk, dispatcher, tracker, "bot")
        return []


class ActionNoteSurveyScore(UsesHelpdesk, Action):
    """Keep the first score, and offer to write a word."""

    def name(self) -> str:
        return "action_note_survey_score"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        survey = str(entity(tracker, "survey"))
        score = int(str(entity(tracker, "survey_score")))
        if not self._helpdesk.surveys.score(tracker.sender_id, int(survey), score):
            dispatcher.utter_message(response="utter_survey_already_answered")
            return []
        write = {
            "title": self._helpdesk.catalog.desk.survey.write,
            "payload": _payload("survey_comment", survey=survey),
        }
        dispatcher.utter_message(
            response="utter_survey_sorry" if score <= _POOR else "utter_survey_thanks",
            buttons=[write],
        )
        return []


class ActionBeginSurveyComment(UsesHelpdesk, Action):
    """Ask for the word; only now a text is taken for it."""

    def name(self) -> str:
        return "action_begin_survey_comment"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        survey = str(entity(tracker, "survey"))
        takes = self._helpdesk.surveys.takes_comment
        if not takes(tracker.sender_id, int(survey)):
            dispatcher.utter_message(response="utter_survey_already_answered")
            return []
        begun = begin(tracker, domain, "survey_form")
        return [*begun, SlotSet("survey", survey)]


class ValidateSurveyForm(FormValidationAction):
    """The next text is the comment, whatever it says."""

    def name(self) -> str:
        return "validate_survey_form"

    def extract_survey_comment(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, str]:
        return typed(tracker, "survey_comment")


class ActionKeepSurveyComment(UsesHelpdesk, Action):
    """Keep the word, and go back to what was going on."""

    def name(self) -> str:
        return "action_keep_survey_comment"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        self._helpdesk.surveys.comment(
            tracker.sender_id,
            int(tracker.get_slot("survey")),
            str(tracker.get_slot("survey_comment")),
            event_id(tracker),
        )
        dispatcher.utter_message(response="utter_survey_commented")
        return finish(dispatcher, tracker, domain, "survey_form")


def ask_survey(
    services: Helpdesk,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    about: Literal["operator", "bot"],
) -> None:
    """Ask for a score, unless this is not the moment."""
    survey = services.surveys.ask(tracker.sender_id, about)
    if survey is None:
        return
    buttons = [
        {
            "title": f"{score} {label}",
            "payload": _payload(
                "survey_scored", survey=str(survey), survey_score=str(score)
            ),
        }
        for score, label in services.catalog.desk.survey.scores.items()
    ]
    dispatcher.utter_message(response=f"utter_survey_{about}", buttons=buttons)


def _payload(event: str, **entities: str) -> str:
    return f"/EXTERNAL_{event}{json.dumps(entities)}"


def _intents(tracker: Tracker) -> set[str]:
    """What the messages were taken for that Rasa remembers."""
    return {
        str(event["parse_data"]["intent"].get("name"))
        for event in tracker.events
        if event["event"] == "user"
    }
