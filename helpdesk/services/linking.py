"""Linking and unlinking, from the chat and from the pages; idempotent and audited."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from helpdesk.domain.eligibility import eligibility
from helpdesk.domain.linking import (
    LINK_PAGE_LIFETIME,
    AttemptState,
    Link,
    LinkAttempt,
    LinkRole,
    Subscription,
)
from helpdesk.services.carrier import Carrier, NoSuchSubscription
from helpdesk.services.ports import Cipher, Clock, Store, Unit

# The channel on which links need LINE's own confirmation.
_LINE = "line"


class PageExpired(RuntimeError):
    """The address was used up, is too old, or never existed."""


class TooEarly(RuntimeError):
    """Linking is not open yet; `opens_on` (Japan) is None while no notice has come."""

    def __init__(self, opens_on: date | None) -> None:
        super().__init__(f"linking opens on {opens_on}")
        self.opens_on = opens_on


class AlreadyLinked(RuntimeError):
    """This customer has this link already."""


class LinkedElsewhere(RuntimeError):
    """Another customer holds this link: moving it needs a confirmation."""


class NoSuchLink(RuntimeError):
    """The link has ended, or is not this customer's."""


@dataclass(frozen=True)
class HolderProgress:
    """After a holder link: the newest, how many are made, and how many are left.

    `is_end_user_linked`: the newest subscription has its end user's link already.
    """

    linked: Subscription
    count: int
    left: int
    is_end_user_linked: bool


