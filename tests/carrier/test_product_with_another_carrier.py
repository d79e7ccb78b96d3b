"""いつでもヘルプ with another carrier: all that customers do, and what waits for it."""

from __future__ import annotations

import logging
from datetime import date

import pytest
from sqlalchemy import Table, func, select

from helpdesk.bootstrap import Helpdesk, build
from helpdesk.bootstrap.carrier import note_absent_carrier
from helpdesk.carrier.http_carrier import HttpCarrier
from helpdesk.domain.changes import ChangeState
from helpdesk.domain.data_balance import DataBalance
from helpdesk.domain.data_gift import GiftProblem, GiftRefused, GiftState
from helpdesk.domain.linking import LinkRole
from helpdesk.domain.plans import PlanProblem, PlanRefused
from helpdesk.services.accounts import WrongLogin
from helpdesk.services.carrier import CarrierAway, KeyUsedTwice, RevokedUserCode
from helpdesk.services.changes import ChangePending
from helpdesk.services.rights import Viewer
from helpdesk.settings import Settings
from helpdesk.storage.tables import links
from tests.carrier.conftest import OF_CARRIERS, TOKEN
from tests.carrier.faulty import Fault, FaultyCarrier
from tests.databases import Databases
from tests.fakes import FakeClock

YUKI = Viewer.of_customer("yuki")
YUKIS_CODE = "31415926535897932"
SETTLED = '/EXTERNAL_change_settled{"change": "%s"}'


def inbox(product: Helpdesk, customer: str) -> list[str | None]:
    """The payloads that wait in a customer's inbox; reading finishes them."""
    found: list[str | None] = []
    with product.database.writing() as unit:
        while (item := unit.inbox.pending(customer)) is not None:
            unit.inbox.finish(item.id, product.clock())
            found.append(item.payload)
    return found


# --- What customers do ----------------------------------------------------------------


def test_sample_world_brings_links_and_no_contracts(
    faulty_address: str, settings: Settings, databases: Databases, clock: FakeClock
):
    changes = {
        "database_url": databases.empty(),
        "carrier_url": faulty_address,
        "carrier_token": TOKEN,
    }
    product = build(settings.model_copy(update=changes), clock)
    product.database.migrate()

    product.sample_world.fill()

    def rows(table: Table) -> int | None:
        with product.database.engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(table))

    assert [rows(table) for table in OF_CARRIERS] == [0] * len(OF_CARRIERS)
    assert rows(links) == 3
    assert [
        (link.role, subscription.number_last4)
        for link, subscription in product.linking.links_of("yuki")
    ] == [(LinkRole.HOLDER, "5501"), (LinkRole.END_USER, "5501")]
    assert isinstance(product.carrier, HttpCarrier)
    product.carrier.close()
    product.database.engine.dispose()


def test_customers_link(product: Helpdesk):
    found = product.user_codes.find("aiko", "2468-1357-9024-6824-9")
    product.linking.link("aiko", found.id, LinkRole.END_USER)
    held = product.accounts.log_in("eita", "eita-1", "Sample-Eita-1", None)
    product.linking.link("eita", held.id, LinkRole.HOLDER)

    assert [sub.id for _, sub in product.linking.links_of("aiko")] == ["eita.2"]
    assert [sub.id for sub in product.linking.held_by("eita")] == ["eita.1"]
    with pytest.raises(RevokedUserCode):
        product.user_codes.find("saori", "86420975310000042")
    with pytest.raises(WrongLogin):
        product.accounts.log_in("kenji", "kenji-1", "Sample-Eita-1", None)


def test_holder_reissues(product: Helpdesk):
    product.user_codes.reissue_for("yuki", "yuki.1", "event:1")
    product.user_codes.reissue_for("yuki", "yuki.1", "event:1")

    assert product.user_codes.show("yuki.1", "customer:yuki") != YUKIS_CODE
    assert product.user_codes.reissues_left("yuki.1") == 2


