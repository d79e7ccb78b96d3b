"""The worker: in order, in parallel, once; through restarts and a bot that is away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.gateway.worker import Bot, Hub, Pace, TurnWorker
from helpdesk.services.ports import InboxItem
from helpdesk.services.turns import Answer
from tests.gateway.bots import BotThatIsAway, FakeBot, until

QUICK = Pace(patience=30, first_pause=0.005, longest_pause=0.01, poll=0.005)
IMPATIENT = Pace(patience=0.01, first_pause=0.005, longest_pause=0.01, poll=0.005)


class Desk:
    """The services, a hub, and workers on them."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self._conversations = helpdesk.conversations
        self.hub = Hub()
        self.swept: list[int] = []

    @asynccontextmanager
    async def worker(
        self,
        bot: Bot,
        pace: Pace = QUICK,
        sweep: Callable[[], object] | None = None,
    ) -> AsyncIterator[TurnWorker]:
        def sweeping() -> None:
            self.swept.append(len(self.swept))

        worker = TurnWorker(
            self._conversations,
            bot,
            self.hub,
            "お待ちください。",
            sweep or sweeping,
            pace,
        )
        yield worker
        await worker.close()

    @asynccontextmanager
    async def polling(
        self,
        bot: Bot,
        pace: Pace = QUICK,
        sweep: Callable[[], object] | None = None,
    ) -> AsyncIterator[TurnWorker]:
        async with self.worker(bot, pace, sweep) as worker:
            polling = asyncio.create_task(worker.run())
            yield worker
            polling.cancel()
            with suppress(asyncio.CancelledError):
                await polling

    def write(self, customer: str, *texts: str) -> None:
        for text in texts:
            self._conversations.accept_text(customer, text, f"client-{text}")

    def pending(self) -> list[str]:
        return self._conversations.customers_with_pending()

    async def settled(self) -> None:
        await until(lambda: not self.pending())

    def said(self, customer: str) -> list[tuple[str, str]]:
        """Author and text of each line."""
        return [
            (message.author, message.text)
            for message in self._conversations.messages(customer)
        ]


@pytest.fixture
def desk(helpdesk: Helpdesk) -> Desk:
    return Desk(helpdesk)


async def test_messages_of_a_customer_are_answered_in_order(desk: Desk):
    desk.write("aiko", "一", "二", "三")

    async with desk.worker(FakeBot()) as worker:
        worker.wake("aiko")
        await desk.settled()

    assert desk.said("aiko") == [
        *[("customer", text) for text in "一二三"],
        *[("bot", f"「{text}」ですね。") for text in "一二三"],
    ]


async def test_message_that_comes_during_a_turn_is_answered_after_it(desk: Desk):
    async def write_once(item: InboxItem) -> None:
        if item.text == "一":
            await asyncio.to_thread(desk.write, "aiko", "二")
            worker.wake("aiko")

    bot = FakeBot(write_once)
    desk.write("aiko", "一")

    async with desk.worker(bot) as worker:
        worker.wake("aiko")
        await until(lambda: len(bot.asked) > 1)
        await desk.settled()

    assert (desk.said("aiko")[2:], bot.asked) == (
        [("bot", "「一」ですね。"), ("bot", "「二」ですね。")],
        ["一", "二"],
    )


async def test_turns_of_one_customer_never_run_at_the_same_time(desk: Desk):
    running, most = 0, 0

    async def count(_: InboxItem) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)
        running -= 1

    desk.write("aiko", "一", "二", "三")
    async with desk.polling(FakeBot(count)) as worker:
        for _ in range(5):
            worker.wake("aiko")
        await desk.settled()

    assert (most, len(desk.said("aiko"))) == (1, 6)


