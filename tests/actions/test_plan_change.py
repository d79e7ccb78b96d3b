"""プラン変更, from the chat's side: what the conversations do not reach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.plan_change import (
    ActionBeginPlanChange,
    ActionFinishPlanChange,
    ValidatePlanForm,
)
from actions.plan_questions import ActionAskPlanChoice, ActionAskPlanConfirmed
from actions.plan_words import tell_plan_problem
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.plans import PlanProblem
from helpdesk.domain.rights import NotAllowed
from helpdesk.services.changes import ChangePending
from helpdesk.services.rights import Viewer
from tests.actions.conftest import ShakyCarrier
from tests.actions.talk import (
    begun,
    extract,
    forgotten,
    run,
    said,
    turn,
    utter,
    validate,
)

Shaky = tuple[Helpdesk, ShakyCarrier]
YUKI = Viewer.of_customer("yuki")
ASKED = {"plan_subscription": "yuki.1", "requested_slot": "plan_choice"}
SIX = "basic_6gb_voice"
STARTS = "12月1日(火)（7:00~15:00ごろ）"
ENDED = [
    *forgotten("plan_form"),
    SlotSet("paused_procedures", []),
    ActiveLoop(None),
    SlotSet("requested_slot", None),
]


@pytest.fixture
def waiting(helpdesk: Helpdesk) -> None:
    """Yuki's change to 6GB waits for the 1st."""
    helpdesk.contracts.change_plan(YUKI, "yuki.1", SIX, "earlier")


def next_plan(helpdesk: Helpdesk) -> str | None:
    found = helpdesk.contracts.contract(YUKI, "yuki.1").next_plan
    return None if found is None else found.id


def test_begin_is_for_the_linked_holder(helpdesk: Helpdesk):
    action = ActionBeginPlanChange(helpdesk)

    assert [run(action, turn(customer)) for customer in ("yuki", "hiro", "emi")] == [
        (begun("plan_form"), []),
        ([], [utter("utter_plan_holder_only")]),
        ([], [utter("utter_change_plan")]),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("6GB", SIX, id="volume"),
        pytest.param("１２ギガで", "basic_12gb_voice", id="wide"),
        pytest.param("ベーシックプラン 6GB", SIX, id="name"),
        pytest.param("8GB", None, id="no such plan"),
        pytest.param("安いの", "basic_500mb_voice", id="cheapest"),
        pytest.param("大きいほう", "basic_12gb_voice", id="largest"),
        pytest.param("いちばん上の", "basic_500mb_voice", id="place"),
        pytest.param("2番目で", SIX, id="place in digits"),
        pytest.param("2で", None, id="2GB or the second"),
        pytest.param("高いのでやめたい", None, id="too dear"),
        pytest.param("そうですね", None, id="no plan"),
        pytest.param("取り消したい", None, id="nothing waits"),
    ],
)
def test_plan_is_typed_by_its_volume(helpdesk: Helpdesk, text: str, found: str | None):
    form = ValidatePlanForm(helpdesk)

    assert extract(form, "plan_choice", turn("yuki", text, **ASKED)) == (
        {} if found is None else {"plan_choice": found}
    )


def test_of_two_plans_with_the_volume_the_name_decides(
    helpdesk: Helpdesk, hold: Callable[..., None]
):
    hold("saori", "saori.1")
    form = ValidatePlanForm(helpdesk)
    asked = {"plan_subscription": "saori.1", "requested_slot": "plan_choice"}
    # Only plans that can be had with her option: one of 3GB.
    assert extract(form, "plan_choice", turn("saori", "3GB", **asked)) == {
        "plan_choice": "basic_3gb_voice"
    }

    hold("emi", "emi.1")
    asked = {"plan_subscription": "emi.1", "requested_slot": "plan_choice"}

    found = [
        extract(form, "plan_choice", turn("emi", text, **asked))
        for text in ("3GB", "ベーシックプランの3GB")
    ]

    assert found == [{}, {"plan_choice": "basic_3gb_voice"}]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("取り消したい", "withdraw", id="withdraw"),
        pytest.param("キャンセルで", "withdraw", id="cancel"),
        pytest.param("別のプランがいい", "other", id="another"),
        pytest.param("12GB", "basic_12gb_voice", id="the other plan at once"),
        pytest.param("そうですね", None, id="neither"),
        pytest.param("最初の", None, id="plans have not been shown"),
    ],
)
@pytest.mark.usefixtures("waiting")
def test_waiting_change_is_answered_in_words(
    helpdesk: Helpdesk, text: str, found: str | None
):
    form = ValidatePlanForm(helpdesk)

    assert extract(form, "plan_choice", turn("yuki", text, **ASKED)) == (
        {} if found is None else {"plan_choice": found}
    )


@pytest.mark.parametrize(
    ("value", "slots", "told"),
    [
        pytest.param(SIX, {"plan_choice": SIX}, [], id="possible"),
        pytest.param(
            "basic_3gb_voice",
            {"plan_choice": None},
            [utter("utter_plan_not_possible")],
            id="the present one",
        ),
        pytest.param(
            "basic_6gb_sms",
            {"plan_choice": None},
            [utter("utter_plan_not_possible")],
            id="another service type",
        ),
        pytest.param(
            "other", {"plan_choice": None, "plan_replaces": True}, [], id="another"
        ),
        pytest.param("withdraw", {"plan_choice": None}, [], id="nothing waits"),
    ],
)
def test_choice_is_checked(
    helpdesk: Helpdesk, value: str, slots: dict[str, Any], told: list[dict[str, Any]]
):
    form = ValidatePlanForm(helpdesk)

    assert validate(form, "plan_choice", value, turn("yuki", **ASKED)) == (slots, told)


