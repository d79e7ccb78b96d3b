"""The `operator:` step: the forms in which a case says what people at the desk do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import AlreadyMoved, Speaker
from helpdesk.domain.staff import Status
from helpdesk.services.talks import DeskLimit, UnknownOperator
from tests.converse.pages import CannotDo

# Who answers a customer to whom nobody talks yet.
_FIRST = "op1"
ACTS = ("say", "take", "resolve", "release", "pass", "hold", "status", "take_over")


def read_act(value: Any) -> tuple[str, Any]:
    """What is done, and the rest of it; a text is said. Raises ValueError."""
    if not isinstance(value, Mapping):
        return "say", str(value)
    if len(value) != 1:
        raise ValueError(f"operator: one thing at a time, not {value}")
    name, rest = next(iter(value.items()))
    if name not in ACTS:
        raise ValueError(f"operator: {name!r} is none of {', '.join(ACTS)}")
    if name == "status":
        if not isinstance(rest, Mapping):
            raise ValueError(f"operator: status names people, not {rest!r}")
        rest = {str(who): Status(each) for who, each in rest.items()}
    elif name in ("resolve", "release") and rest is not True:
        raise ValueError(f"operator: {name} is true, or the step is left out")
    return str(name), rest


class OperatorDesk:
    """Does for the operators what their console does for them."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self._helpdesk = helpdesk
        self._talks = helpdesk.talks

    def act(self, customer: str, name: str, rest: Any) -> None:
        """Raises CannotDo if the talk is not where the act begins."""
        try:
            getattr(self, f"_{name}")(customer, rest)
        except AlreadyMoved as moved:
            speaker = self._helpdesk.conversations.speaker(customer).value
            raise CannotDo(f"the speaker is {speaker}") from moved
        except (DeskLimit, UnknownOperator) as error:
            raise CannotDo(type(error).__name__) from error

    def _say(self, customer: str, text: Any) -> None:
        if self._helpdesk.conversations.speaker(customer) is not Speaker.OPERATOR:
            self._talks.claim(customer, _FIRST)
        self._talks.say(customer, self._who(customer), str(text))

    def _take(self, customer: str, operator: Any) -> None:
        self._talks.claim(customer, str(operator))

    def _resolve(self, customer: str, _: Any) -> None:
        self._talks.resolve(customer, self._who(customer))

    def _release(self, customer: str, _: Any) -> None:
        self._talks.release(customer, self._who(customer))

    def _pass(self, customer: str, colleague: Any) -> None:
        self._talks.pass_on(customer, self._who(customer), str(colleague))

    def _hold(self, customer: str, on: Any) -> None:
        self._talks.hold(customer, self._who(customer), on=bool(on))

    def _status(self, _: str, statuses: Mapping[str, Status]) -> None:
        for operator, status in statuses.items():
            self._talks.set_status(operator, status, operator)

    def _take_over(self, customer: str, supervisor: Any) -> None:
        with self._helpdesk.database.reading() as unit:
            operator = unit.operators.get(str(supervisor))
        if operator is None:
            raise UnknownOperator
        self._talks.take_over(customer, operator)

    def _who(self, customer: str) -> str:
        """Who has the talk."""
        with self._helpdesk.database.reading() as unit:
            return unit.conversations.get(customer).operator or _FIRST
