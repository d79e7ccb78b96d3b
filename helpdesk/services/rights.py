"""Who asks, and what they may do: checked here, whatever a dialogue or page shows."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from helpdesk.domain.linking import LinkRole, Subscription
from helpdesk.domain.rights import Act, NotAllowed, may
from helpdesk.services.carrier import Carrier, NoSuchSubscription
from helpdesk.services.ports import Store


@dataclass(frozen=True)
class Viewer:
    """A customer with links, or whoever logged in on My Page for one subscription.

    `actor` stands in the audit log.
    """

    actor: str
    customer: str | None
    login: str | None

    @classmethod
    def of_customer(cls, customer: str) -> Viewer:
        """In the chat, or on My Page by one tap."""
        return cls(f"customer:{customer}", customer, None)

    @classmethod
    def of_login(cls, subscription: str) -> Viewer:
        """On My Page by login ID and password: the holder, for this subscription."""
        return cls(f"my_page:{subscription}", None, subscription)


class RightsService:
    """Rights follow from links at this moment, or from the login."""

    def __init__(self, store: Store, carrier: Carrier) -> None:
        self._store = store
        self._carrier = carrier

    def roles(self, viewer: Viewer) -> dict[str, set[LinkRole]]:
        """The viewer's roles by subscription, the oldest link first."""
        if viewer.login is not None:
            return {viewer.login: {LinkRole.HOLDER}}
        found: dict[str, set[LinkRole]] = {}
        if viewer.customer is not None:
            with self._store.reading() as unit:
                for link in unit.links.of_customer(viewer.customer):
                    found.setdefault(link.subscription, set()).add(link.role)
        return found

    def may(self, viewer: Viewer, subscription: str, act: Act) -> bool:
        return may(self.roles(viewer).get(subscription, ()), act)

    def require(self, viewer: Viewer, subscription: str, act: Act) -> None:
        """Raises NotAllowed."""
        if not self.may(viewer, subscription, act):
            raise NotAllowed(act)

    def subscriptions(self, viewer: Viewer, act: Act) -> list[Subscription]:
        """Those with which the viewer may do this. Raises CarrierAway.

        Contracts that have ended at the carrier are left out.
        """
        found = []
        for subscription, roles in self.roles(viewer).items():
            if may(roles, act):
                with suppress(NoSuchSubscription):
                    found.append(self._carrier.subscription(subscription))
        return found
