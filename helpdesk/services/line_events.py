"""What LINE's webhook brings: each event is stored once, and becomes what it means."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from helpdesk.domain.privacy import find_tokens
from helpdesk.services.account_link import AccountLinkService
from helpdesk.services.conversations import (
    Arrival,
    ConversationService,
    UnknownButton,
)
from helpdesk.services.handoffs import HandoffService
from helpdesk.services.ports import Cipher, Clock, Store, Unit

logger = logging.getLogger(__name__)

# What our postbacks begin with: a version, so that their form may change one day.
POSTBACK_VERSION = "1:"
_MENU = "menu:"
_CHANNEL = "line"
# Redeliveries come within hours; their ids are remembered for much longer.
_EVENTS_ARE_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class LineEvent:
    """An event as LINE delivered it.

    `user_id`: None outside one-to-one talks. `detail`: LINE's own object of this kind
    of event. `raw`: the whole event, for kinds that we do not know. `is_silent`:
    nothing may be answered (`mode: standby`).
    """

    event_id: str
    kind: str
    sent_at: datetime
    user_id: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    reply_token: str | None = None
    is_redelivery: bool = False
    is_silent: bool = False
    raw: str = ""


@dataclass(frozen=True)
class LineMeanings:
    """What the catalog says of taps, stickers and contents.

    `menu`: payload and label by the item's key. `stickers`: keywords by the intent
    that they mean. `shown`: what the transcript shows for each kind of content.
    """

    menu: Mapping[str, tuple[str, str]]
    stickers: Mapping[str, Sequence[str]]
    shown: Mapping[str, str]


class LineEventService:
    """Accepts whole webhook calls; the bot's turns come later, from the inbox."""

    def __init__(
        self,
        store: Store,
        cipher: Cipher,
        conversations: ConversationService,
        account_link: AccountLinkService,
        handoffs: HandoffService,
        meanings: LineMeanings,
        clock: Clock,
    ) -> None:
        self._store = store
        self._cipher = cipher
        self._conversations = conversations
        self._account_link = account_link
        self._handoffs = handoffs
        self._meanings = meanings
        self._clock = clock
        self._handlers: dict[str, Callable[[Unit, str, LineEvent], str | None]] = {
            "message": self._message,
            "messageEdited": self._edited,
            "postback": self._postback,
            "follow": self._follow,
            "unfollow": self._unfollow,
            "unsend": self._unsend,
            "accountLink": self._account_linked,
        }

    def accept(self, calls: Sequence[Sequence[LineEvent]]) -> list[set[str] | None]:
        """Store all events of all calls in one transaction.

        For each call the customers whom the bot or the sender has to look at; None
        if it could not be stored, so that LINE delivers it again.
        """
        with self._store.writing() as unit:
            return [self._accept_call(unit, call) for call in calls]

    def forget_old(self) -> int:
        """Delete what was kept only to know a redelivery; the number deleted."""
        with self._store.writing() as unit:
            return unit.line_events.forget_before(self._clock() - _EVENTS_ARE_KEPT)

    def _accept_call(self, unit: Unit, call: Sequence[LineEvent]) -> set[str] | None:
        try:
            with unit.part():
                events = sorted(call, key=lambda event: event.sent_at)
                return {
                    customer
                    for event in events
                    if (customer := self._accept_event(unit, event)) is not None
                }
        except Exception:
            logger.exception("A webhook call could not be stored")
            return None

    def _accept_event(self, unit: Unit, event: LineEvent) -> str | None:
        """Store the event; the customer to look at, None if there is nothing to do."""
        now = self._clock()
        token = event.reply_token and self._cipher.encrypt(event.reply_token)
        if unit.line_events.is_known(event.event_id):
            unit.line_events.redelivered(event.event_id, token, now)
            return None
        customer = self._customer(unit, event)
        handler = None if event.is_silent else self._handlers.get(event.kind)
        is_known_kind = event.kind in self._handlers
        unit.line_events.add(
            event.event_id,
            event.kind[:32],
            customer,
            _message_id(event),
            None if customer is None else token,
            now,
            None if is_known_kind else self._cipher.encrypt(event.raw),
        )
        if handler is None or (customer is None and event.kind != "accountLink"):
            return None
        return handler(unit, customer or "", event)

    def _customer(self, unit: Unit, event: LineEvent) -> str | None:
        """Who writes; registered at the first event of a one-to-one talk."""
        if event.user_id is None:
            return None
        user_hash = self._cipher.fingerprint(event.user_id)
        customer = unit.line_accounts.customer_of(user_hash)
        if customer is None:
            customer = f"{_CHANNEL}-{user_hash[:24]}"
            unit.conversations.register(customer, _CHANNEL, self._clock())
            user_id = self._cipher.encrypt(event.user_id)
            unit.line_accounts.add(customer, user_hash, user_id, is_friend=True)
        elif unit.conversations.get(customer).channel != _CHANNEL:
            # What was said elsewhere is not repeated here.
            unit.conversations.set_channel(customer, _CHANNEL)
            newest = unit.conversations.newest_line(customer)
            unit.line_accounts.set_delivered(customer, newest)
        return customer

    # --- What each kind of event means ------------------------------------------------

    def _message(self, unit: Unit, customer: str, event: LineEvent) -> str | None:
        message_id = _message_id(event)
        if message_id is not None and unit.line_events.is_unsent(message_id):
            return None
        arrival = self._arrival(event)
        kind, text = event.detail.get("type"), event.detail.get("text")
        if kind in ("text", "sticker") and isinstance(text, str):
            self._conversations.take_text(unit, customer, text, arrival)
            return customer
        if kind == "sticker":
            payload, content = self._sticker(event.detail), None
        else:
            payload, content = "/EXTERNAL_content", (str(kind)[:16], message_id or "")
        shown = self._meanings.shown.get(str(kind), self._meanings.shown["file"])
        self._conversations.take_payload(
            unit, customer, payload, shown, arrival, content
        )
        return customer

    def _sticker(self, sticker: Mapping[str, Any]) -> str:
        keywords = {str(each).casefold() for each in sticker.get("keywords") or ()}
        for intent, words in self._meanings.stickers.items():
            if keywords & set(words):
                return f"/{intent}"
        return "/EXTERNAL_sticker"

    def _edited(self, unit: Unit, customer: str, event: LineEvent) -> str | None:
        """A changed message: answered as it reads now, once more if it was answered."""
        message_id, text = _message_id(event), event.detail.get("text")
        original = message_id and unit.line_events.event_of_message(message_id)
        if not original or not isinstance(text, str):
            return None
        plain = self._conversations.rewrite(unit, customer, text, original)
        if plain is not None:
            arrival = self._arrival(event)
            self._conversations.take_again(unit, customer, plain, arrival)
        return customer

    def _postback(self, unit: Unit, customer: str, event: LineEvent) -> str:
        arrival = self._arrival(event)
        data = str(event.detail.get("data", "")).removeprefix(POSTBACK_VERSION)
        if data.startswith(_MENU) and data.removeprefix(_MENU) in self._meanings.menu:
            payload, label = self._meanings.menu[data.removeprefix(_MENU)]
            self._conversations.take_payload(unit, customer, payload, label, arrival)
            return customer
        try:
            self._conversations.take_button(unit, customer, data, arrival)
        except UnknownButton:
            payload = "/EXTERNAL_button_expired"
            self._conversations.take_payload(unit, customer, payload, None, arrival)
        return customer

    def _follow(self, unit: Unit, customer: str, event: LineEvent) -> str:
        unit.line_accounts.set_friend(customer, is_friend=True)
        unit.line_accounts.mark_menu(customer)
        payload = "/EXTERNAL_followed"
        self._conversations.take_payload(
            unit, customer, payload, None, self._arrival(event)
        )
        return customer

    def _unfollow(self, unit: Unit, customer: str, event: LineEvent) -> None:
        """Nothing is sent any more; links, transcript and audit stay."""
        unit.line_accounts.set_friend(customer, is_friend=False)
        self._handoffs.end(unit, customer)
        unit.audit.add(self._clock(), f"customer:{customer}", "unfollowed", customer)

    def _unsend(self, unit: Unit, customer: str, event: LineEvent) -> str | None:
        """Erase the message everywhere; the dialogue's part is done with the turns."""
        message_id = _message_id(event)
        original = message_id and unit.line_events.event_of_message(message_id)
        if not original:
            # Taken back before it came: `_message` will find this event.
            return None
        now = self._clock()
        shown = self._meanings.shown["unsent"]
        text = unit.conversations.erase(customer, original, shown, now)
        unit.vault.forget(find_tokens(text))
        unit.handoffs.erase(original, shown)
        unit.erasures.request(original, customer, now)
        unit.audit.add(now, f"customer:{customer}", "unsent", customer)
        return customer

    def _account_linked(
        self, unit: Unit, customer: str, event: LineEvent
    ) -> str | None:
        return self._account_link.finish(
            unit,
            str(event.detail.get("nonce", "")),
            customer or None,
            is_ok=event.detail.get("result") == "ok",
        )

    def _arrival(self, event: LineEvent) -> Arrival:
        # Only a redelivery can be old: then the customer has waited since it was sent.
        now = self._clock()
        since = min(event.sent_at, now) if event.is_redelivery else now
        return Arrival(event.event_id, event.event_id, since, event.sent_at)


def _message_id(event: LineEvent) -> str | None:
    """LINE's id of the message that the event brings, changes or takes back."""
    key = "messageId" if event.kind == "unsend" else "id"
    value = event.detail.get(key)
    return str(value)[:64] if value else None
