"""Asking for a person: within hours, outside of them, and leaving a message."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time

import pytest
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet

from actions.handoff import (
    ActionLeaveMessage,
    ActionOfferOperator,
    ActionRequestOperator,
    ActionTakeOperatorAnswer,
    ActionTakeWordBack,
    ActionTellSupportHours,
    ValidateMessageForm,
)
from helpdesk.bootstrap import Helpdesk
from helpdesk.bootstrap.rules import desk_rules
from helpdesk.domain.business_hours import BusinessHours, OpenSpan
from helpdesk.domain.staff import Status
from helpdesk.services.handoffs import HandoffService
from tests.actions.talk import begun, extract, forgotten, run, turn, utter
from tests.fakes import FakeClock, japan

TOMORROW = "11月25日(水) 10:00"


def nobody_is_there(helpdesk: Helpdesk) -> None:
    for operator in ("op1", "op2"):
        helpdesk.talks.set_status(operator, Status.AWAY, operator)


def with_lunch_break(helpdesk: Helpdesk) -> Helpdesk:
    """The same desk, closed from twelve to one."""
    spans = [OpenSpan(time(10), time(12)), OpenSpan(time(13), time(19))]
    hours = BusinessHours(dict.fromkeys(range(7), spans))
    rules = desk_rules(helpdesk.catalog)
    handoffs = HandoffService(helpdesk.database, hours, rules, helpdesk.clock)
    return replace(helpdesk, handoffs=handoffs)


@pytest.mark.parametrize(
    ("at", "response"),
    [
        pytest.param(japan(2026, 11, 24, 9, 59, 59), "closed", id="9:59:59"),
        pytest.param(japan(2026, 11, 24, 10), "open", id="10:00"),
        pytest.param(japan(2026, 11, 24, 18, 59, 59), "open", id="18:59:59"),
        pytest.param(japan(2026, 11, 24, 19), "closed", id="19:00"),
    ],
)
def test_support_hours_say_whether_somebody_is_there_now(
    helpdesk: Helpdesk, clock: FakeClock, at: FakeClock, response: str
):
    clock.set(at)

    events, said = run(ActionTellSupportHours(helpdesk), turn())

    day = helpdesk.catalog.wording.as_day_format()
    assert (events, said) == (
        [],
        [
            utter(
                f"utter_support_hours_{response}",
                hours=helpdesk.catalog.business_hours.shown,
                contact=helpdesk.catalog.brand.contact,
                opens_at=day.moment(helpdesk.handoffs.desk().opens_at),
            )
        ],
    )


def test_support_hours_say_that_nobody_is_seated(helpdesk: Helpdesk):
    nobody_is_there(helpdesk)

    _, [said] = run(ActionTellSupportHours(helpdesk), turn())

    assert said["response"] == "utter_support_hours_away"


def test_request_queues_and_lets_the_procedure_wait(helpdesk: Helpdesk):
    helpdesk.handoffs.request("eita", "request")

    done = run(ActionRequestOperator(helpdesk), turn(form="unlink_form"))

    hours = helpdesk.catalog.business_hours.shown
    assert (done, helpdesk.handoffs.is_waiting("aiko")) == (
        (
            [
                ActiveLoop(None),
                SlotSet("requested_slot", None),
                SlotSet("paused_procedures", ["unlink_form"]),
            ],
            [
                utter(
                    "utter_operator_requested",
                    place="2",
                    wait="まもなくお返事できる見込みです。",
                    hours=hours,
                )
            ],
        ),
        True,
    )


def test_second_request_keeps_the_place(helpdesk: Helpdesk):
    action = ActionRequestOperator(helpdesk)
    first = run(action, turn())

    assert run(action, turn()) == first


@pytest.mark.parametrize(
    ("at", "has_break", "opens_at"),
    [
        pytest.param(japan(2026, 11, 24, 19), False, TOMORROW, id="in the evening"),
        pytest.param(
            japan(2026, 11, 24, 12), True, "11月24日(火) 13:00", id="in the lunch break"
        ),
    ],
)
def test_request_outside_of_hours_asks_for_the_message(
    helpdesk: Helpdesk, clock: FakeClock, at: datetime, has_break: bool, opens_at: str
):
    clock.set(at)
    desk = with_lunch_break(helpdesk) if has_break else helpdesk

    done = run(ActionRequestOperator(desk), turn(form="unlink_form"))

    hours = helpdesk.catalog.business_hours.shown
    assert done == (
        [
            *begun("message_form", "unlink_form"),
            SlotSet("message_reason", "out_of_hours"),
        ],
        [utter("utter_operators_away", hours=hours, opens_at=opens_at)],
    )


def test_request_with_nobody_at_the_desk_does_not_say_that_it_is_closed(
    helpdesk: Helpdesk,
):
    nobody_is_there(helpdesk)

    done = run(ActionRequestOperator(helpdesk), turn())

    hours = helpdesk.catalog.business_hours.shown
    assert done == (
        [*begun("message_form"), SlotSet("message_reason", "away")],
        [utter("utter_operators_not_seated", hours=hours, opens_at=TOMORROW)],
    )


def test_request_at_a_full_desk_asks_for_the_message(helpdesk: Helpdesk):
    helpdesk.talks.set_status("op2", Status.AWAY, "op2")
    for customer in ("eita", "mika", "kenji", "saori", "yuki"):
        helpdesk.handoffs.request(customer, "request")

    assert run(ActionRequestOperator(helpdesk), turn()) == (
        [*begun("message_form"), SlotSet("message_reason", "full")],
        [utter("utter_operators_full")],
    )


def test_request_to_an_operator_who_is_there_says_so(helpdesk: Helpdesk):
    helpdesk.handoffs.request("aiko", "request")
    helpdesk.talks.claim("aiko", "op1")

    assert run(ActionRequestOperator(helpdesk), turn()) == (
        [],
        [utter("utter_operator_with_you")],
    )


def test_offer_asks_and_knows_why(helpdesk: Helpdesk):
    assert run(ActionOfferOperator(helpdesk), turn()) == (
        [
            *begun("operator_offer_form"),
            SlotSet("hours", helpdesk.catalog.business_hours.shown),
            SlotSet("handoff_reason", "out_of_scope"),
        ],
        [],
    )


@pytest.mark.parametrize(
    ("answer", "events", "response", "waits"),
    [
        pytest.param(
            "yes", [SlotSet("operator_wanted", None)], "utter_operator_requested", True,
            id="yes",
        ),
        pytest.param(
            "no", forgotten("operator_offer_form"), "utter_understood", False, id="no"
        ),
    ],
)  # fmt: skip
def test_answer_to_the_offer_queues_or_goes_back(
    helpdesk: Helpdesk, answer: str, events: list[EventType], response: str, waits: bool
):
    tracker = turn(operator_wanted=answer, handoff_reason="not_understood")

    found, said = run(ActionTakeOperatorAnswer(helpdesk), tracker)

    responses = [each["response"] for each in said]
    assert (found, responses, helpdesk.handoffs.is_waiting("aiko")) == (
        events,
        [response],
        waits,
    )


def test_reason_of_the_offer_travels_to_the_queue(helpdesk: Helpdesk):
    tracker = turn(operator_wanted="yes", handoff_reason="not_understood")

    run(ActionTakeOperatorAnswer(helpdesk), tracker)

    with helpdesk.database.reading() as unit:
        reasons = [each.reason for each in unit.handoffs.of_customer("aiko")]
    assert reasons == ["not_understood"]


@pytest.mark.parametrize(
    ("text", "intent", "asked", "kept"),
    [
        pytest.param(
            *("明日電話をください", "request_operator", "message_text"),
            {"message_text": "明日電話をください"},
            id="text",
        ),
        pytest.param("/unlink", "unlink", "message_text", {}, id="button"),
        pytest.param("やめる", "stop", "message_text", {}, id="stop"),
        pytest.param("人と話したい", "request_operator", None, {}, id="not asked yet"),
        pytest.param("", None, "message_text", {}, id="nothing"),
    ],
)
def test_next_text_is_the_message_a_button_is_none(
    text: str, intent: str | None, asked: str | None, kept: dict[str, str]
):
    tracker = turn(text=text, intent=intent, requested_slot=asked)

    assert extract(ValidateMessageForm(), "message_text", tracker) == kept


@pytest.mark.parametrize(
    ("at", "reason", "kept_reason", "response"),
    [
        pytest.param(
            *(japan(2026, 11, 24, 19), "out_of_hours", "out_of_hours"),
            "utter_message_left",
            id="in the evening",
        ),
        pytest.param(
            *(japan(2026, 11, 24, 18, 59, 59), "full", "full"),
            "utter_message_left_today",
            id="at a full desk",
        ),
        pytest.param(
            *(japan(2026, 11, 24, 19), "full", "full"),
            "utter_message_left",
            id="written until the desk closed",
        ),
        pytest.param(
            *(japan(2026, 11, 24, 10), None, "out_of_hours"),
            "utter_message_left_today",
            id="without a reason",
        ),
    ],
)
def test_message_is_left_once_for_each_event(
    helpdesk: Helpdesk,
    clock: FakeClock,
    at: datetime,
    reason: str | None,
    kept_reason: str,
    response: str,
):
    clock.set(at)
    tracker = turn(
        message_text="電話をください", message_reason=reason, event_id="aiko:c1"
    )

    done = [run(ActionLeaveMessage(helpdesk), tracker) for _ in range(2)]

    with helpdesk.database.reading() as unit:
        left = [(each.text, each.reason) for each in unit.handoffs.of_customer("aiko")]
    hours = helpdesk.catalog.business_hours.shown
    assert (done, left) == (
        [
            (
                forgotten("message_form"),
                [utter(response, opens_at=TOMORROW, hours=hours)],
            )
        ]
        * 2,
        [("電話をください", kept_reason)],
    )


# --- The bot speaks again -------------------------------------------------------------


def talk_ended(helpdesk: Helpdesk, how: str) -> None:
    helpdesk.handoffs.request("aiko", "request")
    if how == "left":
        helpdesk.handoffs.leave("aiko")
        return
    helpdesk.talks.claim("aiko", "op1")
    if how == "resolved":
        helpdesk.talks.resolve("aiko", "op1")
    elif how == "ended":
        with helpdesk.database.writing() as unit:
            helpdesk.handoffs.end(unit, "aiko")


@pytest.mark.parametrize(
    ("how", "responses"),
    [
        ("resolved", ["utter_handoff_resolved", "utter_survey_operator"]),
        ("ended", ["utter_handoff_ended", "utter_survey_operator"]),
        ("left", ["utter_left_queue"]),
    ],
)
def test_bot_says_how_the_talk_ended(
    helpdesk: Helpdesk, how: str, responses: list[str]
):
    talk_ended(helpdesk, how)

    events, said = run(ActionTakeWordBack(helpdesk), turn())

    assert (events, [each["response"] for each in said]) == (
        [SlotSet("ended_handoff", 1)],
        responses,
    )


def test_silence_that_closed_the_talk_is_not_told_twice(
    helpdesk: Helpdesk, clock: FakeClock
):
    """The desk has said so already, in desk.yml's words."""
    talk_ended(helpdesk, "goes on")
    helpdesk.talks.say("aiko", "op1", "お待たせしました")
    for minutes in (10, 5):
        clock.forward(minutes=minutes)
        helpdesk.desk.look_after()

    _, said = run(ActionTakeWordBack(helpdesk), turn())

    assert [each["response"] for each in said] == [
        "utter_handoff_idle",
        "utter_survey_operator",
    ]


