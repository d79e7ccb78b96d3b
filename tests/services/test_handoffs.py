"""Asking for a person, the queue, and the operators' moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import (
    AlreadyMoved,
    OperatorsAway,
    RequestKind,
    RequestState,
    Speaker,
)
from helpdesk.domain.staff import Status
from helpdesk.services.handoffs import DeskHours, Place
from helpdesk.storage import tables
from tests.fakes import NOW, FakeClock, japan
from tests.services.conftest import Rows
from tests.services.desk_talk import (
    JOINED,
    RESOLVED,
    said,
    set_all,
    speakers,
)

Audit = Callable[[], list[tuple[Any, ...]]]
Inbox = Callable[[str], list[str | None]]


NEW_REQUEST: dict[str, Any] = dict.fromkeys(
    column.name for column in tables.handoff_requests.columns
) | {
    "id": 1,
    "customer": "eita",
    "state": RequestState.WAITING.value,
    "reason": "request",
    "requested_at": NOW,
    "is_trouble": False,
}


def requests(rows: Rows) -> list[tuple[str, str, str]]:
    return [
        (row["customer"], row["kind"], row["state"])
        for row in rows(tables.handoff_requests)
    ]


@pytest.mark.parametrize(
    ("now", "desk"),
    [
        pytest.param(
            japan(2026, 11, 24, 9, 59, 59),
            DeskHours(False, japan(2026, 11, 24, 10)),
            id="a second before opening",
        ),
        pytest.param(
            japan(2026, 11, 24, 10),
            DeskHours(True, japan(2026, 11, 25, 10)),
            id="at opening",
        ),
        pytest.param(
            japan(2026, 11, 24, 18, 59, 59),
            DeskHours(True, japan(2026, 11, 25, 10)),
            id="a second before closing",
        ),
        pytest.param(
            japan(2026, 11, 24, 19),
            DeskHours(False, japan(2026, 11, 25, 10)),
            id="at closing",
        ),
    ],
)
def test_desk_keeps_its_hours(
    helpdesk: Helpdesk, clock: FakeClock, now: datetime, desk: DeskHours
):
    """F-HELP-03."""
    clock.set(now)

    assert helpdesk.handoffs.desk() == desk


def test_desk_without_operators_is_closed(helpdesk: Helpdesk):
    """F-HELP-05."""
    set_all(helpdesk, Status.AWAY)

    assert helpdesk.handoffs.desk() == DeskHours(False, japan(2026, 11, 25, 10))


def test_request_queues_the_customer(helpdesk: Helpdesk, audit: Audit, rows: Rows):
    place = helpdesk.handoffs.request("eita", "request")

    (request,) = rows(tables.handoff_requests)
    assert (place, speakers(helpdesk, "eita")) == (Place(1, 0), [Speaker.WAITING])
    assert request == NEW_REQUEST | {
        "kind": RequestKind.LIVE.value,
        "estimate_seconds": 0,
        "told_place": 1,
        "told_minutes": 0,
        "told_at": NOW,
    }
    assert audit() == [("customer:eita", "handoff_request", "eita", {})]


def test_places_follow_the_order_of_requests(helpdesk: Helpdesk):
    places = [
        helpdesk.handoffs.request(customer, "request")
        for customer in ("eita", "aiko", "mika")
    ]

    assert places == [Place(1, 0), Place(2, 0), Place(3, 0)]


def test_asking_again_keeps_the_place(helpdesk: Helpdesk, audit: Audit, rows: Rows):
    helpdesk.handoffs.request("eita", "request")
    helpdesk.handoffs.request("aiko", "request")

    again = [helpdesk.handoffs.request(each, "request") for each in ("eita", "aiko")]

    assert (again, len(rows(tables.handoff_requests)), len(audit())) == (
        [Place(1, 0), Place(2, 0)],
        2,
        2,
    )


def test_places_move_up_when_somebody_is_served_or_leaves(helpdesk: Helpdesk):
    for customer in ("eita", "aiko", "mika"):
        helpdesk.handoffs.request(customer, "request")
    helpdesk.talks.claim("eita", "op1")
    helpdesk.handoffs.leave("aiko")

    assert helpdesk.handoffs.request("mika", "request") == Place(1, 0)


def test_left_messages_take_no_place_in_the_queue(helpdesk: Helpdesk):
    helpdesk.handoffs.leave_message("aiko", "電話をください", "out_of_hours", "event-1")

    assert helpdesk.handoffs.request("eita", "request") == Place(1, 0)


def test_customer_with_an_operator_has_no_place(helpdesk: Helpdesk):
    helpdesk.handoffs.request("eita", "request")
    helpdesk.talks.claim("eita", "op1")

    assert helpdesk.handoffs.request("eita", "request") == Place(0, 0)


@pytest.mark.parametrize(
    ("now", "opens_at"),
    [
        pytest.param(
            japan(2026, 11, 24, 9, 59, 59), japan(2026, 11, 24, 10), id="before opening"
        ),
        pytest.param(japan(2026, 11, 24, 19), japan(2026, 11, 25, 10), id="at closing"),
        pytest.param(japan(2026, 12, 31, 23), japan(2027, 1, 1, 10), id="year end"),
    ],
)
def test_request_out_of_hours_tells_when_the_desk_opens(
    helpdesk: Helpdesk, clock: FakeClock, rows: Rows, now: datetime, opens_at: datetime
):
    clock.set(now)

    with pytest.raises(OperatorsAway) as away:
        helpdesk.handoffs.request("eita", "request")

    assert (away.value.opens_at, speakers(helpdesk, "eita"), requests(rows)) == (
        opens_at,
        [Speaker.BOT],
        [],
    )


def test_request_with_nobody_at_the_desk_is_refused(helpdesk: Helpdesk):
    set_all(helpdesk, Status.AWAY)

    with pytest.raises(OperatorsAway) as away:
        helpdesk.handoffs.request("eita", "request")

    assert away.value.opens_at == japan(2026, 11, 25, 10)


def test_place_is_kept_after_closing(helpdesk: Helpdesk, clock: FakeClock):
    helpdesk.handoffs.request("eita", "request")
    clock.set(japan(2026, 11, 24, 19))

    assert helpdesk.handoffs.request("eita", "request") == Place(1, 0)


def test_leaving_gives_the_word_back_to_the_bot(
    helpdesk: Helpdesk, audit: Audit, rows: Rows
):
    helpdesk.handoffs.request("eita", "request")

    left = [helpdesk.handoffs.leave("eita") for _ in range(2)]

    assert (left, speakers(helpdesk, "eita")) == ([True, False], [Speaker.BOT])
    assert requests(rows) == [("eita", "live", "withdrawn")]
    assert audit()[1:] == [("customer:eita", "handoff_leave", "eita", {})]


def test_customer_with_an_operator_leaves_no_queue(helpdesk: Helpdesk):
    helpdesk.handoffs.request("eita", "request")
    helpdesk.talks.claim("eita", "op1")

    assert (helpdesk.handoffs.leave("eita"), speakers(helpdesk, "eita")) == (
        False,
        [Speaker.OPERATOR],
    )


def test_customer_may_queue_again_at_the_end(helpdesk: Helpdesk, rows: Rows):
    helpdesk.handoffs.request("eita", "request")
    helpdesk.handoffs.request("aiko", "request")
    helpdesk.handoffs.leave("eita")

    place = helpdesk.handoffs.request("eita", "request")

    assert (place, requests(rows)) == (
        Place(2, 0),
        [
            ("eita", "live", "withdrawn"),
            ("aiko", "live", "waiting"),
            ("eita", "live", "waiting"),
        ],
    )


def test_claim_gives_the_word_to_the_operator(
    helpdesk: Helpdesk, audit: Audit, rows: Rows
):
    helpdesk.handoffs.request("eita", "request")

    helpdesk.talks.claim("eita", "op1")

    assert (speakers(helpdesk, "eita"), helpdesk.handoffs.is_waiting("eita")) == (
        [Speaker.OPERATOR],
        False,
    )
    assert requests(rows) == [("eita", "live", "claimed")]
    assert audit()[1:] == [("operator:op1", "handoff_claim", "eita", {})]


@pytest.mark.parametrize("second", ["op1", "op2"], ids=["twice", "a colleague"])
def test_conversation_is_claimed_once(helpdesk: Helpdesk, audit: Audit, second: str):
    helpdesk.handoffs.request("eita", "request")
    helpdesk.talks.claim("eita", "op1")

    with pytest.raises(AlreadyMoved):
        helpdesk.talks.claim("eita", second)

    helpdesk.talks.say("eita", "op1", "お待たせしました")
    assert [action for _, action, *_ in audit()] == ["handoff_request", "handoff_claim"]


def test_customer_who_does_not_wait_is_not_claimed(helpdesk: Helpdesk):
    with pytest.raises(AlreadyMoved):
        helpdesk.talks.claim("eita", "op1")

    assert speakers(helpdesk, "eita") == [Speaker.BOT]


def test_operator_speaks_to_the_customer(helpdesk: Helpdesk):
    helpdesk.handoffs.request("eita", "request")
    helpdesk.talks.claim("eita", "op1")

    helpdesk.talks.say("eita", "op1", "お待たせしました")

    lines = [
        (line.author, line.operator, line.text, line.at)
        for line in helpdesk.conversations.messages("eita")
    ]
    assert lines == [
        ("system", None, JOINED[1], NOW),
        ("operator", "op1", "お待たせしました", NOW),
    ]


@pytest.mark.parametrize("state", ["bot", "waiting", "a colleague", "resolved"])
def test_operator_without_the_word_is_silent(helpdesk: Helpdesk, state: str):
    if state != "bot":
        helpdesk.handoffs.request("eita", "request")
    if state in ("a colleague", "resolved"):
        helpdesk.talks.claim("eita", "op2" if state == "a colleague" else "op1")
    if state == "resolved":
        helpdesk.talks.resolve("eita", "op1")

    with pytest.raises(AlreadyMoved):
        helpdesk.talks.say("eita", "op1", "お待たせしました")

    assert "operator" not in [author for author, _ in said(helpdesk)]


def test_resolving_gives_the_word_back_to_the_bot(
    helpdesk: Helpdesk, audit: Audit, rows: Rows, inbox: Inbox
):
    helpdesk.handoffs.request("eita", "request")
    helpdesk.talks.claim("eita", "op1")

    helpdesk.talks.resolve("eita", "op1")

    assert (speakers(helpdesk, "eita"), requests(rows)) == (
        [Speaker.BOT],
        [("eita", "live", "resolved")],
    )
    assert audit()[2:] == [
        ("operator:op1", "handoff_resolve", "eita", {"reason": "resolved"})
    ]
    assert inbox("eita") == [RESOLVED]


def test_resolving_after_hours_works(helpdesk: Helpdesk, clock: FakeClock):
    """A talk with an operator may end after hours (design, section 4)."""
    helpdesk.handoffs.request("eita", "request")
    helpdesk.talks.claim("eita", "op1")
    clock.set(japan(2026, 11, 24, 20))

    helpdesk.talks.resolve("eita", "op1")

    assert speakers(helpdesk, "eita") == [Speaker.BOT]


@pytest.mark.parametrize("state", ["bot", "waiting", "resolved"])
def test_conversation_without_operator_is_not_resolved(helpdesk: Helpdesk, state: str):
    if state != "bot":
        helpdesk.handoffs.request("eita", "request")
    if state == "resolved":
        helpdesk.talks.claim("eita", "op1")
        helpdesk.talks.resolve("eita", "op1")

    with pytest.raises(AlreadyMoved):
        helpdesk.talks.resolve("eita", "op1")


def test_moves_concern_one_customer(helpdesk: Helpdesk):
    for customer in ("eita", "aiko"):
        helpdesk.handoffs.request(customer, "request")

    helpdesk.talks.claim("eita", "op1")

    assert speakers(helpdesk, "eita", "aiko", "mika") == [
        Speaker.OPERATOR,
        Speaker.WAITING,
        Speaker.BOT,
    ]


def test_message_is_left_for_the_operators(
    helpdesk: Helpdesk, audit: Audit, rows: Rows
):
    before = helpdesk.handoffs.has_left_message("eita")

    helpdesk.handoffs.leave_message("eita", "電話をください", "out_of_hours", "event-1")

    (request,) = rows(tables.handoff_requests)
    assert request == NEW_REQUEST | {
        "kind": RequestKind.MESSAGE.value,
        "reason": "out_of_hours",
        "text": "電話をください",
        "event_id": "event-1",
    }
    assert (before, helpdesk.handoffs.has_left_message("eita")) == (False, True)
    assert (helpdesk.handoffs.has_left_message("aiko"), speakers(helpdesk, "eita")) == (
        False,
        [Speaker.BOT],
    )
    assert audit() == [("customer:eita", "message_left", "eita", {})]


def test_one_message_is_left_for_each_event(
    helpdesk: Helpdesk, audit: Audit, rows: Rows
):
    for event in ("event-1", "event-1", "event-2"):
        helpdesk.handoffs.leave_message("eita", "電話をください", "out_of_hours", event)

    events = [row["event_id"] for row in rows(tables.handoff_requests)]
    assert (events, len(audit())) == (["event-1", "event-2"], 2)


def test_left_message_outlives_the_queue(helpdesk: Helpdesk, rows: Rows):
    helpdesk.handoffs.leave_message("eita", "電話をください", "out_of_hours", "event-1")
    helpdesk.handoffs.request("eita", "request")

    helpdesk.handoffs.leave("eita")

    assert requests(rows) == [
        ("eita", "message", "waiting"),
        ("eita", "live", "withdrawn"),
    ]
