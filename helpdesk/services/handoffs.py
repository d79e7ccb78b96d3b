"""Handoffs: asking for a person, leaving the queue, taking and closing a talk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from helpdesk.domain.business_hours import BusinessHours
from helpdesk.domain.handoff import (
    HANDOFF_MOVES,
    AlreadyMoved,
    HandoffMove,
    OperatorsAway,
    RequestKind,
    RequestState,
    Speaker,
)
from helpdesk.services.ports import Clock, Store, Unit


@dataclass(frozen=True)
class Desk:
    """Whether somebody is there now, and when the desk opens next (Japan time)."""

    is_open: bool
    opens_at: datetime


class HandoffService:
    """Each move is one conditional update, checked by row count."""

    def __init__(self, store: Store, hours: BusinessHours, clock: Clock) -> None:
        self._store = store
        self._hours = hours
        self._clock = clock

    def desk(self) -> Desk:
        """Whether a request would be queued now."""
        with self._store.reading() as unit:
            return self._desk(unit)

    def request(self, customer: str, reason: str) -> int:
        """Put the customer in the queue; the place in it, from 1.

        Asking again keeps the place. Raises OperatorsAway.
        """
        with self._store.writing() as unit:
            desk = self._desk(unit)
            if unit.conversations.get(customer).speaker is not Speaker.BOT:
                return self._place(unit, customer)
            if not desk.is_open:
                raise OperatorsAway(desk.opens_at)
            self._move(unit, customer, HandoffMove.REQUEST)
            unit.handoffs.add(customer, RequestKind.LIVE, reason, self._clock())
            self._audit(unit, f"customer:{customer}", HandoffMove.REQUEST, customer)
            return self._place(unit, customer)

    def leave_message(
        self, customer: str, text: str, reason: str, event_id: str
    ) -> None:
        """Keep a message for the operators' next opening; one for each event.

        What the customer has taken back meanwhile is not kept.
        """
        with self._store.writing() as unit:
            is_gone = unit.erasures.is_requested(event_id)
            if is_gone or unit.handoffs.has_event(event_id):
                return
            now = self._clock()
            unit.handoffs.add(
                customer, RequestKind.MESSAGE, reason, now, text, event_id
            )
            unit.audit.add(now, f"customer:{customer}", "message_left", customer)

    def is_waiting(self, customer: str) -> bool:
        with self._store.reading() as unit:
            return unit.conversations.get(customer).speaker is Speaker.WAITING

    def leave(self, customer: str) -> bool:
        """Leave the queue; False if the customer was not in it (any more)."""
        with self._store.writing() as unit:
            if unit.conversations.get(customer).speaker is not Speaker.WAITING:
                return False
            self.end(unit, customer)
            return True

    def claim(self, customer: str, operator: str) -> None:
        """Take the conversation. Raises AlreadyMoved if a colleague was quicker."""
        with self._store.writing() as unit:
            self._move(unit, customer, HandoffMove.CLAIM, operator)
            unit.handoffs.close(customer, RequestState.WAITING, RequestState.CLAIMED)
            self._audit(unit, f"operator:{operator}", HandoffMove.CLAIM, customer)

    def say(self, customer: str, operator: str, text: str) -> None:
        """Answer as the operator who has the conversation. Raises AlreadyMoved."""
        with self._store.writing() as unit:
            conversation = unit.conversations.get(customer)
            if (conversation.speaker, conversation.operator) != (
                Speaker.OPERATOR,
                operator,
            ):
                raise AlreadyMoved
            unit.conversations.say(customer, "operator", text, self._clock())

    def resolve(self, customer: str, operator: str) -> None:
        """Give the word back to the bot. Raises AlreadyMoved."""
        with self._store.writing() as unit:
            if unit.conversations.get(customer).operator != operator:
                raise AlreadyMoved
            self._move(unit, customer, HandoffMove.RESOLVE)
            unit.handoffs.close(customer, RequestState.CLAIMED, RequestState.RESOLVED)
            self._audit(unit, f"operator:{operator}", HandoffMove.RESOLVE, customer)

    def end(self, unit: Unit, customer: str) -> None:
        """Let the customer end the talk with an operator, or leave the queue."""
        speaker = unit.conversations.get(customer).speaker
        moves = {
            Speaker.OPERATOR: (
                HandoffMove.RESOLVE,
                RequestState.CLAIMED,
                RequestState.RESOLVED,
            ),
            Speaker.WAITING: (
                HandoffMove.LEAVE,
                RequestState.WAITING,
                RequestState.WITHDRAWN,
            ),
        }
        if speaker not in moves:
            return
        move, start, end = moves[speaker]
        self._move(unit, customer, move)
        unit.handoffs.close(customer, start, end)
        self._audit(unit, f"customer:{customer}", move, customer)

    def has_left_message(self, customer: str) -> bool:
        with self._store.reading() as unit:
            requests = unit.handoffs.of_customer(customer)
        return any(request.kind is RequestKind.MESSAGE for request in requests)

    def _desk(self, unit: Unit) -> Desk:
        now = self._clock()
        somebody = unit.handoffs.operators_at_desk() > 0
        is_open = somebody and self._hours.is_open(now)
        return Desk(is_open, self._hours.next_opening(now))

    def _move(
        self, unit: Unit, customer: str, move: HandoffMove, operator: str | None = None
    ) -> None:
        start, end = HANDOFF_MOVES[move]
        if not unit.conversations.move(customer, start, end, operator):
            raise AlreadyMoved
        unit.line_accounts.mark_menu(customer)

    def _audit(self, unit: Unit, actor: str, move: HandoffMove, customer: str) -> None:
        unit.audit.add(self._clock(), actor, f"handoff_{move.value}", customer)

    def _place(self, unit: Unit, customer: str) -> int:
        waiting = [
            request.customer
            for request in unit.handoffs.waiting()
            if request.kind is RequestKind.LIVE
        ]
        return waiting.index(customer) + 1 if customer in waiting else 0
