"""The control API: other processes and the phone page play the users through it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.line_platform.asked import Asked, Endpoint, route
from tests.line_platform.faults import Faults
from tests.line_platform.platform import LinePlatform
from tests.line_platform.records import Chat, Entry, Json, Refused, milliseconds

_LOOK_EVERY = 0.1
_KEEP_ALIVE = 15.0


def add_user(platform: LinePlatform, asked: Asked) -> Json:
    body = asked.json()
    return {"user_id": platform.add_user(body["name"], body.get("user_id"))}


def users(platform: LinePlatform, asked: Asked) -> Response:
    return JSONResponse(
        [
            {"user_id": chat.chat_id, "name": chat.name, "blocked": chat.blocked}
            for chat in platform.chats.values()
            if chat.kind == "user"
        ]
    )


def send(platform: LinePlatform, asked: Asked) -> Json:
    user = _chat(platform, asked)
    body = asked.json()
    try:
        sent = platform.send(
            user.chat_id,
            body,
            group_id=body.get("group_id"),
            mode=body.get("mode", "active"),
        )
    except KeyError as missing:
        raise Refused(400, f"{missing} is missing or unknown") from missing
    told: Json = {"event_id": sent.event_id}
    return told | ({"message_id": sent.message_id} if sent.message_id else {})


def chat(platform: LinePlatform, asked: Asked) -> Json:
    user = _chat(platform, asked)
    after = int(asked.query.get("after", "0"))
    menu = platform.menu_of(user.chat_id)
    shown = menu and menu.as_json() | {"image": f"/_/menus/{menu.menu_id}.png"}
    return {
        "entries": [_bubble(entry) for entry in user.entries[after:]],
        "loading": platform.loading(user.chat_id),
        "menu": shown,
        "blocked": user.blocked,
    }


def menu_image(platform: LinePlatform, asked: Asked) -> Response:
    menu = platform.menus.image(asked.path["menu_id"])
    return Response(menu.image, media_type=menu.image_type)


def content(platform: LinePlatform, asked: Asked) -> Response:
    found = platform.contents.get(asked.path["message_id"])
    if found is None:
        raise Refused(404, "Not found")
    return Response(found.data, media_type=found.media_type)


def set_faults(platform: LinePlatform, asked: Asked) -> Json:
    try:
        platform.faults = Faults(**asked.json())
    except (TypeError, ValueError) as error:
        raise Refused(400, str(error)) from error
    return {}


def set_quota(platform: LinePlatform, asked: Asked) -> Json:
    platform.quota.limit = asked.json()["value"]
    return {}


def state(platform: LinePlatform, asked: Asked) -> Json:
    return {
        "problems": platform.problems,
        "calls": len(platform.calls),
        "pushes": platform.pushes,
        "replies": platform.replies,
        "pending": len(platform.pending_deliveries()),
        "faults": asdict(platform.faults),
        "quota": asdict(platform.quota),
    }


def redeliver(platform: LinePlatform, asked: Asked) -> Json:
    body = asked.json()
    times = body.get("times", 1)
    if body.get("all"):
        platform.redeliver_all(times, shuffle=body.get("shuffle", False))
    elif body.get("event_id") in platform.events:
        platform.redeliver(body["event_id"], times)
    else:
        raise Refused(404, "no such event")
    return {}


def routes(platform: LinePlatform) -> list[Route]:
    async def watch(request: Request) -> Response:
        user_id = request.path_params["user_id"]
        if user_id not in platform.chats:
            return JSONResponse({"message": "no such user"}, 404)
        return StreamingResponse(
            _changes(platform, user_id),
            media_type="text/event-stream",
            headers={"cache-control": "no-store"},
        )

    endpoints: list[tuple[str, str, Endpoint]] = [
        ("POST", "users", add_user),
        ("GET", "users", users),
        ("POST", "users/{user_id}/events", send),
        ("GET", "users/{user_id}/chat", chat),
        ("GET", "menus/{menu_id}.png", menu_image),
        ("GET", "messages/{message_id}/content", content),
        ("POST", "faults", set_faults),
        ("POST", "quota", set_quota),
        ("GET", "state", state),
        ("POST", "redeliver", redeliver),
    ]
    return [
        Route("/_/users/{user_id}/events", watch, methods=["GET"]),
        *(
            route(platform, f"/_/{path}", method, endpoint)
            for method, path, endpoint in endpoints
        ),
    ]


async def _changes(platform: LinePlatform, user_id: str) -> AsyncIterator[str]:
    """One notice for each change, also when the three dots end by themselves."""
    seen = None
    quiet = 0.0
    while not platform.closed:
        now = platform.chats[user_id].revision, platform.loading(user_id)
        if now != seen:
            seen, quiet = now, 0.0
            yield "data: {}\n\n"
        elif quiet >= _KEEP_ALIVE:
            quiet = 0.0
            yield ": still here\n\n"
        await asyncio.sleep(_LOOK_EVERY)
        quiet += _LOOK_EVERY


def _bubble(entry: Entry) -> Json:
    return {
        "n": entry.n,
        "from": entry.sender,
        "message": entry.message,
        "sender": entry.sender_name,
        "how": entry.how,
        "at": milliseconds(entry.at),
        "unsent": entry.unsent,
    }


def _chat(platform: LinePlatform, asked: Asked) -> Chat:
    user = platform.chats.get(asked.path["user_id"])
    if user is None:
        raise Refused(404, "no such user")
    return user
