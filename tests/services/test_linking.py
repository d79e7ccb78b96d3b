"""Making, moving and ending links."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.eligibility import Order, OrderPlace
from helpdesk.domain.linking import Link, LinkRole, Subscription
from helpdesk.services.linking import (
    AlreadyLinked,
    HolderProgress,
    LinkedElsewhere,
    NoSuchLink,
    TooEarly,
)
from helpdesk.storage import tables
from tests.fakes import NOW, FakeClock, japan
from tests.services.conftest import Rows

HOLDER, END_USER = LinkRole.HOLDER, LinkRole.END_USER
Audit = Callable[[], list[tuple[Any, ...]]]
Inbox = Callable[[str], list[str | None]]

SERVICE_START = Order(
    OrderPlace.WEB,
    keeps_number=True,
    shipping_notice_on=date(2026, 11, 18),
    service_start_notice_on=date(2026, 11, 20),
)
EITA_1 = Subscription("eita.1", "eita", True, "1101", SERVICE_START)
EITA_2 = Subscription("eita.2", "eita", False, "1102", SERVICE_START)


def links(helpdesk: Helpdesk, customer: str) -> list[tuple[str, LinkRole]]:
    return [
        (link.subscription, link.role)
        for link, _ in helpdesk.linking.links_of(customer)
    ]


def test_link_is_made_dated_and_audited(helpdesk: Helpdesk, audit: Audit):
    linked = helpdesk.linking.link("aiko", "eita.2", END_USER)

    assert linked == EITA_2
    assert helpdesk.linking.links_of("aiko") == [
        (Link(4, "aiko", "eita.2", END_USER, NOW), EITA_2)
    ]
    assert audit() == [
        ("customer:aiko", "linked", "eita.2", {"role": "end_user", "where": "chat"})
    ]


@pytest.mark.parametrize("may_move", [False, True], ids=["link", "move"])
def test_link_is_made_once(
    helpdesk: Helpdesk, audit: Audit, rows: Rows, may_move: bool
):
    helpdesk.linking.link("eita", "eita.1", HOLDER)

    with pytest.raises(AlreadyLinked):
        helpdesk.linking.link("eita", "eita.1", HOLDER, may_move=may_move)

    made = [row for row in rows(tables.links) if row["subscription"] == "eita.1"]
    assert (len(made), len(audit())) == (1, 1)


def test_roles_of_a_subscription_belong_to_different_customers(helpdesk: Helpdesk):
    """F-USR-07: the parent's link on the parent's account, the child's on the child's."""
    helpdesk.linking.link("eita", "eita.2", HOLDER)
    helpdesk.linking.link("aiko", "eita.2", END_USER)

    on = helpdesk.linking.links_on("eita.2")

    assert [(link.customer, link.role) for link in on] == [
        ("eita", HOLDER),
        ("aiko", END_USER),
    ]


@pytest.mark.parametrize(
    ("subscription", "now", "opens_on"),
    [
        pytest.param(
            "mika.1",
            japan(2026, 11, 24, 11),
            date(2026, 11, 25),
            id="F-TIME-01: that day",
        ),
        pytest.param(
            "mika.1",
            japan(2026, 11, 24, 23, 59, 59),
            date(2026, 11, 25),
            id="last second",
        ),
        pytest.param(
            "kenji.1", japan(2026, 11, 24, 11), None, id="F-TIME-02: no mail yet"
        ),
        pytest.param("kenji.1", japan(2027, 11, 24, 11), None, id="no mail for a year"),
    ],
)
def test_link_before_its_day_is_refused_with_the_day(
    helpdesk: Helpdesk,
    clock: FakeClock,
    subscription: str,
    now: Any,
    opens_on: date | None,
):
    clock.set(now)
    customer = subscription.removesuffix(".1")

    with pytest.raises(TooEarly) as early:
        helpdesk.linking.link(customer, subscription, HOLDER)

    assert (early.value.opens_on, links(helpdesk, customer)) == (opens_on, [])


@pytest.mark.parametrize(
    ("subscription", "now"),
    [
        pytest.param("mika.1", japan(2026, 11, 25, 0, 0, 0), id="F-TIME-01: midnight"),
        pytest.param("eita.1", japan(2026, 11, 24, 11), id="F-TIME-02"),
        pytest.param("saori.1", japan(2026, 11, 24, 11), id="F-TIME-03: the same day"),
    ],
)
def test_link_from_its_day_on_is_made(
    helpdesk: Helpdesk, clock: FakeClock, subscription: str, now: Any
):
    clock.set(now)
    customer = subscription.removesuffix(".1")

    helpdesk.linking.link(customer, subscription, HOLDER)

    assert links(helpdesk, customer) == [(subscription, HOLDER)]


def test_link_of_another_account_stays_unless_confirmed(
    helpdesk: Helpdesk, stranger: str
):
    with pytest.raises(LinkedElsewhere):
        helpdesk.linking.link(stranger, "yuki.1", HOLDER)

    assert (links(helpdesk, stranger), links(helpdesk, "yuki")) == (
        [],
        [("yuki.1", HOLDER), ("yuki.1", END_USER)],
    )


def test_link_moves_after_confirmation(helpdesk: Helpdesk, stranger: str, audit: Audit):
    helpdesk.linking.link(stranger, "yuki.1", HOLDER, may_move=True)

    assert (links(helpdesk, stranger), links(helpdesk, "yuki")) == (
        [("yuki.1", HOLDER)],
        [("yuki.1", END_USER)],
    )
    assert audit() == [
        (f"customer:{stranger}", "moved", "yuki.1", {"role": "holder"}),
        (
            f"customer:{stranger}",
            "linked",
            "yuki.1",
            {"role": "holder", "where": "chat"},
        ),
    ]


@pytest.mark.parametrize("role", LinkRole, ids=str)
def test_former_customer_is_told_of_a_moved_link(
    helpdesk: Helpdesk, stranger: str, inbox: Inbox, role: LinkRole
):
    helpdesk.linking.link(stranger, "yuki.1", role, may_move=True)

    assert (inbox("yuki"), inbox(stranger)) == (
        [f'/EXTERNAL_link_moved{{"moved_role": "{role.value}"}}'],
        [],
    )


def test_link_that_moves_to_and_fro_is_told_each_time(
    helpdesk: Helpdesk, stranger: str, inbox: Inbox
):
    helpdesk.linking.link(stranger, "yuki.1", HOLDER, may_move=True)
    helpdesk.linking.link("yuki", "yuki.1", HOLDER, may_move=True)
    helpdesk.linking.link(stranger, "yuki.1", HOLDER, may_move=True)

    told = '/EXTERNAL_link_moved{"moved_role": "holder"}'
    assert (inbox("yuki"), inbox(stranger)) == ([told, told], [told])


def test_link_that_is_too_early_does_not_move(helpdesk: Helpdesk, stranger: str):
    with pytest.raises(TooEarly):
        helpdesk.linking.link(stranger, "mika.1", HOLDER, may_move=True)

    assert links(helpdesk, stranger) == []


def test_check_changes_nothing(helpdesk: Helpdesk, audit: Audit):
    checked = helpdesk.linking.check("eita", "eita.1", HOLDER)

    assert (checked, links(helpdesk, "eita"), audit()) == (EITA_1, [], [])


@pytest.mark.parametrize(
    ("customer", "subscription", "error"),
    [
        pytest.param("mika", "mika.1", TooEarly, id="too early"),
        pytest.param("yuki", "yuki.1", AlreadyLinked, id="linked"),
        pytest.param("eita", "yuki.1", LinkedElsewhere, id="linked elsewhere"),
    ],
)
def test_check_refuses_as_link_does(
    helpdesk: Helpdesk, customer: str, subscription: str, error: type[Exception]
):
    with pytest.raises(error):
        helpdesk.linking.check(customer, subscription, HOLDER)


def test_holder_links_are_counted_with_those_left(helpdesk: Helpdesk):
    """F-CON-11: two subscriptions need two holder links."""
    before = helpdesk.linking.holder_progress("eita")
    helpdesk.linking.link("eita", "eita.1", HOLDER)
    first = helpdesk.linking.holder_progress("eita")
    helpdesk.linking.link("aiko", "eita.2", END_USER)
    helpdesk.linking.link("eita", "eita.2", HOLDER)
    second = helpdesk.linking.holder_progress("eita")

    assert (before, first, second) == (
        None,
        HolderProgress(EITA_1, count=1, left=1, is_end_user_linked=False),
        HolderProgress(EITA_2, count=2, left=0, is_end_user_linked=True),
    )


def test_end_user_link_makes_nobody_a_holder(helpdesk: Helpdesk):
    """F-CODE-05: codes and contracts are the holder's."""
    assert (
        helpdesk.linking.held_by("hiro"),
        helpdesk.linking.holder_progress("hiro"),
    ) == (
        [],
        None,
    )


