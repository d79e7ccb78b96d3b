"""The channel on LINE as a whole: the application at work, and LINE, over HTTP."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn
from bs4 import BeautifulSoup
from sqlalchemy import select

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from helpdesk.gateway.line_channel import LineChannel
from helpdesk.gateway.rasa_client import RasaAway
from helpdesk.gateway.worker import Bot, Hub
from helpdesk.public import PublicApplication
from helpdesk.services.account_link import LineAway
from helpdesk.services.linking import PageExpired
from helpdesk.services.ports import InboxItem
from helpdesk.services.sample_world import line_user_id
from helpdesk.services.turns import Answer, BotMessage
from helpdesk.storage import line_tables, tables
from tests.converse.stage import free_port
from tests.fakes import FakeClock
from tests.gateway.bots import BotThatIsAway, FakeBot
from tests.gateway.test_line_client import SECRET, TOKEN, Host, QuickLoop, hosting
from tests.line_platform import Faults, LinePlatform, Pace, application, signature

BOT = "いつでもヘルプ"
DELAYED = "お待ちください"
LEAVE = re.compile(r"/v2/bot/(group|room)/[CR][0-9a-f]{32}/leave")


class Product:
    """The services with a channel on LINE, and the application while it runs."""

    def __init__(self, helpdesk: Helpdesk, line: LinePlatform, address: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        update = {
            "line_channel_secret": SECRET,
            "line_channel_access_token": TOKEN,
            "line_api_url": address,
            "line_access_url": address,
            "public_url": self.url,
        }
        settings = helpdesk.settings.model_copy(update=update)
        self.helpdesk = replace(helpdesk, settings=settings)
        self.line = line
        line.webhook_url = f"{self.url}/line/webhook"

    @contextmanager
    def at_work(self, bot: Bot, speed: float = 1) -> Iterator[PublicApplication]:
        """Serves until the block ends; time passes `speed` times as fast in it."""
        application = PublicApplication(self.helpdesk, bot)
        config = uvicorn.Config(
            application.asgi(), port=self.port, log_level="error", lifespan="on"
        )
        server = uvicorn.Server(config)

        def serve() -> None:
            with asyncio.Runner(loop_factory=lambda: QuickLoop(speed)) as runner:
                runner.run(server.serve())

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        wait_for(lambda: server.started or not thread.is_alive())
        try:
            yield application
        finally:
            server.should_exit = True
            thread.join(10)
        assert not thread.is_alive()

    def customer(self, user: str) -> str:
        user_hash = self.helpdesk.cipher.fingerprint(user)
        with self.helpdesk.database.reading() as unit:
            customer = unit.line_accounts.customer_of(user_hash)
        assert customer is not None
        return customer

    def rows(self, table: Any) -> list[dict[str, Any]]:
        with self.helpdesk.database.engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(select(table))]

    def unsorted(self) -> list[dict[str, Any]]:
        events = self.rows(line_tables.line_events)
        return [event for event in events if event["sorted_at"] is None]

    def said(self, user: str) -> list[tuple[str, str]]:
        """How each bubble came, and its text."""
        return [
            (entry.how, entry.text)
            for entry in self.line.chat(user)
            if entry.sender == "bot"
        ]

    def say(self, customer: str, text: str) -> None:
        """As an operator."""
        with self.helpdesk.database.writing() as unit:
            clock = self.helpdesk.clock
            unit.conversations.say(customer, "operator", text, clock())

    def links(self, customer: str) -> list[tuple[str, str]]:
        return [
            (link.subscription, link.role.value)
            for link, _ in self.helpdesk.linking.links_of(customer)
        ]

    def offer(self, customer: str, role: LinkRole) -> str:
        """The address of a page that the bot has just offered."""
        with self.helpdesk.database.writing() as unit:
            token = self.helpdesk.linking.offer_page(unit, customer, role)
        path = {LinkRole.HOLDER: "holder", LinkRole.END_USER: "end-user"}[role]
        return f"/link/{path}?t={token}"


def wait_for(condition: Callable[[], object], seconds: float = 20) -> None:
    """Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.003)


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    with hosting() as host:
        yield host