def test_holder_buys_and_changes_the_plan(product: Helpdesk):
    receipt = product.contracts.buy(YUKI, "yuki.1", 500, "event:1")
    starts = product.contracts.change_plan(YUKI, "yuki.1", "basic_6gb_voice", "event:2")
    product.contracts.withdraw_plan_change(YUKI, "yuki.1", "event:3")
    with pytest.raises(PlanRefused) as refused:
        product.contracts.withdraw_plan_change(YUKI, "yuki.1", "event:4")

    assert (receipt.megabytes, receipt.expires_on) == (500, date(2026, 12, 31))
    assert starts == date(2026, 12, 1)
    assert refused.value.problem is PlanProblem.NOTHING_TO_WITHDRAW
    assert product.contracts.usage(YUKI, "yuki.1").balance.bought == 1000
    assert product.contracts.contract(YUKI, "yuki.1").next_plan is None
    assert product.contracts.statements(YUKI, "yuki.1")[0].items[2].yen == 550
    assert len(product.contracts.notices(YUKI, "yuki.1")) == 4


def test_end_users_give_data(product: Helpdesk):
    gift, code = product.gifts.offer("yuki", "yuki.1", 500, "event:1")
    accepted = product.gifts.accept("hiro", code, "hiro.1")

    assert gift.state is GiftState.OFFERED
    assert accepted.state is GiftState.ACCEPTED
    assert accepted.moved_at is not None
    assert product.carrier.usage("hiro.1").balance == DataBalance(gifted=500)
    assert inbox(product, "yuki") == [
        f'/EXTERNAL_gift_ended{{"gift": "{gift.id}", "gift_state": "accepted"}}'
    ]


# --- What waits for the carrier -------------------------------------------------------

FAULTS = pytest.mark.parametrize(
    "fault", [Fault.CUT, Fault.LOST_ANSWER, Fault.SERVER_ERROR, Fault.NO_JSON]
)


def bought(product: Helpdesk) -> int:
    return product.carrier.usage("yuki.1").balance.bought - 500


@FAULTS
def test_purchase_without_an_answer_is_finished_later(
    product: Helpdesk, faulty: FaultyCarrier, clock: FakeClock, fault: Fault
):
    faulty.fault = fault
    with pytest.raises(ChangePending) as waits:
        product.contracts.buy(YUKI, "yuki.1", 500, "event:1")
    key = waits.value.key
    states = [product.changes.get(key).state]
    clock.forward(seconds=29)
    too_early = product.changes.retry()
    clock.forward(minutes=5)
    still_away = product.changes.retry()
    states.append(product.changes.get(key).state)
    faulty.fault = Fault.NONE
    clock.forward(minutes=20)

    told = product.changes.retry()

    assert states == [ChangeState.PENDING, ChangeState.PENDING]
    assert (too_early, still_away, told) == ([], [], ["yuki"])
    assert product.changes.get(key).state is ChangeState.DONE
    assert inbox(product, "yuki") == [SETTLED % key]
    assert bought(product) == 500
    clock.forward(days=1)
    assert product.changes.retry() == []
    assert inbox(product, "yuki") == []
    assert {asked[2] for asked in faulty.asked if asked[0] == "POST"} == {key}


def test_change_that_was_made_is_answered_alike_when_asked_again(
    product: Helpdesk, faulty: FaultyCarrier, clock: FakeClock
):
    faulty.fault = Fault.LOST_ANSWER
    with pytest.raises(ChangePending):
        product.contracts.buy(YUKI, "yuki.1", 500, "event:1")
    faulty.fault = Fault.NONE

    receipt = product.contracts.buy(YUKI, "yuki.1", 500, "event:1")

    assert receipt.megabytes == 500
    assert bought(product) == 500
    clock.forward(hours=1)
    assert product.changes.retry() == []
    assert inbox(product, "yuki") == []


