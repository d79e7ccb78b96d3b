"""A customer's browser: the chat by HTTP, and pages read as a person reads them."""

from __future__ import annotations

import re
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


class CannotDo(AssertionError):
    """The page does not offer this."""


class Browser:
    """One cookie jar and one open page."""

    def __init__(self, address: str, sample: str | None) -> None:
        self._client = httpx.Client(
            base_url=address, follow_redirects=True, trust_env=False, timeout=30
        )
        body = {"sample": sample} if sample else {}
        self.customer = str(
            self._client.post("/chat/session", json=body).json()["customer"]
        )
        self._address = address
        self._page: BeautifulSoup | None = None
        self._url = ""

    def send(self, body: dict[str, str]) -> httpx.Response:
        return self._client.post("/chat/messages", json=body)

    def do(self, action: str, value: Any, texts: list[str]) -> str:
        """Do something on a page; `texts` are what was said, the newest last.

        Returns the page's heading and text. Raises CannotDo.
        """
        if action in ("confirm", "cancel"):
            return self._answer(action)
        path = self._offered(action, texts)
        if action == "open" or self._page is None or path not in (self._url, None):
            self._visit(path or f"{self._address}/mypage")
        if action == "login":
            self._submit("login", login_id=value["id"], password=value["password"])
        elif action == "enter_code":
            self._submit("enter_code", user_code=str(value))
        elif action in ("reissue", "unlink"):
            self._submit(action)
        elif action != "open":
            raise CannotDo(f"there is no page action {action!r}")
        return self.text()

    def text(self) -> str:
        main = self._page.find("main") if self._page is not None else None
        return main.get_text("\n", strip=True) if main is not None else ""

    def asks(self) -> bool:
        """Whether the page waits for a yes or no."""
        return self._button("confirm") is not None

    def _answer(self, action: str) -> str:
        if self._button(action) is not None:
            self._submit(action)
        elif self._page is None or self._page.find("form", method="post"):
            raise CannotDo(f"the page has no {action!r}: {self.text()[:200]}")
        # On a page that asks nothing any more, there is nothing to answer.
        return self.text()

    def _offered(self, action: str, texts: list[str]) -> str | None:
        """The address offered last of the pages on which this can be done."""
        wanted = _PAGES_WITH.get(action, ())
        for text in reversed(texts):
            for found in reversed(list(_OFFERED.finditer(text))):
                if found.group(1) in wanted:
                    return found.group(0)
        return None

    def _visit(self, url: str) -> None:
        self._url = url
        self._page = _parsed(self._client.get(url))

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
        self._page = _parsed(self._client.post(target, data=data | fields))


def _parsed(response: httpx.Response) -> BeautifulSoup:
    if response.status_code >= 500:
        raise AssertionError(f"{response.url.path} answered {response.status_code}")
    return BeautifulSoup(response.text, "html.parser")
