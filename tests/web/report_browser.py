"""A supervisor's browser for the reports and the unanswered sentences."""

from __future__ import annotations

from starlette.applications import Starlette

from helpdesk.bootstrap import Helpdesk
from helpdesk.services.turns import Answer, BotMessage
from helpdesk.web.pages import SecurityHeaders
from helpdesk.web.reports import ReportPages
from helpdesk.web.staff_pages import COOKIE, StaffPages
from helpdesk.web.unanswered import UnansweredPages
from tests.web.browser import Browser


def staff_browser(helpdesk: Helpdesk, operator: str | None = "chief") -> Browser:
    """Logged in as one of the sample's staff; None: as nobody."""
    pages = StaffPages(helpdesk)
    routes = [
        *ReportPages(helpdesk, pages).routes(),
        *UnansweredPages(helpdesk, pages).routes(),
    ]
    browser = Browser(SecurityHeaders(Starlette(routes=routes), "'self'"))
    browser.http.follow_redirects = False
    if operator is not None:
        with helpdesk.database.writing() as unit:
            person = unit.operators.get(operator)
            assert person is not None
            # Without the password, whose hash takes long on purpose.
            begin = helpdesk.staff_accounts._begin
            token = begin(unit, person, is_complete=True)
        browser.http.cookies.set(COOKIE, token)
    return browser


def type_in(
    helpdesk: Helpdesk,
    text: str,
    intent: str | None = "nlu_fallback",
    customer: str = "eita",
    client_id: str | None = None,
) -> int:
    """Let the customer type and the bot answer; the inbox item."""
    key = client_id or f"{text}-{helpdesk.clock().isoformat()}"
    item = helpdesk.conversations.accept_text(customer, text, key)
    turn = helpdesk.conversations.next_turn(customer)
    assert turn is not None
    answer = Answer([BotMessage("はい。")], None, intent, 0.9)
    helpdesk.conversations.answer(turn, answer)
    return item
