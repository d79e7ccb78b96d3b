"""データプレゼント from the offer to its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.data_balance import DataBalance
from helpdesk.domain.data_gift import Gift, GiftProblem, GiftRefused, GiftState
from helpdesk.domain.linking import LinkRole
from helpdesk.domain.rights import NotAllowed
from helpdesk.services.carrier import CarrierAway
from helpdesk.services.changes import ChangePending
from helpdesk.services.failed_tries import TooManyTries
from helpdesk.services.gifts import GiftLine, GiftOver, GiftRoom, UnknownGift
from helpdesk.storage import carrier_tables
from tests.fakes import NOW, FakeClock, japan
from tests.services.carrier_talk import (
    Unsteady,
    balance,
    link,
    set_balance,
    set_network,
    unsteady,
)
from tests.services.conftest import Rows

Audit = Callable[[], list[tuple[Any, ...]]]
Inbox = Callable[[str], list[str | None]]

END_USER = [LinkRole.END_USER]
DAY = timedelta(hours=24)


@pytest.fixture
def services(helpdesk: Helpdesk) -> Unsteady:
    return unsteady(helpdesk)


def offered(helpdesk: Helpdesk, megabytes: int = 500, event: str = "e1") -> str:
    """An offer of yuki's, from 800 MB of basic data; its code."""
    return helpdesk.gifts.offer("yuki", "yuki.1", megabytes, event)[1]


def told(state: str, gift: int = 1) -> str:
    """What lets the bot tell the giver."""
    return f'/EXTERNAL_gift_ended{{"gift": "{gift}", "gift_state": "{state}"}}'


def ended(act: Callable[[], object]) -> object:
    """How a gift was over that was to be decided on; None if it was decided."""
    try:
        act()
    except GiftOver as over:
        return over.state
    return None


def data(helpdesk: Helpdesk) -> tuple[DataBalance, DataBalance]:
    """The giver's, and the receiver's."""
    return balance(helpdesk, "yuki.1"), balance(helpdesk, "hiro.1")


def accept_pending(services: Unsteady, code: str, *, is_done: bool = False) -> None:
    """The carrier tells the receiver's network, and then does not answer: hiro waits."""

    def go() -> None:
        if is_done:
            services.carrier.fails_after = 1
        else:
            services.carrier.fails_before = 1

    services.carrier.meanwhile = lambda: setattr(services.carrier, "meanwhile", go)
    services.gifts.accept("hiro", code, "hiro.1")


UNMOVED = (DataBalance(basic=800, bought=500), DataBalance())
MOVED = (DataBalance(basic=300, bought=500), DataBalance(gifted=500))
OFFER = Gift(
    *(1, "yuki", "yuki.1", 500, GiftState.OFFERED, NOW),
    expires_at=NOW + DAY,
)
TAKEN = replace(
    OFFER,
    state=GiftState.ACCEPTED,
    receiver_customer="hiro",
    receiver="hiro.1",
    moved_at=NOW,
)


# --- The whole life -------------------------------------------------------------------


def test_offer_moves_nothing_yet(helpdesk: Helpdesk, audit: Audit, inbox: Inbox):
    gift, code = helpdesk.gifts.offer("yuki", "yuki.1", 500, "e1")

    assert (gift, data(helpdesk)) == (OFFER, UNMOVED)
    assert helpdesk.gifts.find("hiro", code) == OFFER
    assert audit() == [
        ("customer:yuki", "gift_offered", "yuki.1", {"gift": 1, "megabytes": 500})
    ]
    assert (inbox("yuki"), inbox("hiro")) == ([], [])


def test_accepted_gift_moves_the_data_and_the_giver_is_told(
    helpdesk: Helpdesk, audit: Audit, inbox: Inbox
):
    code = offered(helpdesk)

    gift = helpdesk.gifts.accept("hiro", code, "hiro.1")

    detail = {"receiver": "hiro.1", "megabytes": 500, "key": "gift:1:20261124020000"}
    assert (gift, data(helpdesk)) == (TAKEN, MOVED)
    assert (inbox("yuki"), inbox("hiro")) == ([told("accepted")], [])
    assert audit()[1:] == [("customer:hiro", "data_given", "yuki.1", detail)]


