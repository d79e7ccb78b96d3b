"""Conversations: the durable inbox, what was said, buttons, and who speaks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    delete,
    func,
    insert,
    select,
    update,
)

from helpdesk.domain.card import Card, as_json, card_of
from helpdesk.domain.handoff import Speaker
from helpdesk.services.ports import Button, Conversation, Message
from helpdesk.storage import desk_tables, tables
from helpdesk.storage.locks import LockRows

_inbox = tables.inbox
_messages = tables.messages
_buttons = tables.buttons
_lessons = desk_tables.lessons
_conversations = tables.conversations

# More than LINE takes at once; the rest is looked at after it.
_FEW_LINES = 20


class ConversationTables:
    """A message is accepted once by its event id, and finished once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def register(self, customer: str, channel: str, at: datetime) -> None:
        self._connection.execute(
            insert(tables.customers).values(id=customer, channel=channel, created_at=at)
        )
        self._connection.execute(
            insert(_conversations).values(
                customer=customer, speaker=Speaker.BOT.value, version=0
            )
        )

    def exists(self, customer: str) -> bool:
        query = select(_conversations.c.customer).where(
            _conversations.c.customer == customer
        )
        return self._connection.scalar(query) is not None

    def get(self, customer: str) -> Conversation:
        query = (
            select(_conversations, tables.customers.c.channel)
            .join(tables.customers)
            .where(_conversations.c.customer == customer)
        )
        row = self._connection.execute(query).one()
        return Conversation(
            row.customer,
            Speaker(row.speaker),
            row.version,
            row.awaits,
            row.operator,
            row.channel,
        )

    def set_awaits(self, customer: str, awaits: str | None) -> None:
        self._connection.execute(
            update(_conversations)
            .where(_conversations.c.customer == customer)
            .values(awaits=awaits)
        )

    def set_channel(self, customer: str, channel: str) -> None:
        self._connection.execute(
            update(tables.customers)
            .where(tables.customers.c.id == customer)
            .values(channel=channel)
        )

    def move(
        self, customer: str, start: Speaker, end: Speaker, operator: str | None
    ) -> bool:
        """One conditional update; False if the speaker is no longer `start`.

        The version grows when an operator takes or gives back the word.
        """
        handed_over = Speaker.OPERATOR in (start, end)
        result = self._connection.execute(
            update(_conversations)
            .where(
                _conversations.c.customer == customer,
                _conversations.c.speaker == start.value,
            )
            .values(
                speaker=end.value,
                operator=operator,
                version=_conversations.c.version + int(handed_over),
            )
        )
        return result.rowcount == 1

    def change_operator(self, customer: str, former: str | None, operator: str) -> bool:
        """Pass the word from one operator to another; False if it was not theirs."""
        chosen = [
            _conversations.c.customer == customer,
            _conversations.c.speaker == Speaker.OPERATOR.value,
        ]
        if former is not None:
            chosen.append(_conversations.c.operator == former)
        result = self._connection.execute(
            update(_conversations)
            .where(*chosen)
            .values(operator=operator, version=_conversations.c.version + 1)
        )
        return result.rowcount == 1

    def erase(self, customer: str, event_id: str, shown: str, at: datetime) -> str:
        """Take back what an event said, answered or not; the text as it stood."""
        former, _ = self.replace(customer, event_id, shown, at)
        self._connection.execute(
            update(_messages)
            .where(*_line_of(customer, event_id))
            .values(content=None, content_id=None)
        )
        return former

    def replace(
        self, customer: str, event_id: str, shown: str, at: datetime
    ) -> tuple[str, datetime | None]:
        """Let the event's line read otherwise, and its item be answered no more.

        Gives the text as it stood, and the item's place if nobody has answered it.
        """
        its_line = _line_of(customer, event_id)
        former = self._connection.scalar(select(_messages.c.text).where(*its_line))
        self._connection.execute(update(_messages).where(*its_line).values(text=shown))
        its_item = (_inbox.c.customer == customer, _inbox.c.event_id == event_id)
        # What a supervisor has made of the former words goes with them.
        its_lesson = _lessons.c.item.in_(select(_inbox.c.id).where(*its_item))
        self._connection.execute(delete(_lessons).where(its_lesson))
        is_open = _inbox.c.finished_at.is_(None)
        place = select(_inbox.c.sent_at).where(*its_item, is_open)
        sent_at = self._connection.scalar(place)
        self._connection.execute(
            update(_inbox).where(*its_item, is_open).values(finished_at=at)
        )
        self._connection.execute(
            update(_inbox).where(*its_item).values(text=None, payload=None)
        )
        return former or "", sent_at

    def say(
        self,
        customer: str,
        author: str,
        text: str,
        at: datetime,
        buttons: Sequence[Button] = (),
        turn: int | None = None,
        client_id: str | None = None,
        content: tuple[str, str] | None = None,
        operator: str | None = None,
        quotes: int | None = None,
        card: Card | None = None,
    ) -> int:
        """Add a line to the conversation; its id, which grows."""
        # In the order of the ids they are seen: who reads on after one misses none.
        LockRows(self._connection).conversations(customer)
        kind, content_id = content or (None, None)
        result = self._connection.execute(
            insert(_messages).values(
                customer=customer,
                author=author,
                text=text,
                at=at,
                turn=turn,
                client_id=client_id,
                content=kind,
                content_id=content_id,
                operator=operator,
                quotes=quotes,
                card=None if card is None else as_json(card),
            )
        )
        key = result.inserted_primary_key
        message = 0 if key is None else int(key[0])
        for place, button in enumerate(buttons):
            self._connection.execute(
                insert(_buttons).values(
                    id=button.id,
                    message=message,
                    customer=customer,
                    place=place,
                    label=button.label,
                    payload=button.payload,
                    is_answer=button.is_answer,
                    expires_at=button.expires_at,
                )
            )
        return message

    def messages(self, customer: str, after: int = 0) -> list[Message]:
        """The lines with a greater id, in order, with their buttons."""
        return self._lines(_messages.c.customer == customer, _messages.c.id > after)

    def said_to(self, customer: str, after: int) -> list[Message]:
        """The next few of these lines that are not the customer's own."""
        chosen = (
            _messages.c.customer == customer,
            _messages.c.id > after,
            _messages.c.author != "customer",
        )
        return self._lines(*chosen, limit=_FEW_LINES)

    def _lines(
        self, *chosen: ColumnElement[bool], limit: int | None = None
    ) -> list[Message]:
        rows = self._connection.execute(
            select(_messages).where(*chosen).order_by(_messages.c.id).limit(limit)
        ).all()
        if not rows:
            return []
        buttons = defaultdict(list)
        query = select(_buttons).where(
            _buttons.c.message.in_(select(_messages.c.id).where(*chosen))
        )
        for row in self._connection.execute(query.order_by(_buttons.c.place)):
            buttons[row.message].append(_as_button(row))
        return [
            Message(
                row.id,
                row.author,
                row.text,
                row.at,
                tuple(buttons[row.id]),
                row.client_id,
                None if row.content is None else (row.content, row.content_id),
                row.operator,
                row.quotes,
                card_of(row.card),
            )
            for row in rows
        ]

    def message(self, message: int) -> tuple[str, Message] | None:
        """A line by its id, and whose conversation it stands in."""
        customer = self._connection.scalar(
            select(_messages.c.customer).where(_messages.c.id == message)
        )
        if customer is None:
            return None
        return customer, self._lines(_messages.c.id == message)[0]

    def talked_lately(self, since: datetime, limit: int) -> list[str]:
        """Who has written to the bot since then, the latest first."""
        latest = func.max(_messages.c.id)
        query = (
            select(_messages.c.customer)
            .join(_conversations, _conversations.c.customer == _messages.c.customer)
            .where(
                _messages.c.author == "customer",
                _messages.c.at >= since,
                _conversations.c.speaker == Speaker.BOT.value,
            )
            .group_by(_messages.c.customer)
            .order_by(latest.desc())
            .limit(limit)
        )
        return list(self._connection.scalars(query))

    def last_words(self, customers: Sequence[str]) -> dict[str, dict[str, Message]]:
        """The last line of each author in each of these conversations."""
        newest = (
            select(func.max(_messages.c.id))
            .where(_messages.c.customer.in_(customers))
            .group_by(_messages.c.customer, _messages.c.author)
        )
        rows = self._connection.execute(
            select(_messages.c.id, _messages.c.customer).where(
                _messages.c.id.in_(newest)
            )
        )
        whose = {row.id: row.customer for row in rows}
        found: dict[str, dict[str, Message]] = defaultdict(dict)
        for message in self._lines(_messages.c.id.in_(list(whose))):
            found[whose[message.id]][message.author] = message
        return dict(found)

    def newest_line(self, customer: str) -> int:
        """The id of the last line; 0 if nothing has been said."""
        query = select(func.max(_messages.c.id)).where(_messages.c.customer == customer)
        return self._connection.scalar(query) or 0

    def button(self, customer: str, button: str) -> Button | None:
        query = select(_buttons).where(
            _buttons.c.id == button, _buttons.c.customer == customer
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _as_button(row)

    def is_newest_turn(self, customer: str, message: int) -> bool:
        """Whether nobody has said anything after the turn of this bot line."""
        turn = (
            select(_messages.c.turn).where(_messages.c.id == message).scalar_subquery()
        )
        later = select(_messages.c.id).where(
            _messages.c.customer == customer,
            _messages.c.id > message,
            _messages.c.turn.is_distinct_from(turn),
        )
        return self._connection.scalar(later.limit(1)) is None


def _line_of(customer: str, event_id: str) -> tuple[ColumnElement[bool], ...]:
    return (_messages.c.customer == customer, _messages.c.client_id == event_id)


def _as_button(row: Row[tuple[object, ...]]) -> Button:
    return Button(
        row.id, row.label, row.payload, row.is_answer, row.message, row.expires_at
    )
