"""Subscriptions, logins and codes: the embedded carrier and one over HTTP are alike."""

from __future__ import annotations

from datetime import date

import pytest

from helpdesk.domain.eligibility import Order, OrderPlace
from helpdesk.domain.linking import Subscription
from helpdesk.domain.user_code import USER_CODE_LENGTH
from helpdesk.services.carrier import (
    Carrier,
    KeyUsedTwice,
    NoReissueLeft,
    NoSuchSubscription,
    RevokedUserCode,
    UnknownUserCode,
)
from tests.fakes import FakeClock, japan

EITA_1 = Subscription(
    id="eita.1",
    contract_holder="eita",
    end_user_is_holder=True,
    number_last4="1101",
    order=Order(
        OrderPlace.WEB,
        keeps_number=True,
        shipping_notice_on=date(2026, 11, 18),
        service_start_notice_on=date(2026, 11, 20),
    ),
)
SAORI_1 = Subscription(
    id="saori.1",
    contract_holder="saori",
    end_user_is_holder=True,
    number_last4="4401",
    order=Order(OrderPlace.SHOP, keeps_number=False, activated_on=date(2026, 11, 24)),
)
YUKIS_CODE = "31415926535897932"


def test_subscription_is_found(carrier: Carrier):
    assert [carrier.subscription(each) for each in ("eita.1", "saori.1")] == [
        EITA_1,
        SAORI_1,
    ]


def test_holder_has_all_subscriptions_by_id(carrier: Carrier):
    found = carrier.subscriptions_of("eita")

    assert found == [EITA_1, carrier.subscription("eita.2")]


def test_holder_who_is_not_known_has_none(carrier: Carrier):
    assert carrier.subscriptions_of("nobody & co/1?") == []


def test_login_opens_its_subscription(carrier: Carrier):
    assert carrier.log_in("eita-1", "Sample-Eita-1") == EITA_1


@pytest.mark.parametrize(
    ("login_id", "password"),
    [
        ("eita-1", "Sample-Eita-2"),
        ("eita-1", "sample-eita-1"),
        ("eita-9", "Sample-Eita-1"),
        ("", ""),
        ("eita-1", ""),
        ("", "Sample-Eita-1"),
        ("eita-1", "x" * 5000),
        ("x" * 5000, "Sample-Eita-1"),
        ("eita-1\n", "Sample-Eita-1"),
        ("エイタ", "パスワード"),
    ],
    ids=[
        *("another's password", "another case", "unknown", "nothing", "no password"),
        *("no login ID", "a long password", "a long login ID", "a line", "Japanese"),
    ],
)
def test_wrong_login_opens_nothing(carrier: Carrier, login_id: str, password: str):
    assert carrier.log_in(login_id, password) is None


def test_active_code_is_text(carrier: Carrier):
    assert carrier.user_code("yuki.1") == YUKIS_CODE


def test_code_leads_to_its_subscription(carrier: Carrier):
    assert carrier.subscription_of_code("24681357902468131") == EITA_1


@pytest.mark.parametrize(
    "code", ["11111111111111111", "1", "", "abc/../?", "1" * 500, "１" * 17]
)
def test_code_that_nobody_has_is_unknown(carrier: Carrier, code: str):
    with pytest.raises(UnknownUserCode):
        carrier.subscription_of_code(code)


def test_code_that_was_replaced_is_revoked(carrier: Carrier):
    with pytest.raises(RevokedUserCode):
        carrier.subscription_of_code("86420975310000042")


def test_reissue_replaces_the_code(carrier: Carrier):
    carrier.reissue_code("yuki.1", "reissue:1")

    code = carrier.user_code("yuki.1")
    assert len(code) == USER_CODE_LENGTH
    assert code.isdecimal()
    assert carrier.subscription_of_code(code).id == "yuki.1"
    assert carrier.reissues_left("yuki.1") == 2
    with pytest.raises(RevokedUserCode):
        carrier.subscription_of_code(YUKIS_CODE)


