"""LINE's API: messages, quota, profiles, link tokens, contents, groups."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from tests.line_platform import bot, menu_api
from tests.line_platform.asked import Answer, Asked, Endpoint, route
from tests.line_platform.platform import LinePlatform
from tests.line_platform.records import Chat, Json, Refused

_RETRY_KEY = "x-line-retry-key"


def reply(platform: LinePlatform, asked: Asked) -> Json:
    key = asked.headers.get(_RETRY_KEY)
    return bot.reply(platform, asked.json(), key, asked.request_id)


def push(platform: LinePlatform, asked: Asked) -> Json:
    key = asked.headers.get(_RETRY_KEY)
    return bot.push(platform, asked.json(), key, asked.request_id)


def validate(platform: LinePlatform, asked: Asked) -> Json:
    """Asking whether something is right is no problem, so none is kept."""
    bot.validate("ValidateMessageRequest", asked.json())
    return {}


def quota(platform: LinePlatform, asked: Asked) -> Json:
    if platform.quota.limit is None:
        return {"type": "none"}
    return {"type": "limited", "value": platform.quota.limit}


def consumption(platform: LinePlatform, asked: Asked) -> Json:
    return {"totalUsage": platform.quota.used}


def start_loading(platform: LinePlatform, asked: Asked) -> Answer:
    bot.start_loading(platform, asked.json())
    return Answer({}, 202)


def mark_as_read(platform: LinePlatform, asked: Asked) -> Json:
    bot.mark_as_read(platform, str(asked.json().get("markAsReadToken")))
    return {}


def profile(platform: LinePlatform, asked: Asked) -> Json:
    user = _friend(platform, asked)
    return {"userId": user.chat_id, "displayName": user.name, "language": "ja"}


def info(platform: LinePlatform, asked: Asked) -> Json:
    return {
        "userId": platform.bot_user_id,
        "basicId": "@000aaaaa",
        "displayName": platform.bot_name,
        "chatMode": "chat",
        "markAsReadMode": "manual",
    }


def link_token(platform: LinePlatform, asked: Asked) -> Json:
    user = _friend(platform, asked)
    return {"linkToken": platform.link_tokens.issue(user.chat_id, platform.clock())}


def content(platform: LinePlatform, asked: Asked) -> Response:
    found = platform.contents.get(asked.path["message_id"])
    if found is None:
        raise Refused(404, "Not found")
    if found.expired:
        raise Refused(410, "Gone")
    return Response(found.data, media_type=found.media_type)


def transcoding(platform: LinePlatform, asked: Asked) -> Json:
    content(platform, asked)
    return {"status": "succeeded"}


def leave(platform: LinePlatform, asked: Asked) -> Json:
    group = platform.chats.get(asked.path["group_id"])
    if group is None or group.kind == "user" or not group.friend:
        raise Refused(404, "Not found")
    platform.send(None, {"type": "leave"}, group_id=group.chat_id)
    return {}


def routes(platform: LinePlatform) -> list[Route]:
    endpoints: list[tuple[str, str, Endpoint]] = [
        ("POST", "message/reply", reply),
        ("POST", "message/push", push),
        ("POST", "message/validate/reply", validate),
        ("POST", "message/validate/push", validate),
        ("GET", "message/quota", quota),
        ("GET", "message/quota/consumption", consumption),
        ("GET", "message/{message_id}/content", content),
        ("GET", "message/{message_id}/content/preview", content),
        ("GET", "message/{message_id}/content/transcoding", transcoding),
        ("POST", "chat/loading/start", start_loading),
        ("POST", "chat/markAsRead", mark_as_read),
        ("GET", "profile/{user_id}", profile),
        ("GET", "info", info),
        ("POST", "user/{user_id}/linkToken", link_token),
        ("POST", "group/{group_id}/leave", leave),
        ("POST", "room/{group_id}/leave", leave),
        *menu_api.ENDPOINTS,
    ]
    return [
        route(platform, f"/v2/bot/{path}", method, endpoint)
        for method, path, endpoint in endpoints
    ]


def _friend(platform: LinePlatform, asked: Asked) -> Chat:
    user = platform.chats.get(asked.path["user_id"])
    if user is None or user.kind != "user" or not user.reachable:
        raise Refused(404, "Not found")
    return user
