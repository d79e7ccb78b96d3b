"""What is left of the data, from the chat's side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actions.billing import ActionFinishBilling, ActionTellBilling
from actions.data_balance import (
    ActionFinishDataBalance,
    ActionTellDataBalance,
    ValidateDataBalanceForm,
)
from actions.my_page import ActionOpenMyPage
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from helpdesk.services.carrier import CarrierAway
from tests.actions.conftest import ShakyCarrier
from tests.actions.talk import begun, extract, forgotten, run, turn, utter, validate

Shaky = tuple[Helpdesk, ShakyCarrier]


def test_card_has_the_four_parts_with_their_shares(helpdesk: Helpdesk):
    _, told = run(ActionTellDataBalance(helpdesk), turn("yuki"))

    assert (told[0]["response"], told[0]["custom"]["card"]) == (
        "utter_data_left",
        {
            "title": "データ残量（下4桁が5501の回線）",
            "lead": "あと1.3GB",
            "rows": [
                {"label": "前月繰越", "value": "0MB", "share": 0},
                {"label": "データプレゼント", "value": "0MB", "share": 0},
                {
                    "label": "基本データ量",
                    "value": "0.8GB（12月31日(木)まで）",
                    "share": 800 / 1300,
                },
                {
                    "label": "データ量の追加",
                    "value": "500MB（12月31日(木)まで）",
                    "share": 500 / 1300,
                },
            ],
            "note": "今月は2.6GB使いました。データは、上から順に使われます。",
        },
    )


def test_card_of_nothing_has_no_bars_and_tells_the_speed(helpdesk: Helpdesk):
    _, told = run(ActionTellDataBalance(helpdesk), turn("hiro"))

    card = told[0]["custom"]["card"]
    shares = [row["share"] for row in card["rows"]]
    assert (told[0]["response"], card["lead"], shares, "200kbps" in card["note"]) == (
        "utter_data_used_up",
        "あと0MB",
        [None] * 4,
        True,
    )


@pytest.mark.parametrize(
    ("text", "entities", "slots", "found"),
    [
        pytest.param("1102の残量", {}, {}, "eita.2", id="unasked, last4"),
        pytest.param("あと1ギガある？", {}, {}, None, id="unasked, a digit"),
        pytest.param("自分の残量", {"holder_is": "same"}, {}, "eita.1", id="own"),
        pytest.param(
            "娘のほう", {}, {"requested_slot": "data_subscription"}, None, id="?"
        ),
        pytest.param(
            "２番目", {}, {"requested_slot": "data_subscription"}, "eita.2", id="place"
        ),
        pytest.param(
            "最後の",
            {},
            {"requested_slot": "data_subscription"},
            "eita.2",
            id="place in words",
        ),
        pytest.param("最後の残量", {}, {}, None, id="unasked, a place"),
        pytest.param(
            "/inform_order_channel",
            {"chosen_subscription": "eita.2"},
            {"requested_slot": "data_subscription"},
            "eita.2",
            id="tapped",
        ),
        pytest.param(
            '/EXTERNAL_change_settled{"change": "x:1"}',
            {},
            {"requested_slot": "data_subscription"},
            None,
            id="news of the gateway",
        ),
        pytest.param(
            "1102", {}, {"data_subscription": "eita.1"}, None, id="chosen already"
        ),
    ],
)
def test_one_of_several_is_chosen(
    helpdesk: Helpdesk,
    hold: Callable[..., None],
    text: str,
    entities: dict[str, str],
    slots: dict[str, str],
    found: str | None,
):
    hold("eita", "eita.1", "eita.2")
    form = ValidateDataBalanceForm(helpdesk)
    tracker = turn("eita", text, entities=entities, **slots)

    assert extract(form, "data_subscription", tracker) == (
        {} if found is None else {"data_subscription": found}
    )


def test_own_is_the_one_that_the_customer_is_linked_to_as_end_user(
    helpdesk: Helpdesk, hold: Callable[..., None]
):
    hold("eita", "eita.1", "eita.2")
    helpdesk.linking.link("eita", "eita.2", LinkRole.END_USER)
    tracker = turn("eita", "自分の", entities={"holder_is": "same"})

    assert extract(ValidateDataBalanceForm(helpdesk), "data_subscription", tracker) == {
        "data_subscription": "eita.2"
    }


@pytest.mark.parametrize(("value", "kept"), [("yuki.1", "yuki.1"), ("eita.1", None)])
def test_somebody_else_s_subscription_is_no_answer(
    helpdesk: Helpdesk, value: str, kept: str | None
):
    form = ValidateDataBalanceForm(helpdesk)

    assert validate(form, "data_subscription", value, turn("yuki")) == (
        {"data_subscription": kept},
        [],
    )


def test_of_several_one_is_asked_for(helpdesk: Helpdesk, hold: Callable[..., None]):
    hold("eita", "eita.1", "eita.2")

    assert [
        run(action(helpdesk), turn("eita"))
        for action in (ActionTellDataBalance, ActionTellBilling)
    ] == [(begun("data_balance_form"), []), (begun("billing_form"), [])]


def test_whoever_is_unlinked_meanwhile_sees_nothing(helpdesk: Helpdesk):
    slots = {"data_subscription": "yuki.1", "bill_subscription": "yuki.1"}

    assert [
        run(action(helpdesk), turn("emi", **slots))
        for action in (ActionFinishDataBalance, ActionFinishBilling)
    ] == [
        (forgotten("data_balance_form"), [utter("utter_data_balance")]),
        (forgotten("billing_form"), [utter("utter_billing")]),
    ]


@pytest.mark.parametrize("action", [ActionTellDataBalance, ActionTellBilling])
def test_carrier_that_does_not_answer_is_left_to_the_edge(shaky: Shaky, action: Any):
    helpdesk, carrier = shaky
    carrier.away = {"everything"}

    with pytest.raises(CarrierAway):
        run(action(helpdesk), turn("yuki"))


def test_my_page_is_offered_by_role(helpdesk: Helpdesk):
    action = ActionOpenMyPage(helpdesk)

    assert [run(action, turn(who))[1] for who in ("yuki", "hiro", "emi")] == [
        [utter("utter_open_my_page_holder")],
        [utter("utter_open_my_page_end_user")],
        [utter("utter_open_my_page")],
    ]
