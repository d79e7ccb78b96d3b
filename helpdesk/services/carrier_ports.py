"""What the services around the carrier need from storage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from helpdesk.domain.bills import BillItem
from helpdesk.domain.changes import Change
from helpdesk.domain.data_balance import DailyUse, DataBalance
from helpdesk.domain.data_gift import Gift, GiftState
from helpdesk.domain.linking import CodeState, Subscription
from helpdesk.domain.months import Month


@dataclass(frozen=True)
class ContractRecord:
    """A contract in the embedded carrier; plans and option by id."""

    subscription: str
    network: str
    plan: str
    option: str | None
    started_on: date | None
    next_plan: str | None = None
    next_plan_from: date | None = None


@dataclass(frozen=True)
class DataAccount:
    """A subscription's balance as it stood in `month`."""

    subscription: str
    month: Month
    balance: DataBalance


@dataclass(frozen=True)
class StatementRecord:
    """A month that is over; `has_failed`: the charge did not go through."""

    month: Month
    items: Sequence[BillItem]
    has_failed: bool


@dataclass(frozen=True)
class UserCodeRecord:
    """A stored code; `ciphertext` opens with the cipher."""

    id: int
    subscription: str
    state: CodeState
    ciphertext: str


@dataclass(frozen=True)
class Login:
    """A login of the carrier: one for each subscription (F-CON-10)."""

    login_id: str
    subscription: str
    password_hash: str


class Subscriptions(Protocol):
    def get(self, subscription: str) -> Subscription: ...
    def find(self, subscription: str) -> Subscription | None: ...
    def of_holder(self, contract_holder: str) -> list[Subscription]: ...
    def add(self, subscription: Subscription) -> None: ...
    def login(self, login_id: str) -> Login | None: ...
    def add_login(self, login: Login) -> None: ...
    def active_code(self, subscription: str) -> UserCodeRecord: ...
    def code_by_fingerprint(self, fingerprint: str) -> UserCodeRecord | None: ...
    def add_code(
        self,
        subscription: str,
        ciphertext: str,
        fingerprint: str,
        at: datetime,
        event_id: str | None,
    ) -> None: ...
    def revoke_code(self, code: int, at: datetime) -> bool: ...
    def reissued_at(self, subscription: str) -> list[datetime]: ...


@dataclass(frozen=True)
class Receipt:
    """What was asked with a key, and the answer."""

    subscription: str
    asked: str
    result: dict[str, Any]


class CarrierBooks(Protocol):
    """What the embedded carrier keeps."""

    def contract(self, subscription: str) -> ContractRecord | None: ...
    def add_contract(self, contract: ContractRecord) -> None: ...
    def set_plan(self, contract: ContractRecord) -> None: ...
    def account(self, subscription: str) -> DataAccount: ...
    def lock_accounts(self, subscriptions: Sequence[str]) -> None: ...
    def add_account(self, account: DataAccount) -> None: ...
    def set_account(self, account: DataAccount) -> None: ...
    def uses(self, subscription: str, since: date) -> list[DailyUse]: ...
    def add_use(self, subscription: str, use: DailyUse) -> None: ...
    def statements(self, subscription: str) -> list[StatementRecord]: ...
    def add_statement(self, subscription: str, statement: StatementRecord) -> None: ...
    def calls(self, subscription: str, month: Month) -> int: ...
    def add_calls(self, subscription: str, month: Month, yen: int) -> None: ...
    def receipt(self, key: str) -> Receipt | None: ...
    def add_receipt(
        self,
        key: str,
        subscription: str,
        asked: str,
        result: dict[str, Any],
        at: datetime,
    ) -> None: ...
    def bought(
        self, subscription: str, start: datetime, end: datetime
    ) -> list[dict[str, Any]]: ...


class Changes(Protocol):
    def add(self, change: Change, next_try_at: datetime) -> bool: ...
    def get(self, key: str) -> Change: ...
    def find(self, key: str) -> Change | None: ...
    def due(self, now: datetime, limit: int) -> list[Change]: ...
    def settle(self, change: Change, at: datetime) -> bool: ...
    def put_off(self, change: Change, next_try_at: datetime) -> bool: ...


@dataclass(frozen=True)
class GiftCode:
    """What the receiver sends to the chat: found by its fingerprint."""

    fingerprint: str
    ciphertext: str


class Gifts(Protocol):
    def add(self, gift: Gift, code: GiftCode, event_id: str) -> int: ...
    def of_event(self, event_id: str) -> Gift | None: ...
    def get(self, gift: int) -> Gift | None: ...
    def by_code(self, code_fingerprint: str) -> Gift | None: ...
    def code(self, gift: int) -> str: ...
    def of_giver(self, subscription: str, since: datetime) -> list[Gift]: ...
    def of_receiver(self, subscription: str, since: datetime) -> list[Gift]: ...
    def move(self, gift: int, start: GiftState, end: GiftState) -> bool: ...
    def accept(self, gift: int, customer: str, subscription: str) -> bool: ...
    def moved(self, gift: int, at: datetime) -> None: ...
    def over(self, now: datetime) -> list[Gift]: ...


@dataclass(frozen=True)
class Ticket:
    """A one-time address of My Page; `used_at` is None until it was opened."""

    customer: str
    expires_at: datetime
    used_at: datetime | None


class Tickets(Protocol):
    def add(self, token_hash: str, customer: str, expires_at: datetime) -> None: ...
    def get(self, token_hash: str) -> Ticket | None: ...
    def use(self, token_hash: str, at: datetime) -> bool: ...
    def forget(self, now: datetime) -> int: ...
