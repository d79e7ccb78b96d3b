"""The reports: what the facts of a span come to (docs/decisions/0018)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Any, NamedTuple

from helpdesk.domain.desk_load import Presence, Stint, Stretch, WordPassed, stints
from helpdesk.domain.dialogues import Dialogue, Dialogues, Said
from helpdesk.domain.figures import (
    BotFigures,
    Figures,
    LoadFigures,
    MessageFigures,
    Outcome,
    QueueFigures,
    ScoreFigures,
    left_at,
    was_live,
)
from helpdesk.domain.handoff import HandoffRequest
from helpdesk.domain.japan_time import in_japan
from helpdesk.domain.span import DAY, HALF_HOUR, Span

# Facts are read so far beyond the span: a dialogue or a talk may reach over its ends.
REACH = timedelta(days=1)


class Grouping(str, Enum):
    """What a row of the report is about.

    `half_hour` is one of the 48 of a day, over all days of the span; `intent` is the
    customer's wish.
    """

    HALF_HOUR = "half_hour"
    DAY = "day"
    INTENT = "intent"
    OPERATOR = "operator"


class About(str, Enum):
    """Whose work a survey judges."""

    OPERATOR = "operator"
    BOT = "bot"


@dataclass(frozen=True)
class Survey:
    """A question for a score; `score` None: it was not answered (yet)."""

    customer: str
    about: About
    asked_at: datetime
    operator: str | None = None
    request: int | None = None
    score: int | None = None


@dataclass(frozen=True)
class Facts:
    """What happened in the span and within REACH of it."""

    said: Sequence[Said] = ()
    requests: Sequence[HandoffRequest] = ()
    moves: Sequence[WordPassed] = ()
    presences: Sequence[Presence] = ()
    surveys: Sequence[Survey] = ()


@dataclass(frozen=True)
class Row:
    """`key`: `10:30`, `2026-11-24`, an intent, or an operator's id; None: no such."""

    key: str | None
    figures: Figures


@dataclass(frozen=True)
class Report:
    """All figures of the span, and those of each row."""

    total: Figures
    rows: tuple[Row, ...]


def report(
    facts: Facts,
    span: Span,
    grouping: Grouping,
    now: datetime,
    wishes: Collection[str] = (),
) -> Report:
    """Every half-hour and day of the span has its row; intents and operators if met.

    What goes on still ends `now`. `wishes`: the intents that customers come for.
    """
    entries = list(_World(facts, span, now, wishes).entries())
    groups: dict[str | None, list[_Entry]] = defaultdict(list)
    for key in _rows_in_any_case(grouping, span):
        groups[key] = []
    for entry in entries:
        for piece in _pieces(entry, grouping):
            groups[_key(piece, grouping)].append(piece)
    ordered = sorted(groups, key=lambda key: (key is None, key))
    rows = tuple(Row(key, _figures(groups[key])) for key in ordered)
    return Report(_figures(entries), rows)


class _Entry(NamedTuple):
    """A fact in its place; `kind` says what it is counted as."""

    kind: str
    fact: Any
    at: datetime
    wish: str | None = None
    operator: str | None = None


