"""A customer on the web chat, by HTTP as the page itself talks."""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk.bootstrap import Helpdesk
from helpdesk.services.ports import Message
from tests.converse.browser import Browser, CannotDo
from tests.converse.line_steps import folded


class WebCustomer:
    """One browser: its cookie says who writes."""

    def __init__(self, helpdesk: Helpdesk, address: str, sample: str | None) -> None:
        """`sample`: the person of the sample world, None for a stranger."""
        self._conversations = helpdesk.conversations
        self.browser = Browser(address)
        body = {"sample": sample} if sample else {}
        answer = self.browser.client.post("/chat/session", json=body)
        self.id = str(answer.json()["customer"])

    def say(self, text: str) -> None:
        self._send({"text": text})

    def press(self, label: str) -> None:
        """The newest button with this label. Raises CannotDo."""
        offered = [
            button
            for message in self._conversations.messages(self.id)
            for button in message.buttons
        ]
        for button in reversed([*self._conversations.starters(), *offered]):
            if folded(button.label) == folded(label):
                self._send({"data": button.id})
                return
        labels = ", ".join(button.label for button in offered[-6:])
        raise CannotDo(f"no such button; offered were: {labels or 'none'}")

    def offered(self) -> list[str]:
        """The texts in which addresses of pages stand, the newest last."""
        return [message.text for message in self._conversations.messages(self.id)]

    def not_arrived(self, said: Sequence[Message]) -> str:
        """What of this did not reach the customer; nothing is lost on the web."""
        return ""

    def _send(self, body: dict[str, str]) -> None:
        response = self.browser.client.post("/chat/messages", json=body)
        if response.is_server_error:
            raise CannotDo(f"the message was answered {response.status_code}")
