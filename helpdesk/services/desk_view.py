"""What operators see: the desk as a whole, and one talk with all that is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpdesk.domain.eligibility import Eligibility, eligibility
from helpdesk.domain.handoff import HandoffRequest, RequestKind, RequestState, Speaker
from helpdesk.domain.linking import Link, Subscription
from helpdesk.domain.staff import Operator
from helpdesk.services.carrier import Carrier, CarrierAway
from helpdesk.services.desk_ports import Note
from helpdesk.services.failed_tries import FailedTryCounter, TooManyTries
from helpdesk.services.handoffs import DeskHours, HandoffService, Place
from helpdesk.services.ports import Clock, Conversation, Message, Store, Unit

# A look at the same customer again is not a new one for so long.
_ONE_LOOK = timedelta(minutes=10)
_LATELY = timedelta(minutes=30)
_LAST_ENDED = 20


class UnknownCustomer(LookupError):
    """Nobody with this key has written."""


@dataclass(frozen=True)
class DeskLine:
    """A request as a line of the list.

    `place` is None once it is taken. `last`: the customer's last line, if any.
    `waits_since`: since when the customer waits for a word; None if it is theirs.
    """

    request: HandoffRequest
    place: Place | None
    channel: str
    labels: Sequence[str]
    last: Message | None
    waits_since: datetime | None


@dataclass(frozen=True)
class Overview:
    """The desk at this moment.

    `talks`: all that are taken. `ended`: closed last, the newest first. `loads`: how
    many talks each operator has. `bot_talks`: who talked with the bot lately.
    `pushes_held`: this month's pushes on LINE are used up, so answers there wait.
    """

    now: datetime
    hours: DeskHours
    waiting: Sequence[DeskLine]
    talks: Sequence[DeskLine]
    ended: Sequence[HandoffRequest]
    operators: Sequence[Operator]
    loads: dict[str, int]
    bot_talks: Sequence[str]
    pushes_held: bool


@dataclass(frozen=True)
class KnownSubscription:
    """A subscription that the customer is linked with; `links` are the customer's."""

    subscription: Subscription
    eligibility: Eligibility
    links: Sequence[Link]
    reissues_left: int


@dataclass(frozen=True)
class TalkView:
    """One conversation with its context.

    `request`: the newest request that is not over, else the newest of all, if any.
    `last_failure`: kind and moment of the last failed try. `locked_until`: end of the
    lock on codes. `may_write`: the operator has the word. `is_carrier_away`: the
    subscriptions cannot be looked up now.
    """

    conversation: Conversation
    now: datetime
    messages: Sequence[Message]
    request: HandoffRequest | None
    requests: Sequence[HandoffRequest]
    place: Place | None
    notes: Sequence[Note]
    labels: Sequence[str]
    subscriptions: Sequence[KnownSubscription]
    last_failure: tuple[str, datetime] | None
    locked_until: datetime | None
    may_write: bool
    is_carrier_away: bool = False