async def test_many_customers_are_answered_at_the_same_time(desk: Desk):
    customers = ["aiko", "eita", "mika", "kenji"]
    together = asyncio.Barrier(len(customers))

    async def meet(_: InboxItem) -> None:
        async with asyncio.timeout(5):
            await together.wait()

    for customer in customers:
        desk.write(customer, f"{customer}です")
    async with desk.worker(FakeBot(meet)) as worker:
        for customer in customers:
            worker.wake(customer)
        await desk.settled()

    assert [desk.said(customer) for customer in customers] == [
        [("customer", f"{customer}です"), ("bot", f"「{customer}です」ですね。")]
        for customer in customers
    ]


async def test_bot_that_is_away_answers_once_when_back_and_the_wait_is_told_once(
    desk: Desk,
):
    bot = BotThatIsAway()
    desk.write("aiko", "こんにちは")

    async with desk.polling(bot, IMPATIENT) as worker:
        worker.wake("aiko")
        await until(lambda: len(desk.said("aiko")) > 1 and bot.calls > 5)
        bot.is_back = True
        await desk.settled()

    assert desk.said("aiko") == [
        ("customer", "こんにちは"),
        ("system", "お待ちください。"),
        ("bot", "お待たせしました。"),
    ]


async def test_slow_bot_is_told_of_too(desk: Desk):
    async def be_slow(_: InboxItem) -> None:
        await until(lambda: len(desk.said("aiko")) > 1)

    desk.write("aiko", "こんにちは")
    async with desk.worker(FakeBot(be_slow), IMPATIENT) as worker:
        worker.wake("aiko")
        await desk.settled()

    assert desk.said("aiko") == [
        ("customer", "こんにちは"),
        ("system", "お待ちください。"),
        ("bot", "「こんにちは」ですね。"),
    ]


async def test_short_absence_is_not_told(desk: Desk):
    bot = BotThatIsAway()
    desk.write("aiko", "こんにちは")

    async with desk.worker(bot) as worker:
        worker.wake("aiko")
        await until(lambda: bot.calls > 2)
        bot.is_back = True
        await desk.settled()

    assert desk.said("aiko") == [
        ("customer", "こんにちは"),
        ("bot", "お待たせしました。"),
    ]


async def test_wait_is_told_once_through_a_restart(desk: Desk):
    bot = BotThatIsAway()
    desk.write("aiko", "こんにちは")

    for _ in range(2):
        calls = bot.calls
        async with desk.polling(bot, IMPATIENT):
            await until(lambda: len(desk.said("aiko")) > 1)
            await until(lambda before=calls: bot.calls > before + 5)
    bot.is_back = True
    async with desk.polling(bot, QUICK):
        await desk.settled()

    assert [author for author, _ in desk.said("aiko")] == ["customer", "system", "bot"]


async def test_turn_that_was_stopped_is_made_by_the_next_worker(desk: Desk):
    forever = asyncio.Event()

    async def hang(_: InboxItem) -> None:
        await forever.wait()

    first, second = FakeBot(hang), FakeBot()
    desk.write("aiko", "こんにちは")
    async with desk.worker(first) as worker:
        worker.wake("aiko")
        await until(lambda: bool(first.asked))
    waiting = desk.pending()
    async with desk.polling(second):
        await desk.settled()

    assert (waiting, desk.said("aiko"), second.asked) == (
        ["aiko"],
        [("customer", "こんにちは"), ("bot", "「こんにちは」ですね。")],
        ["こんにちは"],
    )


async def test_failure_that_nobody_expects_is_logged_without_text_and_tried_again(
    desk: Desk, caplog: pytest.LogCaptureFixture
):
    async def fail_once(_: InboxItem) -> None:
        if len(bot.asked) == 1:
            raise ZeroDivisionError

    bot = FakeBot(fail_once)
    desk.write("aiko", "秘密の話です")
    with caplog.at_level(logging.DEBUG, "helpdesk"):
        async with desk.polling(bot):
            await desk.settled()

    assert desk.said("aiko")[1:] == [("bot", "「秘密の話です」ですね。")]
    assert [
        (record.levelname, record.getMessage(), record.exc_info is not None)
        for record in caplog.records
    ] == [("ERROR", "Failed while answering a message", True)]
    assert "秘密" not in caplog.text