def test_same_event_offers_once(helpdesk: Helpdesk, audit: Audit):
    first = helpdesk.gifts.offer("yuki", "yuki.1", 500, "e1")
    again = helpdesk.gifts.offer("yuki", "yuki.1", 500, "e1")

    assert (again, len(audit())) == (first, 1)


def test_event_of_somebody_else_tells_no_code(helpdesk: Helpdesk):
    offered(helpdesk)

    with pytest.raises(UnknownGift):
        helpdesk.gifts.offer("hiro", "hiro.1", 500, "e1")


def test_who_accepts_twice_is_answered_alike(helpdesk: Helpdesk, inbox: Inbox):
    """A turn may be undone and made again."""
    code = offered(helpdesk)

    gifts = [helpdesk.gifts.accept("hiro", code, "hiro.1") for _ in range(2)]

    assert (gifts, data(helpdesk)) == ([TAKEN] * 2, MOVED)
    assert inbox("yuki") == [told("accepted")]


def test_declined_gift_moves_nothing_and_the_giver_is_told(
    helpdesk: Helpdesk, audit: Audit, inbox: Inbox
):
    code = offered(helpdesk)

    gift = helpdesk.gifts.decline("hiro", code)

    declined = replace(OFFER, state=GiftState.DECLINED)
    assert (gift, helpdesk.gifts.get(1), data(helpdesk)) == (
        declined,
        declined,
        UNMOVED,
    )
    assert (inbox("yuki"), inbox("hiro")) == ([told("declined")], [])
    assert audit()[1:] == [("customer:hiro", "gift_declined", "yuki.1", {"gift": 1})]


def test_withdrawn_gift_moves_nothing_and_nobody_is_told(
    helpdesk: Helpdesk, audit: Audit, inbox: Inbox
):
    offered(helpdesk)

    gift = helpdesk.gifts.withdraw("yuki", 1)

    withdrawn = replace(OFFER, state=GiftState.WITHDRAWN)
    assert (gift, helpdesk.gifts.get(1), data(helpdesk)) == (
        withdrawn,
        withdrawn,
        UNMOVED,
    )
    assert (inbox("yuki"), inbox("hiro")) == ([], [])
    assert audit()[1:] == [("customer:yuki", "gift_withdrawn", "yuki.1", {"gift": 1})]


def test_only_the_giver_withdraws(helpdesk: Helpdesk):
    offered(helpdesk)

    for customer, gift in [("hiro", 1), ("yuki", 2)]:
        with pytest.raises(UnknownGift):
            helpdesk.gifts.withdraw(customer, gift)

    assert helpdesk.gifts.get(1) == OFFER


def test_giver_may_withdraw_after_the_link_has_ended(helpdesk: Helpdesk):
    offered(helpdesk)
    for each in helpdesk.linking.links_on("yuki.1"):
        helpdesk.linking.unlink("yuki", each.id)

    assert helpdesk.gifts.withdraw("yuki", 1).state is GiftState.WITHDRAWN


End = Callable[[Helpdesk, str], object]
ENDS: dict[GiftState, End] = {
    GiftState.ACCEPTED: lambda h, code: h.gifts.accept("hiro", code, "hiro.1"),
    GiftState.DECLINED: lambda h, code: h.gifts.decline("hiro", code),
    GiftState.WITHDRAWN: lambda h, code: h.gifts.withdraw("yuki", 1),
}


@pytest.mark.parametrize("first", ENDS, ids=str)
@pytest.mark.parametrize("second", ENDS, ids=str)
def test_ended_gift_stays_as_it_ended(
    helpdesk: Helpdesk, first: GiftState, second: GiftState
):
    link(helpdesk, "emi", "emi.1", END_USER)
    code = offered(helpdesk)
    ENDS[first](helpdesk, code)
    before = (helpdesk.gifts.get(1), data(helpdesk))

    by_another: dict[GiftState, End] = {
        **ENDS,
        GiftState.ACCEPTED: lambda h, code: h.gifts.accept("emi", code, "emi.1"),
    }
    found = ended(lambda: by_another[second](helpdesk, code))

    assert (found, (helpdesk.gifts.get(1), data(helpdesk))) == (first, before)


# --- How much -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("basic", "most"),
    [(499, 0), (500, 500), (899, 800), (3000, 3000), (3100, 3000)],
)
def test_room_is_what_is_left_of_basic_data(helpdesk: Helpdesk, basic: int, most: int):
    """F-GIFT-05, F-GIFT-06."""
    left = DataBalance(carried=5000, gifted=5000, basic=basic, bought=5000)
    set_balance(helpdesk, "yuki.1", left)

    assert helpdesk.gifts.room("yuki", "yuki.1") == GiftRoom(500, most, 100)


