"""The operators' side of a handoff: taking a talk, speaking, passing on, ending."""

from __future__ import annotations

from helpdesk.domain.handoff import (
    AlreadyMoved,
    CloseReason,
    HandoffMove,
    RequestState,
    Speaker,
)
from helpdesk.domain.staff import Operator, Permission, Status
from helpdesk.services.desk_ports import DeskRules
from helpdesk.services.desk_words import DeskWords
from helpdesk.services.handoffs import HandoffService
from helpdesk.services.ports import Clock, Store, Unit

_RETURNED = "returned"
_SUPERVISOR = "supervisor"


class DeskLimit(RuntimeError):
    """The operator has as many talks as one may have at once."""


class UnknownOperator(LookupError):
    """Nobody of this name works here now."""


class TalkService:
    """Whoever has the word keeps it until it is passed on; moves are conditional."""

    def __init__(
        self,
        store: Store,
        handoffs: HandoffService,
        rules: DeskRules,
        words: DeskWords,
        clock: Clock,
    ) -> None:
        self._store = store
        self._handoffs = handoffs
        self._rules = rules
        self._words = words
        self._clock = clock

    def claim(self, customer: str, operator: str, *, beyond_limit: bool = True) -> None:
        """Take the talk of a customer who waits, or who has left a message.

        Raises AlreadyMoved if a colleague was quicker, DeskLimit, UnknownOperator.
        """
        with self._store.writing() as unit:
            unit.locks.desk()
            unit.locks.conversations(customer)
            taker = self._operator(unit, operator)
            if not beyond_limit and self._count(unit, operator) >= (
                self._rules.talks_per_operator
            ):
                raise DeskLimit
            move = HandoffMove.CLAIM
            if unit.conversations.get(customer).speaker is Speaker.BOT:
                move = HandoffMove.CALL_BACK
            self._handoffs.move(unit, customer, move, operator)
            if not unit.handoffs.claim(customer, operator, self._clock()):
                raise AlreadyMoved
            self._say(unit, customer, self._words.joined(taker.name))
            self._audit(unit, operator, move, customer)

    def say(
        self, customer: str, operator: str, text: str, quotes: int | None = None
    ) -> int:
        """Answer as the operator who has the talk; the line's id.

        Raises AlreadyMoved.
        """
        with self._store.writing() as unit:
            self._require(unit, customer, operator)
            if quotes is not None:
                found = unit.conversations.message(quotes)
                quotes = quotes if found and found[0] == customer else None
            unit.handoffs.hold(customer, None)
            return unit.conversations.say(
                *(customer, "operator", text, self._clock()),
                operator=operator,
                quotes=quotes,
            )

    def resolve(self, customer: str, operator: str) -> None:
        """Give the word back to the bot, which says so. Raises AlreadyMoved."""
        with self._store.writing() as unit:
            self._require(unit, customer, operator)
            self.close(unit, customer, CloseReason.RESOLVED, f"operator:{operator}")

    def close(self, unit: Unit, customer: str, reason: CloseReason, actor: str) -> None:
        """End a talk, whoever has it, and let the bot go on."""
        move, now = HandoffMove.RESOLVE, self._clock()
        self._settle(unit, customer)
        self._handoffs.move(unit, customer, move)
        unit.handoffs.close(
            customer, RequestState.CLAIMED, RequestState.RESOLVED, now, reason
        )
        version = unit.conversations.get(customer).version
        unit.inbox.accept(
            *(customer, f"resolved:{customer}:{version}", None),
            "/EXTERNAL_handoff_resolved",
            now,
        )
        self._handoffs.audit(unit, actor, move, customer, reason=reason.value)

    def release(self, customer: str, operator: str) -> None:
        """Put the talk back in the queue, for all colleagues. Raises AlreadyMoved."""
        with self._store.writing() as unit:
            self._require(unit, customer, operator)
            self._settle(unit, customer)
            self._handoffs.move(unit, customer, HandoffMove.RELEASE)
            unit.handoffs.release(customer, _RETURNED)
            self._say(unit, customer, self._words.released)
            self._audit(unit, operator, HandoffMove.RELEASE, customer)

    def pass_on(self, customer: str, operator: str, colleague: str) -> None:
        """Give the talk to a colleague who is at the desk.

        Raises AlreadyMoved, UnknownOperator.
        """
        with self._store.writing() as unit:
            unit.locks.desk()
            unit.locks.conversations(customer)
            to = self._operator(unit, colleague)
            if to.status is Status.OFF or colleague == operator:
                raise UnknownOperator
            self._pass(unit, customer, operator, to, f"operator:{operator}")

    def take_over(self, customer: str, supervisor: Operator) -> None:
        """Take a talk from the bot, the queue or a colleague.

        Raises AlreadyMoved, NotPermitted.
        """
        supervisor.require(Permission.SUPERVISE)
        actor = f"operator:{supervisor.id}"
        with self._store.writing() as unit:
            unit.locks.desk()
            unit.locks.conversations(customer)
            conversation = unit.conversations.get(customer)
            if conversation.speaker is Speaker.OPERATOR:
                if conversation.operator == supervisor.id:
                    raise AlreadyMoved
                former = conversation.operator
                self._pass(unit, customer, former, supervisor, actor)
                return
            if conversation.speaker is Speaker.BOT:
                self._handoffs.enqueue(unit, customer, _SUPERVISOR, actor)
            self._handoffs.move(unit, customer, HandoffMove.CLAIM, supervisor.id)
            if not unit.handoffs.claim(customer, supervisor.id, self._clock()):
                raise AlreadyMoved
            self._say(unit, customer, self._words.joined(supervisor.name))
            self._audit(unit, supervisor.id, HandoffMove.CLAIM, customer)

    def hold(self, customer: str, operator: str, *, on: bool) -> None:
        """Look into something: no alert, no closing meanwhile. Raises AlreadyMoved."""
        with self._store.writing() as unit:
            self._require(unit, customer, operator)
            unit.handoffs.hold(customer, self._clock() if on else None)

    def set_status(self, operator: str, status: Status, actor: str) -> None:
        """Be available, away or off; who goes gives back what was not taken yet.

        Raises UnknownOperator.
        """
        with self._store.writing() as unit:
            unit.locks.desk()
            self._operator(unit, operator)
            now = self._clock()
            if not unit.operators.set_status(operator, status, now):
                return
            unit.audit.add(
                now, f"operator:{actor}", "status_set", operator, status=status.value
            )
            for request in unit.handoffs.waiting():
                if status is not Status.AVAILABLE and request.assigned_to == operator:
                    unit.handoffs.assign(request.id, operator, None, now)

    def _pass(
        self,
        unit: Unit,
        customer: str,
        former: str | None,
        to: Operator,
        actor: str,
    ) -> None:
        if not unit.conversations.change_operator(customer, former, to.id):
            raise AlreadyMoved
        unit.handoffs.pass_on(customer, to.id)
        self._say(unit, customer, self._words.passed(to.name))
        unit.audit.add(self._clock(), actor, "handoff_pass", customer, to=to.id)

    def _settle(self, unit: Unit, customer: str) -> None:
        """What the customer wrote before the operator's last word is answered by it.

        The bot may not have looked at it yet: it was busy with a turn of before.
        """
        words = unit.conversations.last_words([customer]).get(customer, {})
        ours = words.get("operator")
        if ours is not None:
            unit.inbox.finish_words(customer, ours.at, self._clock())

    def _require(self, unit: Unit, customer: str, operator: str) -> None:
        unit.locks.conversations(customer)
        conversation = unit.conversations.get(customer)
        has_word = (Speaker.OPERATOR, operator)
        if (conversation.speaker, conversation.operator) != has_word:
            raise AlreadyMoved

    def _operator(self, unit: Unit, operator: str) -> Operator:
        found = unit.operators.get(operator)
        if found is None or not found.is_active:
            raise UnknownOperator
        return found

    def _count(self, unit: Unit, operator: str) -> int:
        return sum(each.operator == operator for each in unit.handoffs.claimed())

    def _say(self, unit: Unit, customer: str, text: str) -> None:
        unit.conversations.say(customer, "system", text, self._clock())

    def _audit(
        self, unit: Unit, operator: str, move: HandoffMove, customer: str
    ) -> None:
        self._handoffs.audit(unit, f"operator:{operator}", move, customer)
