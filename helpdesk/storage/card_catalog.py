"""What is written on the chat's cards, as data/catalog/cards.yml says it."""

from __future__ import annotations

from pydantic import Field, model_validator

from helpdesk.domain.bills import BillState
from helpdesk.storage.strict import Strict


class DataCard(Strict):
    """Patterns with {number_last4}, {volume}, {until}, {used}."""

    title: str
    lead: str
    part: str
    note: str
    slow: str


class PurchaseCard(Strict):
    """Patterns with {volume}, {price}, {until}, {left}."""

    choice: str
    title: str
    subscription: str
    price: str
    until: str
    until_value: str
    left: str
    left_value: str
    left_unknown: str


class PlanCard(Strict):
    """Patterns with {volume}, {price}, {day}; words that stand for the two buttons."""

    choice: str
    title: str
    now: str
    starts: str
    starts_value: str
    price: str
    withdraw: str
    withdraw_words: list[str] = Field(min_length=1)
    other: str
    other_words: list[str] = Field(min_length=1)


class BillCard(Strict):
    """Patterns with {month}, {number_last4}, {yen}, {fixed_on}, {charged_on}."""

    title: str
    yen: str
    notes: dict[BillState, str]

    @model_validator(mode="after")
    def _every_state_has_a_note(self) -> BillCard:
        missing = [state.value for state in BillState if state not in self.notes]
        if missing:
            raise ValueError(f"notes without {', '.join(missing)}")
        return self


class CardWords(Strict):
    """`line`: a card's row in a text, with {label} and {value}."""

    line: str
    stop: str
    data: DataCard
    purchase: PurchaseCard
    plan: PlanCard
    bill: BillCard
