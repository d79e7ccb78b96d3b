"""Changes at the carrier: made once, answered alike, and finished whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.changes import Change, ChangeKind, ChangeState
from helpdesk.domain.data_gift import GiftProblem, GiftRefused
from helpdesk.domain.plans import PlanProblem, PlanRefused, Price
from helpdesk.domain.purchases import PurchaseProblem, PurchaseRefused
from helpdesk.services.carrier import (
    KeyUsedTwice,
    NoReissueLeft,
    NoSuchSubscription,
    PurchaseReceipt,
)
from helpdesk.services.changes import ChangePending, as_result, receipt_of
from helpdesk.services.ports import Unit
from helpdesk.storage import carrier_tables, tables
from tests.fakes import NOW, FakeClock
from tests.services.carrier_talk import Unsteady, balance, unsteady
from tests.services.conftest import Rows

Audit = Callable[[], list[tuple[Any, ...]]]
Inbox = Callable[[str], list[str | None]]

BUY = Change(
    *("buy:1", ChangeKind.PURCHASE, "customer:yuki", "yuki", "yuki.1"),
    {"megabytes": 500},
    NOW,
)
RESULT = {
    "megabytes": 500,
    "yen": 500,
    "with_tax": False,
    "expires_on": "2026-12-31",
}
AUDITED = (
    *("customer:yuki", "data_bought", "yuki.1"),
    {"megabytes": 500, "key": "buy:1"},
)
TOLD = '/EXTERNAL_change_settled{"change": "buy:1"}'
BEFORE = 500


@pytest.fixture
def services(helpdesk: Helpdesk) -> Unsteady:
    return unsteady(helpdesk)


def bought(helpdesk: Helpdesk) -> int:
    """MB that were bought, beside those of the sample."""
    return balance(helpdesk, "yuki.1").bought - BEFORE


def pending(services: Unsteady, change: Change = BUY) -> str:
    """Ask for a change of which the carrier says nothing; its key."""
    services.carrier.fails_before = 1
    with pytest.raises(ChangePending) as waits:
        services.changes.make(change)
    return waits.value.key


# --- Answered at once -----------------------------------------------------------------


def test_change_is_made(
    helpdesk: Helpdesk, services: Unsteady, audit: Audit, inbox: Inbox
):
    result = services.changes.make(BUY)

    assert (result, bought(helpdesk)) == (RESULT, 500)
    assert (audit(), inbox("yuki")) == ([AUDITED], [])
    assert services.changes.get("buy:1") == replace(
        BUY, state=ChangeState.DONE, result=RESULT
    )


def test_same_key_is_made_once_and_answered_alike(
    helpdesk: Helpdesk, services: Unsteady, clock: FakeClock, audit: Audit
):
    results = [services.changes.make(BUY)]
    clock.forward(days=30)
    results.append(services.changes.make(replace(BUY, asked_at=clock())))

    assert (results, services.carrier.asked) == ([RESULT] * 2, ["buy_data"])
    assert audit() == [AUDITED]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(BUY, detail={"megabytes": 1000}), id="another volume"),
        pytest.param(replace(BUY, subscription="hiro.1"), id="another subscription"),
        pytest.param(
            replace(BUY, kind=ChangeKind.PLAN_WITHDRAWAL), id="something else"
        ),
    ],
)
def test_key_of_another_change_is_refused(
    helpdesk: Helpdesk, services: Unsteady, other: Change
):
    """Or the receipt of one would be taken for that of the other."""
    services.changes.make(BUY)

    with pytest.raises(KeyUsedTwice):
        services.changes.make(other)

    assert (bought(helpdesk), services.carrier.asked) == (500, ["buy_data"])


def refused_by(services: Unsteady, change: Change) -> tuple[type, object]:
    """What comes back instead of an answer."""
    try:
        services.changes.make(change)
    except (GiftRefused, PurchaseRefused, PlanRefused) as refused:
        return type(refused), refused.problem
    except (NoReissueLeft, NoSuchSubscription) as refused:
        return type(refused), str(refused)
    raise AssertionError("it was made")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        pytest.param(
            replace(BUY, detail={"megabytes": 700}),
            (PurchaseRefused, PurchaseProblem.UNIT),
            id="purchase",
        ),
        pytest.param(
            replace(
                BUY,
                key="gift:0",
                kind=ChangeKind.GIFT,
                detail={"receiver": "hiro.1", "megabytes": 900},
            ),
            (GiftRefused, GiftProblem.NOT_ENOUGH),
            id="gift",
        ),
        pytest.param(
            replace(BUY, kind=ChangeKind.PLAN, detail={"plan": "basic_3gb_voice"}),
            (PlanRefused, PlanProblem.NOT_POSSIBLE),
            id="plan",
        ),
        pytest.param(
            replace(BUY, kind=ChangeKind.PLAN_WITHDRAWAL, detail={}),
            (PlanRefused, PlanProblem.NOTHING_TO_WITHDRAW),
            id="withdrawal",
        ),
        pytest.param(
            replace(BUY, subscription="nobody.1"),
            (NoSuchSubscription, "nobody.1"),
            id="subscription",
        ),
    ],
)
def test_refusal_is_answered_alike(
    services: Unsteady,
    clock: FakeClock,
    audit: Audit,
    inbox: Inbox,
    change: Change,
    refusal: tuple[type, object],
):
    found = [refused_by(services, change) for _ in range(2)]
    clock.forward(days=1)
    services.changes.retry()

    assert found == [refusal] * 2
    assert (len(services.carrier.asked), audit(), inbox("yuki")) == (1, [], [])


def test_refused_reissue_stays_refused_on_another_day(
    helpdesk: Helpdesk, services: Unsteady, clock: FakeClock
):
    """Who asked yesterday does not get another code today."""
    for number in range(3):
        helpdesk.carrier.reissue_code("yuki.1", f"before {number}")
    change = replace(BUY, kind=ChangeKind.REISSUE, detail={})

    found = [refused_by(services, change)]
    clock.forward(days=1)
    found.append(refused_by(services, change))

    assert found == [(NoReissueLeft, "")] * 2


@pytest.mark.parametrize(
    ("kind", "detail", "result"),
    [
        (ChangeKind.REISSUE, {}, {}),
        (ChangeKind.GIFT, {"receiver": "hiro.1", "megabytes": 500}, {}),
        (ChangeKind.PURCHASE, {"megabytes": 500}, RESULT),
        (ChangeKind.PLAN, {"plan": "basic_6gb_voice"}, {"from": "2026-12-01"}),
    ],
    ids=str,
)
def test_every_kind_is_audited_with_what_was_asked(
    services: Unsteady,
    audit: Audit,
    kind: ChangeKind,
    detail: dict[str, Any],
    result: dict[str, Any],
):
    change = replace(BUY, key="gift:0", kind=kind, detail=detail)

    answer = services.changes.make(change)

    assert (answer, audit()) == (
        result,
        [("customer:yuki", kind.value, "yuki.1", {**detail, "key": "gift:0"})],
    )


def test_receipt_is_stored_and_read():
    receipt = PurchaseReceipt(500, Price(500, with_tax=False), date(2026, 12, 31))

    assert (as_result(receipt), receipt_of(RESULT)) == (RESULT, receipt)


# --- Answered late --------------------------------------------------------------------


def test_change_waits_while_the_carrier_is_away(
    helpdesk: Helpdesk, services: Unsteady, audit: Audit, inbox: Inbox
):
    key = pending(services)

    assert (key, services.changes.get(key)) == ("buy:1", BUY)
    assert (bought(helpdesk), audit(), inbox("yuki")) == (0, [], [])


def test_change_that_waited_is_finished_and_told_once(
    helpdesk: Helpdesk,
    services: Unsteady,
    clock: FakeClock,
    audit: Audit,
    inbox: Inbox,
):
    pending(services)
    woken = []
    for seconds in (29, 1, 60, 600):
        clock.forward(seconds=seconds)
        woken.append(services.changes.retry())

    assert (woken, bought(helpdesk)) == ([[], ["yuki"], [], []], 500)
    assert (audit(), inbox("yuki")) == ([AUDITED], [TOLD])
    assert services.changes.make(BUY) == RESULT


def test_change_whose_answer_was_lost_is_made_once(
    helpdesk: Helpdesk,
    services: Unsteady,
    clock: FakeClock,
    audit: Audit,
    inbox: Inbox,
):
    services.carrier.fails_after = 2
    with pytest.raises(ChangePending):
        services.changes.make(BUY)
    for seconds in (30, 60):
        clock.forward(seconds=seconds)
        services.changes.retry()

    assert (services.carrier.asked, bought(helpdesk)) == (["buy_data"] * 3, 500)
    assert (audit(), inbox("yuki")) == ([AUDITED], [TOLD])


def test_refusal_that_comes_late_is_told_too(
    services: Unsteady, clock: FakeClock, audit: Audit, inbox: Inbox
):
    change = replace(BUY, detail={"megabytes": 700})
    pending(services, change)
    clock.forward(seconds=30)

    woken = services.changes.retry()

    assert (woken, inbox("yuki"), audit()) == (["yuki"], [TOLD], [])
    assert refused_by(services, change) == (PurchaseRefused, PurchaseProblem.UNIT)


def test_who_asks_again_is_answered_then_and_not_told_later(
    helpdesk: Helpdesk, services: Unsteady, clock: FakeClock, inbox: Inbox
):
    pending(services)

    result = services.changes.make(BUY)
    clock.forward(hours=1)
    services.changes.retry()

    assert (result, bought(helpdesk), inbox("yuki")) == (RESULT, 500, [])


def test_nobody_is_told_of_a_change_on_a_page(
    helpdesk: Helpdesk, services: Unsteady, clock: FakeClock, rows: Rows
):
    pending(services, replace(BUY, customer=None))
    clock.forward(seconds=30)

    woken = services.changes.retry()

    assert (woken, bought(helpdesk), rows(tables.inbox)) == ([], 500, [])


def test_key_cannot_break_out_of_the_message(
    services: Unsteady, clock: FakeClock, inbox: Inbox
):
    key = 'x", "slot": "y'
    pending(services, replace(BUY, key=key))
    clock.forward(seconds=30)

    services.changes.retry()

    assert inbox("yuki") == [
        '/EXTERNAL_change_settled{"change": "x\\", \\"slot\\": \\"y"}'
    ]


def test_pauses_between_tries_grow_to_ten_minutes(services: Unsteady, clock: FakeClock):
    services.carrier.fails_before = 1000
    with pytest.raises(ChangePending):
        services.changes.make(BUY)
    asked_after = []

    for seconds in range(10, 3600, 10):
        clock.forward(seconds=10)
        before = len(services.carrier.asked)
        services.changes.retry()
        asked_after += [seconds] * (len(services.carrier.asked) - before)

    assert asked_after == [30, 90, 210, 450, 930, 1530, 2130, 2730, 3330]


def test_carrier_may_be_away_for_days(
    helpdesk: Helpdesk, services: Unsteady, clock: FakeClock, inbox: Inbox
):
    services.carrier.fails_before = 400
    with pytest.raises(ChangePending):
        services.changes.make(BUY)

    for _ in range(410):
        clock.forward(minutes=10)
        services.changes.retry()

    assert (bought(helpdesk), inbox("yuki")) == (500, [TOLD])


def test_retry_takes_some_at_once_and_the_rest_after_that(
    services: Unsteady, clock: FakeClock
):
    for number in range(25):
        pending(services, replace(BUY, key=f"buy:{number}"))
    clock.forward(minutes=1)

    woken = [len(services.changes.retry()) for _ in range(3)]

    assert woken == [20, 5, 0]


def test_change_that_fails_holds_up_no_other(
    services: Unsteady, clock: FakeClock, inbox: Inbox
):
    """A fault of ours is logged at the edge; what stands behind it goes on."""
    with pytest.raises(KeyError):
        services.changes.make(replace(BUY, key="buy:0", detail={}))
    clock.forward(seconds=1)
    pending(services)
    clock.forward(minutes=1)

    with pytest.raises(KeyError):
        services.changes.retry()
    woken = services.changes.retry()

    assert (woken, inbox("yuki")) == (["yuki"], [TOLD])


# --- Several at once, and crashes -----------------------------------------------------


def test_change_that_was_noted_before_a_crash_is_made(
    helpdesk: Helpdesk, services: Unsteady, clock: FakeClock, inbox: Inbox
):
    with helpdesk.database.writing() as unit:
        services.changes.note(unit, BUY)
    clock.forward(seconds=30)

    woken = services.changes.retry()

    assert (woken, bought(helpdesk), inbox("yuki")) == (["yuki"], 500, [TOLD])


def test_change_of_a_failed_unit_is_not_made(
    helpdesk: Helpdesk, services: Unsteady, clock: FakeClock, rows: Rows
):
    def fail() -> None:
        with helpdesk.database.writing() as unit:
            services.changes.note(unit, BUY)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    clock.forward(seconds=30)

    assert (services.changes.retry(), rows(carrier_tables.changes)) == ([], [])


def test_second_retrier_leaves_alone_what_the_first_asks_for(
    helpdesk: Helpdesk, services: Unsteady, clock: FakeClock, inbox: Inbox
):
    pending(services)
    clock.forward(seconds=30)
    found = []
    services.carrier.meanwhile = lambda: found.append(services.changes.retry())

    woken = services.changes.retry()

    assert (woken, found, bought(helpdesk)) == (["yuki"], [[]], 500)
    assert inbox("yuki") == [TOLD]


def test_late_answer_and_second_question_settle_once(
    helpdesk: Helpdesk,
    services: Unsteady,
    clock: FakeClock,
    audit: Audit,
    inbox: Inbox,
):
    pending(services)
    clock.forward(seconds=30)
    found = []
    services.carrier.meanwhile = lambda: found.append(services.changes.make(BUY))

    woken = services.changes.retry()

    # Who asked again knows already: it is not told once more.
    assert (woken, found, bought(helpdesk)) == (["yuki"], [RESULT], 500)
    assert (audit(), inbox("yuki")) == ([AUDITED], [])


def test_listener_hears_once_of_every_end(
    helpdesk: Helpdesk, services: Unsteady, clock: FakeClock
):
    heard: list[tuple[str, ChangeState]] = []
    services.changes.on_settled(
        ChangeKind.PURCHASE,
        lambda _, change: heard.append((change.key, change.state)),
    )
    late = replace(BUY, key="late")
    pending(services, late)

    for _ in range(2):
        services.changes.make(BUY)
    refused_by(services, replace(BUY, key="refused", detail={"megabytes": 700}))
    services.changes.make(
        replace(
            BUY, key="plan", kind=ChangeKind.PLAN, detail={"plan": "basic_500mb_voice"}
        )
    )
    clock.forward(minutes=1)
    for _ in range(2):
        services.changes.retry()

    assert heard == [
        ("buy:1", ChangeState.DONE),
        ("refused", ChangeState.REFUSED),
        ("late", ChangeState.DONE),
    ]


def test_listener_is_part_of_the_transaction(
    helpdesk: Helpdesk,
    services: Unsteady,
    clock: FakeClock,
    audit: Audit,
    inbox: Inbox,
):
    """If it fails, the change is not settled, and is asked for again."""
    fails = [True]

    def note(unit: Unit, change: Change) -> None:
        unit.audit.add(clock(), "listener", "heard", change.key)
        if fails.pop():
            fails.append(False)
            raise ZeroDivisionError
        fails.append(False)

    services.changes.on_settled(ChangeKind.PURCHASE, note)
    with pytest.raises(ZeroDivisionError):
        services.changes.make(BUY)
    after_fault = (services.changes.get("buy:1").state, audit())
    clock.forward(seconds=30)
    services.changes.retry()

    assert after_fault == (ChangeState.PENDING, [])
    assert audit() == [AUDITED, ("listener", "heard", "buy:1", {})]
    assert (bought(helpdesk), inbox("yuki")) == (500, [TOLD])


def test_settled_change_knows_when(services: Unsteady, clock: FakeClock, rows: Rows):
    pending(services)
    clock.forward(seconds=30)
    services.changes.retry()

    (row,) = rows(carrier_tables.changes)
    assert (row["asked_at"], row["settled_at"], row["tries"]) == (
        NOW,
        NOW + timedelta(seconds=30),
        1,
    )
