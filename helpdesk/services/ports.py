"""What the services need from storage: repositories, a cipher, a password hasher."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from helpdesk.domain.card import Card
from helpdesk.domain.handoff import Speaker
from helpdesk.domain.linking import (
    AttemptState,
    Link,
    LinkAttempt,
    LinkRole,
)
from helpdesk.domain.privacy import SecretKind
from helpdesk.services.carrier_ports import (
    CarrierBooks,
    Changes,
    Gifts,
    Subscriptions,
    Tickets,
)
from helpdesk.services.desk_ports import Handoffs, Notes, Operators, Surveys
from helpdesk.services.line_ports import (
    Erasures,
    LineAccounts,
    LineCalls,
    LineEvents,
)
from helpdesk.services.lock_ports import Locks
from helpdesk.services.notice_ports import Notices
from helpdesk.services.report_ports import Lessons, Reports
from helpdesk.services.staff_ports import (
    AuditEntry,
    AuditFilter,
    StaffLogins,
    StaffSessions,
)

# The present moment, aware, in UTC. Passed in, so that tests move it.
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class InboxItem:
    """An accepted message; `payload` is set instead of `text` for commands.

    `received_at`: since when the customer waits. `noted_at`: when the customer was
    told that the answer will take time.
    """

    id: int
    event_id: str
    customer: str
    text: str | None
    payload: str | None
    received_at: datetime
    noted_at: datetime | None


@dataclass(frozen=True)
class Button:
    """A button under a bot's message. `is_answer`: only good for the newest turn.

    `expires_at`: from then on it is not obeyed; None means never.
    """

    id: str
    label: str
    payload: str
    is_answer: bool
    message: int = 0
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Message:
    """A line of the conversation as the customer sees it; `at` in UTC.

    `content`: kind and LINE's id of what has no text, such as an image. `operator`:
    who of the operators said it; `quotes`: the line that it answers. `card`: what is
    shown in place of the text where cards can be shown.
    """

    id: int
    author: str
    text: str
    at: datetime
    buttons: Sequence[Button] = field(default_factory=tuple)
    client_id: str | None = None
    content: tuple[str, str] | None = None
    operator: str | None = None
    quotes: int | None = None
    card: Card | None = None


@dataclass(frozen=True)
class Conversation:
    """Who speaks, and how often an operator has taken or given back the word.

    The latter is the `version`: by it, a late answer of the bot is seen.

    `awaits`: the slot that the bot's last question asks for, None if none.
    `channel`: where the customer last wrote, `line` or `web`.
    """

    customer: str
    speaker: Speaker
    version: int
    awaits: str | None
    operator: str | None
    channel: str


class Links(Protocol):
    def of_customer(self, customer: str) -> list[Link]: ...
    def of_subscription(self, subscription: str, role: LinkRole) -> Link | None: ...
    def past(self, subscription: str) -> list[Link]: ...
    def get(self, link: int) -> Link | None: ...
    def add(
        self, customer: str, subscription: str, role: LinkRole, at: datetime
    ) -> None: ...
    def end(self, link: int, at: datetime) -> bool: ...
    def add_attempt(
        self,
        customer: str,
        role: LinkRole,
        token_hash: str,
        now: datetime,
        expires_at: datetime,
    ) -> None: ...
    def attempt(self, token_hash: str) -> LinkAttempt | None: ...
    def attempt_of_nonce(self, nonce_hash: str) -> LinkAttempt | None: ...
    def set_nonce(
        self, attempt: int, nonce_hash: str, expires_at: datetime, *, may_move: bool
    ) -> bool: ...
    def move_attempt(
        self,
        attempt: int,
        start: AttemptState,
        end: AttemptState,
        subscription: str | None,
    ) -> bool: ...
    def expire_attempts(self, now: datetime) -> int: ...
    def close_attempts(self, customer: str) -> int: ...


class FailedTries(Protocol):
    def add(
        self, customer: str, address: str | None, kind: str, at: datetime
    ) -> None: ...
    def since(
        self, customer: str, address: str | None, kinds: Sequence[str], start: datetime
    ) -> list[datetime]: ...
    def last(self, customer: str) -> tuple[str, datetime] | None: ...
    def clear(self, customer: str, kinds: Sequence[str]) -> None: ...


class Inbox(Protocol):
    def accept(
        self,
        customer: str,
        event_id: str,
        text: str | None,
        payload: str | None,
        at: datetime,
        sent_at: datetime | None = None,
    ) -> int | None: ...
    def accepted(self, event_id: str) -> int | None: ...
    def pending(self, customer: str) -> InboxItem | None: ...
    def customers_with_pending(self) -> list[str]: ...
    def is_open(self, item: int) -> bool: ...
    def finish(self, item: int, at: datetime) -> bool: ...
    def finish_words(self, customer: str, until: datetime, at: datetime) -> None: ...
    def note_delay(self, item: int, at: datetime) -> bool: ...


class Conversations(Protocol):
    def register(self, customer: str, channel: str, at: datetime) -> None: ...
    def exists(self, customer: str) -> bool: ...
    def get(self, customer: str) -> Conversation: ...
    def set_awaits(self, customer: str, awaits: str | None) -> None: ...
    def set_channel(self, customer: str, channel: str) -> None: ...
    def move(
        self, customer: str, start: Speaker, end: Speaker, operator: str | None
    ) -> bool: ...
    def change_operator(
        self, customer: str, former: str | None, operator: str
    ) -> bool: ...
    def erase(self, customer: str, event_id: str, shown: str, at: datetime) -> str: ...
    def replace(
        self, customer: str, event_id: str, shown: str, at: datetime
    ) -> tuple[str, datetime | None]: ...
    def say(
        self,
        customer: str,
        author: str,
        text: str,
        at: datetime,
        buttons: Sequence[Button] = (),
        turn: int | None = None,
        client_id: str | None = None,
        content: tuple[str, str] | None = None,
        operator: str | None = None,
        quotes: int | None = None,
        card: Card | None = None,
    ) -> int: ...
    def messages(self, customer: str, after: int = 0) -> list[Message]: ...
    def message(self, message: int) -> tuple[str, Message] | None: ...
    def talked_lately(self, since: datetime, limit: int) -> list[str]: ...
    def last_words(self, customers: Sequence[str]) -> dict[str, dict[str, Message]]: ...
    def said_to(self, customer: str, after: int) -> list[Message]: ...
    def newest_line(self, customer: str) -> int: ...
    def button(self, customer: str, button: str) -> Button | None: ...
    def is_newest_turn(self, customer: str, message: int) -> bool: ...


class Meanings(Protocol):
    def note(self, item: int, intent: str, confidence: float) -> None: ...
    def last(self, customer: str, besides: Sequence[str]) -> str | None: ...


class Vault(Protocol):
    def put(
        self,
        token: str,
        customer: str,
        kind: SecretKind,
        ciphertext: str,
        at: datetime,
        expires_at: datetime,
    ) -> None: ...
    def get(self, token: str, customer: str, now: datetime) -> str | None: ...
    def forget(self, tokens: Sequence[str]) -> None: ...
    def forget_expired(self, now: datetime) -> int: ...


class Audit(Protocol):
    def add(
        self, at: datetime, actor: str, action: str, subject: str, **detail: Any
    ) -> None: ...
    def find(
        self, wanted: AuditFilter, before: int | None, limit: int
    ) -> list[AuditEntry]: ...
    def actions(self) -> list[str]: ...
    def last_action(self, actor: str, subject: str) -> str | None: ...
    def has(self, actor: str, action: str, subject: str, since: datetime) -> bool: ...


class Unit(Protocol):
    """One transaction: all of it is saved when the block ends, or nothing."""

    def part(self) -> AbstractContextManager[object]:
        """A part of the transaction that is undone alone if it fails."""
        ...

    @property
    def locks(self) -> Locks: ...
    @property
    def subscriptions(self) -> Subscriptions: ...
    @property
    def links(self) -> Links: ...
    @property
    def failed_tries(self) -> FailedTries: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def conversations(self) -> Conversations: ...
    @property
    def handoffs(self) -> Handoffs: ...
    @property
    def meanings(self) -> Meanings: ...
    @property
    def operators(self) -> Operators: ...
    @property
    def notes(self) -> Notes: ...
    @property
    def surveys(self) -> Surveys: ...
    @property
    def reports(self) -> Reports: ...
    @property
    def lessons(self) -> Lessons: ...
    @property
    def carrier_books(self) -> CarrierBooks: ...
    @property
    def changes(self) -> Changes: ...
    @property
    def gifts(self) -> Gifts: ...
    @property
    def tickets(self) -> Tickets: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def vault(self) -> Vault: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def staff_logins(self) -> StaffLogins: ...
    @property
    def staff_sessions(self) -> StaffSessions: ...
    @property
    def line_accounts(self) -> LineAccounts: ...
    @property
    def line_events(self) -> LineEvents: ...
    @property
    def line_calls(self) -> LineCalls: ...
    @property
    def erasures(self) -> Erasures: ...


class Store(Protocol):
    """Opens units. `reading` promises not to write, and waits for no writer."""

    def reading(self) -> AbstractContextManager[Unit]: ...
    def writing(self) -> AbstractContextManager[Unit]: ...


class Cipher(Protocol):
    """Encrypts for storage; `fingerprint` is keyed, so equal texts can be found."""

    def encrypt(self, text: str) -> str: ...
    def decrypt(self, ciphertext: str) -> str: ...
    def fingerprint(self, text: str) -> str: ...


class PasswordHasher(Protocol):
    def hash(self, password: str) -> str: ...
    def of_nobody(self) -> str:
        """A hash that no password is known for."""
        ...

    def verify(self, password_hash: str, password: str) -> bool: ...
