"""My Page: buying data and changing the plan, once each, and what is said of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.data_balance import DataBalance
from helpdesk.domain.linking import LinkRole
from helpdesk.public import PublicApplication
from tests.fakes import FakeClock
from tests.services.carrier_talk import balance, link, set_network
from tests.web.browser import Browser, Seen
from tests.web.my_page_visits import (
    PickyCarrier,
    facts,
    filled,
    log_in,
    on_carrier,
    press,
    tap,
)

RECEIPT = Seen(200, "receipt")
BASIC_DATA = DataBalance(basic=800, bought=500)


@pytest.fixture
def carrier(helpdesk: Helpdesk) -> PickyCarrier:
    return PickyCarrier(helpdesk.carrier)


@pytest.fixture
def unsteady(helpdesk: Helpdesk, carrier: PickyCarrier) -> Helpdesk:
    """The services on a carrier that goes away when a test says so."""
    return on_carrier(helpdesk, carrier)


@pytest.fixture
async def phone(unsteady: Helpdesk) -> AsyncIterator[Browser]:
    """A browser of the application on that carrier."""
    browser = Browser(PublicApplication(unsteady).asgi())
    yield browser
    await browser.http.aclose()


async def choose_data(browser: Browser, megabytes: int) -> Seen:
    await browser.open("/mypage/add")
    return await press(browser, "choose", megabytes=str(megabytes))


async def choose_plan(browser: Browser, plan: str) -> Seen:
    await browser.open("/mypage/plan")
    return await press(browser, "choose", plan=plan)


def said(browser: Browser) -> str | None:
    return browser.text("#result")


# --- データ量の追加 ---------------------------------------------------------------------


@pytest.mark.parametrize("way", ["login", "tap"])
async def test_data_are_bought_after_a_question(
    browser: Browser, helpdesk: Helpdesk, way: str
):
    if way == "login":
        await log_in(browser, "yuki-1")
    else:
        await tap(browser, helpdesk, "yuki")

    asked = await choose_data(browser, 1000)
    question = facts(browser)
    before = balance(helpdesk, "yuki.1")
    bought = await press(browser, "confirm")

    assert (asked, question, before) == (
        Seen(200, "add_confirm"),
        {
            "追加するデータ量": "1GB",
            "料金": "1,000円（税抜）",
            "使える期限": "12月31日(木)まで",
            "今月の残りの回数": "あと3回（追加すると、あと2回）",
        },
        BASIC_DATA,
    )
    assert (bought, said(browser), facts(browser), balance(helpdesk, "yuki.1")) == (
        RECEIPT,
        "データ量を追加しました",
        {
            "追加したデータ量": "1GB",
            "料金": "1,000円（税抜）",
            "使える期限": "12月31日(木)まで",
        },
        DataBalance(basic=800, bought=1500),
    )


async def test_question_that_is_not_confirmed_buys_nothing(
    browser: Browser, helpdesk: Helpdesk
):
    await log_in(browser, "yuki-1")
    await choose_data(browser, 1000)

    seen = await press(browser, "cancel")

    assert (seen, balance(helpdesk, "yuki.1")) == (Seen(200, "add"), BASIC_DATA)


async def test_form_sent_twice_buys_once(browser: Browser, helpdesk: Helpdesk):
    await log_in(browser, "yuki-1")
    await choose_data(browser, 500)
    url, form = filled(browser, "confirm")

    seen = [await browser.send(url, **form) for _ in range(2)]

    assert (seen, balance(helpdesk, "yuki.1").bought) == ([RECEIPT, RECEIPT], 1000)


async def test_two_questions_are_two_purchases(browser: Browser, helpdesk: Helpdesk):
    await log_in(browser, "yuki-1")

    for _ in range(2):
        await choose_data(browser, 500)
        await press(browser, "confirm")

    assert balance(helpdesk, "yuki.1").bought == 1500


@pytest.mark.parametrize("once", ["", "x", "0" * 15, "../../etc/passwd"])
async def test_token_that_is_not_ours_is_replaced(
    browser: Browser, helpdesk: Helpdesk, once: str
):
    await log_in(browser, "yuki-1")

    for _ in range(2):
        await browser.open("/mypage/add")
        await browser.send("/mypage/add", step="buy", megabytes="500", once=once)

    assert balance(helpdesk, "yuki.1").bought == 1500


@pytest.mark.parametrize("step", ["choose", "buy"])
@pytest.mark.parametrize("megabytes", ["", "x", "-500", "5e2", "٥٠٠", "700", "9" * 20])
async def test_volume_that_is_not_sold_is_refused(
    browser: Browser, helpdesk: Helpdesk, step: str, megabytes: str
):
    await log_in(browser, "yuki-1")
    await browser.open("/mypage/add")

    seen = await browser.send(
        "/mypage/add", step=step, megabytes=megabytes, once="0" * 16
    )

    assert (seen.page, seen.alert is not None, balance(helpdesk, "yuki.1")) == (
        "add",
        True,
        BASIC_DATA,
    )


@pytest.mark.parametrize(
    ("login", "network", "problem"),
    [
        pytest.param("kenji-1", None, "not_started", id="no start"),
        pytest.param("mika-1", None, "not_started", id="before the start"),
        pytest.param("yuki-1", "au", "network", id="au"),
    ],
)
async def test_who_cannot_buy_is_told_why(
    browser: Browser, helpdesk: Helpdesk, login: str, network: str | None, problem: str
):
    if network is not None:
        set_network(helpdesk, login.replace("-", "."), network)
    await log_in(browser, login)

    seen = await browser.open("/mypage/add")

    sentences = {k.value: v for k, v in helpdesk.catalog.my_page.purchase_problems.items()}  # fmt: skip
    assert (seen, browser.says(sentences[problem])) == (Seen(200, "add"), True)
    assert browser.page.select("input[type=radio]") == []


async def test_fourth_purchase_of_a_month_is_refused_until_the_next(
    browser: Browser, helpdesk: Helpdesk, clock: FakeClock
):
    await log_in(browser, "yuki-1")
    for _ in range(3):
        await choose_data(browser, 500)
        url, form = filled(browser, "confirm")
        await press(browser, "confirm")

    refused = await browser.open("/mypage/add")
    says = browser.says("今月の追加は、上限の回数に達しました。")
    sent = await browser.send(url, **(form | {"once": "0" * 16}))
    clock.forward(days=7)
    await log_in(browser, "yuki-1")
    await choose_data(browser, 500)

    assert (refused, says, sent.page, sent.alert is not None) == (
        Seen(200, "add"),
        True,
        "add",
        True,
    )
    assert facts(browser)["今月の残りの回数"] == "あと3回（追加すると、あと2回）"


# --- プラン変更 -------------------------------------------------------------------------


async def test_plan_is_changed_after_a_question_and_taken_back(
    browser: Browser, helpdesk: Helpdesk
):
    await log_in(browser, "yuki-1")

    asked = await choose_plan(browser, "basic_6gb_voice")
    question = facts(browser)
    changed = await press(browser, "confirm"), said(browser), facts(browser)
    waiting = helpdesk.carrier.contract("yuki.1").next_plan
    await browser.open("/mypage/plan")
    withdrawal = await press(browser, "withdraw")
    withdrawn = await press(browser, "confirm"), said(browser)

    assert (asked, question) == (
        Seen(200, "plan_confirm"),
        {
            "いまのプラン": "ベーシックプラン3GB月額1,628円（税込）",
            "新しいプラン": "ベーシックプラン6GB",
            "新しい月額": "2,420円（税込）",
            "オプション（そのまま続きます）": "LINEデータフリー0円（税込）",
            "反映": "12月1日(火)の7:00~15:00ごろ",
            "手数料": "かかりません",
        },
    )
    assert changed == (
        RECEIPT,
        "プラン変更を受け付けました",
        {"新しいプラン": "ベーシックプラン6GB", "反映": "12月1日(火)の7:00~15:00ごろ"},
    )
    assert (waiting and waiting.id, withdrawal, withdrawn) == (
        "basic_6gb_voice",
        Seen(200, "plan_withdraw"),
        (RECEIPT, "プラン変更を取り消しました"),
    )
    assert helpdesk.carrier.contract("yuki.1").next_plan is None


async def test_another_choice_takes_the_place_of_the_one_that_waits(
    browser: Browser, helpdesk: Helpdesk
):
    await log_in(browser, "yuki-1")
    for plan in ("basic_6gb_voice", "basic_12gb_voice"):
        await choose_plan(browser, plan)
        await press(browser, "confirm")

    found = helpdesk.carrier.contract("yuki.1").next_plan
    await browser.open("/mypage/plan")

    offered = [str(each["value"]) for each in browser.page.select("input[type=radio]")]
    assert found is not None
    assert (found.id, "basic_12gb_voice" in offered) == ("basic_12gb_voice", False)


async def test_plan_form_sent_twice_changes_once(browser: Browser, helpdesk: Helpdesk):
    await log_in(browser, "yuki-1")
    await choose_plan(browser, "basic_6gb_voice")
    url, form = filled(browser, "confirm")
    await browser.send(url, **form)
    await browser.open("/mypage/plan")
    await press(browser, "withdraw")
    await press(browser, "confirm")

    again = await browser.send(url, **form)

    # Sent again by going back, it shows what happened and does not happen again.
    assert (again, helpdesk.carrier.contract("yuki.1").next_plan) == (RECEIPT, None)


@pytest.mark.parametrize("step", ["choose", "change"])
@pytest.mark.parametrize(
    "plan", ["", "nonsense", "basic_6gb_sms", "basic_3gb_voice", "free_1gb_data"]
)
async def test_plan_that_is_not_possible_is_refused(
    browser: Browser, helpdesk: Helpdesk, step: str, plan: str
):
    await log_in(browser, "yuki-1")
    await browser.open("/mypage/plan")

    seen = await browser.send("/mypage/plan", step=step, plan=plan)

    assert (seen.page, seen.alert is not None) == ("plan", True)
    assert helpdesk.carrier.contract("yuki.1").next_plan is None


@pytest.mark.parametrize(
    ("login", "plan", "problem"),
    [
        pytest.param("kenji-1", None, "not_started", id="no start"),
        pytest.param("mika-1", None, "not_started", id="before the start"),
        pytest.param("emi-1", "free_1gb_data", "no_other_plan", id="no other plan"),
    ],
)
async def test_who_cannot_change_is_told_why(
    browser: Browser, helpdesk: Helpdesk, login: str, plan: str | None, problem: str
):
    if plan is not None:
        set_plan(helpdesk, login.replace("-", "."), plan)
    await log_in(browser, login)

    seen = await browser.open("/mypage/plan")

    sentences = {k.value: v for k, v in helpdesk.catalog.my_page.plan_problems.items()}
    assert (seen, browser.says(sentences[problem])) == (Seen(200, "plan"), True)
    assert browser.page.select("input[type=radio]") == []


@pytest.mark.parametrize("step", ["withdraw", "confirm_withdraw"])
async def test_nothing_to_withdraw_is_said(
    browser: Browser, helpdesk: Helpdesk, step: str
):
    await log_in(browser, "yuki-1")
    await browser.open("/mypage/plan")

    seen = await browser.send("/mypage/plan", step=step)

    words = {k.value: v for k, v in helpdesk.catalog.my_page.plan_problems.items()}
    assert seen == Seen(200, "plan", words["nothing_to_withdraw"])


def set_plan(helpdesk: Helpdesk, subscription: str, plan: str) -> None:
    with helpdesk.database.writing() as unit:
        record = unit.carrier_books.contract(subscription)
        assert record is not None
        unit.carrier_books.set_plan(replace(record, plan=plan, option=None))


# --- Receipts -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["", "?k=data_bought", "?k=data_bought&c=0000", "?k=data_given&c=1", "?k="]
)
async def test_receipt_that_never_was_is_not_found(browser: Browser, query: str):
    await log_in(browser, "yuki-1")

    assert await browser.open(f"/mypage/receipt{query}") == Seen(404, "message")


async def test_receipt_is_read_again_but_not_by_another_holder(
    browser: Browser, other_browser: Browser
):
    await log_in(browser, "yuki-1")
    await choose_data(browser, 500)
    url, form = filled(browser, "confirm")
    response = await browser.http.post(url, data=form)
    address = str(response.url)

    await log_in(other_browser, "eita-1")

    assert (await browser.open(address), await other_browser.open(address)) == (
        RECEIPT,
        Seen(404, "message"),
    )


async def test_receipt_of_one_of_several_keeps_to_its_subscription(
    browser: Browser, helpdesk: Helpdesk
):
    link(helpdesk, "eita", "eita.1", [LinkRole.HOLDER])
    link(helpdesk, "eita", "eita.2", [LinkRole.HOLDER])
    await tap(browser, helpdesk, "eita")
    await browser.open("/mypage/add?s=eita.2")
    await press(browser, "choose", megabytes="500")

    seen = await press(browser, "confirm")

    bought = [balance(helpdesk, each).bought for each in ("eita.1", "eita.2")]
    assert (seen, bought) == (RECEIPT, [0, 500])


# --- The carrier is away --------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "hears"), [("login", "最新の状態を見る"), ("tap", "トークでもお知らせ")]
)
async def test_purchase_that_waits_is_told_and_finished_by_itself(
    phone: Browser,
    unsteady: Helpdesk,
    carrier: PickyCarrier,
    clock: FakeClock,
    way: str,
    hears: str,
):
    if way == "login":
        await log_in(phone, "yuki-1")
    else:
        await tap(phone, unsteady, "yuki")
    await choose_data(phone, 500)
    url, form = filled(phone, "confirm")
    carrier.away = {"buy_data"}

    waits = [await phone.send(url, **form) for _ in range(2)]
    told = said(phone), phone.says(hears)
    carrier.away = set()
    clock.forward(seconds=31)
    unsteady.changes.retry()
    done = await phone.send(url, **form)

    assert (waits, told) == ([RECEIPT, RECEIPT], ("お手続きの途中です", True))
    assert (done, said(phone), balance(unsteady, "yuki.1").bought) == (
        RECEIPT,
        "データ量を追加しました",
        1000,
    )


@pytest.mark.parametrize(
    ("asked", "away", "page", "after"),
    [
        ("basic_6gb_voice", "change_plan", "plan", "プラン変更を受け付けました"),
        (None, "reissue_code", "contract", "利用コードを再設定しました"),
    ],
)
async def test_other_changes_wait_alike(
    phone: Browser,
    unsteady: Helpdesk,
    carrier: PickyCarrier,
    clock: FakeClock,
    asked: str | None,
    away: str,
    page: str,
    after: str,
):
    await log_in(phone, "yuki-1")
    await phone.open(f"/mypage/{page}")
    if asked:
        await press(phone, "choose", plan=asked)
    else:
        await press(phone, "reissue")
    carrier.away = {away}
    await press(phone, "confirm")
    waits = said(phone)
    address = phone.address
    carrier.away = set()
    clock.forward(seconds=31)
    unsteady.changes.retry()
    await phone.open(address)

    assert (waits, said(phone)) == ("お手続きの途中です", after)


async def test_purchase_that_is_refused_late_says_why(
    phone: Browser, unsteady: Helpdesk, carrier: PickyCarrier, clock: FakeClock
):
    await log_in(phone, "yuki-1")
    await choose_data(phone, 500)
    carrier.away = {"buy_data"}
    await press(phone, "confirm")
    address = phone.address
    carrier.away = set()
    set_network(unsteady, "yuki.1", "au")
    clock.forward(seconds=31)
    unsteady.changes.retry()

    await phone.open(address)

    words = {k.value: v for k, v in unsteady.catalog.my_page.purchase_problems.items()}
    assert (said(phone), phone.says(words["network"])) == (
        "お手続きできませんでした",
        True,
    )


@pytest.mark.parametrize("page", ["", "data", "add", "plan", "bills", "contract"])
async def test_page_says_that_the_carrier_is_away(
    phone: Browser, unsteady: Helpdesk, carrier: PickyCarrier, page: str
):
    await log_in(phone, "yuki-1")
    carrier.away = {"all"}
    path = f"/mypage/{page}".rstrip("/")

    seen = await phone.open(path)

    words = unsteady.catalog.my_page.carrier_away.sentence
    assert (seen, phone.says(words), phone.value("main a", "href")) == (
        Seen(503, "away"),
        True,
        path,
    )


async def test_form_is_kept_while_the_carrier_is_away(
    phone: Browser, unsteady: Helpdesk, carrier: PickyCarrier
):
    await log_in(phone, "yuki-1")
    await choose_data(phone, 1000)
    carrier.away = {"all"}

    away = await press(phone, "confirm")
    carrier.away = set()
    seen = await press(phone, "again")

    assert (away, seen, balance(unsteady, "yuki.1").bought) == (
        Seen(503, "away"),
        RECEIPT,
        1500,
    )


async def test_login_while_the_carrier_is_away_keeps_the_id_alone(
    phone: Browser, unsteady: Helpdesk, carrier: PickyCarrier
):
    carrier.away = {"log_in"}

    seen = await log_in(phone, "yuki-1")

    assert (seen, phone.value("#login-id", "value")) == (
        Seen(503, "login", unsteady.catalog.my_page.away),
        "yuki-1",
    )
    assert "Sample-Yuki-1" not in str(phone.page)


async def test_password_is_never_sent_back(phone: Browser, carrier: PickyCarrier):
    await log_in(phone, "yuki-1")
    await phone.open("/mypage/contract")
    carrier.away = {"subscription"}

    seen = await phone.send(
        "/mypage/contract", step="prove", login_id="yuki-1", password="Sample-Yuki-1"
    )

    assert (seen, "Sample-Yuki-1" in str(phone.page)) == (Seen(503, "away"), False)


async def test_link_page_says_that_the_carrier_is_away(
    phone: Browser,
    unsteady: Helpdesk,
    carrier: PickyCarrier,
    offer: Callable[[str, LinkRole], str],
):
    address = f"/link/holder?t={offer('eita', LinkRole.HOLDER)}"
    await phone.open(address)
    carrier.away = {"log_in"}

    seen = await phone.send(
        address, step="login", login_id="eita-1", password="Sample-Eita-1"
    )

    words = unsteady.catalog.my_page.carrier_away.sentence
    assert (seen, phone.says(words), phone.value("main a", "href")) == (
        Seen(503, "message"),
        True,
        address,
    )
