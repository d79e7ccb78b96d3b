"""Procedures: how they begin, wait for one another, and end."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.procedures import (
    begin,
    drop,
    end,
    entity,
    event_id,
    finish,
    is_idle,
    is_writing,
    pause,
    resume,
)
from tests.actions.talk import begun, domain, forgotten, said, turn, utter


@pytest.mark.parametrize(
    ("running", "waiting", "expected"),
    [
        pytest.param(None, None, [], id="nothing runs"),
        pytest.param("eligibility_form", None, ["eligibility_form"], id="another runs"),
        pytest.param("unlink_form", None, [], id="it runs itself"),
        pytest.param(
            "eligibility_form",
            ["reissue_form"],
            ["reissue_form", "eligibility_form"],
            id="another waits already",
        ),
        pytest.param(
            "eligibility_form",
            ["eligibility_form", "reissue_form"],
            ["reissue_form", "eligibility_form"],
            id="the running one waits only once",
        ),
        pytest.param(
            None,
            ["unlink_form", "reissue_form"],
            ["reissue_form"],
            id="it waited itself",
        ),
    ],
)
def test_begin_starts_afresh_and_lets_the_running_one_wait(
    running: str | None, waiting: list[str] | None, expected: list[str]
):
    tracker = turn(form=running, paused_procedures=waiting)

    assert begin(tracker, domain(), "unlink_form") == begun("unlink_form", *expected)


@pytest.mark.parametrize(
    ("running", "waiting", "expected"),
    [
        pytest.param(None, ["reissue_form"], None, id="nothing runs"),
        pytest.param("unlink_form", None, ["unlink_form"], id="one runs"),
        pytest.param(
            "unlink_form",
            ["unlink_form", "reissue_form"],
            ["reissue_form", "unlink_form"],
            id="waits only once",
        ),
    ],
)
def test_pause_lets_the_running_one_wait(
    running: str | None, waiting: list[str] | None, expected: list[str] | None
):
    events = pause(turn(form=running, paused_procedures=waiting))

    assert events == (
        []
        if expected is None
        else [
            ActiveLoop(None),
            SlotSet("requested_slot", None),
            SlotSet("paused_procedures", expected),
        ]
    )


@pytest.mark.parametrize(
    ("waiting", "events", "words"),
    [
        pytest.param(None, [], [], id="nothing waits"),
        pytest.param(
            ["reissue_form", "unlink_form"],
            [
                SlotSet("paused_procedures", ["reissue_form"]),
                FollowupAction("unlink_form"),
            ],
            [utter("utter_back_to_procedure")],
            id="the innermost comes first",
        ),
    ],
)
def test_resume_goes_back_to_what_waits(
    waiting: list[str] | None, events: list[EventType], words: list[dict[str, Any]]
):
    dispatcher = CollectingDispatcher()

    found = resume(dispatcher, turn(paused_procedures=waiting), domain())

    assert (found, said(dispatcher)) == (events, words)


def test_finish_forgets_the_form_and_goes_back():
    dispatcher = CollectingDispatcher()
    tracker = turn(paused_procedures=["unlink_form"])

    events = finish(dispatcher, tracker, domain(), "reissue_form")

    assert (events, said(dispatcher)) == (
        [
            *forgotten("reissue_form"),
            SlotSet("paused_procedures", []),
            FollowupAction("unlink_form"),
        ],
        [utter("utter_back_to_procedure")],
    )


def test_finish_keeps_what_was_said_of_the_contract():
    events = finish(CollectingDispatcher(), turn(), domain(), "eligibility_form")

    assert events == [
        SlotSet("notice_arrived", None),
        SlotSet("notice_day", None),
        SlotSet("notice", None),
    ]


def test_drop_gives_up_all():
    tracker = turn(form="reissue_form", paused_procedures=["unlink_form"])

    assert drop(tracker, domain()) == [
        *forgotten("unlink_form"),
        *forgotten("reissue_form"),
        SlotSet("paused_procedures", []),
        ActiveLoop(None),
        SlotSet("requested_slot", None),
    ]


def test_drop_of_nothing_is_nothing():
    assert drop(turn(), domain()) == []


def test_event_of_a_turn_is_the_gateways():
    assert event_id(turn("aiko", event_id="aiko:c1")) == "aiko:c1"


def test_event_of_a_turn_without_gateway_is_its_own():
    tracker = turn("aiko", event_id=None, earlier=["greet", "greet"])

    assert event_id(tracker) == "aiko:2"


def test_entity_is_the_first_of_the_message():
    tracker = turn(entities={"relation": "お子さま"})

    assert (entity(tracker, "relation"), entity(tracker, "anger")) == ("お子さま", None)


@pytest.mark.parametrize(
    ("running", "waiting", "expected", "is_told"),
    [
        pytest.param(None, None, [], False, id="nothing is there"),
        pytest.param("unlink_form", None, [], False, id="another runs"),
        pytest.param(
            "message_form",
            None,
            [
                *forgotten("message_form"),
                SlotSet("paused_procedures", []),
                ActiveLoop(None),
                SlotSet("requested_slot", None),
            ],
            False,
            id="it runs, nothing else",
        ),
        pytest.param(
            "unlink_form",
            ["message_form", "reissue_form"],
            [
                *forgotten("message_form"),
                SlotSet("paused_procedures", ["reissue_form"]),
            ],
            False,
            id="it waits, another runs",
        ),
        pytest.param(
            None,
            ["reissue_form", "message_form"],
            [
                *forgotten("message_form"),
                SlotSet("paused_procedures", ["reissue_form"]),
                ActiveLoop(None),
                SlotSet("requested_slot", None),
                SlotSet("paused_procedures", []),
                FollowupAction("reissue_form"),
            ],
            True,
            id="it waits, another too",
        ),
    ],
)
def test_end_lets_the_others_go_on(
    running: str | None,
    waiting: list[str] | None,
    expected: list[EventType],
    is_told: bool,
):
    dispatcher = CollectingDispatcher()
    tracker = turn(form=running, paused_procedures=waiting)

    events = end(dispatcher, tracker, domain(), {"message_form"})

    told = [utter("utter_back_to_procedure")] if is_told else []
    assert (events, said(dispatcher)) == (expected, told)


@pytest.mark.parametrize(
    ("running", "waiting", "idle", "writing"),
    [
        (None, None, True, False),
        (None, [], True, False),
        ("unlink_form", None, False, False),
        (None, ["unlink_form"], False, False),
        ("message_form", None, False, True),
        ("unlink_form", ["survey_form"], False, True),
    ],
)
def test_state_of_the_procedures(
    running: str | None, waiting: list[str] | None, idle: bool, writing: bool
):
    tracker = turn(form=running, paused_procedures=waiting)

    assert (is_idle(tracker), is_writing(tracker)) == (idle, writing)
