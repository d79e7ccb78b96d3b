"""LINE's stand-in for one case: its menus as `make line-setup` leaves them, its secrets."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from helpdesk.bootstrap import Helpdesk
from helpdesk.gateway.line_menus import request_for
from helpdesk.services.ports import Unit
from helpdesk.storage.line_catalog import Menu
from tests.converse.clock import MovableClock
from tests.line_platform import LinePlatform, Pace, running
from tests.line_platform.events import PIXEL
from tests.line_platform.records import Event, milliseconds

_ALIAS = "helpdesk-"
# The product may be slow on a busy machine; what it refuses comes again at once.
_PACE = Pace(pause=0.1, longest_pause=1.0, timeout=30.0)


class _CasePlatform(LinePlatform):
    """Its events are a second apart, each later than those before it.

    The product takes LINE's timestamps for moments of the real clock, and tells by
    them what happened first; the clock of a case stands still.
    """

    _posted = 0

    def _post(self, happened: list[Event], *, redelivery: bool = False) -> None:
        for event in [] if redelivery else happened:
            self._posted += 1
            now = milliseconds(datetime.now(UTC))
            event.payload["timestamp"] = now + 1000 * self._posted
        super()._post(happened, redelivery=redelivery)


class LineWorld:
    """The platform, running; everything in it can be looked at."""

    def __init__(
        self, platform: LinePlatform, address: str, clock: MovableClock
    ) -> None:
        self.platform = platform
        self.address = address
        self.move_clock = clock.move

    @classmethod
    @contextmanager
    def running(cls, webhook_url: str, clock: MovableClock) -> Iterator[LineWorld]:
        platform = _CasePlatform(
            secrets.token_hex(16),
            secrets.token_urlsafe(48),
            webhook_url,
            clock,
            pace=_PACE,
        )
        with running(platform) as address:
            yield cls(platform, address, clock)

    def settings(self) -> dict[str, str]:
        """What the product has to know of this LINE."""
        hosts = ("line_api_url", "line_api_data_url", "line_access_url")
        return dict.fromkeys(hosts, self.address) | {
            "line_channel_secret": self.platform.channel_secret,
            "line_channel_access_token": self.platform.access_token,
        }

    def make_menus(self, menu: Menu) -> None:
        """One for each state, without the pictures, which take seconds to draw."""
        menus = self.platform.menus
        for variant in menu.variants:
            made = menus.create(json.loads(request_for(menu, variant, PIXEL).to_json()))
            menus.get(made).image = PIXEL
            menus.create_alias(f"{_ALIAS}{variant}", made)
        menus.set_default(menus.alias(f"{_ALIAS}none"))

    def shown_menu(self, user_id: str) -> str | None:
        """The variant that this user sees."""
        shown = self.platform.menu_of(user_id)
        for alias, menu_id in self.platform.menus.aliases().items():
            if shown is not None and shown.menu_id == menu_id:
                return alias.removeprefix(_ALIAS)
        return None

    def groups(self) -> list[str]:
        """The groups and rooms that the bot has not left."""
        with self.platform.lock:
            chats = list(self.platform.chats.values())
            return [
                each.chat_id for each in chats if each.kind != "user" and each.friend
            ]

    def unsettled(self, helpdesk: Helpdesk) -> str:
        """What is still under way between LINE and the product; empty if nothing."""
        # First: that the bot has left is an event, which is delivered in its turn.
        if self.groups():
            return "the bot did not leave a group"
        if self.platform.pending_deliveries():
            return "a webhook was not taken"
        with helpdesk.database.reading() as unit:
            if unit.line_events.unsorted(1):
                return "an event was not sorted"
        if helpdesk.conversations.customers_with_pending():
            return "a message was not answered"
        users = map(helpdesk.cipher.fingerprint, self._users())
        with helpdesk.database.reading() as unit:
            return next(filter(None, (_undelivered(unit, user) for user in users)), "")

    def _users(self) -> list[str]:
        chats = list(self.platform.chats.values())
        return [chat.chat_id for chat in chats if chat.kind == "user"]

    def check(self) -> None:
        """Raises AssertionError if the product asked or answered LINE wrongly."""
        if self.platform.problems:
            raise AssertionError(f"LINE refused: {'; '.join(self.platform.problems)}")
        refused = {each.status for each in self.platform.deliveries if not each.taken}
        if refused:
            raise AssertionError(f"a webhook was answered {refused}")

    def secrets(self) -> dict[str, str]:
        """What may stand nowhere in the clear, and what it is."""
        found = {
            self.platform.channel_secret: "the channel secret",
            self.platform.access_token: "the access token",
        }
        for event in list(self.platform.events.values()):
            if event.reply_token:
                found[event.reply_token] = "a reply token"
            nonce = _link(event.payload).get("nonce")
            if nonce:
                found[nonce] = "a nonce"
        return found | dict.fromkeys(self._users(), "a LINE user id")


def _undelivered(unit: Unit, user_hash: str) -> str:
    """What LINE has still to get for this user; empty if nothing."""
    customer = unit.line_accounts.customer_of(user_hash)
    account = None if customer is None else unit.line_accounts.get(customer)
    if customer is None or account is None:
        return ""
    said = unit.conversations.said_to(customer, account.delivered)
    if said or unit.line_calls.open_call(customer):
        return "what was said was not brought to LINE"
    is_due = account.is_friend and account.menu_due
    return "the rich menu was not changed" if is_due else ""


def _link(payload: dict[str, Any]) -> dict[str, Any]:
    link = payload.get("link")
    return link if isinstance(link, dict) else {}
