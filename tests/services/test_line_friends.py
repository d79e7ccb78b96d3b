"""Who follows us on LINE, who blocks us, and what they are sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import Speaker
from helpdesk.domain.line_sending import Outcome
from helpdesk.domain.linking import LinkRole
from helpdesk.services.line_events import LineEvent
from helpdesk.services.linking import PageExpired
from helpdesk.storage import line_tables, tables
from tests.services.conftest import Rows
from tests.services.line_talk import (
    EITA,
    NEW_USER,
    accept,
    account_linked,
    ago,
    answer,
    authenticated_page,
    begin_link,
    content,
    event,
    links,
    next_call,
    said,
    say,
    speaker,
    tap,
    text,
    words,
)

HOLDER = LinkRole.HOLDER
Inbox = Callable[[str], list[str | None]]
Audit = Callable[[], list[tuple[Any, ...]]]


def nothing_to_send(helpdesk: Helpdesk, customer: str = "eita") -> bool:
    call = helpdesk.line_delivery.next_call(customer, lambda _: 1, may_push=True)
    return call is None


def blocked(event_id: str = "e1", **more: Any) -> LineEvent:
    """A block of a minute ago."""
    return event("unfollow", event_id, **({"sent_at": ago(minutes=1)} | more))


def test_follower_is_greeted_once_and_gets_a_menu(helpdesk: Helpdesk, inbox: Inbox):
    follow = event("follow", "e1", NEW_USER, follow={"isUnblocked": False})

    woken = [accept(helpdesk, follow) for _ in range(2)]

    (customer,) = woken[0] or ()
    assert (woken[1], inbox(customer), said(helpdesk, customer)) == (
        set(),
        ["/EXTERNAL_followed"],
        [],
    )
    assert customer in helpdesk.line_delivery.with_menu_due()


def test_whoever_blocks_us_is_sent_nothing(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", reply_token="token", sent_at=ago(minutes=2)))
    answer(helpdesk, "はい")

    woken = accept(helpdesk, blocked("e2"))

    assert (woken, helpdesk.line_delivery.user_id("eita")) == (set(), None)
    assert nothing_to_send(helpdesk)
    assert "eita" not in helpdesk.line_delivery.with_menu_due()


def test_links_transcript_and_audit_outlive_the_block(helpdesk: Helpdesk, audit: Audit):
    helpdesk.linking.link("eita", "eita.1", HOLDER)
    accept(helpdesk, text("e1", sent_at=ago(minutes=2)))

    accept(helpdesk, blocked("e2"))

    assert [link.subscription for link, _ in helpdesk.linking.links_of("eita")] == [
        "eita.1"
    ]
    assert said(helpdesk) == [("customer", "こんにちは")]
    assert [action for _, action, _, _ in audit()] == ["linked", "unfollowed"]


@pytest.mark.parametrize(
    ("claims", "state", "move"),
    [
        pytest.param(False, "withdrawn", "handoff_leave", id="waiting"),
        pytest.param(True, "resolved", "handoff_resolve", id="talking"),
    ],
)
def test_whoever_blocks_us_is_taken_from_the_desk(
    helpdesk: Helpdesk, rows: Rows, audit: Audit, claims: bool, state: str, move: str
):
    helpdesk.handoffs.request("eita", "request")
    if claims:
        helpdesk.talks.claim("eita", "op1")

    accept(helpdesk, event("unfollow", "e1"))

    assert [row["state"] for row in rows(tables.handoff_requests)] == [state]
    assert speaker(helpdesk) is Speaker.BOT
    assert [entry[:2] for entry in audit()[-2:]] == [
        ("customer:eita", move),
        ("customer:eita", "unfollowed"),
    ]


def test_message_that_was_left_outlives_the_block(helpdesk: Helpdesk, rows: Rows):
    helpdesk.handoffs.leave_message("eita", "電話をください", "out_of_hours", "e0")

    accept(helpdesk, event("unfollow", "e1"))

    assert [row["state"] for row in rows(tables.handoff_requests)] == ["waiting"]


def test_redelivered_block_is_noted_once(helpdesk: Helpdesk, audit: Audit):
    for _ in range(2):
        accept(helpdesk, event("unfollow", "e1"))

    assert audit() == [("customer:eita", "unfollowed", "eita", {})]


def test_whoever_comes_back_is_greeted_and_sent_to(helpdesk: Helpdesk, inbox: Inbox):
    accept(helpdesk, blocked("e1"))

    accept(helpdesk, event("follow", "e2", reply_token="token"))
    answer(helpdesk, "お帰りなさい")

    assert (words(next_call(helpdesk)), inbox("eita")) == (["お帰りなさい"], [])


@pytest.mark.parametrize(
    "number", [1, 20, 21], ids=["one line", "as many as one look", "more"]
)
@pytest.mark.parametrize("looks", [False, True], ids=["nobody looked", "looked"])
@pytest.mark.parametrize(
    "back", [event("follow", "e3"), text("e3")], ids=["follow", "text"]
)
def test_what_was_said_during_the_block_is_not_repeated(
    helpdesk: Helpdesk, number: int, looks: bool, back: LineEvent
):
    accept(helpdesk, blocked("e1"))
    say(helpdesk, *(f"{n}" for n in range(number)))
    if looks:
        assert nothing_to_send(helpdesk)

    accept(helpdesk, back)

    assert nothing_to_send(helpdesk)


def test_what_is_said_after_the_return_is_sent(helpdesk: Helpdesk):
    accept(helpdesk, blocked("e1"))
    say(helpdesk, "留守中のお知らせ")
    accept(helpdesk, event("follow", "e2"))

    say(helpdesk, "お知らせ")

    assert words(next_call(helpdesk)) == ["お知らせ"]


# --- Events that come late ------------------------------------------------------------


@pytest.mark.parametrize(
    "back",
    [
        pytest.param(event("follow", "e2"), id="follow"),
        pytest.param(text("e2", reply_token="token"), id="text"),
        pytest.param(tap("e2", "1:menu:help"), id="tap"),
        pytest.param(content("e2", "image"), id="image"),
    ],
)
def test_whoever_writes_does_not_block_us(helpdesk: Helpdesk, back: LineEvent):
    accept(helpdesk, blocked("e1"))

    accept(helpdesk, back)
    answer(helpdesk, "はい")

    assert words(next_call(helpdesk)) == ["はい"]


def test_block_that_comes_after_the_return_changes_nothing(
    helpdesk: Helpdesk, audit: Audit
):
    accept(helpdesk, blocked("e1", sent_at=ago(minutes=3)))
    accept(helpdesk, event("follow", "e3"))
    helpdesk.handoffs.request("eita", "request")

    accept(helpdesk, blocked("e2"))

    assert helpdesk.line_delivery.user_id("eita") is not None
    assert speaker(helpdesk) is Speaker.WAITING
    assert [action for _, action, _, _ in audit()] == ["unfollowed", "handoff_request"]


@pytest.mark.parametrize(
    "back", [event("follow", "e2"), text("e2")], ids=["follow", "text"]
)
@pytest.mark.parametrize("user", [EITA, NEW_USER], ids=["known", "new"])
def test_redelivered_block_does_not_undo_the_return(
    helpdesk: Helpdesk, back: LineEvent, user: str
):
    (customer,) = accept(helpdesk, replace(back, user_id=user))

    accept(helpdesk, blocked("e1", user=user))

    assert helpdesk.line_delivery.user_id(customer) is not None


@pytest.mark.parametrize("kind", ["follow", "message"])
def test_what_comes_after_a_later_block_does_not_undo_it(helpdesk: Helpdesk, kind: str):
    accept(helpdesk, blocked("e2"))

    accept(helpdesk, event(kind, "e1", sent_at=ago(minutes=2), type="text", text="一"))

    assert helpdesk.line_delivery.user_id("eita") is None


# --- What the block ends --------------------------------------------------------------


def test_whoever_blocks_us_has_no_page_any_more(helpdesk: Helpdesk, rows: Rows):
    token = authenticated_page(helpdesk, "eita", HOLDER, "eita.1")
    authenticated_page(helpdesk, "aiko", HOLDER, "eita.2")

    accept(helpdesk, event("unfollow", "e1"))

    with pytest.raises(PageExpired):
        helpdesk.linking.open_page(token, HOLDER)
    states = [row["state"] for row in rows(tables.link_attempts)]
    assert states == ["expired", "authenticated"]


def test_link_that_line_confirms_after_the_block_is_not_made(helpdesk: Helpdesk):
    nonce = begin_link(helpdesk)
    accept(helpdesk, blocked("e1"))

    accept(helpdesk, account_linked(nonce, "e2"))

    assert links(helpdesk) == []


def test_call_under_way_is_seen_to_its_end_after_the_block(helpdesk: Helpdesk):
    accept(helpdesk, text("e1", reply_token="token", sent_at=ago(minutes=2)))
    answer(helpdesk, "はい")
    call = next_call(helpdesk)
    accept(helpdesk, blocked("e2"))

    helpdesk.line_delivery.judge(call, Outcome.REFUSED)

    assert nothing_to_send(helpdesk)


def test_account_is_kept_after_the_block(helpdesk: Helpdesk, rows: Rows):
    accept(helpdesk, event("follow", "e1", NEW_USER, ago(minutes=2)))
    before = len(rows(line_tables.line_accounts))

    accept(helpdesk, blocked("e2", user=NEW_USER))
    accept(helpdesk, event("follow", "e3", NEW_USER))

    assert len(rows(line_tables.line_accounts)) == before
