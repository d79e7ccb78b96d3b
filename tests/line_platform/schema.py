"""Whether LINE would take a request: three checks, the first that objects is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import linebot.v3.messaging as sdk

from tests.line_platform import limits, spec
from tests.line_platform.limits import Finding
from tests.line_platform.records import Json

_MOST_BYTES = 2 * 1024 * 1024
_MOST_MESSAGES = 5

_LIMITS: dict[str, Callable[[Json], Iterator[Finding]]] = {
    "RichMenuRequest": limits.rich_menu,
    "ShowLoadingAnimationRequest": limits.loading,
}


def violations(name: str, body: Json) -> list[Json]:
    """Details in LINE's form of what is wrong with this `name` of LINE's API."""
    for check in (spec.findings, _sdk, _limits):
        # The same property may break several rules; LINE names it once.
        told = {found.where: found.what for found in reversed(list(check(name, body)))}
        if told:
            return [
                {"message": what, "property": where}
                for where, what in reversed(told.items())
            ]
    return []


def summary(details: list[Json]) -> str:
    return f"The request body has {len(details)} error(s)"


def _limits(name: str, body: Json) -> Iterator[Finding]:
    if name in _LIMITS:
        return _LIMITS[name](body)
    return limits.messages(body.get("messages", []))


def _sdk(name: str, body: Json) -> Iterator[Finding]:
    """What the SDK's own models refuse, or lose because they do not know it."""
    found = body.get("messages", [])
    if isinstance(found, list):
        of_messages = [
            list(_modelled(sdk.Message, message, f"messages[{place}]"))
            for place, message in enumerate(found)
        ]
        if any(of_messages):
            yield from chain.from_iterable(of_messages)
            return
    yield from _modelled(getattr(sdk, name), body, "")


def _modelled(model: Any, sent: Any, where: str) -> Iterator[Finding]:
    try:
        back = model.from_dict(sent).to_dict()
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        for path, sentence in _complaints(error):
            yield Finding(_joined(where, path), sentence)
    else:
        yield from _lost(sent, back, where)


def _complaints(error: Exception) -> list[tuple[str, str]]:
    """The paths and sentences of a model's error; other errors tell no path."""
    if hasattr(error, "errors"):
        return [(".".join(map(str, e["loc"])), e["msg"]) for e in error.errors()]
    return [("", f"{type(error).__name__}: {error}"[:200])]


def _lost(sent: Any, back: Any, where: str) -> Iterator[Finding]:
    """Whatever was sent and is not, or is otherwise, in what came back."""
    if isinstance(sent, dict) and isinstance(back, dict):
        for key, value in sent.items():
            if value is not None:
                yield from _lost(value, back.get(key), _joined(where, key))
    elif isinstance(sent, list) and isinstance(back, list) and len(sent) == len(back):
        for place, (one, other) in enumerate(zip(sent, back, strict=True)):
            yield from _lost(one, other, f"{where}[{place}]")
    elif sent != back:
        yield Finding(where, "Unknown property or value")


def _joined(where: str, path: str) -> str:
    return f"{where}.{path}" if where and path else where or path
