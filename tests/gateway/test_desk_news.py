"""What the consoles hear: when to look again, who types, who else looks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from helpdesk.domain.staff import Operator, Role, Status
from helpdesk.gateway import desk_news
from helpdesk.gateway.desk_news import DeskNews
from helpdesk.gateway.worker import Hub

SATO = Operator("op1", "佐藤", Role.OPERATOR, Status.AVAILABLE)
SUZUKI = Operator("op2", "鈴木", Role.OPERATOR, Status.AVAILABLE)


@pytest.fixture
def news() -> DeskNews:
    return DeskNews(together=0.01)


class Heard:
    """One console's stream, read as it comes."""

    def __init__(self, stream: AsyncIterator[str]) -> None:
        self._stream = stream

    async def next(self) -> tuple[str, Any]:
        """The next event and its data. Raises TimeoutError if none comes."""
        async with asyncio.timeout(2):
            event, data = (await anext(self._stream)).strip().split("\n")
        assert event.startswith("event: ")
        return event.removeprefix("event: "), json.loads(data.removeprefix("data: "))

    async def nothing(self) -> bool:
        try:
            async with asyncio.timeout(0.05):
                await anext(self._stream)
        except TimeoutError:
            return True
        return False


@asynccontextmanager
async def console(
    news: DeskNews, operator: Operator = SATO, customer: str | None = None
) -> AsyncIterator[Heard]:
    stream = news.stream(operator, customer)
    assert await anext(stream) == ": open\n\n"
    heard = Heard(stream)
    if customer is not None:
        name, _ = await heard.next()
        assert name == "looking"
    yield heard
    await stream.aclose()


async def test_all_consoles_look_at_the_lists_and_the_open_one_at_its_talk(
    news: DeskNews,
):
    async with console(news, SATO, "eita") as first, console(news, SUZUKI) as second:
        news.told("eita")

        heard = [await first.next(), await first.next(), await second.next()]

    assert heard == [("desk", {}), ("talk", {}), ("desk", {})]


async def test_talks_of_others_are_no_news_of_the_open_one(news: DeskNews):
    async with console(news, SATO, "eita") as first:
        news.told("aiko")

        assert await first.next() == ("desk", {})
        assert await first.nothing()


async def test_news_that_come_together_are_told_once(news: DeskNews):
    async with console(news) as first:
        for _ in range(20):
            news.told("eita")

        assert await first.next() == ("desk", {})
        assert await first.nothing()


async def test_news_of_the_hub_reach_the_consoles(news: DeskNews):
    hub = Hub()
    hub.add_listener(news)

    async with console(news, SATO, "eita") as first:
        hub.set_typing("eita", on=True)
        is_quiet_while_the_bot_thinks = await first.nothing()

    async with console(news, SATO, "eita") as first:
        hub.tell("eita")
        heard = [await first.next(), await first.next()]

    assert is_quiet_while_the_bot_thinks
    assert heard == [("desk", {}), ("talk", {})]


async def test_typing_is_shown_where_the_talk_is_open(news: DeskNews):
    async with (
        console(news, SATO, "eita") as first,
        console(news, SUZUKI, "aiko") as second,
    ):
        news.customer_types("eita")

        assert await first.next() == ("typing", {})
        assert await second.nothing()


async def test_lookers_are_named_to_each_other_and_forgotten_when_they_go(
    news: DeskNews,
):
    async with console(news, SATO, "eita") as first:
        async with console(news, SUZUKI, "eita"):
            came = await first.next()
        went = await first.next()

    assert (came, went) == (("looking", ["鈴木"]), ("looking", []))


async def test_nobody_looks_besides_oneself(news: DeskNews):
    async with (
        console(news, SATO, "eita") as first,
        console(news, SATO, "eita"),
        console(news, SUZUKI, "aiko"),
    ):
        assert await first.next() == ("looking", [])


async def test_lists_are_looked_at_now_and_then_without_news():
    news = DeskNews(together=0.01, quiet=0.01)

    async with console(news) as first:
        assert await first.next() == ("desk", {})


async def test_closed_consoles_are_told_nothing(news: DeskNews):
    async with console(news, SATO, "eita"):
        pass

    news.told("eita")

    assert news.count() == 0


def test_ten_consoles_do_not_ask_for_each_line():
    assert desk_news.TOGETHER_SECONDS >= 0.1
