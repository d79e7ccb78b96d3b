"""What the bot sends: replies, pushes, their tokens, retry keys and the quota."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.line_platform.records import Event, Json, Refused, new_token

REPLY_TOKEN_LIFE = timedelta(seconds=60)
REPLY_TOKEN_END = timedelta(minutes=20)
RETRY_KEY_LIFE = timedelta(hours=24)

MONTHLY_LIMIT = "You have reached your monthly limit."
RATE_LIMIT = "The API rate limit has been exceeded. Try again later."
INVALID_REPLY_TOKEN = "Invalid reply token"
QUOTABLE = ("text", "textV2", "sticker", "image", "video", "template", "flex")


class InvalidRetryKey(Exception):
    """No UUID in the form 123e4567-e89b-12d3-a456-426614174000."""


def token_is_alive(event: Event, now: datetime) -> bool:
    """Unused, within a minute of the last delivery and 20 minutes of the event."""
    return (
        not event.token_used
        and event.delivered_at is not None
        and now - event.delivered_at <= REPLY_TOKEN_LIFE
        and now - event.at <= REPLY_TOKEN_END
    )


@dataclass(frozen=True)
class Accepted:
    """A push that came with a retry key."""

    request_id: str
    body: Json
    sent: list[Json]
    at: datetime


@dataclass
class RetryKeys:
    """Which pushes were accepted in the last 24 hours."""

    _accepted: dict[uuid.UUID, Accepted] = field(default_factory=dict)

    def accepted(self, key: str | None, now: datetime) -> Accepted | None:
        """Raises InvalidRetryKey."""
        if key is None:
            return None
        earlier = self._accepted.get(_uuid(key))
        if earlier and now - earlier.at <= RETRY_KEY_LIFE:
            return earlier
        return None

    def remember(self, key: str | None, accepted: Accepted) -> None:
        if key is not None:
            self._accepted[_uuid(key)] = accepted


@dataclass
class Quota:
    """Pushes of this month; limit None is a plan without one."""

    limit: int | None = None
    used: int = 0

    def check(self) -> None:
        if self.limit is not None and self.used >= self.limit:
            raise Refused(429, MONTHLY_LIMIT)


def already_accepted(earlier: Accepted) -> Refused:
    return Refused(
        409,
        "The retry key is already accepted",
        more={"sentMessages": earlier.sent},
        headers={"x-line-accepted-request-id": earlier.request_id},
    )


def sent_message(message: Json, message_id: str) -> Json:
    if message["type"] in QUOTABLE:
        return {"id": message_id, "quoteToken": new_token()}
    return {"id": message_id}


def _uuid(key: str) -> uuid.UUID:
    try:
        # UUID() also takes braces and missing hyphens, which LINE does not.
        if str(uuid.UUID(key)) == key.lower():
            return uuid.UUID(key)
    except ValueError:
        pass
    raise InvalidRetryKey(key)