def test_open_offers_never_exceed_what_can_be_given(helpdesk: Helpdesk):
    set_balance(helpdesk, "yuki.1", DataBalance(basic=1600))
    rooms = [helpdesk.gifts.room("yuki", "yuki.1").most]
    for number, megabytes in enumerate((500, 600)):
        offered(helpdesk, megabytes, f"e{number}")
        rooms.append(helpdesk.gifts.room("yuki", "yuki.1").most)

    with pytest.raises(GiftRefused) as refused:
        offered(helpdesk, 600, "e3")
    offered(helpdesk, 500, "e4")

    rooms.append(helpdesk.gifts.room("yuki", "yuki.1").most)
    assert (rooms, refused.value.problem) == (
        [1600, 1100, 500, 0],
        GiftProblem.NOT_ENOUGH,
    )


@pytest.mark.parametrize(
    "end",
    [
        lambda h, code: h.gifts.decline("hiro", code),
        lambda h, code: h.gifts.withdraw("yuki", 1),
        lambda h, code: h.clock.forward(hours=24),
    ],
    ids=["declined", "withdrawn", "expired"],
)
def test_ended_offer_gives_its_room_back(helpdesk: Helpdesk, end: End):
    code = offered(helpdesk)
    before = helpdesk.gifts.room("yuki", "yuki.1").most

    end(helpdesk, code)

    assert (before, helpdesk.gifts.room("yuki", "yuki.1").most) == (0, 800)


def test_accepted_gift_is_not_counted_twice(helpdesk: Helpdesk):
    set_balance(helpdesk, "yuki.1", DataBalance(basic=1200))
    code = offered(helpdesk)

    helpdesk.gifts.accept("hiro", code, "hiro.1")

    assert helpdesk.gifts.room("yuki", "yuki.1").most == 700


def test_gift_on_its_way_is_not_offered_again(
    helpdesk: Helpdesk, services: Unsteady, clock: FakeClock
):
    """The carrier has not answered: the data are still in the giver's balance."""
    set_balance(helpdesk, "yuki.1", DataBalance(basic=900))
    code = offered(helpdesk)
    with pytest.raises(ChangePending):
        accept_pending(services, code)

    with pytest.raises(GiftRefused) as refused:
        offered(helpdesk, 500, "e2")
    during = helpdesk.gifts.room("yuki", "yuki.1").most
    clock.forward(seconds=30)
    services.changes.retry()

    assert (refused.value.problem, during) == (GiftProblem.NOT_ENOUGH, 0)
    assert balance(helpdesk, "yuki.1") == DataBalance(basic=400)


@pytest.mark.parametrize(
    ("megabytes", "problem"),
    [
        (400, GiftProblem.TOO_SMALL),
        (550, GiftProblem.NOT_IN_STEPS),
        (900, GiftProblem.NOT_ENOUGH),
        (3100, GiftProblem.OVER_PLAN),
    ],
)
def test_offer_is_refused(
    helpdesk: Helpdesk, rows: Rows, megabytes: int, problem: GiftProblem
):
    with pytest.raises(GiftRefused) as refused:
        offered(helpdesk, megabytes)

    assert (refused.value.problem, rows(carrier_tables.gifts)) == (problem, [])


def test_au_gives_nothing(helpdesk: Helpdesk):
    """F-GIFT-10."""
    set_network(helpdesk, "yuki.1", "au")

    for act in (
        lambda: helpdesk.gifts.room("yuki", "yuki.1"),
        lambda: offered(helpdesk),
    ):
        with pytest.raises(GiftRefused) as refused:
            act()
        assert refused.value.problem is GiftProblem.NETWORK


def test_au_receives_nothing(helpdesk: Helpdesk):
    """F-GIFT-10; the offer stays open for another."""
    set_network(helpdesk, "hiro.1", "au")
    code = offered(helpdesk)

    with pytest.raises(GiftRefused) as refused:
        helpdesk.gifts.accept("hiro", code, "hiro.1")

    assert (refused.value.problem, helpdesk.gifts.get(1)) == (
        GiftProblem.NETWORK,
        OFFER,
    )


