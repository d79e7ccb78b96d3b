"""The `line:` step: the forms in which a case says what a customer does on LINE."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CONTENTS = ("image", "video", "audio", "file", "location")
OUTCOMES = ("ok", "failed", "expired", "other")
# Kinds of events that the product does not know, or that bring nothing by themselves.
_STRANGE = {
    name.casefold(): name
    for name in (
        "activated",
        "beacon",
        "botResumed",
        "botSuspended",
        "deactivated",
        "membership",
        "memberJoined",
        "memberLeft",
        "module",
        "things",
        "unknown",
        "videoPlayComplete",
    )
}
_OTHER_NAMES = {
    "accountlink": "account_link",
    "block": "unfollow",
    "button": "tap",
    "menu_item": "menu",
    "messageedited": "edit",
    "photo": "image",
    "press": "tap",
    "quick_reply": "tap",
    "raw": "event",
    "redelivery": "redeliver",
    "rich_menu": "menu",
    "richmenu": "menu",
    "say": "text",
    "unblock": "follow",
    "user": "text",
    "voice": "audio",
}
# What a bare word may be; any other word is typed, or taps the menu's item of that name.
_WORDS = (
    *CONTENTS,
    "account_link",
    "follow",
    "join",
    "redeliver",
    "standby",
    "sticker",
    "unfollow",
    "unsend",
)
# What LINE may bring together, in one call.
_TOGETHER = (
    *CONTENTS,
    "edit",
    "follow",
    "join",
    "menu",
    "postback",
    "says",
    "standby",
    "sticker",
    "tap",
    "text",
    "unfollow",
    "unsend",
)
_TIMES = re.compile(r"(\d+)\s*(?:x|×|回|times)?")


@dataclass(frozen=True)
class Doing:
    """One thing that a customer does, or that happens to what was done.

    `says`: what taps the menu's item of this name, if there is one, and else is typed.
    """

    kind: str
    value: Any = None

    def __str__(self) -> str:
        return self.kind if self.value in (None, {}) else f"{self.kind} {self.value}"


def read_doings(form: Any) -> list[Doing]:
    """What the step does; several things are brought by one call. Raises ValueError."""
    if not isinstance(form, list):
        return [_doing(form)]
    doings = [_doing(each) for each in form]
    for doing in doings:
        if doing.kind not in _TOGETHER:
            raise ValueError(f"line: {doing.kind} cannot be one of several at once")
    if not doings:
        raise ValueError("line: there is nothing in the list")
    return doings


def folded(text: object) -> str:
    """The text as labels are compared."""
    return unicodedata.normalize("NFKC", str(text)).strip()


def _doing(form: Any) -> Doing:
    if isinstance(form, bool) or form is None or form in ("", {}):
        raise ValueError(f"line: {form!r} says nothing: name an event")
    if isinstance(form, Mapping):
        return _of_mapping(form)
    word = str(form)
    if strange := _STRANGE.get(word.casefold()):
        return Doing("event", {"type": strange})
    kind = _kind(word)
    if kind in _WORDS:
        return Doing(kind, _READERS[kind](None))
    return Doing("says", word)


def _of_mapping(form: Mapping[Any, Any]) -> Doing:
    """`{kind: value}`, or an event in LINE's own form, or the stand-in's short one."""
    if "type" in form:
        return _of_type(dict(form))
    if len(form) != 1:
        raise ValueError(f"line: one thing at a time, not {', '.join(map(str, form))}")
    name, value = next(iter(form.items()))
    if strange := _STRANGE.get(str(name).casefold()):
        return Doing("event", {"type": strange, strange: value or {}})
    kind = _kind(str(name))
    if kind == "message" and isinstance(value, Mapping):
        return _of_type({"type": kind, kind: value})
    if kind == "message":
        kind = "text"
    if kind not in _READERS:
        raise ValueError(f"line: there is no event {name!r}; known are {_known()}")
    if kind == "event":
        return _of_type(_event(value))
    return Doing(kind, _READERS[kind](value))


def _of_type(form: dict[Any, Any]) -> Doing:
    kind = str(form["type"])
    inner = form.get("message")
    if kind == "message" and isinstance(inner, Mapping):
        is_known = inner.get("type") in ("text", "sticker", *CONTENTS)
        return _of_type(dict(inner)) if is_known else Doing("event", form)
    if kind == "text" and "text" in form:
        return Doing("text", _text(form["text"]))
    if kind in (*CONTENTS, "sticker"):
        rest = {name: value for name, value in form.items() if name != "type"}
        return Doing(kind, _READERS[kind](rest))
    link = form.get("link")
    if kind == "accountLink" and isinstance(link, Mapping) and "nonce" not in link:
        # Only the page knows the nonce.
        return Doing("account_link", _outcome(link))
    if form.keys() == {"type"} and _kind(kind) in _WORDS:
        return _doing(kind)
    return Doing("event", form)


def _kind(name: str) -> str:
    plain = folded(name).casefold().replace("-", "_").replace(" ", "_")
    return _OTHER_NAMES.get(plain.replace("_", ""), _OTHER_NAMES.get(plain, plain))


def _known() -> str:
    return ", ".join(sorted(_READERS))


# --- The value of each kind -----------------------------------------------------------


def _text(value: Any) -> str:
    if isinstance(value, (bool, Mapping, list)) or value in (None, ""):
        raise ValueError(f"line: {value!r} is no text")
    return str(value)


def _optional_text(value: Any) -> str | None:
    return None if value in (None, True) else _text(value)


def _nothing(value: Any) -> None:
    """What stands there says nothing more, such as `follow: true`."""
    if value is False:
        raise ValueError("line: false does nothing: leave the step out")


def _sticker(value: Any) -> dict[str, Any]:
    if value in (None, True):
        return {}
    if isinstance(value, Mapping):
        return dict(value)
    words = value if isinstance(value, list) else [value]
    return {"keywords": [_text(word) for word in words]}


def _content(value: Any) -> dict[str, Any]:
    _nothing(value)
    return dict(value) if isinstance(value, Mapping) else {}


def _label(value: Any) -> str | dict[str, Any]:
    """A label, or LINE's own postback object."""
    if isinstance(value, Mapping) and isinstance(value.get("data"), str):
        return dict(value)
    return _text(value)


