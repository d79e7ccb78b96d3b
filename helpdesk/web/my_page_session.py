"""Whose My Page a browser shows: by login or by one tap, for half an hour."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request

from helpdesk.services.rights import Viewer

_KEY = "my_page"
_LIFETIME = timedelta(minutes=30)
# How long a typed password opens the user code.
_PROOF_LIFETIME = timedelta(minutes=5)
# LINE's crawler calls itself facebookexternalhit and line-poker.
_PREVIEWERS = re.compile(
    r"bot\b|bot/|crawl|spider|preview|externalhit|line-poker|whatsapp|slack|embed",
    re.IGNORECASE,
)
_PREFETCH_HEADERS = ("purpose", "sec-purpose", "x-purpose", "x-moz")


class Sessions:
    """What the signed cookie says of My Page; rights are asked for each request."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def begin_login(self, request: Request, subscription: str) -> None:
        """By ID and password; the password counts as typed just now."""
        now = self._clock().isoformat()
        proved = {subscription: now}
        request.session[_KEY] = {"login": subscription, "at": now, "proved": proved}

    def begin_customer(self, request: Request, customer: str) -> None:
        now = self._clock().isoformat()
        request.session[_KEY] = {"customer": customer, "at": now, "proved": {}}

    def end(self, request: Request) -> None:
        request.session.pop(_KEY, None)

    def viewer(self, request: Request) -> Viewer | None:
        """None if it is nobody's, or half an hour is over."""
        found = self._found(request)
        if not self._is_younger(found.get("at"), _LIFETIME):
            return None
        if "login" in found:
            return Viewer.of_login(str(found["login"]))
        return Viewer.of_customer(str(found["customer"]))

    def prove(self, request: Request, subscription: str) -> None:
        """The password of this subscription's login was typed just now."""
        found = self._found(request)
        proved = found.get("proved", {}) | {subscription: self._clock().isoformat()}
        request.session[_KEY] = found | {"proved": proved}

    def is_proved(self, request: Request, subscription: str) -> bool:
        """Whether the password was typed within the last five minutes."""
        at = self._found(request).get("proved", {}).get(subscription)
        return self._is_younger(at, _PROOF_LIFETIME)

    def _found(self, request: Request) -> dict[str, Any]:
        found = request.session.get(_KEY)
        # Cookies of an older version held a list.
        return found if isinstance(found, dict) else {}

    def _is_younger(self, at: str | None, lifetime: timedelta) -> bool:
        return at is not None and self._clock() - datetime.fromisoformat(at) < lifetime


def is_only_looking(request: Request) -> bool:
    """Whether a program fetches the address, not the customer who was given it."""
    if request.method == "HEAD":
        return True
    if any(request.headers.get(name) for name in _PREFETCH_HEADERS):
        return True
    return bool(_PREVIEWERS.search(request.headers.get("user-agent", "")))
