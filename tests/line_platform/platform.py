"""The state of the fake LINE platform, and what its users do."""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import httpx

from tests.line_platform import taps
from tests.line_platform.delivery import Courier, Pace, Parcel
from tests.line_platform.faults import Faults
from tests.line_platform.happening import happening, sent
from tests.line_platform.linking import LinkTokens
from tests.line_platform.menus import Menu, Menus
from tests.line_platform.outgoing import Quota, RetryKeys
from tests.line_platform.records import (
    Call,
    Chat,
    Content,
    Delivery,
    Entry,
    Event,
    Json,
    Sent,
    Undelivered,
    new_message_id,
)

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


class LinePlatform:
    """LINE without HTTP. Every method may be called from any thread.

    `webhook_url` may be changed while it runs, as may `faults`, `pace` and `quota`;
    `transport` replaces the network on the way to the webhook.
    """

    def __init__(
        self,
        channel_secret: str,
        access_token: str,
        webhook_url: str | None = None,
        clock: Clock = utc_now,
        *,
        pace: Pace | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.channel_secret = channel_secret
        self.access_token = access_token
        self.webhook_url = webhook_url
        self.clock = clock
        self.pace = pace or Pace()
        self.faults = Faults()
        self.quota = Quota()
        self.menus = Menus()
        self.link_tokens = LinkTokens()
        self.retry_keys = RetryKeys()
        self.bot_user_id = f"U{secrets.token_hex(16)}"
        self.bot_name = "いつでもヘルプ"
        self.chats: dict[str, Chat] = {}
        self.events: dict[str, Event] = {}
        self.contents: dict[str, Content] = {}
        self.quote_tokens: dict[str, str] = {}
        """The chat in which each quoted message stands."""
        self.problems: list[str] = []
        self.calls: list[Call] = []
        self.deliveries: list[Delivery] = []
        self.undelivered: list[Undelivered] = []
        self.lost: list[str] = []
        """Events given up after the last try."""
        self.pushes = 0
        self.replies = 0
        self.closed = False
        self.lock = threading.RLock()
        self._changed = threading.Condition(self.lock)
        self._pending: list[Parcel] = []
        self._tokens: dict[str, Event] = {}
        self._courier = Courier(self, transport)

    def close(self) -> None:
        """Stop delivering; whoever hangs in a request is let go."""
        self.closed = True
        self._courier.close()
        with self.lock:
            self._pending.clear()

    # Users

    def add_user(
        self, name: str, user_id: str | None = None, *, friend: bool = True
    ) -> str:
        user_id = user_id or f"U{secrets.token_hex(16)}"
        with self.lock:
            self.chats[user_id] = Chat(user_id, name, friend=friend)
            self._touch(user_id)
        return user_id

    def add_group(self, members: Iterable[str], kind: str = "group") -> str:
        """The bot is in it from now on; no event says so (for that, send a join)."""
        group_id = f"{'R' if kind == 'room' else 'C'}{secrets.token_hex(16)}"
        with self.lock:
            self.chats[group_id] = Chat(group_id, kind, kind, set(members))
        return group_id

    def send(
        self,
        user_id: str | None,
        what: Json,
        *,
        group_id: str | None = None,
        mode: str = "active",
    ) -> Sent:
        """Something a user does, in the short form of the control API: see `happening`."""
        with self.lock:
            event = happening(self, user_id, what, group_id=group_id, mode=mode)
            self._post([event])
        return sent(event)

    def deliver_batch(self, whats: Sequence[tuple[str, Json]]) -> list[Sent]:
        """Like `send` for each (user, what), all in one webhook."""
        with self.lock:
            happened = [happening(self, user_id, what) for user_id, what in whats]
            self._post(happened)
        return [sent(event) for event in happened]

    def say(self, user_id: str, text: str) -> Sent:
        return self.send(user_id, {"type": "text", "text": text})

    def deliver(self, user_id: str, text: str, timeout: float = 10) -> Sent:
        """Like `say`, and wait until the webhook got its 200."""
        said = self.say(user_id, text)
        self.settle(timeout)
        return said

    def tap(self, user_id: str, label: str) -> Sent:
        """Press the newest button with this label. Raises LookupError."""
        return taps.press(self, user_id, taps.button(self, user_id, label))

    def tap_menu(self, user_id: str, area: str | int) -> Sent:
        """Press an area of the rich menu, by its label or displayText, or its number."""
        return taps.press(self, user_id, taps.area(self, user_id, area))

    def redeliver(self, event_id: str, times: int = 1) -> None:
        """Send a delivered event again; also after it was answered."""
        with self.lock:
            for _ in range(times):
                self._post([self.events[event_id]], redelivery=True)

    def redeliver_all(self, times: int = 1, *, shuffle: bool = False) -> None:
        with self.lock:
            again = [event_id for event_id in self.events for _ in range(times)]
            if shuffle:
                random.shuffle(again)
            for event_id in again:
                self.redeliver(event_id)

    def check_connection(self) -> None:
        """An empty webhook, as the console's "verify" button sends it."""
        with self.lock:
            self._post([])

    def expire(self, message_id: str) -> None:
        """The content of this message can no longer be fetched."""
        self.contents[message_id].expired = True

    # What can be looked at

    def chat(self, chat_id: str) -> list[Entry]:
        with self.lock:
            return list(self.chats[chat_id].entries)

    def said(self, chat_id: str) -> list[str]:
        """The bot's texts (and altTexts) in this chat."""
        return [entry.text for entry in self.chat(chat_id) if entry.sender == "bot"]

    def menu_of(self, user_id: str) -> Menu | None:
        with self.lock:
            return self.menus.shown(user_id)

    def loading(self, user_id: str) -> bool:
        until = self.chats[user_id].loading_until
        return until is not None and self.clock() < until

    def pending_deliveries(self) -> list[str]:
        """Ids of the events that wait for their 200."""
        with self.lock:
            return [event.event_id for each in self._pending for event in each.events]

    def settle(self, timeout: float = 10) -> None:
        """Wait until every webhook got its 200 or was given up. Raises TimeoutError."""
        self.wait_for(lambda: not self._pending, timeout)

    def wait_for(self, condition: Callable[[], object], timeout: float = 10) -> None:
        """Wait until this is true, looking after each change. Raises TimeoutError."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while not condition():
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"not true within {timeout} s")
                # Time alone may make it true: expiry has no notice.
                self._changed.wait(min(left, 0.2))

    # For the other modules of this package

    def add_entry(self, chat_id: str, entry: Entry) -> None:
        with self.lock:
            chat = self.chats[chat_id]
            entry.n = len(chat.entries) + 1
            chat.entries.append(entry)
            self._touch(chat_id)

    def show(self, chat_id: str, sender: str, message: Json, how: str) -> Entry:
        """A new last bubble of the chat."""
        message_id = message.get("id") or new_message_id()
        entry = Entry(0, sender, message, how, self.clock(), message_id)
        self.add_entry(chat_id, entry)
        return entry

    def post(self, event: Event) -> None:
        with self.lock:
            self._post([event])

    def touch_all(self) -> None:
        with self.lock:
            for chat_id in self.chats:
                self._touch(chat_id)

    def event_of_token(self, reply_token: str) -> Event | None:
        return self._tokens.get(reply_token)

    def record(self, call: Call) -> None:
        with self.lock:
            self.calls.append(call)
            self._changed.notify_all()

    def touch(self, chat_id: str) -> None:
        """Tell whoever watches that something about this chat has changed."""
        with self.lock:
            self._touch(chat_id)

    def _touch(self, chat_id: str) -> None:
        if chat_id in self.chats:
            self.chats[chat_id].revision += 1
        self._changed.notify_all()

    def _post(self, happened: list[Event], *, redelivery: bool = False) -> None:
        for event in happened:
            self.events.setdefault(event.event_id, event)
            if event.reply_token:
                self._tokens[event.reply_token] = event
        parcel = Parcel(happened, redelivery)
        self._pending.append(parcel)
        self._courier.post(parcel)

    # Called by the courier

    def departing(self, parcel: Parcel) -> Json:
        """The webhook's body; the reply tokens in it live from now on."""
        with self.lock:
            payloads = []
            for event in parcel.events:
                again = parcel.redelivery or event.tries > 0
                context = {"isRedelivery": again}
                payloads.append(event.payload | {"deliveryContext": context})
                event.tries += 1
                event.delivered_at = self.clock()
        return {"destination": self.bot_user_id, "events": payloads}

    def tried(self, parcel: Parcel, status: int | None, seconds: float) -> None:
        ids = tuple(event.event_id for event in parcel.events)
        again = parcel.redelivery or any(event.tries > 1 for event in parcel.events)
        with self.lock:
            delivery = Delivery(ids, again, status, seconds, self.clock())
            self.deliveries.append(delivery)
            if delivery.taken:
                for event in parcel.events:
                    event.accepted = True
            self._changed.notify_all()

    def finished(self, parcel: Parcel) -> None:
        with self.lock:
            with suppress(ValueError):
                self._pending.remove(parcel)
            self.lost += [
                event.event_id for event in parcel.events if not event.accepted
            ]
            self._changed.notify_all()
