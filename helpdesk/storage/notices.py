"""What customers want to be told, and the notices themselves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from helpdesk.domain.notices import Notice, NoticeKind, NoticeState
from helpdesk.services.notice_ports import ChosenNotice, FinishedNotice
from helpdesk.storage import tables
from helpdesk.storage.notice_tables import notice_choices as _choices
from helpdesk.storage.notice_tables import notices as _notices

_inbox = tables.inbox
_messages = tables.messages


class NoticeTables:
    """A notice is added once by its key, and moves by conditional updates."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # --- Choices ----------------------------------------------------------------------

    def chosen(self, customer: str) -> set[NoticeKind]:
        """What the customer has switched on."""
        query = select(_choices.c.kind).where(
            _choices.c.customer == customer, _choices.c.is_on
        )
        return {NoticeKind(kind) for kind in self._connection.scalars(query)}

    def choose(
        self, customer: str, kind: NoticeKind, at: datetime, *, is_on: bool
    ) -> None:
        """Switch it on or off; what is switched on is looked at at once."""
        values = {"is_on": is_on, "changed_at": at, "next_look_at": at}
        changed = self._connection.execute(
            update(_choices).where(*_chosen_by(customer, kind)).values(**values)
        )
        if changed.rowcount == 0:
            self._connection.execute(
                insert(_choices).values(customer=customer, kind=kind.value, **values)
            )

    def to_look_at(self, now: datetime, limit: int) -> list[ChosenNotice]:
        """Choices whose look is due, that which waits longest first."""
        query = (
            select(_choices)
            .where(_choices.c.is_on, _choices.c.next_look_at <= now)
            .order_by(_choices.c.next_look_at)
            .limit(limit)
        )
        return [
            ChosenNotice(row.customer, NoticeKind(row.kind), row.changed_at)
            for row in self._connection.execute(query)
        ]

    def look_again(self, customer: str, kind: NoticeKind, at: datetime) -> None:
        self._connection.execute(
            update(_choices).where(*_chosen_by(customer, kind)).values(next_look_at=at)
        )

    # --- Notices ----------------------------------------------------------------------

    def add(self, notice: Notice) -> bool:
        """False if the key is known: it was told, or will be, or is not wanted."""
        values = asdict(notice)
        del values["id"]
        values |= {"kind": notice.kind.value, "state": notice.state.value}
        statement = insert(_notices).values(**values, is_held=False, is_push=False)
        if self.by_key(notice.key) is not None:
            return False
        try:
            # Somebody else may write the same key at this moment.
            with self._connection.begin_nested():
                self._connection.execute(statement)
        except IntegrityError:
            return False
        return True

    def get(self, notice: int) -> Notice | None:
        return self._one(_notices.c.id == notice)

    def by_key(self, key: str) -> Notice | None:
        return self._one(_notices.c.key == key)

    def count_like(self, customer: str, key: str) -> int:
        """How many keys of the customer there are that begin so and go on."""
        return self._count(*_like(customer, key))

    def has_lasting(self, customer: str, key: str) -> bool:
        """Whether there is one with such a key, and what it tells has not ended."""
        lasting = (*_like(customer, key), _notices.c.over_at.is_(None))
        return self._count(*lasting) > 0

    def end_lasting(self, customer: str, key: str, at: datetime) -> None:
        """Note that what these tell is so no more; what still waits is not told."""
        lasting = (*_like(customer, key), _notices.c.over_at.is_(None))
        waits = _notices.c.state == NoticeState.WAITING.value
        self._connection.execute(
            update(_notices)
            .where(*lasting, waits)
            .values(state=NoticeState.DROPPED.value)
        )
        self._connection.execute(update(_notices).where(*lasting).values(over_at=at))

    def due(self, now: datetime, limit: int) -> list[Notice]:
        """What is to be told now, that which waits longest first."""
        query = (
            select(_notices)
            .where(
                _notices.c.state == NoticeState.WAITING.value, _notices.c.due_at <= now
            )
            .order_by(_notices.c.due_at, _notices.c.id)
            .limit(limit)
        )
        return [_as_notice(row) for row in self._connection.execute(query)]

    def held(self, customer: str) -> list[Notice]:
        """What waits for the customer to write."""
        query = (
            select(_notices)
            .where(
                _notices.c.customer == customer,
                _notices.c.state == NoticeState.WAITING.value,
                _notices.c.is_held,
            )
            .order_by(_notices.c.id)
        )
        return [_as_notice(row) for row in self._connection.execute(query)]

    def hold(self, notice: int, due_at: datetime) -> None:
        """Let it wait for the customer to write, or for another month's pushes."""
        self._connection.execute(
            update(_notices)
            .where(*_in(notice, NoticeState.WAITING))
            .values(is_held=True, due_at=due_at)
        )

    def put_off(self, notice: int, due_at: datetime, stale_at: datetime | None) -> None:
        self._connection.execute(
            update(_notices)
            .where(*_in(notice, NoticeState.WAITING))
            .values(due_at=due_at, stale_at=stale_at)
        )

    def accept(self, notice: int, item: int, at: datetime, *, is_push: bool) -> bool:
        """Note the inbox item that tells it; False if it does not wait any more."""
        return self._move(
            notice,
            NoticeState.WAITING,
            NoticeState.IN_INBOX,
            item=item,
            accepted_at=at,
            is_push=is_push,
            is_held=False,
            tries=_notices.c.tries + 1,
        )

    def told(self, notice: int, at: datetime) -> bool:
        """The bot tells it; False if it is not its turn (any more)."""
        return self._move(
            notice, NoticeState.IN_INBOX, NoticeState.IN_INBOX, told_at=at
        )

    def sent(self, notice: int) -> bool:
        return self._move(notice, NoticeState.IN_INBOX, NoticeState.SENT)

    def back(self, notice: int, due_at: datetime) -> bool:
        """It was not said: it waits again, and has cost nothing."""
        return self._move(
            notice,
            NoticeState.IN_INBOX,
            NoticeState.WAITING,
            item=None,
            accepted_at=None,
            is_push=False,
            told_at=None,
            due_at=due_at,
        )

    def drop(self, notice: int) -> bool:
        """Tell it no more; False if it has been said."""
        is_open = _notices.c.state.in_(_OPEN)
        return self._set(
            (_notices.c.id == notice, is_open), state=NoticeState.DROPPED.value
        )

    def forget_open(self, customer: str, kind: NoticeKind) -> None:
        """What has not been said of this kind is as if it had never been found."""
        self._connection.execute(
            delete(_notices).where(
                _notices.c.customer == customer,
                _notices.c.kind == kind.value,
                _notices.c.state.in_(_OPEN),
            )
        )

    def drop_stale(self, now: datetime) -> int:
        """Give up what is of no use any more; how many."""
        result = self._connection.execute(
            update(_notices)
            .where(
                _notices.c.state == NoticeState.WAITING.value,
                _notices.c.stale_at <= now,
            )
            .values(state=NoticeState.DROPPED.value)
        )
        return result.rowcount

    def finished(self, limit: int) -> list[FinishedNotice]:
        """Those whose turn is over, said or not."""
        was_said = exists().where(
            _messages.c.customer == _notices.c.customer,
            _messages.c.turn == _notices.c.item,
        )
        query = (
            select(_notices, was_said.label("was_said"))
            .join(_inbox, _inbox.c.id == _notices.c.item)
            .where(
                _notices.c.state == NoticeState.IN_INBOX.value,
                _inbox.c.finished_at.is_not(None),
            )
            .limit(limit)
        )
        return [
            FinishedNotice(_as_notice(row), bool(row.was_said))
            for row in self._connection.execute(query)
        ]

    # --- Counts -----------------------------------------------------------------------

    def pushes(self, start: datetime, end: datetime) -> int:
        """How many pushes were used from `start` until before `end`."""
        return self._count(_notices.c.is_push, *_accepted(start, end))

    def accepted_between(
        self,
        customer: str,
        besides: Collection[NoticeKind],
        start: datetime,
        end: datetime,
    ) -> int:
        """How many notices the customer got, other than these kinds."""
        return self._count(
            _notices.c.customer == customer,
            _notices.c.kind.not_in([kind.value for kind in besides]),
            _notices.c.state.in_(_SAID),
            *_accepted(start, end),
        )

    def is_about_to_be_said(self, customer: str, since: datetime) -> bool:
        """Whether the bot has taken a notice since then, and not said it yet."""
        query = (
            select(_notices.c.id)
            .join(_inbox, _inbox.c.id == _notices.c.item)
            .where(
                _notices.c.customer == customer,
                _notices.c.accepted_at >= since,
                _inbox.c.finished_at.is_(None),
            )
        )
        return self._connection.scalar(query.limit(1)) is not None

    def _count(self, *which: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(_notices).where(*which)
        return self._connection.scalar(query) or 0

    def _one(self, which: ColumnElement[bool]) -> Notice | None:
        row = self._connection.execute(select(_notices).where(which)).one_or_none()
        return None if row is None else _as_notice(row)

    def _move(
        self, notice: int, start: NoticeState, end: NoticeState, **values: Any
    ) -> bool:
        return self._set(_in(notice, start), state=end.value, **values)

    def _set(self, which: tuple[ColumnElement[bool], ...], **values: Any) -> bool:
        result = self._connection.execute(
            update(_notices).where(*which).values(**values)
        )
        return result.rowcount == 1


_OPEN = (NoticeState.WAITING.value, NoticeState.IN_INBOX.value)
_SAID = (NoticeState.IN_INBOX.value, NoticeState.SENT.value)


def _chosen_by(customer: str, kind: NoticeKind) -> tuple[ColumnElement[bool], ...]:
    return (_choices.c.customer == customer, _choices.c.kind == kind.value)


def _in(notice: int, state: NoticeState) -> tuple[ColumnElement[bool], ...]:
    return (_notices.c.id == notice, _notices.c.state == state.value)


def _like(customer: str, key: str) -> tuple[ColumnElement[bool], ...]:
    begins_so = _notices.c.key.startswith(f"{key}:", autoescape=True)
    return (_notices.c.customer == customer, begins_so)


def _accepted(start: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    return (_notices.c.accepted_at >= start, _notices.c.accepted_at < end)


def _as_notice(row: Row[Any]) -> Notice:
    return Notice(
        row.key,
        row.customer,
        NoticeKind(row.kind),
        row.subscription,
        row.about,
        row.day,
        row.due_at,
        row.stale_at,
        row.id,
        NoticeState(row.state),
        row.item,
        row.told_at,
        row.tries,
    )
