"""The sample world, as the design describes it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk, build
from helpdesk.domain.eligibility import Order, OrderPlace
from helpdesk.domain.linking import LinkRole, Subscription
from helpdesk.domain.staff import Operator, Role, Status
from helpdesk.settings import Settings
from helpdesk.storage import tables
from tests.databases import Databases
from tests.fakes import NOW, FakeClock, japan
from tests.services.conftest import Rows

WEB, SHOP = OrderPlace.WEB, OrderPlace.SHOP
TODAY = date(2026, 11, 24)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    "expected",
    [
        Subscription("eita.1", "eita", True, "1101", Order(WEB, True, ago(6), ago(4))),
        Subscription("eita.2", "eita", False, "1102", Order(WEB, True, ago(6), ago(4))),
        Subscription("mika.1", "mika", True, "2201", Order(WEB, False, TODAY)),
        Subscription("kenji.1", "kenji", True, "3301", Order(WEB, True, ago(1))),
        Subscription(
            "saori.1", "saori", True, "4401", Order(SHOP, False, activated_on=TODAY)
        ),
        Subscription("yuki.1", "yuki", True, "5501", Order(WEB, False, ago(90))),
        Subscription("hiro.1", "hiro", True, "6601", Order(WEB, False, ago(60))),
        Subscription(
            "emi.1", "emi", True, "7701", Order(SHOP, False, activated_on=ago(30))
        ),
    ],
    ids=lambda subscription: subscription.id,
)
def test_sample_subscription_is_that_of_the_design(
    helpdesk: Helpdesk, expected: Subscription
):
    assert helpdesk.eligibility.subscription(expected.id) == expected


@pytest.mark.parametrize(
    ("person", "links"),
    [
        ("eita", []),
        ("aiko", []),
        ("mika", []),
        ("kenji", []),
        ("saori", []),
        ("yuki", [("yuki.1", LinkRole.HOLDER), ("yuki.1", LinkRole.END_USER)]),
        ("hiro", [("hiro.1", LinkRole.END_USER)]),
        ("emi", []),
    ],
)
def test_sample_links_are_those_of_the_design(
    helpdesk: Helpdesk, person: str, links: list[tuple[str, LinkRole]]
):
    found = [
        (link.subscription, link.role) for link, _ in helpdesk.linking.links_of(person)
    ]

    assert (found, helpdesk.conversations.exists(person)) == (links, True)


def test_sample_operators_are_those_of_the_design(helpdesk: Helpdesk):
    with helpdesk.database.reading() as unit:
        operators = unit.operators.all()

    assert operators == [
        Operator("admin", "管理者", Role.ADMINISTRATOR, Status.OFF, NOW),
        Operator("chief", "高橋", Role.SUPERVISOR, Status.AWAY, NOW),
        Operator("op1", "佐藤", Role.OPERATOR, Status.AVAILABLE, NOW),
        Operator("op2", "鈴木", Role.OPERATOR, Status.AVAILABLE, NOW),
    ]


def test_sample_operators_log_in(helpdesk: Helpdesk):
    accounts = helpdesk.staff_accounts
    found = [
        accounts.session_of(accounts.log_in(each.id, each.password, None))
        for each in helpdesk.sample_world.operators()
    ]

    assert [session and session.operator.id for session in found] == [
        *("op1", "op2", "chief", "admin"),
    ]


def test_sample_logins_and_codes_work(helpdesk: Helpdesk, stranger: str):
    people = helpdesk.catalog.sample_world.people
    contracts = [
        (f"{person}.{number}", contract)
        for person, entry in people.items()
        for number, contract in enumerate(entry.subscriptions, start=1)
    ]

    found = [
        (
            helpdesk.accounts.log_in(
                stranger, contract.login, contract.password, None
            ).id,
            helpdesk.user_codes.find(stranger, contract.code).id,
        )
        for _, contract in contracts
    ]

    assert found == [(key, key) for key, _ in contracts]


def test_filled_database_is_left_alone(helpdesk: Helpdesk, rows: Rows):
    before = rows(tables.subscriptions)

    assert (helpdesk.sample_world.fill(), rows(tables.subscriptions)) == (False, before)


@pytest.mark.parametrize(
    ("now", "shipped"),
    [
        (japan(2026, 11, 24, 23, 59, 59), date(2026, 11, 24)),
        (japan(2026, 11, 25, 0, 0, 0), date(2026, 11, 25)),
    ],
    ids=["before midnight", "midnight"],
)
def test_sample_days_count_from_the_day_in_japan(
    databases: Databases, settings: Settings, now: Any, shipped: date
):
    address = {"database_url": databases.empty()}
    fresh = build(settings.model_copy(update=address), FakeClock(now))
    fresh.database.migrate()

    filled = fresh.sample_world.fill()

    found = fresh.eligibility.subscription("mika.1").order.shipping_notice_on
    fresh.database.engine.dispose()
    assert (filled, found) == (True, shipped)


@pytest.mark.parametrize(("person", "is_sample"), [("eita", True), ("web-1", False)])
def test_sample_people_are_known(helpdesk: Helpdesk, person: str, is_sample: bool):
    assert helpdesk.sample_world.is_person(person) == is_sample
