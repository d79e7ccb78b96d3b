"""Cards in the web chat and on the phone of LINE's stand-in, without Rasa."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from playwright.sync_api import Page, expect

from helpdesk.bootstrap import build
from helpdesk.domain.card import Card, CardRow
from helpdesk.gateway.line_messages import LineMessages
from helpdesk.public import PublicApplication
from helpdesk.services.ports import Message
from helpdesk.services.turns import Answer, BotMessage
from tests.browser.test_linking_in_a_browser import say
from tests.converse.stage import free_port, serving
from tests.line_platform import LinePlatform, running

WORDS = "あと1.3GBです。今月は3GBのうち1.7GBを使いました。"
CARD = Card(
    "データ残量",
    "あと1.3GB",
    (
        CardRow("使った量", "1.7GB／3GB", 0.57),
        CardRow("追加で購入したデータの有効期限と、繰り越した分の残り", "なし"),
        CardRow("先月", "2.9GB", 0.97),
    ),
    "11月24日11時の時点の量です。",
)
SHOWN = [
    CARD.title,
    CARD.lead,
    *(each for row in CARD.rows for each in (row.label, row.value)),
    CARD.note,
]


class BotWithCards:
    """Shows the card, and the page where there is more."""

    def __init__(self, page: str) -> None:
        self._page = page

    async def turn(self, item):
        words = f"{WORDS}\nくわしくは {self._page} へ。"
        return Answer([BotMessage(words, [("追加する", "/buy")], CARD)], None)


@pytest.fixture(scope="module")
def chat(settings, tmp_path_factory):
    """The address of the web chat, whose bot has a card."""
    folder = tmp_path_factory.mktemp("cards")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    changed = {"database_url": f"sqlite:///{folder}/db", "public_url": address}
    helpdesk = build(settings.model_copy(update=changed), lambda: datetime.now(UTC))
    helpdesk.database.migrate()
    bot = BotWithCards(f"{address}/mypage")
    with serving(PublicApplication(helpdesk, bot).asgi(), port):
        yield f"{address}/chat"
    helpdesk.database.engine.dispose()


@pytest.fixture
def page(browser):
    """A page as wide as the narrowest phone; complains of any console error."""
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page, errors = context.new_page(), []
    page.on("console", lambda said: said.type == "error" and errors.append(said.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def sees_the_card(page: Page) -> None:
    bubble = page.locator('.entry[data-from="bot"] .bubble')
    expect(bubble.locator("p, dt, dd:not(.card-bar)")).to_have_text(SHOWN)
    bars = bubble.locator("progress")
    assert bars.evaluate_all("all => all.map((each) => each.value)") == [0.57, 0.97]
    expect(bubble.get_by_role("link")).to_have_count(1)
    expect(page.get_by_role("button", name="追加する")).to_be_visible()
    # To a reader of screens, the bars and the words of the message say it twice.
    expect(bubble.get_by_role("progressbar")).to_have_count(0)
    expect(page.get_by_text(WORDS)).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert page.locator("#scroller").evaluate("it => it.scrollWidth") == 320


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_card_is_shown_in_place_of_the_words(page, chat, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(chat)

    say(page, "データの残りは？")

    sees_the_card(page)
    page.reload()
    sees_the_card(page)


def test_words_are_read_where_there_is_no_script(browser, chat):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(chat)
    page.get_by_role("textbox", name="メッセージ").fill("データの残りは？")
    page.get_by_role("button", name="送信").click()

    expect(page.locator(".entry").first).to_be_visible()
    for _ in range(50):
        if page.get_by_text(WORDS).count():
            break
        page.wait_for_timeout(100)
        page.reload()

    expect(page.get_by_text(WORDS)).to_be_visible()
    context.close()


def test_card_is_shown_on_line(page):
    platform = LinePlatform("a secret", "a token")
    line = LineMessages("https://help.example", {}, {"bot": "ヘルプ"}, "#06845B")
    said = Message(1, "bot", WORDS, datetime.now(UTC), card=CARD)
    [message] = [each.to_dict() for each in line.render([said])]
    aiko = platform.add_user("アイコ")

    with running(platform) as address:
        answer = httpx.post(
            f"{address}/v2/bot/message/push",
            json={"to": aiko, "messages": [message]},
            headers={"Authorization": "Bearer a token"},
            trust_env=False,
        )
        page.goto(f"{address}/")
        card = page.locator(".card.flex")

        expect(card.locator("p")).to_have_text(SHOWN)
        for text in card.locator("p").all():
            expect(text).to_be_visible()
            assert text.evaluate("it => it.scrollWidth <= it.clientWidth")
        bars = card.locator(".flex-box:has(> .flex-filler)")
        assert bars.evaluate_all(
            "all => all.map((it) => [it.offsetHeight, Math.round("
            "100 * it.offsetWidth / it.parentElement.offsetWidth)])"
        ) == [[6, 57], [6, 97]]
        assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert (answer.status_code, platform.problems) == (200, [])
