"""LINE's limits on messages and rich menus that its OpenAPI description does not hold.

All functions take what has passed that description: types are right, required
properties are there.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import regex

from tests.line_platform.records import Json

_SCHEMES = ("http", "https", "line", "tel")
_BUBBLE_BYTES = 30 * 1024
_CAROUSEL_BYTES = 50 * 1024
_LONGEST_ALT_TEXT = 400


class Finding(NamedTuple):
    where: str
    """The property: messages[0].text"""
    what: str


def utf16(text: str) -> int:
    """UTF-16 code units: an emoji counts two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> int:
    """Grapheme clusters: what a reader takes for one character."""
    return len(regex.findall(r"\X", text))


def messages(found: list[Json]) -> Iterator[Finding]:
    """Of one request, in which only the last one may have quick replies."""
    for place, message in enumerate(found):
        where = f"messages[{place}]"
        yield from _message(message, where)
        if "quickReply" in message and place < len(found) - 1:
            yield Finding(f"{where}.quickReply", "Shown only with the last message")


def rich_menu(menu: Json) -> Iterator[Finding]:
    for name in ("size", "selected", "name", "chatBarText", "areas"):
        if name not in menu:
            yield Finding(name, "May not be empty")
            return
    yield from _text(menu["name"], "name", most=300)
    yield from _text(menu["chatBarText"], "chatBarText", most=14)
    width, height = menu["size"].get("width", 0), menu["size"].get("height", 0)
    if not 800 <= width <= 2500 or height < 250 or width < 1.45 * height:
        yield Finding(
            "size", "Must be 800 to 2500 wide, 250 or higher, 1.45:1 or wider"
        )
    yield from _count(menu["areas"], "areas", 1, 20)
    for place, area in enumerate(menu["areas"]):
        where = f"areas[{place}]"
        yield from _bounds(area.get("bounds", {}), width, height, f"{where}.bounds")
        if "action" in area:
            yield from _action(
                area["action"], f"{where}.action", label=20, needed=False
            )
        else:
            yield Finding(f"{where}.action", "May not be empty")


def loading(request: Json) -> Iterator[Finding]:
    if request.get("loadingSeconds", 20) not in range(5, 61, 5):
        yield Finding("loadingSeconds", "Must be 5 to 60, in steps of 5")


def _message(message: Json, where: str) -> Iterator[Finding]:
    if message["type"] in {"text", "textV2"}:
        yield from _text(message["text"], f"{where}.text")
        if utf16(message["text"]) > 5000:
            yield Finding(f"{where}.text", "Length must be between 0 and 5000")
    if message["type"] == "template":
        yield from _text(message["altText"], f"{where}.altText", most=_LONGEST_ALT_TEXT)
        yield from _template(message["template"], f"{where}.template")
    if message["type"] == "flex":
        yield from _text(message["altText"], f"{where}.altText", most=_LONGEST_ALT_TEXT)
        yield from _flex(message["contents"], f"{where}.contents")
    yield from _quick_reply(message.get("quickReply"), f"{where}.quickReply")
    yield from _sender(message.get("sender") or {}, f"{where}.sender")
    for name in ("originalContentUrl", "previewImageUrl"):
        if name in message:
            yield from _address(message[name], f"{where}.{name}", 2000, ("https",))


def _quick_reply(quick_reply: Json | None, where: str) -> Iterator[Finding]:
    if quick_reply is None:
        return
    items = quick_reply.get("items") or []
    yield from _count(items, f"{where}.items", 1, 13)
    for place, item in enumerate(items):
        at = f"{where}.items[{place}]"
        if item.get("type") != "action" or "action" not in item:
            yield Finding(at, "Must be of the type action, and have one")
        else:
            yield from _action(item["action"], f"{at}.action", label=20)
        if "imageUrl" in item:
            yield from _address(item["imageUrl"], f"{at}.imageUrl", 2000, ("https",))


def _sender(sender: Json, where: str) -> Iterator[Finding]:
    if "name" in sender:
        yield from _text(sender["name"], f"{where}.name", most=20)
        if "LINE" in unicodedata.normalize("NFKC", sender["name"]):
            yield Finding(f"{where}.name", "May not contain LINE")
    if "iconUrl" in sender:
        yield from _address(sender["iconUrl"], f"{where}.iconUrl", 2000, ("https",))


def _template(template: Json, where: str) -> Iterator[Finding]:
    kind = template["type"]
    if kind == "buttons":
        yield from _column(template, where, text=160, beside_title=60)
        yield from _actions(template["actions"], f"{where}.actions", 1, 4)
    elif kind == "confirm":
        yield from _text(template["text"], f"{where}.text", most=240)
        yield from _actions(template["actions"], f"{where}.actions", 2, 2)
    elif kind == "carousel":
        columns = template["columns"]
        yield from _count(columns, f"{where}.columns", 1, 10)
        for place, column in enumerate(columns):
            at = f"{where}.columns[{place}]"
            yield from _column(column, at, text=120, beside_title=60)
            yield from _actions(column["actions"], f"{at}.actions", 1, 3)
        if len({len(column["actions"]) for column in columns}) > 1:
            yield Finding(f"{where}.columns", "Must all have as many actions")
    else:
        yield from _count(template["columns"], f"{where}.columns", 1, 10)
        for place, column in enumerate(template["columns"]):
            at = f"{where}.columns[{place}].action"
            yield from _action(column["action"], at, label=12, needed=False)