def test_reissue_with_the_same_key_is_made_once(carrier: Carrier):
    carrier.reissue_code("yuki.1", "reissue:1")
    code = carrier.user_code("yuki.1")

    carrier.reissue_code("yuki.1", "reissue:1")

    assert (carrier.user_code("yuki.1"), carrier.reissues_left("yuki.1")) == (code, 2)


def test_key_may_be_any_text(carrier: Carrier):
    keys = ["web:1 2", "再発行", "line\nbreak", "per%20cent", "per cent"]
    for number, key in enumerate(keys[:3]):
        carrier.reissue_code("yuki.1", key)
        carrier.reissue_code("yuki.1", key)
        assert carrier.reissues_left("yuki.1") == 2 - number
    for key in keys[3:]:
        carrier.reissue_code("eita.1", key)
    assert carrier.reissues_left("eita.1") == 1


def test_fourth_reissue_of_a_day_is_refused(carrier: Carrier):
    for number in range(3):
        carrier.reissue_code("yuki.1", f"reissue:{number}")
    code = carrier.user_code("yuki.1")

    with pytest.raises(NoReissueLeft):
        carrier.reissue_code("yuki.1", "reissue:4")

    assert (carrier.user_code("yuki.1"), carrier.reissues_left("yuki.1")) == (code, 0)


def test_reissues_are_counted_by_day_in_japan(carrier: Carrier, clock: FakeClock):
    clock.set(japan(2026, 11, 24, 23, 59, 59))
    for number in range(3):
        carrier.reissue_code("yuki.1", f"reissue:{number}")

    clock.forward(seconds=1)

    assert carrier.reissues_left("yuki.1") == 3


def test_refused_reissue_may_come_again_with_its_key(
    carrier: Carrier, clock: FakeClock
):
    for number in range(3):
        carrier.reissue_code("yuki.1", f"reissue:{number}")
    with pytest.raises(NoReissueLeft):
        carrier.reissue_code("yuki.1", "reissue:4")
    clock.forward(days=1)

    carrier.reissue_code("yuki.1", "reissue:4")

    assert carrier.reissues_left("yuki.1") == 2


def test_key_of_another_subscription_is_refused(carrier: Carrier):
    carrier.reissue_code("yuki.1", "reissue:1")

    with pytest.raises(KeyUsedTwice):
        carrier.reissue_code("eita.1", "reissue:1")

    assert carrier.reissues_left("eita.1") == 3


@pytest.mark.parametrize(
    "subscription",
    ["yuki.9", "", "..", "yuki.1/usage", "ゆき"],
)
@pytest.mark.parametrize(
    "ask",
    [
        lambda carrier, each: carrier.subscription(each),
        lambda carrier, each: carrier.user_code(each),
        lambda carrier, each: carrier.reissues_left(each),
        lambda carrier, each: carrier.reissue_code(each, "key"),
        lambda carrier, each: carrier.usage(each),
        lambda carrier, each: carrier.give_data(each, "hiro.1", 500, "key"),
        lambda carrier, each: carrier.give_data("eita.1", each, 500, "key"),
        lambda carrier, each: carrier.purchase_offer(each),
        lambda carrier, each: carrier.buy_data(each, 500, "key"),
        lambda carrier, each: carrier.contract(each),
        lambda carrier, each: carrier.possible_plans(each),
        lambda carrier, each: carrier.change_plan(each, "basic_6gb_voice", "key"),
        lambda carrier, each: carrier.withdraw_plan_change(each, "key"),
        lambda carrier, each: carrier.statements(each),
        lambda carrier, each: carrier.notices(each),
    ],
    ids=[
        *("subscription", "user_code", "reissues_left", "reissue_code", "usage"),
        *("give_data", "give_data to", "purchase_offer", "buy_data", "contract"),
        *("possible_plans", "change_plan", "withdraw_plan_change", "statements"),
        "notices",
    ],
)
def test_subscription_that_is_not_known_is_refused(carrier, ask, subscription: str):
    with pytest.raises(NoSuchSubscription):
        ask(carrier, subscription)
