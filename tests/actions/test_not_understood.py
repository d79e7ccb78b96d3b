"""When the bot is not sure: buttons first, then a person."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet

from actions.not_understood import ActionAskBack, ActionAskToRephrase, ActionAskWhich
from helpdesk.bootstrap import Helpdesk
from tests.actions.talk import begun, run, turn, utter

FORGOTTEN = SlotSet("other_wishes", None)
NONE_OF_THESE = {"title": "どれも違う", "payload": "/EXTERNAL_none_of_these"}


def unsure(ranking: dict[str, float] | None = None, **arguments: Any) -> Tracker:
    """A turn with Rasa's ranking after a failure: its own intent stands first."""
    tracker = turn(**arguments)
    ranked = {"nlu_fallback": 0.7} | (ranking or {})
    tracker.latest_message["intent_ranking"] = [
        {"name": name, "confidence": confidence} for name, confidence in ranked.items()
    ]
    return tracker


def buttons(helpdesk: Helpdesk, *wishes: str) -> list[dict[str, str]]:
    labels = helpdesk.catalog.wishes.labels
    named = [{"title": labels[wish], "payload": f"/{wish}"} for wish in wishes]
    return [*named, NONE_OF_THESE]


@pytest.mark.parametrize(
    ("ranking", "offered"),
    [
        pytest.param(
            {"unlink": 0.24, "gift_data": 0.2, "add_data": 0.15, "change_plan": 0.12},
            ["unlink", "gift_data", "add_data"],
            id="three at most",
        ),
        pytest.param(
            {"greet": 0.3, "unlink": 0.2, "stop": 0.12, "gift_data": 0.1},
            ["unlink", "gift_data"],
            id="small talk is no wish",
        ),
        pytest.param(
            {"unlink": 0.2, "out_of_scope": 0.15, "gift_data": 0.12, "add_data": 0.11},
            ["unlink", "gift_data"],
            id="out of scope takes a place",
        ),
        pytest.param(
            {"unlink": 0.2, "gift_data": 0.1, "add_data": 0.09},
            ["unlink", "gift_data"],
            id="what is hardly likely is left out",
        ),
        pytest.param(
            {"unlink": 0.24, "gift_data": 0.1}, ["unlink", "gift_data"], id="too unsure"
        ),
        pytest.param(
            {"unlink": 0.33, "gift_data": 0.23},
            ["unlink", "gift_data"],
            id="not far enough ahead",
        ),
        pytest.param(
            {"greet": 0.34, "unlink": 0.3}, ["unlink"], id="small talk is likelier"
        ),
    ],
)
def test_first_failure_offers_the_likeliest_wishes(
    helpdesk: Helpdesk, ranking: dict[str, float], offered: list[str]
):
    done = run(ActionAskBack(helpdesk), unsure(ranking))

    shown = buttons(helpdesk, *offered)
    assert done == ([FORGOTTEN], [utter("utter_ask_back", buttons=shown)])


@pytest.mark.parametrize(
    ("ranking", "others"),
    [
        pytest.param({"unlink": 0.25, "greet": 0.16}, [], id="alone"),
        pytest.param({"unlink": 0.25}, [], id="nothing else is ranked"),
        pytest.param(
            {"unlink": 0.34, "gift_data": 0.2, "out_of_scope": 0.1},
            ["gift_data"],
            id="with others",
        ),
    ],
)
def test_wish_that_is_far_ahead_is_asked_for(
    helpdesk: Helpdesk, ranking: dict[str, float], others: list[str]
):
    done = run(ActionAskBack(helpdesk), unsure(ranking))

    confirm = {"title": "はい", "payload": "/unlink"}
    shown = [confirm, *buttons(helpdesk, *others)]
    wish = helpdesk.catalog.wishes.labels["unlink"]
    assert done == (
        [FORGOTTEN],
        [utter("utter_ask_back_likely", wish=wish, buttons=shown)],
    )


@pytest.mark.parametrize(
    "ranking",
    [
        pytest.param({}, id="nothing is ranked"),
        pytest.param({"greet": 0.3, "unlink": 0.09}, id="nothing is likely"),
        pytest.param({"out_of_scope": 0.34, "unlink": 0.09}, id="all out of scope"),
    ],
)
def test_without_a_guess_it_asks_for_other_words(
    helpdesk: Helpdesk, ranking: dict[str, float]
):
    assert run(ActionAskBack(helpdesk), unsure(ranking)) == (
        [FORGOTTEN],
        [utter("utter_rephrase")],
    )


def test_wishes_that_the_message_names_are_the_guess(helpdesk: Helpdesk):
    tracker = unsure({"unlink": 0.34}, other_wishes=["check_billing", "add_data"])

    shown = buttons(helpdesk, "check_billing", "add_data")
    assert run(ActionAskBack(helpdesk), tracker) == (
        [FORGOTTEN],
        [utter("utter_ask_back", buttons=shown)],
    )


@pytest.mark.parametrize(
    ("earlier", "gives_up"),
    [
        pytest.param(["nlu_fallback"], False, id="first failure"),
        pytest.param(
            ["nlu_fallback", "greet", "nlu_fallback"], False, id="not in a row"
        ),
        pytest.param(["greet", "nlu_fallback", "nlu_fallback"], True, id="in a row"),
        pytest.param(
            ["nlu_fallback", "EXTERNAL_none_of_these", "nlu_fallback"],
            True,
            id="with none of the wishes between them",
        ),
        pytest.param(
            ["nlu_fallback", "EXTERNAL_which", "nlu_fallback"],
            True,
            id="with a bare yes between them",
        ),
    ],
)
def test_second_failure_in_a_row_offers_a_person(
    helpdesk: Helpdesk, earlier: list[str], gives_up: bool
):
    tracker = unsure({"unlink": 0.2}, earlier=earlier)

    events, said = run(ActionAskBack(helpdesk), tracker)

    begins = FollowupAction("operator_offer_form") in events
    assert (begins, utter("utter_gave_up") in said) == (gives_up, gives_up)


def test_who_is_angry_is_offered_a_person_at_once(helpdesk: Helpdesk):
    tracker = turn(earlier=["nlu_fallback"], entities={"anger": "angry"})

    assert run(ActionAskBack(helpdesk), tracker) == (
        [
            FORGOTTEN,
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


def test_none_of_these_asks_for_other_words(helpdesk: Helpdesk):
    tracker = turn(earlier=["nlu_fallback", "EXTERNAL_none_of_these"])

    assert run(ActionAskToRephrase(helpdesk), tracker) == (
        [],
        [utter("utter_rephrase")],
    )


def test_none_of_these_twice_offers_a_person(helpdesk: Helpdesk):
    twice = ["EXTERNAL_none_of_these", "EXTERNAL_none_of_these"]

    events, said = run(ActionAskToRephrase(helpdesk), turn(earlier=twice))

    assert (FollowupAction("operator_offer_form") in events, said) == (
        True,
        [utter("utter_gave_up")],
    )


def test_which_offers_the_same_buttons_again():
    offered = [{"title": "契約者連携をしたい", "payload": "/link_contract_holder"}]
    tracker = turn()
    tracker.events = [
        {"event": "bot", "data": {"buttons": offered}},
        {"event": "bot", "data": {"buttons": None}},
        {"event": "user", "parse_data": {"intent": {"name": "EXTERNAL_which"}}},
    ]

    assert run(ActionAskWhich(), tracker) == (
        [],
        [utter("utter_ask_which", buttons=offered)],
    )
