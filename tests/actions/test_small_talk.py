"""Small talk: what can be done here, giving up, a kind word."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions.small_talk import (
    ActionComfort,
    ActionResume,
    ActionStop,
    ActionTellCapabilities,
)
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from helpdesk.services.linking import PageExpired
from tests.actions.talk import forgotten, run, turn, utter


def test_capabilities_name_the_hours(helpdesk: Helpdesk):
    hours = helpdesk.catalog.business_hours.shown

    assert run(ActionTellCapabilities(helpdesk), turn()) == (
        [],
        [utter("utter_capabilities", hours=hours)],
    )


def test_stop_leaves_the_queue_first_and_goes_back(helpdesk: Helpdesk):
    helpdesk.handoffs.request("aiko", "request")

    done = run(ActionStop(helpdesk), turn(paused_procedures=["unlink_form"]))

    assert (done, helpdesk.handoffs.is_waiting("aiko")) == (
        (
            [
                SlotSet("ended_handoff", 1),
                SlotSet("paused_procedures", []),
                FollowupAction("unlink_form"),
            ],
            [utter("utter_left_queue"), utter("utter_back_to_procedure")],
        ),
        False,
    )


@pytest.mark.parametrize(
    ("form", "response"),
    [
        pytest.param("message_form", "utter_message_dropped", id="a message"),
        pytest.param("unlink_form", "utter_stopped", id="a procedure"),
    ],
)
def test_stop_gives_up_what_runs(helpdesk: Helpdesk, form: str, response: str):
    assert run(ActionStop(helpdesk), turn(form=form)) == (
        [
            *forgotten(form),
            SlotSet("paused_procedures", []),
            ActiveLoop(None),
            SlotSet("requested_slot", None),
            SlotSet("other_wishes", None),
        ],
        [utter(response)],
    )


def test_stop_skips_a_comment_and_keeps_place_and_procedure(helpdesk: Helpdesk):
    helpdesk.handoffs.request("aiko", "request")
    tracker = turn(form="survey_form", paused_procedures=["unlink_form"])

    done = run(ActionStop(helpdesk), tracker)

    assert (done, helpdesk.handoffs.is_waiting("aiko")) == (
        (
            [
                *forgotten("survey_form"),
                SlotSet("paused_procedures", ["unlink_form"]),
                ActiveLoop(None),
                SlotSet("requested_slot", None),
                SlotSet("paused_procedures", []),
                FollowupAction("unlink_form"),
            ],
            [utter("utter_survey_comment_dropped"), utter("utter_back_to_procedure")],
        ),
        True,
    )


def test_stop_without_procedure_says_so(helpdesk: Helpdesk):
    assert run(ActionStop(helpdesk), turn()) == ([], [utter("utter_nothing_to_stop")])


def test_end_without_procedure_is_a_goodbye(helpdesk: Helpdesk):
    assert run(ActionStop(helpdesk), turn(entities={"bare_answer": "end"})) == (
        [FollowupAction("action_ask_survey")],
        [utter("utter_goodbye")],
    )


def test_stop_forgets_the_other_wishes(helpdesk: Helpdesk):
    tracker = turn(form="unlink_form", other_wishes=["check_billing"])

    events, _ = run(ActionStop(helpdesk), tracker)

    assert SlotSet("other_wishes", None) in events


@pytest.mark.parametrize(
    ("form", "waiting", "events", "words"),
    [
        pytest.param("unlink_form", [], [], ["utter_resumed"], id="one runs"),
        pytest.param(
            "holder_link_form",
            [],
            [FollowupAction("action_begin_holder_link")],
            ["utter_resumed"],
            id="its page is dead",
        ),
        pytest.param(
            None,
            ["unlink_form"],
            [SlotSet("paused_procedures", []), FollowupAction("unlink_form")],
            ["utter_resumed", "utter_back_to_procedure"],
            id="one waits",
        ),
    ],
)
def test_resume_goes_on_where_it_was_left(
    helpdesk: Helpdesk,
    form: str | None,
    waiting: list[str],
    events: list[Any],
    words: list[str],
):
    tracker = turn(form=form, paused_procedures=waiting)

    assert run(ActionResume(helpdesk), tracker) == (events, [*map(utter, words)])


def test_resume_of_nothing_offers_to_begin(helpdesk: Helpdesk):
    events, said = run(ActionResume(helpdesk), turn())

    offered = [button["payload"] for button in said[0]["buttons"]]
    assert (events, said[0]["response"], offered) == (
        [],
        "utter_nothing_to_resume",
        [f"/{wish}" for wish in helpdesk.catalog.wishes.starters],
    )


def test_stop_closes_the_open_pages(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        token = helpdesk.linking.offer_page(unit, "aiko", LinkRole.HOLDER)

    run(ActionStop(helpdesk), turn(form="holder_link_form"))

    with pytest.raises(PageExpired):
        helpdesk.linking.open_page(token, LinkRole.HOLDER)


@pytest.mark.parametrize(
    ("entities", "said"),
    [
        pytest.param({"anger": "angry"}, [utter("utter_comfort")], id="angry"),
        pytest.param({}, [], id="calm"),
    ],
)
def test_comfort_is_for_the_angry(entities: dict[str, str], said: list[Any]):
    assert run(ActionComfort(), turn(entities=entities)) == ([], said)
