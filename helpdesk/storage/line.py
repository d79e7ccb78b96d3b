"""The channel on LINE: accounts, events with their reply tokens, calls, erasures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from helpdesk.domain.line_sending import CallKind, CallState, Doubt, ReplyToken
from helpdesk.services.line_ports import LineAccount, StoredCall, StoredEvent
from helpdesk.storage import line_tables, tables

_accounts = line_tables.line_accounts
_events = line_tables.line_events
_calls = line_tables.line_calls
_erasures = line_tables.erasures
_messages = tables.messages

_UNSEND = "unsend"
# LINE takes many more calls a second; the answers come first.
_MENUS_AT_ONCE = 50


class LineAccountTable:
    """Accounts are found by the hash of LINE's user id."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def customer_of(self, user_hash: str) -> str | None:
        return self._connection.scalar(
            select(_accounts.c.customer).where(_accounts.c.user_hash == user_hash)
        )

    def get(self, customer: str) -> LineAccount | None:
        row = self._connection.execute(
            select(_accounts).where(_accounts.c.customer == customer)
        ).one_or_none()
        if row is None:
            return None
        return LineAccount(
            row.customer,
            row.user_id,
            row.is_friend,
            row.delivered,
            row.menu,
            row.menu_due,
        )

    def add(
        self, customer: str, user_hash: str, user_id: str, *, is_friend: bool
    ) -> None:
        self._connection.execute(
            insert(_accounts).values(
                customer=customer,
                user_hash=user_hash,
                user_id=user_id,
                is_friend=is_friend,
                delivered=0,
                menu_due=True,
            )
        )

    def set_friend(self, customer: str, *, is_friend: bool) -> None:
        self._set(customer, is_friend=is_friend)

    def set_delivered(self, customer: str, line: int) -> None:
        """Move on to this line; never back."""
        self._connection.execute(
            update(_accounts)
            .where(_accounts.c.customer == customer, _accounts.c.delivered < line)
            .values(delivered=line)
        )

    def mark_menu(self, customer: str) -> None:
        """Let the menu be looked at again; nothing for who is not on LINE."""
        self._set(customer, menu_due=True)

    def mark_menus_other_than(self, menus: Sequence[str]) -> None:
        """Let all be looked at that show none of these."""
        is_other = _accounts.c.menu.is_(None) | _accounts.c.menu.not_in(menus)
        self._connection.execute(
            update(_accounts).where(is_other).values(menu_due=True)
        )

    def set_menu(self, customer: str, menu: str) -> None:
        self._set(customer, menu=menu, menu_due=False)

    def with_menu_due(self) -> list[str]:
        """A few whose menu has to be looked at; the others' turn comes after them."""
        query = (
            select(_accounts.c.customer)
            .where(_accounts.c.menu_due, _accounts.c.is_friend)
            .limit(_MENUS_AT_ONCE)
        )
        return list(self._connection.scalars(query))

    def with_news(self, after: int) -> tuple[list[str], int]:
        """Who was told something in a line after this one, and the newest line."""
        query = (
            select(_messages.c.id, _messages.c.customer)
            .join(_accounts, _accounts.c.customer == _messages.c.customer)
            .where(
                _messages.c.id > after,
                _messages.c.id > _accounts.c.delivered,
                _messages.c.author != "customer",
            )
        )
        rows = self._connection.execute(query).all()
        newest = max((row.id for row in rows), default=after)
        return sorted({row.customer for row in rows}), newest

    def _set(self, customer: str, **values: object) -> None:
        self._connection.execute(
            update(_accounts).where(_accounts.c.customer == customer).values(**values)
        )


