"""The desk watches talks: alerts, customers who are gone, and two desks at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import CloseReason, RequestState, Speaker
from helpdesk.domain.staff import Status
from helpdesk.storage.database import Database
from tests.databases import Databases
from tests.fakes import FakeClock, japan
from tests.services.desk_talk import (
    JOINED,
    RESOLVED,
    add_customers,
    by_hand,
    everything,
    notices,
    other_desk,
    request_of,
    said,
    speakers,
    talk,
    write,
)

Audit = Callable[[], list[tuple[Any, ...]]]
Inbox = Callable[[str], list[str | None]]
WARNING = (
    "お返事がないようです。あと5分ご入力がないときは、"
    "オペレーターとのやりとりを終了します。"
)
CLOSED = (
    "お返事がなかったため、オペレーターとのやりとりを終了しました。"
    "続きは、いつでも入力してください。"
)


@pytest.fixture
def answered(helpdesk: Helpdesk) -> Helpdesk:
    """Op1 has spoken last to Eita."""
    talk(helpdesk)
    helpdesk.talks.say("eita", "op1", "お待たせしました")
    return helpdesk


def is_alerted(helpdesk: Helpdesk, customer: str = "eita") -> bool:
    return request_of(helpdesk, customer).alerted_at is not None


# --- Unanswered -----------------------------------------------------------------------

AROUND_THREE_MINUTES = [
    pytest.param(timedelta(minutes=3) - timedelta.resolution, False, id="before"),
    pytest.param(timedelta(minutes=3), True, id="at"),
    pytest.param(timedelta(minutes=4), True, id="after"),
]


@pytest.mark.parametrize(("waited", "is_due"), AROUND_THREE_MINUTES)
def test_taken_customer_is_not_left_without_a_word(
    helpdesk: Helpdesk, clock: FakeClock, waited: timedelta, is_due: bool
):
    write(helpdesk, "eita", "つながりません", "1")
    clock.forward(minutes=30)
    talk(helpdesk)
    clock.forward(seconds=waited.total_seconds())

    news = helpdesk.desk.look_after()

    assert (news, is_alerted(helpdesk)) == ({"eita"} if is_due else set(), is_due)


@pytest.mark.parametrize(("waited", "is_due"), AROUND_THREE_MINUTES)
def test_written_word_is_not_left_without_an_answer(
    answered: Helpdesk, clock: FakeClock, waited: timedelta, is_due: bool
):
    clock.forward(minutes=5)
    write(answered, "eita", "ありがとう", "1")
    clock.forward(seconds=waited.total_seconds())

    news = answered.desk.look_after()

    assert (news, is_alerted(answered)) == ({"eita"} if is_due else set(), is_due)


def test_alert_is_given_once(answered: Helpdesk, clock: FakeClock):
    write(answered, "eita", "もしもし", "1")
    clock.forward(minutes=3)
    answered.desk.look_after()
    at = request_of(answered).alerted_at
    clock.forward(minutes=1)

    news = answered.desk.look_after()

    assert (news, request_of(answered).alerted_at) == (set(), at)


@pytest.mark.parametrize("is_answered", [False, True], ids=["no word yet", "answered"])
def test_impatient_customer_does_not_put_the_alert_off(
    helpdesk: Helpdesk, clock: FakeClock, is_answered: bool
):
    talk(helpdesk)
    if is_answered:
        helpdesk.talks.say("eita", "op1", "お待たせしました")
    for number in range(4):
        write(helpdesk, "eita", "もしもし", str(number))
        clock.forward(minutes=1)

    helpdesk.desk.look_after()

    assert is_alerted(helpdesk)


def test_answer_ends_the_alert(answered: Helpdesk, clock: FakeClock):
    write(answered, "eita", "もしもし", "1")
    clock.forward(minutes=3)
    answered.desk.look_after()
    answered.talks.say("eita", "op1", "はい")

    news = answered.desk.look_after()

    assert (news, is_alerted(answered)) == ({"eita"}, False)


def test_next_word_after_an_answer_is_waited_for_anew(
    answered: Helpdesk, clock: FakeClock
):
    write(answered, "eita", "もしもし", "1")
    clock.forward(minutes=3)
    answered.desk.look_after()
    answered.talks.say("eita", "op1", "はい")
    clock.forward(seconds=1)
    write(answered, "eita", "まだです", "2")

    answered.desk.look_after()

    assert not is_alerted(answered)


def test_answer_of_an_earlier_talk_is_none(answered: Helpdesk, clock: FakeClock):
    answered.talks.resolve("eita", "op1")
    clock.forward(minutes=1)
    talk(answered, "eita", "op2")
    clock.forward(minutes=3)

    answered.desk.look_after()

    assert is_alerted(answered)


def test_alert_of_one_talk_is_not_another_s(answered: Helpdesk, clock: FakeClock):
    talk(answered, "aiko", "op1")
    clock.forward(minutes=3)

    news = answered.desk.look_after()

    assert (news, is_alerted(answered), is_alerted(answered, "aiko")) == (
        {"aiko"},
        False,
        True,
    )


# --- On hold --------------------------------------------------------------------------


def test_hold_stops_the_alert(answered: Helpdesk, clock: FakeClock):
    write(answered, "eita", "もしもし", "1")
    answered.talks.hold("eita", "op1", on=True)
    clock.forward(minutes=60)

    news = answered.desk.look_after()

    assert (news, is_alerted(answered), notices(answered)) == (
        set(),
        False,
        [JOINED[1]],
    )


def test_hold_ends_an_alert(answered: Helpdesk, clock: FakeClock):
    write(answered, "eita", "もしもし", "1")
    clock.forward(minutes=3)
    answered.desk.look_after()

    answered.talks.hold("eita", "op1", on=True)

    assert not is_alerted(answered)


def test_hold_stops_the_closing(answered: Helpdesk, clock: FakeClock):
    answered.talks.hold("eita", "op1", on=True)
    clock.forward(minutes=60)

    news = answered.desk.look_after()

    assert (news, speakers(answered, "eita")) == (set(), [Speaker.OPERATOR])


def test_next_word_of_the_operator_ends_the_hold(answered: Helpdesk, clock: FakeClock):
    answered.talks.hold("eita", "op1", on=True)
    clock.forward(minutes=60)
    answered.talks.say("eita", "op1", "わかりました")

    news = answered.desk.look_after()

    assert (news, request_of(answered).held_at) == (set(), None)


def test_after_a_hold_nobody_is_closed_without_a_warning(
    answered: Helpdesk, clock: FakeClock
):
    answered.talks.hold("eita", "op1", on=True)
    clock.forward(minutes=60)
    answered.talks.hold("eita", "op1", on=False)

    answered.desk.look_after()

    assert (notices(answered)[1:], speakers(answered, "eita")) == (
        [WARNING],
        [Speaker.OPERATOR],
    )


# --- Idle -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("idle", "is_due"),
    [
        pytest.param(timedelta(minutes=10) - timedelta.resolution, False, id="before"),
        pytest.param(timedelta(minutes=10), True, id="at"),
        pytest.param(timedelta(minutes=11), True, id="after"),
    ],
)
def test_customer_who_does_not_write_is_warned(
    answered: Helpdesk, clock: FakeClock, idle: timedelta, is_due: bool
):
    clock.forward(seconds=idle.total_seconds())

    news = [answered.desk.look_after() for _ in range(2)]

    assert (news, notices(answered)[1:]) == (
        [{"eita"}, set()] if is_due else [set(), set()],
        [WARNING] * is_due,
    )


@pytest.mark.parametrize(
    ("idle", "is_due"),
    [
        pytest.param(timedelta(minutes=5) - timedelta.resolution, False, id="before"),
        pytest.param(timedelta(minutes=5), True, id="at"),
        pytest.param(timedelta(minutes=6), True, id="after"),
    ],
)
def test_customer_who_was_warned_and_is_gone_goes_back_to_the_bot(
    answered: Helpdesk,
    clock: FakeClock,
    audit: Audit,
    inbox: Inbox,
    idle: timedelta,
    is_due: bool,
):
    clock.forward(minutes=10)
    answered.desk.look_after()
    clock.forward(seconds=idle.total_seconds())

    news = [answered.desk.look_after() for _ in range(2)]

    speaker = Speaker.BOT if is_due else Speaker.OPERATOR
    assert (news, notices(answered)[1:], speakers(answered, "eita")) == (
        [{"eita"}, set()] if is_due else [set(), set()],
        [WARNING, CLOSED] if is_due else [WARNING],
        [speaker],
    )
    request = request_of(answered)
    assert (request.state, request.close_reason, request.closed_at) == (
        (RequestState.RESOLVED, CloseReason.IDLE, clock())
        if is_due
        else (RequestState.CLAIMED, None, None)
    )
    assert inbox("eita") == [RESOLVED] * is_due
    closing = ("desk", "handoff_resolve", "eita", {"reason": "idle"})
    assert (closing in audit()) == is_due


def test_nobody_is_closed_without_a_warning(answered: Helpdesk, clock: FakeClock):
    """The product may have been away for an hour."""
    clock.forward(minutes=60)
    answered.desk.look_after()
    clock.forward(minutes=4)

    answered.desk.look_after()

    assert (notices(answered)[1:], speakers(answered, "eita")) == (
        [WARNING],
        [Speaker.OPERATOR],
    )


def test_customer_s_word_resets_the_idle_time(answered: Helpdesk, clock: FakeClock):
    clock.forward(minutes=10)
    answered.desk.look_after()
    write(answered, "eita", "戻りました", "1")
    clock.forward(minutes=1)
    answered.talks.say("eita", "op1", "続けます")
    clock.forward(minutes=9, seconds=59)
    answered.desk.look_after()
    before = notices(answered)[1:]
    clock.forward(seconds=1)

    answered.desk.look_after()

    assert (before, notices(answered)[1:]) == ([WARNING], [WARNING, WARNING])


def test_customer_who_waits_for_an_answer_is_not_idle(
    answered: Helpdesk, clock: FakeClock
):
    write(answered, "eita", "もしもし", "1")
    clock.forward(minutes=30)

    answered.desk.look_after()

    assert (notices(answered)[1:], is_alerted(answered)) == ([], True)


def test_customer_to_whom_nobody_spoke_is_not_idle(
    helpdesk: Helpdesk, clock: FakeClock
):
    talk(helpdesk)
    clock.forward(minutes=30)

    helpdesk.desk.look_after()

    assert (notices(helpdesk), is_alerted(helpdesk)) == ([JOINED[1]], True)


def test_customer_who_was_passed_on_is_warned_before_closing(
    answered: Helpdesk, clock: FakeClock
):
    """The notice of the colleague is no warning, and something to read."""
    clock.forward(minutes=9)
    answered.talks.pass_on("eita", "op1", "op2")
    passed = notices(answered)[1]
    told = []
    for minutes in (9, 1, 4, 1):
        clock.forward(minutes=minutes)
        answered.desk.look_after()
        told.append(notices(answered)[2:])

    assert passed.startswith("担当がオペレーターの鈴木に替わりました。")
    assert told == [[], [WARNING], [WARNING], [WARNING, CLOSED]]


def test_idle_talk_is_closed_after_hours_too(answered: Helpdesk, clock: FakeClock):
    clock.set(japan(2026, 11, 24, 19))
    answered.desk.look_after()
    clock.forward(minutes=5)

    answered.desk.look_after()

    assert notices(answered)[1:] == [WARNING, CLOSED]


# --- Again, and two at once -----------------------------------------------------------


def test_looking_again_changes_nothing(answered: Helpdesk, clock: FakeClock):
    talk(answered, "aiko", "op2")
    clock.forward(minutes=10)
    answered.desk.look_after()
    before = everything(answered)

    assert (answered.desk.look_after(), everything(answered) == before) == (set(), True)


@pytest.fixture
def on_disk(helpdesk: Helpdesk, databases: Databases) -> list[Database]:
    """Two engines, as two processes have them, on a copy of the sample world."""
    address = databases.copy()
    return [Database(address) for _ in range(2)]


def test_two_who_look_at_once_do_everything_once(
    helpdesk: Helpdesk, on_disk: list[Database], clock: FakeClock
):
    """A late one, places that change, a warning, a closing, an alert, a new customer."""
    desks = [
        other_desk(helpdesk, database=database, talks_per_operator=2)
        for database in on_disk
    ]
    first, talks = desks[0].handoffs, desks[0].talks
    talks.set_status("op2", Status.AWAY, "op2")
    for customer in ("eita", "aiko", "mika", "kenji"):
        first.request(customer, "request")
    talks.claim("eita", "op1")
    talks.say("eita", "op1", "お待たせしました")
    talks.claim("aiko", "op2")
    clock.forward(minutes=2)
    for minutes in (0, 8, 5):
        clock.forward(minutes=minutes)
        if minutes == 5:
            first.request("saori", "request")
            first.leave("mika")
        with ThreadPoolExecutor(8) as pool:
            looks = [pool.submit(desks[n % 2].desk.look_after) for n in range(8)]
            for look in looks:
                look.result()

    with on_disk[1].reading() as unit:
        lines = {
            customer: [
                line.text
                for line in unit.conversations.messages(customer)
                if line.author == "system"
            ]
            for customer in ("eita", "aiko", "mika", "kenji", "saori")
        }
        closings = [
            each
            for each in unit.handoffs.ended_last(10)
            if each.close_reason is CloseReason.IDLE
        ]
    for database in on_disk:
        database.engine.dispose()
    assert lines["eita"] == [JOINED[1], WARNING, CLOSED]
    assert [each.customer for each in closings] == ["eita"]
    # What is told of the places is told once each.
    assert all(len(each) == len(set(each)) for each in lines.values())


def test_closing_desk_of_two_tells_each_customer_once(
    helpdesk: Helpdesk, on_disk: list[Database], clock: FakeClock
):
    desks = [other_desk(helpdesk, database=database) for database in on_disk]
    for customer in ("eita", "aiko", "mika"):
        desks[0].handoffs.request(customer, "request")
    clock.set(japan(2026, 11, 24, 19))

    with ThreadPoolExecutor(8) as pool:
        looks = [pool.submit(desks[n % 2].desk.look_after) for n in range(8)]
        told = [customer for look in looks for customer in look.result()]

    with on_disk[0].reading() as unit:
        counts = [
            len(unit.conversations.messages(customer))
            for customer in ("eita", "aiko", "mika")
        ]
    for database in on_disk:
        database.engine.dispose()
    assert (sorted(told), counts) == (["aiko", "eita", "mika"], [1, 1, 1])


def test_two_operators_who_take_at_once_do_not_both_have_it(
    helpdesk: Helpdesk, on_disk: list[Database]
):
    desks = [other_desk(helpdesk, database=database) for database in on_disk]
    desks[0].handoffs.request("eita", "request")

    with ThreadPoolExecutor(8) as pool:
        takings = [
            pool.submit(desks[n % 2].talks.claim, "eita", f"op{n % 2 + 1}")
            for n in range(8)
        ]
        errors = [taking.exception() for taking in takings]

    with on_disk[0].reading() as unit:
        (request,) = unit.handoffs.claimed()
        conversation = unit.conversations.get("eita")
    for database in on_disk:
        database.engine.dispose()
    assert [type(error).__name__ for error in errors].count("AlreadyMoved") == 7
    assert (errors.count(None), conversation.operator) == (1, request.operator)


def test_many_talks_are_looked_after_in_one_go(helpdesk: Helpdesk, clock: FakeClock):
    desk = by_hand(helpdesk, waiting_per_operator=50)
    customers = add_customers(helpdesk, 40)
    for customer in customers:
        desk.handoffs.request(customer, "request")
        desk.talks.claim(customer, "op1")
        desk.talks.say(customer, "op1", "お待たせしました")
    clock.forward(minutes=10)
    warned = desk.desk.look_after()
    clock.forward(minutes=5)

    closed = desk.desk.look_after()

    assert (warned, closed) == (set(customers), set(customers))
    assert said(helpdesk, customers[-1])[-2:] == [
        ("system", WARNING),
        ("system", CLOSED),
    ]
