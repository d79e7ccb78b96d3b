"""When the bot is not sure: buttons first, then a person."""

from __future__ import annotations

import pytest
from rasa_sdk.events import FollowupAction, SlotSet

from actions.not_understood import ActionAskBack
from helpdesk.bootstrap import Helpdesk
from tests.actions.talk import begun, run, turn, utter

RANKING = [
    "nlu_fallback",
    "greet",
    "unlink",
    "gift_data",
    "stop",
    "add_data",
    "ask_user_code",
]


@pytest.mark.parametrize(
    "earlier",
    [
        pytest.param(["nlu_fallback"], id="first failure"),
        pytest.param(["nlu_fallback", "greet", "nlu_fallback"], id="not in a row"),
    ],
)
def test_first_failure_offers_the_three_likeliest_wishes(
    helpdesk: Helpdesk, earlier: list[str]
):
    labels = helpdesk.catalog.wishes.labels

    done = run(ActionAskBack(helpdesk), turn(ranking=RANKING, earlier=earlier))

    buttons = [
        {"title": labels[wish], "payload": f"/{wish}"}
        for wish in ("unlink", "gift_data", "add_data")
    ]
    assert done == ([], [utter("utter_ask_back", buttons=buttons)])


def test_second_failure_in_a_row_offers_a_person(helpdesk: Helpdesk):
    tracker = turn(ranking=RANKING, earlier=["greet", "nlu_fallback", "nlu_fallback"])

    assert run(ActionAskBack(helpdesk), tracker) == (
        [
            *begun("operator_offer_form"),
            SlotSet("hours", helpdesk.catalog.business_hours.shown),
            SlotSet("handoff_reason", "not_understood"),
        ],
        [utter("utter_gave_up")],
    )


def test_expired_page_is_offered_anew(helpdesk: Helpdesk):
    waiting = turn(form="holder_link_form", entities={"page_expired": "expired"})

    assert run(ActionAskBack(helpdesk), waiting) == (
        [FollowupAction("action_begin_holder_link")],
        [],
    )
