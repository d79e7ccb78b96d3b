"""LINE's account link when there is none: failed, too late, or somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from helpdesk.storage import tables
from tests.services.conftest import Rows
from tests.services.line_talk import (
    AIKO,
    EITA,
    NEW_USER,
    accept,
    account_linked,
    begin_link,
    event,
    links,
    said,
)

HOLDER = LinkRole.HOLDER
LINKED = '/EXTERNAL_holder_linked{"subscription": "eita.1"}'
FAILED = '/EXTERNAL_account_link_failed{"link_role": "holder"}'
REFUSED = ("customer:eita", "account_link_failed", "eita.1", {"role": "holder"})
Audit = Callable[[], list[tuple[Any, ...]]]
Inbox = Callable[[str], list[str | None]]


def states(rows: Rows) -> list[str]:
    return [row["state"] for row in rows(tables.link_attempts)]


# --- Failed ---------------------------------------------------------------------------


@pytest.mark.parametrize("result", ["failed", "maybe", ""])
def test_link_that_line_does_not_confirm_is_told(
    helpdesk: Helpdesk,
    rows: Rows,
    audit: Audit,
    inbox: Inbox,
    result: str,
):
    woken = accept(helpdesk, account_linked(begin_link(helpdesk), result=result))

    assert (woken, links(helpdesk), states(rows)) == ({"eita"}, [], ["failed"])
    assert (audit(), inbox("eita"), said(helpdesk)) == ([REFUSED], [FAILED], [])


@pytest.mark.parametrize("then", ["failed", "ok"])
def test_failed_nonce_is_used_up_and_told_once(
    helpdesk: Helpdesk, rows: Rows, inbox: Inbox, then: str
):
    nonce = begin_link(helpdesk)
    accept(helpdesk, account_linked(nonce, result="failed"))

    accept(helpdesk, account_linked(nonce, "e2", result=then))

    assert (links(helpdesk), states(rows), inbox("eita")) == ([], ["failed"], [FAILED])


@pytest.mark.parametrize("result", ["ok", "failed"])
@pytest.mark.parametrize(
    "nonce",
    ["", "x" * 43, "x" * 9999, None, 7],
    ids=["empty", "one", "long", "None", "7"],
)
def test_unknown_nonce_is_nothing(
    helpdesk: Helpdesk, rows: Rows, audit: Audit, nonce: Any, result: str
):
    begin_link(helpdesk)

    woken = accept(helpdesk, account_linked(nonce, result=result))

    assert (woken, states(rows), audit(), rows(tables.inbox)) == (
        set(),
        ["authenticated"],
        [],
        [],
    )


def test_customer_begins_again_after_a_failure(helpdesk: Helpdesk, inbox: Inbox):
    accept(helpdesk, account_linked(begin_link(helpdesk), result="failed"))

    accept(helpdesk, account_linked(begin_link(helpdesk), "e2"))

    assert (links(helpdesk), inbox("eita")) == ([("eita.1", HOLDER)], [FAILED, LINKED])


def test_closed_page_makes_no_link(helpdesk: Helpdesk, inbox: Inbox):
    nonce = begin_link(helpdesk)
    helpdesk.linking.close_pages("eita")

    accept(helpdesk, account_linked(nonce))

    assert (links(helpdesk), inbox("eita")) == ([], [FAILED])


# --- Somebody else --------------------------------------------------------------------


@pytest.mark.parametrize("user", [AIKO, NEW_USER], ids=["known", "new"])
def test_nonce_of_another_makes_no_link_for_anybody(
    helpdesk: Helpdesk, rows: Rows, audit: Audit, inbox: Inbox, user: str
):
    (other,) = accept(helpdesk, account_linked(begin_link(helpdesk), user=user)) or ()

    assert (links(helpdesk), links(helpdesk, other), states(rows)) == (
        [],
        [],
        ["failed"],
    )
    assert audit() == [(f"customer:{other}", *REFUSED[1:])]
    assert (inbox("eita"), inbox(other)) == ([], [FAILED])


def test_nonce_of_another_is_used_up(helpdesk: Helpdesk):
    nonce = begin_link(helpdesk)
    accept(helpdesk, account_linked(nonce, user=AIKO))

    accept(helpdesk, account_linked(nonce, "e2"))

    assert (links(helpdesk), links(helpdesk, "aiko")) == ([], [])


def test_group_confirms_nothing(helpdesk: Helpdesk):
    accept(
        helpdesk,
        event("accountLink", "e1", None, nonce=begin_link(helpdesk), result="ok"),
    )

    assert links(helpdesk) == []


def test_standby_confirms_nothing(helpdesk: Helpdesk, inbox: Inbox):
    silent = event(
        "accountLink", "e1", nonce=begin_link(helpdesk), result="ok", is_silent=True
    )

    accept(helpdesk, silent)

    assert (links(helpdesk), inbox("eita")) == ([], [])


# --- Nonces that come again -----------------------------------------------------------


@pytest.mark.parametrize(
    "later",
    [
        pytest.param({"result": "failed"}, id="a failure"),
        pytest.param({"user": AIKO}, id="somebody else"),
    ],
)
def test_link_that_was_made_does_not_fail_later(
    helpdesk: Helpdesk, rows: Rows, audit: Audit, inbox: Inbox, later: dict[str, str]
):
    nonce = begin_link(helpdesk)
    accept(helpdesk, account_linked(nonce))

    accept(helpdesk, account_linked(nonce, "e2", **later))

    assert (states(rows), inbox("eita"), inbox("aiko")) == (["linked"], [LINKED], [])
    assert (links(helpdesk), [entry[1] for entry in audit()]) == (
        [("eita.1", HOLDER)],
        ["linked"],
    )


def test_customer_is_told_although_somebody_else_was(helpdesk: Helpdesk, inbox: Inbox):
    nonce = begin_link(helpdesk)
    accept(helpdesk, account_linked(nonce, user=AIKO))

    woken = accept(helpdesk, account_linked(nonce, "e2"))

    assert (woken, inbox("eita"), inbox("aiko")) == ({"eita"}, [FAILED], [FAILED])


def test_each_is_told_once_however_often_the_nonce_comes(
    helpdesk: Helpdesk, inbox: Inbox
):
    nonce = begin_link(helpdesk)

    for n, user in enumerate([AIKO, EITA, AIKO, EITA]):
        accept(helpdesk, account_linked(nonce, f"e{n}", user=user))

    assert (inbox("eita"), inbox("aiko")) == ([FAILED], [FAILED])
