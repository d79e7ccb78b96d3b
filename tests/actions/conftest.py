"""What the tests of the actions arrange."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from helpdesk.services.carrier import Carrier, CarrierAway
from helpdesk.services.changes import ChangeService
from helpdesk.services.contracts import ContractService
from helpdesk.services.rights import RightsService


@pytest.fixture
def hold(helpdesk: Helpdesk) -> Callable[..., None]:
    """Links a customer as the holder of these subscriptions."""

    def link(customer: str, *subscriptions: str) -> None:
        for subscription in subscriptions:
            helpdesk.linking.link(customer, subscription, LinkRole.HOLDER)

    return link


@pytest.fixture
def links(helpdesk: Helpdesk) -> Callable[[str], list[tuple[str, str]]]:
    """The customer's links: subscription and role."""

    def read(customer: str) -> list[tuple[str, str]]:
        return [
            (link.subscription, link.role.value)
            for link, _ in helpdesk.linking.links_of(customer)
        ]

    return read


@pytest.fixture
def lock(helpdesk: Helpdesk) -> Callable[[str], None]:
    """Locks a customer's tries by five unknown codes."""

    def fail(customer: str) -> None:
        with helpdesk.database.writing() as unit:
            for _ in range(5):
                unit.failed_tries.add(customer, None, "code", helpdesk.clock())

    return fail


class ShakyCarrier:
    """The real carrier, which does not answer while it is away."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self.away: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        if name in self.away or "everything" in self.away:
            return self._refuse
        return getattr(self._carrier, name)

    def _refuse(self, *_: Any, **__: Any) -> None:
        raise CarrierAway


@pytest.fixture
def shaky(helpdesk: Helpdesk) -> tuple[Helpdesk, ShakyCarrier]:
    """The services on a carrier that can be away, in part or altogether."""
    carrier: Any = ShakyCarrier(helpdesk.carrier)
    parts = (helpdesk.database, carrier, helpdesk.clock)
    changes = ChangeService(*parts)
    rights = RightsService(helpdesk.database, carrier)
    contracts = ContractService(carrier, rights, changes, helpdesk.clock)
    services = replace(
        helpdesk, carrier=carrier, changes=changes, rights=rights, contracts=contracts
    )
    return services, carrier


@pytest.fixture
def hold_anyway(helpdesk: Helpdesk) -> Callable[[str, str], None]:
    """Links a holder whose time for linking has not come, unless there is a link."""

    def link(customer: str, subscription: str) -> None:
        with helpdesk.database.writing() as unit:
            if unit.links.of_subscription(subscription, LinkRole.HOLDER) is None:
                moment = helpdesk.clock()
                unit.links.add(customer, subscription, LinkRole.HOLDER, moment)

    return link