@pytest.fixture
def line(host: Host, clock: FakeClock) -> Iterator[LinePlatform]:
    """LINE on the services' clock."""
    pace = Pace(pause=0.005, longest_pause=0.01)
    platform = LinePlatform(SECRET, TOKEN, None, clock, pace=pace)
    host.app = application(platform)
    yield platform
    platform.close()
    assert platform.problems == []


@pytest.fixture
def product(helpdesk: Helpdesk, line: LinePlatform, host: Host) -> Product:
    return Product(helpdesk, line, host.address)


@pytest.fixture
def aiko(line: LinePlatform) -> str:
    return line.add_user("アイコ", line_user_id("aiko"))


@pytest.fixture
def eita(line: LinePlatform) -> str:
    return line.add_user("エイタ", line_user_id("eita"))


@pytest.fixture
def stranger(line: LinePlatform) -> str:
    """Somebody of whom nothing is known."""
    return line.add_user("ナナ")


class Phone:
    """The browser on a phone, which follows nothing by itself."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, trust_env=False)
        self._csrf = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def open(self, address: str) -> httpx.Response:
        page = self._http.get(address)
        field = BeautifulSoup(page.text, "html.parser").select_one("input[name=csrf]")
        self._csrf = str(field["value"]) if field else self._csrf
        return page

    def send(self, address: str, step: str, **fields: str) -> httpx.Response:
        path, _, token = address.partition("?t=")
        data = {"csrf": self._csrf, "t": token, "step": step} | fields
        return self._http.post(path, data=data)

    def log_in(self, address: str, login: str) -> httpx.Response:
        """The answer to the right login on a page of the holder's."""
        self.open(address)
        password = f"Sample-{login.capitalize()}"
        return self.send(address, "login", login_id=login, password=password)


def step_of(page: httpx.Response) -> str:
    article = BeautifulSoup(page.text, "html.parser").select_one("[data-step]")
    return str(article["data-step"]) if article else ""


# --- Talking --------------------------------------------------------------------------


def test_message_is_answered_by_its_reply_token(product: Product, stranger: str):
    with product.at_work(FakeBot()):
        product.line.deliver(stranger, "こんにちは")
        product.line.wait_for(lambda: product.said(stranger))

    (bubble,) = [each for each in product.line.chat(stranger) if each.sender == "bot"]
    (event,) = product.line.events
    assert (bubble.text, bubble.how, bubble.sender_name, bubble.event_id) == (
        "「こんにちは」ですね。",
        "reply",
        BOT,
        event,
    )
    assert (product.line.pushes, product.customer(stranger)[:5]) == (0, "line-")


def test_customers_talk_at_the_same_time_and_each_in_order(
    product: Product, aiko: str, eita: str, stranger: str, clock: FakeClock
):
    users = (aiko, eita, stranger)

    with product.at_work(FakeBot()):
        for text in "一二三":
            clock.forward(seconds=1)
            for user in users:
                product.line.say(user, text)
        product.line.wait_for(
            lambda: all(len(product.said(user)) == 3 for user in users)
        )

    for user in users:
        assert [text for _, text in product.said(user)] == [
            f"「{text}」ですね。" for text in "一二三"
        ]


def test_dots_are_shown_before_the_answer_and_never_after_it(
    product: Product, aiko: str
):
    async def think(_: InboxItem) -> None:
        await asyncio.to_thread(wait_for, lambda: product.line.loading(aiko))

    with product.at_work(FakeBot(think)):
        for text in "一二三":
            product.line.deliver(aiko, text)
        product.line.wait_for(lambda: len(product.said(aiko)) == 3)

    talk = [
        call.path.rpartition("/")[2]
        for call in product.line.calls
        if "loading" in call.path or "message/reply" in call.path
    ]
    assert (talk[0], talk[-1]) == ("start", "reply")
    assert product.line.loading(aiko) is False


