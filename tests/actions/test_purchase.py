"""データ量の追加, from the chat's side: what the conversations do not reach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.purchase import (
    ActionAskPurchaseAmount,
    ActionAskPurchaseConfirmed,
    ActionBeginPurchase,
    ActionFinishPurchase,
    ValidatePurchaseForm,
)
from actions.purchase_words import tell_purchase_problem
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.purchases import PurchaseProblem
from helpdesk.domain.rights import NotAllowed
from helpdesk.services.carrier import CarrierAway
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
NOTHING = dict.fromkeys(
    ("purchase_subscription", "purchase_amount", "purchase_confirmed")
)
CHOSEN = {"purchase_subscription": "yuki.1", "purchase_amount": 1000}


@pytest.fixture
def buy(helpdesk: Helpdesk) -> Callable[[int], None]:
    """Buys 500MB for Yuki so many times this month."""

    def make(times: int) -> None:
        for number in range(times):
            helpdesk.contracts.buy(
                Viewer.of_customer("yuki"), "yuki.1", 500, f"earlier-{number}"
            )

    return make


def bought(helpdesk: Helpdesk) -> int:
    """Yuki's bought data in MB."""
    usage = helpdesk.contracts.usage(Viewer.of_customer("yuki"), "yuki.1")
    return usage.balance.bought


def test_begin_is_for_the_linked_holder(helpdesk: Helpdesk):
    action = ActionBeginPurchase(helpdesk)

    assert [run(action, turn(customer)) for customer in ("yuki", "hiro", "emi")] == [
        (begun("purchase_form"), []),
        ([], [utter("utter_purchase_holder_only")]),
        ([], [utter("utter_add_data")]),
    ]


@pytest.mark.parametrize(
    ("text", "slots", "intent", "found"),
    [
        pytest.param("1ギガ追加したい", {}, "add_data", 1000, id="in the wish"),
        pytest.param(
            "1ギガ余ってる？", {}, "check_data_balance", None, id="other wish"
        ),
        pytest.param(
            "500メガ", {"requested_slot": "purchase_amount"}, None, 500, id="mega"
        ),
        pytest.param(
            "１ＧＢで", {"requested_slot": "purchase_amount"}, None, 1000, id="wide"
        ),
        pytest.param(
            "0.5GB", {"requested_slot": "purchase_amount"}, None, 500, id="part"
        ),
        pytest.param(
            "全部", {"requested_slot": "purchase_amount"}, None, None, id="all"
        ),
        pytest.param(
            "はい、1GBで",
            {"requested_slot": "purchase_confirmed", "purchase_amount": 1000},
            "affirm",
            None,
            id="the same again",
        ),
        pytest.param(
            "いや、500MBで",
            {"requested_slot": "purchase_confirmed", "purchase_amount": 1000},
            "deny",
            500,
            id="another at the end",
        ),
        pytest.param(
            '/EXTERNAL_change_settled{"change": "data_bought:1gb"}',
            {"requested_slot": "purchase_amount"},
            "EXTERNAL_change_settled",
            None,
            id="news of the gateway",
        ),
    ],
)
def test_amount_is_read_where_it_means_one(
    helpdesk: Helpdesk,
    text: str,
    slots: dict[str, Any],
    intent: str | None,
    found: int | None,
):
    form = ValidatePurchaseForm(helpdesk)
    tracker = turn("yuki", text, intent=intent, **slots)

    assert extract(form, "purchase_amount", tracker) == (
        {} if found is None else {"purchase_amount": found}
    )


@pytest.mark.parametrize(
    ("text", "asked", "found"),
    [
        pytest.param("いちばん小さいの", "amount", 500, id="smallest"),
        pytest.param("安いのにします", "amount", 500, id="cheapest"),
        pytest.param("最大で", "amount", 3000, id="largest"),
        pytest.param("2番目", "amount", 1000, id="place"),
        pytest.param("１つ目", "amount", 500, id="place, wide"),
        pytest.param("最後の", "amount", 3000, id="last"),
        pytest.param("3で", "amount", None, id="3GB or the third"),
        pytest.param("高いのでやめたい", "amount", None, id="too dear"),
        pytest.param("もっと安いのはない？", "amount", None, id="a question"),
        pytest.param("いや、大きいほうで", "confirmed", 3000, id="another at the end"),
        pytest.param("小さいほうで", "confirmed", None, id="the same again"),
        pytest.param(
            "はい、最後のところは", "confirmed", None, id="no place at the end"
        ),
    ],
)
def test_amount_is_chosen_by_size_or_place(
    helpdesk: Helpdesk, text: str, asked: str, found: int | None
):
    slots: dict[str, Any] = {
        "purchase_subscription": "yuki.1",
        "requested_slot": f"purchase_{asked}",
        "purchase_amount": 500 if asked == "confirmed" else None,
    }

    chosen = extract(
        ValidatePurchaseForm(helpdesk), "purchase_amount", turn("yuki", text, **slots)
    )

    assert chosen == ({} if found is None else {"purchase_amount": found})


def test_no_amount_is_chosen_where_none_is_sold_any_more(
    helpdesk: Helpdesk, buy: Callable[[int], None]
):
    buy(3)
    slots = {"purchase_subscription": "yuki.1", "requested_slot": "purchase_amount"}
    tracker = turn("yuki", "安いの", **slots)

    assert extract(ValidatePurchaseForm(helpdesk), "purchase_amount", tracker) == {}


def test_tapped_amount_is_a_number(helpdesk: Helpdesk):
    form = ValidatePurchaseForm(helpdesk)
    slots = {"requested_slot": "purchase_amount"}
    tracker = turn("yuki", entities={"chosen_amount": "500"}, **slots)

    assert extract(form, "purchase_amount", tracker) == {"purchase_amount": 500}


