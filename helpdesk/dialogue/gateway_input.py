"""The only way into Rasa: turns from the gateway, with a shared secret."""

from __future__ import annotations

import asyncio
import hmac
from typing import Any, Awaitable, Callable
from weakref import WeakValueDictionary

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from helpdesk.dialogue.erasing import erase
from helpdesk.dialogue.failed_turns import begin_turn, watch

_SHORTEST_SECRET = 32


class Discard(OutputChannel):
    """Takes messages and forgets them: the answer is read from the saved tracker."""

    @classmethod
    def name(cls) -> str:
        return "gateway"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Nothing is sent while the turn runs: an error here would abort it."""


class GatewayInput(InputChannel):
    """`POST /webhooks/gateway/turn` runs one turn and returns its answer.

    Body: `{"customer", "event_id", "text"}` or `{"customer", "event_id", "payload"}`,
    where only a payload may be a command (`/intent{...}`). Answer: `{"messages":
    [{"text", "buttons", "card", "response"}], "awaits", "actions", "slots", "intent",
    "confidence"}`, the last two of what was typed or chosen. A repeated event id
    returns the stored answer and runs nothing: the tracker itself is the store, so turn
    and answer are saved in one write. `POST /webhooks/gateway/forget` with
    `{"customer", "event_id"}` erases what was said in a turn; what it led to stays.
    """

    @classmethod
    def name(cls) -> str:
        return "gateway"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> GatewayInput:
        secret = (credentials or {}).get("secret", "")
        if len(secret) < _SHORTEST_SECRET:
            raise ValueError(
                "credentials.yml: gateway.secret needs at least"
                f" {_SHORTEST_SECRET} characters (HELPDESK_SECRET_KEY)"
            )
        return cls(secret)

    def __init__(self, secret: str) -> None:
        self._bearer = f"Bearer {secret}"
        self._turns = _Turns()

    def blueprint(
        self, on_new_message: Callable[[UserMessage], Awaitable[Any]]
    ) -> Blueprint:
        channel = Blueprint("gateway_input")

        @channel.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            # The tracker store is named: Rasa replaces one that fails, silently.
            store = type(request.app.ctx.agent.tracker_store)
            inner = getattr(request.app.ctx.agent.tracker_store, "_tracker_store", None)
            name = store.__name__ if inner is None else type(inner).__name__
            return response.json({"tracker_store": name})

        @channel.route("/turn", methods=["POST"])
        async def turn(request: Request) -> HTTPResponse:
            if not self._is_known(request):
                return response.json({"error": "unauthorized"}, status=401)
            body = request.json
            agent = request.app.ctx.agent
            store = agent.tracker_store
            customer, event_id = body["customer"], body["event_id"]
            # An event that is sent again while it runs waits here for its answer.
            async with self._turns.of(customer):
                tracker = await store.retrieve(customer)
                if tracker is None or not _has_event(tracker, event_id):
                    begin_turn()
                    watch(agent.processor.action_endpoint)
                    await on_new_message(self._message(body))
                    tracker = await store.retrieve(customer)
            if tracker is None or not _has_event(tracker, event_id):
                return response.json({"error": "the turn was not made"}, status=503)
            return response.json(_answer(tracker, event_id))

        @channel.route("/forget", methods=["POST"])
        async def forget(request: Request) -> HTTPResponse:
            if not self._is_known(request):
                return response.json({"error": "unauthorized"}, status=401)
            customer, event_id = request.json["customer"], request.json["event_id"]
            store = request.app.ctx.agent.tracker_store
            async with self._turns.of(customer):
                tracker = await store.retrieve(customer)
                found = tracker is not None and erase(tracker, event_id)
                if found:
                    begin_turn()
                    await store.save(tracker)
            return response.json({"erased": found})

        return channel

    def _is_known(self, request: Request) -> bool:
        offered = request.headers.get("Authorization", "")
        return hmac.compare_digest(offered.encode(), self._bearer.encode())

    def _message(self, body: dict[str, Any]) -> UserMessage:
        return UserMessage(
            text=body.get("payload") or _as_plain_text(body["text"]),
            output_channel=Discard(),
            sender_id=body["customer"],
            input_channel=self.name(),
            message_id=body["event_id"],
            metadata={"event_id": body["event_id"]},
        )


class _Turns:
    """One lock for each customer whose turn runs or waits."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, customer: str) -> asyncio.Lock:
        lock = self._locks.get(customer)
        if lock is None:
            lock = self._locks[customer] = asyncio.Lock()
        return lock


def _as_plain_text(text: str) -> str:
    """Text that Rasa will not take for a command; the gateway strips slashes too."""
    return text.lstrip("/ ") or "-"


def _has_event(tracker: DialogueStateTracker, event_id: str) -> bool:
    return any(
        isinstance(event, UserUttered) and event.message_id == event_id
        for event in tracker.events
    )


def _answer(tracker: DialogueStateTracker, event_id: str) -> dict[str, Any]:
    """What was said and done from this event up to the next message."""
    messages, actions, slots, inside = [], [], {}, False
    meaning: dict[str, Any] = {}
    for event in tracker.events:
        if isinstance(event, UserUttered):
            inside = event.message_id == event_id
            meaning = dict(event.intent) if inside else meaning
        elif not inside:
            continue
        elif isinstance(event, BotUttered):
            messages.append(_message(event))
        elif event.type_name == "action":
            actions.append(event.action_name)
        elif event.type_name == "slot":
            slots[event.key] = event.value
    awaits = tracker.get_slot("requested_slot")
    return {
        "messages": messages,
        "awaits": awaits,
        "actions": actions,
        "slots": slots,
        "intent": meaning.get("name"),
        "confidence": meaning.get("confidence") or 0.0,
    }


def _message(event: BotUttered) -> dict[str, Any]:
    return {
        "text": event.text or "",
        "buttons": event.data.get("buttons") or [],
        "card": (event.data.get("custom") or {}).get("card"),
        "response": event.metadata.get("utter_action"),
    }
