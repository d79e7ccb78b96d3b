"""Changes at the carrier: asked for once, however often, and never half done.

A change is written down before the carrier is asked, and asked for with its key until
there is an answer. The customer hears what is known, and later how it ended.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from helpdesk.domain.changes import Change, ChangeKind, ChangeState
from helpdesk.domain.data_gift import GiftProblem, GiftRefused
from helpdesk.domain.plans import PlanProblem, PlanRefused, Price
from helpdesk.domain.purchases import PurchaseProblem, PurchaseRefused
from helpdesk.services.carrier import (
    Carrier,
    CarrierAway,
    KeyUsedTwice,
    NoReissueLeft,
    NoSuchSubscription,
    PurchaseReceipt,
)
from helpdesk.services.ports import Clock, Store, Unit

logger = logging.getLogger(__name__)

# Longer than the carrier may take; then somebody else asks again.
_FIRST_RETRY = timedelta(seconds=30)
_LONGEST_RETRY = timedelta(minutes=10)
# After so many the longest is reached; a carrier may be away for days.
_DOUBLINGS = 5
_MOST_AT_ONCE = 20


class ChangePending(RuntimeError):
    """The carrier did not answer: the change is kept, and asked for again."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


# What the carrier refuses, by its name in the stored result.
_REFUSALS: dict[str, Callable[[str], Exception]] = {
    "gift": lambda problem: GiftRefused(GiftProblem(problem)),
    "purchase": lambda problem: PurchaseRefused(PurchaseProblem(problem)),
    "plan": lambda problem: PlanRefused(PlanProblem(problem)),
    "reissue": lambda _: NoReissueLeft(),
    "subscription": NoSuchSubscription,
    "key": KeyUsedTwice,
}

# Told of a change that is settled, in the same transaction.
Settled = Callable[[Unit, Change], None]