class DeskViewService:
    """Only reads; a look at a customer is audited."""

    def __init__(
        self,
        store: Store,
        handoffs: HandoffService,
        tries: FailedTryCounter,
        carrier: Carrier,
        clock: Clock,
    ) -> None:
        self._store = store
        self._handoffs = handoffs
        self._tries = tries
        self._carrier = carrier
        self._clock = clock

    def overview(self) -> Overview:
        """The desk as everybody there sees it."""
        hours, now = self._handoffs.desk(), self._clock()
        with self._store.reading() as unit:
            waiting, claimed = self._handoffs.queue(unit), unit.handoffs.claimed()
            customers = [each.customer for each, _ in waiting]
            customers += [each.customer for each in claimed]
            words = unit.conversations.last_words(customers)
            labels = unit.notes.labels(customers)

            def line(request: HandoffRequest, place: Place | None) -> DeskLine:
                customer = request.customer
                said = words.get(customer, {})
                return DeskLine(
                    request,
                    place,
                    unit.conversations.get(customer).channel,
                    labels.get(customer, ()),
                    said.get("customer"),
                    _waits_since(request, said),
                )

            operators = [each for each in unit.operators.all() if each.is_active]
            return Overview(
                now,
                hours,
                [line(request, place) for request, place in waiting],
                [line(request, None) for request in claimed],
                unit.handoffs.ended_last(_LAST_ENDED),
                operators,
                Counter(each.operator for each in claimed if each.operator),
                unit.conversations.talked_lately(now - _LATELY, _LAST_ENDED),
                unit.audit.last_action("line", "push") == "push_limit_reached",
            )

    def colleagues(self, operator: str) -> list[Operator]:
        """All who work here besides the operator."""
        with self._store.reading() as unit:
            return [
                each
                for each in unit.operators.all()
                if each.is_active and each.id != operator
            ]

    def look(self, customer: str, operator: str) -> TalkView:
        """One talk; raises UnknownCustomer."""
        with self._store.reading() as unit:
            if not unit.conversations.exists(customer):
                raise UnknownCustomer
            seen_since = self._clock() - _ONE_LOOK
            actor = f"operator:{operator}"
            is_new = not unit.audit.has(actor, "looked_at", customer, seen_since)
        if is_new:
            with self._store.writing() as unit:
                unit.audit.add(self._clock(), actor, "looked_at", customer)
        with self._store.reading() as unit:
            view = self._view(unit, customer, operator)
            links = unit.links.of_customer(customer)
        try:
            return replace(view, subscriptions=self._subscriptions(links))
        except CarrierAway:
            # The talk is shown all the same.
            return replace(view, is_carrier_away=True)

    def _view(self, unit: Unit, customer: str, operator: str) -> TalkView:
        conversation = unit.conversations.get(customer)
        requests = unit.handoffs.of_customer(customer)
        # One place for each customer, whatever requests there are.
        places = [
            place
            for request, place in self._handoffs.queue(unit)
            if request.customer == customer
        ]
        request = _chief(requests)
        return TalkView(
            conversation,
            self._clock(),
            unit.conversations.messages(customer),
            request,
            requests,
            next(iter(places), None),
            unit.notes.of_customer(customer),
            unit.notes.labels([customer]).get(customer, ()),
            (),
            unit.failed_tries.last(customer),
            self._locked_until(unit, customer),
            conversation.speaker is Speaker.OPERATOR
            and conversation.operator == operator,
        )

    def _subscriptions(self, links: Sequence[Link]) -> list[KnownSubscription]:
        keys = dict.fromkeys(link.subscription for link in links)
        now = self._clock()
        found = []
        for key in keys:
            subscription = self._carrier.subscription(key)
            mine = [link for link in links if link.subscription == key]
            opens = eligibility(subscription.order, now)
            left = self._carrier.reissues_left(key)
            found.append(KnownSubscription(subscription, opens, mine, left))
        return found

    def _locked_until(self, unit: Unit, customer: str) -> datetime | None:
        try:
            self._tries.check(unit, customer, None, "code")
        except TooManyTries as locked:
            return locked.until
        return None


def _waits_since(request: HandoffRequest, said: dict[str, Message]) -> datetime | None:
    """Since when the customer waits for an operator's word."""
    if request.state is RequestState.WAITING:
        return request.requested_at
    theirs, ours = said.get("customer"), said.get("operator")
    begun = request.claimed_at or request.requested_at
    if ours is None or ours.at < begun:
        return begun
    return theirs.at if theirs is not None and theirs.id > ours.id else None


def _chief(requests: Sequence[HandoffRequest]) -> HandoffRequest | None:
    """What the talk is about now: an open request before those that are over."""
    ranks = {RequestState.CLAIMED: 3, RequestState.WAITING: 2}

    def rank(request: HandoffRequest) -> tuple[int, bool, int]:
        is_live = request.kind is RequestKind.LIVE
        return ranks.get(request.state, 1), is_live, request.id

    return max(requests, key=rank, default=None)