class LineEventTable:
    """Every event that LINE has delivered, once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def store(self, events: Sequence[StoredEvent]) -> None:
        """All in one statement; what was delivered before only gets its token anew.

        A redelivery gives the token another minute, unless it was used.
        """
        dialect = sqlite if self._connection.dialect.name == "sqlite" else postgresql
        statement = dialect.insert(_events)
        new = statement.excluded
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=[_events.c.event_id],
                set_={"delivered_at": new.delivered_at, "reply_token": new.reply_token},
                where=_events.c.token_used.is_(False),
            ),
            [
                {
                    "event_id": event.event_id,
                    "type": event.kind,
                    "received_at": event.at,
                    "sent_at": event.sent_at,
                    "reply_token": event.reply_token,
                    "delivered_at": event.at,
                    "token_used": False,
                    "content": event.content,
                }
                for event in events
            ],
        )

    def unsorted(self, limit: int) -> list[StoredEvent]:
        """The events that nobody has looked at, the first that happened first."""
        query = (
            select(_events)
            .where(_events.c.sorted_at.is_(None))
            .order_by(_events.c.sent_at, _events.c.event_id)
            .limit(limit)
        )
        return [
            StoredEvent(
                row.event_id,
                row.type,
                row.sent_at,
                row.received_at,
                row.reply_token,
                row.content,
            )
            for row in self._connection.execute(query)
        ]

    def sort(
        self,
        event_id: str,
        customer: str | None,
        message_id: str | None,
        at: datetime,
        *,
        keep_content: bool,
    ) -> None:
        """Note whose event it is, and forget what it said."""
        forgotten = {} if keep_content else {"content": None}
        self._connection.execute(
            update(_events)
            .where(_events.c.event_id == event_id)
            .values(customer=customer, message_id=message_id, sorted_at=at, **forgotten)
        )

    def reply_tokens(self, customer: str, since: datetime) -> list[ReplyToken]:
        """The unused tokens delivered after this moment, the oldest first."""
        query = (
            select(_events)
            .where(
                _events.c.customer == customer,
                _events.c.delivered_at > since,
                _events.c.reply_token.is_not(None),
                _events.c.token_used.is_(False),
            )
            .order_by(_events.c.delivered_at)
        )
        return [_as_token(row) for row in self._connection.execute(query)]

    def token_of(self, event_id: str) -> ReplyToken | None:
        row = self._connection.execute(
            select(_events).where(_events.c.event_id == event_id)
        ).one_or_none()
        return None if row is None else _as_token(row)

    def use_token(self, event_id: str) -> None:
        self._connection.execute(
            update(_events)
            .where(_events.c.event_id == event_id)
            .values(token_used=True)
        )

    def events_of_message(self, message_id: str) -> list[str]:
        """The event that brought this message of the customer, then its changes."""
        query = (
            select(_events.c.event_id)
            .where(
                _events.c.message_id == message_id,
                _events.c.type.in_(("message", "messageEdited")),
            )
            .order_by(_events.c.type, _events.c.sent_at)
        )
        return list(self._connection.scalars(query))

    def is_unsent(self, message_id: str) -> bool:
        """Whether the customer took the message back, even before it came."""
        query = select(_events.c.event_id).where(
            _events.c.message_id == message_id, _events.c.type == _UNSEND
        )
        return self._connection.scalar(query.limit(1)) is not None

    def forget_before(self, moment: datetime) -> int:
        """Delete events that LINE will not deliver again; the number deleted."""
        in_use = select(_calls.c.event).where(_calls.c.event.is_not(None))
        self._connection.execute(
            delete(_calls).where(
                _calls.c.state != CallState.OPEN.value, _calls.c.begun_at < moment
            )
        )
        result = self._connection.execute(
            delete(_events).where(
                _events.c.received_at < moment, _events.c.event_id.not_in(in_use)
            )
        )
        return result.rowcount


class LineCallTable:
    """A customer has at most one open call: the index sees to it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open_call(self, customer: str) -> StoredCall | None:
        query = select(_calls).where(
            _calls.c.customer == customer, _calls.c.state == CallState.OPEN.value
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _as_call(row)

    def add(self, call: StoredCall) -> None:
        self._connection.execute(
            insert(_calls).values(
                id=call.id,
                customer=call.customer,
                kind=call.kind.value,
                event=call.event,
                first_line=call.first_line,
                last_line=call.last_line,
                state=call.state.value,
                attempts=call.attempts,
                is_under_way=call.is_under_way,
                doubt=call.doubt.value,
                begun_at=call.begun_at,
                next_try_at=call.next_try_at,
            )
        )

    def begin_attempt(self, call: str, attempts: int, doubt: Doubt) -> None:
        self._connection.execute(
            update(_calls)
            .where(_calls.c.id == call)
            .values(attempts=attempts, doubt=doubt.value, is_under_way=True)
        )

    def end_attempt(
        self,
        call: str,
        state: CallState,
        doubt: Doubt,
        next_try_at: datetime,
        finished_at: datetime | None,
    ) -> bool:
        """False if the call was not open any more."""
        result = self._connection.execute(
            update(_calls)
            .where(_calls.c.id == call, _calls.c.state == CallState.OPEN.value)
            .values(
                state=state.value,
                doubt=doubt.value,
                is_under_way=False,
                next_try_at=next_try_at,
                finished_at=finished_at,
            )
        )
        return result.rowcount == 1


class ErasureTable:
    """What customers took back; the rows stay as the proof that it was erased."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def request(self, event_id: str, customer: str, at: datetime) -> None:
        self._connection.execute(
            insert(_erasures).values(
                event_id=event_id, customer=customer, requested_at=at
            )
        )

    def due(self, customer: str) -> list[str]:
        """The customer's events that the dialogue has not forgotten yet."""
        query = select(_erasures.c.event_id).where(
            _erasures.c.customer == customer, _erasures.c.done_at.is_(None)
        )
        return list(self._connection.scalars(query))

    def customers(self) -> list[str]:
        query = select(_erasures.c.customer).where(_erasures.c.done_at.is_(None))
        return list(self._connection.scalars(query.distinct()))

    def done(self, event_id: str, at: datetime) -> None:
        self._connection.execute(
            update(_erasures).where(_erasures.c.event_id == event_id).values(done_at=at)
        )


def _as_token(row: Row[tuple[object, ...]]) -> ReplyToken:
    return ReplyToken(
        row.event_id, row.reply_token or "", row.received_at, row.delivered_at
    )


def _as_call(row: Row[tuple[object, ...]]) -> StoredCall:
    return StoredCall(
        row.id,
        row.customer,
        CallKind(row.kind),
        row.event,
        row.first_line,
        row.last_line,
        CallState(row.state),
        row.attempts,
        row.is_under_way,
        Doubt(row.doubt),
        row.begun_at,
        row.next_try_at,
    )