def test_unlink_ends_the_link_at_once(helpdesk: Helpdesk, audit: Audit, rows: Rows):
    helpdesk.linking.link("eita", "eita.1", HOLDER)
    (link, _), *_ = helpdesk.linking.links_of("eita")

    helpdesk.linking.unlink("eita", link.id)

    ended = [row for row in rows(tables.links) if row["id"] == link.id]
    assert links(helpdesk, "eita") == []
    assert [(row["linked_at"], row["unlinked_at"]) for row in ended] == [(NOW, NOW)]
    assert audit()[1:] == [("customer:eita", "unlinked", "eita.1", {"role": "holder"})]


def test_unlinking_twice_changes_nothing(
    helpdesk: Helpdesk, clock: FakeClock, audit: Audit, rows: Rows
):
    (link, _), *_ = helpdesk.linking.links_of("hiro")
    helpdesk.linking.unlink("hiro", link.id)
    before = (rows(tables.links), audit())
    clock.forward(minutes=1)

    helpdesk.linking.unlink("hiro", link.id)

    assert (rows(tables.links), audit()) == before


def test_link_made_again_keeps_the_history(helpdesk: Helpdesk, rows: Rows):
    (link, _), *_ = helpdesk.linking.links_of("hiro")
    helpdesk.linking.unlink("hiro", link.id)

    helpdesk.linking.link("hiro", "hiro.1", END_USER)

    history = [row for row in rows(tables.links) if row["customer"] == "hiro"]
    assert [row["unlinked_at"] for row in history] == [NOW, None]


