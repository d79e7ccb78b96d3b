"""What the services need from storage for the channel on LINE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from helpdesk.domain.line_sending import CallKind, CallState, Doubt, ReplyToken


@dataclass(frozen=True)
class LineAccount:
    """A customer's account on LINE; `user_id` opens with the cipher.

    `delivered`: the last line of the conversation that LINE has taken or need not
    have. `menu`: LINE's id of the menu that is shown, None before the first.
    """

    customer: str
    user_id: str
    is_friend: bool
    delivered: int
    menu: str | None
    menu_due: bool


@dataclass(frozen=True)
class StoredCall:
    """One call to LINE that says the lines from `first_line` to `last_line`.

    `has_more`: others followed when it was made; each attempt says the same.
    """

    id: str
    customer: str
    kind: CallKind
    event: str | None
    first_line: int
    last_line: int
    has_more: bool
    state: CallState
    attempts: int
    is_under_way: bool
    doubt: Doubt
    begun_at: datetime
    next_try_at: datetime


@dataclass(frozen=True)
class StoredEvent:
    """An event that LINE delivered; `reply_token` and `content` are encrypted.

    `sent_at`: when it happened; `since`: from when on the customer waits for us;
    `at`: when it was delivered.
    """

    event_id: str
    kind: str
    sent_at: datetime
    since: datetime
    at: datetime
    reply_token: str | None
    content: str


class LineAccounts(Protocol):
    def customer_of(self, user_hash: str) -> str | None: ...
    def get(self, customer: str) -> LineAccount | None: ...
    def add(
        self, customer: str, user_hash: str, user_id: str, *, is_friend: bool
    ) -> None: ...
    def set_friend(
        self, customer: str, *, is_friend: bool, since: datetime
    ) -> bool: ...
    def set_delivered(self, customer: str, line: int) -> None: ...
    def mark_menu(self, customer: str) -> None: ...
    def mark_menus_other_than(self, menus: Sequence[str]) -> None: ...
    def set_menu(self, customer: str, menu: str) -> None: ...
    def with_menu_due(self) -> list[str]: ...
    def with_news(self, after: int) -> tuple[list[str], int]: ...


class LineEvents(Protocol):
    def store(self, events: Sequence[StoredEvent]) -> None: ...
    def unsorted(self, limit: int) -> list[StoredEvent]: ...
    def sort(
        self,
        event_id: str,
        customer: str | None,
        message_id: str | None,
        at: datetime,
        *,
        keep_content: bool,
    ) -> None: ...
    def reply_tokens(self, customer: str, since: datetime) -> list[ReplyToken]: ...
    def token_of(self, event_id: str) -> ReplyToken | None: ...
    def use_token(self, event_id: str) -> None: ...
    def of_message(self, message_id: str, kinds: Sequence[str]) -> list[str]: ...
    def has(
        self, message_id: str, kinds: Sequence[str], after: datetime | None = None
    ) -> bool: ...
    def forget_before(self, moment: datetime) -> int: ...


class LineCalls(Protocol):
    def open_call(self, customer: str) -> StoredCall | None: ...
    def add(self, call: StoredCall) -> None: ...
    def begin_attempt(self, call: str, attempts: int, doubt: Doubt) -> None: ...
    def end_attempt(
        self,
        call: str,
        state: CallState,
        doubt: Doubt,
        next_try_at: datetime,
        finished_at: datetime | None,
    ) -> bool: ...


class Erasures(Protocol):
    def is_requested(self, event_id: str) -> bool: ...
    def request(self, event_id: str, customer: str, at: datetime) -> None: ...
    def due(self, customer: str) -> list[str]: ...
    def customers(self) -> list[str]: ...
    def done(self, event_id: str, at: datetime) -> None: ...
