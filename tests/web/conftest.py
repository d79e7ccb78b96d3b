"""What the tests of the pages arrange."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from starlette.types import ASGIApp

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from helpdesk.public import PublicApplication
from tests.web.browser import Browser
from tests.web.staff_browser import StaffBrowser, staff_app


@pytest.fixture
def app(helpdesk: Helpdesk) -> ASGIApp:
    """The application at rest: no worker takes from the inbox."""
    return PublicApplication(helpdesk).asgi()


@pytest.fixture
async def browser(app: ASGIApp) -> AsyncIterator[Browser]:
    browser = Browser(app)
    yield browser
    await browser.http.aclose()


@pytest.fixture
async def other_browser(app: ASGIApp) -> AsyncIterator[Browser]:
    browser = Browser(app)
    yield browser
    await browser.http.aclose()


@pytest.fixture
def offer(helpdesk: Helpdesk) -> Callable[[str, LinkRole], str]:
    """Offers a link page; its token."""

    def make(customer: str, role: LinkRole) -> str:
        with helpdesk.database.writing() as unit:
            return helpdesk.linking.offer_page(unit, customer, role)

    return make


@pytest.fixture
def told(helpdesk: Helpdesk) -> Callable[[str], list[str | None]]:
    """The payloads that wait for the bot, for this customer; reading finishes them."""

    def read(customer: str) -> list[str | None]:
        found = []
        with helpdesk.database.writing() as unit:
            while (item := unit.inbox.pending(customer)) is not None:
                unit.inbox.finish(item.id, helpdesk.clock())
                found.append(item.payload)
        return found

    return read


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
async def staff(helpdesk: Helpdesk) -> AsyncIterator[StaffBrowser]:
    """A browser of somebody at the desk, who has not logged in."""
    browser = StaffBrowser(staff_app(helpdesk))
    yield browser
    await browser.http.aclose()


@pytest.fixture
async def other_staff(helpdesk: Helpdesk) -> AsyncIterator[StaffBrowser]:
    browser = StaffBrowser(staff_app(helpdesk))
    yield browser
    await browser.http.aclose()