def test_tapped_menu_and_button_are_answered(product: Product, aiko: str):
    class AskingBot(FakeBot):
        async def turn(self, item: InboxItem) -> Answer:
            self.asked.append(item.payload or item.text or "")
            return Answer([BotMessage("どれですか", [("連携", "/ask_linking")])], None)

    bot = AskingBot()
    with product.at_work(bot):
        product.line.send(aiko, {"type": "postback", "data": "1:menu:help"})
        product.line.wait_for(lambda: product.said(aiko))
        product.line.tap(aiko, "連携")
        product.line.wait_for(lambda: len(product.said(aiko)) == 2)

    assert bot.asked == ["/ask_capabilities", "/ask_linking"]


def test_held_lines_and_the_next_answer_share_its_token(
    product: Product, aiko: str, clock: FakeClock
):
    def is_pushed() -> bool:
        return any(call.path.endswith("/push") for call in product.line.calls)

    async def think(item: InboxItem) -> None:
        if item.text == "まだですか":
            # Long enough for whoever does not wait for the answer.
            with suppress(TimeoutError):
                await asyncio.to_thread(
                    wait_for, lambda: len(product.said(aiko)) > 1, 0.3
                )

    product.line.quota.limit = 0
    with product.at_work(FakeBot(think)) as app:
        product.line.deliver(aiko, "一")
        product.line.wait_for(lambda: product.said(aiko))
        clock.forward(minutes=5)
        product.say("aiko", "担当の者です。")
        app._loop.call_soon_threadsafe(app._line._hub.tell, "aiko")
        product.line.wait_for(is_pushed)
        product.line.deliver(aiko, "まだですか")
        wait_for(lambda: not product.unsorted() and not _pending(product))
        with suppress(TimeoutError):
            product.line.wait_for(lambda: len(product.said(aiko)) == 3)

    assert [text for _, text in product.said(aiko)][1:] == [
        "担当の者です。",
        "「まだですか」ですね。",
    ]


# --- Who we are, and where we are not -------------------------------------------------


def test_call_for_another_account_is_refused_once_we_know_who_we_are(
    product: Product, aiko: str
):
    event = {
        "type": "message",
        "webhookEventId": "a",
        "source": {"type": "user", "userId": aiko},
        "message": {"id": "1", "type": "text", "text": "こんにちは"},
    }
    another = {"destination": f"U{'0' * 32}", "events": [event]}
    body = json.dumps(another).encode()
    headers = {"x-line-signature": signature(SECRET, body)}

    with (
        product.at_work(FakeBot()) as app,
        httpx.Client(base_url=product.url, trust_env=False) as http,
    ):
        wait_for(lambda: app._line._webhook.destination)
        refused = http.post("/line/webhook", content=body, headers=headers)
        product.line.deliver(aiko, "こんにちは")

    texts = [each.text for each in product.helpdesk.conversations.messages("aiko")]
    assert (refused.status_code, texts[0]) == (403, "こんにちは")
    assert "a" not in [
        event["event_id"] for event in product.rows(line_tables.line_events)
    ]


def test_webhooks_are_taken_while_line_does_not_say_who_we_are(
    product: Product, aiko: str, caplog: pytest.LogCaptureFixture
):
    product.line.faults = Faults(error_500={"other": 1})

    with product.at_work(FakeBot(), speed=50) as app:
        product.line.deliver(aiko, "こんにちは")
        product.line.wait_for(lambda: product.said(aiko))
        unknown = app._line._webhook.destination
        product.line.faults = Faults()
        wait_for(lambda: app._line._webhook.destination)

    assert (unknown, app._line._webhook.destination) == (
        None,
        product.line.bot_user_id,
    )
    assert "LINE does not say who we are" in caplog.text


