"""What the platform remembers: chats and their entries, events, calls, deliveries."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

Json = dict[str, Any]

# Crockford's alphabet, which ULIDs are written in: no I, L, O, U.
_ULID_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# The product remembers ids for longer than one run of ours.
_message_ids = count(561_000_000_000_000_000 + secrets.randbits(48))


class Refused(Exception):
    """LINE's error answer: a status, a message and perhaps details."""

    def __init__(
        self,
        status: int,
        message: str,
        details: list[Json] | None = None,
        *,
        more: Json | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.body: Json = {"message": message, **(more or {})}
        if details:
            self.body["details"] = details


@dataclass
class Entry:
    """One bubble of a chat.

    `event_id` is the event that carried a user's entry, and the event which a bot's
    reply answered by its token; it is None for a push.
    """

    n: int
    sender: str
    """user or bot"""
    message: Json
    how: str
    """message or postback of a user, reply or push of the bot"""
    at: datetime
    message_id: str
    sender_name: str | None = None
    request_id: str | None = None
    event_id: str | None = None
    unsent: bool = False

    @property
    def text(self) -> str:
        """The text of a text message, else the altText, else nothing."""
        return str(self.message.get("text") or self.message.get("altText") or "")


@dataclass
class Chat:
    """A user's chat with the bot, or a group or room that the bot is in."""

    chat_id: str
    name: str
    kind: str = "user"
    """user, group or room"""
    members: set[str] = field(default_factory=set)
    friend: bool = True
    blocked: bool = False
    entries: list[Entry] = field(default_factory=list)
    loading_until: datetime | None = None
    read_until: int = 0
    """The n of the last entry that the bot marked as read."""
    revision: int = 0

    @property
    def reachable(self) -> bool:
        return self.friend and not self.blocked


@dataclass
class Content:
    """The bytes of a picture, film, recording or file that a user sent."""

    data: bytes
    media_type: str
    expired: bool = False


@dataclass
class Event:
    """A webhook event, with what became of it."""

    payload: Json
    queue: str
    """Events of one queue keep their order."""
    chat_id: str | None
    at: datetime
    tries: int = 0
    delivered_at: datetime | None = None
    """When it was last sent out; the reply token lives from then on."""
    accepted: bool = False
    token_used: bool = False

    @property
    def event_id(self) -> str:
        return str(self.payload["webhookEventId"])

    @property
    def reply_token(self) -> str | None:
        return self.payload.get("replyToken")


@dataclass(frozen=True)
class Sent:
    """What came of something that a user did."""

    event_id: str | None = None
    message_id: str | None = None
    chat_id: str | None = None
    """Where it happened: the user's chat, or the group that the bot has joined."""
    uri: str | None = None
    """What a tapped link opens; nobody tells the bot."""


@dataclass(frozen=True)
class Call:
    """A request to LINE's API; status is None where the connection was left hanging."""

    method: str
    path: str
    status: int | None
    at: datetime
    request_id: str
    retry_key: str | None = None
    fault: str | None = None


@dataclass(frozen=True)
class Delivery:
    """One try to hand over a webhook; status is None where nobody answered."""

    event_ids: tuple[str, ...]
    redelivery: bool
    status: int | None
    seconds: float
    at: datetime

    @property
    def taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True)
class Undelivered:
    """A message that LINE accepted and nobody saw."""

    to: str
    message: Json
    how: str
    request_id: str
    at: datetime


def milliseconds(moment: datetime) -> int:
    return round(moment.astimezone(UTC).timestamp() * 1000)


def ulid(moment: datetime) -> str:
    number = milliseconds(moment) << 80 | secrets.randbits(80)
    return "".join(
        _ULID_DIGITS[number >> 5 * place & 31] for place in range(25, -1, -1)
    )


def new_message_id() -> str:
    return str(next(_message_ids))


def new_token() -> str:
    """For replies, links, quotes and marks: 32 characters like LINE's."""
    return secrets.token_hex(16)