def test_refusal_that_comes_late_is_told(
    product: Helpdesk, faulty: FaultyCarrier, clock: FakeClock
):
    faulty.fault = Fault.CUT
    with pytest.raises(ChangePending) as waits:
        product.contracts.withdraw_plan_change(YUKI, "yuki.1", "event:1")
    faulty.fault = Fault.NONE
    clock.forward(minutes=1)

    told = product.changes.retry()

    assert told == ["yuki"]
    assert product.changes.get(waits.value.key).state is ChangeState.REFUSED
    assert inbox(product, "yuki") == [SETTLED % waits.value.key]
    with pytest.raises(PlanRefused):
        product.changes.settle(waits.value.key)


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.LOST_ANSWER, Fault.SERVER_ERROR])
def test_gift_without_an_answer_moves_once(
    product: Helpdesk, faulty: FaultyCarrier, clock: FakeClock, fault: Fault
):
    _, code = product.gifts.offer("yuki", "yuki.1", 500, "event:1")
    faulty.fault_of_changes = fault

    with pytest.raises(ChangePending) as waits:
        product.gifts.accept("hiro", code, "hiro.1")
    faulty.fault_of_changes = Fault.NONE
    clock.forward(minutes=1)
    told = product.changes.retry()

    assert told == ["hiro"]
    assert inbox(product, "hiro") == [SETTLED % waits.value.key]
    assert len(inbox(product, "yuki")) == 1
    assert product.carrier.usage("yuki.1").balance == DataBalance(basic=300, bought=500)
    assert product.carrier.usage("hiro.1").balance == DataBalance(gifted=500)


def test_gift_that_is_refused_late_is_taken_back(
    product: Helpdesk, faulty: FaultyCarrier, clock: FakeClock, books: Helpdesk
):
    gift, code = product.gifts.offer("yuki", "yuki.1", 500, "event:1")
    faulty.fault_of_changes = Fault.CUT
    with pytest.raises(ChangePending) as waits:
        product.gifts.accept("hiro", code, "hiro.1")
    # Meanwhile the data went elsewhere.
    books.carrier.give_data("yuki.1", "emi.1", 500, "another")
    faulty.fault_of_changes = Fault.NONE
    clock.forward(minutes=1)

    told = product.changes.retry()

    assert told == ["hiro"]
    assert product.gifts.get(gift.id).state is GiftState.WITHDRAWN
    with pytest.raises(GiftRefused) as refused:
        product.changes.settle(waits.value.key)
    assert refused.value.problem is GiftProblem.NOT_ENOUGH


def test_reissue_without_an_answer_is_made_once(
    product: Helpdesk, faulty: FaultyCarrier, clock: FakeClock
):
    faulty.fault = Fault.LOST_ANSWER
    with pytest.raises(ChangePending):
        product.user_codes.reissue_for("yuki", "yuki.1", "event:1")
    faulty.fault = Fault.NONE
    clock.forward(minutes=1)

    told = product.changes.retry()

    assert told == ["yuki"]
    assert product.carrier.reissues_left("yuki.1") == 2


def test_readings_without_an_answer_say_that_the_carrier_is_away(
    product: Helpdesk, faulty: FaultyCarrier
):
    faulty.fault = Fault.CUT

    for ask in (
        lambda: product.contracts.usage(YUKI, "yuki.1"),
        lambda: product.user_codes.find("aiko", "24681357902468249"),
        lambda: product.linking.links_of("yuki"),
    ):
        with pytest.raises(CarrierAway):
            ask()


def test_key_that_the_carrier_knows_holds_up_nothing(
    product: Helpdesk, books: Helpdesk, faulty: FaultyCarrier, clock: FakeClock
):
    books.carrier.buy_data("emi.1", 500, "data_bought:event:1")
    faulty.fault = Fault.CUT
    for event in ("event:1", "event:2"):
        with pytest.raises(ChangePending):
            product.contracts.buy(YUKI, "yuki.1", 500, event)
    faulty.fault = Fault.NONE
    clock.forward(minutes=1)

    product.changes.retry()

    assert [
        product.changes.get(f"data_bought:event:{number}").state for number in (1, 2)
    ] == [ChangeState.REFUSED, ChangeState.DONE]
    with pytest.raises(KeyUsedTwice):
        product.changes.settle("data_bought:event:1")
    assert bought(product) == 500


@pytest.mark.parametrize("fault", [Fault.NONE, Fault.SERVER_ERROR])
def test_absent_carrier_is_noted_at_the_start(
    product: Helpdesk,
    faulty: FaultyCarrier,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
):
    faulty.fault = fault

    note_absent_carrier(product.carrier)

    noted = [
        record.getMessage()
        for record in caplog.records
        if record.levelno == logging.ERROR and "bootstrap" in record.name
    ]
    assert len(noted) == (0 if fault is Fault.NONE else 1)
