"""What LINE's webhook brings: each event is stored once, and becomes what it means."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from helpdesk.domain.privacy import find_tokens
from helpdesk.services.account_link import AccountLinkService
from helpdesk.services.conversations import ConversationService, UnknownButton
from helpdesk.services.handoffs import HandoffService
from helpdesk.services.line_ports import StoredEvent
from helpdesk.services.lock_ports import Interrupted
from helpdesk.services.ports import Cipher, Clock, Store, Unit
from helpdesk.services.turns import Arrival

logger = logging.getLogger(__name__)

# What our postbacks begin with: a version, so that their form may change one day.
POSTBACK_VERSION = "1:"
_MENU = "menu:"
_CHANNEL = "line"
# While they are sorted, nothing else is written: what LINE sends waits as long.
_SORTED_AT_ONCE = 5
# Kinds of event that are obeyed without a word, whoever else speaks on the channel.
_UNANSWERED = {"unsend", "unfollow"}
# Redeliveries come within hours; their ids are remembered for much longer.
_EVENTS_ARE_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class LineEvent:
    """An event as LINE delivered it.

    `sent_at`: when it happened; `since`: from when on the customer waits for us.
    `user_id`: None outside one-to-one talks. `detail`: LINE's own object of this kind
    of event, or the whole event if it has none. `is_silent`: nothing may be answered
    (`mode: standby`).
    """

    event_id: str
    kind: str
    sent_at: datetime
    since: datetime
    user_id: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    reply_token: str | None = None
    is_silent: bool = False


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
    """First stores what comes, in one statement; then sorts it into the inbox.

    LINE waits for the former only. The bot's turns come after the latter.
    """

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

    def store(self, events: Sequence[LineEvent]) -> None:
        """Keep the events, encrypted, each once; a redelivery only renews its token."""
        now = self._clock()
        stored = [self._packed(event, now) for event in events]
        if stored:
            with self._store.writing() as unit:
                unit.line_events.store(stored)

    def sort(self) -> list[str | None]:
        """Give a few stored events their meaning; whom to look after for each, if any.

        Empty if all are sorted. What fails is logged and kept.
        """
        with self._store.reading() as unit:
            if not unit.line_events.unsorted(1):
                return []
        with self._store.writing() as unit:
            unit.locks.sorting()
            found = unit.line_events.unsorted(_SORTED_AT_ONCE)
            return [self._sort(unit, stored) for stored in found]

    def forget_old(self) -> int:
        """Delete what was kept only to know a redelivery; the number deleted."""
        with self._store.writing() as unit:
            return unit.line_events.forget_before(self._clock() - _EVENTS_ARE_KEPT)

    def _sort(self, unit: Unit, stored: StoredEvent) -> str | None:
        """The customer to look after, None if there is nothing to do."""
        try:
            with unit.part():
                return self._sort_event(unit, self._unpacked(stored))
        except Interrupted:
            raise
        except Exception:
            logger.exception("An event of type %s could not be sorted", stored.kind)
        now = self._clock()
        unit.line_events.sort(stored.event_id, None, None, now, keep_content=True)
        return None

    def _sort_event(self, unit: Unit, event: LineEvent) -> str | None:
        customer = self._customer(unit, event)
        unit.locks.conversations(customer or "")
        handler = self._handlers.get(event.kind)
        unit.line_events.sort(
            event.event_id,
            customer,
            _message_id(event),
            self._clock(),
            keep_content=handler is None,
        )
        if handler is None or (event.is_silent and event.kind not in _UNANSWERED):
            return None
        if customer is None and event.kind != "accountLink":
            return None
        return handler(unit, customer or "", event)

    def _packed(self, event: LineEvent, now: datetime) -> StoredEvent:
        content = {
            "since": event.since.isoformat(),
            "user_id": event.user_id,
            "detail": event.detail,
            "is_silent": event.is_silent,
        }
        token = event.reply_token and self._cipher.encrypt(event.reply_token)
        return StoredEvent(
            event.event_id,
            event.kind,
            event.sent_at,
            event.since,
            now,
            token,
            self._cipher.encrypt(json.dumps(content)),
        )

    def _unpacked(self, stored: StoredEvent) -> LineEvent:
        content = json.loads(self._cipher.decrypt(stored.content))
        since = datetime.fromisoformat(content.pop("since"))
        return LineEvent(stored.event_id, stored.kind, stored.sent_at, since, **content)

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
            unit.conversations.set_channel(customer, _CHANNEL)
            self._repeat_nothing(unit, customer)
        self._welcome_back(unit, customer, event)
        return customer

    def _welcome_back(self, unit: Unit, customer: str, event: LineEvent) -> None:
        """Whoever writes does not block us any more, even if LINE has not said so."""
        account = unit.line_accounts.get(customer)
        if account is None or event.kind == "unfollow":
            return
        is_newer = unit.line_accounts.set_friend(
            customer, is_friend=True, since=event.sent_at
        )
        if is_newer and not account.is_friend:
            self._repeat_nothing(unit, customer)

    def _repeat_nothing(self, unit: Unit, customer: str) -> None:
        """What was said elsewhere, or to nobody, is not said here and now."""
        newest = unit.conversations.newest_line(customer)
        unit.line_accounts.set_delivered(customer, newest)

    # --- What each kind of event means ------------------------------------------------

    def _message(self, unit: Unit, customer: str, event: LineEvent) -> str | None:
        message_id = _message_id(event) or ""
        events = unit.line_events.of_message(message_id, ("messageEdited",))
        if unit.line_events.has(message_id, ("unsend",)) or any(
            unit.inbox.accepted(each) is not None for each in events
        ):
            # Taken back, or changed, before it came.
            return None
        arrival = _arrival(event)
        kind, text = event.detail.get("type"), event.detail.get("text")
        if kind in ("text", "sticker") and isinstance(text, str):
            self._conversations.take_text(unit, customer, text, arrival)
            return customer
        if kind == "sticker":
            payload, content = self._sticker(event.detail), None
        else:
            payload, content = "/EXTERNAL_content", (str(kind)[:16], message_id)
        shown = self._meanings.shown.get(str(kind), self._meanings.shown["file"])
        self._conversations.take_payload(
            unit, customer, payload, shown, arrival, content
        )
        return customer

    def _sticker(self, sticker: Mapping[str, Any]) -> str:
        given = sticker.get("keywords")
        # LINE calls them experimental: they may be anything one day.
        found = given if isinstance(given, list) else []
        keywords = {str(each).casefold() for each in found}
        for intent, words in self._meanings.stickers.items():
            if keywords & set(words):
                return f"/{intent}"
        return "/EXTERNAL_sticker"

    def _edited(self, unit: Unit, customer: str, event: LineEvent) -> str | None:
        """A changed message: answered as it reads now, once more if it was answered."""
        message_id, text = _message_id(event) or "", event.detail.get("text")
        events = unit.line_events
        is_old = events.has(message_id, ("messageEdited",), after=event.sent_at)
        is_gone = events.has(message_id, ("unsend",))
        if is_old or is_gone or not isinstance(text, str):
            return None
        kinds = ("message", "messageEdited")
        known = [
            each
            for each in events.of_message(message_id, kinds)
            if each != event.event_id and unit.inbox.accepted(each) is not None
        ]
        arrival = _arrival(event)
        if not known:
            self._conversations.take_text(unit, customer, text, arrival)
        else:
            self._conversations.take_edit(unit, customer, text, known, arrival)
        return customer

    def _postback(self, unit: Unit, customer: str, event: LineEvent) -> str:
        arrival = _arrival(event)
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
        unit.line_accounts.mark_menu(customer)
        payload = "/EXTERNAL_followed"
        self._conversations.take_payload(unit, customer, payload, None, _arrival(event))
        return customer

    def _unfollow(self, unit: Unit, customer: str, event: LineEvent) -> None:
        """Nothing is sent any more, no page works; links, transcript and audit stay."""
        if not unit.line_accounts.set_friend(
            customer, is_friend=False, since=event.sent_at
        ):
            # The customer has come back since.
            return
        self._handoffs.end(unit, customer)
        unit.links.close_attempts(customer)
        unit.audit.add(self._clock(), f"customer:{customer}", "unfollowed", customer)

    def _unsend(self, unit: Unit, customer: str, event: LineEvent) -> str | None:
        """Erase the message everywhere; the dialogue's part is done with the turns."""
        kinds = ("message", "messageEdited")
        events = unit.line_events.of_message(_message_id(event) or "", kinds)
        if not events:
            # Taken back before it came: `_message` will find this event.
            return None
        now = self._clock()
        shown = self._meanings.shown["unsent"]
        for each in events:
            text = unit.conversations.erase(customer, each, shown, now)
            unit.vault.forget(find_tokens(text))
            unit.handoffs.erase(each, shown)
            unit.surveys.erase(each, shown)
            unit.erasures.request(each, customer, now)
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


def _arrival(event: LineEvent) -> Arrival:
    return Arrival(event.event_id, event.event_id, event.since, event.sent_at)


def _message_id(event: LineEvent) -> str | None:
    """LINE's id of the message that the event brings, changes or takes back."""
    key = "messageId" if event.kind == "unsend" else "id"
    value = event.detail.get(key)
    return str(value)[:64] if value else None
