"""My Page: the home and the data, for each kind of viewer and each state of the data."""

from __future__ import annotations

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.data_balance import DailyUse, DataBalance
from helpdesk.domain.months import Month
from helpdesk.web.my_page_data import Bar, Piece, bars, pieces
from tests.fakes import NOW, FakeClock, japan
from tests.services.carrier_talk import set_balance
from tests.web.browser import Browser
from tests.web.my_page_visits import log_in, tap

SLOW = "データ残量がなくなりました。月末まで、通信速度は最大200kbpsです。"


def parts(browser: Browser) -> list[tuple[str, str, str]]:
    """Name, what is left, until when; in the order shown."""
    return [
        tuple(
            "".join(found.get_text().split()) if found else ""
            for found in (
                item.select_one(".part-name"),
                item.select_one(".part-left"),
                item.select_one(".part-until"),
            )
        )
        for item in browser.page.select(".parts li")
    ]


# --- Home -----------------------------------------------------------------------------


async def test_home_shows_data_plan_charge_and_notices(browser: Browser):
    await log_in(browser, "yuki-1")

    assert browser.texts(".figure") == ["あと1.3GB", "今日まで3,168円（税込）"]
    assert browser.says("ベーシックプラン 3GB 月額 1,628円（税込）")
    assert browser.texts(".rows li") == [
        "11月3日(火)料金確定のお知らせ",
        "10月3日(土)料金確定のお知らせ",
        "9月3日(木)料金確定のお知らせ",
    ]


async def test_home_of_an_end_user_says_nothing_of_money(
    browser: Browser, helpdesk: Helpdesk
):
    await tap(browser, helpdesk, "hiro")

    main = browser.text("main") or ""
    assert (browser.texts("h2"), "円" in main, "プラン" in main) == (
        ["データ残量"],
        False,
        True,
    )
    assert browser.says("契約した方（契約者）のマイページで見られます")


async def test_failed_payment_leads_to_its_bill(browser: Browser):
    await log_in(browser, "hiro-1")

    assert browser.texts("h2")[0] == "お支払いを確認できませんでした"
    assert browser.value(".urgent a", "href") == "/mypage/bills?m=2026-10"
    assert browser.texts(".rows li")[0] == "11月6日(金)お支払い失敗のお知らせ"


@pytest.mark.parametrize(
    ("login", "words"),
    [
        pytest.param("kenji-1", "利用開始日は、まだ決まっていません。", id="unknown"),
        pytest.param("mika-1", "利用開始日は、11月26日(木)です。", id="not yet"),
    ],
)
async def test_home_before_the_start_says_when_it_is(
    browser: Browser, login: str, words: str
):
    await log_in(browser, login)

    assert browser.says(words)


async def test_home_tells_of_a_plan_that_is_to_come(
    browser: Browser, helpdesk: Helpdesk
):
    helpdesk.carrier.change_plan("yuki.1", "basic_6gb_voice", "a change")

    await log_in(browser, "yuki-1")

    assert browser.says("12月1日(火)からベーシックプラン 6GBに変わります。")


async def test_home_on_the_first_of_a_month_has_the_months_own_charge(
    browser: Browser, clock: FakeClock
):
    clock.set(japan(2026, 12, 1))

    await log_in(browser, "yuki-1")

    assert browser.says("1月3日(日)ごろに確定します。")


# --- Data -----------------------------------------------------------------------------


async def test_data_are_shown_by_part_in_the_order_of_use(
    browser: Browser, helpdesk: Helpdesk
):
    set_balance(helpdesk, "yuki.1", DataBalance(1200, 500, 800, 1000))

    await log_in(browser, "yuki-1")
    await browser.open("/mypage/data")

    assert browser.texts(".figure") == ["あと3.5GB", "今月2.6GB"]
    assert parts(browser) == [
        ("前月繰越", "1.2GB", "11月30日(月)まで"),
        ("データプレゼント", "500MB", "11月30日(月)まで"),
        ("基本データ量", "0.8GB", "余りは翌月に繰り越し、12月31日(木)まで使えます"),
        ("データ量の追加", "1GB", "12月31日(木)まで"),
    ]
    assert browser.says("残量が0でも高速のまま")
    assert not browser.says(SLOW)


async def test_parts_that_are_empty_have_no_end(browser: Browser, helpdesk: Helpdesk):
    set_balance(helpdesk, "yuki.1", DataBalance())

    await log_in(browser, "yuki-1")
    await browser.open("/mypage/data")

    assert {each[1:] for each in parts(browser)} == {("0MB", "")}


async def test_holder_without_data_is_led_to_buying(
    browser: Browser, helpdesk: Helpdesk
):
    set_balance(helpdesk, "yuki.1", DataBalance())

    await log_in(browser, "yuki-1")

    assert browser.says(SLOW)
    assert browser.value(".card a", "href") == "/mypage/add"


async def test_end_user_without_data_is_led_to_the_holder(
    browser: Browser, helpdesk: Helpdesk
):
    await tap(browser, helpdesk, "hiro")
    await browser.open("/mypage/data")

    assert browser.says(SLOW)
    assert browser.says("データ量の追加は、契約した方（契約者）にお願いしてください。")
    assert browser.page.select("a[href*='/add']") == []


async def test_chart_has_its_title_and_the_same_in_a_table(browser: Browser):
    await log_in(browser, "yuki-1")
    await browser.open("/mypage/data")

    rows = browser.texts(".table tbody tr")
    assert (browser.text("svg title"), len(rows), rows[0], rows[-1]) == (
        "この30日間の利用量",
        30,
        "11月24日(火)56MB",
        "10月26日(月)100MB",
    )
    assert len(browser.page.select(".chart-bar")) == 30


async def test_page_without_any_use_says_so(browser: Browser, helpdesk: Helpdesk):
    await log_in(browser, "kenji-1")
    await browser.open("/mypage/data")

    assert (browser.page.select(".chart"), browser.says("利用は、まだありません")) == (
        [],
        True,
    )


# --- The drawing ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("balance", "expected"),
    [
        pytest.param(DataBalance(), [], id="nothing"),
        pytest.param(DataBalance(basic=3000), [Piece("basic", 0, 1000)], id="full"),
        pytest.param(
            DataBalance(300, 0, 1500, 300),
            [
                Piece("carried", 0, 100),
                Piece("basic", 100, 500),
                Piece("bought", 600, 100),
            ],
            id="some",
        ),
        pytest.param(
            DataBalance(3000, 0, 3000, 0),
            [Piece("carried", 0, 500), Piece("basic", 500, 500)],
            id="more than the plan",
        ),
    ],
)
def test_bar_shows_the_parts_of_the_plan(balance: DataBalance, expected: list[Piece]):
    assert pieces(balance, 3000) == expected


def test_highest_day_is_as_high_as_the_chart_and_the_lowest_can_be_seen():
    day = Month.at(NOW).first_day
    uses = [DailyUse(day, megabytes) for megabytes in (0, 1000, 1, 500)]

    assert bars(uses, 1000) == [
        Bar(uses[1], 11, 0.0, 96.0),
        Bar(uses[2], 21, 95.0, 1.0),
        Bar(uses[3], 31, 48.0, 48.0),
    ]