class _World:
    """The facts of a span, each with the wish and the operator that it belongs to."""

    def __init__(
        self, facts: Facts, span: Span, now: datetime, wishes: Collection[str]
    ) -> None:
        self._facts = facts
        # Stored moments are in UTC: comparing within one zone is many times faster.
        start, end = (each.astimezone(timezone.utc) for each in (span.start, span.end))
        self._span = Span(start, end)
        self._past = Span(start, max(start, min(end, now)))
        self._wishes = wishes
        self._dialogues = Dialogues(facts.said)
        self._stints = stints(facts.moves)
        self._requests = sorted(facts.requests, key=lambda each: each.requested_at)
        self._stints_of: dict[str, list[Stint]] = defaultdict(list)
        for stint in self._stints:
            self._stints_of[stint.customer].append(stint)
        self._requests_of: dict[str, list[HandoffRequest]] = defaultdict(list)
        for request in self._requests:
            self._requests_of[request.customer].append(request)

    def entries(self) -> Iterator[_Entry]:
        for found in (self._bot(), self._queue(), self._surveys(), self._load()):
            for entry in found:
                if self._span.has(entry.at):
                    yield entry

    def _bot(self) -> Iterator[_Entry]:
        for dialogue in self._dialogues:
            wish = dialogue.wish(self._wishes)
            for said in dialogue.said:
                if said.is_text and said.is_answered:
                    yield _Entry("texts", said, said.at, wish)
            if dialogue.has_bot_turn and not self._began_in_a_talk(dialogue):
                ended = self._outcome(dialogue)
                yield _Entry("dialogues", ended, dialogue.begins_at, wish)

    def _began_in_a_talk(self, dialogue: Dialogue) -> bool:
        # The customer's stints follow each other: only the last one before can go on.
        theirs = self._stints_of.get(dialogue.customer, [])
        begun = bisect_right(theirs, dialogue.begins_at, key=_begins_at)
        return begun > 0 and theirs[begun - 1].covers(dialogue.begins_at)

    def _outcome(self, dialogue: Dialogue) -> Outcome:
        theirs = self._requests_of.get(dialogue.customer, [])
        first = bisect_left(theirs, dialogue.begins_at, key=_requested_at)
        is_handed_over = first < len(theirs) and dialogue.covers(
            theirs[first].requested_at
        )
        is_solved = not is_handed_over and not dialogue.asks_for_person
        return Outcome(is_solved, is_handed_over)

    def _queue(self) -> Iterator[_Entry]:
        for each in self._requests:
            about = (each.wish, each.operator)
            if was_live(each):
                yield _Entry("requests", each, each.requested_at, *about)
            if each.desk_closed_at is not None or not was_live(each):
                yield _Entry("messages", each, left_at(each), *about)

    def _surveys(self) -> Iterator[_Entry]:
        wish_of: dict[int | None, str | None] = {
            each.id: each.wish for each in self._requests
        }
        for each in self._facts.surveys:
            wish = wish_of.get(each.request)
            dialogue = self._dialogues.at(each.customer, each.asked_at)
            if each.request is None and dialogue is not None:
                wish = dialogue.wish(self._wishes)
            kind = f"{each.about.value}_surveys"
            yield _Entry(kind, each, each.asked_at, wish, each.operator)

    def _load(self) -> Iterator[_Entry]:
        for stint in self._stints:
            about = (self._wish_of(stint), stint.operator)
            yield _Entry("stints", stint, stint.begins_at, *about)
            busy = self._past.common(stint.begins_at, stint.ends_at)
            if busy is not None:
                stretch = Stretch(stint.operator, busy)
                yield _Entry("talking", stretch, busy.start, *about)
        for each in self._facts.presences:
            there = self._past.common(each.since, each.until)
            if there is not None:
                stretch = Stretch(each.operator, there)
                yield _Entry("available", stretch, there.start, None, each.operator)

    def _wish_of(self, stint: Stint) -> str | None:
        """That of the customer's last request before it."""
        theirs = self._requests_of.get(stint.customer, [])
        former = bisect_right(theirs, stint.begins_at, key=_requested_at)
        return theirs[former - 1].wish if former else None


def _begins_at(stint: Stint) -> datetime:
    return stint.begins_at


def _requested_at(request: HandoffRequest) -> datetime:
    return request.requested_at


# What says nothing about a wish, or about an operator.
_LEFT_OUT = {
    Grouping.INTENT: {"available"},
    Grouping.OPERATOR: {"texts", "dialogues", "bot_surveys"},
}
_STEPS = {Grouping.HALF_HOUR: HALF_HOUR, Grouping.DAY: DAY}


def _pieces(entry: _Entry, grouping: Grouping) -> Iterator[_Entry]:
    """The entry as the rows take it: time is cut where a half-hour or day ends."""
    if entry.kind in _LEFT_OUT.get(grouping, ()):
        return
    if grouping in _STEPS and isinstance(entry.fact, Stretch):
        for span in entry.fact.span.pieces(_STEPS[grouping]):
            stretch = Stretch(entry.fact.operator, span)
            yield _Entry(entry.kind, stretch, span.start)
    else:
        yield entry


def _key(entry: _Entry, grouping: Grouping) -> str | None:
    if grouping is Grouping.INTENT:
        return entry.wish
    if grouping is Grouping.OPERATOR:
        return entry.operator
    local = in_japan(entry.at)
    if grouping is Grouping.DAY:
        return local.date().isoformat()
    return f"{local.hour:02}:{local.minute // 30 * 30:02}"


def _rows_in_any_case(grouping: Grouping, span: Span) -> list[str]:
    if grouping is Grouping.HALF_HOUR:
        return [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)]
    if grouping is Grouping.DAY:
        return [day.isoformat() for day in span.days()]
    return []


def _figures(entries: Sequence[_Entry]) -> Figures:
    facts: dict[str, list[Any]] = defaultdict(list)
    for entry in entries:
        facts[entry.kind].append(entry.fact)
    return Figures(
        bot=BotFigures.of(facts["texts"], facts["dialogues"]),
        queue=QueueFigures.of(facts["requests"]),
        messages=MessageFigures.of(facts["messages"]),
        operator_scores=_scores(facts["operator_surveys"]),
        bot_scores=_scores(facts["bot_surveys"]),
        load=LoadFigures.of(facts["stints"], facts["talking"], facts["available"]),
    )


def _scores(surveys: Sequence[Survey]) -> ScoreFigures:
    return ScoreFigures.of([each.score for each in surveys])