def test_used_up_is_told_before_any_question(
    helpdesk: Helpdesk, buy: Callable[[int], None]
):
    buy(3)
    form = ValidatePurchaseForm(helpdesk)

    assert validate(form, "purchase_subscription", "yuki.1", turn("yuki")) == (
        NOTHING | {"requested_slot": None},
        [utter("utter_purchase_used_up")],
    )


def test_somebody_else_s_subscription_is_no_answer(helpdesk: Helpdesk):
    form = ValidatePurchaseForm(helpdesk)

    assert validate(form, "purchase_subscription", "eita.1", turn("yuki")) == (
        {"purchase_subscription": None},
        [],
    )


@pytest.mark.parametrize(
    "action", [ActionAskPurchaseAmount, ActionAskPurchaseConfirmed]
)
def test_used_up_meanwhile_ends_the_form(
    helpdesk: Helpdesk, buy: Callable[[int], None], action: Any
):
    buy(3)
    tracker = turn(
        "yuki", form="purchase_form", paused_procedures=["plan_form"], **CHOSEN
    )

    assert run(action(helpdesk), tracker) == (
        [
            *forgotten("purchase_form"),
            SlotSet("paused_procedures", ["plan_form"]),
            ActiveLoop(None),
            SlotSet("requested_slot", None),
            SlotSet("paused_procedures", []),
            FollowupAction("plan_form"),
        ],
        [utter("utter_purchase_used_up"), utter("utter_back_to_procedure")],
    )


@pytest.mark.parametrize(
    "action", [ActionAskPurchaseAmount, ActionAskPurchaseConfirmed]
)
def test_whoever_is_no_holder_any_more_is_asked_nothing(
    helpdesk: Helpdesk, action: Any
):
    with pytest.raises(NotAllowed):
        run(action(helpdesk), turn("hiro", **CHOSEN))


def test_same_event_buys_once(helpdesk: Helpdesk):
    tracker = turn("yuki", purchase_confirmed="yes", event_id="yuki:c1", **CHOSEN)

    done = [run(ActionFinishPurchase(helpdesk), tracker) for _ in range(2)]

    assert (done[0], bought(helpdesk)) == (done[1], 1500)


@pytest.mark.parametrize("confirmed", ["no", None])
def test_without_a_yes_nothing_is_bought(helpdesk: Helpdesk, confirmed: str | None):
    tracker = turn("yuki", purchase_confirmed=confirmed, **CHOSEN)

    done = run(ActionFinishPurchase(helpdesk), tracker)

    told = [] if confirmed is None else [utter("utter_purchase_cancelled")]
    assert (done, bought(helpdesk)) == ((forgotten("purchase_form"), told), 500)


def test_whoever_is_no_holder_any_more_buys_nothing(helpdesk: Helpdesk):
    tracker = turn("hiro", purchase_confirmed="yes", **CHOSEN)

    done = run(ActionFinishPurchase(helpdesk), tracker)

    assert (done, bought(helpdesk)) == (
        (forgotten("purchase_form"), [utter("utter_purchase_holder_only")]),
        500,
    )


def test_carrier_that_does_not_answer_leaves_the_purchase_pending(shaky: Shaky):
    helpdesk, carrier = shaky
    carrier.away = {"everything"}
    tracker = turn("yuki", purchase_confirmed="yes", event_id="e1", **CHOSEN)

    with pytest.raises(ChangePending) as pending:
        run(ActionFinishPurchase(helpdesk), tracker)

    assert pending.value.key == "data_bought:e1"


def test_carrier_that_does_not_answer_asks_no_question(shaky: Shaky):
    helpdesk, carrier = shaky
    carrier.away = {"everything"}

    with pytest.raises(CarrierAway):
        run(ActionBeginPurchase(helpdesk), turn("yuki"))


def test_receipt_is_given_even_if_the_carrier_goes_away_after_it(shaky: Shaky):
    helpdesk, carrier = shaky
    carrier.away = {"subscription", "purchase_offer"}
    tracker = turn("yuki", purchase_confirmed="yes", **CHOSEN)

    _, told = run(ActionFinishPurchase(helpdesk), tracker)

    card = told[0]["custom"]["card"]
    assert (told[0]["response"], [row["value"] for row in card["rows"]]) == (
        "utter_data_bought",
        ["1,000円（税抜）", "12月31日(木)まで", "マイページで確認できます"],
    )


@pytest.mark.parametrize(
    ("customer", "subscription", "problem", "told"),
    [
        pytest.param(
            *("yuki", "yuki.1", PurchaseProblem.NETWORK),
            utter("utter_purchase_network"),
            id="network",
        ),
        pytest.param(
            *("yuki", "yuki.1", PurchaseProblem.UNIT),
            utter("utter_purchase_unit"),
            id="unit",
        ),
        pytest.param(
            *("mika", "mika.1", PurchaseProblem.NOT_STARTED),
            utter("utter_purchase_starts_on", started_on="11月26日(木)"),
            id="day known",
        ),
        pytest.param(
            *("kenji", "kenji.1", PurchaseProblem.NOT_STARTED),
            utter("utter_purchase_not_started"),
            id="day unknown",
        ),
    ],
)
def test_each_problem_has_its_sentence(
    helpdesk: Helpdesk,
    hold_anyway: Callable[[str, str], None],
    customer: str,
    subscription: str,
    problem: PurchaseProblem,
    told: dict[str, Any],
):
    hold_anyway(customer, subscription)
    dispatcher = CollectingDispatcher()

    tell_purchase_problem(helpdesk, dispatcher, turn(customer), subscription, problem)

    assert said(dispatcher) == [told]
