"""LINE's account link: a nonce goes out with the customer, and comes back once.

https://developers.line.biz/en/docs/messaging-api/linking-accounts/
"""

from __future__ import annotations

import secrets

from helpdesk.domain.linking import (
    LINK_PAGE_LIFETIME,
    AttemptState,
    LinkAttempt,
    LinkRole,
)
from helpdesk.services.linking import (
    AlreadyLinked,
    LinkedElsewhere,
    LinkingService,
    PageExpired,
)
from helpdesk.services.ports import Cipher, Clock, Store, Unit


class LineAway(RuntimeError):
    """LINE did not do what was asked. `is_final`: asking again would not help."""

    def __init__(self, what: str, *, is_final: bool = False) -> None:
        super().__init__(what)
        self.is_final = is_final


class AccountLinkService:
    """The steps after the page has authenticated a customer who is on LINE."""

    def __init__(
        self, store: Store, cipher: Cipher, linking: LinkingService, clock: Clock
    ) -> None:
        self._store = store
        self._cipher = cipher
        self._linking = linking
        self._clock = clock

    def begin(self, token: str, role: LinkRole, *, may_move: bool) -> str:
        """A nonce for the page's authenticated attempt: 43 characters, good once.

        From here the attempt has as long as LINE's link token: ten minutes. Raises
        PageExpired, TooEarly.
        """
        nonce = secrets.token_urlsafe(32)
        attempt = self._linking.open_page(token, role)
        if attempt.subscription is None:
            raise PageExpired
        self._linking.check_open(attempt.subscription)
        with self._store.writing() as unit:
            expires_at = self._clock() + LINK_PAGE_LIFETIME
            if not unit.links.set_nonce(
                attempt.id,
                self._cipher.fingerprint(nonce),
                expires_at,
                may_move=may_move,
            ):
                raise PageExpired
        return nonce

    def finish(
        self, unit: Unit, nonce: str, customer: str | None, *, is_ok: bool
    ) -> str | None:
        """Make the link that LINE confirms; whom the bot now speaks to, None if nobody.

        `customer` is the account that LINE names; for a failure it names none. A
        nonce that came back before, too late, or from somebody else makes no link.
        """
        attempt = unit.links.attempt_of_nonce(self._cipher.fingerprint(nonce))
        if attempt is None:
            return None
        if attempt.state is AttemptState.LINKED:
            return None
        is_own = customer == attempt.customer
        if not (is_ok and is_own and attempt.is_usable(self._clock())):
            return self._refuse(unit, attempt, customer)
        try:
            self._linking.link_attempt(unit, attempt)
        except AlreadyLinked:
            unit.links.move_attempt(
                attempt.id, attempt.state, AttemptState.LINKED, attempt.subscription
            )
        except LinkedElsewhere:
            return self._refuse(unit, attempt, customer)
        return attempt.customer

    def _refuse(self, unit: Unit, attempt: LinkAttempt, customer: str | None) -> str:
        """Mark the attempt, and tell who asked for it; nobody else learns of it."""
        unit.links.move_attempt(
            attempt.id, attempt.state, AttemptState.FAILED, attempt.subscription
        )
        unit.audit.add(
            self._clock(),
            f"customer:{customer or attempt.customer}",
            "account_link_failed",
            attempt.subscription or "",
            role=attempt.role.value,
        )
        told = customer or attempt.customer
        payload = (
            f'/EXTERNAL_account_link_failed{{"link_role": "{attempt.role.value}"}}'
        )
        event_id = f"account_link_failed:{attempt.id}:{told}"
        unit.inbox.accept(told, event_id, None, payload, self._clock())
        return told
