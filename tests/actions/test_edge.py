"""What the customer hears when an action could not end."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions.edge import answer_to
from helpdesk.domain.rights import Act, NotAllowed
from helpdesk.services.carrier import CarrierAway
from helpdesk.services.changes import ChangePending
from tests.actions.talk import domain, forgotten

LISTEN = FollowupAction("action_listen")


def call(form: str | None = None, *paused: str) -> dict[str, Any]:
    """What Rasa sends, as far as the edge looks at it."""
    tracker = {
        "sender_id": "yuki",
        "slots": {"paused_procedures": [*paused]},
        "latest_message": {},
        "events": [],
        "paused": False,
        "active_loop": {} if form is None else {"name": form},
    }
    return {"next_action": "any", "tracker": tracker, "domain": domain()}


def ended(form: str, *paused: str) -> list[Any]:
    return [
        *forgotten(form),
        SlotSet("paused_procedures", [*paused]),
        ActiveLoop(None),
        SlotSet("requested_slot", None),
    ]


def answered(error: Exception, asked: dict[str, Any]) -> tuple[Any, list[str]] | None:
    """Events, and the names of the responses."""
    known = answer_to(error, asked)
    if known is None:
        return None
    return known["events"], [each["response"] for each in known["responses"]]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        pytest.param(CarrierAway(), "utter_carrier_away", id="carrier away"),
        pytest.param(ChangePending("key"), "utter_change_pending", id="pending"),
        pytest.param(
            NotAllowed(Act.BUY_DATA), "utter_not_allowed_holder", id="the holder's"
        ),
        pytest.param(
            NotAllowed(Act.SEE_DATA), "utter_not_allowed_either", id="of either"
        ),
        pytest.param(
            NotAllowed(Act.GIVE_DATA), "utter_not_allowed_end_user", id="the end user's"
        ),
    ],
)
def test_what_is_foreseen_is_said_and_ends_the_form(error: Exception, said: str):
    assert [answered(error, call(form)) for form in (None, "purchase_form")] == [
        ([], [said]),
        ([*ended("purchase_form"), LISTEN], [said]),
    ]


def test_anything_else_is_left_to_the_log():
    assert answer_to(ZeroDivisionError(), call("purchase_form")) is None


def test_without_the_carrier_nothing_goes_on_but_what_is_written():
    asked = call("purchase_form", "plan_form", "message_form")

    assert answered(CarrierAway(), asked) == (
        [
            *forgotten("plan_form"),
            *forgotten("purchase_form"),
            SlotSet("paused_procedures", ["message_form"]),
            ActiveLoop(None),
            SlotSet("requested_slot", None),
            SlotSet("paused_procedures", []),
            FollowupAction("message_form"),
        ],
        ["utter_carrier_away", "utter_back_to_procedure"],
    )


def test_after_a_change_that_is_kept_the_waiting_procedure_goes_on():
    assert answered(ChangePending("key"), call(None, "user_link_form")) == (
        [SlotSet("paused_procedures", []), FollowupAction("user_link_form")],
        ["utter_change_pending", "utter_back_to_procedure"],
    )


def test_edge_needs_no_domain():
    """Rasa may send none to an action that it knows."""
    asked = call() | {"domain": None}

    assert answered(CarrierAway(), asked) == ([], ["utter_carrier_away"])