def _column(
    column: Json, where: str, *, text: int, beside_title: int
) -> Iterator[Finding]:
    """The part that buttons and the columns of a carousel share."""
    has_head = bool(column.get("title") or column.get("thumbnailImageUrl"))
    most = beside_title if has_head else text
    yield from _text(column["text"], f"{where}.text", most=most)
    if "title" in column:
        yield from _text(column["title"], f"{where}.title", most=40)
    if "thumbnailImageUrl" in column:
        at = f"{where}.thumbnailImageUrl"
        yield from _address(column["thumbnailImageUrl"], at, 2000, ("https",))
    if "defaultAction" in column:
        at = f"{where}.defaultAction"
        yield from _action(column["defaultAction"], at, label=20, needed=False)


def _flex(container: Json, where: str) -> Iterator[Finding]:
    bubbles = (
        container.get("contents", [])
        if container["type"] == "carousel"
        else [container]
    )
    yield from _count(bubbles, f"{where}.contents", 1, 12)
    if _size(container) > _CAROUSEL_BYTES:
        yield Finding(where, "Must be 50 KB or smaller")
    for place, bubble in enumerate(bubbles):
        at = where if bubble is container else f"{where}.contents[{place}]"
        if _size(bubble) > _BUBBLE_BYTES:
            yield Finding(at, "Must be 30 KB or smaller")
        yield from _component(bubble, at)


def _component(part: Any, where: str) -> Iterator[Finding]:
    """A part of a bubble, whatever it is, and all in it."""
    if isinstance(part, list):
        for place, each in enumerate(part):
            yield from _component(each, f"{where}[{place}]")
    if not isinstance(part, dict):
        return
    kind = part.get("type")
    if kind == "span" or (kind == "text" and not part.get("contents")):
        yield from _text(part.get("text") or "", f"{where}.text")
    if kind in {"image", "icon"}:
        yield from _address(part.get("url") or "", f"{where}.url", 2000, ("https",))
    if kind == "button" and "action" not in part:
        yield Finding(f"{where}.action", "May not be empty")
    for name, value in part.items():
        at = f"{where}.{name}"
        if name == "action":
            yield from _action(value, at, label=40, needed=kind == "button")
        else:
            yield from _component(value, at)


def _actions(
    actions: list[Json], where: str, least: int, most: int
) -> Iterator[Finding]:
    yield from _count(actions, where, least, most)
    for place, action in enumerate(actions):
        yield from _action(action, f"{where}[{place}]", label=20)


def _action(
    action: Json, where: str, *, label: int, needed: bool = True
) -> Iterator[Finding]:
    if needed or action.get("label"):
        yield from _text(action.get("label") or "", f"{where}.label", most=label)
    kind = action["type"]
    if kind in {"postback", "richmenuswitch", "datetimepicker"}:
        data = action.get("data") or ""
        if not 1 <= utf16(data) <= 300:
            yield Finding(f"{where}.data", "Length must be between 1 and 300")
    if kind == "postback" and "displayText" in action and "text" in action:
        yield Finding(f"{where}.text", "Cannot be used together with displayText")
    if kind == "message":
        yield from _text(action.get("text") or "", f"{where}.text", most=300)
    for name in (
        "displayText",
        "fillInText",
        *(["text"] if kind == "postback" else []),
    ):
        if name in action:
            yield from _text(action[name], f"{where}.{name}", most=300)
    if kind == "uri":
        yield from _address(action.get("uri") or "", f"{where}.uri", 1000, _SCHEMES)


def _bounds(bounds: Json, width: int, height: int, where: str) -> Iterator[Finding]:
    if not {"x", "y", "width", "height"} <= bounds.keys():
        yield Finding(where, "May not be empty")
    elif (
        bounds["x"] + bounds["width"] > width or bounds["y"] + bounds["height"] > height
    ):
        yield Finding(where, "Must lie within the size of the menu")


def _text(text: str, where: str, most: int | None = None) -> Iterator[Finding]:
    if not text:
        yield Finding(where, "May not be empty")
    elif most is not None and graphemes(text) > most:
        yield Finding(where, f"Length must be between 0 and {most}")


def _address(
    uri: str, where: str, most: int, schemes: Iterable[str]
) -> Iterator[Finding]:
    if not 1 <= len(uri) <= most:
        yield Finding(where, f"Length must be between 1 and {most}")
    elif uri.partition(":")[0].lower() not in schemes:
        yield Finding(where, "Invalid URI scheme")
    elif not uri.isascii() or " " in uri:
        yield Finding(where, "Must be percent-encoded")


def _count(found: list[Any], where: str, least: int, most: int) -> Iterator[Finding]:
    if not least <= len(found) <= most:
        yield Finding(where, f"Size must be between {least} and {most}")


def _size(part: Json) -> int:
    return len(json.dumps(part, ensure_ascii=False).encode())
