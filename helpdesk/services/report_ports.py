"""What the reports and the teaching need from storage."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from helpdesk.domain.reports import Facts
from helpdesk.domain.span import Span


@dataclass(frozen=True)
class Sentence:
    """A typed text that the bot had no answer to, masked; `at` in UTC."""

    item: int
    text: str
    at: datetime


@dataclass(frozen=True)
class Lesson:
    """What a sentence means; `intent` None: it is not worth teaching. `at` in UTC."""

    item: int
    text: str
    intent: str | None
    operator: str
    at: datetime


class Reports(Protocol):
    def facts(self, span: Span) -> Facts: ...


class Lessons(Protocol):
    def sentences(self, intents: Collection[str]) -> list[Sentence]: ...
    def sentence(self, item: int) -> Sentence | None: ...
    def all(self) -> list[Lesson]: ...
    def put(
        self, sentence: Sentence, intent: str | None, operator: str, at: datetime
    ) -> None: ...
    def remove(self, item: int) -> bool: ...
