"""Which of the volumes or plans on the buttons is meant, if no volume is typed."""

from __future__ import annotations

from collections.abc import Sequence

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.choosing import choose_by_place, choose_by_size
from helpdesk.domain.plans import Plan
from helpdesk.domain.purchases import PurchaseUnit

Offered = Sequence[Plan | PurchaseUnit]


def smallest_or_largest(services: Helpdesk, text: str, offered: Offered) -> int | None:
    """The index of the one of that size or price.

    None if the smallest is not the cheapest: the words do not tell which is meant.
    """
    words = services.catalog.wording.as_choice_words()
    at = choose_by_size(text, [each.megabytes for each in offered], words)
    by_price = choose_by_size(text, [each.price.yen for each in offered], words)
    return at if at == by_price else None


def by_place(services: Helpdesk, text: str, offered: Offered) -> int | None:
    """The index of the one whose place is said in words, as the second one.

    A bare number would rather be a volume.
    """
    words = services.catalog.wording.as_choice_words()
    return choose_by_place(text, len(offered), words)
