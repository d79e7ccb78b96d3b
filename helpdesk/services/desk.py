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
                # Two that look at the same time would both tell the same.
                unit.locks.desk()
                # Who sorts holds several conversations too, in another order.
                unit.locks.sorting()
                looked_at = [*unit.handoffs.waiting(), *unit.handoffs.claimed()]
                unit.locks.conversations(*(each.customer for each in looked_at))
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

        Nothing is said: the talk begins when it is taken.
        """
        now = self._clock()
        waiting = [request for request, _ in self._handoffs.queue(unit)]
        is_assigning = self._rules.assigns and self._hours.is_open(now)
        moved = self._take_back(unit, waiting if is_assigning else [], now)
        if not is_assigning:
            return moved
        loads = self._loads(unit)
        for request in waiting:
            if request.assigned_to is not None or request.alerted_at is not None:
                continue
            operator = self._least_loaded(unit, loads, now)
            if operator is None:
                break
            if unit.handoffs.assign(request.id, None, operator, now):
                loads[operator] += 1
                moved.add(request.customer)
        return moved

    def _take_back(
        self, unit: Unit, waiting: list[HandoffRequest], now: datetime
    ) -> set[str]:
        """Who does not take a customer in time loses it to all, and it is marked.

        What is not to be given to anybody (any more) is taken back without a mark.
        """
        given = {each.id for each in waiting}
        moved = set()
        for request in unit.handoffs.waiting():
            operator, since = request.assigned_to, request.assigned_at or now
            is_late = now - since >= self._rules.take_within
            if operator is None or (request.id in given and not is_late):
                continue
            unit.handoffs.assign(request.id, operator, None, now)
            if request.id in given:
                unit.handoffs.alert(request.id, now)
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
        since = self._unanswered_since(unit, talk, said)
        if since is not None:
            is_late = now - since >= self._rules.alert_after
            return unit.handoffs.alert(talk.id, now if is_late else None)
        changed = unit.handoffs.alert(talk.id, None)
        return self._watch_idle(unit, talk, said, now) or changed

    def _unanswered_since(
        self, unit: Unit, talk: HandoffRequest, said: dict[str, Message]
    ) -> datetime | None:
        """Since when the customer waits for the operator; None if not at all."""
        theirs, ours = said.get("customer"), said.get("operator")
        if ours is None or (talk.claimed_at and ours.at < talk.claimed_at):
            return talk.claimed_at
        if theirs is None or theirs.id < ours.id:
            return None
        return next(
            line.at
            for line in unit.conversations.messages(talk.customer, ours.id)
            if line.author == "customer"
        )

    def _watch_idle(
        self,
        unit: Unit,
        talk: HandoffRequest,
        said: dict[str, Message],
        now: datetime,
    ) -> bool:
        """Warn a customer who does not write; the talk is closed only after that."""
        ours, notice = said["operator"], said.get("system")
        left = self._rules.close_idle_after - self._rules.warn_idle_after
        minutes = int(left.total_seconds() // 60)
        warning = self._words.warn_idle.format(minutes=minutes)
        if notice is None or notice.id < ours.id:
            since = ours.at
        elif notice.text != warning:
            # Another operator joined, for example: there was something to read.
            since = notice.at
        elif now - notice.at < left:
            return False
        else:
            words = self._words.closed_idle
            unit.conversations.say(talk.customer, "system", words, now)
            self._talks.close(unit, talk.customer, CloseReason.IDLE, "desk")
            return True
        if now - since < self._rules.warn_idle_after:
            return False
        unit.conversations.say(talk.customer, "system", warning, now)
        return True


def _live(requests: list[HandoffRequest]) -> list[HandoffRequest]:
    return [each for each in requests if each.kind is RequestKind.LIVE]
