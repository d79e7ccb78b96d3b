"""Low data, data that end with the month, bills: found once, for who may know."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import update

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.data_balance import DataBalance
from helpdesk.domain.linking import LinkRole
from helpdesk.domain.notices import NoticeKind
from helpdesk.storage import carrier_tables
from tests.fakes import FakeClock, UnsteadyCarrier, japan
from tests.services.carrier_talk import link, set_balance
from tests.services.notice_talk import (
    BILL,
    EXPIRING,
    LOW,
    on_carrier,
    say,
    states,
    tell,
)

YUKI_LOW = [("yuki", "low_data")]
LITTLE, ENOUGH = DataBalance(basic=600), DataBalance(basic=601)


def end_links(helpdesk: Helpdesk, customer: str, *roles: LinkRole) -> None:
    for found, _ in helpdesk.linking.links_of(customer):
        if found.role in roles:
            helpdesk.linking.unlink(customer, found.id)


# --- Low data -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "told"),
    [(ENOUGH, []), (LITTLE, YUKI_LOW), (DataBalance(), YUKI_LOW)],
    ids=["above", "at the limit", "nothing"],
)
def test_low_data_are_told_at_a_fifth_of_the_month(
    helpdesk: Helpdesk, left: DataBalance, told: list[tuple[str, str]]
):
    helpdesk.notices.choose("yuki", LOW, is_on=True)
    set_balance(helpdesk, "yuki.1", left)

    assert tell(helpdesk) == told


def test_nothing_is_told_to_who_has_not_asked(helpdesk: Helpdesk):
    set_balance(helpdesk, "yuki.1", LITTLE)

    assert tell(helpdesk) == []


def test_low_data_are_told_again_only_after_they_rose(
    helpdesk: Helpdesk, clock: FakeClock
):
    helpdesk.notices.choose("yuki", LOW, is_on=True)
    told = []
    for hour, left in enumerate([LITTLE, LITTLE, ENOUGH, ENOUGH], start=12):
        clock.set(japan(2026, 11, 24, hour))
        set_balance(helpdesk, "yuki.1", left)
        told.append(tell(helpdesk))
    # Another day: one notice a day is enough.
    clock.set(japan(2026, 11, 25, 12))
    set_balance(helpdesk, "yuki.1", LITTLE)
    told.append(tell(helpdesk))

    assert told == [YUKI_LOW, [], [], [], YUKI_LOW]
    assert states(helpdesk) == [
        ("low_data:yuki:yuki.1:2026-11:1", "sent"),
        ("low_data:yuki:yuki.1:2026-11:2", "in_inbox"),
    ]


def test_a_new_month_is_told_anew(helpdesk: Helpdesk, clock: FakeClock):
    helpdesk.notices.choose("yuki", LOW, is_on=True)
    set_balance(helpdesk, "yuki.1", LITTLE)
    told = [tell(helpdesk)]

    clock.set(japan(2026, 12, 1, 9))
    told.append(tell(helpdesk))
    clock.set(japan(2026, 12, 20, 9))
    helpdesk.carrier.usage("yuki.1")
    set_balance(helpdesk, "yuki.1", LITTLE)
    told.append(tell(helpdesk))

    assert told == [YUKI_LOW, [], YUKI_LOW]


def test_holder_and_end_user_are_both_told(helpdesk: Helpdesk):
    link(helpdesk, "eita", "eita.2", [LinkRole.HOLDER])
    link(helpdesk, "aiko", "eita.2", [LinkRole.END_USER])
    set_balance(helpdesk, "eita.2", LITTLE)
    for customer in ("eita", "aiko"):
        helpdesk.notices.choose(customer, LOW, is_on=True)

    assert sorted(tell(helpdesk)) == [("aiko", "low_data"), ("eita", "low_data")]


def test_stale_news_of_low_data_are_not_told(helpdesk: Helpdesk, clock: FakeClock):
    clock.set(japan(2026, 11, 30, 20, 59))
    helpdesk.notices.choose("yuki", LOW, is_on=True)
    set_balance(helpdesk, "yuki.1", LITTLE)
    helpdesk.notices.look_after()
    # An operator takes the talk before the bot has spoken.
    turn = helpdesk.conversations.next_turn("yuki")
    assert turn is not None
    with helpdesk.database.writing() as unit:
        unit.inbox.finish(turn.item.id, clock())

    clock.set(japan(2026, 12, 1, 9))

    assert tell(helpdesk) == []
    assert states(helpdesk) == [("low_data:yuki:yuki.1:2026-11:1", "dropped")]


def test_data_that_came_meanwhile_silence_the_bot(helpdesk: Helpdesk):
    helpdesk.notices.choose("yuki", LOW, is_on=True)
    set_balance(helpdesk, "yuki.1", LITTLE)
    helpdesk.notices.look_after()
    set_balance(helpdesk, "yuki.1", ENOUGH)

    assert say(helpdesk, "yuki") is None
    assert states(helpdesk) == [("low_data:yuki:yuki.1:2026-11:1", "dropped")]


@pytest.mark.parametrize("when", ["before", "found", "in the inbox"])
def test_link_that_ended_meanwhile_ends_its_notices(
    helpdesk: Helpdesk, clock: FakeClock, when: str
):
    helpdesk.notices.choose("hiro", LOW, is_on=True)
    told = []
    if when == "found":
        # Somebody writes: it has to wait, and the link ends meanwhile.
        helpdesk.conversations.accept_text("hiro", "こんにちは", "c1")
        told += tell(helpdesk)
    if when == "in the inbox":
        helpdesk.notices.look_after()
    end_links(helpdesk, "hiro", LinkRole.END_USER)
    if when == "in the inbox":
        assert say(helpdesk, "hiro") is None
    while (turn := helpdesk.conversations.next_turn("hiro")) is not None:
        with helpdesk.database.writing() as unit:
            unit.inbox.finish(turn.item.id, clock())

    clock.set(japan(2026, 11, 24, 15))
    told += tell(helpdesk)

    assert told == []


def test_switched_off_meanwhile_is_not_told(helpdesk: Helpdesk):
    helpdesk.notices.choose("hiro", LOW, is_on=True)
    helpdesk.notices.look_after()

    helpdesk.notices.choose("hiro", LOW, is_on=False)

    assert say(helpdesk, "hiro") is None
    assert states(helpdesk) == []


def test_carrier_that_is_away_is_asked_later(helpdesk: Helpdesk, clock: FakeClock):
    carrier = UnsteadyCarrier(helpdesk.carrier)
    notices = on_carrier(helpdesk, carrier)
    helpdesk.notices.choose("hiro", LOW, is_on=True)
    set_balance(helpdesk, "yuki.1", LITTLE)
    helpdesk.notices.choose("yuki", LOW, is_on=True)
    carrier.fails_before = 1

    told = [tell(helpdesk, notices)]
    asked = list(carrier.asked)
    clock.forward(minutes=1)
    told.append(tell(helpdesk, notices))
    clock.forward(minutes=9)
    told.append(tell(helpdesk, notices))

    # The second was not asked for while the carrier was away, and did not wait long.
    assert asked == ["usage"]
    assert told == [[], YUKI_LOW, [("hiro", "low_data")]]


def test_many_are_looked_at_in_portions(helpdesk: Helpdesk, clock: FakeClock):
    customers = [helpdesk.conversations.begin("web") for _ in range(120)]
    with helpdesk.database.writing() as unit:
        for customer in customers:
            unit.notices.choose(customer, LOW, clock(), is_on=True)

    left = []
    for _ in range(4):
        helpdesk.notices.look_after()
        with helpdesk.database.reading() as unit:
            left.append(len(unit.notices.to_look_at(clock(), 1000)))

    assert left == [70, 20, 0, 0]


# --- Data that end with the month ---------------------------------------------------


@pytest.mark.parametrize(
    ("now", "told"),
    [
        pytest.param(japan(2026, 11, 26, 20), [], id="the day before"),
        pytest.param(japan(2026, 11, 27, 8, 59, 59), [], id="quiet"),
        pytest.param(japan(2026, 11, 27, 9), [("emi", "expiring")], id="the day"),
        pytest.param(japan(2026, 11, 30, 20), [("emi", "expiring")], id="last day"),
        pytest.param(japan(2026, 12, 1, 9), [], id="next month"),
    ],
)
def test_what_ends_is_told_three_days_before(
    helpdesk: Helpdesk,
    clock: FakeClock,
    now: datetime,
    told: list[tuple[str, str]],
):
    link(helpdesk, "emi", "emi.1", [LinkRole.END_USER])
    helpdesk.notices.choose("emi", EXPIRING, is_on=True)
    tell(helpdesk)

    clock.set(now)

    assert tell(helpdesk) == told


@pytest.mark.parametrize(
    ("left", "count"),
    [
        pytest.param(DataBalance(carried=499, basic=3000), 0, id="below"),
        pytest.param(DataBalance(carried=250, gifted=250), 1, id="both parts"),
        pytest.param(DataBalance(basic=3000, bought=1000), 0, id="carried over"),
    ],
)
def test_only_enough_of_what_ends_is_told(
    helpdesk: Helpdesk, clock: FakeClock, left: DataBalance, count: int
):
    helpdesk.notices.choose("yuki", EXPIRING, is_on=True)
    clock.set(japan(2026, 11, 28, 10))
    set_balance(helpdesk, "yuki.1", left)

    told = tell(helpdesk)
    clock.set(japan(2026, 11, 29, 10))

    assert told == [("yuki", "expiring")] * count
    # Once a month.
    assert tell(helpdesk) == []


# --- Bills --------------------------------------------------------------------------


def test_bill_is_told_on_the_day_it_is_fixed(helpdesk: Helpdesk, clock: FakeClock):
    helpdesk.notices.choose("yuki", BILL, is_on=True)

    told = []
    for moment in (
        japan(2026, 12, 2, 20, 59),
        japan(2026, 12, 3, 8, 59),
        japan(2026, 12, 3, 9),
        japan(2026, 12, 3, 12),
        japan(2026, 12, 4, 9),
        japan(2027, 1, 3, 9),
    ):
        clock.set(moment)
        told.append(tell(helpdesk))

    bill = [("yuki", "bill_fixed")]
    assert told == [[], [], bill, [], [], bill]


def test_bill_tells_the_amount_of_the_month_before(
    helpdesk: Helpdesk, clock: FakeClock
):
    helpdesk.notices.choose("yuki", BILL, is_on=True)
    clock.set(japan(2026, 12, 3, 9))
    helpdesk.notices.look_after()

    news = say(helpdesk, "yuki")

    assert news is not None
    assert news.statement is not None
    assert str(news.statement.month) == "2026-11"
    # The plan with tax, and the calls of October.
    assert news.statement.yen == 1628 + 1540


def test_bill_fixed_before_it_was_asked_for_is_not_told(
    helpdesk: Helpdesk, clock: FakeClock
):
    clock.set(japan(2026, 12, 4, 9))
    helpdesk.notices.choose("yuki", BILL, is_on=True)

    assert tell(helpdesk) == []


def test_payment_that_failed_is_told_by_the_same_choice(
    helpdesk: Helpdesk, clock: FakeClock
):
    helpdesk.notices.choose("yuki", BILL, is_on=True)
    clock.set(japan(2026, 12, 3, 9))
    told = [tell(helpdesk)]
    with helpdesk.database.engine.begin() as connection:
        statements = carrier_tables.statements
        connection.execute(
            update(statements)
            .where(statements.c.subscription == "yuki.1")
            .where(statements.c.month == "2026-11")
            .values(has_failed=True)
        )

    for moment in (japan(2026, 12, 5, 20), japan(2026, 12, 6, 9)):
        clock.set(moment)
        told.append(tell(helpdesk))

    assert told == [[("yuki", "bill_fixed")], [], [("yuki", "bill_fixed")]]
    assert [key for key, _ in states(helpdesk)] == [
        "bill_fixed:yuki:yuki.1:bill_fixed:2026-12-03",
        "bill_fixed:yuki:yuki.1:payment_failed:2026-12-06",
    ]


def test_bills_stop_when_the_holders_link_ends(helpdesk: Helpdesk, clock: FakeClock):
    for kind in (BILL, LOW):
        helpdesk.notices.choose("yuki", kind, is_on=True)
    end_links(helpdesk, "yuki", LinkRole.HOLDER)
    clock.set(japan(2026, 12, 3, 9))
    # December's account is opened by the first look at it.
    helpdesk.carrier.usage("yuki.1")
    set_balance(helpdesk, "yuki.1", LITTLE)

    assert tell(helpdesk) == [("yuki", NoticeKind.LOW_DATA.value)]
