"""Webhook events in LINE's form, from the short form that tests and the phone use."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.line_platform.records import Json, milliseconds, new_token, ulid

# A picture of one pixel, for whoever sends an image without saying which.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)
BINARY = {
    "image": "image/png",
    "video": "video/mp4",
    "audio": "audio/mp4",
    "file": "application/pdf",
}
MESSAGES = ("text", "sticker", "location", *BINARY)
QUOTABLE = ("text", "sticker", "image", "video")
# These come without a reply token, whatever the mode.
_SILENT = ("unfollow", "unsend", "leave")


def envelope(
    kind: str, source: Json | None, at: datetime, mode: str, details: Json
) -> Json:
    """An event as it is first delivered; standby channels get no reply token."""
    event: Json = {
        "type": kind,
        "timestamp": milliseconds(at),
        "webhookEventId": ulid(at),
        "deliveryContext": {"isRedelivery": False},
        "mode": mode,
    }
    if source:
        event["source"] = source
        if mode == "active" and kind not in _SILENT:
            event["replyToken"] = new_token()
    return event | details


def message_content(what: Json, message_id: str) -> Json:
    """The message object of a message event."""
    kind = what["type"]
    quote = {"quoteToken": new_token()} if kind in QUOTABLE else {}
    return {
        "id": message_id,
        "type": kind,
        **quote,
        "markAsReadToken": new_token(),
        **_CONTENTS[kind](what),
    }


def binary_of(what: Json) -> bytes:
    """The bytes of an image, video, audio or file: given raw, in Base64 or not at all."""
    content = what.get("content", PIXEL)
    return base64.b64decode(content) if isinstance(content, str) else bytes(content)


def _text(what: Json) -> Json:
    optional = ("emojis", "mention", "quotedMessageId")
    return {"text": what["text"], **_given(what, *optional)}


def _sticker(what: Json) -> Json:
    return {
        "packageId": what.get("packageId", "446"),
        "stickerId": what.get("stickerId", "1988"),
        "stickerResourceType": "MESSAGE" if "text" in what else "STATIC",
        **_given(what, "keywords", "text", "quotedMessageId"),
    }


def _picture(what: Json) -> Json:
    return {"contentProvider": {"type": "line"}, **_given(what, "imageSet")}


def _recording(what: Json) -> Json:
    return {"contentProvider": {"type": "line"}, "duration": what.get("duration", 1000)}


def _file(what: Json) -> Json:
    name = what.get("fileName", "file.pdf")
    return {"fileName": name, "fileSize": len(binary_of(what))}


def _location(what: Json) -> Json:
    return {
        "title": what.get("title", "日本橋"),
        "address": what.get("address", "東京都中央区日本橋"),
        "latitude": what.get("latitude", 35.6835),
        "longitude": what.get("longitude", 139.7737),
    }


def _given(what: Json, *names: str) -> Json:
    return {name: what[name] for name in names if what.get(name) is not None}


_CONTENTS: dict[str, Callable[[Any], Json]] = {
    "text": _text,
    "sticker": _sticker,
    "image": _picture,
    "video": _recording,
    "audio": _recording,
    "file": _file,
    "location": _location,
}
