"""Figures in words: prices, days, and a card's rows as lines of a text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.card import CardRow
from helpdesk.domain.plans import Price


def price_words(services: Helpdesk, price: Price) -> str:
    """The price as it was published, with or without tax."""
    words = services.catalog.my_page
    pattern = words.with_tax if price.with_tax else words.without_tax
    return pattern.format(yen=f"{price.yen:,}")


def day_words(services: Helpdesk, day: date) -> str:
    return services.catalog.wording.as_day_format().day(day)


def lines(services: Helpdesk, rows: Sequence[CardRow]) -> str:
    """The rows of a card for the text that says the same."""
    line = services.catalog.cards.line
    return "\n".join(line.format(label=row.label, value=row.value) for row in rows)


def stop_button(services: Helpdesk) -> dict[str, str]:
    return {"title": services.catalog.cards.stop, "payload": "/stop"}


def wish_buttons(services: Helpdesk, *wishes: str) -> list[dict[str, str]]:
    """Buttons for wishes, by their own labels."""
    labels = services.catalog.wishes.labels
    return [{"title": labels[wish], "payload": f"/{wish}"} for wish in wishes]
