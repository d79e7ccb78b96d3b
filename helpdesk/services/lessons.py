"""Sentences without an answer: what they mean is said by people, and Rasa learns it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from helpdesk.domain.dialogues import FALLBACK
from helpdesk.domain.messages import folded
from helpdesk.domain.privacy import SecretKind, find_tokens, replace_tokens
from helpdesk.domain.staff import Operator, Permission
from helpdesk.services.ports import Clock, Store
from helpdesk.services.report_ports import Lesson, Sentence

# The kinds of sentences that may be looked at.
UNANSWERED = (FALLBACK, "out_of_scope")

# Sentences by intent, as Rasa reads them.
Writer = Callable[[Mapping[str, Sequence[str]]], str]


class UnknownSentence(LookupError):
    """There is no such sentence, or the customer has taken it back."""


class UnknownIntent(LookupError):
    """The dialogue has no such intent."""


@dataclass(frozen=True)
class Unanswered:
    """Equal sentences: how often, the last time, and what they are said to mean.

    `item`: the last one that was typed, or the one that the lesson stands for. `text`
    shows words in the place of secrets. `can_be_taught` False: there are secrets in it.
    """

    item: int
    text: str
    count: int
    last_at: datetime
    can_be_taught: bool
    lesson: Lesson | None


class LessonService:
    """Equal sentences are one; each decision is in the audit log."""

    def __init__(
        self,
        store: Store,
        intents: Sequence[str],
        masked: Mapping[SecretKind, str],
        write: Writer,
        clock: Clock,
    ) -> None:
        """`intents`: those that may be assigned. `masked`: words for secrets."""
        self.intents = intents
        self._store = store
        self._masked = masked
        self._write = write
        self._clock = clock

    def unanswered(self, kind: str) -> list[Unanswered]:
        """All sentences of a kind of UNANSWERED, the newest first."""
        with self._store.reading() as unit:
            sentences = unit.lessons.sentences([kind])
            lessons = self._by_sentence(unit.lessons.all())
        groups: dict[str, list[Sentence]] = {}
        for each in sentences:
            groups.setdefault(self._same(each.text), []).append(each)
        return [
            self._unanswered(equal, lessons.get(same)) for same, equal in groups.items()
        ]

    def teach(self, item: int, intent: str | None, operator: Operator) -> int:
        """Say what the sentence means; None: it is not worth teaching.

        The item that the decision stands with: an equal sentence may have one already.
        Raises UnknownSentence, UnknownIntent, NotPermitted.
        """
        operator.require(Permission.TEACH)
        if intent is not None and intent not in self.intents:
            raise UnknownIntent
        with self._store.writing() as unit:
            sentence = unit.lessons.sentence(item)
            if sentence is None:
                raise UnknownSentence
            former = self._by_sentence(unit.lessons.all()).get(
                self._same(sentence.text)
            )
            if former is not None:
                sentence = Sentence(former.item, former.text, former.at)
            now, actor = self._clock(), f"operator:{operator.id}"
            unit.lessons.put(sentence, intent, operator.id, now)
            subject = f"inbox:{sentence.item}"
            unit.audit.add(now, actor, "lesson_given", subject, intent=intent)
            return sentence.item

    def undo(self, item: int, operator: Operator) -> None:
        """Let the sentence be undecided again. Raises UnknownSentence, NotPermitted."""
        operator.require(Permission.TEACH)
        with self._store.writing() as unit:
            if not unit.lessons.remove(item):
                raise UnknownSentence
            now, actor = self._clock(), f"operator:{operator.id}"
            unit.audit.add(now, actor, "lesson_undone", f"inbox:{item}")

    def training_data(self, operator: Operator) -> str:
        """What was taught, as Rasa reads it; no sentence with a secret in it.

        Raises NotPermitted.
        """
        operator.require(Permission.TEACH)
        with self._store.writing() as unit:
            lessons = self._by_sentence(unit.lessons.all()).values()
            by_intent: dict[str, list[str]] = {}
            for each in lessons:
                if each.intent is not None and not find_tokens(each.text):
                    by_intent.setdefault(each.intent, []).append(each.text)
            count = sum(map(len, by_intent.values()))
            now, actor = self._clock(), f"operator:{operator.id}"
            unit.audit.add(now, actor, "lessons_exported", "lessons", sentences=count)
        return self._write(by_intent)

    def _unanswered(
        self, equal: Sequence[Sentence], lesson: Lesson | None
    ) -> Unanswered:
        newest = equal[0]
        return Unanswered(
            newest.item if lesson is None else lesson.item,
            replace_tokens(newest.text, self._masked),
            len(equal),
            newest.at,
            not find_tokens(newest.text),
            lesson,
        )

    def _by_sentence(self, lessons: Iterable[Lesson]) -> dict[str, Lesson]:
        return {self._same(each.text): each for each in lessons}

    def _same(self, text: str) -> str:
        """What equal sentences have in common: each has a token of its own."""
        return folded(replace_tokens(text, self._masked))
