"""The chat page: its customer, the transcript, the wishes of the welcome."""

from __future__ import annotations

import json

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.card import Card, CardRow, as_json
from helpdesk.services.turns import Answer, BotMessage
from tests.fakes import NOW
from tests.web.browser import Browser, Seen


def talk(helpdesk: Helpdesk, customer: str, card: Card | None = None) -> None:
    conversations = helpdesk.conversations
    conversations.accept_text(customer, "<b>連携</b>", "c1")
    turn = conversations.next_turn(customer)
    assert turn is not None
    answer = Answer([BotMessage("はい。", [("次へ", "/affirm")], card)], None)
    conversations.answer(turn, answer)


def entries(browser: Browser) -> list[tuple[object, ...]]:
    """Author, id, client id and text of each line of the transcript."""
    return [
        (each["data-from"], each["data-id"], each["data-client-id"], bubble.get_text())
        for each in browser.page.select("#log .entry")
        for bubble in each.select(".bubble")
    ]


async def test_front_door_leads_to_the_chat(browser: Browser, helpdesk: Helpdesk):
    seen = await browser.open("/")

    brand = helpdesk.catalog.brand
    assert (seen, browser.text("h1")) == (
        Seen(200, "chat"),
        f"{brand.name}{brand.carrier}",
    )


async def test_empty_chat_offers_the_wishes_of_the_catalog(
    browser: Browser, helpdesk: Helpdesk
):
    await browser.open("/chat")

    wishes = helpdesk.catalog.wishes
    assert [
        (each["data-data"], each["value"])
        for each in browser.page.select(".welcome button")
    ] == [(f"wish-{wish}", wishes.labels[wish]) for wish in wishes.starters]
    assert (
        entries(browser),
        browser.value("#log", "data-last-event-id"),
        browser.value("#log", "data-now"),
    ) == ([], "0", NOW.isoformat())


async def test_transcript_survives_a_reload(browser: Browser, helpdesk: Helpdesk):
    response = await browser.http.post("/chat/session", json={"sample": "eita"})
    assert response.json() == {"customer": "eita"}
    talk(helpdesk, "eita")
    mine, answer = helpdesk.conversations.messages("eita")

    await browser.open("/chat")

    assert entries(browser) == [
        ("customer", str(mine.id), "c1", "<b>連携</b>"),
        ("bot", str(answer.id), "", "はい。"),
    ]
    assert browser.value("#log", "data-last-event-id") == str(answer.id)
    assert browser.value("#log .choice", "data-data") == answer.buttons[0].id
    assert browser.page.select(".welcome") == []
    assert browser.page.select("#log [data-card]") == []


async def test_card_comes_with_the_text_that_is_read_without_it(
    browser: Browser, helpdesk: Helpdesk
):
    card = Card('<Data> "it\'s"', "1.3 GB left", [CardRow("Used", "1.7 GB", 0.57)])
    await browser.http.post("/chat/session", json={"sample": "eita"})
    talk(helpdesk, "eita", card)

    await browser.open("/chat")

    assert [(author, text) for author, _, _, text in entries(browser)] == [
        ("customer", "<b>連携</b>"),
        ("bot", "はい。"),
    ]
    [kept] = [each["data-card"] for each in browser.page.select("#log [data-card]")]
    assert json.loads(str(kept)) == as_json(card)


async def test_another_browser_sees_nothing_of_it(
    browser: Browser, other_browser: Browser, helpdesk: Helpdesk
):
    await browser.http.post("/chat/session", json={"sample": "eita"})
    talk(helpdesk, "eita")

    await other_browser.open("/chat")

    assert entries(other_browser) == []
