"""What users do, turned into events: the chat changes first, then the bot hears of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.line_platform.events import (
    BINARY,
    MESSAGES,
    binary_of,
    envelope,
    message_content,
)
from tests.line_platform.records import (
    Chat,
    Content,
    Entry,
    Event,
    Json,
    Sent,
    new_message_id,
)

if TYPE_CHECKING:
    from tests.line_platform.platform import LinePlatform

# The queue of events that name no source.
NOBODY = "nobody"
# These need no friend: LINE sends them itself, or they make the friend.
_OF_STRANGERS = ("follow", "unfollow", "unsend", "join", "leave", "accountLink")


class Impossible(Exception):
    """Nobody can do this on LINE, such as writing to an account one has blocked."""


def happening(
    platform: LinePlatform,
    user_id: str | None,
    what: Json,
    *,
    group_id: str | None = None,
    mode: str = "active",
) -> Event:
    """Changes the chat and returns the event that tells the bot.

    `what["type"]` is a message type (text, sticker, image, video, audio, file, location),
    postback, follow, unfollow, unsend, edit, join, leave, accountLink or unknown; its
    further keys are those of LINE's event. Raises KeyError for unknown users and types,
    and Impossible.
    """
    kind = what["type"]
    if kind not in _OF_STRANGERS and group_id is None and user_id is not None:
        _check_reachable(platform.chats[user_id])
    if kind == "join":
        group_id = platform.add_group([user_id] if user_id else [])
    now = platform.clock()
    chat_id = group_id or user_id
    change = _message if kind in MESSAGES else _DETAILS[kind]
    details = change(platform, chat_id or NOBODY, what)
    name = "message" if kind in MESSAGES else _NAMES.get(kind, str(kind))
    payload = envelope(name, _source(platform, user_id, group_id), now, mode, details)
    event = Event(payload, chat_id or NOBODY, chat_id, now)
    _tie(platform, event)
    return event


def _check_reachable(user: Chat) -> None:
    if not user.reachable:
        raise Impossible("who has blocked the account cannot do this")


def sent(event: Event) -> Sent:
    message = event.payload.get("message", {})
    return Sent(event.event_id, message.get("id"), event.chat_id)


def _source(
    platform: LinePlatform, user_id: str | None, group_id: str | None
) -> Json | None:
    user = {"userId": user_id} if user_id else {}
    if group_id:
        kind = platform.chats[group_id].kind
        return {"type": kind, f"{kind}Id": group_id, **user}
    return {"type": "user", **user} if user else None


def _message(platform: LinePlatform, chat_id: str, what: Json) -> Json:
    content = message_content(what, new_message_id())
    if what["type"] in BINARY:
        bytes_and_type = binary_of(what), BINARY[what["type"]]
        platform.contents[content["id"]] = Content(*bytes_and_type)
    platform.quote_tokens[content.get("quoteToken", "")] = chat_id
    platform.show(chat_id, "user", content, "message")
    return {"message": content}


def _postback(platform: LinePlatform, chat_id: str, what: Json) -> Json:
    shown = what.get("displayText")
    if shown:
        platform.show(chat_id, "user", {"type": "text", "text": shown}, "postback")
    params = {"params": what["params"]} if what.get("params") else {}
    return {"postback": {"data": what["data"], **params}}


def _follow(platform: LinePlatform, chat_id: str, what: Json) -> Json:
    chat = platform.chats[chat_id]
    was_blocked, chat.blocked, chat.friend = chat.blocked, False, True
    platform.touch(chat_id)
    return {"follow": {"isUnblocked": was_blocked}}


def _unfollow(platform: LinePlatform, chat_id: str, what: Json) -> Json:
    platform.chats[chat_id].blocked = True
    platform.touch(chat_id)
    return {}


def _unsend(platform: LinePlatform, chat_id: str, what: Json) -> Json:
    entry = _entry(platform, chat_id, what["message_id"])
    entry.unsent = True
    entry.message = {"type": entry.message["type"], "id": entry.message_id}
    platform.contents.pop(entry.message_id, None)
    platform.touch(chat_id)
    return {"unsend": {"messageId": entry.message_id}}


def _edit(platform: LinePlatform, chat_id: str, what: Json) -> Json:
    entry = _entry(platform, chat_id, what["message_id"])
    entry.message = entry.message | {"text": what["text"]}
    platform.touch(chat_id)
    return {"message": entry.message}


def _leave(platform: LinePlatform, chat_id: str, what: Json) -> Json:
    platform.chats[chat_id].friend = False
    return {}


def _account_link(platform: LinePlatform, chat_id: str, what: Json) -> Json:
    return {"link": {"result": what.get("result", "ok"), "nonce": what["nonce"]}}


def _unknown(platform: LinePlatform, chat_id: str, what: Json) -> Json:
    return {"brandNew": {"detail": "LINE adds event types without notice"}}


def _entry(platform: LinePlatform, chat_id: str, message_id: str) -> Entry:
    for entry in platform.chats[chat_id].entries:
        if entry.message_id == message_id and entry.sender == "user":
            return entry
    raise KeyError(message_id)


def _tie(platform: LinePlatform, event: Event) -> None:
    """Note in the chat by which event its last entry was told."""
    if event.chat_id is None:
        return
    entries = platform.chats[event.chat_id].entries
    if entries and entries[-1].sender == "user" and entries[-1].event_id is None:
        entries[-1].event_id = event.event_id


_DETAILS: dict[str, Callable[[LinePlatform, str, Json], Json]] = {
    "postback": _postback,
    "follow": _follow,
    "unfollow": _unfollow,
    "unsend": _unsend,
    "edit": _edit,
    "join": lambda platform, chat_id, what: {},
    "leave": _leave,
    "accountLink": _account_link,
    "unknown": _unknown,
}
_NAMES = {"edit": "messageEdited", "unknown": "somethingNew"}
