"""A customer on the web chat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from helpdesk.bootstrap import Helpdesk
from helpdesk.services.ports import Message
from tests.converse.browser import Browser
from tests.converse.cases import Step
from tests.converse.line_steps import folded
from tests.converse.pages import CannotDo


class WebCustomer:
    """`id` is the product's id of the customer."""

    def __init__(self, helpdesk: Helpdesk, sample: str | None) -> None:
        """`sample`: the person of the sample world, None for a stranger."""
        self._conversations = helpdesk.conversations
        self.browser = Browser(helpdesk.settings.pages_url, sample)
        self.id = self.browser.customer

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

    @contextmanager
    def on_page(self, later: Sequence[Step]) -> Iterator[None]:
        """Around what is done on a page."""
        yield

    def not_arrived(self, said: Sequence[Message]) -> str:
        """What of this did not reach the customer: on the web the talk is all."""
        return ""

    def _send(self, body: dict[str, str]) -> None:
        response = self.browser.send(body)
        if response.is_server_error:
            raise CannotDo(f"the message was answered {response.status_code}")