@pytest.mark.parametrize("kind", ["group", "room"])
def test_group_is_left_once_and_nothing_is_said_in_it(
    product: Product, aiko: str, kind: str
):
    customers = len(product.rows(tables.customers))
    bot = FakeBot()

    with product.at_work(bot):
        chat = product.line.add_group([aiko], kind)
        hello = {"type": "text", "text": "連携の状態を教えて"}
        product.line.send(aiko, hello, group_id=chat)
        product.line.wait_for(lambda: not product.line.chats[chat].friend)
        product.line.settle()
        wait_for(lambda: not product.unsorted())

    left = [call for call in product.line.calls if LEAVE.fullmatch(call.path)]
    assert [(call.path.split("/")[3], call.status) for call in left] == [(kind, 200)]
    assert (product.said(chat), bot.asked) == ([], [])
    assert len(product.rows(tables.customers)) == customers


def test_group_is_left_when_we_are_invited(product: Product, aiko: str):
    with product.at_work(FakeBot()):
        chat = product.line.send(aiko, {"type": "join"}).chat_id or ""
        product.line.wait_for(lambda: not product.line.chats[chat].friend)
        product.line.settle()

    assert product.said(chat) == []


def test_standby_is_silent(product: Product, aiko: str):
    bot = FakeBot()

    with product.at_work(bot):
        hello = {"type": "text", "text": "モジュールに話しています"}
        product.line.send(aiko, hello, mode="standby")
        product.line.settle()
        product.line.deliver(aiko, "こんにちは")
        product.line.wait_for(lambda: product.said(aiko))

    assert bot.asked == ["こんにちは"]


def test_without_an_access_token_webhooks_are_stored_and_nothing_is_sent(
    product: Product, aiko: str, caplog: pytest.LogCaptureFixture
):
    none = {"line_channel_access_token": ""}
    settings = product.helpdesk.settings.model_copy(update=none)
    product.helpdesk = replace(product.helpdesk, settings=settings)
    bot = FakeBot()

    with product.at_work(bot):
        product.line.deliver(aiko, "こんにちは")
        wait_for(lambda: bot.asked)

    assert (product.line.calls, product.said(aiko)) == ([], [])
    assert "LINE_CHANNEL_ACCESS_TOKEN is missing" in caplog.text


# --- Account links --------------------------------------------------------------------


def test_holder_page_leads_to_line_which_confirms_the_link(
    product: Product, eita: str, line: LinePlatform
):
    bot = FakeBot()

    with product.at_work(bot), Phone(product.url) as phone:
        line.deliver(eita, "契約者連携")
        line.wait_for(lambda: product.said(eita))
        address = product.offer("eita", LinkRole.HOLDER)
        sent_on = phone.log_in(address, "eita-1")
        before = product.links("eita")
        confirmed = httpx.get(sent_on.headers["location"], trust_env=False)
        line.wait_for(lambda: len(product.said(eita)) > 1)

    there = urlsplit(sent_on.headers["location"])
    query = parse_qs(there.query)
    assert (sent_on.status_code, there.path) == (303, "/dialog/bot/accountLink")
    assert sorted(query) == ["linkToken", "nonce"]
    assert re.fullmatch(r"[\w-]{43}", query["nonce"][0])
    assert (before, confirmed.status_code) == ([], 200)
    subscription = product.helpdesk.sample_world.contracts()[0].id
    assert product.links("eita") == [(subscription, "holder")]
    assert bot.asked[-1] == (
        f'/EXTERNAL_holder_linked{{"subscription": "{subscription}"}}'
    )
    # The event of the link brings a token of its own: saying so costs nothing.
    assert product.said(eita)[-1][0] == "reply"


