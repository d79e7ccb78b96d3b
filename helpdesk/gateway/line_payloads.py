"""Reads the body of LINE's webhook, leniently: what is new there must not stop us.

https://developers.line.biz/en/reference/messaging-api/#webhooks
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from helpdesk.services.line_events import LineEvent

# The name of the kind's own object, where it differs from the kind.
_DETAILS = {"accountLink": "link", "messageEdited": "message"}
# The width of the columns; LINE's ids are ULIDs.
_EVENT_ID = re.compile(r"[!-~]{1,64}")
_LONGEST_KIND = 32


class Unparsable(ValueError):
    """The body is not what LINE sends."""


@dataclass(frozen=True)
class Webhook:
    """A webhook call. `chats`: the groups and rooms that we do not want to be in."""

    destination: str
    events: Sequence[LineEvent]
    chats: Sequence[tuple[str, str]]


def is_signed(body: bytes, signature: str, secrets: Sequence[str]) -> bool:
    """Whether one of the channel's secrets has signed these very bytes."""
    return any(
        hmac.compare_digest(_signature(body, secret), signature.encode())
        for secret in secrets
    )


def parse(body: bytes, now: datetime) -> Webhook:
    """The events of a call; `now` on our clock, which tests move. Raises Unparsable.

    LINE's timestamps are of the real clock: what counts is how long ago it was.
    """
    try:
        content = json.loads(body)
        events = content["events"]
        destination = str(content.get("destination", ""))
        if not isinstance(events, list):
            raise Unparsable("events is not a list")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Unparsable(str(error)) from error
    offset = now - datetime.now(UTC)
    known = [each for each in events if isinstance(each, dict)]
    return Webhook(
        destination,
        [event for each in known if (event := _event(each, now, offset)) is not None],
        [chat for each in known if (chat := _unwanted_chat(each)) is not None],
    )


def _event(raw: dict[str, Any], now: datetime, offset: timedelta) -> LineEvent | None:
    """None for an event without an id: it could not be told from its repetition."""
    event_id, kind = _text(raw, "webhookEventId"), _text(raw, "type") or "unknown"
    if not _EVENT_ID.fullmatch(event_id):
        return None
    source, delivery = _mapping(raw, "source"), _mapping(raw, "deliveryContext")
    user_id = _text(source, "userId") if source.get("type") == "user" else ""
    sent_at = _moment(raw.get("timestamp"), now, offset)
    is_redelivery = delivery.get("isRedelivery") is True
    return LineEvent(
        event_id=event_id,
        kind=kind[:_LONGEST_KIND],
        sent_at=sent_at,
        # Only a redelivery can be old: then the customer has waited for us since.
        since=min(sent_at, now) if is_redelivery else now,
        user_id=user_id or None,
        detail=_encodable(_mapping(raw, _DETAILS.get(kind, kind)) or raw),
        reply_token=_text(raw, "replyToken") or None,
        is_silent=raw.get("mode", "active") != "active",
    )


def _unwanted_chat(raw: dict[str, Any]) -> tuple[str, str] | None:
    """Kind and id of a group or room that speaks to us; account data is not for it."""
    source = _mapping(raw, "source")
    kind = source.get("type")
    chat = source.get(f"{kind}Id")
    is_leaving = raw.get("type") == "leave" or raw.get("mode") == "standby"
    if kind not in ("group", "room") or not isinstance(chat, str) or is_leaving:
        return None
    return kind, chat


def _moment(timestamp: object, now: datetime, offset: timedelta) -> datetime:
    """LINE's milliseconds, on our clock; now, if they are none."""
    if not isinstance(timestamp, int):
        return now
    try:
        return datetime.fromtimestamp(timestamp / 1000, UTC) + offset
    except (OverflowError, OSError, ValueError):
        return now


def _mapping(raw: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def _text(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    return encodable(value) if isinstance(value, str) else ""


def _encodable(detail: dict[str, Any]) -> dict[str, Any]:
    return {
        key: encodable(value) if isinstance(value, str) else value
        for key, value in detail.items()
    }


def encodable(text: str) -> str:
    """Without lone surrogates and NUL, which JSON may carry and databases refuse."""
    return text.encode("utf-8", "ignore").decode("utf-8").replace("\x00", "")


def _signature(body: bytes, secret: str) -> bytes:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256))
