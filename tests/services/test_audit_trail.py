"""Reading the audit log."""

from __future__ import annotations

from datetime import date

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.staff import NotPermitted, Operator
from helpdesk.services.audit_trail import AuditQuestion
from tests.fakes import japan

ENTRIES = [
    (japan(2026, 11, 23, 23, 59, 59), "operator:op1", "code_shown", "eita.1"),
    (japan(2026, 11, 24, 0, 0, 0), "operator:op2", "logged_in", "op2"),
    (japan(2026, 11, 24, 23, 59, 59), "customer:op1x", "linked", "eita.1"),
    (japan(2026, 11, 25, 0, 0, 0), "terminal", "password_reset", "op1"),
]


@pytest.fixture
def chief(helpdesk: Helpdesk) -> Operator:
    """A supervisor, with a few lines in the log."""
    with helpdesk.database.writing() as unit:
        for at, actor, action, subject in ENTRIES:
            unit.audit.add(at, actor, action, subject)
        found = unit.operators.get("chief")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("question", "found"),
    [
        pytest.param(AuditQuestion(), [3, 2, 1, 0], id="everything"),
        pytest.param(AuditQuestion(who="op1"), [0], id="an operator"),
        pytest.param(AuditQuestion(who="佐藤"), [0], id="an operator's name"),
        pytest.param(AuditQuestion(who="operator:op2"), [1], id="in full"),
        pytest.param(AuditQuestion(who="op1x"), [2], id="a customer"),
        pytest.param(AuditQuestion(who="terminal"), [3], id="a machine"),
        pytest.param(AuditQuestion(who="op"), [], id="a part of a name"),
        pytest.param(AuditQuestion(whom="eita.1"), [2, 0], id="whom"),
        pytest.param(AuditQuestion(whom="佐藤"), [3], id="whom, by name"),
        pytest.param(AuditQuestion(act="linked"), [2], id="act"),
        pytest.param(AuditQuestion(day=date(2026, 11, 24)), [2, 1], id="day in Japan"),
        pytest.param(AuditQuestion(day=date(2026, 11, 26)), [], id="no such day"),
        pytest.param(AuditQuestion(who="op1", whom="op1"), [], id="all at once"),
        pytest.param(AuditQuestion(who="' OR 1=1 --", act="%"), [], id="nonsense"),
    ],
)
def test_log_is_searched(
    helpdesk: Helpdesk, chief: Operator, question: AuditQuestion, found: list[int]
):
    page = helpdesk.audit_trail.page(chief, question)

    shown = [(each.at, each.actor, each.action, each.subject) for each in page.entries]
    assert (shown, page.older) == ([ENTRIES[number] for number in found], None)


def test_page_names_acts_and_operators(helpdesk: Helpdesk, chief: Operator):
    page = helpdesk.audit_trail.page(chief, AuditQuestion(act="nothing"))

    assert (page.acts, page.names) == (
        ["code_shown", "linked", "logged_in", "password_reset"],
        {"admin": "管理者", "chief": "高橋", "op1": "佐藤", "op2": "鈴木"},
    )


@pytest.mark.parametrize(
    ("more", "sizes"),
    [(45, [49]), (46, [50]), (47, [50, 1])],
    ids=["before a page is full", "a full page", "one more"],
)
def test_pages_hold_fifty(
    helpdesk: Helpdesk, chief: Operator, more: int, sizes: list[int]
):
    with helpdesk.database.writing() as unit:
        for number in range(more):
            unit.audit.add(japan(2026, 11, 26), "desk", "counted", str(number))

    pages = [helpdesk.audit_trail.page(chief, AuditQuestion())]
    while (older := pages[-1].older) is not None:
        pages.append(helpdesk.audit_trail.page(chief, AuditQuestion(), older))

    subjects = [entry.subject for page in pages for entry in page.entries]
    expected = [str(number) for number in reversed(range(more))]
    assert [len(page.entries) for page in pages] == sizes
    assert subjects == expected + [entry[3] for entry in reversed(ENTRIES)]


def test_operators_do_not_see_the_log(helpdesk: Helpdesk, chief: Operator):
    with helpdesk.database.reading() as unit:
        op1 = unit.operators.get("op1")
    assert op1 is not None

    with pytest.raises(NotPermitted):
        helpdesk.audit_trail.page(op1, AuditQuestion())
