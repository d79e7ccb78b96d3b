"""Our pages in a browser, read and filled in as a person does it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import httpx
from bs4 import BeautifulSoup, Tag

_OFFERED = re.compile(
    r"https?://\S+?(/link/holder|/link/end-user|/mypage)(?:\?t=[\w-]+)?"
)

# Which pages let one do what.
_PAGES_WITH = {
    "open": ("/link/holder", "/link/end-user", "/mypage"),
    "login": ("/link/holder", "/mypage"),
    "enter_code": ("/link/end-user",),
    "reissue": ("/mypage",),
    "unlink": ("/mypage",),
}
# My Page has each of these on a page of its own.
_ROOMS = {"reissue": "/mypage/contract", "unlink": "/mypage/links"}
_LINE_DIALOGUE = "/dialog/bot/accountLink"


class CannotDo(AssertionError):
    """The page does not offer this."""


class Pages:
    """One cookie jar and one open page.

    `stops_at_line`: LINE's own dialogue is not opened when a page leads there; its
    address is `held` instead. `line_address` is the last one, held or not.
    """

    def __init__(self, address: str, program: str = "Mozilla/5.0") -> None:
        """`program`: what the browser calls itself; pages differ within LINE's own."""
        self.client = httpx.Client(
            base_url=address,
            headers={"user-agent": program},
            trust_env=False,
            timeout=30,
        )
        self.stops_at_line = False
        self.held: str | None = None
        self.line_address: str | None = None
        self._address = address
        self._page: BeautifulSoup | None = None
        self._url = ""

    def do(self, action: str, value: Any, texts: Sequence[str]) -> str:
        """Do something on a page; `texts` are what was said, the newest last.

        Returns the page's heading and text. Raises CannotDo.
        """
        if action in ("confirm", "cancel"):
            return self._answer(action)
        path = self._offered(action, texts)
        if action == "open" or self._page is None or path not in (self._url, None):
            self.visit(path or f"{self._address}/mypage")
        if action == "login":
            self._log_out()
            self._submit("login", login_id=value["id"], password=value["password"])
        elif action == "enter_code":
            self._submit("enter_code", user_code=str(value))
        elif action in _ROOMS:
            if self._button(action) is None:
                self._show(self.client.get(_ROOMS[action]))
            self._submit(action)
        elif action != "open":
            raise CannotDo(f"there is no page action {action!r}")
        return self.text()

    def visit(self, url: str) -> None:
        self._url = url
        self._show(self.client.get(url))

    def text(self) -> str:
        main = self._page.find("main") if self._page is not None else None
        return main.get_text("\n", strip=True) if main is not None else ""

    def asks(self) -> bool:
        """Whether the page waits for a yes or no."""
        return self._button("confirm") is not None

    def _log_out(self) -> None:
        """Leave My Page where one tap opened it, for its login."""
        if self._button("login") is None and self._button("logout") is not None:
            self._submit("logout")

    def _answer(self, action: str) -> str:
        if self._button(action) is not None:
            self._submit(action)
        elif self._page is None or self._page.find("form", method="post"):
            raise CannotDo(f"the page has no {action!r}: {self.text()[:200]}")
        # On a page that asks nothing any more, there is nothing to answer.
        return self.text()

    def _offered(self, action: str, texts: Sequence[str]) -> str | None:
        """The address offered last of the pages on which this can be done."""
        wanted = _PAGES_WITH.get(action, ())
        for text in reversed(texts):
            for found in reversed(list(_OFFERED.finditer(text))):
                if found.group(1) in wanted:
                    return found.group(0)
        return None

    def _button(self, action: str) -> Tag | None:
        if self._page is None:
            return None
        found = self._page.find("button", attrs={"data-action": action})
        return found if isinstance(found, Tag) else None

    def _submit(self, action: str, **fields: str) -> None:
        button = self._button(action)
        form = button.find_parent("form") if button is not None else None
        if button is None or form is None:
            raise CannotDo(f"the page has no {action!r}: {self.text()[:200]}")
        data = {
            str(each["name"]): str(each.get("value", ""))
            for each in form.select("[name]")
            if each.name == "input"
        }
        if button.get("name"):
            data[str(button["name"])] = str(button.get("value", ""))
        target = str(form.get("action") or self._url)
        self._show(self.client.post(target, data=data | fields))

    def _show(self, response: httpx.Response) -> None:
        """The page to which the answer leads."""
        self.held = None
        while (following := response.next_request) is not None:
            if following.url.path == _LINE_DIALOGUE:
                self.line_address = str(following.url)
                if self.stops_at_line:
                    self.held = self.line_address
                    break
            response = self.client.send(following)
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise AssertionError(f"{response.url.path} answered {response.status_code}")
        self._page = BeautifulSoup(response.text, "html.parser")