def test_nobody_gives_to_the_same_subscription(helpdesk: Helpdesk):
    code = offered(helpdesk)

    with pytest.raises(GiftRefused) as refused:
        helpdesk.gifts.accept("yuki", code, "yuki.1")

    assert (refused.value.problem, helpdesk.gifts.get(1)) == (
        GiftProblem.OWN_SUBSCRIPTION,
        OFFER,
    )


def test_gift_between_ones_own_subscriptions_is_possible(helpdesk: Helpdesk):
    link(helpdesk, "yuki", "emi.1", END_USER)
    code = offered(helpdesk)

    gift = helpdesk.gifts.accept("yuki", code, "emi.1")

    assert (gift.receiver, balance(helpdesk, "emi.1").gifted) == ("emi.1", 500)


# --- How long -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offered_at", "end"),
    [
        pytest.param(NOW, NOW + DAY, id="24 hours"),
        pytest.param(
            japan(2026, 11, 30, 12), japan(2026, 12, 1), id="the end of the month"
        ),
    ],
)
@pytest.mark.parametrize(
    ("seconds", "found"),
    [(-1, None), (0, GiftState.EXPIRED), (1, GiftState.EXPIRED)],
    ids=["before", "at", "after"],
)
def test_gift_can_be_accepted_until_its_end(
    helpdesk: Helpdesk,
    clock: FakeClock,
    offered_at: datetime,
    end: datetime,
    seconds: int,
    found: GiftState | None,
):
    """F-GIFT-07."""
    clock.set(offered_at)
    code = offered(helpdesk)
    clock.set(end + timedelta(seconds=seconds))

    assert ended(lambda: helpdesk.gifts.accept("hiro", code, "hiro.1")) == found


def test_month_that_ends_while_the_carrier_is_asked_ends_the_offer(
    helpdesk: Helpdesk, services: Unsteady, clock: FakeClock
):
    """Or the gift would come out of the next month's data."""
    clock.set(japan(2026, 11, 30, 23, 59, 59))
    code = offered(helpdesk)
    services.carrier.meanwhile = lambda: clock.forward(seconds=1)

    found = ended(lambda: services.gifts.accept("hiro", code, "hiro.1"))

    assert (found, balance(helpdesk, "hiro.1").gifted) == (GiftState.EXPIRED, 0)


def test_offers_whose_time_is_over_are_ended_and_told_once(
    helpdesk: Helpdesk, clock: FakeClock, inbox: Inbox
):
    offered(helpdesk)
    clock.forward(hours=23, minutes=59, seconds=59)
    woken = [helpdesk.gifts.expire()]
    clock.forward(seconds=1)
    woken += [helpdesk.gifts.expire() for _ in range(2)]

    assert (woken, inbox("yuki")) == ([[], ["yuki"], []], [told("expired")])
    assert helpdesk.gifts.get(1) == replace(OFFER, state=GiftState.EXPIRED)


def test_decided_offers_do_not_expire(
    helpdesk: Helpdesk, clock: FakeClock, inbox: Inbox
):
    helpdesk.gifts.accept("hiro", offered(helpdesk), "hiro.1")
    clock.forward(hours=24)

    assert (helpdesk.gifts.expire(), inbox("yuki")) == ([], [told("accepted")])


def test_gifted_data_end_with_the_month(helpdesk: Helpdesk, clock: FakeClock):
    """F-GIFT-07, F-DATA-07."""
    helpdesk.gifts.accept("hiro", offered(helpdesk), "hiro.1")
    clock.set(japan(2026, 12, 1))

    assert data(helpdesk) == (
        DataBalance(carried=800, basic=3000),
        DataBalance(basic=3000),
    )


# --- Races and refusals at acceptance -------------------------------------------------


def test_second_receiver_comes_too_late(
    helpdesk: Helpdesk, services: Unsteady, inbox: Inbox
):
    """Both have looked at the open offer when one of them says yes."""
    link(helpdesk, "emi", "emi.1", END_USER)
    code = offered(helpdesk)
    services.carrier.meanwhile = lambda: helpdesk.gifts.accept("emi", code, "emi.1")

    found = ended(lambda: services.gifts.accept("hiro", code, "hiro.1"))

    assert (found, balance(helpdesk, "emi.1").gifted) == (GiftState.ACCEPTED, 500)
    assert (data(helpdesk), inbox("yuki")) == (
        (MOVED[0], DataBalance()),
        [told("accepted")],
    )


