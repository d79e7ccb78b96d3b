"""The channel: who gets in, that an event is one turn, and what comes back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import AwaitableTrackerStore, InMemoryTrackerStore
from rasa.shared.core.events import BotUttered, SlotSet
from sanic.compat import Header

from helpdesk.dialogue.gateway_input import GatewayInput
from helpdesk.dialogue.tracker_store import BoundedTrackerStore
from tests.dialogue.conversation import DOMAIN, add, opened, turn

SECRET = "a secret that is long enough for tests"
TURN = {"customer": "aiko", "event_id": "event-1", "text": "こんにちは"}
ANSWER = {
    "messages": [
        {
            "text": "1回目の返事",
            "buttons": [{"title": "次へ", "payload": "/greet"}],
            "card": None,
            "response": "utter_greet",
        }
    ],
    "awaits": "order_place",
    "actions": ["action_greet", "action_listen"],
    "slots": {"requested_slot": "order_place"},
    "intent": "greet",
    "confidence": 1.0,
}

Post = Callable[..., Awaitable[tuple[int, Any]]]


class FakeAgent:
    """Rasa's agent: each turn is saved with an answer that counts the turns."""

    def __init__(self, store: BoundedTrackerStore, endpoint: object = None) -> None:
        self.channel = GatewayInput.from_credentials({"secret": SECRET}).blueprint(
            self.handle
        )
        self.tracker_store = AwaitableTrackerStore(store)
        self.processor = SimpleNamespace(action_endpoint=endpoint)
        self.messages: list[UserMessage] = []
        self._lock = asyncio.Lock()

    async def handle(self, message: UserMessage) -> None:
        self.messages.append(message)
        # As Rasa: the turns of a customer wait for each other.
        async with self._lock:
            await self._run(message)

    async def _run(self, message: UserMessage) -> None:
        tracker = await self.tracker_store.retrieve(message.sender_id)
        tracker = tracker or opened(message.sender_id)
        await asyncio.sleep(0)
        if (endpoint := self.processor.action_endpoint) is not None:
            # Rasa logs the failure and goes on without the action.
            with pytest.raises(ConnectionRefusedError):
                await endpoint.request()
        answer = f"{len(self.messages)}回目の返事"
        slot = SlotSet("requested_slot", "order_place")
        add(tracker, turn(message.message_id, slot, text=message.text, answer=answer))
        await self.tracker_store.save(tracker)

    def run(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Customer, text and metadata of each turn that was run."""
        return [(each.sender_id, each.text, each.metadata) for each in self.messages]


async def called(
    agent: FakeAgent, uri: str, body: object = None, secret: str | None = SECRET
) -> tuple[int, Any]:
    """Status and content of the answer; a second Sanic in a process cannot be served."""
    handlers = {route.uri: route.handler for route in agent.channel._future_routes}
    request = SimpleNamespace(
        headers=Header({} if secret is None else {"Authorization": f"Bearer {secret}"}),
        json=body,
        app=SimpleNamespace(ctx=SimpleNamespace(agent=agent)),
    )
    response = await handlers[uri](request)
    return response.status, json.loads(response.body)


@pytest.fixture
def store(tmp_path: Path) -> BoundedTrackerStore:
    return BoundedTrackerStore(DOMAIN, database_url=f"sqlite:///{tmp_path}/rasa.db")


def talk(
    store: BoundedTrackerStore,
    conversation: Callable[[Post], Awaitable[Any]],
    endpoint: object = None,
) -> tuple[Any, FakeAgent]:
    """What the conversation gives, and the agent that it was had with."""

    async def run() -> tuple[Any, FakeAgent]:
        agent = FakeAgent(store, endpoint)

        def post(
            secret: str | None = SECRET, **body: str
        ) -> Awaitable[tuple[int, Any]]:
            return called(agent, "/turn", body, secret)

        return await conversation(post), agent

    return asyncio.run(run())


def test_turn_gives_what_was_said_and_done(store: BoundedTrackerStore):
    answer, agent = talk(store, lambda post: post(**TURN))

    assert (answer, agent.run()) == (
        (200, ANSWER),
        [("aiko", "こんにちは", {"event_id": "event-1"})],
    )


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param(None, id="none"),
        pytest.param("", id="empty"),
        pytest.param(SECRET[:-1], id="too short"),
        pytest.param(SECRET + "x", id="too long"),
        pytest.param("x" * len(SECRET), id="other"),
    ],
)
def test_wrong_secret_is_refused_and_nothing_runs(
    store: BoundedTrackerStore, secret: str | None
):
    answer, agent = talk(store, lambda post: post(secret, **TURN))

    assert (answer, agent.run()) == ((401, {"error": "unauthorized"}), [])


def test_secret_is_compared_in_constant_time():
    """It uses hmac.compare_digest, and never == on the secret."""
    assert "compare_digest" in GatewayInput._is_known.__code__.co_names


def test_forgotten_message_is_nowhere_in_the_store(store: BoundedTrackerStore):
    async def conversation(post: Post) -> Any:
        await post(**TURN | {"text": "ひみつの話"})
        agent = FakeAgent(store)
        body = {"customer": "aiko", "event_id": "event-1"}
        return [
            await called(agent, "/forget", body),
            await called(agent, "/forget", body | {"event_id": "event-2"}),
            await called(agent, "/forget", body | {"customer": "eita"}),
            await called(agent, "/forget", body, "wrong"),
        ]

    answers, _ = talk(store, conversation)

    tracker = asyncio.run(store.retrieve("aiko"))
    assert answers == [
        (200, {"erased": True}),
        (200, {"erased": False}),
        (200, {"erased": False}),
        (401, {"error": "unauthorized"}),
    ]
    assert tracker is not None
    assert "ひみつの話" not in store.serialise_tracker(tracker)


def test_repeated_event_gives_the_stored_answer_and_runs_nothing(
    store: BoundedTrackerStore,
):
    async def conversation(post: Post) -> list[tuple[int, Any]]:
        other = TURN | {"event_id": "event-2"}
        return [await post(**body) for body in (TURN, other, TURN)]

    answers, agent = talk(store, conversation)

    assert [answers[0], answers[2], len(agent.run())] == [(200, ANSWER)] * 2 + [2]


def test_stored_answer_outlives_the_process(store: BoundedTrackerStore):
    talk(store, lambda post: post(**TURN))

    answer, agent = talk(store, lambda post: post(**TURN))

    assert (answer, agent.run()) == ((200, ANSWER), [])


def test_event_that_comes_again_while_its_turn_runs_is_one_turn(
    store: BoundedTrackerStore,
):
    """The gateway gives up waiting after a while, and sends the event again."""
    answers, agent = talk(
        store, lambda post: asyncio.gather(post(**TURN), post(**TURN))
    )

    assert (answers, len(agent.run())) == ([(200, ANSWER)] * 2, 1)


def test_same_event_id_of_another_customer_is_another_event(
    store: BoundedTrackerStore,
):
    async def conversation(post: Post) -> list[int]:
        other = TURN | {"customer": "eita"}
        return [(await post(**body))[0] for body in (TURN, other)]

    answers, agent = talk(store, conversation)

    assert (answers, [customer for customer, *_ in agent.run()]) == (
        [200, 200],
        ["aiko", "eita"],
    )


class DeafEndpoint:
    """An action server that nobody reaches."""

    async def request(self) -> None:
        raise ConnectionRefusedError


def test_turn_that_was_not_saved_is_503_and_is_run_again(store: BoundedTrackerStore):
    failed, _ = talk(store, lambda post: post(**TURN), DeafEndpoint())
    again, agent = talk(store, lambda post: post(**TURN))

    assert (failed, again, len(agent.run())) == (
        (503, {"error": "the turn was not made"}),
        (200, ANSWER),
        1,
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param({"text": "/restart"}, "restart", id="slash"),
        pytest.param({"text": "// /greet"}, "greet", id="several"),
        pytest.param({"text": "/"}, "-", id="nothing but a slash"),
        pytest.param({"text": ""}, "-", id="empty"),
        pytest.param({"text": "1/2に届いた"}, "1/2に届いた", id="slash inside"),
        pytest.param({"payload": '/greet{"a": "b"}'}, '/greet{"a": "b"}', id="payload"),
        pytest.param({"payload": "/greet", "text": "x"}, "/greet", id="payload wins"),
    ],
)
def test_only_a_payload_is_a_command(
    store: BoundedTrackerStore, body: dict[str, str], text: str
):
    ids = {"customer": "aiko", "event_id": "event-1"}

    _, agent = talk(store, lambda post: post(**ids, **body))

    assert [text for _, text, _ in agent.run()] == [text]


@pytest.mark.parametrize(
    "credentials",
    [
        pytest.param(None, id="none"),
        pytest.param({}, id="empty"),
        pytest.param({"secret": "x" * 31}, id="31 characters"),
    ],
)
def test_short_secret_is_refused_at_start(credentials: dict[str, str] | None):
    with pytest.raises(ValueError, match=r"at least 32 characters") as refused:
        GatewayInput.from_credentials(credentials)

    assert "HELPDESK_SECRET_KEY" in str(refused.value)


def test_secret_of_32_characters_is_enough():
    channel = GatewayInput.from_credentials({"secret": "x" * 32})

    assert (type(channel), channel.name()) == (GatewayInput, "gateway")


def test_health_names_the_tracker_store_behind_rasas_own(store: BoundedTrackerStore):
    answer = asyncio.run(called(FakeAgent(store), "/", secret=None))

    assert answer == (200, {"tracker_store": "BoundedTrackerStore"})


def test_health_names_a_tracker_store_that_rasa_put_in_its_place():
    store = InMemoryTrackerStore(DOMAIN)

    answer = asyncio.run(called(FakeAgent(store), "/"))  # type: ignore[arg-type]  # Rasa's own

    assert answer == (200, {"tracker_store": "InMemoryTrackerStore"})


def test_answer_without_buttons_or_text_is_whole(store: BoundedTrackerStore):
    tracker = opened("aiko")
    bare = BotUttered(None, {}, {})
    add(tracker, [*turn("event-0"), *turn("event-1", bare)[:3], turn("x")[-1]])
    asyncio.run(store.save(tracker))

    answer, _ = talk(store, lambda post: post(**TURN))

    assert answer == (
        200,
        {
            "messages": [{"text": "", "buttons": [], "card": None, "response": None}],
            "awaits": None,
            "actions": ["action_greet", "action_listen"],
            "slots": {},
            "intent": "greet",
            "confidence": 1.0,
        },
    )


@pytest.mark.parametrize(
    ("custom", "card"),
    [
        pytest.param({"card": {"title": "Data"}}, {"title": "Data"}, id="card"),
        pytest.param({"other": 1}, None, id="something else"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_card_of_an_action_comes_with_its_message(
    store: BoundedTrackerStore, custom: object, card: object
):
    tracker = opened("aiko")
    said = BotUttered("Data", {"custom": custom}, {"utter_action": "utter_data"})
    add(tracker, [*turn("event-1", said)[:3], turn("x")[-1]])
    asyncio.run(store.save(tracker))

    (_, answer), _ = talk(store, lambda post: post(**TURN))

    assert answer["messages"] == [
        {"text": "Data", "buttons": [], "card": card, "response": "utter_data"}
    ]
