"""A change with a key is made once, and answered alike ever after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from helpdesk.services.carrier import KeyUsedTwice
from helpdesk.services.ports import Unit


def once(
    unit: Unit,
    key: str,
    subscription: str,
    asked: str,
    at: datetime,
    change: Callable[[], dict[str, Any]],
) -> dict[str, Any]:
    """What `change` answers, or what it answered when the key came first.

    The caller holds the lock on the subscription. Raises KeyUsedTwice, also if the
    same was asked for another subscription.
    """
    asked = f"{asked} for {subscription}"
    known = unit.carrier_books.receipt(key)
    if known is not None:
        if (known.subscription, known.asked) != (subscription, asked):
            raise KeyUsedTwice(key)
        return known.result
    result = change()
    unit.carrier_books.add_receipt(key, subscription, asked, result, at)
    return result
