"""What the tests of the notices arrange, and how the bot tells what is due."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.notices import NoticeKind
from helpdesk.services.notices import NoticeService
from helpdesk.services.notices_sending import News, NoticeSender
from helpdesk.services.notices_watch import NoticeWatch
from helpdesk.services.rights import RightsService
from helpdesk.services.turns import Answer, BotMessage
from helpdesk.storage import notice_tables
from tests.fakes import UnsteadyCarrier

LOW, EXPIRING = NoticeKind.LOW_DATA, NoticeKind.EXPIRING
BILL, OPEN = NoticeKind.BILL_FIXED, NoticeKind.LINKING_OPEN


def on_carrier(
    helpdesk: Helpdesk, carrier: UnsteadyCarrier | None = None, **rules: Any
) -> NoticeService:
    """The notices with other rules, or on a carrier that may be away."""
    store, clock, asked = helpdesk.database, helpdesk.clock, carrier or helpdesk.carrier
    changed = replace(helpdesk.catalog.notices.as_rules(), **rules)
    rights = RightsService(store, asked)
    watch = NoticeWatch(store, asked, rights, changed, clock)
    sender = NoticeSender(store, asked, changed, clock)
    return NoticeService(store, rights, changed, {}, watch, sender, clock)


def tell(
    helpdesk: Helpdesk, notices: NoticeService | None = None
) -> list[tuple[str, str]]:
    """Look after the notices and let the bot say them: to whom, and of which kind."""
    found = notices or helpdesk.notices
    told = []
    for customer in found.look_after().customers:
        news = say(helpdesk, customer, found)
        if news is not None:
            told.append((customer, news.notice.kind.value))
    return told


def say(
    helpdesk: Helpdesk, customer: str, notices: NoticeService | None = None
) -> News | None:
    """The bot's turn for a notice that is in the inbox."""
    turn = helpdesk.conversations.next_turn(customer)
    assert turn is not None
    name, _, about = (turn.item.payload or "").partition("{")
    assert name == "/EXTERNAL_notice"
    notice = int(json.loads("{" + about)["notice_id"])
    news = (notices or helpdesk.notices).news(customer, notice)
    lines = [] if news is None else [BotMessage(news.notice.kind.value)]
    helpdesk.conversations.answer(turn, Answer(lines, None))
    return news


def states(helpdesk: Helpdesk) -> list[tuple[str, str]]:
    """Key and state of every notice, the oldest first."""
    table = notice_tables.notices
    query = select(table.c.key, table.c.state).order_by(table.c.id)
    with helpdesk.database.engine.connect() as connection:
        return [(row.key, row.state) for row in connection.execute(query)]