def _item(value: Any) -> str | int:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number else _text(value)


def _edit(value: Any) -> dict[str, str | None]:
    """`of` is the text before, None for the newest message."""
    if not isinstance(value, Mapping):
        return {"text": _text(value), "of": None}
    if "text" not in value or value.keys() - {"text", "of"}:
        raise ValueError(f"line: an edit is a text, or text: and of:, not {value}")
    return {"text": _text(value["text"]), "of": _optional_text(value.get("of"))}


def _redeliver(value: Any) -> dict[str, Any]:
    """How often; `is_every`: all events of the case, else the newest one."""
    if isinstance(value, Mapping):
        if value.keys() - {"times", "all", "shuffle"}:
            raise ValueError(f"line: redeliver knows times, all, shuffle, not {value}")
        is_shuffled = value.get("shuffle") is True
        is_every = value.get("all", is_shuffled) is True
        more = {"is_every": is_every, "is_shuffled": is_shuffled}
        return _redeliver(value.get("times")) | more
    if folded(value) in ("all", "shuffle", "shuffled"):
        return {"times": 1, "is_every": True, "is_shuffled": folded(value) != "all"}
    times = _TIMES.fullmatch("1" if value in (None, True) else folded(value))
    if times is None or int(times.group(1)) < 1:
        raise ValueError(f"line: {value!r} is no number of redeliveries")
    return {"times": int(times.group(1)), "is_every": False, "is_shuffled": False}


def _outcome(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("result")
    outcome = folded("ok" if value in (None, True) else value).casefold()
    if outcome not in OUTCOMES:
        raise ValueError(
            f"line: account_link is one of {', '.join(OUTCOMES)}, not {value!r}"
        )
    return outcome


def _event(value: Any) -> dict[str, Any]:
    fields = dict(value) if isinstance(value, Mapping) else {"type": value}
    if not fields.get("type") or not isinstance(fields["type"], str):
        raise ValueError(f"line: an event has a type: {value!r}")
    return fields


def _group(value: Any) -> str:
    kind = folded("group" if value in (None, True) else value)
    if kind not in ("group", "room"):
        raise ValueError(f"line: one joins a group or a room, not {value!r}")
    return kind


_READERS = {
    **dict.fromkeys(CONTENTS, _content),
    "account_link": _outcome,
    "edit": _edit,
    "event": _event,
    "follow": _nothing,
    "group": _text,
    "join": _group,
    "menu": _item,
    "postback": _label,
    "redeliver": _redeliver,
    "standby": _optional_text,
    "sticker": _sticker,
    "tap": _text,
    "text": _text,
    "unfollow": _nothing,
    "unsend": _optional_text,
}
