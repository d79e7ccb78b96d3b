"""One task at a time for each customer: woken, woken again, failing, stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from helpdesk.gateway.customer_tasks import CustomerTasks, logged
from tests.gateway.bots import until


class Work:
    """Notes whom it was done for; `gate` holds it back, `meanwhile` happens in it."""

    def __init__(self, meanwhile: Callable[[str], Awaitable[None]] | None = None):
        self._meanwhile = meanwhile
        self.begun: list[str] = []
        self.done: list[str] = []
        self.running = 0
        self.most = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, customer: str) -> None:
        self.begun.append(customer)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.gate.wait()
            if self._meanwhile is not None:
                await self._meanwhile(customer)
            self.done.append(customer)
        finally:
            self.running -= 1


@asynccontextmanager
async def tasks_of(work: Work) -> AsyncIterator[CustomerTasks]:
    tasks = CustomerTasks(work, "working")
    yield tasks
    await tasks.close()


async def test_work_is_done_when_woken():
    work = Work()

    async with tasks_of(work) as tasks:
        tasks.wake("aiko")
        await until(lambda: bool(work.done))

    assert work.done == ["aiko"]


async def test_end_is_reached_although_a_cancellation_is_lost():
    lost: list[str] = []

    async def lose(customer: str) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            lost.append(customer)
            await asyncio.Event().wait()

    async with tasks_of(Work(lose)) as tasks:
        tasks.wake("aiko")
        await asyncio.sleep(0)

    assert lost == ["aiko"]


async def test_customers_are_looked_after_at_the_same_time():
    customers = ["aiko", "eita", "mika"]
    together = asyncio.Barrier(len(customers))

    async def meet(_: str) -> None:
        async with asyncio.timeout(5):
            await together.wait()

    work = Work(meet)
    async with tasks_of(work) as tasks:
        for customer in customers:
            tasks.wake(customer)
        await until(lambda: len(work.done) == len(customers))

    assert (sorted(work.done), work.most) == (customers, 3)


@pytest.mark.parametrize("times", [1, 2, 100])
async def test_waking_meanwhile_makes_it_run_once_more(times: int):
    work = Work()
    work.gate.clear()

    async with tasks_of(work) as tasks:
        tasks.wake("aiko")
        await until(lambda: bool(work.begun))
        for _ in range(times):
            tasks.wake("aiko")
        work.gate.set()
        await until(lambda: len(work.done) == 2 and not tasks._running)

    assert (work.done, work.most) == (["aiko", "aiko"], 1)


async def test_waking_before_it_has_begun_is_not_lost():
    work = Work()

    async with tasks_of(work) as tasks:
        tasks.wake("aiko")
        tasks.wake("aiko")
        await until(lambda: len(work.done) == 2)

    assert work.most == 1


async def test_waking_from_within_makes_it_run_once_more():
    async def wake_once(customer: str) -> None:
        if len(work.begun) == 1:
            tasks.wake(customer)

    work = Work(wake_once)
    async with tasks_of(work) as tasks:
        tasks.wake("aiko")
        await until(lambda: len(work.done) == 2 and not tasks._running)

    assert work.done == ["aiko", "aiko"]


async def test_failure_is_logged_and_the_next_waking_works(
    caplog: pytest.LogCaptureFixture,
):
    async def fail_once(_: str) -> None:
        if len(work.begun) == 1:
            raise ZeroDivisionError

    work = Work(fail_once)
    with caplog.at_level(logging.DEBUG, "helpdesk"):
        async with tasks_of(work) as tasks:
            tasks.wake("aiko")
            await until(lambda: not tasks._running)
            tasks.wake("aiko")
            await until(lambda: bool(work.done))

    assert [
        (record.levelname, record.getMessage(), record.exc_info is not None)
        for record in caplog.records
    ] == [("ERROR", "Failed while working", True)]
    assert "aiko" not in caplog.text


async def test_customers_are_forgotten_when_done():
    work = Work()

    async with tasks_of(work) as tasks:
        for n in range(100):
            tasks.wake(f"customer-{n}")
        await until(lambda: len(work.done) == 100 and not tasks._running)

    assert (tasks._running, tasks._woken) == ({}, set())


async def test_close_stops_all_at_once():
    work = Work()
    work.gate.clear()

    async with tasks_of(work) as tasks:
        for customer in ("aiko", "eita", "mika"):
            tasks.wake(customer)
        await until(lambda: work.running == 3)

    assert (work.running, work.done) == (0, [])


async def test_close_forgets_who_was_woken_meanwhile():
    work = Work()
    work.gate.clear()

    async with tasks_of(work) as tasks:
        tasks.wake("aiko")
        await until(lambda: bool(work.begun))
        tasks.wake("aiko")

    assert (work.begun, tasks._running) == (["aiko"], {})


async def test_close_of_nothing_is_nothing():
    async with tasks_of(Work()) as tasks:
        pass

    assert tasks._running == {}


async def test_nobody_starts_while_it_closes():
    """As when a turn that is being stopped tells that its typing is over."""
    begun: list[str] = []

    async def work(customer: str) -> None:
        begun.append(customer)
        try:
            await asyncio.Event().wait()
        finally:
            if customer == "aiko":
                tasks.wake("eita")

    tasks = CustomerTasks(work, "working")
    for customer in ("aiko", "eita"):
        tasks.wake(customer)
    await until(lambda: len(begun) == 2)
    await tasks.close()
    left = list(tasks._running)
    # Whoever is left now is stopped here, so that only this test notices.
    await tasks.close()

    assert (begun, left) == (["aiko", "eita"], [])


async def test_nobody_starts_after_it_has_closed():
    work = Work()
    work.gate.clear()
    async with tasks_of(work) as tasks:
        pass

    tasks.wake("aiko")
    left = list(tasks._running)
    await tasks.close()

    assert left == []


def test_logged_lets_a_failure_pass_with_its_traceback(
    caplog: pytest.LogCaptureFixture,
):
    with logged("looking"):
        raise ZeroDivisionError

    (record,) = caplog.records
    assert (record.getMessage(), record.exc_info is not None) == (
        "Failed while looking",
        True,
    )


@pytest.mark.parametrize("end", [asyncio.CancelledError, KeyboardInterrupt, SystemExit])
def test_logged_does_not_keep_an_end_from_ending(end: type[BaseException]):
    with pytest.raises(end), logged("looking"):
        raise end
