"""Whether what a customer was told stands in the talk on LINE, and stands there once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.card import Card
from helpdesk.services.ports import Message
from tests.line_platform import LinePlatform, taps
from tests.line_platform.records import Entry, Json

_BLANK = re.compile(r"\s+")


class Arrivals:
    """Follows one talk; every line said is compared with the bubbles that came of it."""

    def __init__(self, helpdesk: Helpdesk, platform: LinePlatform, user: str) -> None:
        self._helpdesk = helpdesk
        self._platform = platform
        self._user = user
        self._seen = 0
        self._newest_said = 0
        self._lost_until = 0
        paths = "|".join(map(re.escape, helpdesk.catalog.line.pages))
        address = re.escape(helpdesk.settings.pages_url)
        self._page = re.compile(rf"{address}(?:{paths})(?:\?t=[\w-]+)?", re.ASCII)

    def note_block(self) -> None:
        """What is said while the customer blocks the account is never delivered."""
        if self._platform.chats[self._user].blocked:
            self._lost_until = self._newest_line()

    def compare(self, said: Sequence[Message]) -> str:
        """What is wrong with the arrival of these lines; empty if nothing is."""
        if self._platform.chats[self._user].blocked:
            self._lost_until = self._newest_line()
        bubbles = self._bubbles()
        for message in said:
            if message.id <= self._lost_until:
                continue
            wrong = self._compare(message, bubbles)
            if wrong:
                return f"on LINE: {wrong}"
        more = [bubble.text for bubble in bubbles]
        return f"on LINE there is more than was said: {more}" if more else ""

    def _compare(self, message: Message, bubbles: Iterator[Entry]) -> str:
        expected = self._page.sub("", message.text)
        if message.card is not None:
            expected = "".join(_words(message.card))
        took: list[Entry] = []
        text = ""
        while not took or len(text) < len(_squeezed(expected)):
            bubble = next(bubbles, None)
            if bubble is None:
                return f"this did not arrive: {message.text!r}"
            took.append(bubble)
            text += _squeezed(_text_of(bubble.message))
        if text != _squeezed(expected):
            return f"{text!r} stands there instead of {expected!r}"
        return self._compare_buttons(message, took)

    def _compare_buttons(self, message: Message, took: Sequence[Entry]) -> str:
        actions = [
            action for bubble in took for action in taps._actions(bubble.message)
        ]
        pages = [action["uri"] for action in actions if action["type"] == "uri"]
        offered = list(dict.fromkeys(self._page.findall(message.text)))
        if pages != offered:
            return (
                f"{len(pages)} buttons open pages, not {len(offered)}: {message.text!r}"
            )
        labels = [
            action["displayText"] for action in actions if action["type"] == "postback"
        ]
        wanted = [button.label for button in message.buttons]
        if labels != wanted:
            return f"the buttons are {labels}, not {wanted}"
        senders = self._helpdesk.catalog.line.senders
        wanted_sender = (
            senders.operator if message.author == "operator" else senders.bot
        )
        names = {bubble.sender_name for bubble in took}
        return "" if names == {wanted_sender} else f"{names} said {message.text!r}"

    def _bubbles(self) -> Iterator[Entry]:
        entries = self._platform.chat(self._user)
        newer, self._seen = entries[self._seen :], len(entries)
        return iter([entry for entry in newer if entry.sender == "bot"])

    def _newest_line(self) -> int:
        with self._helpdesk.database.reading() as unit:
            user_hash = self._helpdesk.cipher.fingerprint(self._user)
            customer = unit.line_accounts.customer_of(user_hash)
            return 0 if customer is None else unit.conversations.newest_line(customer)


def _words(card: Card) -> Iterator[str]:
    """What stands in a card, which is shown in place of the message's text."""
    yield card.title
    yield card.lead or ""
    for row in card.rows:
        yield row.label + row.value
    yield card.note or ""


def _text_of(message: Json) -> str:
    """What one reads in the bubble, buttons left out."""
    if message["type"] == "template":
        return str(message["template"]["text"])
    if message["type"] == "flex":
        return "".join(_texts(message["contents"]))
    return str(message.get("text", ""))


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _texts(each)
    elif isinstance(part, dict):
        if part.get("type") == "text":
            yield str(part.get("text", ""))
        for each in part.values():
            yield from _texts(each)


def _squeezed(text: str) -> str:
    return _BLANK.sub("", text)
