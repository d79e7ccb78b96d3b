"""LINE's account link: a nonce goes out once, and what comes back makes one link."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from helpdesk.services.linking import PageExpired
from helpdesk.storage import tables
from tests.fakes import NOW, FakeClock
from tests.services.conftest import Rows
from tests.services.line_talk import (
    accept,
    account_linked,
    authenticated_page,
    begin_link,
    dump,
    links,
    said,
    text,
)

HOLDER, END_USER = LinkRole.HOLDER, LinkRole.END_USER
LINKED = '/EXTERNAL_holder_linked{"subscription": "eita.1"}'
FAILED = '/EXTERNAL_account_link_failed{"link_role": "holder"}'
MADE = ("customer:eita", "linked", "eita.1", {"role": "holder", "where": "page"})
REFUSED = ("customer:eita", "account_link_failed", "eita.1", {"role": "holder"})
Audit = Callable[[], list[tuple[Any, ...]]]
Inbox = Callable[[str], list[str | None]]
Offer = Callable[[str, LinkRole], str]


def states(rows: Rows) -> list[str]:
    return [row["state"] for row in rows(tables.link_attempts)]


# --- The way out ----------------------------------------------------------------------


def test_nonce_is_long_random_and_not_stored(helpdesk: Helpdesk):
    nonces = [begin_link(helpdesk), begin_link(helpdesk)]

    assert [re.fullmatch(r"[\w-]{43}", nonce) is None for nonce in nonces] == [
        False
    ] * 2
    assert [nonce for nonce in nonces if nonce in dump(helpdesk)] == []
    assert nonces[0] != nonces[1]


@pytest.mark.parametrize("steps", [0, 1], ids=["offered", "opened"])
def test_page_that_was_not_authenticated_gets_no_nonce(
    helpdesk: Helpdesk, offer: Offer, steps: int
):
    token = offer("eita", HOLDER)
    for _ in range(steps):
        helpdesk.linking.open_page(token, HOLDER)

    with pytest.raises(PageExpired):
        helpdesk.account_link.begin(token, HOLDER, may_move=False)


@pytest.mark.parametrize(
    ("token", "role"),
    [("nothing", HOLDER), ("", HOLDER), (None, END_USER)],
    ids=["unknown", "empty", "of the other role"],
)
def test_no_page_no_nonce(helpdesk: Helpdesk, token: str | None, role: LinkRole):
    page = authenticated_page(helpdesk, "eita", HOLDER, "eita.1")

    with pytest.raises(PageExpired):
        helpdesk.account_link.begin(
            page if token is None else token, role, may_move=False
        )


@pytest.mark.parametrize("age", [599, 600, 601], ids=["before", "at", "after"])
def test_page_of_ten_minutes_gets_no_nonce(
    helpdesk: Helpdesk, clock: FakeClock, age: int
):
    token = authenticated_page(helpdesk, "eita", HOLDER, "eita.1")
    clock.forward(seconds=age)

    try:
        helpdesk.account_link.begin(token, HOLDER, may_move=False)
        began = True
    except PageExpired:
        began = False

    assert began is (age < 600)


def test_page_of_who_is_on_line_is_not_finished_without_line(
    helpdesk: Helpdesk, rows: Rows, audit: Audit, inbox: Inbox
):
    accept(helpdesk, text("e0"))
    token = authenticated_page(helpdesk, "eita", HOLDER, "eita.1")

    with pytest.raises(PageExpired):
        helpdesk.linking.finish_page(token, HOLDER, may_move=True)

    assert (links(helpdesk), states(rows), audit(), inbox("eita")) == (
        [],
        ["authenticated"],
        [],
        ["こんにちは"],
    )


def test_page_belongs_to_line_once_its_customer_writes_there(helpdesk: Helpdesk):
    token = authenticated_page(helpdesk, "eita", HOLDER, "eita.1")
    accept(helpdesk, text("e0"))

    with pytest.raises(PageExpired):
        helpdesk.linking.finish_page(token, HOLDER, may_move=False)

    nonce = helpdesk.account_link.begin(token, HOLDER, may_move=False)
    accept(helpdesk, account_linked(nonce))
    assert links(helpdesk) == [("eita.1", HOLDER)]


def test_page_of_who_went_back_to_the_web_is_finished_there(helpdesk: Helpdesk):
    accept(helpdesk, text("e0"))
    token = authenticated_page(helpdesk, "eita", HOLDER, "eita.1")
    helpdesk.conversations.accept_text("eita", "ウェブから", "1")

    helpdesk.linking.finish_page(token, HOLDER, may_move=False)

    assert links(helpdesk) == [("eita.1", HOLDER)]


def test_nonce_alone_makes_no_link(helpdesk: Helpdesk, audit: Audit):
    begin_link(helpdesk)

    assert (links(helpdesk), audit()) == ([], [])


# --- Ok -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "subscription", "payload"),
    [
        pytest.param(HOLDER, "eita.1", LINKED, id="holder"),
        pytest.param(
            END_USER,
            "eita.2",
            '/EXTERNAL_end_user_linked{"subscription": "eita.2"}',
            id="end user",
        ),
    ],
)
def test_confirmed_link_is_made_audited_and_told(
    helpdesk: Helpdesk,
    rows: Rows,
    audit: Audit,
    inbox: Inbox,
    role: LinkRole,
    subscription: str,
    payload: str,
):
    woken = accept(
        helpdesk, account_linked(begin_link(helpdesk, "eita", role, subscription))
    )

    assert (woken, links(helpdesk), states(rows)) == (
        {"eita"},
        [(subscription, role)],
        ["linked"],
    )
    detail = {"role": role.value, "where": "page"}
    assert audit() == [("customer:eita", "linked", subscription, detail)]
    assert (inbox("eita"), said(helpdesk)) == ([payload], [])


def test_nonce_that_comes_twice_makes_one_link(
    helpdesk: Helpdesk, rows: Rows, audit: Audit, inbox: Inbox
):
    nonce = begin_link(helpdesk)

    woken = [
        accept(helpdesk, account_linked(nonce, event_id))
        for event_id in ("e1", "e1", "e2")
    ]

    assert (woken, links(helpdesk)) == ([{"eita"}, set(), set()], [("eita.1", HOLDER)])
    assert (states(rows), audit(), inbox("eita")) == (["linked"], [MADE], [LINKED])


def test_nonce_that_comes_again_makes_no_link_that_was_ended(helpdesk: Helpdesk):
    nonce = begin_link(helpdesk)
    accept(helpdesk, account_linked(nonce))
    (made, _), *_ = helpdesk.linking.links_of("eita")
    helpdesk.linking.unlink("eita", made.id)

    accept(helpdesk, account_linked(nonce, "e2"))

    assert links(helpdesk) == []


@pytest.mark.parametrize(
    ("age", "is_made"),
    [
        pytest.param(timedelta(minutes=10, microseconds=-1), True, id="before"),
        pytest.param(timedelta(minutes=10), False, id="at"),
        pytest.param(timedelta(minutes=10, microseconds=1), False, id="after"),
    ],
)
@pytest.mark.parametrize("sweeps", [False, True], ids=["not swept", "swept"])
def test_nonce_is_good_for_ten_minutes(
    helpdesk: Helpdesk,
    clock: FakeClock,
    audit: Audit,
    inbox: Inbox,
    age: timedelta,
    is_made: bool,
    sweeps: bool,
):
    nonce = begin_link(helpdesk)
    clock.set(NOW + age)
    if sweeps:
        helpdesk.linking.expire_pages()

    accept(helpdesk, account_linked(nonce))

    assert (links(helpdesk), audit(), inbox("eita")) == (
        ([("eita.1", HOLDER)], [MADE], [LINKED])
        if is_made
        else ([], [REFUSED], [FAILED])
    )


def test_nonce_has_ten_minutes_of_its_own(helpdesk: Helpdesk, clock: FakeClock):
    token = authenticated_page(helpdesk, "eita", HOLDER, "eita.1")
    clock.forward(seconds=599)
    nonce = helpdesk.account_link.begin(token, HOLDER, may_move=False)
    clock.forward(seconds=599)

    accept(helpdesk, account_linked(nonce))

    assert links(helpdesk) == [("eita.1", HOLDER)]


def test_newer_nonce_of_a_page_replaces_the_older(helpdesk: Helpdesk, inbox: Inbox):
    token = authenticated_page(helpdesk, "eita", HOLDER, "eita.1")
    older, newer = (
        helpdesk.account_link.begin(token, HOLDER, may_move=False) for _ in range(2)
    )

    woken = [
        accept(helpdesk, account_linked(nonce, event_id))
        for event_id, nonce in [("e1", older), ("e2", newer)]
    ]

    assert (woken, links(helpdesk), inbox("eita")) == (
        [set(), {"eita"}],
        [("eita.1", HOLDER)],
        [LINKED],
    )


def test_pages_of_one_customer_make_their_links_apart(helpdesk: Helpdesk, inbox: Inbox):
    nonces = [begin_link(helpdesk), begin_link(helpdesk, role=END_USER)]

    for event_id, nonce in enumerate(nonces):
        accept(helpdesk, account_linked(nonce, f"e{event_id}"))

    assert links(helpdesk) == [("eita.1", HOLDER), ("eita.1", END_USER)]
    assert len(inbox("eita")) == 2