class ChangeService:
    """Makes changes, and finishes those that waited for the carrier."""

    def __init__(self, store: Store, carrier: Carrier, clock: Clock) -> None:
        self._store = store
        self._carrier = carrier
        self._clock = clock
        self._listeners: dict[ChangeKind, Settled] = {}

    def on_settled(self, kind: ChangeKind, listener: Settled) -> None:
        """Let somebody know when a change of this kind is done or refused."""
        self._listeners[kind] = listener

    def make(self, change: Change) -> Mapping[str, Any]:
        """The carrier's answer; a change that was made before is answered alike.

        Raises what the carrier raises when it refuses, ChangePending, KeyUsedTwice.
        """
        with self._store.writing() as unit:
            self.note(unit, change)
        return self.settle(change.key)

    def note(self, unit: Unit, change: Change) -> None:
        """Write the change down; one that is known stays. Raises KeyUsedTwice."""
        if unit.changes.add(change, self._clock() + _FIRST_RETRY):
            return
        known = unit.changes.get(change.key)
        if _asked(known) != _asked(change):
            raise KeyUsedTwice(change.key)

    def settle(self, key: str) -> Mapping[str, Any]:
        """Ask the carrier, unless it has answered. As `make`."""
        with self._store.reading() as unit:
            change = unit.changes.get(key)
        if change.state is ChangeState.PENDING:
            change = self._ask(change, is_late=False)
        if change.state is ChangeState.PENDING:
            raise ChangePending(key)
        result = change.result or {}
        if change.state is ChangeState.REFUSED:
            raise _REFUSALS[result["refused"]](result["problem"])
        return result

    def retry(self) -> list[str]:
        """Ask again for what waits; the customers to whom the bot has to speak."""
        with self._store.reading() as unit:
            waiting = unit.changes.due(self._clock(), _MOST_AT_ONCE)
        asked = [
            self._ask(change, is_late=True)
            for change in waiting
            if self._put_off(change)
        ]
        return [
            change.customer
            for change in asked
            if change.state is not ChangeState.PENDING and change.customer is not None
        ]

    def get(self, key: str) -> Change:
        with self._store.reading() as unit:
            return unit.changes.get(key)

    def find(self, key: str) -> Change | None:
        """The change with this key; None if none was asked for."""
        with self._store.reading() as unit:
            return unit.changes.find(key)

    def _ask(self, change: Change, *, is_late: bool) -> Change:
        """The change as it stands now; who waits for a late answer is told."""
        try:
            state, result = ChangeState.DONE, self._do(change)
        except (GiftRefused, PurchaseRefused, PlanRefused) as refused:
            state = ChangeState.REFUSED
            result = {"refused": _name(refused), "problem": refused.problem.value}
        except NoReissueLeft:
            state, result = ChangeState.REFUSED, {"refused": "reissue", "problem": ""}
        except NoSuchSubscription:
            state = ChangeState.REFUSED
            result = {"refused": "subscription", "problem": change.subscription}
        except KeyUsedTwice:
            # A fault of ours: asked for again, it would be refused for ever.
            logger.exception("the key of a change is known to the carrier")
            state, result = ChangeState.REFUSED, {"refused": "key", "problem": ""}
        except CarrierAway:
            return change
        settled = replace(change, state=state, result=result)
        with self._store.writing() as unit:
            now = self._clock()
            if not unit.changes.settle(settled, now):
                return unit.changes.get(change.key)
            if state is ChangeState.DONE:
                unit.audit.add(
                    now,
                    change.actor,
                    change.kind.value,
                    change.subscription,
                    **{**change.detail, "key": change.key},
                )
            listener = self._listeners.get(change.kind)
            if listener is not None:
                listener(unit, settled)
            if is_late and settled.customer is not None:
                self._tell(unit, settled.customer, settled.key)
        return settled

    def _tell(self, unit: Unit, customer: str, key: str) -> None:
        payload = f"/EXTERNAL_change_settled{json.dumps({'change': key})}"
        unit.inbox.accept(customer, f"settled:{key}", None, payload, self._clock())

    def _put_off(self, change: Change) -> bool:
        """Fix the next try before this one: one that fails holds up no others.

        False if somebody else does this try.
        """
        doublings = min(change.tries + 1, _DOUBLINGS)
        pause = min(_FIRST_RETRY * 2**doublings, _LONGEST_RETRY)
        with self._store.writing() as unit:
            return unit.changes.put_off(change, self._clock() + pause)

    def _do(self, change: Change) -> dict[str, Any]:
        carrier, detail, key = self._carrier, change.detail, change.key
        match change.kind:
            case ChangeKind.REISSUE:
                carrier.reissue_code(change.subscription, key)
            case ChangeKind.GIFT:
                receiver, megabytes = detail["receiver"], detail["megabytes"]
                carrier.give_data(change.subscription, receiver, megabytes, key)
            case ChangeKind.PURCHASE:
                return as_result(
                    carrier.buy_data(change.subscription, detail["megabytes"], key)
                )
            case ChangeKind.PLAN:
                day = carrier.change_plan(change.subscription, detail["plan"], key)
                return {"from": day.isoformat()}
            case ChangeKind.PLAN_WITHDRAWAL:
                carrier.withdraw_plan_change(change.subscription, key)
        return {}


def _asked(change: Change) -> tuple[ChangeKind, str, dict[str, Any]]:
    return change.kind, change.subscription, dict(change.detail)


def as_result(receipt: PurchaseReceipt) -> dict[str, Any]:
    """The receipt as it is stored."""
    return {
        "megabytes": receipt.megabytes,
        "yen": receipt.price.yen,
        "with_tax": receipt.price.with_tax,
        "expires_on": receipt.expires_on.isoformat(),
    }


def receipt_of(result: Mapping[str, Any]) -> PurchaseReceipt:
    """The receipt that was stored."""
    return PurchaseReceipt(
        result["megabytes"],
        Price(result["yen"], result["with_tax"]),
        date.fromisoformat(result["expires_on"]),
    )


def _name(refused: GiftRefused | PurchaseRefused | PlanRefused) -> str:
    if isinstance(refused, GiftRefused):
        return "gift"
    return "purchase" if isinstance(refused, PurchaseRefused) else "plan"
