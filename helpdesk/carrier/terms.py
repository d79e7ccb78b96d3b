"""What the embedded carrier sells, and how it writes a statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from helpdesk.domain.data_gift import GiftRule
from helpdesk.domain.plans import Option, Plan
from helpdesk.domain.purchases import PurchaseRule


@dataclass(frozen=True)
class CarrierTerms:
    """Plans and options by id, purchases by network.

    `data_label`: of bought MB; `calls_label`: of the number of a month.
    `daily_reissues`: per subscription and calendar day in Japan.
    """

    plans: Mapping[str, Plan]
    options: Mapping[str, Option]
    purchases: Mapping[str, PurchaseRule]
    gifts: GiftRule
    data_label: Callable[[int], str]
    calls_label: Callable[[int], str]
    daily_reissues: int
