"""Gifts and My Page's addresses in their tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.data_gift import Gift, GiftState
from helpdesk.services.carrier_ports import GiftCode, Ticket
from helpdesk.services.ports import Unit
from tests.fakes import NOW

END = NOW + timedelta(hours=24)
GIFT = Gift(1, "yuki", "yuki.1", 500, GiftState.OFFERED, NOW, END)


def add(unit: Unit, number: int = 1, gift: Gift = GIFT) -> int:
    code = GiftCode(f"fingerprint {number}", f"ciphertext {number}")
    return unit.gifts.add(gift, code, f"event {number}")


def test_gift_is_found_by_all_its_names(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        number = add(unit)

        assert number == 1
        assert [
            unit.gifts.get(1),
            unit.gifts.of_event("event 1"),
            unit.gifts.by_code("fingerprint 1"),
        ] == [GIFT] * 3
        assert unit.gifts.code(1) == "ciphertext 1"


def test_what_is_no_gift_is_not_found(helpdesk: Helpdesk):
    with helpdesk.database.reading() as unit:
        assert [
            unit.gifts.get(1),
            unit.gifts.of_event("event 1"),
            unit.gifts.by_code("fingerprint 1"),
        ] == [None] * 3


@pytest.mark.parametrize(
    ("code", "event"),
    [("fingerprint 1", "event 2"), ("fingerprint 2", "event 1")],
    ids=["a code", "an event"],
)
def test_code_and_event_are_one_gifts_alone(helpdesk: Helpdesk, code: str, event: str):
    with helpdesk.database.writing() as unit:
        add(unit)

    with pytest.raises(IntegrityError), helpdesk.database.writing() as unit:
        unit.gifts.add(GIFT, GiftCode(code, "ciphertext"), event)


def test_gift_may_be_of_another_carriers_subscription(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        add(unit, gift=replace(GIFT, giver="090-1"))

        assert [each.giver for each in unit.gifts.of_giver("090-1", NOW)] == ["090-1"]


@pytest.mark.parametrize("end", set(GiftState) - {GiftState.OFFERED}, ids=str)
def test_gift_moves_once(helpdesk: Helpdesk, end: GiftState):
    with helpdesk.database.writing() as unit:
        add(unit)
        found = [unit.gifts.move(1, GiftState.OFFERED, end) for _ in range(2)]

        assert (found, unit.gifts.get(1)) == ([True, False], replace(GIFT, state=end))


def test_gift_is_accepted_once(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        add(unit)
        found = [
            unit.gifts.accept(1, "hiro", "hiro.1"),
            unit.gifts.accept(1, "emi", "emi.1"),
        ]
        unit.gifts.moved(1, END)

        assert (found, unit.gifts.get(1)) == (
            [True, False],
            replace(
                GIFT,
                state=GiftState.ACCEPTED,
                receiver_customer="hiro",
                receiver="hiro.1",
                moved_at=END,
            ),
        )


@pytest.mark.parametrize(
    ("seconds", "count"), [(-1, 0), (0, 1), (1, 1)], ids=["before", "at", "after"]
)
def test_offers_are_over_at_their_end(helpdesk: Helpdesk, seconds: int, count: int):
    with helpdesk.database.writing() as unit:
        add(unit)
        add(unit, 2)
        unit.gifts.move(2, GiftState.OFFERED, GiftState.WITHDRAWN)

        over = unit.gifts.over(END + timedelta(seconds=seconds))

    assert over == [GIFT] * count


def test_lists_are_of_one_subscription_the_newest_first(helpdesk: Helpdesk):
    later = replace(GIFT, id=2, offered_at=NOW + timedelta(days=1))
    with helpdesk.database.writing() as unit:
        add(unit)
        add(unit, 2, later)
        add(unit, 3, replace(GIFT, giver="hiro.1"))

        found = [
            unit.gifts.of_giver("yuki.1", NOW + timedelta(seconds=seconds))
            for seconds in (0, 1)
        ]

    assert found == [[later, GIFT], [later]]


def test_only_accepted_gifts_are_received(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        for number in (1, 2):
            add(unit, number)
            unit.gifts.accept(number, "hiro", "hiro.1")
        # Refused by the carrier.
        unit.gifts.move(2, GiftState.ACCEPTED, GiftState.WITHDRAWN)

        received = unit.gifts.of_receiver("hiro.1", NOW)

    assert [each.id for each in received] == [1]


# --- Addresses of My Page -------------------------------------------------------------


def test_address_is_used_once(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        unit.tickets.add("hash", "yuki", END)
        before = unit.tickets.get("hash")
        found = [unit.tickets.use("hash", NOW) for _ in range(2)]

        assert (before, found) == (Ticket("yuki", END, None), [True, False])
        assert unit.tickets.get("hash") == Ticket("yuki", END, NOW)


def test_address_that_is_not_known(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        assert (unit.tickets.get("hash"), unit.tickets.use("hash", NOW)) == (
            None,
            False,
        )


@pytest.mark.parametrize(
    ("seconds", "count"), [(-1, 0), (0, 1), (1, 1)], ids=["before", "at", "after"]
)
def test_addresses_are_forgotten_at_their_end(
    helpdesk: Helpdesk, seconds: int, count: int
):
    with helpdesk.database.writing() as unit:
        unit.tickets.add("hash", "yuki", END)

        assert unit.tickets.forget(END + timedelta(seconds=seconds)) == count
