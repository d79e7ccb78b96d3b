"""Conversations: accepting what customers send, and saying the answers, once each."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from helpdesk.domain.handoff import Speaker
from helpdesk.domain.messages import unreadable, without_command
from helpdesk.domain.privacy import SecretKind
from helpdesk.services.pages import PageAddresses
from helpdesk.services.ports import Button, Clock, InboxItem, Message, Store, Unit
from helpdesk.services.vault import VaultService

# LINE's limit for a text message; the web chat keeps the same.
LONGEST_TEXT = 5000

# The slot whose question a login ID or password may be typed as an answer to.
_LOGIN_QUESTION = "holder_page_done"
_STARTER = "wish-"
_ANSWERS = ("/affirm", "/deny", "/inform_")


@dataclass(frozen=True)
class BotMessage:
    """A bubble of the bot: its text, and (label, payload) for each button."""

    text: str
    buttons: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Answer:
    """A bot turn: its bubbles, and the slot that its last question asks for."""

    messages: Sequence[BotMessage]
    awaits: str | None


@dataclass(frozen=True)
class Turn:
    """An inbox item that the bot is to answer; `version` is the router's."""

    item: InboxItem
    version: int


class UnknownButton(LookupError):
    """A button that was never offered to this customer."""


class ConversationService:
    """What goes in and out, whatever the channel."""

    def __init__(
        self,
        store: Store,
        vault: VaultService,
        pages: PageAddresses,
        starters: Mapping[str, str],
        clock: Clock,
    ) -> None:
        """`starters`: the label of each wish that an empty conversation offers."""
        self._starters = {
            f"{_STARTER}{wish}": Button(f"{_STARTER}{wish}", label, f"/{wish}", False)
            for wish, label in starters.items()
        }
        self._store = store
        self._vault = vault
        self._pages = pages
        self._clock = clock

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
        """Store a typed message, masked; its inbox id. One client_id is one event."""
        with self._store.writing() as unit:
            awaits = unit.conversations.get(customer).awaits
            masked, kinds = self._vault.mask(
                unit, customer, text, answers_login=awaits == _LOGIN_QUESTION
            )
            plain = without_command(masked)
            payload = _special_case(plain, kinds)
            body = None if payload else plain
            return self._accept(unit, customer, client_id, body, payload, masked)

    def accept_button(self, customer: str, button: str, client_id: str) -> int:
        """Store a pressed button; its inbox id. Raises UnknownButton.

        An answer to a question that is no longer the newest turn is not obeyed.
        """
        with self._store.writing() as unit:
            found = self._starters.get(button) or unit.conversations.button(
                customer, button
            )
            if found is None:
                raise UnknownButton
            known = unit.conversations.accepted(_event_id(customer, client_id))
            payload = found.payload
            if (
                known is None
                and found.is_answer
                and not unit.conversations.is_newest_turn(customer, found.message)
            ):
                payload = "/EXTERNAL_button_expired"
            return self._accept(unit, customer, client_id, None, payload, found.label)

    def next_turn(self, customer: str) -> Turn | None:
        """The oldest unanswered item that is the bot's; None if there is none.

        Items that arrive while an operator speaks are finished without the bot.
        """
        with self._store.writing() as unit:
            while (item := unit.conversations.pending(customer)) is not None:
                conversation = unit.conversations.get(customer)
                if conversation.speaker is not Speaker.OPERATOR:
                    return Turn(item, conversation.version)
                unit.conversations.finish(item.id, self._clock())
        return None

    def answer(self, turn: Turn, answer: Answer) -> None:
        """Say the bot's answer once; drop it if an operator took over meanwhile."""
        customer = turn.item.customer
        with self._store.writing() as unit:
            if not unit.conversations.finish(turn.item.id, self._clock()):
                return
            if unit.conversations.get(customer).version != turn.version:
                return
            unit.conversations.set_awaits(customer, answer.awaits)
            for message in answer.messages:
                self._say(unit, turn.item, message)

    def note_delay(self, item: InboxItem, text: str) -> None:
        """Tell the customer, once, that the message is kept and will be answered."""
        with self._store.writing() as unit:
            now = self._clock()
            if unit.conversations.note_delay(item.id, now):
                unit.conversations.say(item.customer, "system", text, now)

    def customers_with_pending(self) -> list[str]:
        with self._store.reading() as unit:
            return unit.conversations.customers_with_pending()

    def messages(self, customer: str, after: int = 0) -> list[Message]:
        """The lines of the conversation with a greater id, in order."""
        with self._store.reading() as unit:
            return unit.conversations.messages(customer, after)

    def speaker(self, customer: str) -> Speaker:
        with self._store.reading() as unit:
            return unit.conversations.get(customer).speaker

    def _accept(
        self,
        unit: Unit,
        customer: str,
        client_id: str,
        text: str | None,
        payload: str | None,
        shown: str,
    ) -> int:
        event_id = _event_id(customer, client_id)
        known = unit.conversations.accepted(event_id)
        if known is not None:
            return known
        now = self._clock()
        unit.conversations.say(customer, "customer", shown, now, client_id=client_id)
        item = unit.conversations.accept(customer, event_id, text, payload, now)
        if item is None:
            raise RuntimeError(f"{event_id} was accepted at the same moment")
        return item

    def _say(self, unit: Unit, item: InboxItem, message: BotMessage) -> None:
        text = self._pages.fill(unit, item.customer, message.text)
        buttons = [
            Button(secrets.token_hex(8), label, payload, payload.startswith(_ANSWERS))
            for label, payload in message.buttons
        ]
        now = self._clock()
        unit.conversations.say(item.customer, "bot", text, now, buttons, turn=item.id)


def _event_id(customer: str, client_id: str) -> str:
    return f"{customer}:{client_id}"


def _special_case(text: str, kinds: set[SecretKind]) -> str | None:
    """The payload for what needs no understanding; None for ordinary text."""
    if SecretKind.PASSWORD in kinds:
        return "/EXTERNAL_password_typed"
    problem = None if kinds else unreadable(text)
    return None if problem is None else f"/EXTERNAL_{problem.value}"