def test_end_user_page_leads_to_line_which_confirms_the_link(
    product: Product, eita: str, line: LinePlatform
):
    with product.at_work(FakeBot()), Phone(product.url) as phone:
        line.deliver(eita, "利用者連携")
        address = product.offer("eita", LinkRole.END_USER)
        phone.open(address)
        asked = phone.send(address, "code", user_code="24681357902468131")
        phone.open(address)
        sent_on = phone.send(address, "confirm", decision="confirm")
        httpx.get(sent_on.headers["location"], trust_env=False)
        wait_for(lambda: product.links("eita"))

    assert (step_of(asked), sent_on.status_code) == ("confirm", 303)
    subscription = product.helpdesk.sample_world.contracts()[0].id
    assert product.links("eita") == [(subscription, "end_user")]


def test_form_may_lead_to_line(product: Product, eita: str):
    """Browsers also hold the redirect of a form against the policy of its page."""
    with product.at_work(FakeBot()), Phone(product.url) as phone:
        page = phone.open(product.offer("eita", LinkRole.HOLDER))

    access = product.helpdesk.settings.line_access_url
    policy = page.headers["content-security-policy"]
    (forms,) = [part for part in policy.split(";") if "form-action" in part]
    assert access in forms


def test_somebody_elses_phone_makes_no_link(
    product: Product, eita: str, stranger: str, line: LinePlatform
):
    bot = FakeBot()

    with product.at_work(bot), Phone(product.url) as phone:
        line.deliver(eita, "契約者連携")
        line.deliver(stranger, "こんにちは")
        line.wait_for(lambda: product.said(eita) and product.said(stranger))
        address = product.offer("eita", LinkRole.HOLDER)
        sent_on = phone.log_in(address, "eita-1").headers["location"]
        httpx.get(f"{sent_on}&as={stranger}", trust_env=False)
        line.wait_for(lambda: len(product.said(eita)) > 1)
        again = httpx.get(sent_on, trust_env=False)

    assert (product.links("eita"), again.status_code) == ([], 400)
    assert bot.asked[-1] == '/EXTERNAL_account_link_failed{"link_role": "holder"}'
    assert len(product.said(stranger)) == 1


def test_nonce_is_good_once(product: Product, eita: str, line: LinePlatform):
    with product.at_work(FakeBot()), Phone(product.url) as phone:
        line.deliver(eita, "契約者連携")
        address = product.offer("eita", LinkRole.HOLDER)
        sent_on = phone.log_in(address, "eita-1").headers["location"]
        httpx.get(sent_on, trust_env=False)
        wait_for(lambda: product.links("eita"))
        (link,) = product.helpdesk.linking.links_of("eita")
        product.helpdesk.linking.unlink("eita", link[0].id)
        nonce = parse_qs(urlsplit(sent_on).query)["nonce"][0]
        line.send(eita, {"type": "accountLink", "result": "ok", "nonce": nonce})
        line.settle()
        wait_for(lambda: not product.unsorted())

    assert product.links("eita") == []


def test_who_has_blocked_us_is_not_linked_behind_lines_back(
    product: Product, eita: str, line: LinePlatform, clock: FakeClock
):
    """Otherwise whoever passes on an address could do without LINE's confirmation."""
    with product.at_work(FakeBot()), Phone(product.url) as phone:
        line.deliver(eita, "契約者連携")
        address = product.offer("eita", LinkRole.HOLDER)
        clock.forward(seconds=1)
        line.send(eita, {"type": "unfollow"})
        line.settle()
        wait_for(lambda: not product.unsorted())
        page = phone.log_in(address, "eita-1")

    assert (step_of(page) == "done", product.links("eita")) == (False, [])


@pytest.mark.parametrize("fault", ["error_500", "rate_429", "timeout"])
def test_page_says_that_line_is_away_and_may_be_sent_again(
    product: Product, eita: str, line: LinePlatform, fault: str
):
    line.faults = Faults(next={"link_token": [fault]}, hang_seconds=0.001)

    with product.at_work(FakeBot()), Phone(product.url) as phone:
        line.deliver(eita, "契約者連携")
        address = product.offer("eita", LinkRole.HOLDER)
        away = phone.log_in(address, "eita-1")
        page = BeautifulSoup(away.text, "html.parser")
        step = page.select_one("input[name=step]")
        again = str(step["value"]) if step else ""
        sent_on = phone.send(address, again, decision="confirm")

    assert (away.status_code, step_of(away)) == (200, "line_away")
    assert sent_on.status_code == 303


