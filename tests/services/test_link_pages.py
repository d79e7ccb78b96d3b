"""Link attempts: the one-time page of a link, from its offer to its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import AttemptState, LinkAttempt, LinkRole
from helpdesk.services.linking import (
    AlreadyLinked,
    LinkedElsewhere,
    PageExpired,
    TooEarly,
)
from tests.fakes import NOW, FakeClock, japan

HOLDER, END_USER = LinkRole.HOLDER, LinkRole.END_USER
ENDS_AT = NOW + timedelta(minutes=10)
Offer = Callable[[str, LinkRole], str]
Audit = Callable[[], list[tuple[Any, ...]]]
Inbox = Callable[[str], list[str | None]]


def attempt(state: AttemptState, subscription: str | None = None) -> LinkAttempt:
    return LinkAttempt(1, "eita", HOLDER, state, ENDS_AT, subscription)


def test_page_is_opened_authenticated_and_finished(
    helpdesk: Helpdesk, offer: Offer, audit: Audit, inbox: Inbox
):
    token = offer("eita", HOLDER)

    opened = helpdesk.linking.open_page(token, HOLDER)
    authenticated = helpdesk.linking.authenticate(token, HOLDER, "eita.1")
    linked = helpdesk.linking.finish_page(token, HOLDER, may_move=False)

    assert (opened, authenticated, linked.id) == (
        attempt(AttemptState.PAGE_OPENED),
        attempt(AttemptState.AUTHENTICATED, "eita.1"),
        "eita.1",
    )
    assert helpdesk.linking.held_by("eita") == [linked]
    assert audit() == [
        ("customer:eita", "linked", "eita.1", {"role": "holder", "where": "page"})
    ]
    assert inbox("eita") == ['/EXTERNAL_holder_linked{"subscription": "eita.1"}']


def test_end_user_page_tells_its_own_word(
    helpdesk: Helpdesk, offer: Offer, inbox: Inbox
):
    token = offer("aiko", END_USER)
    helpdesk.linking.open_page(token, END_USER)
    helpdesk.linking.authenticate(token, END_USER, "eita.2")

    helpdesk.linking.finish_page(token, END_USER, may_move=False)

    assert inbox("aiko") == ['/EXTERNAL_end_user_linked{"subscription": "eita.2"}']


def test_page_opens_as_often_as_its_customer_likes(helpdesk: Helpdesk, offer: Offer):
    token = offer("eita", HOLDER)
    helpdesk.linking.open_page(token, HOLDER)

    again = helpdesk.linking.open_page(token, HOLDER)

    assert again == attempt(AttemptState.PAGE_OPENED)


def test_authenticated_page_stays_so_when_opened_again(
    helpdesk: Helpdesk, offer: Offer
):
    token = offer("eita", HOLDER)
    helpdesk.linking.open_page(token, HOLDER)
    helpdesk.linking.authenticate(token, HOLDER, "eita.1")

    again = helpdesk.linking.open_page(token, HOLDER)

    assert again == attempt(AttemptState.AUTHENTICATED, "eita.1")


def test_page_may_be_authenticated_again_for_another_subscription(
    helpdesk: Helpdesk, offer: Offer
):
    token = offer("eita", HOLDER)
    helpdesk.linking.open_page(token, HOLDER)
    helpdesk.linking.authenticate(token, HOLDER, "eita.1")

    again = helpdesk.linking.authenticate(token, HOLDER, "eita.2")

    assert again == attempt(AttemptState.AUTHENTICATED, "eita.2")


def test_page_that_was_not_authenticated_links_nothing(
    helpdesk: Helpdesk, offer: Offer
):
    token = offer("eita", HOLDER)
    helpdesk.linking.open_page(token, HOLDER)

    with pytest.raises(PageExpired):
        helpdesk.linking.finish_page(token, HOLDER, may_move=False)

    assert helpdesk.linking.links_of("eita") == []


@pytest.mark.parametrize("step", ["open", "authenticate", "finish"])
def test_finished_page_is_used_up(
    helpdesk: Helpdesk, offer: Offer, audit: Audit, inbox: Inbox, step: str
):
    token = offer("eita", HOLDER)
    helpdesk.linking.open_page(token, HOLDER)
    helpdesk.linking.authenticate(token, HOLDER, "eita.1")
    helpdesk.linking.finish_page(token, HOLDER, may_move=False)

    with pytest.raises(PageExpired):
        take(helpdesk, step, token)

    assert (
        len(helpdesk.linking.links_of("eita")),
        len(audit()),
        len(inbox("eita")),
    ) == (
        1,
        1,
        1,
    )


@pytest.mark.parametrize("step", ["open", "authenticate", "finish"])
@pytest.mark.parametrize("age", [599, 600, 601], ids=["before", "at", "after"])
def test_page_works_for_exactly_ten_minutes(
    helpdesk: Helpdesk, clock: FakeClock, offer: Offer, step: str, age: int
):
    token = offer("eita", HOLDER)
    helpdesk.linking.open_page(token, HOLDER)
    helpdesk.linking.authenticate(token, HOLDER, "eita.1")
    clock.forward(seconds=age)

    try:
        take(helpdesk, step, token)
        worked = True
    except PageExpired:
        worked = False

    assert worked == (age < 600)


def test_page_is_that_of_its_role(helpdesk: Helpdesk, offer: Offer):
    token = offer("eita", HOLDER)

    with pytest.raises(PageExpired):
        helpdesk.linking.open_page(token, END_USER)


@pytest.mark.parametrize("token", ["", "x" * 32, "' OR 1=1 --"])
def test_unknown_address_is_no_page(helpdesk: Helpdesk, token: str):
    with pytest.raises(PageExpired):
        helpdesk.linking.open_page(token, HOLDER)


def test_older_page_stays_good_beside_a_newer_one(helpdesk: Helpdesk, offer: Offer):
    older = offer("eita", HOLDER)
    newer = offer("eita", HOLDER)

    opened = [helpdesk.linking.open_page(token, HOLDER).id for token in (older, newer)]

    assert opened == [1, 2]


@pytest.mark.parametrize(
    ("customer", "opens_on"),
    [("mika", date(2026, 11, 25)), ("kenji", None)],
    ids=["F-TIME-01: tomorrow", "F-TIME-02: unknown"],
)
def test_page_that_is_too_early_gives_the_day_and_stays(
    helpdesk: Helpdesk, offer: Offer, customer: str, opens_on: date | None
):
    token = offer(customer, HOLDER)
    helpdesk.linking.open_page(token, HOLDER)
    helpdesk.linking.authenticate(token, HOLDER, f"{customer}.1")

    with pytest.raises(TooEarly) as early:
        helpdesk.linking.finish_page(token, HOLDER, may_move=False)

    state = helpdesk.linking.open_page(token, HOLDER).state
    assert (early.value.opens_on, state) == (opens_on, AttemptState.AUTHENTICATED)


def test_page_that_was_too_early_links_after_midnight(
    helpdesk: Helpdesk, clock: FakeClock, offer: Offer
):
    clock.set(japan(2026, 11, 24, 23, 59, 59))
    token = offer("mika", HOLDER)
    helpdesk.linking.open_page(token, HOLDER)
    helpdesk.linking.authenticate(token, HOLDER, "mika.1")
    with pytest.raises(TooEarly):
        helpdesk.linking.finish_page(token, HOLDER, may_move=False)
    clock.forward(seconds=1)

    linked = helpdesk.linking.finish_page(token, HOLDER, may_move=False)

    assert helpdesk.linking.held_by("mika") == [linked]


def test_chat_is_told_once_that_a_page_was_too_early(
    helpdesk: Helpdesk, offer: Offer, inbox: Inbox
):
    token = offer("mika", HOLDER)
    helpdesk.linking.open_page(token, HOLDER)
    found = helpdesk.linking.authenticate(token, HOLDER, "mika.1")

    helpdesk.linking.tell_too_early(found)
    helpdesk.linking.tell_too_early(found)

    assert inbox("mika") == ['/EXTERNAL_link_too_early{"subscription": "mika.1"}']


def test_page_moves_a_link_only_after_confirmation(
    helpdesk: Helpdesk, offer: Offer, stranger: str, inbox: Inbox
):
    token = offer(stranger, HOLDER)
    helpdesk.linking.open_page(token, HOLDER)
    helpdesk.linking.authenticate(token, HOLDER, "yuki.1")
    with pytest.raises(LinkedElsewhere):
        helpdesk.linking.finish_page(token, HOLDER, may_move=False)

    linked = helpdesk.linking.finish_page(token, HOLDER, may_move=True)

    assert (helpdesk.linking.held_by(stranger), helpdesk.linking.held_by("yuki")) == (
        [linked],
        [],
    )
    assert (inbox("yuki"), inbox(stranger)) == (
        ['/EXTERNAL_link_moved{"moved_role": "holder"}'],
        ['/EXTERNAL_holder_linked{"subscription": "yuki.1"}'],
    )


def test_page_of_a_link_that_is_there_changes_nothing(
    helpdesk: Helpdesk, offer: Offer, audit: Audit, inbox: Inbox
):
    token = offer("yuki", HOLDER)
    helpdesk.linking.open_page(token, HOLDER)
    helpdesk.linking.authenticate(token, HOLDER, "yuki.1")

    with pytest.raises(AlreadyLinked):
        helpdesk.linking.finish_page(token, HOLDER, may_move=True)

    assert (audit(), inbox("yuki")) == ([], [])


def test_closing_pages_closes_those_of_one_customer(helpdesk: Helpdesk, offer: Offer):
    token, other = offer("eita", HOLDER), offer("aiko", END_USER)

    closed = [helpdesk.linking.close_pages("eita") for _ in range(2)]

    assert closed == [True, False]
    assert helpdesk.linking.open_page(other, END_USER).customer == "aiko"
    with pytest.raises(PageExpired):
        helpdesk.linking.open_page(token, HOLDER)


@pytest.mark.parametrize(
    ("age", "closed"), [(599, 0), (600, 1), (601, 1)], ids=["before", "at", "after"]
)
def test_pages_expire_after_ten_minutes_once(
    helpdesk: Helpdesk, clock: FakeClock, offer: Offer, age: int, closed: int
):
    offer("eita", HOLDER)
    clock.forward(seconds=age)

    counts = [helpdesk.linking.expire_pages() for _ in range(2)]

    assert counts == [closed, 0]


def test_address_is_not_stored(
    helpdesk: Helpdesk, offer: Offer, everything_stored: Callable[[], str]
):
    token = offer("eita", HOLDER)
    helpdesk.linking.open_page(token, HOLDER)

    assert token not in everything_stored()


def take(helpdesk: Helpdesk, step: str, token: str) -> None:
    """Take one step on a holder's page."""
    if step == "open":
        helpdesk.linking.open_page(token, HOLDER)
    elif step == "authenticate":
        helpdesk.linking.authenticate(token, HOLDER, "eita.1")
    else:
        helpdesk.linking.finish_page(token, HOLDER, may_move=False)