def test_withdrawal_wins_when_it_comes_first(
    helpdesk: Helpdesk, services: Unsteady, inbox: Inbox
):
    code = offered(helpdesk)
    services.carrier.meanwhile = lambda: helpdesk.gifts.withdraw("yuki", 1)

    found = ended(lambda: services.gifts.accept("hiro", code, "hiro.1"))

    assert (found, data(helpdesk), inbox("yuki")) == (
        GiftState.WITHDRAWN,
        UNMOVED,
        [],
    )


def test_acceptance_wins_when_it_comes_first(helpdesk: Helpdesk, services: Unsteady):
    """From the acceptance on nobody can undo it, though the carrier has not answered."""
    code = offered(helpdesk)
    with pytest.raises(ChangePending):
        accept_pending(services, code)

    found = ended(lambda: helpdesk.gifts.withdraw("yuki", 1))

    assert (found, helpdesk.gifts.get(1).state) == (
        GiftState.ACCEPTED,
        GiftState.ACCEPTED,
    )


def test_data_that_were_used_meanwhile_cannot_be_taken(
    helpdesk: Helpdesk, audit: Audit, inbox: Inbox
):
    """The receiver hears it at once, and again; the giver is told once."""
    code = offered(helpdesk)
    set_balance(helpdesk, "yuki.1", DataBalance(basic=499))

    problems = []
    for _ in range(2):
        with pytest.raises(GiftRefused) as refused:
            helpdesk.gifts.accept("hiro", code, "hiro.1")
        problems.append(refused.value.problem)

    assert problems == [GiftProblem.NOT_ENOUGH] * 2
    assert data(helpdesk) == (DataBalance(basic=499), DataBalance())
    assert (inbox("yuki"), inbox("hiro")) == ([told("withdrawn")], [])
    assert helpdesk.gifts.get(1).state is GiftState.WITHDRAWN
    assert [entry[1] for entry in audit()] == ["gift_offered"]


def test_offer_of_who_is_linked_no_more_is_over(helpdesk: Helpdesk, audit: Audit):
    """F-GIFT-01: both sides are linked."""
    code = offered(helpdesk)
    for each in helpdesk.linking.links_on("yuki.1"):
        helpdesk.linking.unlink("yuki", each.id)

    found = ended(lambda: helpdesk.gifts.accept("hiro", code, "hiro.1"))

    assert (found, data(helpdesk)) == (GiftState.WITHDRAWN, UNMOVED)
    assert audit()[-1] == ("system", "gift_withdrawn", "yuki.1", {"gift": 1})


@pytest.mark.parametrize("is_done", [False, True], ids=["before", "after it was made"])
def test_gift_that_waits_for_the_carrier_is_finished_and_both_are_told(
    helpdesk: Helpdesk,
    services: Unsteady,
    clock: FakeClock,
    inbox: Inbox,
    is_done: bool,
):
    code = offered(helpdesk)
    with pytest.raises(ChangePending) as waits:
        accept_pending(services, code, is_done=is_done)
    before = (helpdesk.gifts.get(1), inbox("yuki"), inbox("hiro"))
    clock.forward(seconds=30)
    woken = services.changes.retry()

    settled = '/EXTERNAL_change_settled{"change": "gift:1:20261124020000"}'
    assert waits.value.key == "gift:1:20261124020000"
    assert before == (replace(TAKEN, moved_at=None), [], [])
    assert (woken, inbox("yuki"), inbox("hiro")) == (
        ["hiro"],
        [told("accepted")],
        [settled],
    )
    moved = replace(TAKEN, moved_at=NOW + timedelta(seconds=30))
    assert (helpdesk.gifts.get(1), data(helpdesk)) == (moved, MOVED)


def test_gift_that_is_refused_late_is_told_to_both(
    helpdesk: Helpdesk, services: Unsteady, clock: FakeClock, inbox: Inbox
):
    code = offered(helpdesk)
    with pytest.raises(ChangePending):
        accept_pending(services, code)
    set_balance(helpdesk, "yuki.1", DataBalance(basic=100))
    clock.forward(seconds=30)
    services.changes.retry()

    settled = '/EXTERNAL_change_settled{"change": "gift:1:20261124020000"}'
    assert (inbox("yuki"), inbox("hiro")) == ([told("withdrawn")], [settled])
    assert data(helpdesk) == (DataBalance(basic=100), DataBalance())


