"""Data, gifts and purchases: the embedded carrier and one over HTTP are alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.data_balance import DataBalance, NotEnoughData
from helpdesk.domain.data_gift import GiftProblem, GiftRefused
from helpdesk.domain.months import Month
from helpdesk.domain.plans import Network, Price
from helpdesk.domain.purchases import (
    PurchaseOffer,
    PurchaseProblem,
    PurchaseRefused,
    PurchaseUnit,
)
from helpdesk.services.carrier import Carrier, KeyUsedTwice, PurchaseReceipt
from helpdesk.storage.carrier_tables import contracts as contract_table
from tests.fakes import FakeClock, japan

TODAY = date(2026, 11, 24)
HALF = PurchaseUnit(500, Price(500, with_tax=False))
ONE = PurchaseUnit(1000, Price(1000, with_tax=False))
THREE = PurchaseUnit(3000, Price(3000, with_tax=False))


def balance(carrier: Carrier, subscription: str) -> DataBalance:
    return carrier.usage(subscription).balance


def put_on(contracts: Helpdesk, subscription: str, network: Network) -> None:
    """Let the subscription use another network."""
    with contracts.database.engine.begin() as connection:
        connection.execute(
            contract_table.update()
            .where(contract_table.c.subscription == subscription)
            .values(network=network.value)
        )


# --- What is left ---------------------------------------------------------------------


def test_usage_shows_parts_and_thirty_days(carrier: Carrier):
    usage = carrier.usage("yuki.1")

    days = [use.day for use in usage.days]
    of_month = [use.megabytes for use in usage.days if use.day >= date(2026, 11, 1)]
    assert usage.month == Month(2026, 11)
    assert usage.balance == DataBalance(basic=800, bought=500)
    assert (usage.allowance, usage.used_this_month) == (3000, 2600)
    assert days == [TODAY - timedelta(days=29 - n) for n in range(30)]
    assert sum(of_month) == 2600
    assert not usage.is_slow


def test_usage_of_who_has_nothing_left_is_slow(carrier: Carrier):
    usage = carrier.usage("hiro.1")

    assert (usage.balance, usage.is_slow) == (DataBalance(), True)


def test_usage_before_the_start_has_no_use(carrier: Carrier):
    usage = carrier.usage("kenji.1")

    assert usage.balance == DataBalance(basic=1000)
    assert {use.megabytes for use in usage.days} == {0}


def test_new_month_carries_over_basic_and_bought_data(
    carrier: Carrier, clock: FakeClock
):
    carrier.give_data("emi.1", "yuki.1", 500, "gift:1")
    clock.set(japan(2026, 11, 30, 23, 59, 59))
    before = balance(carrier, "yuki.1"), balance(carrier, "emi.1")

    clock.forward(seconds=1)

    assert before == (
        DataBalance(gifted=500, basic=800, bought=500),
        DataBalance(carried=1200, basic=3600),
    )
    assert balance(carrier, "yuki.1") == DataBalance(carried=1300, basic=3000)
    assert balance(carrier, "emi.1") == DataBalance(carried=3600, basic=5000)
    assert carrier.usage("yuki.1").month == Month(2026, 12)


def test_what_was_carried_over_is_lost_after_a_month(
    carrier: Carrier, clock: FakeClock
):
    clock.set(japan(2027, 2, 1))

    assert balance(carrier, "yuki.1") == DataBalance(carried=3000, basic=3000)
    assert carrier.usage("yuki.1").month == Month(2027, 2)


def test_nothing_is_carried_over_before_the_start(carrier: Carrier, clock: FakeClock):
    clock.set(japan(2027, 1, 15))

    assert balance(carrier, "kenji.1") == DataBalance(basic=1000)


# --- Gifts ----------------------------------------------------------------------------


def test_gift_moves_basic_data(carrier: Carrier):
    carrier.give_data("yuki.1", "hiro.1", 500, "gift:1")

    assert balance(carrier, "yuki.1") == DataBalance(basic=300, bought=500)
    assert balance(carrier, "hiro.1") == DataBalance(gifted=500)


def test_gift_may_be_all_that_is_left(carrier: Carrier):
    carrier.give_data("yuki.1", "hiro.1", 800, "gift:1")

    assert balance(carrier, "yuki.1") == DataBalance(bought=500)


def test_gift_may_be_as_much_as_the_plan_has(carrier: Carrier):
    carrier.give_data("saori.1", "hiro.1", 12000, "gift:1")

    assert balance(carrier, "saori.1") == DataBalance()


@pytest.mark.parametrize(
    ("giver", "receiver", "megabytes", "problem"),
    [
        ("yuki.1", "hiro.1", 499, GiftProblem.TOO_SMALL),
        ("yuki.1", "hiro.1", 0, GiftProblem.TOO_SMALL),
        ("yuki.1", "hiro.1", -500, GiftProblem.TOO_SMALL),
        ("yuki.1", "hiro.1", 501, GiftProblem.NOT_IN_STEPS),
        ("yuki.1", "hiro.1", 900, GiftProblem.NOT_ENOUGH),
        ("yuki.1", "hiro.1", 3100, GiftProblem.OVER_PLAN),
        ("hiro.1", "yuki.1", 500, GiftProblem.NOT_ENOUGH),
        ("yuki.1", "yuki.1", 500, GiftProblem.OWN_SUBSCRIPTION),
    ],
    ids=[
        *("below the least", "nothing", "less than nothing", "between the steps"),
        *("more than is left", "more than the plan has", "of nothing", "to oneself"),
    ],
)
def test_gift_is_refused(
    carrier: Carrier, giver: str, receiver: str, megabytes: int, problem: GiftProblem
):
    before = balance(carrier, giver), balance(carrier, receiver)

    with pytest.raises(GiftRefused) as refused:
        carrier.give_data(giver, receiver, megabytes, "gift:1")

    assert refused.value.problem is problem
    assert (balance(carrier, giver), balance(carrier, receiver)) == before


@pytest.mark.parametrize("on_au", ["yuki.1", "hiro.1"], ids=["giver", "receiver"])
def test_gift_is_refused_on_a_network_without(
    carrier: Carrier, contracts: Helpdesk, on_au: str
):
    put_on(contracts, on_au, Network.AU)

    with pytest.raises(GiftRefused) as refused:
        carrier.give_data("yuki.1", "hiro.1", 500, "gift:1")

    assert refused.value.problem is GiftProblem.NETWORK


def test_gift_with_the_same_key_is_made_once(carrier: Carrier):
    for _ in range(3):
        carrier.give_data("emi.1", "hiro.1", 1000, "gift:1")

    assert balance(carrier, "emi.1") == DataBalance(carried=1200, basic=3100)
    assert balance(carrier, "hiro.1") == DataBalance(gifted=1000)


@pytest.mark.parametrize(
    ("giver", "receiver", "megabytes"),
    [("emi.1", "hiro.1", 600), ("emi.1", "yuki.1", 500), ("yuki.1", "hiro.1", 500)],
    ids=["another volume", "another receiver", "another giver"],
)
def test_key_of_another_gift_is_refused(
    carrier: Carrier, giver: str, receiver: str, megabytes: int
):
    carrier.give_data("emi.1", "hiro.1", 500, "gift:1")
    before = balance(carrier, giver), balance(carrier, receiver)

    with pytest.raises(KeyUsedTwice):
        carrier.give_data(giver, receiver, megabytes, "gift:1")

    assert (balance(carrier, giver), balance(carrier, receiver)) == before


def test_key_that_was_used_stays_used_when_nothing_is_left(carrier: Carrier):
    carrier.give_data("yuki.1", "hiro.1", 800, "gift:1")

    carrier.give_data("yuki.1", "hiro.1", 800, "gift:1")

    assert balance(carrier, "hiro.1") == DataBalance(gifted=800)


def test_gift_cannot_be_given_on(carrier: Carrier):
    carrier.give_data("yuki.1", "hiro.1", 500, "gift:1")

    with pytest.raises(GiftRefused) as refused:
        carrier.give_data("hiro.1", "yuki.1", 500, "gift:2")

    assert refused.value.problem is GiftProblem.NOT_ENOUGH


def test_part_has_no_more_than_it_has():
    with pytest.raises(NotEnoughData) as found:
        DataBalance(basic=300).without_given(301)

    assert found.value.left == 300


# --- Purchases ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subscription", "offer"),
    [
        ("yuki.1", PurchaseOffer((HALF, ONE, THREE), 3)),
        ("hiro.1", PurchaseOffer((HALF, ONE), 10)),
    ],
    ids=["docomo", "softbank"],
)
def test_offer_is_that_of_the_network(
    carrier: Carrier, subscription: str, offer: PurchaseOffer
):
    assert carrier.purchase_offer(subscription) == offer


def test_purchase_adds_bought_data(carrier: Carrier):
    receipt = carrier.buy_data("yuki.1", 1000, "buy:1")

    assert receipt == PurchaseReceipt(
        1000, Price(1000, with_tax=False), date(2026, 12, 31)
    )
    assert balance(carrier, "yuki.1") == DataBalance(basic=800, bought=1500)
    assert carrier.purchase_offer("yuki.1").left == 2


def test_purchase_with_the_same_key_is_made_once(carrier: Carrier, clock: FakeClock):
    first = carrier.buy_data("yuki.1", 500, "buy:1")
    clock.set(japan(2026, 12, 2))

    again = carrier.buy_data("yuki.1", 500, "buy:1")

    assert again == first
    assert balance(carrier, "yuki.1") == DataBalance(carried=1800, basic=3000)
    assert carrier.purchase_offer("yuki.1").left == 3


@pytest.mark.parametrize(
    ("subscription", "megabytes"), [("yuki.1", 1000), ("hiro.1", 500)]
)
def test_key_of_another_purchase_is_refused(
    carrier: Carrier, subscription: str, megabytes: int
):
    carrier.buy_data("yuki.1", 500, "buy:1")
    before = balance(carrier, subscription)

    with pytest.raises(KeyUsedTwice):
        carrier.buy_data(subscription, megabytes, "buy:1")

    assert balance(carrier, subscription) == before


def test_key_of_another_kind_of_change_is_refused(carrier: Carrier):
    carrier.buy_data("yuki.1", 500, "key")

    with pytest.raises(KeyUsedTwice):
        carrier.change_plan("yuki.1", "basic_6gb_voice", "key")


@pytest.mark.parametrize(
    ("subscription", "limit"),
    [("yuki.1", 3), ("hiro.1", 10)],
    ids=["docomo", "softbank"],
)
def test_purchases_of_a_month_are_limited(
    carrier: Carrier, clock: FakeClock, subscription: str, limit: int
):
    for number in range(limit):
        carrier.buy_data(subscription, 500, f"buy:{number}")

    with pytest.raises(PurchaseRefused) as refused:
        carrier.buy_data(subscription, 500, "one more")
    with pytest.raises(PurchaseRefused) as no_offer:
        carrier.purchase_offer(subscription)
    # Who asks again for what was bought hears that it was.
    again = carrier.buy_data(subscription, 500, "buy:0")

    assert refused.value.problem is PurchaseProblem.USED_UP
    assert no_offer.value.problem is PurchaseProblem.USED_UP
    assert again.megabytes == 500
    assert balance(carrier, subscription).bought % 500 == 0
    clock.set(japan(2026, 12, 1))
    assert carrier.purchase_offer(subscription).left == limit


def test_purchases_are_counted_by_month_in_japan(carrier: Carrier, clock: FakeClock):
    clock.set(japan(2026, 11, 30, 23, 59, 59))
    carrier.buy_data("yuki.1", 500, "buy:1")

    clock.forward(seconds=1)
    receipt = carrier.buy_data("yuki.1", 500, "buy:2")

    assert carrier.purchase_offer("yuki.1").left == 2
    assert receipt.expires_on == date(2027, 1, 31)
    assert balance(carrier, "yuki.1") == DataBalance(
        carried=1800, basic=3000, bought=500
    )


@pytest.mark.parametrize(
    ("subscription", "megabytes", "problem"),
    [
        ("yuki.1", 700, PurchaseProblem.UNIT),
        ("hiro.1", 3000, PurchaseProblem.UNIT),
        ("yuki.1", 0, PurchaseProblem.UNIT),
        ("yuki.1", -500, PurchaseProblem.UNIT),
        ("mika.1", 500, PurchaseProblem.NOT_STARTED),
        ("kenji.1", 500, PurchaseProblem.NOT_STARTED),
    ],
    ids=[
        *("no such unit", "not on this network", "nothing", "less than nothing"),
        *("starts later", "start not fixed"),
    ],
)
def test_purchase_is_refused(
    carrier: Carrier, subscription: str, megabytes: int, problem: PurchaseProblem
):
    before = balance(carrier, subscription)

    with pytest.raises(PurchaseRefused) as refused:
        carrier.buy_data(subscription, megabytes, "buy:1")

    assert refused.value.problem is problem
    assert balance(carrier, subscription) == before


def test_nothing_is_sold_on_a_network_of_which_nothing_is_known(
    carrier: Carrier, contracts: Helpdesk
):
    put_on(contracts, "yuki.1", Network.AU)

    with pytest.raises(PurchaseRefused) as refused:
        carrier.purchase_offer("yuki.1")

    assert refused.value.problem is PurchaseProblem.NETWORK


def test_offer_before_the_start_is_refused(carrier: Carrier, clock: FakeClock):
    with pytest.raises(PurchaseRefused) as refused:
        carrier.purchase_offer("mika.1")
    clock.set(japan(2026, 11, 26))

    assert refused.value.problem is PurchaseProblem.NOT_STARTED
    assert carrier.purchase_offer("mika.1").left == 10


# --- Many at once ---------------------------------------------------------------------


def at_once(act: Callable[[int], object], many: int = 8) -> Counter[str]:
    """How often it went well, or was refused, and why."""

    def run(number: int) -> str:
        try:
            act(number)
        except (GiftRefused, PurchaseRefused) as refused:
            return refused.problem.value
        return "done"

    with ThreadPoolExecutor(many) as pool:
        return Counter(pool.map(run, range(many)))


def test_purchases_at_once_with_one_key_are_one(carrier: Carrier):
    found = at_once(lambda _: carrier.buy_data("yuki.1", 500, "buy:1"))

    assert found == {"done": 8}
    assert balance(carrier, "yuki.1").bought == 1000
    assert carrier.purchase_offer("yuki.1").left == 2


def test_purchases_at_once_never_pass_the_limit(carrier: Carrier):
    found = at_once(lambda number: carrier.buy_data("yuki.1", 500, f"buy:{number}"))

    assert found == {"done": 3, "used_up": 5}
    assert balance(carrier, "yuki.1").bought == 2000


def test_gifts_at_once_never_give_more_than_there_is(carrier: Carrier):
    def give(number: int) -> None:
        carrier.give_data("emi.1", "yuki.1", 1000, f"gift:{number}")

    found = at_once(give)

    assert found == {"done": 4, "not_enough": 4}
    assert balance(carrier, "emi.1") == DataBalance(carried=1200, basic=100)
    assert balance(carrier, "yuki.1").gifted == 4000


def test_gifts_at_once_in_a_circle_all_arrive(carrier: Carrier, clock: FakeClock):
    clock.set(japan(2026, 12, 1))
    circle = ["emi.1", "yuki.1", "hiro.1"]

    def give(number: int) -> None:
        giver, receiver = circle[number % 3], circle[(number + 1) % 3]
        carrier.give_data(giver, receiver, 500, f"gift:{number}")

    found = at_once(give, 9)

    assert found == {"done": 9}
    assert [balance(carrier, each).gifted for each in circle] == [1500] * 3