class LinkingService:
    """All that makes, shows and ends links."""

    def __init__(
        self, store: Store, carrier: Carrier, cipher: Cipher, clock: Clock
    ) -> None:
        self._store = store
        self._carrier = carrier
        self._cipher = cipher
        self._clock = clock

    def offer_page(self, unit: Unit, customer: str, role: LinkRole) -> str:
        """A new one-time token for the role's page, good for ten minutes.

        Older addresses stay good for their own ten minutes: the customer may be on one.
        """
        token = secrets.token_urlsafe(24)
        now = self._clock()
        unit.links.add_attempt(
            customer,
            role,
            self._cipher.fingerprint(token),
            now,
            now + LINK_PAGE_LIFETIME,
        )
        return token

    def open_page(self, token: str, role: LinkRole) -> LinkAttempt:
        """The attempt behind an address; opening it again changes nothing.

        Raises PageExpired.
        """
        with self._store.writing() as unit:
            attempt = self._attempt(unit, token, role)
            if attempt.state is AttemptState.OFFERED:
                unit.links.move_attempt(
                    attempt.id, AttemptState.OFFERED, AttemptState.PAGE_OPENED, None
                )
            return self._attempt(unit, token, role)

    def is_for_line(self, token: str) -> bool:
        """Whether the address was given to somebody on LINE, be it used up by now."""
        with self._store.reading() as unit:
            attempt = unit.links.attempt(self._cipher.fingerprint(token))
            if attempt is None:
                return False
            return unit.conversations.get(attempt.customer).channel == _LINE

    def authenticate(
        self, token: str, role: LinkRole, subscription: str
    ) -> LinkAttempt:
        """Tie the page's attempt to the subscription that was proved on it.

        Raises PageExpired.
        """
        with self._store.writing() as unit:
            attempt = self._attempt(unit, token, role)
            unit.links.move_attempt(
                attempt.id, attempt.state, AttemptState.AUTHENTICATED, subscription
            )
            return self._attempt(unit, token, role)

    def finish_page(
        self, token: str, role: LinkRole, *, may_move: bool
    ) -> Subscription:
        """Make the link of an authenticated attempt and tell the conversation.

        Never for who writes on LINE: LINE itself has to confirm who it is
        (AccountLinkService). Raises PageExpired, TooEarly, AlreadyLinked,
        LinkedElsewhere.
        """
        with self._store.reading() as unit:
            proved = self._attempt(unit, token, role).subscription
        if proved is None:
            raise PageExpired
        linked = self.check_open(proved)
        with self._store.writing() as unit:
            attempt = self._attempt(unit, token, role)
            if unit.conversations.get(attempt.customer).channel == _LINE:
                raise PageExpired
            if attempt.subscription != linked.id:
                raise PageExpired
            self.link_attempt(unit, replace(attempt, may_move=may_move))
        return linked

    def link_attempt(self, unit: Unit, attempt: LinkAttempt) -> None:
        """Make the link of an authenticated attempt, and tell the conversation.

        That linking is open was checked on the page, and stays so. Raises PageExpired,
        AlreadyLinked, LinkedElsewhere.
        """
        if attempt.subscription is None:
            raise PageExpired
        self._link(
            unit,
            attempt.customer,
            attempt.subscription,
            attempt.role,
            may_move=attempt.may_move,
            where="page",
        )
        unit.links.move_attempt(
            *(attempt.id, AttemptState.AUTHENTICATED, AttemptState.LINKED),
            attempt.subscription,
        )
        self._tell(unit, attempt, f"EXTERNAL_{attempt.role.value}_linked")

    def tell_too_early(self, attempt: LinkAttempt) -> None:
        """Let the bot give the date in the chat too; once for each attempt."""
        with self._store.writing() as unit:
            self._tell(unit, attempt, "EXTERNAL_link_too_early")

    def link(
        self,
        customer: str,
        subscription: str,
        role: LinkRole,
        *,
        may_move: bool = False,
    ) -> Subscription:
        """Make a link from the chat.

        Raises TooEarly, AlreadyLinked, LinkedElsewhere.
        """
        found = self.check_open(subscription)
        with self._store.writing() as unit:
            self._link(
                unit, customer, subscription, role, may_move=may_move, where="chat"
            )
        return found

    def check(self, customer: str, subscription: str, role: LinkRole) -> Subscription:
        """Only check. Raises TooEarly, AlreadyLinked, LinkedElsewhere."""
        found = self.check_open(subscription)
        with self._store.reading() as unit:
            self._check_link(unit, customer, subscription, role)
        return found

    def links_of(self, customer: str) -> list[tuple[Link, Subscription]]:
        """The customer's current links with their subscriptions, the oldest first.

        Contracts that have ended at the carrier are left out.
        """
        with self._store.reading() as unit:
            links = unit.links.of_customer(customer)
        found = []
        for link in links:
            with suppress(NoSuchSubscription):
                found.append((link, self._carrier.subscription(link.subscription)))
        return found

    def held_by(self, customer: str) -> list[Subscription]:
        """The subscriptions for which the customer is linked as the holder."""
        return [
            subscription
            for link, subscription in self.links_of(customer)
            if link.role is LinkRole.HOLDER
        ]

    def holder_progress(self, customer: str) -> HolderProgress | None:
        """The newest holder link and what is left; None without a holder link."""
        held = self.held_by(customer)
        if not held:
            return None
        every = self._carrier.subscriptions_of(held[-1].contract_holder)
        with self._store.reading() as unit:
            user_link = unit.links.of_subscription(held[-1].id, LinkRole.END_USER)
        left = {each.id for each in every} - {each.id for each in held}
        return HolderProgress(held[-1], len(held), len(left), user_link is not None)

    def unlink(self, customer: str, link: int) -> None:
        """End a link at once; ending it twice changes nothing. Raises NoSuchLink."""
        with self._store.writing() as unit:
            found = unit.links.get(link)
            if found is None or found.customer != customer:
                raise NoSuchLink
            self.end(unit, found, f"customer:{customer}", "unlinked")

    def links_on(self, subscription: str) -> list[Link]:
        """The current links on a subscription, whoever holds them."""
        with self._store.reading() as unit:
            found = (
                unit.links.of_subscription(subscription, role) for role in LinkRole
            )
            return [link for link in found if link is not None]

    def past_links_on(self, subscription: str) -> list[Link]:
        """The links on a subscription that have ended, the newest end first."""
        with self._store.reading() as unit:
            return unit.links.past(subscription)

    def unlink_on(self, subscription: str, link: int, actor: str | None = None) -> None:
        """End a link from My Page, where the holder is. Raises NoSuchLink.

        `actor` stands in the audit log: whoever logged in, if it is None.
        """
        with self._store.writing() as unit:
            found = unit.links.get(link)
            if found is None or found.subscription != subscription:
                raise NoSuchLink
            self.end(unit, found, actor or f"my_page:{subscription}", "unlinked")

    def close_pages(self, customer: str) -> bool:
        """Close the customer's open pages; whether there were any."""
        with self._store.writing() as unit:
            return unit.links.close_attempts(customer) > 0

    def expire_pages(self) -> int:
        """Close all pages whose ten minutes are over; the number closed."""
        with self._store.writing() as unit:
            return unit.links.expire_attempts(self._clock())

    def _attempt(self, unit: Unit, token: str, role: LinkRole) -> LinkAttempt:
        attempt = unit.links.attempt(self._cipher.fingerprint(token))
        if (
            attempt is None
            or attempt.role is not role
            or not attempt.is_usable(self._clock())
        ):
            raise PageExpired
        return attempt

    def check_open(self, subscription: str) -> Subscription:
        """The subscription, if it can be linked by now. Raises TooEarly."""
        found = self._carrier.subscription(subscription)
        open_from = eligibility(found.order, self._clock())
        if not open_from.is_open:
            raise TooEarly(open_from.opens_on)
        return found

    def _check_link(
        self, unit: Unit, customer: str, subscription: str, role: LinkRole
    ) -> None:
        current = unit.links.of_subscription(subscription, role)
        if current is not None:
            raise AlreadyLinked if current.customer == customer else LinkedElsewhere

    def _link(
        self,
        unit: Unit,
        customer: str,
        subscription: str,
        role: LinkRole,
        *,
        may_move: bool,
        where: str,
    ) -> None:
        unit.locks.subscription(subscription)
        try:
            self._check_link(unit, customer, subscription, role)
        except LinkedElsewhere:
            if not may_move:
                raise
            former = unit.links.of_subscription(subscription, role)
            if former is not None:
                self._move_away(unit, former, customer)
        now = self._clock()
        unit.links.add(customer, subscription, role, now)
        unit.line_accounts.mark_menu(customer)
        unit.audit.add(
            now,
            f"customer:{customer}",
            "linked",
            subscription,
            role=role.value,
            where=where,
        )

    def _move_away(self, unit: Unit, former: Link, newcomer: str) -> None:
        self.end(unit, former, f"customer:{newcomer}", "moved")
        payload = f'/EXTERNAL_link_moved{{"moved_role": "{former.role.value}"}}'
        event_id = f"moved:{former.id}"
        unit.inbox.accept(former.customer, event_id, None, payload, self._clock())

    def end(self, unit: Unit, link: Link, actor: str, action: str) -> None:
        """End a link, whoever says so; ending it twice changes nothing."""
        now = self._clock()
        if unit.links.end(link.id, now):
            unit.line_accounts.mark_menu(link.customer)
            unit.audit.add(now, actor, action, link.subscription, role=link.role.value)

    def _tell(self, unit: Unit, attempt: LinkAttempt, intent: str) -> None:
        event_id = f"{intent}:{attempt.id}"
        payload = f"/{intent}"
        if attempt.subscription is not None:
            payload += f'{{"subscription": "{attempt.subscription}"}}'
        unit.inbox.accept(attempt.customer, event_id, None, payload, self._clock())