def test_carrier_that_is_away_before_the_acceptance_leaves_the_offer_open(
    helpdesk: Helpdesk, services: Unsteady, rows: Rows
):
    code = offered(helpdesk)
    services.carrier.fails_before = 1

    with pytest.raises(CarrierAway):
        services.gifts.accept("hiro", code, "hiro.1")

    assert (helpdesk.gifts.get(1), rows(carrier_tables.changes)) == (OFFER, [])


# --- Codes ----------------------------------------------------------------------------


def test_wrong_codes_lock_for_a_while(helpdesk: Helpdesk, clock: FakeClock):
    code = offered(helpdesk)
    for _ in range(5):
        with pytest.raises(UnknownGift):
            helpdesk.gifts.find("hiro", "G-2222-2222")
    found: list[object] = []

    for act in (
        lambda: helpdesk.gifts.find("hiro", code),
        lambda: helpdesk.gifts.accept("hiro", code, "hiro.1"),
        lambda: helpdesk.gifts.decline("hiro", code),
    ):
        with pytest.raises(TooManyTries) as locked:
            act()
        found.append(locked.value.until)
    clock.forward(minutes=15)

    assert found == [NOW + timedelta(minutes=15)] * 3
    assert helpdesk.gifts.accept("hiro", code, "hiro.1").state is GiftState.ACCEPTED


def test_wrong_codes_of_one_lock_no_other(helpdesk: Helpdesk):
    code = offered(helpdesk)
    for _ in range(5):
        with pytest.raises(UnknownGift):
            helpdesk.gifts.find("emi", "G-2222-2222")

    assert helpdesk.gifts.find("hiro", code) == OFFER


def test_right_codes_do_not_count_as_tries(helpdesk: Helpdesk):
    code = offered(helpdesk)

    found = [helpdesk.gifts.find("hiro", code) for _ in range(6)]

    assert found == [OFFER] * 6


def test_codes_are_not_stored_in_the_clear(
    helpdesk: Helpdesk, everything_stored: Callable[[], str]
):
    code = offered(helpdesk)

    assert code not in everything_stored()


# --- Lists ----------------------------------------------------------------------------


def test_giver_sees_the_offers_and_the_codes_of_the_open_ones(helpdesk: Helpdesk):
    set_balance(helpdesk, "yuki.1", DataBalance(basic=1000))
    codes = [offered(helpdesk, 500, event) for event in ("e1", "e2")]
    helpdesk.gifts.decline("hiro", codes[0])

    assert helpdesk.gifts.given("yuki", "yuki.1") == [
        GiftLine(replace(OFFER, id=2), codes[1]),
        GiftLine(replace(OFFER, state=GiftState.DECLINED), None),
    ]


def test_nobody_else_sees_the_offers(helpdesk: Helpdesk, stranger: str):
    """Who has taken the link over sees no code of the former."""
    offered(helpdesk)
    link(helpdesk, stranger, "yuki.1", [LinkRole.HOLDER, LinkRole.END_USER])

    found = [helpdesk.gifts.given(each, "yuki.1") for each in ("hiro", stranger)]

    assert found == [[], []]


def test_receiver_sees_what_was_received(helpdesk: Helpdesk):
    helpdesk.gifts.accept("hiro", offered(helpdesk), "hiro.1")

    found = [helpdesk.gifts.received(each, "hiro.1") for each in ("hiro", "yuki")]

    assert found == [[TAKEN], []]


@pytest.mark.parametrize(("days", "count"), [(60, 1), (61, 0)])
def test_gifts_are_shown_for_sixty_days(
    helpdesk: Helpdesk, clock: FakeClock, days: int, count: int
):
    helpdesk.gifts.accept("hiro", offered(helpdesk), "hiro.1")
    clock.forward(days=days)

    given = helpdesk.gifts.given("yuki", "yuki.1")
    received = helpdesk.gifts.received("hiro", "hiro.1")
    assert (len(given), len(received)) == (count, count)


def test_only_who_uses_a_subscription_takes_a_gift_for_it(helpdesk: Helpdesk):
    code = offered(helpdesk)

    with pytest.raises(NotAllowed):
        helpdesk.gifts.accept("emi", code, "hiro.1")

    assert helpdesk.gifts.get(1) == OFFER
