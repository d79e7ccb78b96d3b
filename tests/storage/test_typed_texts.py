"""What was typed to the bot in a span, and nothing else."""

from __future__ import annotations

from datetime import date

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.span import Span
from helpdesk.storage.database import Database
from helpdesk.storage.typed_texts import TypedText, typed_texts
from tests.databases import Databases
from tests.fakes import FakeClock, japan
from tests.web.report_browser import type_in

DAY = Span.of_days(date(2026, 11, 24), date(2026, 11, 24))


def read(database: Database) -> list[TypedText]:
    with database.engine.connect() as connection:
        return typed_texts(connection, DAY)


def test_texts_of_the_span_come_in_order_with_their_meaning(
    helpdesk: Helpdesk, clock: FakeClock
):
    for moment, text in [
        (japan(2026, 11, 23, 23, 59), "きのう"),
        (japan(2026, 11, 24, 0, 0), "零時"),
        (japan(2026, 11, 24, 23, 59), "夜"),
        (japan(2026, 11, 25, 0, 0), "あした"),
    ]:
        clock.set(moment)
        type_in(helpdesk, text, "unlink")

    assert read(helpdesk.database) == [
        TypedText("零時", "unlink", japan(2026, 11, 24, 0, 0)),
        TypedText("夜", "unlink", japan(2026, 11, 24, 23, 59)),
    ]


def test_what_was_typed_is_masked(helpdesk: Helpdesk):
    type_in(helpdesk, "24681357902468135を登録", "inform_user_code")

    (found,) = read(helpdesk.database)

    assert ("2468" in found.text, found.text.startswith("[CODE:")) == (False, True)


@pytest.mark.parametrize("what", ["said to nobody", "taken back", "left for operators"])
def test_what_the_bot_does_not_read_is_left_out(helpdesk: Helpdesk, what: str):
    if what == "said to nobody":
        helpdesk.conversations.accept_text("eita", "ほげほげ", "event-1")
    else:
        type_in(helpdesk, "ほげほげ", client_id="event-1")
    if what == "taken back":
        with helpdesk.database.writing() as unit:
            unit.conversations.erase("eita", "eita:event-1", "", helpdesk.clock())
    if what == "left for operators":
        helpdesk.handoffs.leave_message("eita", "ほげほげ", "full", "eita:event-1")

    assert read(helpdesk.database) == []


def test_database_without_tables_has_none(databases: Databases):
    database = Database(databases.empty())

    found = read(database)

    database.engine.dispose()
    assert found == []