@pytest.mark.parametrize("customer", ["yuki", "aiko"])
def test_nobody_ends_the_link_of_another(helpdesk: Helpdesk, customer: str):
    (link, _), *_ = helpdesk.linking.links_of("hiro")

    with pytest.raises(NoSuchLink):
        helpdesk.linking.unlink(customer, link.id)

    assert links(helpdesk, "hiro") == [("hiro.1", END_USER)]


def test_unknown_link_is_no_link(helpdesk: Helpdesk):
    with pytest.raises(NoSuchLink):
        helpdesk.linking.unlink("hiro", 999)


def test_holder_ends_a_link_on_my_page(helpdesk: Helpdesk, audit: Audit):
    (link,) = helpdesk.linking.links_on("hiro.1")

    helpdesk.linking.unlink_on("hiro.1", link.id)

    assert (helpdesk.linking.links_on("hiro.1"), audit()) == (
        [],
        [("my_page:hiro.1", "unlinked", "hiro.1", {"role": "end_user"})],
    )


def test_my_page_ends_no_link_of_another_subscription(helpdesk: Helpdesk):
    (link,) = helpdesk.linking.links_on("hiro.1")

    with pytest.raises(NoSuchLink):
        helpdesk.linking.unlink_on("eita.1", link.id)

    assert helpdesk.linking.links_on("hiro.1") == [link]
