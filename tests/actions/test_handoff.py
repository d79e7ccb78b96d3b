"""Asking for a person: within hours, outside of them, and leaving a message."""

from __future__ import annotations

import pytest
from rasa_sdk.events import ActiveLoop, EventType, SlotSet

from actions.handoff import (
    ActionLeaveMessage,
    ActionOfferOperator,
    ActionRequestOperator,
    ActionTakeOperatorAnswer,
    ActionTellSupportHours,
    ValidateMessageForm,
)
from helpdesk.bootstrap import Helpdesk
from tests.actions.talk import begun, forgotten, run, turn, utter, validate
from tests.fakes import FakeClock, japan

TOMORROW = "11月25日(水) 10:00"


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
            [utter("utter_operator_requested", place="2", hours=hours)],
        ),
        True,
    )


def test_second_request_keeps_the_place(helpdesk: Helpdesk):
    action = ActionRequestOperator(helpdesk)
    first = run(action, turn())

    assert run(action, turn()) == first


def test_request_outside_of_hours_asks_for_the_message(
    helpdesk: Helpdesk, clock: FakeClock
):
    clock.set(japan(2026, 11, 24, 19))

    done = run(ActionRequestOperator(helpdesk), turn(form="unlink_form"))

    hours = helpdesk.catalog.business_hours.shown
    assert done == (
        begun("message_form", "unlink_form"),
        [utter("utter_operators_away", hours=hours, opens_at=TOMORROW)],
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
    ("text", "kept"),
    [
        pytest.param("明日電話をください", "明日電話をください", id="text"),
        pytest.param("/unlink", None, id="button"),
    ],
)
def test_next_text_is_the_message_a_button_is_none(text: str, kept: str | None):
    assert validate(ValidateMessageForm(), "message_text", text, turn()) == (
        {"message_text": kept},
        [],
    )


def test_message_is_left_once_for_each_event(helpdesk: Helpdesk, clock: FakeClock):
    clock.set(japan(2026, 11, 24, 19))
    tracker = turn(message_text="電話をください", event_id="aiko:c1")

    done = [run(ActionLeaveMessage(helpdesk), tracker) for _ in range(2)]

    with helpdesk.database.reading() as unit:
        left = [each.text for each in unit.handoffs.of_customer("aiko")]
    assert (done, left) == (
        [
            (
                forgotten("message_form"),
                [utter("utter_message_left", opens_at=TOMORROW)],
            )
        ]
        * 2,
        ["電話をください"],
    )
