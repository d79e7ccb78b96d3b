"""What the tests of My Page do in a browser: ways in, and pressing buttons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from helpdesk.bootstrap import Helpdesk
from helpdesk.bootstrap.links import build_links
from helpdesk.services.accounts import AccountService
from helpdesk.services.carrier import Carrier, CarrierAway
from helpdesk.services.changes import ChangeService
from helpdesk.services.contracts import ContractService
from helpdesk.services.failed_tries import FailedTryCounter
from helpdesk.services.rights import RightsService
from tests.web.browser import Browser, Seen

PAGES = ("data", "add", "gifts", "plan", "bills", "contract", "links", "notices")
HOLDERS_PAGES = ("add", "plan", "bills", "contract", "links")


async def log_in(browser: Browser, login: str, password: str | None = None) -> Seen:
    await browser.open("/mypage")
    if password is None:
        password = f"Sample-{login.capitalize()}"
    return await browser.send(
        "/mypage", step="login", login_id=login, password=password
    )


def ticket(helpdesk: Helpdesk, customer: str) -> str:
    """The one-time address that the customer is given now."""
    with helpdesk.database.writing() as unit:
        token = helpdesk.my_page_access.offer(unit, customer)
    assert token is not None
    return f"/mypage?t={token}"


async def tap(browser: Browser, helpdesk: Helpdesk, customer: str) -> Seen:
    return await browser.open(ticket(helpdesk, customer))


def filled(browser: Browser, action: str) -> tuple[str, dict[str, str]]:
    """Where the form of this button leads, and what it sends as it stands."""
    button = browser.page.select_one(f"button[data-action={action}]")
    assert button is not None, f"no {action} on: {browser.text('main')}"
    form = button.find_parent("form")
    assert form is not None
    fields = {
        str(each["name"]): str(each.get("value", ""))
        for each in form.select("input[type=hidden]")
    }
    return str(form["action"]), fields


async def press(browser: Browser, action: str, **typed: str) -> Seen:
    """Press the first such button of the page, its form filled in so."""
    url, fields = filled(browser, action)
    return await browser.send(url, **(fields | typed))


def facts(browser: Browser) -> dict[str, str]:
    """The page's lists of facts."""
    names = browser.texts("dl.facts dt")
    return dict(zip(names, browser.texts("dl.facts dd"), strict=True))


def menu(browser: Browser) -> list[str]:
    """The pages of the menu, by their address."""
    return [
        str(each["href"]).removeprefix("/mypage/").partition("?")[0]
        for each in browser.page.select("nav.menu a")
    ]


class PickyCarrier:
    """A carrier that does not answer what is named in `away`; with `all`, nothing."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self.away: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        if self.away & {name, "all"}:
            return self._no_answer
        return getattr(self._carrier, name)

    def _no_answer(self, *_: object) -> None:
        raise CarrierAway


def on_carrier(helpdesk: Helpdesk, carrier: Any) -> Helpdesk:
    """The same services, asking this carrier."""
    store, catalog = helpdesk.database, helpdesk.catalog
    cipher, clock = helpdesk.cipher, helpdesk.clock
    limit = catalog.policies.failed_tries.as_limit()
    tries = FailedTryCounter(limit, cipher, clock)
    changes, rights = (
        ChangeService(store, carrier, clock),
        RightsService(store, carrier),
    )
    address = helpdesk.settings.pages_url
    links = build_links(store, catalog, cipher, carrier, changes, tries, address, clock)
    return replace(
        helpdesk,
        accounts=AccountService(store, carrier, tries),
        carrier=carrier,
        changes=changes,
        contracts=ContractService(carrier, rights, changes, clock),
        eligibility=links.eligibility,
        rights=rights,
        user_codes=links.user_codes,
    )
