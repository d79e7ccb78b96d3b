"""The customer's side of a handoff: asking for a person, waiting, leaving a message."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.domain.business_hours import BusinessHours
from helpdesk.domain.handoff import (
    HANDOFF_MOVES,
    AlreadyMoved,
    CloseReason,
    HandoffMove,
    HandoffRequest,
    LinkNeeded,
    OperatorsAway,
    QueueFull,
    RequestKind,
    RequestState,
    Speaker,
)
from helpdesk.domain.queue import (
    Desk,
    estimate,
    in_order,
    mean_handling,
    told_minutes,
)
from helpdesk.services.desk_ports import DeskRules
from helpdesk.services.ports import Clock, Store, Unit

# What a customer says between wishes; none of it is why a person is needed.
NO_WISHES = (
    *("request_operator", "out_of_scope", "nlu_fallback", "affirm", "deny", "stop"),
    *("greet", "thank", "goodbye"),
)


@dataclass(frozen=True)
class DeskHours:
    """Whether somebody is there now, and when the desk opens next (Japan time)."""

    is_open: bool
    opens_at: datetime


@dataclass(frozen=True)
class Place:
    """A place in the queue, from 1, and the minutes to wait as they are told.

    Place 0: an operator speaks already. 0 minutes: soon.
    """

    place: int
    minutes: int


class HandoffService:
    """Each move is one conditional update, checked by row count."""

    def __init__(
        self, store: Store, hours: BusinessHours, rules: DeskRules, clock: Clock
    ) -> None:
        self._store = store
        self._hours = hours
        self._rules = rules
        self._clock = clock

    def desk(self) -> DeskHours:
        """Whether somebody is there at this moment, and if not, when next.

        The one answer to this question, for bot, page and desk alike.
        """
        with self._store.reading() as unit:
            return self._desk(unit)

    def closes_at(self) -> datetime | None:
        """The end of the open hours, whoever is there (Japan time); None outside."""
        return self._hours.closes_at(self._clock())

    def request(self, customer: str, reason: str) -> Place:
        """Put the customer in the queue.

        Asking again keeps the place. Raises OperatorsAway, QueueFull, LinkNeeded.
        """
        with self._store.writing() as unit:
            # One after the other: each gets a place of its own, and the last is told
            # that the queue is full.
            unit.locks.desk()
            unit.locks.conversations(customer)
            is_new = unit.conversations.get(customer).speaker is Speaker.BOT
            if is_new:
                self._admit(unit, customer)
                self.enqueue(unit, customer, reason, f"customer:{customer}")
            return self._tell_place(unit, customer, is_new=is_new)

    def enqueue(self, unit: Unit, customer: str, reason: str, actor: str) -> None:
        """Put a customer of the bot in the queue, whatever the hour."""
        self.move(unit, customer, HandoffMove.REQUEST)
        wish = unit.meanings.last(customer, NO_WISHES)
        unit.handoffs.add(
            customer,
            RequestKind.LIVE,
            reason,
            self._clock(),
            is_trouble=wish in self._rules.troubles,
            wish=wish,
        )
        self.audit(unit, actor, HandoffMove.REQUEST, customer)

    def leave_message(
        self, customer: str, text: str, reason: str, event_id: str
    ) -> None:
        """Keep a message for the operators' next opening; one for each event.

        What the customer has taken back meanwhile is not kept.
        """
        with self._store.writing() as unit:
            unit.locks.conversations(customer)
            is_gone = unit.erasures.is_requested(event_id)
            if is_gone or unit.handoffs.has_event(event_id):
                return
            now = self._clock()
            wish = unit.meanings.last(customer, NO_WISHES)
            unit.handoffs.add(
                *(customer, RequestKind.MESSAGE, reason, now, text, event_id),
                is_trouble=wish in self._rules.troubles,
                wish=wish,
            )
            unit.audit.add(now, f"customer:{customer}", "message_left", customer)

    def is_waiting(self, customer: str) -> bool:
        with self._store.reading() as unit:
            return unit.conversations.get(customer).speaker is Speaker.WAITING

    def leave(self, customer: str) -> bool:
        """Leave the queue; False if the customer was not in it (any more)."""
        with self._store.writing() as unit:
            unit.locks.conversations(customer)
            if unit.conversations.get(customer).speaker is not Speaker.WAITING:
                return False
            self.end(unit, customer)
            return True

    def end(self, unit: Unit, customer: str) -> None:
        """Let the customer end the talk with an operator, or leave the queue."""
        speaker = unit.conversations.get(customer).speaker
        moves = {
            Speaker.OPERATOR: (
                *(HandoffMove.RESOLVE, RequestState.CLAIMED, RequestState.RESOLVED),
                CloseReason.ENDED_BY_CUSTOMER,
            ),
            Speaker.WAITING: (
                *(HandoffMove.LEAVE, RequestState.WAITING, RequestState.WITHDRAWN),
                CloseReason.LEFT_QUEUE,
            ),
        }
        if speaker not in moves:
            return
        move, start, end, reason = moves[speaker]
        self.move(unit, customer, move)
        unit.handoffs.close(customer, start, end, self._clock(), reason)
        self.audit(unit, f"customer:{customer}", move, customer)

    def has_left_message(self, customer: str) -> bool:
        with self._store.reading() as unit:
            requests = unit.handoffs.of_customer(customer)
        return any(request.kind is RequestKind.MESSAGE for request in requests)

    # --- What the desk's own services share -------------------------------------------

    def queue(self, unit: Unit) -> list[tuple[HandoffRequest, Place]]:
        """Who waits, in the order in which they are to be taken, with places.

        Each customer stands there once, at the first place of all their requests: who
        takes one takes all. The live request stands for the others.
        """
        order, desk = self._rules.order, self._capacity(unit)
        served = unit.handoffs.served(max(order.live, order.messages))
        chosen: dict[str, HandoffRequest] = {}
        for each in in_order(unit.handoffs.waiting(), order, self._clock(), served):
            if each.customer not in chosen or each.kind is RequestKind.LIVE:
                chosen[each.customer] = each
        return [
            (request, Place(place, told_minutes(estimate(place, desk))))
            for place, request in enumerate(chosen.values(), start=1)
        ]

    def move(
        self, unit: Unit, customer: str, move: HandoffMove, operator: str | None = None
    ) -> None:
        """Raises AlreadyMoved if the conversation is not where the move starts."""
        start, end = HANDOFF_MOVES[move]
        if not unit.conversations.move(customer, start, end, operator):
            raise AlreadyMoved
        unit.line_accounts.mark_menu(customer)

    def audit(
        self, unit: Unit, actor: str, move: HandoffMove, customer: str, **detail: str
    ) -> None:
        action = f"handoff_{move.value}"
        unit.audit.add(self._clock(), actor, action, customer, **detail)

    def _admit(self, unit: Unit, customer: str) -> None:
        desk = self._desk(unit)
        if not desk.is_open:
            raise OperatorsAway(desk.opens_at)
        if self._rules.needs_link and not unit.links.of_customer(customer):
            raise LinkNeeded
        live = [
            each for each in unit.handoffs.waiting() if each.kind is RequestKind.LIVE
        ]
        operators = len(unit.operators.available())
        if len(live) >= self._rules.waiting_per_operator * operators:
            raise QueueFull

    def _capacity(self, unit: Unit) -> Desk:
        """What the operators who are there can do; nobody waits for those away."""
        most = self._rules.talks_per_operator
        talks = Counter(each.operator for each in unit.handoffs.claimed())
        operators = unit.operators.available()
        lengths = [
            each.closed_at - each.claimed_at
            for each in unit.handoffs.ended_last(self._rules.served)
            if each.closed_at is not None and each.claimed_at is not None
        ]
        return Desk(
            most * len(operators),
            sum(min(most, talks[each.id]) for each in operators),
            mean_handling(lengths, self._rules.handling),
        )

    def _tell_place(self, unit: Unit, customer: str, *, is_new: bool) -> Place:
        """The place, noted as what the customer knows."""
        for request, place in self.queue(unit):
            if request.customer == customer and request.kind is RequestKind.LIVE:
                now = self._clock()
                if is_new:
                    seconds = int(timedelta(minutes=place.minutes).total_seconds())
                    unit.handoffs.note_estimate(request.id, seconds)
                unit.handoffs.note_told(request.id, place.place, place.minutes, now)
                return place
        return Place(0, 0)

    def _desk(self, unit: Unit) -> DeskHours:
        now = self._clock()
        somebody = bool(unit.operators.available())
        is_open = somebody and self._hours.is_open(now)
        return DeskHours(is_open, self._hours.next_opening(now))
