"""User codes: checking one that was typed, and reissue (F-CODE-10, F-ERR-01)."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.domain.changes import Change, ChangeKind
from helpdesk.domain.linking import LinkRole, Subscription
from helpdesk.domain.user_code import InvalidUserCode, parse_user_code
from helpdesk.services.carrier import (
    Carrier,
    NoReissueLeft,
    RevokedUserCode,
    UnknownUserCode,
)
from helpdesk.services.changes import ChangeService
from helpdesk.services.failed_tries import FailedTryCounter
from helpdesk.services.ports import Clock, Store

__all__ = [
    "NoReissueLeft",
    "NotTheHolder",
    "ReissuePolicy",
    "RevokedUserCode",
    "UnknownUserCode",
    "UserCodeService",
]


class NotTheHolder(PermissionError):
    """Only the linked contract holder sees or reissues codes (F-CODE-05, F-CODE-12)."""


@dataclass(frozen=True)
class ReissuePolicy:
    """`daily_limit`: reissues per Japan calendar day and subscription."""

    daily_limit: int


class UserCodeService:
    """Codes are shown to nobody but the holder; the carrier keeps them."""

    def __init__(
        self,
        store: Store,
        carrier: Carrier,
        changes: ChangeService,
        tries: FailedTryCounter,
        policy: ReissuePolicy,
        clock: Clock,
    ) -> None:
        self._store = store
        self._carrier = carrier
        self._changes = changes
        self._tries = tries
        self._policy = policy
        self._clock = clock

    def find(
        self, customer: str, typed: str, address: str | None = None
    ) -> Subscription:
        """The subscription of a typed code.

        Malformed codes are not counted as tries; unknown and revoked ones are.
        Raises InvalidUserCode, TooManyTries, UnknownUserCode, RevokedUserCode.
        """
        with self._store.reading() as unit:
            self._tries.check(unit, customer, address, "code")
        try:
            code = parse_user_code(typed)
        except InvalidUserCode:
            with self._store.writing() as unit:
                unit.failed_tries.add(customer, None, "form", self._clock())
            raise
        failure: LookupError | None = None
        try:
            found = self._carrier.subscription_of_code(code)
        except (UnknownUserCode, RevokedUserCode) as error:
            failure = error
        with self._store.writing() as unit:
            # Again: of many tries at once, those after the limit count for nothing.
            self._tries.check(unit, customer, address, "code")
            if failure is None:
                return found
            self._tries.add(unit, customer, address, "code")
        raise failure

    def recent_failures(self, customer: str) -> int:
        """Failed tries of any kind within the last quarter of an hour."""
        with self._store.reading() as unit:
            return self._tries.recent(unit, customer, ("code", "form", "login"))

    def show(self, subscription: str, actor: str) -> str:
        """The active code, for My Page; each look is audited."""
        code = self._carrier.user_code(subscription)
        with self._store.writing() as unit:
            unit.audit.add(self._clock(), actor, "code_shown", subscription)
        return code

    def reissues_left(self, subscription: str) -> int:
        """How many reissues remain today for this subscription."""
        return self._carrier.reissues_left(subscription)

    def was_reissued_today(self, customer: str) -> bool:
        """Whether a subscription that the customer holds has a new code since today."""
        with self._store.reading() as unit:
            held = [
                link.subscription
                for link in unit.links.of_customer(customer)
                if link.role is LinkRole.HOLDER
            ]
        limit = self._policy.daily_limit
        return any(self.reissues_left(each) < limit for each in held)

    def reissue_for(self, customer: str, subscription: str, event_id: str) -> None:
        """Revoke the code and issue another, from the chat.

        The same event reissues once. Raises NotTheHolder, NoReissueLeft,
        ChangePending.
        """
        with self._store.reading() as unit:
            holder = unit.links.of_subscription(subscription, LinkRole.HOLDER)
        if holder is None or holder.customer != customer:
            raise NotTheHolder
        self._reissue(subscription, event_id, f"customer:{customer}", customer)

    def reissue_on(
        self, subscription: str, event_id: str, actor: str | None = None
    ) -> None:
        """Reissue from My Page, where the holder is logged in, or by an operator.

        Raises NoReissueLeft, ChangePending.
        """
        self._reissue(subscription, event_id, actor or f"my_page:{subscription}", None)

    def _reissue(
        self, subscription: str, event_id: str, actor: str, customer: str | None
    ) -> None:
        self._changes.make(
            Change(
                key=f"reissue:{event_id}",
                kind=ChangeKind.REISSUE,
                actor=actor,
                customer=customer,
                subscription=subscription,
                detail={},
                asked_at=self._clock(),
            )
        )
