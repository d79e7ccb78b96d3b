"""A change: what it begins with."""

from __future__ import annotations

from helpdesk.domain.changes import Change, ChangeKind, ChangeState
from tests.fakes import NOW


def test_change_waits_for_the_carrier_at_first():
    change = Change(
        *("key", ChangeKind.PURCHASE, "customer:yuki", "yuki", "yuki.1", {}, NOW)
    )

    assert (change.state, change.result, change.tries) == (
        ChangeState.PENDING,
        None,
        0,
    )


def test_kinds_are_the_words_of_the_audit_log():
    assert [kind.value for kind in ChangeKind] == [
        "code_reissued",
        "data_given",
        "data_bought",
        "plan_changed",
        "plan_change_withdrawn",
    ]
