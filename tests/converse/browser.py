"""A customer's browser: the chat by HTTP, and pages read as a person reads them."""

from __future__ import annotations

import httpx

from tests.converse.pages import Pages


class Browser(Pages):
    """Its cookie says who writes."""

    def __init__(self, address: str, sample: str | None) -> None:
        super().__init__(address)
        body = {"sample": sample} if sample else {}
        answer = self.client.post("/chat/session", json=body)
        self.customer = str(answer.json()["customer"])

    def send(self, body: dict[str, str]) -> httpx.Response:
        return self.client.post("/chat/messages", json=body)
