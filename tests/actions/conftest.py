"""What the tests of the actions arrange."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole


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
