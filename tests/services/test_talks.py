"""The operators' moves: calling back, passing on, giving back, taking over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import (
    AlreadyMoved,
    CloseReason,
    RequestKind,
    RequestState,
    Speaker,
)
from helpdesk.domain.staff import NotPermitted, Status
from helpdesk.services.handoffs import Place
from helpdesk.services.talks import UnknownOperator
from helpdesk.services.turns import Answer, BotMessage
from helpdesk.storage import desk_tables
from tests.fakes import NOW, FakeClock
from tests.services.conftest import Rows
from tests.services.desk_talk import (
    JOINED,
    RESOLVED,
    by_hand,
    notices,
    operator,
    queue,
    request_of,
    requests_of,
    said,
    speakers,
    talk,
    write,
)

Audit = Callable[[], list[tuple[Any, ...]]]
Inbox = Callable[[str], list[str | None]]
PASSED = (
    "担当がオペレーターの鈴木に替わりました。これまでのやりとりは引き継いでいます。"
)
RELEASED = "別のオペレーターにお引き継ぎします。順番が来るまで、少しお待ちください。"


def leave(helpdesk: Helpdesk, event: str, customer: str = "eita") -> None:
    helpdesk.handoffs.leave_message(customer, "電話をください", "out_of_hours", event)


# --- Calling back ---------------------------------------------------------------------


def test_customer_who_left_a_message_is_called_back(helpdesk: Helpdesk, audit: Audit):
    leave(helpdesk, "event-1")

    helpdesk.talks.claim("eita", "op1")

    request = request_of(helpdesk)
    assert (speakers(helpdesk, "eita"), said(helpdesk)) == (
        [Speaker.OPERATOR],
        [JOINED],
    )
    assert (request.kind, request.state, request.operator, request.claimed_at) == (
        RequestKind.MESSAGE,
        RequestState.CLAIMED,
        "op1",
        NOW,
    )
    assert audit()[1:] == [("operator:op1", "handoff_call_back", "eita", {})]


def test_answer_of_the_bot_to_who_is_called_back_is_dropped(helpdesk: Helpdesk):
    leave(helpdesk, "event-1")
    helpdesk.conversations.accept_text("eita", "連携したい", "1")
    turn = helpdesk.conversations.next_turn("eita")
    assert turn is not None
    helpdesk.talks.claim("eita", "op1")

    helpdesk.conversations.answer(turn, Answer([BotMessage("承知しました")], None))

    assert said(helpdesk) == [("customer", "連携したい"), JOINED]


@pytest.mark.parametrize("second", ["op1", "op2"])
def test_customer_is_called_back_once(helpdesk: Helpdesk, second: str):
    leave(helpdesk, "event-1")
    helpdesk.talks.claim("eita", "op1")

    with pytest.raises(AlreadyMoved):
        helpdesk.talks.claim("eita", second)


def test_message_that_was_called_back_is_done(helpdesk: Helpdesk):
    leave(helpdesk, "event-1")
    helpdesk.talks.claim("eita", "op1")
    helpdesk.talks.resolve("eita", "op1")

    with pytest.raises(AlreadyMoved):
        helpdesk.talks.claim("eita", "op1")

    assert (request_of(helpdesk).close_reason, speakers(helpdesk, "eita")) == (
        CloseReason.RESOLVED,
        [Speaker.BOT],
    )


def test_who_takes_one_request_takes_all(helpdesk: Helpdesk, clock: FakeClock):
    leave(helpdesk, "event-1")
    leave(helpdesk, "event-2")
    leave(helpdesk, "event-3", "aiko")
    helpdesk.handoffs.request("eita", "request")
    clock.forward(minutes=1)

    helpdesk.talks.claim("eita", "op1")

    states = [
        (each.state, each.close_reason, each.operator, each.closed_at)
        for each in requests_of(helpdesk)
    ]
    merged = (RequestState.RESOLVED, CloseReason.MERGED, "op1", clock())
    assert states == [(RequestState.CLAIMED, None, "op1", None), merged, merged]
    assert request_of(helpdesk, "aiko").state is RequestState.WAITING


def test_message_that_is_left_during_a_talk_waits(helpdesk: Helpdesk):
    """By a turn of the bot that was on its way when the talk was taken."""
    talk(helpdesk)
    leave(helpdesk, "event-1")
    helpdesk.talks.resolve("eita", "op1")

    assert [each.state for each in requests_of(helpdesk)] == [
        RequestState.RESOLVED,
        RequestState.WAITING,
    ]


@pytest.mark.parametrize("key", ["nobody", "closed"])
def test_unknown_operator_takes_nothing(helpdesk: Helpdesk, key: str):
    chief = operator(helpdesk, "chief")
    with helpdesk.database.writing() as unit:
        unit.operators.change(
            "chief", name=chief.name, role=chief.role, is_active=False
        )
    helpdesk.handoffs.request("eita", "request")

    with pytest.raises(UnknownOperator):
        helpdesk.talks.claim("eita", "chief" if key == "closed" else key)

    assert speakers(helpdesk, "eita") == [Speaker.WAITING]


# --- Speaking -------------------------------------------------------------------------


def test_operator_quotes_a_line_of_the_same_customer(helpdesk: Helpdesk):
    talk(helpdesk)
    write(helpdesk, "eita", "つながりません", "1")
    write(helpdesk, "aiko", "よその話", "1")
    *_, mine = helpdesk.conversations.messages("eita")
    (other,) = helpdesk.conversations.messages("aiko")

    for quoted in (mine.id, other.id, 9999, None):
        helpdesk.talks.say("eita", "op1", "拝見しました", quoted)

    quotes = [line.quotes for line in helpdesk.conversations.messages("eita")[2:]]
    assert quotes == [mine.id, None, None, None]


# --- Giving back ----------------------------------------------------------------------


def test_talk_that_is_given_back_waits_at_its_old_place(
    helpdesk: Helpdesk, clock: FakeClock, audit: Audit
):
    talk(helpdesk)
    helpdesk.talks.say("eita", "op1", "確認します")
    helpdesk.talks.hold("eita", "op1", on=True)
    clock.forward(minutes=1)
    helpdesk.handoffs.request("aiko", "request")

    helpdesk.talks.release("eita", "op1")

    request = request_of(helpdesk)
    assert (queue(helpdesk), notices(helpdesk)) == (
        [("eita", 1, 0), ("aiko", 2, 0)],
        [JOINED[1], RELEASED],
    )
    assert (
        request.requested_at,
        request.reason,
        request.operator,
        request.assigned_to,
        request.claimed_at,
        request.held_at,
        request.alerted_at,
        request.estimate_seconds,
    ) == (NOW, "returned", None, None, None, None, None, None)
    assert ("operator:op1", "handoff_release", "eita", {}) in audit()


def test_asking_after_it_was_given_back_makes_no_new_estimate(helpdesk: Helpdesk):
    talk(helpdesk)
    helpdesk.talks.release("eita", "op1")

    place = helpdesk.handoffs.request("eita", "request")

    assert (place, request_of(helpdesk).estimate_seconds) == (Place(1, 0), None)


def test_called_back_talk_that_is_given_back_waits_like_a_customer(helpdesk: Helpdesk):
    leave(helpdesk, "event-1")
    helpdesk.talks.claim("eita", "op1")

    helpdesk.talks.release("eita", "op1")

    assert (speakers(helpdesk, "eita"), request_of(helpdesk).kind) == (
        [Speaker.WAITING],
        RequestKind.LIVE,
    )


def test_bot_answers_while_the_customer_waits_again(helpdesk: Helpdesk, inbox: Inbox):
    talk(helpdesk)
    helpdesk.talks.release("eita", "op1")

    helpdesk.conversations.accept_text("eita", "まだですか", "1")

    assert inbox("eita") == ["まだですか"]


def test_given_back_customer_may_leave(helpdesk: Helpdesk):
    talk(helpdesk)
    helpdesk.talks.release("eita", "op1")

    assert helpdesk.handoffs.leave("eita")
    assert (speakers(helpdesk, "eita"), request_of(helpdesk).close_reason) == (
        [Speaker.BOT],
        CloseReason.LEFT_QUEUE,
    )


# --- Passing on -----------------------------------------------------------------------


def test_talk_is_passed_on_to_a_colleague(helpdesk: Helpdesk, audit: Audit):
    talk(helpdesk)
    helpdesk.talks.hold("eita", "op1", on=True)

    helpdesk.talks.pass_on("eita", "op1", "op2")

    request = request_of(helpdesk)
    assert (request.state, request.operator, request.held_at) == (
        RequestState.CLAIMED,
        "op2",
        None,
    )
    assert notices(helpdesk) == [JOINED[1], PASSED]
    assert audit()[2:] == [("operator:op1", "handoff_pass", "eita", {"to": "op2"})]
    helpdesk.talks.say("eita", "op2", "承ります")
    with pytest.raises(AlreadyMoved):
        helpdesk.talks.say("eita", "op1", "まだいます")


def test_talk_is_passed_on_to_a_supervisor_who_is_away(helpdesk: Helpdesk):
    talk(helpdesk)

    helpdesk.talks.pass_on("eita", "op1", "chief")

    assert request_of(helpdesk).operator == "chief"


@pytest.mark.parametrize(
    "colleague", ["op1", "op2", "nobody"], ids=["self", "off", "unknown"]
)
def test_talk_is_passed_on_to_nobody_else(helpdesk: Helpdesk, colleague: str):
    talk(helpdesk)
    helpdesk.talks.set_status("op2", Status.OFF, "op2")

    with pytest.raises(UnknownOperator):
        helpdesk.talks.pass_on("eita", "op1", colleague)

    assert (request_of(helpdesk).operator, notices(helpdesk)) == ("op1", [JOINED[1]])


@pytest.mark.parametrize("state", ["bot", "waiting", "a colleague", "resolved"])
def test_talk_of_nobody_or_a_colleague_is_not_moved(helpdesk: Helpdesk, state: str):
    if state != "bot":
        helpdesk.handoffs.request("eita", "request")
    if state in ("a colleague", "resolved"):
        helpdesk.talks.claim("eita", "op2" if state == "a colleague" else "op1")
    if state == "resolved":
        helpdesk.talks.resolve("eita", "op1")
    before = said(helpdesk)
    talks = helpdesk.talks

    for move in (
        lambda: talks.pass_on("eita", "op1", "chief"),
        lambda: talks.release("eita", "op1"),
        lambda: talks.hold("eita", "op1", on=True),
        lambda: talks.resolve("eita", "op1"),
    ):
        with pytest.raises(AlreadyMoved):
            move()

    assert said(helpdesk) == before


def test_answer_begun_before_the_talk_is_dropped_after_passing_on(helpdesk: Helpdesk):
    helpdesk.conversations.accept_text("eita", "連携したい", "1")
    turn = helpdesk.conversations.next_turn("eita")
    assert turn is not None
    talk(helpdesk)
    helpdesk.talks.pass_on("eita", "op1", "op2")
    helpdesk.talks.release("eita", "op2")

    helpdesk.conversations.answer(turn, Answer([BotMessage("承知しました")], None))

    assert "bot" not in [author for author, _ in said(helpdesk)]


# --- Taking over ----------------------------------------------------------------------


@pytest.mark.parametrize("state", ["bot", "message", "waiting", "colleague"])
def test_supervisor_takes_over(helpdesk: Helpdesk, audit: Audit, state: str):
    if state == "message":
        leave(helpdesk, "event-1")
    elif state == "colleague":
        talk(helpdesk)
    elif state == "waiting":
        helpdesk.handoffs.request("eita", "request")
    before = len(audit())

    helpdesk.talks.take_over("eita", operator(helpdesk, "chief"))

    (claimed,) = [
        each
        for each in requests_of(helpdesk)
        if each.state not in (RequestState.RESOLVED, RequestState.WITHDRAWN)
    ]
    assert (claimed.operator, claimed.state, speakers(helpdesk, "eita")) == (
        "chief",
        RequestState.CLAIMED,
        [Speaker.OPERATOR],
    )
    actor = "operator:chief"
    claim, ask = (actor, "handoff_claim", "eita", {}), "handoff_request"
    assert (
        audit()[before:]
        == {
            "bot": [(actor, ask, "eita", {}), claim],
            "message": [(actor, ask, "eita", {}), claim],
            "waiting": [claim],
            "colleague": [(actor, "handoff_pass", "eita", {"to": "chief"})],
        }[state]
    )
    helpdesk.talks.say("eita", "chief", "代わりました")


def test_take_over_of_the_bot_has_its_reason(helpdesk: Helpdesk):
    helpdesk.talks.take_over("eita", operator(helpdesk, "chief"))

    assert request_of(helpdesk).reason == "supervisor"


@pytest.mark.parametrize("state", ["bot", "waiting", "colleague"])
def test_operator_takes_nothing_over(helpdesk: Helpdesk, state: str):
    if state == "waiting":
        helpdesk.handoffs.request("eita", "request")
    elif state == "colleague":
        talk(helpdesk, "eita", "op2")
    before = speakers(helpdesk, "eita")

    with pytest.raises(NotPermitted):
        helpdesk.talks.take_over("eita", operator(helpdesk, "op1"))

    assert speakers(helpdesk, "eita") == before


def test_own_talk_is_not_taken_over(helpdesk: Helpdesk):
    helpdesk.talks.take_over("eita", operator(helpdesk, "chief"))

    with pytest.raises(AlreadyMoved):
        helpdesk.talks.take_over("eita", operator(helpdesk, "chief"))


def test_take_over_drops_the_answer_of_the_bot(helpdesk: Helpdesk):
    helpdesk.conversations.accept_text("eita", "連携したい", "1")
    turn = helpdesk.conversations.next_turn("eita")
    assert turn is not None
    helpdesk.talks.take_over("eita", operator(helpdesk, "chief"))

    helpdesk.conversations.answer(turn, Answer([BotMessage("承知しました")], None))

    assert "bot" not in [author for author, _ in said(helpdesk)]


# --- Ending ---------------------------------------------------------------------------


def test_what_the_operator_has_answered_is_not_answered_by_the_bot(
    helpdesk: Helpdesk, clock: FakeClock, inbox: Inbox
):
    """The bot had not looked at it: it was busy with the turn of before."""
    talk(helpdesk)
    helpdesk.conversations.accept_text("eita", "聞こえますか", "1")
    clock.forward(seconds=1)
    helpdesk.talks.say("eita", "op1", "はい")
    clock.forward(seconds=1)
    helpdesk.conversations.accept_text("eita", "あとひとつ", "2")

    helpdesk.talks.resolve("eita", "op1")

    assert inbox("eita") == ["あとひとつ", RESOLVED]


def test_what_was_answered_before_giving_back_is_not_answered_by_the_bot(
    helpdesk: Helpdesk, clock: FakeClock, inbox: Inbox
):
    talk(helpdesk)
    helpdesk.conversations.accept_text("eita", "聞こえますか", "1")
    helpdesk.conversations.accept_text("eita", "有人対応を終了", "2")
    clock.forward(seconds=1)
    helpdesk.talks.say("eita", "op1", "はい")

    helpdesk.talks.release("eita", "op1")

    # The wish to end is still heard.
    assert inbox("eita") == ["/EXTERNAL_end_handoff"]


def test_operator_who_said_nothing_has_answered_nothing(
    helpdesk: Helpdesk, inbox: Inbox
):
    talk(helpdesk)
    helpdesk.conversations.accept_text("eita", "聞こえますか", "1")

    helpdesk.talks.resolve("eita", "op1")

    assert inbox("eita") == ["聞こえますか", RESOLVED]


def test_each_closing_is_told_by_the_bot(
    helpdesk: Helpdesk, clock: FakeClock, inbox: Inbox
):
    told = []
    for _ in range(2):
        talk(helpdesk)
        helpdesk.talks.resolve("eita", "op1")
        told += inbox("eita")

    assert told == [RESOLVED, RESOLVED]


# --- Status ---------------------------------------------------------------------------


def test_status_is_audited_and_its_time_is_kept(
    helpdesk: Helpdesk, clock: FakeClock, audit: Audit, rows: Rows
):
    clock.forward(minutes=5)
    helpdesk.talks.set_status("op1", Status.AWAY, "op1")
    clock.forward(minutes=5)
    helpdesk.talks.set_status("op1", Status.OFF, "chief")

    found = operator(helpdesk, "op1")
    presences = [
        (row["status"], row["since"], row["until"])
        for row in rows(desk_tables.presences)
        if row["operator"] == "op1"
    ]
    at = [NOW, *(line[1] for line in presences[1:])]
    assert (found.status, found.status_since) == (Status.OFF, clock())
    assert presences == [
        ("available", at[0], at[1]),
        ("away", at[1], at[2]),
        ("off", clock(), None),
    ]
    assert audit() == [
        ("operator:op1", "status_set", "op1", {"status": "away"}),
        ("operator:chief", "status_set", "op1", {"status": "off"}),
    ]


def test_status_that_is_set_already_is_no_change(helpdesk: Helpdesk, audit: Audit):
    helpdesk.talks.set_status("op1", Status.AVAILABLE, "op1")

    assert (audit(), operator(helpdesk, "op1").status_since) == ([], NOW)


def test_status_of_nobody_is_not_set(helpdesk: Helpdesk):
    with pytest.raises(UnknownOperator):
        helpdesk.talks.set_status("nobody", Status.AWAY, "op1")


def test_talks_go_on_when_their_operator_is_away(helpdesk: Helpdesk):
    talk(helpdesk)

    helpdesk.talks.set_status("op1", Status.OFF, "op1")

    helpdesk.talks.say("eita", "op1", "最後にひとつ")
    assert speakers(helpdesk, "eita") == [Speaker.OPERATOR]


def test_whole_talk_is_audited(helpdesk: Helpdesk, audit: Audit):
    desk = by_hand(helpdesk)
    desk.handoffs.request("eita", "request")
    desk.talks.claim("eita", "op1")
    desk.talks.pass_on("eita", "op1", "op2")
    desk.talks.release("eita", "op2")
    desk.talks.claim("eita", "op1")
    desk.talks.resolve("eita", "op1")

    assert [(actor, action) for actor, action, *_ in audit()] == [
        ("customer:eita", "handoff_request"),
        ("operator:op1", "handoff_claim"),
        ("operator:op1", "handoff_pass"),
        ("operator:op2", "handoff_release"),
        ("operator:op1", "handoff_claim"),
        ("operator:op1", "handoff_resolve"),
    ]