def test_plan_that_cannot_be_changed_is_told_at_once(
    helpdesk: Helpdesk, hold_anyway: Callable[[str, str], None]
):
    hold_anyway("kenji", "kenji.1")
    form = ValidatePlanForm(helpdesk)
    given_up = dict.fromkeys(("plan_subscription", "plan_choice", "plan_confirmed"))

    assert validate(form, "plan_subscription", "kenji.1", turn("kenji")) == (
        given_up | {"requested_slot": None},
        [utter("utter_plan_not_started")],
    )


@pytest.mark.parametrize("choice", ["withdraw", "basic_3gb_voice"])
def test_what_became_impossible_ends_the_form(helpdesk: Helpdesk, choice: str):
    problem = "nothing_to_withdraw" if choice == "withdraw" else "not_possible"
    tracker = turn("yuki", form="plan_form", plan_choice=choice, **ASKED)

    assert run(ActionAskPlanConfirmed(helpdesk), tracker) == (
        ENDED,
        [utter(f"utter_plan_{problem}")],
    )


@pytest.mark.parametrize("action", [ActionAskPlanChoice, ActionAskPlanConfirmed])
def test_whoever_is_no_holder_any_more_is_asked_nothing(
    helpdesk: Helpdesk, action: Any
):
    with pytest.raises(NotAllowed):
        run(action(helpdesk), turn("hiro", **ASKED))


def test_same_event_changes_once(helpdesk: Helpdesk):
    slots = ASKED | {"plan_choice": SIX, "plan_confirmed": "yes"}
    tracker = turn("yuki", event_id="yuki:c1", **slots)

    done = [run(ActionFinishPlanChange(helpdesk), tracker) for _ in range(2)]

    assert (done[0], next_plan(helpdesk)) == (done[1], SIX)


@pytest.mark.parametrize("confirmed", ["no", None])
def test_without_a_yes_nothing_changes(helpdesk: Helpdesk, confirmed: str | None):
    tracker = turn("yuki", plan_choice=SIX, plan_confirmed=confirmed, **ASKED)

    done = run(ActionFinishPlanChange(helpdesk), tracker)

    told = [] if confirmed is None else [utter("utter_plan_cancelled")]
    assert (done, next_plan(helpdesk)) == ((forgotten("plan_form"), told), None)


@pytest.mark.parametrize("choice", [SIX, "withdraw"])
@pytest.mark.usefixtures("waiting")
def test_whoever_is_no_holder_any_more_changes_nothing(helpdesk: Helpdesk, choice: str):
    tracker = turn("hiro", plan_choice=choice, plan_confirmed="yes", **ASKED)

    done = run(ActionFinishPlanChange(helpdesk), tracker)

    assert (done, next_plan(helpdesk)) == (
        (forgotten("plan_form"), [utter("utter_plan_holder_only")]),
        SIX,
    )


@pytest.mark.parametrize(
    ("choice", "key"),
    [(SIX, "plan_changed:e1"), ("withdraw", "plan_change_withdrawn:e1")],
)
def test_carrier_that_does_not_answer_leaves_the_change_pending(
    shaky: Shaky, choice: str, key: str
):
    helpdesk, carrier = shaky
    carrier.away = {"everything"}
    slots = ASKED | {"plan_choice": choice, "plan_confirmed": "yes"}

    with pytest.raises(ChangePending) as pending:
        run(ActionFinishPlanChange(helpdesk), turn("yuki", event_id="e1", **slots))

    assert pending.value.key == key


def test_receipts_are_given_even_if_the_carrier_goes_away_after_them(shaky: Shaky):
    helpdesk, carrier = shaky
    carrier.away = {"contract"}
    done = []

    for choice in (SIX, "withdraw"):
        slots = ASKED | {"plan_choice": choice, "plan_confirmed": "yes"}
        tracker = turn("yuki", event_id=choice, **slots)
        done.append(run(ActionFinishPlanChange(helpdesk), tracker)[1])

    assert done == [
        [utter("utter_plan_changed_from", starts=STARTS)],
        [utter("utter_plan_withdrawn")],
    ]


@pytest.mark.parametrize(
    ("customer", "subscription", "problem", "told"),
    [
        pytest.param(
            *("yuki", "yuki.1", PlanProblem.NO_OTHER_PLAN),
            utter("utter_plan_no_other_plan"),
            id="no other plan",
        ),
        pytest.param(
            *("yuki", "yuki.1", PlanProblem.NOT_POSSIBLE),
            utter("utter_plan_not_possible"),
            id="not possible",
        ),
        pytest.param(
            *("yuki", "yuki.1", PlanProblem.NOTHING_TO_WITHDRAW),
            utter("utter_plan_nothing_to_withdraw"),
            id="nothing to withdraw",
        ),
        pytest.param(
            *("mika", "mika.1", PlanProblem.NOT_STARTED),
            utter("utter_plan_starts_on", started_on="11月26日(木)"),
            id="day known",
        ),
        pytest.param(
            *("kenji", "kenji.1", PlanProblem.NOT_STARTED),
            utter("utter_plan_not_started"),
            id="day unknown",
        ),
    ],
)
def test_each_problem_has_its_sentence(
    helpdesk: Helpdesk,
    hold_anyway: Callable[[str, str], None],
    customer: str,
    subscription: str,
    problem: PlanProblem,
    told: dict[str, Any],
):
    hold_anyway(customer, subscription)
    dispatcher = CollectingDispatcher()

    tell_plan_problem(helpdesk, dispatcher, turn(customer), subscription, problem)

    assert said(dispatcher) == [told]
