"""Who is given a customer: by load, with a cap, and back to all if nobody takes it."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import update

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import AlreadyMoved, Speaker
from helpdesk.domain.staff import Status
from helpdesk.services.talks import DeskLimit
from helpdesk.storage import tables
from tests.fakes import NOW, FakeClock, japan
from tests.services.desk_talk import (
    LUNCH,
    add_customers,
    add_operator,
    assigned,
    by_hand,
    everything,
    only,
    other_desk,
    request_of,
    set_all,
    speakers,
    talk,
)


def ask(helpdesk: Helpdesk, *customers: str) -> None:
    for customer in customers:
        helpdesk.handoffs.request(customer, "request")


def test_customers_are_given_to_operators_in_turn(helpdesk: Helpdesk):
    ask(helpdesk, "eita", "aiko", "mika", "kenji")

    news = helpdesk.desk.look_after()

    assert (news, assigned(helpdesk)) == (
        {"eita", "aiko", "mika", "kenji"},
        {"eita": "op1", "aiko": "op2", "mika": "op1", "kenji": "op2"},
    )


def test_assigning_gives_nobody_the_word(helpdesk: Helpdesk):
    ask(helpdesk, "eita")

    helpdesk.desk.look_after()

    request = request_of(helpdesk)
    assert (speakers(helpdesk, "eita"), request.operator, request.assigned_at) == (
        [Speaker.WAITING],
        None,
        NOW,
    )


def test_the_least_loaded_is_next(helpdesk: Helpdesk):
    talk(helpdesk, "eita", "op1")
    ask(helpdesk, "aiko", "mika")

    helpdesk.desk.look_after()

    # op2 has none, then as many as op1, but has been given fewer within the hour.
    assert assigned(helpdesk) == {"aiko": "op2", "mika": "op1"}


def test_between_equal_loads_who_was_given_fewer_lately_is_next(helpdesk: Helpdesk):
    for customer in ("eita", "aiko"):
        talk(helpdesk, customer, "op1")
        helpdesk.talks.resolve(customer, "op1")
    ask(helpdesk, "mika", "kenji", "saori")

    helpdesk.desk.look_after()

    assert assigned(helpdesk) == {"mika": "op2", "kenji": "op1", "saori": "op2"}


@pytest.mark.parametrize(
    ("minutes", "operator"),
    [
        pytest.param(59, "op2", id="before an hour"),
        pytest.param(60, "op2", id="an hour"),
        pytest.param(61, "op1", id="after an hour"),
    ],
)
def test_what_was_given_more_than_an_hour_ago_counts_no_more(
    helpdesk: Helpdesk, clock: FakeClock, minutes: int, operator: str
):
    talk(helpdesk, "eita", "op1")
    helpdesk.talks.resolve("eita", "op1")
    clock.forward(minutes=minutes)
    ask(helpdesk, "aiko")

    helpdesk.desk.look_after()

    assert assigned(helpdesk) == {"aiko": operator}


def test_messages_count_as_load_like_customers(helpdesk: Helpdesk):
    helpdesk.handoffs.leave_message("eita", "電話をください", "out_of_hours", "event-1")
    helpdesk.handoffs.leave_message("aiko", "電話をください", "out_of_hours", "event-2")

    helpdesk.desk.look_after()

    assert assigned(helpdesk) == {"eita": "op1", "aiko": "op2"}


def test_nobody_is_given_more_than_the_cap(helpdesk: Helpdesk):
    """Three at once each (data/catalog/desk.yml)."""
    customers = add_customers(helpdesk, 8)
    ask(helpdesk, *customers)

    helpdesk.desk.look_after()

    assert list(assigned(helpdesk).values()) == ["op1", "op2"] * 3 + [None, None]


def test_talks_that_were_taken_beyond_the_cap_count(helpdesk: Helpdesk):
    only(helpdesk, "op1")
    customers = add_customers(helpdesk, 5)
    for customer in customers[:4]:
        talk(helpdesk, customer, "op1")
    ask(helpdesk, customers[4])

    helpdesk.desk.look_after()

    assert assigned(helpdesk) == {customers[4]: None}


def test_who_comes_free_is_given_the_next(helpdesk: Helpdesk):
    only(helpdesk, "op1")
    customers = add_customers(helpdesk, 4)
    for customer in customers[:3]:
        talk(helpdesk, customer, "op1")
    ask(helpdesk, customers[3])
    helpdesk.desk.look_after()

    helpdesk.talks.resolve(customers[0], "op1")
    helpdesk.desk.look_after()

    assert assigned(helpdesk) == {customers[3]: "op1"}


def test_who_is_not_at_the_desk_is_given_nobody(helpdesk: Helpdesk):
    ask(helpdesk, "eita")
    set_all(helpdesk, Status.AWAY)

    helpdesk.desk.look_after()

    assert assigned(helpdesk) == {"eita": None}


def test_closed_login_is_given_nobody(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        for key in ("op1", "op2"):
            operator = unit.operators.get(key)
            assert operator is not None
            is_active = key == "op2"
            unit.operators.change(
                key, name=operator.name, role=operator.role, is_active=is_active
            )
    ask(helpdesk, "eita", "aiko")

    helpdesk.desk.look_after()

    assert assigned(helpdesk) == {"eita": "op2", "aiko": "op2"}


def test_new_operator_is_given_the_next(helpdesk: Helpdesk):
    for customer, operator in [("eita", "op1"), ("aiko", "op2")]:
        talk(helpdesk, customer, operator)
    add_operator(helpdesk, "op3")
    ask(helpdesk, "mika")

    helpdesk.desk.look_after()

    assert assigned(helpdesk) == {"mika": "op3"}


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(japan(2026, 11, 24, 12), id="lunch"),
        pytest.param(japan(2026, 11, 24, 9, 59, 59), id="before opening"),
    ],
)
def test_nobody_is_given_anything_while_the_desk_is_closed(
    helpdesk: Helpdesk, clock: FakeClock, now: datetime
):
    helpdesk.handoffs.leave_message("eita", "電話をください", "out_of_hours", "event-1")
    clock.set(now)
    desk = other_desk(helpdesk, LUNCH).desk

    desk.look_after()

    assert assigned(helpdesk) == {"eita": None}


@pytest.mark.parametrize(
    "hour", [pytest.param(12, id="lunch"), pytest.param(19, id="closing")]
)
def test_what_was_not_taken_when_the_desk_closes_is_given_back(
    helpdesk: Helpdesk, clock: FakeClock, hour: int
):
    """Or it would have been too late already when the desk opens again."""
    desk = other_desk(helpdesk, LUNCH).desk
    clock.set(japan(2026, 11, 24, hour - 1, 59, 30))
    helpdesk.handoffs.leave_message("eita", "電話をください", "out_of_hours", "event-1")
    desk.look_after()
    clock.forward(seconds=30)

    news = desk.look_after()

    request = request_of(helpdesk)
    assert (news, request.assigned_to, request.assigned_at, request.alerted_at) == (
        {"eita"},
        None,
        None,
        None,
    )


# --- Not taken in time ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "operator", "is_marked"),
    [
        pytest.param(59.999, "op1", False, id="before"),
        pytest.param(60, None, True, id="at"),
        pytest.param(61, None, True, id="after"),
    ],
)
def test_customer_who_is_not_taken_in_time_goes_to_all(
    helpdesk: Helpdesk,
    clock: FakeClock,
    seconds: float,
    operator: str | None,
    is_marked: bool,
):
    ask(helpdesk, "eita")
    helpdesk.desk.look_after()
    clock.forward(seconds=seconds)

    news = helpdesk.desk.look_after()

    request = request_of(helpdesk)
    assert (news, request.assigned_to, request.assigned_at, request.alerted_at) == (
        {"eita"} if is_marked else set(),
        operator,
        None if is_marked else NOW,
        clock() if is_marked else None,
    )


def test_customer_of_all_is_given_to_nobody_again(helpdesk: Helpdesk, clock: FakeClock):
    ask(helpdesk, "eita")
    helpdesk.desk.look_after()
    for _ in range(3):
        clock.forward(seconds=60)
        helpdesk.desk.look_after()

    helpdesk.talks.claim("eita", "op2")

    request = request_of(helpdesk)
    assert (request.operator, request.alerted_at) == ("op2", None)


def test_customer_of_all_leaves_room_for_the_next(helpdesk: Helpdesk, clock: FakeClock):
    only(helpdesk, "op1")
    customers = add_customers(helpdesk, 4)
    ask(helpdesk, *customers)
    helpdesk.desk.look_after()
    clock.forward(seconds=60)

    helpdesk.desk.look_after()

    assert list(assigned(helpdesk).values()) == [None, None, None, "op1"]


def test_customer_is_not_forgotten_behind_one_for_whom_nobody_is_free(
    helpdesk: Helpdesk, clock: FakeClock
):
    """A trouble that comes later stands first, and all have as many as they may."""
    only(helpdesk, "op1")
    first, second, late, trouble = add_customers(helpdesk, 4)
    talk(helpdesk, first)
    talk(helpdesk, second)
    ask(helpdesk, late)
    helpdesk.desk.look_after()
    clock.forward(seconds=60)
    with helpdesk.database.writing() as unit:
        helpdesk.handoffs.enqueue(unit, trouble, "link_failed", "customer")
    with helpdesk.database.engine.begin() as connection:
        requests = tables.handoff_requests
        connection.execute(
            update(requests)
            .where(requests.c.customer == trouble)
            .values(is_trouble=True)
        )

    helpdesk.desk.look_after()

    assert assigned(helpdesk) == {late: None, trouble: "op1"}


# --- Away -----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.AWAY, Status.OFF])
def test_who_goes_gives_back_what_was_not_taken(helpdesk: Helpdesk, status: Status):
    talk(helpdesk, "mika", "op1")
    ask(helpdesk, "eita", "aiko")
    helpdesk.desk.look_after()
    before = assigned(helpdesk)

    helpdesk.talks.set_status("op1", status, "op1")

    given_back = assigned(helpdesk)
    helpdesk.desk.look_after()
    assert (before, given_back, assigned(helpdesk)) == (
        {"eita": "op2", "aiko": "op1"},
        {"eita": "op2", "aiko": None},
        {"eita": "op2", "aiko": "op2"},
    )
    # The talk that has begun stays.
    assert request_of(helpdesk, "mika").operator == "op1"


def test_who_stays_keeps_what_was_given(helpdesk: Helpdesk):
    ask(helpdesk, "eita")
    helpdesk.desk.look_after()

    helpdesk.talks.set_status("op2", Status.AWAY, "op2")
    helpdesk.talks.set_status("op1", Status.AVAILABLE, "op1")

    assert assigned(helpdesk) == {"eita": "op1"}


# --- By hand --------------------------------------------------------------------------


def test_by_hand_nobody_is_given_anything(helpdesk: Helpdesk):
    desk = by_hand(helpdesk)
    desk.handoffs.request("eita", "request")

    news = desk.desk.look_after()

    assert (news, assigned(helpdesk)) == (set(), {"eita": None})


def test_by_hand_the_quicker_one_has_the_talk(helpdesk: Helpdesk):
    desk = by_hand(helpdesk)
    desk.handoffs.request("eita", "request")

    desk.talks.claim("eita", "op2", beyond_limit=False)

    with pytest.raises(AlreadyMoved):
        desk.talks.claim("eita", "op1", beyond_limit=False)
    assert request_of(helpdesk).operator == "op2"


@pytest.mark.parametrize("beyond_limit", [False, True])
def test_cap_holds_by_hand_unless_one_means_it(helpdesk: Helpdesk, beyond_limit: bool):
    desk = by_hand(helpdesk, talks_per_operator=1)
    for customer in ("eita", "aiko"):
        desk.handoffs.request(customer, "request")
    desk.talks.claim("eita", "op1", beyond_limit=beyond_limit)

    if beyond_limit:
        desk.talks.claim("aiko", "op1", beyond_limit=True)
    else:
        with pytest.raises(DeskLimit):
            desk.talks.claim("aiko", "op1", beyond_limit=False)

    assert speakers(helpdesk, "aiko") == [
        Speaker.OPERATOR if beyond_limit else Speaker.WAITING
    ]


def test_colleague_is_not_kept_from_a_talk_by_another_s_cap(helpdesk: Helpdesk):
    desk = by_hand(helpdesk, talks_per_operator=1)
    for customer in ("eita", "aiko"):
        desk.handoffs.request(customer, "request")
    desk.talks.claim("eita", "op1", beyond_limit=False)

    desk.talks.claim("aiko", "op2", beyond_limit=False)

    assert request_of(helpdesk, "aiko").operator == "op2"


# --- Again ----------------------------------------------------------------------------


def test_looking_again_changes_nothing(helpdesk: Helpdesk):
    talk(helpdesk, "saori", "op2")
    ask(helpdesk, "eita", "aiko")
    helpdesk.handoffs.leave_message("mika", "電話をください", "out_of_hours", "event-1")
    helpdesk.desk.look_after()
    before = everything(helpdesk)

    news = helpdesk.desk.look_after()

    assert (news, everything(helpdesk) == before) == (set(), True)


def test_empty_desk_has_no_news(helpdesk: Helpdesk):
    before = everything(helpdesk)

    news = helpdesk.desk.look_after()

    assert (news, everything(helpdesk) == before) == (set(), True)
