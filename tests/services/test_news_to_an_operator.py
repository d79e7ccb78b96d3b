"""What happens elsewhere while an operator speaks: both sides read it, the bot is silent."""

from __future__ import annotations

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.services.turns import Arrival

NEWS = "契約者連携が完了しました。"


def happen(helpdesk: Helpdesk, payload: str, event_id: str = "e1") -> None:
    with helpdesk.database.writing() as unit:
        now = helpdesk.clock()
        unit.inbox.accept("eita", event_id, None, payload, now)


def heard(helpdesk: Helpdesk) -> list[tuple[str, str]]:
    lines = helpdesk.conversations.messages("eita")
    return [(each.author, each.text) for each in lines]


@pytest.fixture
def talk(helpdesk: Helpdesk) -> Helpdesk:
    """An operator has Eita's talk."""
    helpdesk.handoffs.request("eita", "request")
    helpdesk.talks.claim("eita", "op1")
    return helpdesk


def test_link_that_is_made_is_told_by_the_system(talk: Helpdesk):
    happen(talk, '/EXTERNAL_holder_linked{"subscription": "eita.1"}')

    turn = talk.conversations.next_turn("eita")

    assert (turn, heard(talk)[-1]) == (None, ("system", NEWS))


def test_it_is_told_once(talk: Helpdesk):
    happen(talk, "/EXTERNAL_holder_linked")

    talk.conversations.next_turn("eita")
    talk.conversations.next_turn("eita")

    assert heard(talk).count(("system", NEWS)) == 1


def test_a_menu_tap_is_no_news(talk: Helpdesk):
    before = heard(talk)
    happen(talk, "/link_contract_holder")

    talk.conversations.next_turn("eita")

    assert heard(talk) == before


def test_news_for_the_bot_stay_the_bots(helpdesk: Helpdesk):
    happen(helpdesk, "/EXTERNAL_holder_linked")

    turn = helpdesk.conversations.next_turn("eita")

    assert (turn is not None, heard(helpdesk)) == (True, [])


def test_left_message_that_is_edited_reads_otherwise_at_the_desk(helpdesk: Helpdesk):
    helpdesk.handoffs.leave_message("eita", "はじめの文", "out_of_hours", "e1")
    now = helpdesk.clock()

    with helpdesk.database.writing() as unit:
        arrival = Arrival("e2", "e2", now, now)
        helpdesk.conversations.take_edit(unit, "eita", "直した文", ["e1"], arrival)

    with helpdesk.database.reading() as unit:
        texts = [each.text for each in unit.handoffs.of_customer("eita")]
    assert texts == ["直した文"]
