"""What the desk does by itself, each second: assigning, telling, alerting, closing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from helpdesk.domain.business_hours import BusinessHours
from helpdesk.domain.handoff import (
    AlreadyMoved,
    CloseReason,
    HandoffMove,
    HandoffRequest,
    RequestKind,
)
from helpdesk.services.desk_ports import DeskRules
from helpdesk.services.desk_words import DeskWords
from helpdesk.services.handoffs import HandoffService
from helpdesk.services.ports import Clock, Message, Store, Unit
from helpdesk.services.talks import TalkService

# Between operators with the same load, who was given fewer within this time is next.
_LATELY = timedelta(hours=1)


class DeskService:
    """Looks at the whole desk; run again, or by two at once, it changes no more."""

    def __init__(
        self,
        store: Store,
        handoffs: HandoffService,
        talks: TalkService,
        hours: BusinessHours,
        rules: DeskRules,
        words: DeskWords,
        clock: Clock,
    ) -> None:
        self._store = store
        self._handoffs = handoffs
        self._talks = talks
        self._hours = hours
        self._rules = rules
        self._words = words
        self._clock = clock

    def look_after(self) -> set[str]:
        """Do what the moment asks for; the customers for whom there is news."""
        with self._store.reading() as unit:
            if not unit.handoffs.waiting() and not unit.handoffs.claimed():
                return set()
        steps: list[Callable[[Unit], set[str]]] = [
            self._close_desk,
            self._assign,
            self._tell_places,
            self._watch_talks,
        ]
        news: set[str] = set()
        for step in steps:
            with self._store.writing() as unit:
                news |= step(unit)
        return news

    # --- Closing time -----------------------------------------------------------------

    def _close_desk(self, unit: Unit) -> set[str]:
        """Who still waits when the day is over keeps the place as a left message."""
        now = self._clock()
        if not self._hours.is_over_for_today(now):
            return set()
        opens_at = self._words.days.moment(self._hours.next_opening(now))
        told = set()
        for request in _live(unit.handoffs.waiting()):
            try:
                self._handoffs.move(unit, request.customer, HandoffMove.LEAVE)
            except AlreadyMoved:
                continue
            unit.handoffs.close_desk(request.customer, now)
            words = self._words.desk_closed.format(opens_at=opens_at)
            unit.conversations.say(request.customer, "system", words, now)
            unit.audit.add(now, "desk", "desk_closed", request.customer)
            told.add(request.customer)
        return told

    # --- Assigning --------------------------------------------------------------------

    def _assign(self, unit: Unit) -> set[str]:
        """Give each request, in order, to the operator with the least load.

        Who does not take it in time loses it to all. Nothing is said: the talk begins
        when it is taken.
        """
        if not self._rules.assigns or not self._hours.is_open(self._clock()):
            return set()
        now = self._clock()
        loads = self._loads(unit)
        moved = set()
        for request, _ in self._handoffs.queue(unit):
            if request.assigned_to is not None:
                is_late = now - (request.assigned_at or now) >= self._rules.take_within
                if is_late and request.alerted_at is None:
                    unit.handoffs.alert(request.id, now)
                    unit.handoffs.assign(request.id, request.assigned_to, None, now)
                    moved.add(request.customer)
            elif request.alerted_at is None:
                operator = self._least_loaded(unit, loads, now)
                if operator is None:
                    break
                if unit.handoffs.assign(request.id, None, operator, now):
                    loads[operator] += 1
                    moved.add(request.customer)
        return moved

    def _loads(self, unit: Unit) -> Counter[str]:
        """How many talks each operator at the desk has, or is about to take."""
        loads = Counter({each.id: 0 for each in unit.operators.available()})
        for request in [*unit.handoffs.claimed(), *unit.handoffs.waiting()]:
            operator = request.operator or request.assigned_to
            if operator is not None and operator in loads:
                loads[operator] += 1
        return loads

    def _least_loaded(
        self, unit: Unit, loads: Counter[str], now: datetime
    ) -> str | None:
        """Nobody if all have as many talks as one may have."""
        free = [
            operator
            for operator, load in loads.items()
            if load < self._rules.talks_per_operator
        ]
        lately = unit.handoffs.assigned_lately
        return min(
            free,
            key=lambda each: (loads[each], lately(each, now - _LATELY), each),
            default=None,
        )

    # --- Telling ----------------------------------------------------------------------

    def _tell_places(self, unit: Unit) -> set[str]:
        """Tell a place or a time that has changed; not too often, not in a break."""
        now = self._clock()
        if not self._hours.is_open(now):
            return set()
        told = set()
        for request, place in self._handoffs.queue(unit):
            if request.kind is not RequestKind.LIVE or not self._is_news(
                request, place.place, place.minutes, now
            ):
                continue
            words = self._words.place_is(place.place, place.minutes)
            unit.conversations.say(request.customer, "system", words, now)
            told.add(request.customer)
            unit.handoffs.note_told(request.id, place.place, place.minutes, now)
        return told

    def _is_news(
        self, request: HandoffRequest, place: int, minutes: int, now: datetime
    ) -> bool:
        if (request.told_place, request.told_minutes) == (place, minutes):
            return False
        if request.told_minutes == 0 and minutes == 0:
            # Soon is soon, at whatever place.
            return False
        is_due = request.told_at is None or (
            now - request.told_at >= self._rules.tell_again
        )
        return is_due or (minutes == 0 and request.told_minutes != 0)

    # --- Talks ------------------------------------------------------------------------

    def _watch_talks(self, unit: Unit) -> set[str]:
        """Alert where a word is waited for; close where the customer is gone."""
        now = self._clock()
        talks = unit.handoffs.claimed()
        words = unit.conversations.last_words([each.customer for each in talks])
        news = set()
        for talk in talks:
            if talk.held_at is not None:
                continue
            said = words.get(talk.customer, {})
            if self._watch(unit, talk, said, now):
                news.add(talk.customer)
        return news

    def _watch(
        self,
        unit: Unit,
        talk: HandoffRequest,
        said: dict[str, Message],
        now: datetime,
    ) -> bool:
        """Whether anything has changed."""
        theirs, ours = said.get("customer"), said.get("operator")
        begun = talk.claimed_at or now
        operator_at = ours.at if ours is not None and ours.at >= begun else None
        is_answered = operator_at is not None and (
            theirs is None or ours is None or ours.id > theirs.id
        )
        if not is_answered:
            # Since the customer wrote, or since the talk was taken if that is later.
            since = max(begun, theirs.at) if theirs is not None else begun
            if now - since >= self._rules.alert_after:
                return unit.handoffs.alert(talk.id, now)
            return False
        changed = unit.handoffs.alert(talk.id, None)
        idle = now - (operator_at or begun)
        if idle >= self._rules.close_idle_after:
            unit.conversations.say(
                talk.customer, "system", self._words.closed_idle, now
            )
            self._talks.close(unit, talk.customer, CloseReason.IDLE, "desk")
            return True
        notice = said.get("system")
        is_warned = (
            notice is not None and operator_at is not None and notice.at > operator_at
        )
        if idle >= self._rules.warn_idle_after and not is_warned:
            left = self._rules.close_idle_after - self._rules.warn_idle_after
            minutes = int(left.total_seconds() // 60)
            text = self._words.warn_idle.format(minutes=minutes)
            unit.conversations.say(talk.customer, "system", text, now)
            return True
        return changed


def _live(requests: list[HandoffRequest]) -> list[HandoffRequest]:
    return [each for each in requests if each.kind is RequestKind.LIVE]
