"""The switches: by whom, for what, and with which trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from helpdesk.domain.rights import Act, NotAllowed
from helpdesk.services.notices import NoticeChoice
from tests.fakes import FakeClock, japan
from tests.services.carrier_talk import link
from tests.services.notice_talk import BILL, EXPIRING, LOW, OPEN, states


def kinds(choices: list[NoticeChoice]) -> list[tuple[str, bool]]:
    return [(choice.kind.value, choice.is_on) for choice in choices]


def test_everything_is_off_until_it_is_wanted(helpdesk: Helpdesk):
    assert kinds(helpdesk.notices.choices("yuki")) == [
        ("low_data", False),
        ("expiring", False),
        ("bill_fixed", False),
    ]


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([], []),
        ([LinkRole.END_USER], ["low_data", "expiring"]),
        ([LinkRole.HOLDER], ["low_data", "expiring", "bill_fixed"]),
    ],
    ids=["nobody", "end user", "holder"],
)
def test_choices_follow_from_the_links(
    helpdesk: Helpdesk, roles: list[LinkRole], expected: list[str]
):
    link(helpdesk, "eita", "eita.1", roles)

    assert [kind for kind, _ in kinds(helpdesk.notices.choices("eita"))] == expected


def test_note_says_the_catalogs_numbers(helpdesk: Helpdesk):
    choice = helpdesk.notices.choices("hiro")[1]

    assert choice == NoticeChoice(
        EXPIRING,
        "もうすぐ期限のデータがあるとき",
        "月末で使えなくなるデータが500MB以上あるとき、月末の3日前にお知らせします。",
        False,
    )


def test_a_switch_is_audited_once_for_each_change(
    helpdesk: Helpdesk, audit: Callable[[], list[tuple[Any, ...]]]
):
    before = len(audit())

    helpdesk.notices.choose("yuki", LOW, is_on=True)
    helpdesk.notices.choose("yuki", LOW, is_on=True)
    on = kinds(helpdesk.notices.choices("yuki"))
    helpdesk.notices.choose("yuki", LOW, is_on=False)
    helpdesk.notices.choose("yuki", LOW, is_on=False)

    assert on[0] == ("low_data", True)
    assert kinds(helpdesk.notices.choices("yuki"))[0] == ("low_data", False)
    assert audit()[before:] == [
        ("customer:yuki", "notice_chosen", "yuki", {"kind": "low_data"}),
        ("customer:yuki", "notice_stopped", "yuki", {"kind": "low_data"}),
    ]


@pytest.mark.parametrize(
    ("customer", "kind", "act"),
    [
        ("hiro", BILL, Act.SEE_BILLS),
        ("aiko", LOW, Act.SEE_DATA),
        ("aiko", EXPIRING, Act.SEE_DATA),
    ],
)
def test_who_may_not_know_cannot_ask_to_be_told(
    helpdesk: Helpdesk, customer: str, kind: Any, act: Act
):
    with pytest.raises(NotAllowed) as refused:
        helpdesk.notices.choose(customer, kind, is_on=True)

    assert refused.value.act is act


def test_stopping_is_possible_without_any_right(helpdesk: Helpdesk):
    helpdesk.notices.choose("aiko", BILL, is_on=False)

    assert helpdesk.notices.choices("aiko") == []


def test_a_reminder_is_no_switch(helpdesk: Helpdesk):
    with pytest.raises(ValueError, match="no switch"):
        helpdesk.notices.choose("mika", OPEN, is_on=True)


def test_a_reminder_needs_a_day_or_a_subscription(helpdesk: Helpdesk):
    with pytest.raises(ValueError, match="neither"):
        helpdesk.notices.remind("mika", day=None, subscription=None)


def test_reminder_wanted_twice_is_one(helpdesk: Helpdesk, clock: FakeClock):
    day = date(2026, 11, 25)

    helpdesk.notices.remind("mika", day=day, subscription=None)
    clock.set(japan(2026, 11, 24, 12))
    helpdesk.notices.remind("mika", day=day, subscription=None)

    assert states(helpdesk) == [("linking_open:mika:2026-11-25", "waiting")]


def test_a_stopped_reminder_can_be_wanted_again(helpdesk: Helpdesk):
    helpdesk.notices.remind("mika", day=None, subscription="mika.1")

    helpdesk.notices.choose("mika", OPEN, is_on=False)
    stopped = states(helpdesk)
    helpdesk.notices.remind("mika", day=None, subscription="mika.1")

    assert stopped == []
    assert states(helpdesk) == [("linking_open:mika:mika.1", "waiting")]
