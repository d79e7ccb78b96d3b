"""What the operators' desk needs from storage, and the rules that the catalog gives."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from helpdesk.domain.handoff import (
    CloseReason,
    HandoffRequest,
    RequestKind,
    RequestState,
)
from helpdesk.domain.queue import QueueRule, Served
from helpdesk.domain.staff import Operator, Role, Status


@dataclass(frozen=True)
class DeskRules:
    """What the catalog decides (data/catalog/desk.yml).

    `troubles`: wishes behind which something does not work. `served`: so many of the
    last talks make the estimate; `handling` stands in until there are three.
    """

    needs_link: bool
    assigns: bool
    talks_per_operator: int
    waiting_per_operator: int
    order: QueueRule
    troubles: Collection[str]
    served: int
    handling: timedelta
    tell_again: timedelta
    take_within: timedelta
    alert_after: timedelta
    warn_idle_after: timedelta
    close_idle_after: timedelta
    survey_pause: timedelta


@dataclass(frozen=True)
class Note:
    """A note that only operators see; `at` in UTC."""

    id: int
    operator: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Survey:
    """A question that was asked about a talk with an operator, or about the bot.

    `score` and `comment` are None until they are given; `asked_at` in UTC.
    """

    id: int
    customer: str
    about: str
    operator: str | None
    request: int | None
    asked_at: datetime
    score: int | None = None
    comment: str | None = None


class Surveys(Protocol):
    def add(
        self,
        customer: str,
        about: str,
        at: datetime,
        operator: str | None = None,
        request: int | None = None,
    ) -> int: ...
    def get(self, survey: int) -> Survey | None: ...
    def last(self, customer: str) -> Survey | None: ...
    def of_request(self, request: int) -> Survey | None: ...
    def score(self, survey: int, score: int, at: datetime) -> bool: ...
    def comment(self, survey: int, text: str, event_id: str) -> bool: ...
    def erase(self, event_id: str, shown: str) -> None: ...


class Handoffs(Protocol):
    def add(
        self,
        customer: str,
        kind: RequestKind,
        reason: str,
        at: datetime,
        text: str | None = None,
        event_id: str | None = None,
        *,
        is_trouble: bool = False,
        wish: str | None = None,
    ) -> int: ...
    def waiting(self) -> list[HandoffRequest]: ...
    def claimed(self) -> list[HandoffRequest]: ...
    def served(self, limit: int) -> list[Served]: ...
    def ended_last(self, limit: int) -> list[HandoffRequest]: ...
    def of_customer(self, customer: str) -> list[HandoffRequest]: ...
    def claim(self, customer: str, operator: str, at: datetime) -> bool: ...
    def pass_on(self, customer: str, operator: str) -> bool: ...
    def release(self, customer: str, reason: str) -> bool: ...
    def close(
        self,
        customer: str,
        start: RequestState,
        end: RequestState,
        at: datetime,
        reason: CloseReason,
    ) -> bool: ...
    def close_desk(self, customer: str, at: datetime) -> bool: ...
    def assign(
        self, request: int, former: str | None, operator: str | None, at: datetime
    ) -> bool: ...
    def assigned_lately(self, operator: str, since: datetime) -> int: ...
    def note_told(
        self, request: int, place: int, minutes: int, at: datetime
    ) -> None: ...
    def note_estimate(self, request: int, seconds: int) -> None: ...
    def hold(self, customer: str, at: datetime | None) -> bool: ...
    def alert(self, request: int, at: datetime | None) -> bool: ...
    def has_event(self, event_id: str) -> bool: ...
    def erase(self, event_id: str, shown: str) -> None: ...


class Operators(Protocol):
    def add(self, operator: Operator, password_hash: str | None) -> None: ...
    def get(self, operator: str) -> Operator | None: ...
    def all(self) -> list[Operator]: ...
    def available(self) -> list[Operator]: ...
    def set_status(self, operator: str, status: Status, at: datetime) -> bool: ...
    def change(
        self, operator: str, *, name: str, role: Role, is_active: bool
    ) -> bool: ...


class Notes(Protocol):
    def add(self, customer: str, operator: str, text: str, at: datetime) -> int: ...
    def of_customer(self, customer: str) -> list[Note]: ...
    def delete(self, note: int, operator: str, at: datetime) -> bool: ...
    def labels(self, customers: Sequence[str]) -> dict[str, list[str]]: ...
    def add_label(
        self, customer: str, label: str, operator: str, at: datetime
    ) -> None: ...
    def remove_label(self, customer: str, label: str) -> None: ...