def test_page_of_a_customer_of_the_web_does_not_lead_to_line(product: Product):
    with product.at_work(FakeBot()), Phone(product.url) as phone:
        page = phone.log_in(product.offer("eita", LinkRole.HOLDER), "eita-1")

    subscription = product.helpdesk.sample_world.contracts()[0].id
    assert (step_of(page), product.links("eita")) == (
        "done",
        [(subscription, "holder")],
    )


# --- The address for the pages --------------------------------------------------------


@contextmanager
def channel_at_work(product: Product) -> Iterator[LineChannel]:
    with product.at_work(FakeBot()) as app:
        yield app._line


def authenticated(product: Product, customer: str) -> str:
    """The token of a page on which somebody has logged in."""
    token = product.offer(customer, LinkRole.HOLDER).partition("?t=")[2]
    linking = product.helpdesk.linking
    linking.open_page(token, LinkRole.HOLDER)
    subscription = product.helpdesk.sample_world.contracts()[0].id
    linking.authenticate(token, LinkRole.HOLDER, subscription)
    return token


def test_address_is_asked_for_from_any_thread(
    product: Product, eita: str, line: LinePlatform
):
    with channel_at_work(product) as channel:
        line.deliver(eita, "こんにちは")
        wait_for(lambda: not product.unsorted())
        address = channel.account_link_address(
            "eita", authenticated(product, "eita"), LinkRole.HOLDER, may_move=False
        )

    query = parse_qs(urlsplit(address or "").query)
    owner = line.link_tokens.redeem(
        query["linkToken"][0], query["nonce"][0], line.clock()
    )
    assert owner == eita


def test_address_of_who_is_not_on_line_is_none(product: Product):
    with channel_at_work(product) as channel:
        address = channel.account_link_address(
            "eita", authenticated(product, "eita"), LinkRole.HOLDER, may_move=False
        )

    assert address is None


def test_address_while_line_is_away_is_refused(
    product: Product, eita: str, line: LinePlatform
):
    line.faults = Faults(error_500={"link_token": 1})

    with channel_at_work(product) as channel:
        line.deliver(eita, "こんにちは")
        wait_for(lambda: not product.unsorted())
        token = authenticated(product, "eita")
        with pytest.raises(LineAway):
            channel.account_link_address("eita", token, LinkRole.HOLDER, may_move=False)


def test_address_for_a_page_that_is_over_is_refused(
    product: Product, eita: str, line: LinePlatform, clock: FakeClock
):
    with channel_at_work(product) as channel:
        line.deliver(eita, "こんにちは")
        wait_for(lambda: not product.unsorted())
        token = authenticated(product, "eita")
        clock.forward(minutes=11)
        with pytest.raises(PageExpired):
            channel.account_link_address("eita", token, LinkRole.HOLDER, may_move=False)


def test_address_before_the_start_is_refused(
    product: Product, eita: str, line: LinePlatform
):
    with channel_at_work(product):
        line.deliver(eita, "こんにちは")
    channel = LineChannel(product.helpdesk, Hub(), lambda customer: None)

    with pytest.raises(LineAway):
        channel.account_link_address(
            "eita", authenticated(product, "eita"), LinkRole.HOLDER, may_move=False
        )


