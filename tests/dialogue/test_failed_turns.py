"""Which failures of the action server undo a turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from helpdesk.dialogue.failed_turns import begin_turn, has_failed, watch


class FakeEndpoint:
    """Raises, or answers."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error
        self.calls: list[tuple[tuple[str, ...], dict[str, str]]] = []

    async def request(self, *args: str, **kwargs: str) -> str:
        self.calls.append((args, kwargs))
        if self._error is not None:
            raise self._error
        return "answer"


def run(turn: Callable[[], Awaitable[object]]) -> object:
    """What the turn gives, in a context of its own."""

    async def in_context() -> object:
        begin_turn()
        return await turn()

    return asyncio.run(in_context())


async def failure_of(endpoint: FakeEndpoint) -> bool:
    """Whether a call of the watched endpoint, which goes wrong, is noted."""
    watch(endpoint)  # type: ignore[arg-type]  # a fake
    with pytest.raises(type(endpoint._error)):  # type: ignore[arg-type]
        await endpoint.request()
    return has_failed()


@pytest.mark.parametrize(
    ("error", "noted"),
    [
        pytest.param(ConnectionRefusedError(), True, id="nobody listens"),
        pytest.param(TimeoutError(), True, id="no answer in time"),
        pytest.param(ValueError(), True, id="no JSON"),
        pytest.param(ClientResponseError(400, "", b""), False, id="a form declines"),
        pytest.param(ClientResponseError(404, "", b""), False, id="unknown action"),
    ],
)
def test_failure_without_an_http_answer_is_noted(error: Exception, noted: bool):
    assert run(lambda: failure_of(FakeEndpoint(error))) is noted


def test_refused_connection_of_a_real_endpoint_is_noted():
    async def turn() -> bool:
        # Port 9 (discard): nothing listens there.
        endpoint = EndpointConfig(url="http://127.0.0.1:9/webhook")
        watch(endpoint)
        with pytest.raises(OSError, match=r"127\.0\.0\.1"):
            await endpoint.request(json={})
        return has_failed()

    assert run(turn) is True


def test_answer_passes_through():
    endpoint = FakeEndpoint(None)

    async def turn() -> tuple[str, bool]:
        watch(endpoint)  # type: ignore[arg-type]  # a fake
        return await endpoint.request("post", subpath="x"), has_failed()

    assert (run(turn), endpoint.calls) == (
        ("answer", False),
        [(("post",), {"subpath": "x"})],
    )


def test_watching_twice_wraps_once():
    endpoint = FakeEndpoint(None)

    watch(endpoint)  # type: ignore[arg-type]  # a fake
    once = endpoint.request
    watch(endpoint)  # type: ignore[arg-type]  # a fake

    assert endpoint.request is once


def test_no_endpoint_is_nothing_to_watch():
    watch(None)

    assert run(lambda: asyncio.sleep(0, has_failed())) is False


def test_next_turn_forgets_the_failure():
    async def turns() -> tuple[bool, bool]:
        first = await failure_of(FakeEndpoint(ConnectionRefusedError()))
        begin_turn()
        return first, has_failed()

    assert run(turns) == (True, False)


def test_failure_of_one_turn_is_not_that_of_another_at_the_same_time():
    async def bad() -> bool:
        begin_turn()
        return await failure_of(FakeEndpoint(ConnectionRefusedError()))

    async def good() -> bool:
        begin_turn()
        await asyncio.sleep(0.01)
        return has_failed()

    async def both() -> list[bool]:
        return await asyncio.gather(bad(), good())

    assert run(both) == [True, False]