async def test_away_bot_is_logged_without_text(
    desk: Desk, caplog: pytest.LogCaptureFixture
):
    bot = BotThatIsAway()
    desk.write("aiko", "秘密の話です")

    with caplog.at_level(logging.DEBUG, "helpdesk"):
        async with desk.worker(bot) as worker:
            worker.wake("aiko")
            await until(lambda: bot.calls > 0)
            bot.is_back = True
            await desk.settled()

    assert {record.getMessage() for record in caplog.records} == {
        "Rasa is away (ConnectError); trying again"
    }


async def test_answer_is_dropped_when_an_operator_took_over_meanwhile(
    desk: Desk, helpdesk: Helpdesk
):
    async def take_over(item: InboxItem) -> None:
        await asyncio.to_thread(helpdesk.handoffs.request, item.customer, "request")
        await asyncio.to_thread(helpdesk.talks.claim, item.customer, "op1")

    bot = FakeBot(take_over)
    desk.write("aiko", "一", "二")
    async with desk.worker(bot) as worker:
        worker.wake("aiko")
        await desk.settled()

    assert (desk.said("aiko"), bot.asked) == (
        [
            *(("customer", "一"), ("customer", "二")),
            ("system", "オペレーターの佐藤が承ります。"),
        ],
        ["一"],
    )


async def test_polling_sweeps_at_once_and_seldom(desk: Desk):
    async with desk.polling(FakeBot()):
        await until(lambda: bool(desk.swept))
        desk.write("aiko", "こんにちは")
        await desk.settled()

    assert desk.swept == [0]


async def test_sweep_that_fails_stops_nobody(
    desk: Desk, caplog: pytest.LogCaptureFixture
):
    def fail() -> None:
        raise ZeroDivisionError

    async with desk.polling(FakeBot(), sweep=fail):
        await until(lambda: bool(caplog.records))
        desk.write("aiko", "こんにちは")
        await desk.settled()

    assert [record.getMessage() for record in caplog.records] == [
        "Failed while looking for waiting messages"
    ]


async def test_customer_sees_the_bot_typing_during_the_turn(desk: Desk):
    seen: list[bool] = []

    async def look(item: InboxItem) -> None:
        seen.append(desk.hub.is_typing(item.customer))
        seen.append(desk.hub.is_typing("eita"))

    desk.write("aiko", "こんにちは")
    async with desk.hub.listen("aiko") as news, desk.worker(FakeBot(look)) as worker:
        worker.wake("aiko")
        await news.wait()
        await desk.settled()
        await until(lambda: not desk.hub.is_typing("aiko"))

    assert seen == [True, False]


async def test_typing_ends_when_the_worker_is_stopped(desk: Desk):
    bot = BotThatIsAway()
    desk.write("aiko", "こんにちは")

    async with desk.worker(bot) as worker:
        worker.wake("aiko")
        await until(lambda: desk.hub.is_typing("aiko"))

    assert desk.hub.is_typing("aiko") is False


async def test_hub_wakes_all_who_wait_for_this_customer_and_no_others():
    hub = Hub()

    async with (
        hub.listen("aiko") as first,
        hub.listen("aiko") as second,
        hub.listen("eita") as other,
    ):
        hub.tell("aiko")
        hub.tell("nobody")
        told = [news.is_set() for news in (first, second, other)]

    assert told == [True, True, False]


async def test_hub_forgets_those_who_have_left():
    hub = Hub()
    async with hub.listen("aiko") as gone, hub.listen("aiko"):
        pass

    hub.tell("aiko")

    assert (gone.is_set(), dict(hub._waiting)) == (False, {})


async def test_answer_without_bubbles_ends_the_item(desk: Desk):
    class SilentBot:
        async def turn(self, item: InboxItem) -> Answer:
            return Answer([], None)

    desk.write("aiko", "こんにちは")
    async with desk.worker(SilentBot()) as worker:
        worker.wake("aiko")
        await desk.settled()

    assert desk.said("aiko") == [("customer", "こんにちは")]
