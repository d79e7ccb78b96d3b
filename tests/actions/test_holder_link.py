"""The contract holder's link, from the chat's side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet

from actions.holder_link import (
    ActionBeginHolderLink,
    ActionFinishHolderLink,
    ActionTellHolderLinked,
    ValidateHolderLinkForm,
)
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from tests.actions.talk import begun, forgotten, run, turn, utter, validate


def test_begin_gives_the_page_and_waits():
    assert run(ActionBeginHolderLink(), turn(form="unlink_form")) == (
        begun("holder_link_form", "unlink_form"),
        [utter("utter_holder_link_page")],
    )


def test_whoever_only_uses_the_subscription_is_led_to_the_other_link():
    tracker = turn(entities={"writer_role": "end_user"})

    assert run(ActionBeginHolderLink(), tracker) == (
        [FollowupAction("action_begin_user_link")],
        [],
    )


@pytest.mark.parametrize(
    ("customer", "said_so", "kept", "response"),
    [
        pytest.param("eita", "yes", None, "utter_holder_link_not_seen", id="no link"),
        pytest.param("yuki", "yes", "yes", None, id="linked"),
        pytest.param("eita", "no", "no", None, id="it does not work"),
    ],
)
def test_customers_word_is_checked_by_the_record(
    helpdesk: Helpdesk, customer: str, said_so: str, kept: str, response: str | None
):
    form = ValidateHolderLinkForm(helpdesk)

    assert validate(form, "holder_page_done", said_so, turn(customer)) == (
        {"holder_page_done": kept},
        [] if response is None else [utter(response)],
    )


def test_finish_that_did_not_work_leads_to_the_diagnosis():
    assert run(ActionFinishHolderLink(), turn(holder_page_done="no")) == (
        [
            SlotSet("holder_page_done", None),
            SlotSet("failed_link", "holder"),
            FollowupAction("action_begin_link_error"),
        ],
        [],
    )


def test_finish_that_worked_ends_the_form():
    assert run(ActionFinishHolderLink(), turn(holder_page_done="yes")) == (
        forgotten("holder_link_form"),
        [utter("utter_what_next")],
    )


DROPPED = [
    *forgotten("holder_link_form"),
    SlotSet("paused_procedures", []),
    ActiveLoop(None),
    SlotSet("requested_slot", None),
]


def test_first_of_two_links_says_how_many_are_left(
    helpdesk: Helpdesk, hold: Callable[..., None]
):
    hold("eita", "eita.1")

    done = run(ActionTellHolderLinked(helpdesk), turn("eita", form="holder_link_form"))

    assert done == (
        DROPPED,
        [
            utter("utter_holder_linked", number_last4="1101"),
            utter("utter_holder_links_left", left="1"),
        ],
    )


def test_last_of_two_links_goes_on_with_the_end_users(
    helpdesk: Helpdesk, hold: Callable[..., None]
):
    hold("eita", "eita.1", "eita.2")

    done = run(ActionTellHolderLinked(helpdesk), turn("eita", form="holder_link_form"))

    assert done == (
        [*DROPPED, FollowupAction("user_link_form")],
        [
            utter("utter_holder_linked", number_last4="1102"),
            utter("utter_holder_links_complete"),
            utter("utter_go_on_with_user_link"),
        ],
    )


def test_only_link_beside_an_end_users_link_ends_it(
    helpdesk: Helpdesk, hold: Callable[..., None]
):
    helpdesk.linking.link("aiko", "emi.1", LinkRole.END_USER)
    hold("emi", "emi.1")

    assert run(ActionTellHolderLinked(helpdesk), turn("emi")) == (
        [],
        [utter("utter_holder_linked", number_last4="7701")],
    )


@pytest.mark.parametrize(
    ("running", "waiting", "events", "more"),
    [
        pytest.param(
            "message_form",
            ["holder_link_form"],
            [SlotSet("holder_page_done", None), SlotSet("paused_procedures", [])],
            [],
            id="it is asked again by itself",
        ),
        pytest.param(
            "holder_link_form",
            ["message_form"],
            [
                SlotSet("holder_page_done", None),
                SlotSet("paused_procedures", ["message_form"]),
                ActiveLoop(None),
                SlotSet("requested_slot", None),
                SlotSet("paused_procedures", []),
                FollowupAction("message_form"),
            ],
            [utter("utter_back_to_procedure")],
            id="it is gone back to",
        ),
    ],
)
def test_link_does_not_end_a_message_to_the_operators(
    helpdesk: Helpdesk,
    hold: Callable[..., None],
    running: str,
    waiting: list[str],
    events: list[EventType],
    more: list[dict[str, Any]],
):
    hold("emi", "emi.1")
    tracker = turn("emi", form=running, paused_procedures=waiting)

    assert run(ActionTellHolderLinked(helpdesk), tracker) == (
        events,
        [utter("utter_holder_linked", number_last4="7701"), *more],
    )


def test_link_that_is_gone_already_is_not_told(helpdesk: Helpdesk):
    assert run(ActionTellHolderLinked(helpdesk), turn("eita")) == ([], [])
