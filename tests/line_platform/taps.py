"""Pressing what the bot has shown: buttons of messages, quick replies, the rich menu."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.line_platform.records import Json, Sent

if TYPE_CHECKING:
    from tests.line_platform.platform import LinePlatform

_ACTIONS = ("postback", "message", "uri", "richmenuswitch")


def buttons(platform: LinePlatform, user_id: str) -> list[Json]:
    """The actions that can be pressed, newest first.

    Quick replies are gone as soon as anything follows them.
    """
    entries = platform.chat(user_id)
    found = []
    for entry in reversed(entries):
        if entry.sender != "bot":
            continue
        message = entry.message
        if entry is not entries[-1]:
            message = {key: message[key] for key in message if key != "quickReply"}
        found += list(_actions(message))
    return found


def button(platform: LinePlatform, user_id: str, label: str) -> Json:
    """Raises LookupError."""
    shown = buttons(platform, user_id)
    for action in shown:
        if action.get("label") == label:
            return action
    labels = [action.get("label") for action in shown]
    raise LookupError(f"no button {label!r} among {labels}")


def area(platform: LinePlatform, user_id: str, wanted: str | int) -> Json:
    """The action behind an area of the menu that the user sees. Raises LookupError."""
    menu = platform.menu_of(user_id)
    if menu is None:
        raise LookupError("no rich menu is shown")
    actions: list[Json] = [each["action"] for each in menu.menu["areas"]]
    if isinstance(wanted, int):
        return actions[wanted]
    for action in actions:
        if wanted in {
            action.get("label"),
            action.get("displayText"),
            action.get("text"),
        }:
            return action
    raise LookupError(f"no area {wanted!r} in {actions}")


def press(platform: LinePlatform, user_id: str, action: Json) -> Sent:
    """What LINE does for this action."""
    if action["type"] == "uri":
        return Sent(uri=action["uri"])
    if action["type"] == "message":
        return platform.say(user_id, action["text"])
    what = {
        "type": "postback",
        "data": action.get("data", ""),
        "displayText": action.get("displayText") or action.get("text"),
    }
    if action["type"] == "richmenuswitch":
        alias = action["richMenuAliasId"]
        with platform.lock:
            platform.menus.link(user_id, platform.menus.alias(alias))
        what["params"] = {"newRichMenuAliasId": alias, "status": "SUCCESS"}
    return platform.send(user_id, what)


def _actions(part: Any) -> Iterator[Json]:
    """All actions in a message object, in the order in which they are written."""
    if isinstance(part, list):
        for each in part:
            yield from _actions(each)
    elif isinstance(part, dict):
        if part.get("type") in _ACTIONS and not part.keys() & {"contents", "altText"}:
            yield part
        else:
            for each in part.values():
                yield from _actions(each)
