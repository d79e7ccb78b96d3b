"""Taps on LINE: buttons of ours, tiles of the menu, and the end of a handoff."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import Speaker
from helpdesk.services.line_events import LineEvent
from helpdesk.storage import tables
from tests.fakes import FakeClock
from tests.services.conftest import Rows
from tests.services.line_talk import (
    AIKO,
    NEW_USER,
    accept,
    answer,
    next_turn,
    offer_buttons,
    said,
    say,
    speaker,
    tap,
    text,
)

EXPIRED = "/EXTERNAL_button_expired"
END = "/EXTERNAL_end_handoff"
Inbox = Callable[[str], list[str | None]]
Audit = Callable[[], list[tuple[Any, ...]]]


@pytest.fixture
def buttons(helpdesk: Helpdesk) -> list[str]:
    """Ids of はい, いいえ and 連携について, which the bot has just offered to eita."""
    accept(helpdesk, text("e0"))
    labels = ["はい", "いいえ", "連携について"]
    payloads = ["/affirm", "/deny", "/ask_about_linking"]
    return offer_buttons(helpdesk, *zip(labels, payloads, strict=True))


# --- Buttons --------------------------------------------------------------------------


def test_tapped_button_says_its_payload_and_shows_its_label(
    helpdesk: Helpdesk, inbox: Inbox, buttons: list[str]
):
    woken = accept(helpdesk, tap("e1", f"1:{buttons[0]}"))

    assert (woken, inbox("eita"), said(helpdesk)[-1]) == (
        {"eita"},
        ["/affirm"],
        ("customer", "はい"),
    )


def test_button_of_before_the_version_still_works(
    helpdesk: Helpdesk, inbox: Inbox, buttons: list[str]
):
    accept(helpdesk, tap("e1", buttons[2]))

    assert inbox("eita") == ["/ask_about_linking"]


@pytest.mark.parametrize("is_one_call", [True, False], ids=["one call", "two calls"])
def test_redelivered_tap_is_one_tap(
    helpdesk: Helpdesk, inbox: Inbox, buttons: list[str], is_one_call: bool
):
    taps = [tap("e1", f"1:{buttons[0]}") for _ in range(2)]

    for call in [taps] if is_one_call else [[each] for each in taps]:
        accept(helpdesk, *call)

    assert inbox("eita") == ["/affirm"]


def test_double_tap_is_obeyed_once(
    helpdesk: Helpdesk, inbox: Inbox, buttons: list[str]
):
    accept(helpdesk, tap("e1", f"1:{buttons[0]}"), tap("e2", f"1:{buttons[0]}"))

    assert inbox("eita") == ["/affirm", EXPIRED]


@pytest.mark.parametrize("place", [0, 2], ids=["an answer", "a wish"])
@pytest.mark.parametrize(
    ("age", "is_obeyed"),
    [
        pytest.param(timedelta(days=7, microseconds=-1), True, id="before"),
        pytest.param(timedelta(days=7), False, id="at"),
        pytest.param(timedelta(days=7, microseconds=1), False, id="after"),
    ],
)
def test_button_is_good_for_seven_days(
    helpdesk: Helpdesk,
    clock: FakeClock,
    inbox: Inbox,
    buttons: list[str],
    age: timedelta,
    is_obeyed: bool,
    place: int,
):
    clock.forward(seconds=age.total_seconds())

    accept(helpdesk, tap("e1", f"1:{buttons[place]}", sent_at=clock()))

    payload = ["/affirm", "/deny", "/ask_about_linking"][place]
    assert inbox("eita") == [payload if is_obeyed else EXPIRED]


@pytest.mark.parametrize("later", ["a text", "another tap", "a line of the system"])
def test_answer_is_good_for_the_newest_turn_only(
    helpdesk: Helpdesk, inbox: Inbox, buttons: list[str], later: str
):
    if later == "a text":
        accept(helpdesk, text("e1", "待って"))
    elif later == "another tap":
        accept(helpdesk, tap("e1", f"1:{buttons[1]}"))
    else:
        say(helpdesk, "お知らせ", author="system")

    accept(helpdesk, tap("e2", f"1:{buttons[0]}"), tap("e3", f"1:{buttons[2]}"))

    assert inbox("eita")[-2:] == [EXPIRED, "/ask_about_linking"]


def test_button_of_somebody_else_says_nothing_of_it(
    helpdesk: Helpdesk, inbox: Inbox, buttons: list[str]
):
    accept(helpdesk, tap("e1", f"1:{buttons[0]}", user=AIKO))

    assert (inbox("aiko"), said(helpdesk, "aiko")) == ([EXPIRED], [])


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("1:0123456789abcdef", id="never offered"),
        pytest.param("", id="nothing"),
        pytest.param(None, id="None"),
        pytest.param("1:", id="only the version"),
        pytest.param("2:menu:help", id="another version"),
        pytest.param("1:1:menu:help", id="two versions"),
        pytest.param("1:menu:", id="no tile"),
        pytest.param("1:menu:nothing", id="unknown tile"),
        pytest.param("1:menu:Help", id="a tile in capitals"),
        pytest.param("1:wish-request_operator", id="no wish of the start"),
        pytest.param("/request_operator", id="a command"),
        pytest.param('1:/affirm{"link_confirmed": "yes"}', id="an answer"),
        pytest.param("1:' OR 1=1 --", id="SQL"),
    ],
)
def test_unknown_data_are_answered_as_an_old_button(
    helpdesk: Helpdesk, inbox: Inbox, data: Any
):
    accept(helpdesk, tap("e1", data))

    assert (inbox("eita"), said(helpdesk)) == ([EXPIRED], [])


def test_button_of_the_start_works(helpdesk: Helpdesk, inbox: Inbox):
    accept(helpdesk, tap("e1", "1:wish-ask_link_timing"))

    assert inbox("eita") == ["/ask_link_timing"]


# --- Tiles ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tile", "payload", "label"),
    [
        ("holder_link", "/link_contract_holder", "契約者連携(マイページ)"),
        ("my_page", "/open_my_page", "契約者連携(マイページ)"),
        ("user_link", "/link_end_user", "利用者連携"),
        ("user_link_made", "/check_link_status", "利用者連携"),
        ("data_balance", "/check_data_balance", "データ残量確認"),
        ("data_gift", "/gift_data", "データプレゼント"),
        ("help", "/ask_capabilities", "いつでもヘルプ"),
        ("end_handoff", END, "有人対応を終了"),
    ],
)
def test_tile_says_its_wish_and_shows_its_label(
    helpdesk: Helpdesk, inbox: Inbox, tile: str, payload: str, label: str
):
    accept(helpdesk, tap("e1", f"1:menu:{tile}"))

    assert (inbox("eita"), said(helpdesk)) == ([payload], [("customer", label)])


def test_tile_never_gets_old(helpdesk: Helpdesk, clock: FakeClock, inbox: Inbox):
    clock.forward(days=400)

    accept(helpdesk, tap("e1", "1:menu:help"))

    assert inbox("eita") == ["/ask_capabilities"]


def test_first_thing_of_a_new_customer_may_be_a_tile(helpdesk: Helpdesk, inbox: Inbox):
    (customer,) = accept(helpdesk, tap("e1", "1:menu:help", user=NEW_USER)) or ()

    assert inbox(customer) == ["/ask_capabilities"]


# --- The end of a handoff -------------------------------------------------------------

ENDS = [
    pytest.param(tap("e1", "1:menu:end_handoff"), id="tapped"),
    pytest.param(text("e1", "有人対応を終了"), id="typed"),
    pytest.param(text("e1", " 有人対応終了\n"), id="typed shorter"),
]


def talk_to_an_operator(helpdesk: Helpdesk) -> None:
    helpdesk.handoffs.request("eita", "request")
    helpdesk.talks.claim("eita", "op1")


@pytest.mark.parametrize("end", ENDS)
def test_customer_ends_the_talk_with_an_operator(
    helpdesk: Helpdesk, rows: Rows, audit: Audit, end: LineEvent
):
    talk_to_an_operator(helpdesk)

    accept(helpdesk, end)

    assert next_turn(helpdesk).item.payload == END
    assert speaker(helpdesk) is Speaker.BOT
    assert [row["state"] for row in rows(tables.handoff_requests)] == ["resolved"]
    assert audit()[-1] == ("customer:eita", "handoff_resolve", "eita", {})


def test_bot_answers_the_end_of_a_talk(helpdesk: Helpdesk):
    talk_to_an_operator(helpdesk)
    accept(helpdesk, tap("e1", "1:menu:end_handoff"))

    answer(helpdesk, "自動応答に戻りました")

    assert said(helpdesk)[-1] == ("bot", "自動応答に戻りました")


def test_what_was_said_before_the_end_is_the_operators(helpdesk: Helpdesk):
    talk_to_an_operator(helpdesk)
    accept(helpdesk, text("e1", "もう大丈夫"), tap("e2", "1:menu:end_handoff"))
    accept(helpdesk, text("e3", "料金は？"))

    answer(helpdesk)

    assert next_turn(helpdesk).item.text == "料金は？"


@pytest.mark.parametrize("end", ENDS)
def test_customer_leaves_the_queue(
    helpdesk: Helpdesk, rows: Rows, audit: Audit, end: LineEvent
):
    helpdesk.handoffs.request("eita", "request")
    accept(helpdesk, end)

    answer(helpdesk, "自動応答に戻りました")

    assert (speaker(helpdesk), said(helpdesk)[-1]) == (
        Speaker.BOT,
        ("bot", "自動応答に戻りました"),
    )
    assert [row["state"] for row in rows(tables.handoff_requests)] == ["withdrawn"]
    assert audit()[-1] == ("customer:eita", "handoff_leave", "eita", {})


def test_end_without_a_talk_changes_nothing(
    helpdesk: Helpdesk, audit: Audit, inbox: Inbox
):
    accept(helpdesk, tap("e1", "1:menu:end_handoff"))

    assert (inbox("eita"), speaker(helpdesk), audit()) == ([END], Speaker.BOT, [])


def test_end_of_one_talk_ends_no_other(helpdesk: Helpdesk):
    talk_to_an_operator(helpdesk)

    accept(helpdesk, tap("e1", "1:menu:end_handoff", user=AIKO))
    next_turn(helpdesk, "aiko")

    assert speaker(helpdesk) is Speaker.OPERATOR


def test_redelivered_end_does_not_end_the_next_talk(helpdesk: Helpdesk):
    talk_to_an_operator(helpdesk)
    accept(helpdesk, tap("e1", "1:menu:end_handoff"))
    answer(helpdesk, "自動応答に戻りました")
    talk_to_an_operator(helpdesk)

    accept(helpdesk, tap("e1", "1:menu:end_handoff"))

    assert helpdesk.conversations.next_turn("eita") is None
    assert speaker(helpdesk) is Speaker.OPERATOR
