"""The channel on LINE: accounts, and events with their reply tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    Connection,
    Row,
    Select,
    delete,
    func,
    insert,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from helpdesk.domain.line_sending import CallState, ReplyToken
from helpdesk.services.line_ports import LineAccount, StoredEvent
from helpdesk.storage import line_tables, tables

_accounts = line_tables.line_accounts
_events = line_tables.line_events
_calls = line_tables.line_calls
_messages = tables.messages

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

    def set_friend(self, customer: str, *, is_friend: bool, since: datetime) -> bool:
        """False if something later is known already."""
        result = self._connection.execute(
            update(_accounts)
            .where(
                _accounts.c.customer == customer,
                _accounts.c.friend_since.is_(None) | (_accounts.c.friend_since < since),
            )
            .values(is_friend=is_friend, friend_since=since)
        )
        return result.rowcount == 1

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
            .order_by(func.random())
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
                    "received_at": event.since,
                    "sent_at": event.sent_at,
                    "reply_token": event.reply_token,
                    "delivered_at": event.at,
                    "token_used": False,
                    "content": event.content,
                }
                # Two deliveries of the same events wait for one another in one order.
                for event in sorted(events, key=lambda each: each.event_id)
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
                row.delivered_at,
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
            .order_by(_events.c.delivered_at, _events.c.sent_at, _events.c.event_id)
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

    def of_message(self, message_id: str, kinds: Sequence[str]) -> list[str]:
        """The events of these kinds about a message, in the order they happened."""
        query = _about(message_id, kinds).order_by(_events.c.sent_at)
        return list(self._connection.scalars(query))

    def has(
        self, message_id: str, kinds: Sequence[str], after: datetime | None = None
    ) -> bool:
        """Whether such an event was sorted; `after`: one that happened later."""
        later = true() if after is None else _events.c.sent_at > after
        query = _about(message_id, kinds).where(later).limit(1)
        return self._connection.scalar(query) is not None

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
                _events.c.received_at < moment,
                _events.c.sorted_at.is_not(None),
                _events.c.event_id.not_in(in_use),
            )
        )
        return result.rowcount


def _about(message_id: str, kinds: Sequence[str]) -> Select[tuple[str]]:
    return select(_events.c.event_id).where(
        _events.c.message_id == message_id,
        _events.c.message_id != "",
        _events.c.type.in_(kinds),
    )


def _as_token(row: Row[tuple[object, ...]]) -> ReplyToken:
    return ReplyToken(
        row.event_id, row.reply_token or "", row.received_at, row.delivered_at
    )
