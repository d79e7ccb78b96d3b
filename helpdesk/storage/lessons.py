"""Sentences without an answer, and what they mean: as rows, and as Rasa reads it."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import yaml
from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    exists,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from helpdesk.services.report_ports import Lesson, Sentence
from helpdesk.storage import desk_tables, tables

_inbox = tables.inbox
_lessons = desk_tables.lessons


def is_for_bot() -> ColumnElement[bool]:
    """Whether an item of the inbox asks the bot for something.

    A message that is left for operators, and a word in a survey, do not.
    """
    event_id = _inbox.c.event_id
    return and_(
        *(
            ~exists().where(kept.c.event_id == event_id)
            for kept in (tables.handoff_requests, desk_tables.surveys)
        )
    )


class LessonTable:
    """What a customer took back has no text in the inbox, and is not read here."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def sentences(self, intents: Collection[str]) -> list[Sentence]:
        """Typed texts that were taken for one of these, the newest first."""
        query = (
            select(_inbox.c.id, _inbox.c.text, _inbox.c.received_at)
            .where(_inbox.c.intent.in_(intents), _inbox.c.text.is_not(None))
            .where(is_for_bot())
            .order_by(_inbox.c.received_at.desc(), _inbox.c.id.desc())
        )
        rows = self._connection.execute(query)
        return [Sentence(row.id, row.text, row.received_at) for row in rows]

    def sentence(self, item: int) -> Sentence | None:
        query = select(_inbox.c.id, _inbox.c.text, _inbox.c.received_at).where(
            _inbox.c.id == item, _inbox.c.text.is_not(None)
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else Sentence(row.id, row.text, row.received_at)

    def all(self) -> list[Lesson]:
        """The lessons, the first one first."""
        query = (
            select(_lessons)
            .join(_inbox, _inbox.c.id == _lessons.c.item)
            .where(_inbox.c.text.is_not(None))
            .order_by(_lessons.c.id)
        )
        return [
            Lesson(row.item, row.text, row.intent, row.operator, row.at)
            for row in self._connection.execute(query)
        ]

    def put(
        self, sentence: Sentence, intent: str | None, operator: str, at: datetime
    ) -> None:
        """Say what the sentence means; the last word counts."""
        values = {"intent": intent, "operator": operator, "at": at}
        row = {"item": sentence.item, "text": sentence.text, **values}
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(_lessons).values(**row))
        except IntegrityError:
            chosen = _lessons.c.item == sentence.item
            self._connection.execute(update(_lessons).where(chosen).values(**values))

    def remove(self, item: int) -> bool:
        result = self._connection.execute(
            delete(_lessons).where(_lessons.c.item == item)
        )
        return result.rowcount > 0


class _Block(str):
    """A text of several lines, written as YAML's block."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Writes as people write Rasa's files: lists under their key stand further in."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002 -- PyYAML's signature
        super().increase_indent(flow, indentless=False)


_Dumper.add_representer(
    _Block,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|"
    ),
)


def training_data(sentences: Mapping[str, Sequence[str]]) -> str:
    """Rasa's NLU file for these sentences by intent, whatever they contain."""
    blocks = {
        intent: "".join(map(_example, texts)) for intent, texts in sentences.items()
    }
    nlu = [
        {"intent": intent, "examples": _Block(block)}
        for intent, block in sorted(blocks.items())
        if block
    ]
    return yaml.dump(
        {"version": _Quoted("3.1"), "nlu": nlu},
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=10_000,
    )


class _Quoted(str):
    """A text in double quotes, as Rasa's own files have it."""

    __slots__ = ()


_Dumper.add_representer(
    _Quoted,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style='"'
    ),
)


def _example(text: str) -> str:
    """One line, if anything is left; marks of entities for Rasa are pulled apart."""
    line = "".join(
        each for each in " ".join(text.split()) if unicodedata.category(each) != "Cc"
    )
    for mark in ("](", "]{", "]["):
        line = line.replace(mark, f"{mark[0]} {mark[1]}")
    return f"- {line.strip()}\n" if line.strip() else ""
