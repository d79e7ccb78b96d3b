"""Changes in their table: added once, due in time, settled once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.changes import Change, ChangeKind, ChangeState
from tests.fakes import NOW

CHANGE = Change(
    *("k1", ChangeKind.PURCHASE, "customer:yuki", "yuki", "yuki.1"),
    {"megabytes": 500},
    NOW,
)
SOON = NOW + timedelta(seconds=30)


def test_change_is_read_as_it_was_written(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        added = unit.changes.add(CHANGE, SOON)

        assert (added, unit.changes.get("k1")) == (True, CHANGE)


def test_change_need_not_be_of_a_customer_or_a_subscription_of_ours(helpdesk: Helpdesk):
    change = replace(CHANGE, customer=None, subscription="090-1")
    with helpdesk.database.writing() as unit:
        unit.changes.add(change, SOON)

        assert unit.changes.get("k1") == change


def test_known_key_changes_nothing_and_the_unit_goes_on(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        unit.changes.add(CHANGE, SOON)
        again = unit.changes.add(replace(CHANGE, detail={"megabytes": 1000}), SOON)
        other = unit.changes.add(replace(CHANGE, key="k2"), SOON)

        assert (again, other, unit.changes.get("k1")) == (False, True, CHANGE)


@pytest.mark.parametrize(
    ("seconds", "keys"),
    [(-1, []), (0, ["k1"]), (59, ["k1"]), (60, ["k1", "k2"])],
    ids=["before", "at", "after", "both"],
)
def test_changes_are_due_in_time(helpdesk: Helpdesk, seconds: int, keys: list[str]):
    with helpdesk.database.writing() as unit:
        later = SOON + timedelta(minutes=1)
        unit.changes.add(replace(CHANGE, key="k2"), later)
        unit.changes.add(CHANGE, SOON)

        due = unit.changes.due(SOON + timedelta(seconds=seconds), 9)

    assert [each.key for each in due] == keys


def test_what_waits_longest_comes_first_and_not_all_at_once(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        for number in (3, 1, 2):
            at = NOW + timedelta(seconds=number)
            unit.changes.add(replace(CHANGE, key=f"k{number}"), at)

        due = unit.changes.due(SOON, 2)

    assert [each.key for each in due] == ["k1", "k2"]


@pytest.mark.parametrize("state", [ChangeState.DONE, ChangeState.REFUSED], ids=str)
def test_change_is_settled_once(helpdesk: Helpdesk, state: ChangeState):
    settled = replace(CHANGE, state=state, result={"yen": 500})
    with helpdesk.database.writing() as unit:
        unit.changes.add(CHANGE, SOON)
        found = [
            unit.changes.settle(settled, NOW),
            unit.changes.settle(replace(settled, result={}), NOW),
        ]

        assert (found, unit.changes.get("k1")) == ([True, False], settled)
        assert unit.changes.due(SOON, 9) == []


def test_try_is_counted_once_and_moves_the_next(helpdesk: Helpdesk):
    later = SOON + timedelta(minutes=1)
    with helpdesk.database.writing() as unit:
        unit.changes.add(CHANGE, SOON)
        # Two have read the same change.
        found = [unit.changes.put_off(CHANGE, later) for _ in range(2)]

        (due,) = unit.changes.due(later, 9)
        before = unit.changes.due(later - timedelta(seconds=1), 9)

    assert (found, due.tries, before) == ([True, False], 1, [])


def test_settled_change_is_not_tried(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        unit.changes.add(CHANGE, SOON)
        unit.changes.settle(replace(CHANGE, state=ChangeState.DONE), NOW)

        assert unit.changes.put_off(CHANGE, SOON) is False
