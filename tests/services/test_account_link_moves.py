"""LINE's account link when something happened while LINE asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from helpdesk.services.linking import TooEarly
from helpdesk.services.sample_world import line_user_id
from helpdesk.storage import tables
from tests.fakes import NOW, FakeClock, japan
from tests.services.conftest import Rows
from tests.services.line_talk import (
    accept,
    account_linked,
    authenticated_page,
    begin_link,
    links,
)

HOLDER, END_USER = LinkRole.HOLDER, LinkRole.END_USER
FAILED = '/EXTERNAL_account_link_failed{"link_role": "holder"}'
Audit = Callable[[], list[tuple[Any, ...]]]
Inbox = Callable[[str], list[str | None]]


def states(rows: Rows) -> list[str]:
    return [row["state"] for row in rows(tables.link_attempts)]


def test_link_of_another_account_moves_when_it_may(
    helpdesk: Helpdesk, audit: Audit, inbox: Inbox
):
    nonce = begin_link(helpdesk, "eita", HOLDER, "yuki.1", may_move=True)

    accept(helpdesk, account_linked(nonce))

    assert (links(helpdesk), links(helpdesk, "yuki")) == (
        [("yuki.1", HOLDER)],
        [("yuki.1", END_USER)],
    )
    assert [entry[:3] for entry in audit()] == [
        ("customer:eita", "moved", "yuki.1"),
        ("customer:eita", "linked", "yuki.1"),
    ]
    assert (inbox("eita"), inbox("yuki")) == (
        ['/EXTERNAL_holder_linked{"subscription": "yuki.1"}'],
        ['/EXTERNAL_link_moved{"moved_role": "holder"}'],
    )


def test_link_of_another_account_stays_when_it_may_not_move(
    helpdesk: Helpdesk, rows: Rows, audit: Audit, inbox: Inbox
):
    nonce = begin_link(helpdesk, "eita", HOLDER, "yuki.1")

    woken = accept(helpdesk, account_linked(nonce))

    assert (woken, links(helpdesk), len(links(helpdesk, "yuki"))) == ({"eita"}, [], 2)
    assert (states(rows), [entry[1] for entry in audit()]) == (
        ["failed"],
        ["account_link_failed"],
    )
    assert (inbox("eita"), inbox("yuki")) == ([FAILED], [])


def test_link_that_became_anothers_in_between_stays_there(
    helpdesk: Helpdesk, inbox: Inbox
):
    nonce = begin_link(helpdesk)
    helpdesk.linking.link("aiko", "eita.1", HOLDER)

    accept(helpdesk, account_linked(nonce))

    assert (links(helpdesk), links(helpdesk, "aiko")) == ([], [("eita.1", HOLDER)])
    assert (inbox("eita"), inbox("aiko")) == ([FAILED], [])


@pytest.mark.parametrize("may_move", [False, True], ids=["link", "move"])
def test_link_that_was_made_in_between_is_not_made_twice(
    helpdesk: Helpdesk, rows: Rows, audit: Audit, may_move: bool
):
    nonce = begin_link(helpdesk, may_move=may_move)
    helpdesk.linking.link("eita", "eita.1", HOLDER)

    woken = [
        accept(helpdesk, account_linked(nonce, event_id)) for event_id in ("e1", "e2")
    ]

    assert (woken, links(helpdesk)) == ([{"eita"}, set()], [("eita.1", HOLDER)])
    assert (states(rows), len(audit())) == (["linked"], 1)


@pytest.mark.parametrize(
    ("subscription", "now"),
    [
        pytest.param("mika.1", japan(2026, 11, 24, 23, 59, 59), id="before its day"),
        pytest.param("kenji.1", NOW, id="no mail yet"),
    ],
)
def test_link_that_is_too_early_is_not_made(
    helpdesk: Helpdesk,
    clock: FakeClock,
    rows: Rows,
    inbox: Inbox,
    subscription: str,
    now: Any,
):
    """The page says so: LINE is never asked."""
    clock.set(now)
    customer = subscription.removesuffix(".1")

    with pytest.raises(TooEarly):
        begin_link(helpdesk, customer, HOLDER, subscription)

    assert (links(helpdesk, customer), states(rows), inbox(customer)) == (
        [],
        ["authenticated"],
        [],
    )


def test_link_that_was_too_early_is_made_on_its_day(
    helpdesk: Helpdesk, clock: FakeClock
):
    clock.set(japan(2026, 11, 24, 23, 59, 59))
    token = authenticated_page(helpdesk, "mika", HOLDER, "mika.1")
    with pytest.raises(TooEarly):
        helpdesk.account_link.begin(token, HOLDER, may_move=False)
    clock.forward(seconds=1)
    nonce = helpdesk.account_link.begin(token, HOLDER, may_move=False)

    accept(helpdesk, account_linked(nonce, user=line_user_id("mika")))

    assert links(helpdesk, "mika") == [("mika.1", HOLDER)]


# --- The page is used again -----------------------------------------------------------


def test_yes_to_moving_one_link_moves_no_other(helpdesk: Helpdesk):
    token = authenticated_page(helpdesk, "eita", HOLDER, "eita.1")
    nonce = helpdesk.account_link.begin(token, HOLDER, may_move=True)
    helpdesk.linking.authenticate(token, HOLDER, "yuki.1")

    woken = accept(helpdesk, account_linked(nonce))

    assert (woken, links(helpdesk)) == (set(), [])
    assert ("yuki.1", HOLDER) in links(helpdesk, "yuki")


def test_page_that_is_used_again_gets_a_nonce_of_its_own(helpdesk: Helpdesk):
    token = authenticated_page(helpdesk, "eita", HOLDER, "eita.1")
    former = helpdesk.account_link.begin(token, HOLDER, may_move=True)
    helpdesk.linking.authenticate(token, HOLDER, "eita.2")
    nonce = helpdesk.account_link.begin(token, HOLDER, may_move=False)

    for event_id, each in [("e1", former), ("e2", nonce)]:
        accept(helpdesk, account_linked(each, event_id))

    assert links(helpdesk) == [("eita.2", HOLDER)]
