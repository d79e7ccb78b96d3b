"""From when linking is possible, for a claim, a customer and a subscription."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.eligibility import Eligibility, Order, OrderPlace
from helpdesk.domain.linking import LinkRole
from helpdesk.services.eligibility import SubscriptionEligibility
from tests.fakes import FakeClock, japan


@pytest.mark.parametrize(
    ("now", "today"),
    [
        (japan(2026, 11, 24, 23, 59, 59), date(2026, 11, 24)),
        (japan(2026, 11, 25, 0, 0, 0), date(2026, 11, 25)),
    ],
    ids=["before midnight", "midnight"],
)
def test_today_is_the_day_in_japan(
    helpdesk: Helpdesk, clock: FakeClock, now: datetime, today: date
):
    clock.set(now)

    assert helpdesk.eligibility.today() == today


@pytest.mark.parametrize(
    ("shipped", "expected"),
    [
        (date(2026, 11, 22), Eligibility(date(2026, 11, 23), True)),
        (date(2026, 11, 23), Eligibility(date(2026, 11, 24), True)),
        (date(2026, 11, 24), Eligibility(date(2026, 11, 25), False)),
        (None, Eligibility(None, False)),
    ],
    ids=["since yesterday", "from today", "from tomorrow", "no mail"],
)
def test_claim_is_answered_with_its_day(
    helpdesk: Helpdesk, shipped: date | None, expected: Eligibility
):
    """F-TIME-01."""
    claim = Order(OrderPlace.WEB, keeps_number=False, shipping_notice_on=shipped)

    assert helpdesk.eligibility.of_claim(claim) == expected


@pytest.mark.parametrize(
    ("subscription", "expected"),
    [
        ("eita.1", Eligibility(date(2026, 11, 20), True)),
        ("mika.1", Eligibility(date(2026, 11, 25), False)),
        ("kenji.1", Eligibility(None, False)),
        ("saori.1", Eligibility(date(2026, 11, 24), True)),
        ("emi.1", Eligibility(date(2026, 10, 25), True)),
    ],
)
def test_record_is_answered_with_its_day(
    helpdesk: Helpdesk, subscription: str, expected: Eligibility
):
    assert helpdesk.eligibility.of_subscription(subscription) == expected


def test_nothing_is_known_of_a_customer_without_links(
    helpdesk: Helpdesk, stranger: str
):
    known = [helpdesk.eligibility.of_customer(each) for each in (stranger, "mika")]

    assert known == [[], []]


def test_linked_holder_is_shown_every_subscription_held(helpdesk: Helpdesk):
    helpdesk.linking.link("eita", "eita.2", LinkRole.HOLDER)

    known = helpdesk.eligibility.of_customer("eita")

    assert known == [
        SubscriptionEligibility(
            helpdesk.eligibility.subscription(each),
            Eligibility(date(2026, 11, 20), True),
        )
        for each in ("eita.2", "eita.1")
    ]


def test_linked_end_user_is_shown_the_one_used(helpdesk: Helpdesk):
    helpdesk.linking.link("aiko", "eita.2", LinkRole.END_USER)

    known = helpdesk.eligibility.of_customer("aiko")

    assert [each.subscription.id for each in known] == ["eita.2"]


def test_subscription_with_both_links_is_shown_once(helpdesk: Helpdesk):
    known = helpdesk.eligibility.of_customer("yuki")

    assert [each.subscription.id for each in known] == ["yuki.1"]
