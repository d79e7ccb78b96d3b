"""The other wishes of a message: offered once, those that are left."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk.events import SlotSet

from actions.other_wishes import ActionOfferOtherWishes
from helpdesk.bootstrap import Helpdesk
from tests.actions.talk import run, turn, utter


def message(intent: str, *other_wishes: str) -> dict[str, Any]:
    named = [
        {"entity": "other_wish", "value": wish, "start": 0, "end": 5}
        for wish in other_wishes
    ]
    return {
        "event": "user",
        "parse_data": {"intent": {"name": intent}, "entities": named},
    }


@pytest.mark.parametrize(
    ("slot", "events", "left"),
    [
        pytest.param(
            ["check_billing"],
            [message("check_data_balance", "check_billing")],
            ["check_billing"],
            id="one is left",
        ),
        pytest.param(
            ["check_billing", "check_data_balance", "check_billing", "greet"],
            [message("check_data_balance", "check_billing")],
            ["check_billing"],
            id="the first, a double, and what is no wish",
        ),
        pytest.param(
            ["check_billing", "add_data"],
            [
                message("reissue_user_code", "check_billing", "add_data"),
                message("check_billing"),
            ],
            ["add_data"],
            id="one was met meanwhile",
        ),
        pytest.param(
            ["check_billing"],
            [
                message("check_billing"),
                message("reissue_user_code", "check_billing"),
            ],
            ["check_billing"],
            id="what was asked before counts for nothing",
        ),
        pytest.param(
            ["check_billing"], [message("affirm")], ["check_billing"], id="long ago"
        ),
        pytest.param(
            ["add_data", "unlink", "gift_data", "check_billing"],
            [],
            ["add_data", "unlink", "gift_data"],
            id="three at most",
        ),
    ],
)
def test_wishes_that_are_left_are_offered(
    helpdesk: Helpdesk, slot: list[str], events: list[dict[str, Any]], left: list[str]
):
    labels = helpdesk.catalog.wishes.labels
    tracker = turn(other_wishes=slot)
    tracker.events = events

    done = run(ActionOfferOtherWishes(helpdesk), tracker)

    offer = utter(
        "utter_other_wishes",
        wishes="".join(f"「{labels[wish]}」" for wish in left),
        buttons=[{"title": labels[wish], "payload": f"/{wish}"} for wish in left],
    )
    assert done == ([SlotSet("other_wishes", None)], [offer])


def test_nothing_is_said_when_all_is_done(helpdesk: Helpdesk):
    tracker = turn(other_wishes=["check_billing"])
    tracker.events = [message("unlink", "check_billing"), message("check_billing")]

    assert run(ActionOfferOtherWishes(helpdesk), tracker) == (
        [SlotSet("other_wishes", None)],
        [],
    )