# --- Restarts -------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["timeout", "timeout_accepted"])
def test_answer_that_a_restart_cut_off_is_said_once(
    product: Product, aiko: str, fault: str
):
    product.line.faults = Faults(next={"reply": [fault]}, hang_seconds=60)
    replies = [*_replies(product)]

    with product.at_work(FakeBot()):
        product.line.deliver(aiko, "こんにちは")
        wait_for(lambda: len(_replies(product)) > len(replies))
    with product.at_work(FakeBot()):
        wait_for(lambda: _settled(product))

    assert product.said(aiko) == [("reply", "「こんにちは」ですね。")]


def test_message_that_a_restart_cut_off_is_answered_once(product: Product, aiko: str):
    async def hang(_: InboxItem) -> None:
        await asyncio.Event().wait()

    hanging, bot = FakeBot(hang), FakeBot()
    with product.at_work(hanging):
        product.line.deliver(aiko, "こんにちは")
        wait_for(lambda: hanging.asked)
    with product.at_work(bot):
        product.line.wait_for(lambda: product.said(aiko))

    assert product.said(aiko) == [("reply", "「こんにちは」ですね。")]


def test_what_comes_while_we_are_away_is_answered_once(
    product: Product, aiko: str, clock: FakeClock
):
    product.line.say(aiko, "一")
    clock.forward(seconds=1)
    product.line.say(aiko, "二")
    product.line.wait_for(lambda: len(product.line.deliveries) > 3)

    with product.at_work(FakeBot()):
        product.line.wait_for(lambda: len(product.said(aiko)) == 2)
        product.line.redeliver_all(3, shuffle=True)
        product.line.settle()
        wait_for(lambda: not product.unsorted())

    assert product.said(aiko) == [
        ("reply", "「一」ですね。"),
        ("reply", "「二」ですね。"),
    ]


def _replies(product: Product) -> list[str]:
    return [call.path for call in product.line.calls if "message/reply" in call.path]


def _settled(product: Product) -> bool:
    calls = product.rows(line_tables.line_calls)
    return bool(calls) and all(call["state"] != "open" for call in calls)


# --- Waiting, and taking back ---------------------------------------------------------


def test_customer_on_line_is_told_of_a_delay_only_before_the_token_dies(
    product: Product, aiko: str
):
    """On the web it is told after six seconds; on LINE the dots say so meanwhile."""
    bot = BotThatIsAway()

    with product.at_work(bot, speed=40):
        product.line.deliver(aiko, "こんにちは")
        wait_for(lambda: bot.calls)
        began = time.monotonic()
        product.line.wait_for(lambda: product.said(aiko))
        waited = (time.monotonic() - began) * 40
        bot.is_back = True
        product.line.wait_for(lambda: len(product.said(aiko)) == 2)

    (note, answer) = product.said(aiko)
    assert DELAYED in note[1] or note[1] == product.helpdesk.catalog.wording.delayed
    assert (note[0], answer) == ("reply", ("push", "お待たせしました。"))
    assert 10 < waited < 57


def test_message_taken_back_while_the_bot_is_away_is_not_answered(
    product: Product, aiko: str
):
    bot = BotThatIsAway()

    with product.at_work(bot, speed=20):
        sent = product.line.deliver(aiko, "やっぱりやめます")
        wait_for(lambda: bot.calls)
        product.line.send(aiko, {"type": "unsend", "message_id": sent.message_id})
        product.line.settle()
        wait_for(lambda: not product.unsorted())
        wait_for(lambda: _pending(product) == [])
        bot.is_back = True
        product.line.deliver(aiko, "こんにちは")
        product.line.wait_for(lambda: product.said(aiko))

    assert [text for _, text in product.said(aiko)] == ["お待たせしました。"]


