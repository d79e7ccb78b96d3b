"""Notices: switched on and off by buttons, and said."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from actions.notices import (
    ActionChooseNotice,
    ActionTellNotice,
    offer_notices,
)
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.data_balance import DataBalance
from helpdesk.domain.linking import LinkRole
from helpdesk.domain.notices import NoticeKind
from tests.actions.notice_buttons import button, stop
from tests.actions.talk import run, turn, utter
from tests.fakes import FakeClock, japan
from tests.services.carrier_talk import link, set_balance
from tests.services.notice_talk import states

LOW, EXPIRING = NoticeKind.LOW_DATA, NoticeKind.EXPIRING
BILL = NoticeKind.BILL_FIXED
NUMBERS = {"percent": "20", "volume": "500MB", "days": "3"}


def chosen(helpdesk: Helpdesk, customer: str) -> list[str]:
    choices = helpdesk.notices.choices(customer)
    return [choice.kind.value for choice in choices if choice.is_on]


def press(helpdesk: Helpdesk, customer: str, **about: str) -> list[dict[str, Any]]:
    events, said = run(ActionChooseNotice(helpdesk), turn(customer, entities=about))
    assert events == []
    return said


@pytest.mark.parametrize("kind", [LOW, EXPIRING, BILL], ids=lambda kind: kind.value)
def test_switch_is_confirmed_with_the_way_back(helpdesk: Helpdesk, kind: NoticeKind):
    on = press(helpdesk, "yuki", notice=kind.value, is_on="on")
    while_on = chosen(helpdesk, "yuki")
    off = press(helpdesk, "yuki", notice=kind.value, is_on="off")

    name = kind.value
    assert on == [utter(f"utter_notice_on_{name}", **NUMBERS, buttons=stop(name))]
    assert while_on == [kind.value]
    assert off == [utter(f"utter_notice_off_{name}")]
    assert chosen(helpdesk, "yuki") == []


@pytest.mark.parametrize(
    ("customer", "kind", "response"),
    [
        ("aiko", "low_data", "utter_notice_needs_both"),
        ("aiko", "bill_fixed", "utter_notice_needs_holder"),
        ("hiro", "bill_fixed", "utter_notice_needs_holder"),
    ],
)
def test_who_is_not_linked_hears_what_is_needed(
    helpdesk: Helpdesk, customer: str, kind: str, response: str
):
    said = press(helpdesk, customer, notice=kind, is_on="on")

    assert said == [utter(response)]
    assert chosen(helpdesk, customer) == []


def test_reminder_for_a_day_is_confirmed(helpdesk: Helpdesk):
    about = {"notice": "linking_open", "is_on": "on", "remind_on": "2026-11-25"}

    said = press(helpdesk, "mika", **about)

    assert said == [utter("utter_notice_reminder_set", opens_on="11月25日(水)")]
    assert states(helpdesk) == [("linking_open:mika:2026-11-25", "waiting")]


def test_reminder_without_a_day_is_confirmed(helpdesk: Helpdesk):
    about = {"notice": "linking_open", "is_on": "on", "remind_about": "kenji.1"}

    said = press(helpdesk, "kenji", **about)

    assert said == [utter("utter_notice_reminder_without_day")]
    assert states(helpdesk) == [("linking_open:kenji:kenji.1", "waiting")]


def test_button_of_a_day_that_has_come_leads_on(helpdesk: Helpdesk, clock: FakeClock):
    about = {"notice": "linking_open", "is_on": "on", "remind_on": "2026-11-25"}
    clock.set(japan(2026, 11, 25))

    said = press(helpdesk, "mika", **about)

    assert said == [utter("utter_notice_day_has_come")]
    assert states(helpdesk) == []


def test_reminders_are_stopped(helpdesk: Helpdesk):
    helpdesk.notices.remind("mika", day=date(2026, 11, 25), subscription=None)

    said = press(helpdesk, "mika", notice="linking_open", is_on="off")

    assert said == [utter("utter_notice_off_linking_open")]
    assert states(helpdesk) == []


def test_buttons_are_offered_for_what_is_allowed_and_off(helpdesk: Helpdesk):
    helpdesk.notices.choose("hiro", EXPIRING, is_on=True)

    offered = [
        offer_notices(helpdesk, "yuki", LOW),
        offer_notices(helpdesk, "hiro", LOW, EXPIRING, BILL),
        offer_notices(helpdesk, "aiko", LOW),
    ]

    on = button("残量が少ないときに知らせる", notice="low_data", is_on="on")
    assert offered == [[on], [on], []]


# --- What is said -------------------------------------------------------------------


def told(helpdesk: Helpdesk, customer: str) -> list[dict[str, Any]]:
    """What the bot says of the notice that is put into the inbox now."""
    assert list(helpdesk.notices.look_after().customers) == [customer]
    tracker = turn(customer, entities={"notice_id": "1"})
    events, said = run(ActionTellNotice(helpdesk), tracker)
    assert events == []
    return said


@pytest.mark.parametrize(
    ("left", "response", "volume"),
    [
        (DataBalance(basic=350, bought=100), "utter_notice_low_data", "450MB"),
        (DataBalance(), "utter_notice_used_up", "0MB"),
    ],
)
def test_low_data_are_said_with_what_is_left(
    helpdesk: Helpdesk, left: DataBalance, response: str, volume: str
):
    helpdesk.notices.choose("yuki", LOW, is_on=True)
    set_balance(helpdesk, "yuki.1", left)

    assert told(helpdesk, "yuki") == [
        utter(
            response,
            buttons=stop("low_data"),
            number_last4="5501",
            left=volume,
            allowance="3GB",
            volume="0MB",
            last_day="11月30日(月)",
        )
    ]


def test_what_ends_is_said_with_its_day(helpdesk: Helpdesk, clock: FakeClock):
    link(helpdesk, "emi", "emi.1", [LinkRole.END_USER])
    helpdesk.notices.choose("emi", EXPIRING, is_on=True)
    clock.set(japan(2026, 11, 27, 9))

    (said,) = told(helpdesk, "emi")

    assert said["response"] == "utter_notice_expiring"
    assert (said["volume"], said["last_day"]) == ("1.2GB", "11月30日(月)")


def test_bill_is_said_with_its_amount(helpdesk: Helpdesk, clock: FakeClock):
    helpdesk.notices.choose("yuki", BILL, is_on=True)
    clock.set(japan(2026, 12, 3, 9))

    assert told(helpdesk, "yuki") == [
        utter(
            "utter_notice_bill_fixed",
            buttons=stop("bill_fixed"),
            number_last4="5501",
            month="11",
            amount="3,168",
            charged_on="12月5日(土)",
        )
    ]


@pytest.mark.parametrize(
    ("subscription", "expected"),
    [
        (None, utter("utter_notice_linking_open_by_claim")),
        ("mika.1", utter("utter_notice_linking_open_by_record", number_last4="2201")),
    ],
    ids=["said", "known"],
)
def test_day_of_linking_is_said(
    helpdesk: Helpdesk,
    clock: FakeClock,
    subscription: str | None,
    expected: dict[str, Any],
):
    day = date(2026, 11, 25)
    helpdesk.notices.remind("mika", day=day, subscription=subscription)
    clock.set(japan(2026, 11, 25, 9))

    said = told(helpdesk, "mika")

    more = {"opens_on": "11月25日(水)", "buttons": stop("linking_open")}
    assert said == [expected | more]


def test_what_is_so_no_more_is_not_said(helpdesk: Helpdesk):
    helpdesk.notices.choose("hiro", LOW, is_on=True)
    helpdesk.notices.look_after()
    helpdesk.notices.choose("hiro", LOW, is_on=False)
    tracker = turn("hiro", entities={"notice_id": "1"})

    assert run(ActionTellNotice(helpdesk), tracker) == ([], [])
