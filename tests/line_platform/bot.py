"""What the bot does through LINE's API: reply, push, show that it writes, mark as read."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn

from tests.line_platform import schema
from tests.line_platform.outgoing import (
    INVALID_REPLY_TOKEN,
    Accepted,
    InvalidRetryKey,
    already_accepted,
    sent_message,
    token_is_alive,
)
from tests.line_platform.records import Json, Refused, Undelivered, new_message_id

if TYPE_CHECKING:
    from tests.line_platform.platform import LinePlatform

_RECIPIENT = re.compile(r"[UCR][0-9a-f]{32}")
_USER = re.compile(r"U[0-9a-f]{32}")


def check(platform: LinePlatform, name: str, body: Json) -> None:
    """Raises Refused, and keeps the problem, where this is no `name` of LINE's API."""
    details = schema.violations(name, body)
    if details:
        refuse(platform, name, schema.summary(details), details)


def validate(name: str, body: Json) -> None:
    """Like `check`, but a mistake is only answered. Raises Refused."""
    details = schema.violations(name, body)
    if details:
        raise Refused(400, schema.summary(details), details)


def refuse(
    platform: LinePlatform, name: str, message: str, details: list[Json] | None = None
) -> NoReturn:
    """A 400 that is the product's mistake. Raises Refused always."""
    told = [f"{each['property']}: {each['message']}" for each in details or []]
    platform.problems.append(f"{name}: {'; '.join(told) or message}")
    raise Refused(400, message, details)


def reply(
    platform: LinePlatform, body: Json, retry_key: str | None, request_id: str
) -> Json:
    if retry_key is not None:
        refuse(platform, "reply", "The retry key is not supported by this endpoint")
    check(platform, "ReplyMessageRequest", body)
    event = platform.event_of_token(body["replyToken"])
    if event is None or event.chat_id is None:
        raise Refused(400, INVALID_REPLY_TOKEN)
    if not token_is_alive(event, platform.clock()):
        raise Refused(400, INVALID_REPLY_TOKEN)
    _check_quotes(platform, event.chat_id, body)
    event.token_used = True
    platform.replies += 1
    sent = _show(platform, event.chat_id, body, "reply", request_id, event.event_id)
    return {"sentMessages": sent}


def push(
    platform: LinePlatform, body: Json, retry_key: str | None, request_id: str
) -> Json:
    now = platform.clock()
    try:
        earlier = platform.retry_keys.accepted(retry_key, now)
    except InvalidRetryKey:
        refuse(platform, "push", "Invalid retry key")
    if earlier:
        if earlier.body != body:
            platform.problems.append("push: a retry key came again with another body")
        raise already_accepted(earlier)
    check(platform, "PushMessageRequest", body)
    if not _RECIPIENT.fullmatch(body["to"]):
        refuse(platform, "push", "The property, 'to', in the request body is invalid")
    _check_quotes(platform, body["to"], body)
    platform.quota.check()
    chat = platform.chats.get(body["to"])
    if chat and chat.reachable:
        platform.quota.used += len(chat.members) if chat.kind != "user" else 1
    platform.pushes += 1
    sent = _show(platform, body["to"], body, "push", request_id, None)
    platform.retry_keys.remember(retry_key, Accepted(request_id, body, sent, now))
    return {"sentMessages": sent}


def start_loading(platform: LinePlatform, body: Json) -> None:
    """The three dots, until the bot's next message or the end of the time."""
    check(platform, "ShowLoadingAnimationRequest", body)
    if not _USER.fullmatch(body["chatId"]):
        refuse(platform, "loading", "The property, 'chatId', is no user's")
    chat = platform.chats.get(body["chatId"])
    if chat and chat.reachable:
        seconds = timedelta(seconds=body.get("loadingSeconds", 20))
        chat.loading_until = platform.clock() + seconds
        platform.touch(chat.chat_id)


def mark_as_read(platform: LinePlatform, token: str) -> None:
    """Marks the message of this token and all before it."""
    for chat in platform.chats.values():
        for entry in chat.entries:
            if entry.message.get("markAsReadToken") == token:
                chat.read_until = max(chat.read_until, entry.n)
                platform.touch(chat.chat_id)
                return
    raise Refused(400, "Invalid markAsReadToken")


def _show(
    platform: LinePlatform,
    to: str,
    body: Json,
    how: str,
    request_id: str,
    event_id: str | None,
) -> list[Json]:
    """Into the chat, or among what nobody sees."""
    chat = platform.chats.get(to)
    sent = []
    for message in body["messages"]:
        if chat and chat.reachable:
            chat.loading_until = None
            entry = platform.show(to, "bot", message, how)
            entry.sender_name = (message.get("sender") or {}).get("name")
            entry.request_id, entry.event_id = request_id, event_id
            receipt = sent_message(message, entry.message_id)
        else:
            receipt = sent_message(message, new_message_id())
            platform.undelivered.append(
                Undelivered(to, message, how, request_id, platform.clock())
            )
        platform.quote_tokens[receipt.get("quoteToken", "")] = to
        sent.append(receipt)
    return sent


def _check_quotes(platform: LinePlatform, chat_id: str, body: Json) -> None:
    """A message can be quoted only in the chat where it stands."""
    for place, message in enumerate(body["messages"]):
        token = message.get("quoteToken")
        if token is not None and platform.quote_tokens.get(token) != chat_id:
            detail = {
                "message": "The quote token is invalid",
                "property": f"messages[{place}].quoteToken",
            }
            refuse(platform, "quote", "The quote token is invalid", [detail])
