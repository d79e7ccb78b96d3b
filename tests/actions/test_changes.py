"""What the customer hears of a change that the carrier answered late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from actions.changes import ActionTellChangeSettled
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.changes import Change, ChangeKind, ChangeState
from helpdesk.services.changes import ChangePending
from helpdesk.services.rights import Viewer
from tests.actions.conftest import ShakyCarrier
from tests.actions.talk import run, turn, utter

Shaky = tuple[Helpdesk, ShakyCarrier]
YUKI = Viewer.of_customer("yuki")
STARTS = "12月1日(火)（7:00~15:00ごろ）"


@pytest.fixture
def settled(helpdesk: Helpdesk) -> Callable[..., list[dict[str, Any]]]:
    """What is said of Yuki's change of this kind that ended so."""

    def tell(
        kind: ChangeKind,
        result: dict[str, Any],
        *,
        refused: bool = False,
        customer: str = "yuki",
    ) -> list[dict[str, Any]]:
        key = f"{kind.value}:late"
        change = Change(
            *(key, kind, "customer:yuki", customer, "yuki.1"),
            {"megabytes": 1000},
            helpdesk.clock(),
            ChangeState.REFUSED if refused else ChangeState.DONE,
            result,
        )
        with helpdesk.database.writing() as unit:
            asked = replace(change, state=ChangeState.PENDING, result=None)
            unit.changes.add(asked, helpdesk.clock())
            unit.changes.settle(change, helpdesk.clock())
        tracker = turn("yuki", entities={"change": key})
        return run(ActionTellChangeSettled(helpdesk), tracker)[1]

    return tell


def test_late_purchase_is_told_with_its_receipt(
    helpdesk: Helpdesk, settled: Callable[..., list[dict[str, Any]]]
):
    receipt = {"megabytes": 1000, "yen": 1000, "with_tax": False}
    told = settled(ChangeKind.PURCHASE, receipt | {"expires_on": "2026-12-31"})

    assert [
        (each["response"], (each.get("custom") or {}).get("card", {}).get("lead"))
        for each in told
    ] == [("utter_change_settled", None), ("utter_data_bought", "1GB")]


def test_late_plan_change_is_told_with_its_day(
    helpdesk: Helpdesk, settled: Callable[..., list[dict[str, Any]]]
):
    helpdesk.contracts.change_plan(YUKI, "yuki.1", "basic_6gb_voice", "asked")

    told = settled(ChangeKind.PLAN, {"from": "2026-12-01"})

    card = told[1]["custom"]["card"]
    assert (told[0], told[1]["response"], card["lead"], card["rows"][-1]["value"]) == (
        utter("utter_change_settled"),
        "utter_plan_changed",
        "ベーシックプラン 6GB",
        STARTS,
    )


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        pytest.param(
            ChangeKind.PLAN_WITHDRAWAL,
            utter("utter_plan_withdrawn_stays", plan="ベーシックプラン 3GB"),
            id="withdrawal",
        ),
        pytest.param(
            ChangeKind.REISSUE,
            utter("utter_reissued", number_last4="5501"),
            id="reissue",
        ),
        pytest.param(
            ChangeKind.GIFT,
            utter("utter_change_gift_arrived", volume="1GB"),
            id="gift",
        ),
    ],
)
def test_what_is_done_is_told(
    settled: Callable[..., list[dict[str, Any]]],
    kind: ChangeKind,
    said: dict[str, Any],
):
    assert settled(kind, {}) == [utter("utter_change_settled"), said]


@pytest.mark.parametrize(
    ("kind", "refused", "problem", "said"),
    [
        pytest.param(
            *(ChangeKind.PURCHASE, "purchase", "used_up"),
            utter("utter_purchase_used_up"),
            id="purchase",
        ),
        pytest.param(
            *(ChangeKind.PLAN, "plan", "not_possible"),
            utter("utter_plan_not_possible"),
            id="plan",
        ),
        pytest.param(
            *(ChangeKind.PLAN_WITHDRAWAL, "plan", "nothing_to_withdraw"),
            utter("utter_plan_nothing_to_withdraw"),
            id="withdrawal",
        ),
        pytest.param(
            *(ChangeKind.REISSUE, "reissue", ""),
            utter("utter_reissue_limit", number_last4="5501", limit="3"),
            id="reissue",
        ),
        pytest.param(
            *(ChangeKind.GIFT, "gift", "not_enough"),
            utter("utter_change_gift_refused"),
            id="gift",
        ),
        pytest.param(
            *(ChangeKind.PURCHASE, "subscription", "yuki.1"),
            utter("utter_change_no_contract"),
            id="contract has ended",
        ),
    ],
)
def test_what_is_refused_is_told_with_the_way_out(
    settled: Callable[..., list[dict[str, Any]]],
    kind: ChangeKind,
    refused: str,
    problem: str,
    said: dict[str, Any],
):
    result = {"refused": refused, "problem": problem}

    assert settled(kind, result, refused=True) == [utter("utter_change_not_made"), said]


def test_somebody_else_s_change_is_not_told(
    settled: Callable[..., list[dict[str, Any]]],
):
    assert settled(ChangeKind.REISSUE, {}, customer="hiro") == []


def test_change_that_waited_is_made_once_and_told(shaky: Shaky):
    helpdesk, carrier = shaky
    carrier.away = {"buy_data"}
    with pytest.raises(ChangePending) as pending:
        helpdesk.contracts.buy(YUKI, "yuki.1", 1000, "e1")
    carrier.away = set()
    helpdesk.clock.forward(minutes=1)  # type: ignore[attr-defined]  # the fake one

    told = helpdesk.changes.retry()

    entities = {"change": pending.value.key}
    heard = run(ActionTellChangeSettled(helpdesk), turn("yuki", entities=entities))[1]
    usage = helpdesk.contracts.usage(YUKI, "yuki.1")
    assert (told, [each["response"] for each in heard], usage.balance.bought) == (
        ["yuki"],
        ["utter_change_settled", "utter_data_bought"],
        1500,
    )
