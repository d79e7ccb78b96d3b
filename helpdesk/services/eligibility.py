"""From when linking is possible: by the record if known, else by what is said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from helpdesk.domain.eligibility import Eligibility, Order, eligibility
from helpdesk.domain.japan_time import japan_day
from helpdesk.domain.linking import Subscription
from helpdesk.services.carrier import Carrier
from helpdesk.services.ports import Clock, Store


@dataclass(frozen=True)
class SubscriptionEligibility:
    """A subscription of the customer's own, and what its record says."""

    subscription: Subscription
    eligibility: Eligibility


class EligibilityService:
    """Answers with the day; nothing is saved."""

    def __init__(self, store: Store, carrier: Carrier, clock: Clock) -> None:
        self._store = store
        self._carrier = carrier
        self._clock = clock

    def today(self) -> date:
        """The calendar day in Japan."""
        return japan_day(self._clock())

    def of_claim(self, order: Order) -> Eligibility:
        """What follows from what the customer says of the order."""
        return eligibility(order, self._clock())

    def of_customer(self, customer: str) -> list[SubscriptionEligibility]:
        """What the records say of all that the linked customer holds or uses.

        A linked holder is shown every subscription of the contract holder.
        """
        with self._store.reading() as unit:
            links = unit.links.of_customer(customer)
        known: dict[str, Subscription] = {}
        for link in links:
            linked = self._carrier.subscription(link.subscription)
            known[linked.id] = linked
            if link.role.value == "holder":
                for held in self._carrier.subscriptions_of(linked.contract_holder):
                    known[held.id] = held
        now = self._clock()
        return [
            SubscriptionEligibility(each, eligibility(each.order, now))
            for each in known.values()
        ]

    def subscription(self, subscription: str) -> Subscription:
        return self._carrier.subscription(subscription)

    def of_subscription(self, subscription: str) -> Eligibility:
        return eligibility(
            self._carrier.subscription(subscription).order, self._clock()
        )
