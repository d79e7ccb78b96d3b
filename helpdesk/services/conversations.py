"""Conversations: accepting what customers send, and saying the answers, once each."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from helpdesk.domain.handoff import Speaker
from helpdesk.domain.messages import folded, without_command
from helpdesk.domain.privacy import find_tokens
from helpdesk.services.conversation_rules import (
    Answered,
    ConversationRules,
    special_case,
    typed_score,
)
from helpdesk.services.handoffs import HandoffService
from helpdesk.services.pages import PageAddresses
from helpdesk.services.ports import Button, Clock, InboxItem, Message, Store, Unit
from helpdesk.services.turns import Answer, Arrival, BotMessage, Turn
from helpdesk.services.vault import VaultService

# LINE's limit for a text message; the web chat keeps the same.
LONGEST_TEXT = 5000

# The slot whose question a login ID or password may be typed as an answer to.
_LOGIN_QUESTION = "holder_page_done"
_STARTER = "wish-"
_ANSWERS = ("/affirm", "/deny", "/inform_")
_OURS = "EXTERNAL_"
_END_HANDOFF = "/EXTERNAL_end_handoff"
_BUTTON_EXPIRED = "/EXTERNAL_button_expired"


class UnknownButton(LookupError):
    """A button that was never offered to this customer."""


class ConversationService:
    """What goes in and out, whatever the channel."""

    def __init__(
        self,
        store: Store,
        vault: VaultService,
        pages: PageAddresses,
        handoffs: HandoffService,
        rules: ConversationRules,
        clock: Clock,
    ) -> None:
        self._starters = {
            f"{_STARTER}{wish}": Button(f"{_STARTER}{wish}", label, f"/{wish}", False)
            for wish, label in rules.starters.items()
        }
        self._store = store
        self._vault = vault
        self._pages = pages
        self._handoffs = handoffs
        self._rules = rules
        self._clock = clock
        self._answered: Answered = lambda unit, item: None

    def on_answered(self, listener: Answered) -> None:
        """Let somebody know of each answer, in the transaction that says it."""
        self._answered = listener

    def begin(self, channel: str) -> str:
        """Register a new customer; the customer's id."""
        customer = f"{channel}-{secrets.token_hex(12)}"
        with self._store.writing() as unit:
            unit.conversations.register(customer, channel, self._clock())
        return customer

    def starters(self) -> list[Button]:
        """The buttons under an empty conversation."""
        return list(self._starters.values())

    def exists(self, customer: str) -> bool:
        with self._store.reading() as unit:
            return unit.conversations.exists(customer)

    def accept_text(self, customer: str, text: str, client_id: str) -> int:
        """Store a message typed on the web, masked; its inbox id.

        One client_id is one event.
        """
        with self._store.writing() as unit:
            unit.locks.conversations(customer)
            unit.conversations.set_channel(customer, "web")
            return self.take_text(unit, customer, text, self._web(customer, client_id))

    def accept_button(self, customer: str, button: str, client_id: str) -> int:
        """Store a button pressed on the web; its inbox id. Raises UnknownButton."""
        with self._store.writing() as unit:
            unit.locks.conversations(customer)
            unit.conversations.set_channel(customer, "web")
            arrival = self._web(customer, client_id)
            return self.take_button(unit, customer, button, arrival)

    def take_text(self, unit: Unit, customer: str, text: str, arrival: Arrival) -> int:
        """Store a typed message, masked; its inbox id."""
        body, payload, shown = self._read(unit, customer, text)
        return self._accept(unit, customer, arrival, body, payload, shown)

    def take_edit(
        self,
        unit: Unit,
        customer: str,
        text: str,
        events: Sequence[str],
        arrival: Arrival,
    ) -> None:
        """Answer a message as it reads now: instead of the events so far, or again.

        An answer to the former words that is on its way is not said any more.
        """
        body, payload, shown = self._read(unit, customer, text)
        sent_at = None
        for each in events:
            former, place = unit.conversations.replace(
                customer, each, shown, self._clock()
            )
            sent_at = sent_at or place
            unit.vault.forget(find_tokens(former))
            # A message that was left for operators reads otherwise there too.
            unit.handoffs.erase(each, shown)
        unit.inbox.accept(
            customer,
            arrival.event_id,
            body,
            payload,
            arrival.since,
            sent_at or arrival.sent_at,
        )

    def take_button(
        self, unit: Unit, customer: str, button: str, arrival: Arrival
    ) -> int:
        """Store a pressed button; its inbox id. Raises UnknownButton.

        What has expired, or answers a question that is no longer the newest turn, is
        not obeyed.
        """
        found = self._starters.get(button) or unit.conversations.button(
            customer, button
        )
        if found is None:
            raise UnknownButton
        payload = found.payload
        if unit.inbox.accepted(arrival.event_id) is None and (
            self._is_over(unit, customer, found)
        ):
            payload = _BUTTON_EXPIRED
        return self._accept(unit, customer, arrival, None, payload, found.label)

    def take_payload(
        self,
        unit: Unit,
        customer: str,
        payload: str,
        shown: str | None,
        arrival: Arrival,
        content: tuple[str, str] | None = None,
    ) -> int:
        """Store what is no text: a command of ours.

        `shown`: how the transcript shows it; None if not at all.
        """
        return self._accept(unit, customer, arrival, None, payload, shown, content)

    def next_turn(self, customer: str) -> Turn | None:
        """The unanswered item that is the bot's and was sent first; None if none is.

        Items that arrive while an operator speaks are finished without the bot.
        """
        while True:
            with self._store.reading() as unit:
                item = unit.inbox.pending(customer)
                conversation = unit.conversations.get(customer)
            if item is None:
                return None
            is_for_bot = (
                conversation.speaker is Speaker.WAITING and item.payload != _END_HANDOFF
            )
            if conversation.speaker is Speaker.BOT or is_for_bot:
                return Turn(item, conversation.version, conversation.channel)
            self._leave_to_operator(item)

    def is_open(self, item: InboxItem) -> bool:
        """Whether an answer is still wanted: the customer may take a message back."""
        with self._store.reading() as unit:
            return unit.inbox.is_open(item.id)

    def answer(self, turn: Turn, answer: Answer) -> None:
        """Say the bot's answer once; drop it if an operator took over meanwhile."""
        customer = turn.item.customer
        with self._store.writing() as unit:
            unit.locks.conversations(customer)
            now = self._clock()
            if not unit.inbox.finish(turn.item.id, now):
                return
            if answer.intent and not answer.intent.startswith(_OURS):
                unit.meanings.note(turn.item.id, answer.intent, answer.confidence)
            if unit.conversations.get(customer).version != turn.version:
                return
            unit.conversations.set_awaits(customer, answer.awaits)
            if answer.messages and self._is_late(turn.item, now):
                words = self._rules.late_words(turn.item.received_at)
                self._say(unit, turn.item, BotMessage(words))
            for message in answer.messages:
                self._say(unit, turn.item, message)
            if answer.messages:
                self._answered(unit, turn.item)

    def note_delay(self, item: InboxItem, text: str) -> None:
        """Tell the customer, once, that the message is kept and will be answered."""
        with self._store.writing() as unit:
            unit.locks.conversations(item.customer)
            now = self._clock()
            if unit.inbox.note_delay(item.id, now):
                unit.conversations.say(item.customer, "system", text, now)

    def customers_with_pending(self) -> list[str]:
        """Who waits for an answer, or for something to be erased."""
        with self._store.reading() as unit:
            waiting = unit.inbox.customers_with_pending()
            return waiting + unit.erasures.customers()

    def erasures(self, customer: str) -> list[str]:
        """The events whose text the dialogue has still to forget."""
        with self._store.reading() as unit:
            return unit.erasures.due(customer)

    def erased(self, event_id: str) -> None:
        """Note that the dialogue has forgotten the event's text."""
        with self._store.writing() as unit:
            unit.erasures.done(event_id, self._clock())

    def messages(self, customer: str, after: int = 0) -> list[Message]:
        """The lines of the conversation with a greater id, in order."""
        with self._store.reading() as unit:
            return unit.conversations.messages(customer, after)

    def speaker(self, customer: str) -> Speaker:
        with self._store.reading() as unit:
            return unit.conversations.get(customer).speaker

    def _web(self, customer: str, client_id: str) -> Arrival:
        now = self._clock()
        return Arrival(f"{customer}:{client_id}", client_id, now, now)

    def _read(
        self, unit: Unit, customer: str, text: str
    ) -> tuple[str | None, str | None, str]:
        """Text for the bot, or a payload instead of it, and the text masked."""
        awaits = unit.conversations.get(customer).awaits
        masked, kinds = self._vault.mask(
            unit, customer, text, answers_login=awaits == _LOGIN_QUESTION
        )
        plain = without_command(masked)
        payload = special_case(plain, kinds, awaits) or self._command(plain, awaits)
        if payload is None and awaits is None:
            payload = typed_score(unit, customer, plain)
        return None if payload else plain, payload, masked

    def _is_late(self, item: InboxItem, now: datetime) -> bool:
        """News of a page, which nobody has asked for, are never late."""
        is_news = (item.payload or "").startswith("/EXTERNAL_")
        return not is_news and now - item.received_at >= self._rules.late_after

    def _command(self, plain: str, awaits: str | None) -> str | None:
        """What these very words mean, unless they answer a question of the bot."""
        payload = self._rules.typed.get(folded(plain))
        return None if awaits and payload != _END_HANDOFF else payload

    def _is_over(self, unit: Unit, customer: str, button: Button) -> bool:
        if button.expires_at is not None and self._clock() >= button.expires_at:
            return True
        return button.is_answer and not unit.conversations.is_newest_turn(
            customer, button.message
        )

    def _leave_to_operator(self, item: InboxItem) -> None:
        with self._store.writing() as unit:
            unit.locks.conversations(item.customer)
            if item.payload == _END_HANDOFF:
                self._handoffs.end(unit, item.customer)
            elif unit.conversations.get(item.customer).speaker is Speaker.OPERATOR:
                now = self._clock()
                news = self._rules.news.get(_intent_of(item.payload))
                if unit.inbox.finish(item.id, now) and news is not None:
                    unit.conversations.say(item.customer, "system", news, now)

    def _accept(
        self,
        unit: Unit,
        customer: str,
        arrival: Arrival,
        text: str | None,
        payload: str | None,
        shown: str | None,
        content: tuple[str, str] | None = None,
    ) -> int:
        known = unit.inbox.accepted(arrival.event_id)
        if known is not None:
            return known
        if shown is not None:
            unit.conversations.say(
                customer,
                "customer",
                shown,
                self._clock(),
                client_id=arrival.client_id,
                content=content,
            )
        item = unit.inbox.accept(
            customer, arrival.event_id, text, payload, arrival.since, arrival.sent_at
        )
        if item is None:
            raise RuntimeError(f"{arrival.event_id} was accepted at the same moment")
        return item

    def _say(self, unit: Unit, item: InboxItem, message: BotMessage) -> None:
        now = self._clock()
        text = self._pages.fill(unit, item.customer, message.text)
        buttons = [
            Button(
                secrets.token_hex(8),
                label,
                payload,
                payload.startswith(_ANSWERS),
                expires_at=self._rules.button_expires_at(payload, now),
            )
            for label, payload in message.buttons
        ]
        unit.conversations.say(
            item.customer, "bot", text, now, buttons, turn=item.id, card=message.card
        )


def _intent_of(payload: str | None) -> str:
    """`EXTERNAL_holder_linked` of `/EXTERNAL_holder_linked{...}`; empty for text."""
    return (payload or "").removeprefix("/").partition("{")[0]