@pytest.mark.parametrize("told", [False, True], ids=["no talk", "told already"])
def test_end_of_nothing_is_answered_plainly(helpdesk: Helpdesk, told: bool):
    if told:
        talk_ended(helpdesk, "resolved")

    done = run(ActionTakeWordBack(helpdesk), turn(ended_handoff=1 if told else None))

    assert done == ([], [utter("utter_bot_answers")])


@pytest.mark.parametrize(
    ("running", "waiting", "events", "is_resumed"),
    [
        pytest.param(
            None,
            ["unlink_form", "reissue_form"],
            [
                SlotSet("paused_procedures", ["unlink_form"]),
                FollowupAction("reissue_form"),
            ],
            True,
            id="the one that waits goes on",
        ),
        pytest.param(
            "unlink_form", ["reissue_form"], [], False, id="one that runs asks itself"
        ),
        pytest.param(
            "message_form",
            ["unlink_form"],
            [
                *forgotten("message_form"),
                SlotSet("paused_procedures", ["unlink_form"]),
                ActiveLoop(None),
                SlotSet("requested_slot", None),
                SlotSet("paused_procedures", []),
                FollowupAction("unlink_form"),
            ],
            True,
            id="no message is needed any more",
        ),
        pytest.param(
            "unlink_form",
            ["operator_offer_form"],
            [
                *forgotten("operator_offer_form"),
                SlotSet("paused_procedures", []),
            ],
            False,
            id="no offer is needed any more",
        ),
    ],
)
def test_procedure_goes_on_after_the_talk(
    helpdesk: Helpdesk,
    running: str | None,
    waiting: list[str],
    events: list[EventType],
    is_resumed: bool,
):
    talk_ended(helpdesk, "resolved")

    tracker = turn(form=running, paused_procedures=waiting)
    found, said = run(ActionTakeWordBack(helpdesk), tracker)

    resumed = "utter_back_to_procedure" in [each["response"] for each in said]
    assert (found, resumed) == ([SlotSet("ended_handoff", 1), *events], is_resumed)
