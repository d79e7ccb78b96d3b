"""User codes: checking one that was typed, and reissue (F-CODE-10, F-ERR-01)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from helpdesk.domain.attempt_limits import reissues_left
from helpdesk.domain.linking import CodeState, LinkRole, Subscription
from helpdesk.domain.user_code import USER_CODE_LENGTH, InvalidUserCode, parse_user_code
from helpdesk.services.failed_tries import FailedTryCounter
from helpdesk.services.ports import Cipher, Clock, Store, Unit


class UnknownUserCode(LookupError):
    """Seventeen digits, but no subscription has them."""


class RevokedUserCode(LookupError):
    """The code was replaced by a reissue."""


class NotTheHolder(PermissionError):
    """Only the linked contract holder sees or reissues codes (F-CODE-05, F-CODE-12)."""


class NoReissueLeft(RuntimeError):
    """The day's reissues of this subscription are used up."""


@dataclass(frozen=True)
class ReissuePolicy:
    """`daily_limit`: reissues per Japan calendar day and subscription."""

    daily_limit: int


class UserCodeService:
    """Codes are found by a keyed hash and shown to nobody but the holder."""

    def __init__(
        self,
        store: Store,
        cipher: Cipher,
        tries: FailedTryCounter,
        policy: ReissuePolicy,
        clock: Clock,
    ) -> None:
        self._store = store
        self._cipher = cipher
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
        failure: LookupError
        with self._store.writing() as unit:
            self._tries.check(unit, customer, address, "code")
            try:
                code = parse_user_code(typed)
            except InvalidUserCode:
                unit.failed_tries.add(customer, None, "form", self._clock())
                malformed = True
            else:
                malformed = False
                found = unit.subscriptions.code_by_fingerprint(
                    self._cipher.fingerprint(code)
                )
                if found is not None and found.state is CodeState.ACTIVE:
                    return unit.subscriptions.get(found.subscription)
                failure = UnknownUserCode() if found is None else RevokedUserCode()
                self._tries.add(unit, customer, address, "code")
        if malformed:
            parse_user_code(typed)
        raise failure

    def recent_failures(self, customer: str) -> int:
        """Failed tries of any kind within the last quarter of an hour."""
        with self._store.reading() as unit:
            return self._tries.recent(unit, customer, ("code", "form", "login"))

    def show(self, subscription: str, actor: str) -> str:
        """The active code, for My Page; each look is audited."""
        with self._store.writing() as unit:
            record = unit.subscriptions.active_code(subscription)
            unit.audit.add(self._clock(), actor, "code_shown", subscription)
            return self._cipher.decrypt(record.ciphertext)

    def reissues_left(self, subscription: str) -> int:
        """How many reissues remain today for this subscription."""
        with self._store.reading() as unit:
            return self._left(unit, subscription)

    def was_reissued_today(self, customer: str) -> bool:
        """Whether a subscription that the customer holds has a new code since today."""
        with self._store.reading() as unit:
            held = [
                link.subscription
                for link in unit.links.of_customer(customer)
                if link.role is LinkRole.HOLDER
            ]
            return any(
                self._left(unit, each) < self._policy.daily_limit for each in held
            )

    def reissue_for(self, customer: str, subscription: str, event_id: str) -> None:
        """Revoke the code and issue another, from the chat.

        The same event reissues once. Raises NotTheHolder, NoReissueLeft.
        """
        with self._store.writing() as unit:
            holder = unit.links.of_subscription(subscription, LinkRole.HOLDER)
            if holder is None or holder.customer != customer:
                raise NotTheHolder
            self._reissue(unit, subscription, f"customer:{customer}", event_id)

    def reissue_on(
        self, subscription: str, event_id: str, actor: str | None = None
    ) -> None:
        """Reissue from My Page, where the holder is logged in, or by an operator.

        Raises NoReissueLeft.
        """
        actor = actor or f"my_page:{subscription}"
        with self._store.writing() as unit:
            self._reissue(unit, subscription, actor, event_id)

    def issue_first(self, unit: Unit, subscription: str, code: str) -> None:
        """The code that a new subscription begins with."""
        unit.subscriptions.add_code(
            subscription,
            self._cipher.encrypt(code),
            self._cipher.fingerprint(code),
            self._clock(),
            None,
        )

    def _left(self, unit: Unit, subscription: str) -> int:
        moments = unit.subscriptions.reissued_at(subscription)
        return reissues_left(moments, self._clock(), self._policy.daily_limit)

    def _reissue(
        self, unit: Unit, subscription: str, actor: str, event_id: str
    ) -> None:
        if unit.subscriptions.has_code_of_event(event_id):
            return
        if self._left(unit, subscription) == 0:
            raise NoReissueLeft
        now = self._clock()
        code = self._unused_code(unit)
        unit.subscriptions.revoke_code(
            unit.subscriptions.active_code(subscription).id, now
        )
        unit.subscriptions.add_code(
            subscription,
            self._cipher.encrypt(code),
            self._cipher.fingerprint(code),
            now,
            event_id,
        )
        unit.audit.add(now, actor, "code_reissued", subscription, event=event_id)

    def _unused_code(self, unit: Unit) -> str:
        while True:
            code = "".join(
                secrets.choice("0123456789") for _ in range(USER_CODE_LENGTH)
            )
            fingerprint = self._cipher.fingerprint(code)
            if unit.subscriptions.code_by_fingerprint(fingerprint) is None:
                return code
