"""One talk as JSON."""

from __future__ import annotations

from helpdesk.bootstrap import Helpdesk
from helpdesk.staff import StaffApplication
from tests.web.staff_browser import StaffBrowser


async def test_talk_is_told_with_its_lines(helpdesk: Helpdesk):
    helpdesk.handoffs.request("eita", "request")
    helpdesk.talks.claim("eita", "op1")
    helpdesk.talks.say("eita", "op1", "承りました。")
    browser = StaffBrowser(StaffApplication(helpdesk).asgi())
    await browser.log_in("op1")

    told = (await browser.http.get("/api/talks/eita")).json()

    heard = [(each["author"], each["operator"], each["text"]) for each in told["lines"]]
    assert heard[-1] == ("operator", "op1", "承りました。")
    assert (told["speaker"], told["operator"]) == ("operator", "op1")


async def test_talk_of_nobody_is_not_found(helpdesk: Helpdesk):
    browser = StaffBrowser(StaffApplication(helpdesk).asgi())
    await browser.log_in("op1")

    answer = await browser.http.get("/api/talks/nobody")

    assert (answer.status_code, answer.json()) == (404, {"error": "customer"})


async def test_talk_needs_a_login(helpdesk: Helpdesk):
    browser = StaffBrowser(StaffApplication(helpdesk).asgi())
    browser.http.headers["accept"] = "application/json"

    answer = await browser.http.get("/api/talks/eita")

    assert answer.status_code == 401
