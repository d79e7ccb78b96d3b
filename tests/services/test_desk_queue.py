"""The queue over a day: who is let in, what is told of the place, lunch and closing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import (
    LinkNeeded,
    OperatorsAway,
    QueueFull,
    RequestKind,
    RequestState,
    Speaker,
)
from helpdesk.domain.queue import QueueRule
from helpdesk.domain.staff import Status
from helpdesk.services.handoffs import DeskHours, Place
from tests.fakes import NOW, FakeClock, japan
from tests.services.desk_talk import (
    LUNCH,
    SOON,
    add_customers,
    by_hand,
    everything,
    notices,
    only,
    other_desk,
    queue,
    request_of,
    requests_of,
    serve,
    set_all,
    speakers,
    talk,
    wish,
)

Audit = Callable[[], list[tuple[Any, ...]]]
CLOSED = (
    "本日の受付時間が終わりました。お待たせしたままとなり、申し訳ありません。"
    "ご相談は伝言としてお預かりし、11月25日(水) 10:00以降に、"
    "オペレーターがこのチャットでお返事します。"
)
OPENING = japan(2026, 11, 25, 10)


def place_is(place: int, minutes: int) -> str:
    return f"ただいまの順番は{place}番目です。お待ちいただく時間の目安は約{minutes}分です。"


def busy(helpdesk: Helpdesk, *operators: str) -> list[str]:
    """Let these alone be at the desk, with as many talks as they may have."""
    only(helpdesk, *operators)
    customers = add_customers(helpdesk, 3 * len(operators))
    for number, customer in enumerate(customers):
        talk(helpdesk, customer, operators[number % len(operators)])
    return customers


# --- Who is let in --------------------------------------------------------------------


def test_queue_is_full_at_the_cap_times_the_operators(helpdesk: Helpdesk):
    """Five for each of two (data/catalog/desk.yml)."""
    customers = add_customers(helpdesk, 11)
    for customer in customers[:10]:
        helpdesk.handoffs.request(customer, "request")

    with pytest.raises(QueueFull):
        helpdesk.handoffs.request(customers[10], "request")

    assert speakers(helpdesk, *customers[9:]) == [Speaker.WAITING, Speaker.BOT]
    assert requests_of(helpdesk, customers[10]) == []


def test_queue_is_full_sooner_with_fewer_operators(helpdesk: Helpdesk):
    only(helpdesk, "op2")
    customers = add_customers(helpdesk, 6)
    for customer in customers[:5]:
        helpdesk.handoffs.request(customer, "request")

    with pytest.raises(QueueFull):
        helpdesk.handoffs.request(customers[5], "request")


def test_full_queue_lets_somebody_in_when_one_is_taken(helpdesk: Helpdesk):
    customers = add_customers(helpdesk, 11)
    for customer in customers[:10]:
        helpdesk.handoffs.request(customer, "request")
    helpdesk.talks.claim(customers[0], "op1")

    place = helpdesk.handoffs.request(customers[10], "request")

    assert place.place == 10


def test_who_waits_may_ask_in_a_full_queue(helpdesk: Helpdesk):
    customers = add_customers(helpdesk, 10)
    for customer in customers:
        helpdesk.handoffs.request(customer, "request")

    assert helpdesk.handoffs.request(customers[9], "request").place == 10


def test_left_messages_do_not_fill_the_queue(helpdesk: Helpdesk):
    desk = other_desk(helpdesk, waiting_per_operator=1)
    for number, customer in enumerate(add_customers(helpdesk, 5)):
        desk.handoffs.leave_message(customer, "電話", "out_of_hours", f"event-{number}")

    desk.handoffs.request("eita", "request")

    assert speakers(helpdesk, "eita") == [Speaker.WAITING]


@pytest.mark.parametrize(
    ("customer", "is_let_in"),
    [
        pytest.param("eita", False, id="no link"),
        pytest.param("hiro", True, id="an end user's link"),
        pytest.param("yuki", True, id="both links"),
    ],
)
def test_operators_may_be_for_linked_customers_only(
    helpdesk: Helpdesk, customer: str, is_let_in: bool
):
    desk = other_desk(helpdesk, needs_link=True)

    if is_let_in:
        desk.handoffs.request(customer, "request")
    else:
        with pytest.raises(LinkNeeded):
            desk.handoffs.request(customer, "request")

    speaker = Speaker.WAITING if is_let_in else Speaker.BOT
    assert speakers(helpdesk, customer) == [speaker]


def test_closed_desk_is_said_before_the_missing_link(
    helpdesk: Helpdesk, clock: FakeClock
):
    clock.set(japan(2026, 11, 24, 19))

    with pytest.raises(OperatorsAway):
        other_desk(helpdesk, needs_link=True).handoffs.request("eita", "request")


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        pytest.param(
            japan(2026, 11, 24, 11, 59, 59),
            DeskHours(True, japan(2026, 11, 24, 13)),
            id="before lunch",
        ),
        pytest.param(
            japan(2026, 11, 24, 12),
            DeskHours(False, japan(2026, 11, 24, 13)),
            id="lunch begins",
        ),
        pytest.param(
            japan(2026, 11, 24, 12, 59, 59),
            DeskHours(False, japan(2026, 11, 24, 13)),
            id="lunch ends",
        ),
        pytest.param(
            japan(2026, 11, 24, 13), DeskHours(True, OPENING), id="after lunch"
        ),
    ],
)
def test_desk_is_closed_at_lunch(
    helpdesk: Helpdesk, clock: FakeClock, now: datetime, hours: DeskHours
):
    clock.set(now)

    assert other_desk(helpdesk, LUNCH).handoffs.desk() == hours


# --- What a request is ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("wishes", "is_trouble", "last"),
    [
        pytest.param([], False, None, id="nothing was said"),
        pytest.param(["ask_about_linking"], False, "ask_about_linking", id="question"),
        pytest.param(["report_link_error"], True, "report_link_error", id="trouble"),
        pytest.param(
            ["report_link_error", "request_operator", "nlu_fallback", "affirm"],
            True,
            "report_link_error",
            id="small talk after a trouble",
        ),
        pytest.param(
            ["report_link_error", "ask_about_linking"],
            False,
            "ask_about_linking",
            id="a question after a trouble",
        ),
    ],
)
def test_request_knows_what_the_customer_wanted(
    helpdesk: Helpdesk, wishes: list[str], is_trouble: bool, last: str | None
):
    for intent in wishes:
        wish(helpdesk, "eita", intent)
    wish(helpdesk, "aiko", "recover_login")

    helpdesk.handoffs.request("eita", "request")
    helpdesk.handoffs.leave_message("eita", "電話", "out_of_hours", "event-1")

    assert [(each.is_trouble, each.wish) for each in requests_of(helpdesk)] == [
        (is_trouble, last)
    ] * 2


def test_trouble_is_placed_before_questions(helpdesk: Helpdesk):
    wish(helpdesk, "mika", "report_link_error")

    places = [
        helpdesk.handoffs.request(customer, "request").place
        for customer in ("eita", "aiko", "mika")
    ]

    assert places == [1, 2, 1]


# --- The estimate ---------------------------------------------------------------------


def test_estimate_follows_the_catalog_until_three_talks_are_over(helpdesk: Helpdesk):
    busy(helpdesk, "op1")

    place = helpdesk.handoffs.request("eita", "request")

    # Eight minutes by three talks at once.
    assert (place, request_of(helpdesk).estimate_seconds) == (Place(1, 3), 180)


def test_estimate_follows_the_talks_that_ended_last(helpdesk: Helpdesk):
    """Also while more talks are open than are looked at."""
    for minutes in (29, 30, 31):
        begun = NOW - timedelta(hours=3)
        serve(helpdesk, "aiko", begun, begun + timedelta(minutes=minutes))
    busy(helpdesk, "op1")
    for _ in range(12):
        serve(helpdesk, "aiko", NOW, None)

    place = helpdesk.handoffs.request("eita", "request")

    assert place == Place(1, 10)


def test_estimate_looks_at_the_last_ten(helpdesk: Helpdesk):
    old, new = NOW - timedelta(days=2), NOW - timedelta(days=1)
    for _ in range(5):
        serve(helpdesk, "aiko", old, old + timedelta(hours=2))
    for _ in range(10):
        serve(helpdesk, "aiko", new, new + timedelta(minutes=3))
    busy(helpdesk, "op1")

    assert helpdesk.handoffs.request("eita", "request") == Place(1, 1)


def test_requests_that_were_merged_are_no_talks(helpdesk: Helpdesk):
    """They would be talks of no length, and turns that nobody had."""
    desk = by_hand(helpdesk)
    for number in range(4):
        desk.handoffs.leave_message("aiko", "電話", "out_of_hours", f"event-{number}")
    desk.handoffs.request("aiko", "request")
    desk.talks.claim("aiko", "op1")
    busy(helpdesk, "op2")

    assert desk.handoffs.request("eita", "request") == Place(1, 3)


def test_talks_of_who_went_away_take_no_place_of_the_others(helpdesk: Helpdesk):
    for customer in add_customers(helpdesk, 3):
        talk(helpdesk, customer, "op2")
    helpdesk.talks.set_status("op2", Status.AWAY, "op2")

    assert helpdesk.handoffs.request("eita", "request") == Place(1, 0)


def test_talks_beyond_the_cap_take_no_place_of_the_others(helpdesk: Helpdesk):
    for customer in add_customers(helpdesk, 6):
        talk(helpdesk, customer, "op2")

    assert helpdesk.handoffs.request("eita", "request") == Place(1, 0)


def test_estimate_is_that_of_the_first_telling(helpdesk: Helpdesk, clock: FakeClock):
    customers = busy(helpdesk, "op1")
    helpdesk.handoffs.request("eita", "request")
    clock.forward(minutes=1)
    for customer in customers:
        helpdesk.talks.resolve(customer, "op1")

    again = helpdesk.handoffs.request("eita", "request")

    assert (again, request_of(helpdesk).estimate_seconds) == (Place(1, 0), 180)


def test_turns_are_kept_however_few_talks_make_the_estimate(helpdesk: Helpdesk):
    """Eleven live customers then a message: more than the ten that are looked at."""
    begun = NOW - timedelta(hours=1)
    for number in range(12):
        at = begun + timedelta(minutes=number)
        serve(helpdesk, "aiko", at, at + timedelta(minutes=1))
    desk = by_hand(helpdesk, order=QueueRule(11, 1, timedelta(minutes=15)))
    desk.handoffs.leave_message("mika", "電話", "out_of_hours", "event-1")
    desk.handoffs.request("eita", "request")

    with helpdesk.database.reading() as unit:
        ordered = [request.customer for request, _ in desk.handoffs.queue(unit)]

    assert ordered == ["mika", "eita"]


# --- Telling --------------------------------------------------------------------------


def test_place_is_told_again_when_it_has_changed(helpdesk: Helpdesk, clock: FakeClock):
    busy(helpdesk, "op1")
    desk = by_hand(helpdesk)
    for customer in ("aiko", "mika", "eita"):
        desk.handoffs.request(customer, "request")
    desk.handoffs.leave("aiko")
    clock.forward(seconds=60)

    news = desk.desk.look_after()

    # Mika's minutes are the same step, but the place is another.
    assert (news, notices(helpdesk), notices(helpdesk, "mika")) == (
        {"mika", "eita"},
        [place_is(2, 10)],
        [place_is(1, 3)],
    )


@pytest.mark.parametrize(
    ("seconds", "is_told"),
    [
        pytest.param(0, False, id="at once"),
        pytest.param(59.999, False, id="before"),
        pytest.param(60, True, id="at"),
        pytest.param(61, True, id="after"),
    ],
)
def test_change_is_not_told_too_often(
    helpdesk: Helpdesk, clock: FakeClock, seconds: float, is_told: bool
):
    busy(helpdesk, "op1")
    desk = by_hand(helpdesk)
    for customer in ("aiko", "eita"):
        desk.handoffs.request(customer, "request")
    desk.handoffs.leave("aiko")
    clock.forward(seconds=seconds)

    desk.desk.look_after()

    assert notices(helpdesk) == [place_is(1, 3)] * is_told


def test_what_has_not_changed_is_not_told(helpdesk: Helpdesk, clock: FakeClock):
    busy(helpdesk, "op1")
    desk = by_hand(helpdesk)
    desk.handoffs.request("eita", "request")
    for _ in range(3):
        clock.forward(minutes=1)
        desk.desk.look_after()

    assert notices(helpdesk) == []


def test_soon_is_told_at_once(helpdesk: Helpdesk, clock: FakeClock):
    first, *_ = busy(helpdesk, "op1")
    desk = by_hand(helpdesk)
    desk.handoffs.request("eita", "request")
    clock.forward(seconds=1)
    desk.talks.resolve(first, "op1")

    for _ in range(2):
        desk.desk.look_after()
        clock.forward(minutes=2)

    assert notices(helpdesk) == [SOON]


def test_soon_at_another_place_is_no_news(helpdesk: Helpdesk, clock: FakeClock):
    desk = by_hand(helpdesk)
    for customer in ("aiko", "eita"):
        desk.handoffs.request(customer, "request")
    desk.handoffs.leave("aiko")
    clock.forward(minutes=5)

    assert (desk.desk.look_after(), notices(helpdesk)) == (set(), [])


def test_longer_wait_is_told_as_well(helpdesk: Helpdesk, clock: FakeClock):
    desk = by_hand(helpdesk)
    desk.handoffs.request("eita", "request")
    set_all(helpdesk, Status.AWAY)
    clock.forward(minutes=1)

    desk.desk.look_after()

    assert notices(helpdesk) == [place_is(1, 10)]


def test_left_message_is_told_no_place(helpdesk: Helpdesk, clock: FakeClock):
    busy(helpdesk, "op1")
    helpdesk.handoffs.leave_message("eita", "電話", "out_of_hours", "event-1")
    clock.forward(minutes=5)

    helpdesk.desk.look_after()

    assert notices(helpdesk) == []


# --- One customer, several requests ---------------------------------------------------


def test_customer_has_one_place_whatever_waits(helpdesk: Helpdesk):
    for number in (1, 2):
        event = f"event-{number}"
        helpdesk.handoffs.leave_message("aiko", "電話", "out_of_hours", event)
    helpdesk.handoffs.request("aiko", "request")
    helpdesk.handoffs.leave_message("mika", "電話", "out_of_hours", "event-3")
    helpdesk.handoffs.leave_message("mika", "電話", "out_of_hours", "event-4")

    place = helpdesk.handoffs.request("eita", "request")

    assert (place.place, queue(helpdesk)) == (
        2,
        [("aiko", 1, 0), ("eita", 2, 0), ("mika", 3, 0)],
    )


def test_customer_is_given_to_one_operator_whatever_waits(helpdesk: Helpdesk):
    for number in (1, 2):
        event = f"event-{number}"
        helpdesk.handoffs.leave_message("aiko", "電話", "out_of_hours", event)
    helpdesk.handoffs.request("aiko", "request")

    helpdesk.desk.look_after()

    assert [each.assigned_to for each in requests_of(helpdesk, "aiko")] == [
        None,
        None,
        "op1",
    ]


def test_customer_who_asks_again_after_the_night_keeps_the_place(
    helpdesk: Helpdesk, clock: FakeClock
):
    clock.set(japan(2026, 11, 24, 18, 30))
    helpdesk.handoffs.request("eita", "request")
    clock.set(japan(2026, 11, 24, 19))
    helpdesk.desk.look_after()
    clock.set(OPENING)
    for customer in add_customers(helpdesk, 4):
        helpdesk.handoffs.request(customer, "request")

    # The message's turn comes after two live customers.
    assert helpdesk.handoffs.request("eita", "request").place == 3


# --- Lunch ----------------------------------------------------------------------------


@pytest.mark.parametrize("hour", [12, 12.5], ids=["lunch begins", "at lunch"])
def test_lunch_keeps_the_queue_and_says_nothing(
    helpdesk: Helpdesk, clock: FakeClock, hour: float
):
    desk = other_desk(helpdesk, LUNCH, assigns=False)
    busy(helpdesk, "op1")
    for customer in ("aiko", "eita"):
        desk.handoffs.request(customer, "request")
    desk.handoffs.leave("aiko")
    clock.set(japan(2026, 11, 24) + timedelta(hours=hour))
    before = queue(helpdesk)

    desk.desk.look_after()

    assert (notices(helpdesk), speakers(helpdesk, "eita"), queue(helpdesk)) == (
        [],
        [Speaker.WAITING],
        before,
    )


def test_place_is_told_after_lunch(helpdesk: Helpdesk, clock: FakeClock):
    desk = other_desk(helpdesk, LUNCH, assigns=False)
    busy(helpdesk, "op1")
    for customer in ("aiko", "eita"):
        desk.handoffs.request(customer, "request")
    clock.set(japan(2026, 11, 24, 12))
    desk.handoffs.leave("aiko")
    desk.desk.look_after()
    clock.set(japan(2026, 11, 24, 13))

    desk.desk.look_after()

    assert notices(helpdesk) == [place_is(1, 3)]


# --- Closing --------------------------------------------------------------------------


def test_who_still_waits_keeps_the_place_as_a_left_message(
    helpdesk: Helpdesk, clock: FakeClock, audit: Audit
):
    asked_at = japan(2026, 11, 24, 18, 50)
    clock.set(asked_at)
    helpdesk.handoffs.request("eita", "link_failed")
    helpdesk.desk.look_after()
    clock.set(japan(2026, 11, 24, 19))

    news = [helpdesk.desk.look_after() for _ in range(2)]

    (request,) = requests_of(helpdesk)
    assert (news, notices(helpdesk), speakers(helpdesk, "eita")) == (
        [{"eita"}, set()],
        [CLOSED],
        [Speaker.BOT],
    )
    assert (
        request.kind,
        request.state,
        request.reason,
        request.requested_at,
        request.desk_closed_at,
        request.assigned_to,
    ) == (
        RequestKind.MESSAGE,
        RequestState.WAITING,
        "link_failed",
        asked_at,
        clock(),
        None,
    )
    assert helpdesk.handoffs.has_left_message("eita")
    assert audit()[-1] == ("desk", "desk_closed", "eita", {})


@pytest.mark.parametrize(
    ("now", "is_closed"),
    [
        pytest.param(
            japan(2026, 11, 24, 19) - timedelta.resolution, False, id="before closing"
        ),
        pytest.param(japan(2026, 11, 24, 19), True, id="closing"),
        pytest.param(japan(2026, 11, 24, 23, 59, 59), True, id="late"),
    ],
)
def test_queue_ends_when_the_desk_closes(
    helpdesk: Helpdesk, clock: FakeClock, now: datetime, is_closed: bool
):
    helpdesk.handoffs.request("eita", "request")
    clock.set(now)

    helpdesk.desk.look_after()

    speaker = Speaker.BOT if is_closed else Speaker.WAITING
    assert (notices(helpdesk), speakers(helpdesk, "eita")) == (
        [CLOSED] * is_closed,
        [speaker],
    )


def test_talk_goes_on_after_closing(helpdesk: Helpdesk, clock: FakeClock):
    talk(helpdesk)
    clock.set(japan(2026, 11, 24, 19))

    helpdesk.desk.look_after()

    helpdesk.talks.say("eita", "op1", "もう少しです")
    assert speakers(helpdesk, "eita") == [Speaker.OPERATOR]


def test_talk_that_is_given_back_after_closing_waits_as_a_message(
    helpdesk: Helpdesk, clock: FakeClock
):
    talk(helpdesk)
    clock.set(japan(2026, 11, 24, 19, 30))
    helpdesk.talks.release("eita", "op1")

    helpdesk.desk.look_after()

    request = request_of(helpdesk)
    assert (notices(helpdesk)[-1], request.kind, request.requested_at) == (
        CLOSED,
        RequestKind.MESSAGE,
        NOW,
    )


def test_next_morning_takes_turns_in_the_order_of_the_day_before(
    helpdesk: Helpdesk, clock: FakeClock
):
    clock.set(japan(2026, 11, 24, 18))
    helpdesk.handoffs.request("eita", "request")
    clock.forward(minutes=30)
    wish(helpdesk, "aiko", "report_link_error")
    helpdesk.handoffs.request("aiko", "request")
    clock.set(japan(2026, 11, 24, 19))
    helpdesk.desk.look_after()
    clock.set(japan(2026, 11, 24, 22))
    helpdesk.handoffs.leave_message("mika", "電話", "out_of_hours", "event-1")
    clock.set(OPENING)
    for customer in ("kenji", "saori", "yuki"):
        helpdesk.handoffs.request(customer, "request")

    # By then all messages have waited as long as a trouble.
    assert [customer for customer, *_ in queue(helpdesk)] == [
        *("kenji", "saori", "eita"),
        *("yuki", "aiko"),
        "mika",
    ]


def test_next_morning_who_was_kept_waiting_is_given_to_somebody(
    helpdesk: Helpdesk, clock: FakeClock
):
    """Also if nobody had taken the customer in time the day before."""
    clock.set(japan(2026, 11, 24, 18, 50))
    helpdesk.handoffs.request("eita", "request")
    for _ in range(3):
        helpdesk.desk.look_after()
        clock.forward(minutes=5)
    helpdesk.desk.look_after()
    before = request_of(helpdesk).assigned_to
    clock.set(OPENING)

    helpdesk.desk.look_after()

    assert (before, request_of(helpdesk).assigned_to) == (None, "op1")


def test_closing_twice_says_it_twice(helpdesk: Helpdesk, clock: FakeClock):
    """Once for each request: who asks again waits again."""
    for day in (24, 25):
        clock.set(japan(2026, 11, day, 18, 59))
        helpdesk.handoffs.request("eita", "request")
        clock.set(japan(2026, 11, day, 19))
        helpdesk.desk.look_after()

    assert len(notices(helpdesk)) == 2


def test_looking_again_after_closing_changes_nothing(
    helpdesk: Helpdesk, clock: FakeClock
):
    helpdesk.handoffs.request("eita", "request")
    talk(helpdesk, "aiko")
    clock.set(japan(2026, 11, 24, 19))
    helpdesk.desk.look_after()
    before = everything(helpdesk)

    assert (helpdesk.desk.look_after(), everything(helpdesk) == before) == (set(), True)
