"""Showing and reissuing codes: the holder's own, three times a day, once an event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from helpdesk.domain.user_code import is_user_code
from helpdesk.services.user_codes import NoReissueLeft, NotTheHolder, RevokedUserCode
from helpdesk.storage import tables
from tests.fakes import NOW, FakeClock, japan
from tests.services.conftest import Rows

OLD = "31415926535897932"  # yuki.1, linked as holder and as end user
Audit = Callable[[], list[tuple[Any, ...]]]


def active_code(helpdesk: Helpdesk, subscription: str) -> str:
    with helpdesk.database.reading() as unit:
        record = unit.subscriptions.active_code(subscription)
    return helpdesk.cipher.decrypt(record.ciphertext)


def test_code_is_shown_and_the_look_is_audited(helpdesk: Helpdesk, audit: Audit):
    shown = helpdesk.user_codes.show("yuki.1", "my_page:yuki.1")

    assert (shown, audit()) == (OLD, [("my_page:yuki.1", "code_shown", "yuki.1", {})])


def test_present_code_is_shown_not_the_replaced_one(helpdesk: Helpdesk):
    assert helpdesk.user_codes.show("saori.1", "my_page:saori.1") == "86420975318642097"


def test_reissue_replaces_the_code(helpdesk: Helpdesk, audit: Audit, rows: Rows):
    """F-CODE-10."""
    helpdesk.user_codes.reissue_for("yuki", "yuki.1", "event-1")

    new = active_code(helpdesk, "yuki.1")
    codes = [row for row in rows(tables.user_codes) if row["subscription"] == "yuki.1"]
    assert (is_user_code(new), new == OLD) == (True, False)
    assert [(row["state"], row["issued_at"], row["revoked_at"]) for row in codes] == [
        ("revoked", NOW, NOW),
        ("active", NOW, None),
    ]
    assert audit() == [
        ("customer:yuki", "code_reissued", "yuki.1", {"key": "reissue:event-1"})
    ]


def test_reissued_code_works_and_the_old_one_does_not(
    helpdesk: Helpdesk, stranger: str
):
    helpdesk.user_codes.reissue_for("yuki", "yuki.1", "event-1")

    found = helpdesk.user_codes.find(stranger, active_code(helpdesk, "yuki.1"))

    assert found.id == "yuki.1"
    with pytest.raises(RevokedUserCode):
        helpdesk.user_codes.find(stranger, OLD)


def test_reissue_keeps_the_links(helpdesk: Helpdesk):
    before = helpdesk.linking.links_on("yuki.1")

    helpdesk.user_codes.reissue_for("yuki", "yuki.1", "event-1")

    assert helpdesk.linking.links_on("yuki.1") == before


def test_same_event_reissues_once(helpdesk: Helpdesk, clock: FakeClock, audit: Audit):
    helpdesk.user_codes.reissue_for("yuki", "yuki.1", "event-1")
    first = active_code(helpdesk, "yuki.1")
    clock.forward(days=1)

    helpdesk.user_codes.reissue_for("yuki", "yuki.1", "event-1")

    assert (active_code(helpdesk, "yuki.1"), len(audit())) == (first, 1)


def test_same_event_is_answered_alike_when_no_reissue_is_left(helpdesk: Helpdesk):
    for event in ("event-1", "event-2", "event-3"):
        helpdesk.user_codes.reissue_for("yuki", "yuki.1", event)
    third = active_code(helpdesk, "yuki.1")

    helpdesk.user_codes.reissue_for("yuki", "yuki.1", "event-3")

    assert active_code(helpdesk, "yuki.1") == third


@pytest.mark.parametrize(
    ("customer", "subscription"),
    [
        pytest.param("aiko", "eita.2", id="F-CODE-12: an end user without links"),
        pytest.param("hiro", "hiro.1", id="F-CODE-05: linked as the end user only"),
        pytest.param("eita", "eita.1", id="a holder who is not linked"),
        pytest.param("yuki", "hiro.1", id="the holder of another subscription"),
    ],
)
def test_only_the_linked_holder_reissues(
    helpdesk: Helpdesk, audit: Audit, customer: str, subscription: str
):
    before = active_code(helpdesk, subscription)

    with pytest.raises(NotTheHolder):
        helpdesk.user_codes.reissue_for(customer, subscription, "event-1")

    assert (active_code(helpdesk, subscription), audit()) == (before, [])


def test_former_holder_reissues_no_more(helpdesk: Helpdesk, stranger: str):
    helpdesk.linking.link(stranger, "yuki.1", LinkRole.HOLDER, may_move=True)

    with pytest.raises(NotTheHolder):
        helpdesk.user_codes.reissue_for("yuki", "yuki.1", "event-1")

    assert active_code(helpdesk, "yuki.1") == OLD


def test_three_reissues_a_day(helpdesk: Helpdesk, clock: FakeClock):
    left = [helpdesk.user_codes.reissues_left("yuki.1")]
    for event in ("event-1", "event-2", "event-3"):
        clock.forward(minutes=1)
        helpdesk.user_codes.reissue_for("yuki", "yuki.1", event)
        left.append(helpdesk.user_codes.reissues_left("yuki.1"))
    third = active_code(helpdesk, "yuki.1")

    with pytest.raises(NoReissueLeft):
        helpdesk.user_codes.reissue_for("yuki", "yuki.1", "event-4")

    assert (left, active_code(helpdesk, "yuki.1")) == ([3, 2, 1, 0], third)


@pytest.mark.parametrize(
    ("now", "left"),
    [
        pytest.param(japan(2026, 11, 24, 23, 59, 59), 0, id="a second before midnight"),
        pytest.param(japan(2026, 11, 25, 0, 0, 0), 3, id="midnight in Japan"),
        pytest.param(japan(2026, 11, 25, 0, 0, 1), 3, id="a second after midnight"),
    ],
)
def test_reissues_begin_anew_at_midnight_in_japan(
    helpdesk: Helpdesk, clock: FakeClock, now: Any, left: int
):
    for event in ("event-1", "event-2", "event-3"):
        helpdesk.user_codes.reissue_for("yuki", "yuki.1", event)
    clock.set(now)

    assert helpdesk.user_codes.reissues_left("yuki.1") == left


def test_reissues_count_for_each_subscription(helpdesk: Helpdesk):
    for event in ("event-1", "event-2", "event-3"):
        helpdesk.user_codes.reissue_on("eita.1", event)

    left = [helpdesk.user_codes.reissues_left(each) for each in ("eita.1", "eita.2")]

    assert left == [0, 3]


@pytest.mark.parametrize("subscription", ["yuki.1", "saori.1"])
def test_first_codes_are_no_reissues(helpdesk: Helpdesk, subscription: str):
    assert helpdesk.user_codes.reissues_left(subscription) == 3


def test_my_page_reissues_in_its_own_name(helpdesk: Helpdesk, audit: Audit):
    helpdesk.user_codes.reissue_on("eita.1", "event-1")

    assert active_code(helpdesk, "eita.1") != "24681357902468131"
    assert audit() == [
        ("my_page:eita.1", "code_reissued", "eita.1", {"key": "reissue:event-1"})
    ]


def test_chat_and_my_page_share_the_limit(helpdesk: Helpdesk):
    helpdesk.user_codes.reissue_for("yuki", "yuki.1", "event-1")
    helpdesk.user_codes.reissue_for("yuki", "yuki.1", "event-2")
    helpdesk.user_codes.reissue_on("yuki.1", "event-3")

    with pytest.raises(NoReissueLeft):
        helpdesk.user_codes.reissue_on("yuki.1", "event-4")


def test_exactly_one_code_is_active_after_every_reissue(helpdesk: Helpdesk, rows: Rows):
    for event in ("event-1", "event-2", "event-3"):
        helpdesk.user_codes.reissue_on("yuki.1", event)

    states = [
        row["state"]
        for row in rows(tables.user_codes)
        if row["subscription"] == "yuki.1"
    ]
    assert states == ["revoked", "revoked", "revoked", "active"]


def test_reissued_code_is_not_stored_in_the_clear(
    helpdesk: Helpdesk, everything_stored: Callable[[], str]
):
    helpdesk.user_codes.reissue_on("yuki.1", "event-1")

    assert active_code(helpdesk, "yuki.1") not in everything_stored()
