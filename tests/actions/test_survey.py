"""The survey: when it is asked, its score, and the word that is written on request."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rasa_sdk import Action
from rasa_sdk.events import SlotSet

from actions.survey import (
    ActionAskSurvey,
    ActionBeginSurveyComment,
    ActionKeepSurveyComment,
    ActionNoteSurveyScore,
    ValidateSurveyForm,
)
from helpdesk.bootstrap import Helpdesk
from tests.actions.talk import Done, begun, extract, forgotten, run, turn, utter
from tests.fakes import FakeClock

LABELS = ["5 とても満足", "4 満足", "3 どちらともいえない", "2 不満", "1 とても不満"]
WRITE = {"title": "ひとこと書く", "payload": '/EXTERNAL_survey_comment{"survey": "1"}'}


def answered(helpdesk: Helpdesk) -> list[tuple[int | None, str | None]]:
    with helpdesk.database.reading() as unit:
        found = unit.surveys.get(1)
    return [] if found is None else [(found.score, found.comment)]


def press(helpdesk: Helpdesk, action: type[Action], **entities: str) -> Done:
    return run(action(helpdesk), turn(entities=entities))


@pytest.mark.parametrize("wish", ["check_data_balance", "link_end_user"])
def test_survey_is_asked_after_help(helpdesk: Helpdesk, wish: str):
    events, [said] = run(ActionAskSurvey(helpdesk), turn(earlier=[wish, "thank"]))

    buttons = said.pop("buttons")
    assert (events, said) == ([], utter("utter_survey_bot"))
    assert [button["title"] for button in buttons] == LABELS
    assert buttons[1]["payload"] == (
        '/EXTERNAL_survey_scored{"survey": "1", "survey_score": "4"}'
    )


@pytest.mark.parametrize(
    ("earlier", "state"),
    [
        pytest.param(["greet", "nlu_fallback", "thank"], {}, id="nothing understood"),
        pytest.param(["request_operator", "thank"], {}, id="only a person wanted"),
        pytest.param(["unlink", "thank"], {"form": "unlink_form"}, id="in a form"),
        pytest.param(
            ["unlink", "thank"], {"paused_procedures": ["unlink_form"]}, id="one waits"
        ),
    ],
)
def test_survey_is_not_asked(
    helpdesk: Helpdesk, earlier: list[str], state: dict[str, Any]
):
    assert run(ActionAskSurvey(helpdesk), turn(earlier=earlier, **state)) == ([], [])


def test_survey_is_not_asked_in_the_queue(helpdesk: Helpdesk):
    helpdesk.handoffs.request("aiko", "request")

    done = run(ActionAskSurvey(helpdesk), turn(earlier=["unlink", "thank"]))

    assert done == ([], [])


def test_survey_is_asked_again_after_the_pause(helpdesk: Helpdesk, clock: FakeClock):
    tracker = turn(earlier=["unlink", "thank"])

    counts = []
    for days in (0, 6, 1):
        clock.forward(days=days)
        counts.append(len(run(ActionAskSurvey(helpdesk), tracker)[1]))

    assert counts == [1, 0, 1]


@pytest.mark.parametrize(
    ("score", "response"),
    [
        ("5", "utter_survey_thanks"),
        ("3", "utter_survey_thanks"),
        ("2", "utter_survey_sorry"),
        ("1", "utter_survey_sorry"),
    ],
)
def test_score_is_kept_and_a_word_offered(
    helpdesk: Helpdesk, score: str, response: str
):
    helpdesk.surveys.ask("aiko", "bot")

    done = press(helpdesk, ActionNoteSurveyScore, survey="1", survey_score=score)

    assert (done, answered(helpdesk)) == (
        ([], [utter(response, buttons=[WRITE])]),
        [(int(score), None)],
    )


def test_second_press_changes_nothing(helpdesk: Helpdesk):
    helpdesk.surveys.ask("aiko", "bot")
    press(helpdesk, ActionNoteSurveyScore, survey="1", survey_score="5")

    done = press(helpdesk, ActionNoteSurveyScore, survey="1", survey_score="1")

    assert (done, answered(helpdesk)) == (
        ([], [utter("utter_survey_already_answered")]),
        [(5, None)],
    )


def test_word_is_asked_for_and_kept(helpdesk: Helpdesk):
    helpdesk.surveys.ask("aiko", "bot")

    asked = press(helpdesk, ActionBeginSurveyComment, survey="1")
    tracker = turn(survey="1", survey_comment="わかりやすい", event_id="aiko:c1")
    kept = run(ActionKeepSurveyComment(helpdesk), tracker)

    assert asked == ([*begun("survey_form"), SlotSet("survey", "1")], [])
    assert kept == (forgotten("survey_form"), [utter("utter_survey_commented")])
    assert answered(helpdesk) == [(None, "わかりやすい")]


def test_second_word_is_not_asked_for(helpdesk: Helpdesk):
    helpdesk.surveys.ask("aiko", "bot")
    helpdesk.surveys.comment("aiko", 1, "わかりやすい", "aiko:c1")

    assert press(helpdesk, ActionBeginSurveyComment, survey="1") == (
        [],
        [utter("utter_survey_already_answered")],
    )


@pytest.mark.parametrize(
    ("text", "intent", "kept"),
    [
        ("オペレーターさんが親切", "request_operator", True),
        ("スキップ", "stop", False),
        ("/check_data_balance", "check_data_balance", False),
    ],
)
def test_next_text_is_the_word(text: str, intent: str, kept: bool):
    tracker = turn(text=text, intent=intent, requested_slot="survey_comment")

    assert extract(ValidateSurveyForm(), "survey_comment", tracker) == (
        {"survey_comment": text} if kept else {}
    )


def test_payloads_are_rasa_commands(helpdesk: Helpdesk):
    _, [said] = run(ActionAskSurvey(helpdesk), turn(earlier=["unlink", "thank"]))

    payloads = [button["payload"].partition("{") for button in said["buttons"]]
    assert {name for name, *_ in payloads} == {"/EXTERNAL_survey_scored"}
    assert [json.loads(f"{{{rest}")["survey_score"] for *_, rest in payloads] == [
        *("5", "4", "3", "2", "1")
    ]
