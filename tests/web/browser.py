"""A browser for the pages: one session, and what a person sees of a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from bs4 import BeautifulSoup, Tag
from starlette.types import ASGIApp


@dataclass(frozen=True)
class Seen:
    """What a page is, whatever its wording: a link page's step, or what it holds."""

    status: int
    page: str
    alert: str | None = None


class Browser:
    """Sends forms as the page shown last would."""

    def __init__(self, app: ASGIApp) -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(
            transport=transport, base_url="http://help.example", follow_redirects=True
        )
        self.page = BeautifulSoup("", "html.parser")
        # Where the page shown last was found.
        self.address = ""
        self._csrf: dict[str, str] = {}

    async def open(self, url: str) -> Seen:
        return self._seen(await self.http.get(url))

    async def send(self, url: str, **fields: str) -> Seen:
        """Post the fields with the session's token against forged forms."""
        return self._seen(await self.http.post(url, data=self._csrf | fields))

    def text(self, selector: str) -> str | None:
        """The text of the first such element, white space apart."""
        found = self.page.select_one(selector)
        return None if found is None else "".join(found.get_text().split())

    def texts(self, selector: str) -> list[str]:
        return ["".join(each.get_text().split()) for each in self.page.select(selector)]

    def value(self, selector: str, attribute: str) -> Any:
        found = self.page.select_one(selector)
        return found[attribute] if isinstance(found, Tag) else None

    def says(self, words: str) -> bool:
        """Whether these words stand in the page, white space apart."""
        return "".join(words.split()) in (self.text("main") or "")

    def _seen(self, response: httpx.Response) -> Seen:
        self.page = BeautifulSoup(response.text, "html.parser")
        self.address = str(response.url)
        token = self.value("input[name=csrf]", "value")
        self._csrf = self._csrf if token is None else {"csrf": str(token)}
        return Seen(response.status_code, self._kind(), self.text(".alert"))

    def _kind(self) -> str:
        step = self.value("article[data-step]", "data-step")
        if step is not None:
            return str(step)
        marks = {"#login-id": "login", "#log": "chat"}
        found = (kind for mark, kind in marks.items() if self.page.select(mark))
        return next(found, "message")