def test_message_taken_back_is_forgotten_by_the_bot_once(product: Product, aiko: str):
    bot = FakeBot()

    with product.at_work(bot):
        sent = product.line.deliver(aiko, "秘密です")
        product.line.wait_for(lambda: product.said(aiko))
        product.line.send(aiko, {"type": "unsend", "message_id": sent.message_id})
        wait_for(lambda: bot.forgotten)
        product.line.deliver(aiko, "こんにちは")
        product.line.wait_for(lambda: len(product.said(aiko)) == 2)

    (erasure,) = product.rows(line_tables.erasures)
    assert bot.forgotten == [("aiko", sent.event_id)]
    assert (erasure["event_id"], erasure["done_at"] is not None) == (
        sent.event_id,
        True,
    )
    texts = [each.text for each in product.helpdesk.conversations.messages("aiko")]
    assert "秘密です" not in texts


def test_bot_that_is_away_forgets_when_it_is_back(product: Product, aiko: str):
    class ForgetfulBot(FakeBot):
        is_back = False
        tries = 0

        async def forget(self, customer: str, event_id: str) -> None:
            self.tries += 1
            if not self.is_back:
                raise RasaAway("ConnectError")
            await super().forget(customer, event_id)

    bot = ForgetfulBot()
    with product.at_work(bot, speed=20):
        sent = product.line.deliver(aiko, "秘密です")
        product.line.wait_for(lambda: product.said(aiko))
        product.line.send(aiko, {"type": "unsend", "message_id": sent.message_id})
        wait_for(lambda: bot.tries > 2)
        due = product.helpdesk.conversations.erasures("aiko")
        bot.is_back = True
        wait_for(lambda: bot.forgotten)
        wait_for(lambda: not product.helpdesk.conversations.erasures("aiko"))

    assert (due, bot.forgotten) == ([sent.event_id], [("aiko", sent.event_id)])


def test_erasure_is_not_forgotten_by_a_restart(product: Product, aiko: str):
    away, back = BotThatIsAway(), FakeBot()
    away.is_back = True

    with product.at_work(away):
        sent = product.line.deliver(aiko, "秘密です")
        product.line.wait_for(lambda: product.said(aiko))
        away.is_back = False
        product.line.send(aiko, {"type": "unsend", "message_id": sent.message_id})
        product.line.settle()
    with product.at_work(back):
        wait_for(lambda: back.forgotten)

    assert back.forgotten == [("aiko", sent.event_id)]


def _pending(product: Product) -> list[int]:
    return [
        item["id"] for item in product.rows(tables.inbox) if not item["finished_at"]
    ]


# --- Logs -----------------------------------------------------------------------------


def test_logs_hold_nothing_personal(
    product: Product, eita: str, line: LinePlatform, caplog: pytest.LogCaptureFixture
):
    """From the message to the link, LINE and the bot failing on the way."""
    line.faults = Faults(
        next={
            "reply": ["error_500"],
            "link_token": ["error_500"],
            "other": ["timeout"],
        },
        hang_seconds=0.001,
    )
    failing = FakeBot()

    async def fail_once(_: InboxItem) -> None:
        if len(failing.asked) == 1:
            raise RasaAway("ConnectError")

    failing._meanwhile = fail_once
    with (
        caplog.at_level(logging.DEBUG, "helpdesk"),
        product.at_work(failing, speed=20),
        Phone(product.url) as phone,
    ):
        line.deliver(eita, "秘密の話です")
        wait_for(lambda: failing.asked)
        address = product.offer("eita", LinkRole.HOLDER)
        phone.log_in(address, "eita-1")
        sent_on = phone.log_in(address, "eita-1").headers["location"]
        httpx.get(sent_on, trust_env=False)
        wait_for(lambda: product.links("eita"))

    query = parse_qs(urlsplit(sent_on).query)
    told = "\n".join(
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("helpdesk")
    )
    tokens = [event.reply_token or "none" for event in line.events.values()]
    secrets = [eita, "秘密", "eita", TOKEN, SECRET, address.partition("=")[2]]
    for secret in (*secrets, *tokens, *query["nonce"], *query["linkToken"]):
        assert secret not in told
    loud = {
        record.name.partition(".")[0]
        for record in caplog.records
        if record.levelno >= logging.WARNING
    }
    assert loud <= {"helpdesk"}
