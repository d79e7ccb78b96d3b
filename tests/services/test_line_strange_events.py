"""LINE's events that are strange or cannot be read: they harm no other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.bootstrap import Helpdesk
from helpdesk.services.line_events import LineEvent
from helpdesk.storage import line_tables, tables
from tests.fakes import NOW
from tests.services.conftest import Rows
from tests.services.line_talk import (
    AIKO,
    NEW_USER,
    accept,
    ago,
    answered_in_order,
    event,
    text,
)

A_LIST: list[Any] = [{"deep": [[[None]]]}]


UNSTORABLE = [
    pytest.param({"sent_at": None}, id="no moment"),
    pytest.param({"sent_at": NOW.replace(tzinfo=None)}, id="a naive moment"),
    pytest.param({"reply_token": 7}, id="a token that is a number"),
    pytest.param({"text": object()}, id="what is no JSON"),
    pytest.param({"event_id": None}, id="no event id"),
]


@pytest.mark.parametrize("bad", UNSTORABLE)
def test_events_are_stored_all_or_none(
    helpdesk: Helpdesk, rows: Rows, bad: dict[str, Any]
):
    strange = event("message", **{"event_id": "bad", "type": "text", **bad})

    with pytest.raises((TypeError, ValueError, AttributeError, SQLAlchemyError)):
        helpdesk.line_events.store([text("e1"), strange])

    assert rows(line_tables.line_events) == []
    assert accept(helpdesk, text("e1")) == {"eita"}


UNSORTABLE = [
    pytest.param(text("bad", "\ud800"), id="a lone surrogate"),
    pytest.param(event("message", "bad", {"no": "user"}), id="no user"),
]


@pytest.mark.parametrize("bad", UNSORTABLE)
@pytest.mark.parametrize("place", [0, 3, 6], ids=["first", "within", "last"])
def test_bad_event_harms_no_other(helpdesk: Helpdesk, bad: LineEvent, place: int):
    events = [text(f"e{n}", f"{n}", sent_at=ago(seconds=9 - n)) for n in range(6)]
    events.insert(place, replace(bad, sent_at=ago(seconds=9.5 - place)))

    woken = accept(helpdesk, *events)

    assert (woken, answered_in_order(helpdesk)) == ({"eita"}, list("012345"))


def test_bad_event_is_kept_encrypted_and_not_tried_again(
    helpdesk: Helpdesk, rows: Rows
):
    before = (rows(line_tables.line_accounts), rows(tables.customers))
    bad = text("e1", "\ud800", user=NEW_USER)

    accept(helpdesk, bad)

    (stored,) = rows(line_tables.line_events)
    after = (rows(line_tables.line_accounts), rows(tables.customers))
    assert (after, stored["customer"], stored["sorted_at"]) == (before, None, NOW)
    assert "ud800" in helpdesk.cipher.decrypt(stored["content"])
    assert helpdesk.line_events.sort() == []


def test_bad_event_is_logged_without_what_it_said(
    helpdesk: Helpdesk, caplog: pytest.LogCaptureFixture
):
    accept(
        helpdesk, text("e1", "ひみつの相談\ud800", user=NEW_USER, reply_token="token")
    )

    assert "An event of type message could not be sorted" in caplog.text
    clear = ["ひみつ", NEW_USER, "token of"]
    assert [each for each in clear if each in caplog.text] == []


STRANGE_DETAILS = [
    pytest.param({}, id="nothing"),
    pytest.param({"type": None, "id": None, "text": None}, id="None"),
    pytest.param({"type": "text", "id": 7, "text": 7}, id="numbers"),
    pytest.param({"type": "text", "id": A_LIST, "text": A_LIST}, id="nested"),
    pytest.param({"type": A_LIST, "id": {}, "text": "本文"}, id="nested kind"),
    pytest.param({"type": "text" * 999, "id": "x" * 9999, "text": ""}, id="very long"),
    pytest.param({"type": "sticker", "keywords": A_LIST}, id="nested keywords"),
    pytest.param({"type": "sticker", "keywords": "thanks"}, id="keywords are a text"),
    pytest.param({"type": "sticker", "keywords": 1}, id="keywords are a number"),
    pytest.param({"type": "text", "text": "あ" * 100_000}, id="a very long text"),
    pytest.param({"data": A_LIST}, id="nested data"),
    pytest.param({"data": "1:" + "x" * 100_000}, id="very long data"),
    pytest.param({"nonce": A_LIST, "result": A_LIST}, id="nested nonce"),
    pytest.param({"messageId": A_LIST}, id="nested message id"),
]
KINDS = ["message", "messageEdited", "postback", "unsend", "accountLink", "beacon"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("detail", STRANGE_DETAILS)
def test_strange_details_are_sorted_and_harm_nobody(
    helpdesk: Helpdesk,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    detail: dict[str, Any],
):
    strange = event(kind, "strange", **detail)

    woken = accept(helpdesk, strange, text("e2", user=AIKO))

    assert (woken - {"eita"}, caplog.text) == ({"aiko"}, "")
    assert accept(helpdesk, strange) == set()
