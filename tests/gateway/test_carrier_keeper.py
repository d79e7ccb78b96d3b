"""The keeper of what waits: it wakes whom it concerns, and outlives what fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import func, select

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.changes import Change, ChangeKind
from helpdesk.domain.notices import NoticeKind
from helpdesk.gateway.carrier_keeper import CarrierKeeper, KeeperPace
from helpdesk.storage import carrier_tables
from tests.fakes import FakeClock
from tests.gateway.bots import until
from tests.services.notice_talk import say

QUICK = KeeperPace(changes=0.005, notices=0.005)


@asynccontextmanager
async def keeping(
    helpdesk: Helpdesk, told: Callable[[str], None], pace: KeeperPace = QUICK
) -> AsyncIterator[None]:
    keeper = CarrierKeeper(
        *(helpdesk.changes, helpdesk.gifts, helpdesk.my_page_access),
        *(helpdesk.notices, told, pace),
    )
    running = asyncio.create_task(keeper.run())
    yield
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def tickets(helpdesk: Helpdesk) -> int:
    """How many one-time addresses are kept."""
    query = select(func.count()).select_from(carrier_tables.tickets)
    with helpdesk.database.engine.connect() as connection:
        return connection.scalar(query) or 0


def test_keeper_wakes_for_gifts_changes_and_notices(
    helpdesk: Helpdesk, clock: FakeClock
):
    woken: list[str] = []
    helpdesk.gifts.offer("yuki", "yuki.1", 500, "gift")
    with helpdesk.database.writing() as unit:
        change = Change(
            *("late", ChangeKind.PURCHASE, "customer:yuki", "eita", "yuki.1"),
            {"megabytes": 500},
            clock(),
        )
        helpdesk.changes.note(unit, change)
    clock.forward(hours=24)
    helpdesk.notices.choose("hiro", NoticeKind.LOW_DATA, is_on=True)

    async def run() -> None:
        async with keeping(helpdesk, woken.append):
            await until(lambda: {"yuki", "eita", "hiro"} <= {*woken})

    asyncio.run(run())

    assert sorted(woken) == ["eita", "hiro", "yuki"]


def test_keeper_forgets_addresses(helpdesk: Helpdesk, clock: FakeClock):
    with helpdesk.database.writing() as unit:
        helpdesk.my_page_access.offer(unit, "yuki")
    assert tickets(helpdesk) == 1
    clock.forward(hours=1)

    async def run() -> None:
        async with keeping(helpdesk, lambda _: None):
            await until(lambda: tickets(helpdesk) == 0)

    asyncio.run(run())


def test_keeper_outlives_what_fails(
    helpdesk: Helpdesk, clock: FakeClock, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.ERROR)
    helpdesk.notices.choose("hiro", NoticeKind.LOW_DATA, is_on=True)
    woken: list[str] = []

    def fail(customer: str) -> None:
        woken.append(customer)
        raise RuntimeError

    async def run() -> None:
        async with keeping(helpdesk, fail):
            await until(lambda: woken == ["hiro"])
            helpdesk.notices.remind("mika", day=None, subscription="mika.1")
            clock.forward(days=1)
            await until(lambda: "mika" in woken)

    asyncio.run(run())

    assert {record.message for record in caplog.records} == {
        "Failed while looking for notices"
    }


def test_notices_are_counted_by_kind(helpdesk: Helpdesk, clock: FakeClock):
    def counted() -> float:
        labels = {"kind": "low_data"}
        return REGISTRY.get_sample_value("helpdesk_notices_total", labels) or 0.0

    before = counted()
    helpdesk.notices.choose("hiro", NoticeKind.LOW_DATA, is_on=True)
    woken: list[str] = []

    async def run() -> None:
        async with keeping(helpdesk, woken.append):
            await until(lambda: woken == ["hiro"])
            say(helpdesk, "hiro")
            await until(lambda: counted() > before)

    asyncio.run(run())

    assert counted() - before == 1
