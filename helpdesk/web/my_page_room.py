"""A page of My Page: who visits, for which subscription, and the frame around it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.changes import ChangeKind
from helpdesk.domain.linking import Subscription
from helpdesk.domain.months import Month
from helpdesk.domain.plans import Price
from helpdesk.domain.rights import Act
from helpdesk.domain.wording import volume
from helpdesk.services.rights import Viewer
from helpdesk.web.my_page_session import Sessions
from helpdesk.web.pages import Pages, field

HOME = "/mypage"
# The pages in the order of the menu, and what one has to be allowed to open them.
MENU: dict[str, Act] = {
    "data": Act.SEE_DATA,
    "add": Act.BUY_DATA,
    "gifts": Act.SEE_DATA,
    "plan": Act.SEE_PLAN,
    "bills": Act.SEE_BILLS,
    "contract": Act.SEE_CONTRACT,
    "links": Act.SEE_LINKS,
    "notices": Act.SEE_DATA,
}
_ONCE = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Visit:
    """A request of somebody who may see the page, for one subscription.

    `acts`: what the viewer may do with it; `subscriptions`: all to choose from.
    """

    request: Request
    form: FormData
    viewer: Viewer
    subscriptions: Sequence[Subscription]
    subscription: Subscription
    acts: frozenset[Act]

    @property
    def id(self) -> str:
        return self.subscription.id

    @property
    def step(self) -> str:
        return field(self.form, "step")

    @property
    def once(self) -> str:
        """The form's token, which makes a double click one change."""
        found = field(self.form, "once")
        return found if _ONCE.fullmatch(found) else new_once()

    def event(self, once: str) -> str:
        """The form as an event: nobody can name another subscription's."""
        return f"my_page:{self.id}:{once}"

    def url(self, page: str = "", **query: str) -> str:
        """The address of a page for the same subscription."""
        if len(self.subscriptions) > 1:
            query = {"s": self.id} | query
        path = f"{HOME}/{page}" if page else HOME
        return f"{path}?{urlencode(query)}" if query else path


class Shown:
    """How the pages write volumes, money and days."""

    volume = staticmethod(volume)

    def __init__(self, helpdesk: Helpdesk) -> None:
        self._words = helpdesk.catalog.my_page
        self._days = helpdesk.catalog.wording.as_day_format()
        self.moment = self._days.moment

    def daily(self, megabytes: int) -> str:
        """The use of a day: one unit, so that days compare at a glance."""
        return f"{megabytes:,}MB"

    def day(self, day: date) -> str:
        return self._days.day(day)

    def chart_day(self, day: date) -> str:
        return self._words.chart_day.format(month=day.month, day=day.day)

    def month(self, month: Month) -> str:
        return self._words.month.format(year=month.year, month=month.number)

    def price(self, price: Price) -> str:
        """As it was published, with or without tax."""
        words = self._words
        pattern = words.with_tax if price.with_tax else words.without_tax
        return pattern.format(yen=f"{price.yen:,}")

    def taxed(self, yen: int) -> str:
        return self._words.with_tax.format(yen=f"{yen:,}")


class Room:
    """One page. Subclasses show it, and do what its forms ask for."""

    page: str
    act: Act

    def __init__(self, helpdesk: Helpdesk, pages: Pages, sessions: Sessions) -> None:
        self.helpdesk = helpdesk
        self.pages = pages
        self.sessions = sessions
        self.words = helpdesk.catalog.my_page
        self.shown = Shown(helpdesk)

    @property
    def path(self) -> str:
        return f"{HOME}/{self.page}" if self.page else HOME

    def show(self, visit: Visit) -> Response:
        raise NotImplementedError

    def do(self, visit: Visit) -> Response:
        """What the form asks for; a page without forms is shown again."""
        return self.show(visit)

    def render(
        self, visit: Visit, step: str, status: int = 200, **context: Any
    ) -> Response:
        """The page of this step, in the frame of My Page."""
        return self.pages.render(
            visit.request,
            f"my_page_{step}.html",
            status,
            **(self.frame(visit, step) | context),
        )

    def frame(self, visit: Visit, step: str) -> dict[str, Any]:
        """What the frame around every page needs."""
        return {
            "step": step,
            "page": self.page,
            "menu": [each for each, act in MENU.items() if act in visit.acts],
            "may": {act.value for act in visit.acts},
            "is_login": visit.viewer.login is not None,
            "number_last4": visit.subscription.number_last4,
            "subscriptions": [
                {
                    "number_last4": each.number_last4,
                    "url": f"{self.path}?{urlencode({'s': each.id})}",
                    "is_chosen": each.id == visit.id,
                }
                for each in visit.subscriptions
            ],
            "url": visit.url,
            "here": visit.url(self.page),
            "home": HOME,
            "shown": self.shown,
            "on_line": " Line/" in visit.request.headers.get("user-agent", ""),
            "notice": None,
        }


def new_once() -> str:
    """A token for a form that changes something."""
    return secrets.token_hex(8)


def to_receipt(visit: Visit, kind: ChangeKind, once: str) -> Response:
    """Leads on to what is known of a change, which can be read again and again."""
    return RedirectResponse(visit.url("receipt", k=kind.value, c=once), 303)


def key_of(visit: Visit, kind: ChangeKind, once: str) -> str:
    """The key under which the change of a form is kept."""
    prefix = "reissue" if kind is ChangeKind.REISSUE else kind.value
    return f"{prefix}:{visit.event(once)}"
