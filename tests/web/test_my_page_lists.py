"""My Page: bills, gifts, links and news, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.data_balance import DataBalance
from helpdesk.domain.linking import LinkRole
from helpdesk.storage import tables
from tests.fakes import FakeClock, japan
from tests.services.carrier_talk import link, set_balance, set_network
from tests.web.browser import Browser, Seen
from tests.web.my_page_visits import facts, log_in, press, tap

GIFTS = Seen(200, "gifts")
LINKS = Seen(200, "links")
UNLINKED = "利用者連携を解除しました。"
BOTH = [("yuki.1", "holder"), ("yuki.1", "end_user")]


def notice(browser: Browser) -> str | None:
    return browser.text(".notice")


def asks(browser: Browser) -> bool:
    """Whether the page waits for a yes."""
    return bool(browser.page.select(".question"))


def link_id(helpdesk: Helpdesk, customer: str, role: LinkRole) -> str:
    return next(
        str(each.id)
        for each, _ in helpdesk.linking.links_of(customer)
        if each.role is role
    )


# --- 料金明細 ---------------------------------------------------------------------------


async def test_months_are_listed_with_state_and_sum(browser: Browser):
    await log_in(browser, "yuki-1")
    await browser.open("/mypage/bills")

    assert browser.texts(".months li") == [
        "2026年11月ご利用分確定前3,168円（税込）",
        "2026年10月ご利用分お支払い済み2,508円（税込）",
        "2026年9月ご利用分お支払い済み3,938円（税込）",
        "2026年8月ご利用分お支払い済み1,628円（税込）",
    ]


async def test_month_is_shown_by_its_items(browser: Browser):
    await log_in(browser, "yuki-1")

    seen = await browser.open("/mypage/bills?m=2026-11")

    assert (seen, browser.texts(".bill tr")[1:], browser.text(".state")) == (
        Seen(200, "bill"),
        [
            "ベーシックプラン3GB1,628円（税込）",
            "LINEデータフリー0円（税込）",
            "通話料（10月分）1,540円（税込）",
            "合計3,168円（税込）",
        ],
        "確定前",
    )
    assert facts(browser) == {
        "確定": "12月3日(木)ごろの予定（確定までは、金額が変わることがあります）",
        "請求（決済）": "12月5日(土)の予定",
    }


@pytest.mark.parametrize(
    ("at", "state", "charged"),
    [
        pytest.param(
            japan(2026, 12, 2, 23), "確定前", "12月5日(土)の予定", id="before"
        ),
        pytest.param(japan(2026, 12, 3), "確定", "12月5日(土)の予定", id="fixed"),
        pytest.param(japan(2026, 12, 5), "お支払い済み", "12月5日(土)", id="charged"),
    ],
)
async def test_state_of_a_month_follows_the_day(
    browser: Browser, clock: FakeClock, at: object, state: str, charged: str
):
    clock.set(at)
    await log_in(browser, "yuki-1")
    await browser.open("/mypage/bills?m=2026-11")

    assert (browser.text(".state"), facts(browser)["請求（決済）"]) == (state, charged)


async def test_failed_payment_says_what_follows_and_what_to_do(browser: Browser):
    await log_in(browser, "hiro-1")
    await browser.open("/mypage/bills?m=2026-10")

    assert (browser.text(".state"), browser.text(".urgent h2")) == (
        "お支払い失敗",
        "お支払いを確認できませんでした",
    )
    assert browser.says("回線が止まります")
    assert browser.says("オペレーター")


@pytest.mark.parametrize("month", ["2019-01", "nonsense", "", "2026-13"])
async def test_month_without_a_bill_is_not_found(browser: Browser, month: str):
    await log_in(browser, "yuki-1")

    assert await browser.open(f"/mypage/bills?m={month}") == Seen(404, "message")


async def test_no_bills_are_said_to_be_none(browser: Browser):
    await log_in(browser, "kenji-1")
    seen = await browser.open("/mypage/bills")

    assert (seen, browser.says("料金は、まだありません。")) == (
        Seen(200, "bills"),
        True,
    )


# --- データプレゼント ---------------------------------------------------------------------


@pytest.mark.parametrize("way", ["login", "holder"])
async def test_gifts_are_for_who_uses_the_line(
    browser: Browser, helpdesk: Helpdesk, way: str
):
    if way == "login":
        await log_in(browser, "eita-1")
    else:
        link(helpdesk, "eita", "eita.1", [LinkRole.HOLDER])
        await tap(browser, helpdesk, "eita")

    seen = await browser.open("/mypage/gifts")

    assert (seen, browser.texts("h2")) == (GIFTS, ["利用者連携をした方が使えます"])


async def test_gift_is_shown_with_its_code_until_it_is_accepted(
    browser: Browser, other_browser: Browser, helpdesk: Helpdesk
):
    _, code = helpdesk.gifts.offer("yuki", "yuki.1", 500, "a gift")
    await tap(browser, helpdesk, "yuki")
    await tap(other_browser, helpdesk, "hiro")

    await browser.open("/mypage/gifts")
    offered = browser.texts(".links p")
    helpdesk.gifts.accept("hiro", code, "hiro.1")
    await browser.open("/mypage/gifts")
    await other_browser.open("/mypage/gifts")

    assert offered == [
        "500MB受け取り待ち11月24日(火)11:0011月25日(水)11:00まで受け取れます",
        f"相手に伝えるコード：{code}",
    ]
    assert (browser.texts(".links p"), other_browser.texts(".links p")) == (
        ["500MB受け取り済み11月24日(火)11:00"],
        ["500MB受け取り済み11月24日(火)11:00に届いたプレゼント"],
    )


async def test_gift_is_taken_back_after_a_question(
    browser: Browser, helpdesk: Helpdesk
):
    gift, _ = helpdesk.gifts.offer("yuki", "yuki.1", 500, "a gift")
    await tap(browser, helpdesk, "yuki")
    await browser.open("/mypage/gifts")

    await press(browser, "withdraw")
    asked, before = asks(browser), helpdesk.gifts.get(gift.id).state.value
    seen = await press(browser, "confirm")

    assert (asked, before, seen, notice(browser)) == (
        True,
        "offered",
        GIFTS,
        "データプレゼントを取り消しました。",
    )
    assert helpdesk.gifts.get(gift.id).state.value == "withdrawn"


async def test_gift_that_was_accepted_meanwhile_is_not_taken_back(
    browser: Browser, helpdesk: Helpdesk
):
    _, code = helpdesk.gifts.offer("yuki", "yuki.1", 500, "a gift")
    await tap(browser, helpdesk, "yuki")
    await browser.open("/mypage/gifts")
    await press(browser, "withdraw")
    helpdesk.gifts.accept("hiro", code, "hiro.1")

    seen = await press(browser, "confirm")

    error = helpdesk.catalog.my_page.gift_over.format(state="受け取り済み")
    assert seen == Seen(200, "gifts", error)


@pytest.mark.parametrize("gift", ["another's", "", "x", "-1", "999999", "9" * 30])
async def test_gift_of_somebody_else_is_out_of_reach(
    browser: Browser, helpdesk: Helpdesk, gift: str
):
    found, _ = helpdesk.gifts.offer("yuki", "yuki.1", 500, "a gift")
    await tap(browser, helpdesk, "hiro")
    await browser.open("/mypage/gifts")

    seen = await browser.send(
        "/mypage/gifts",
        step="confirm_withdraw",
        gift=str(found.id) if gift == "another's" else gift,
    )

    error = helpdesk.catalog.my_page.gift_unknown
    assert (seen, helpdesk.gifts.get(found.id).state.value) == (
        Seen(200, "gifts", error),
        "offered",
    )


async def test_gift_whose_time_is_over_says_so(
    browser: Browser, helpdesk: Helpdesk, clock: FakeClock
):
    helpdesk.gifts.offer("yuki", "yuki.1", 500, "a gift")
    clock.forward(hours=24)
    await tap(browser, helpdesk, "yuki")

    await browser.open("/mypage/gifts")

    assert browser.texts(".links p") == ["500MB期限切れ11月24日(火)11:00"]


@pytest.mark.parametrize(
    ("basic", "words"),
    [
        pytest.param(800, "いま贈れるのは、500MBから0.8GBまでです。", id="enough"),
        pytest.param(499, "贈れるのは500MBからです。", id="too little"),
    ],
)
async def test_how_much_can_be_given_is_said(
    browser: Browser, helpdesk: Helpdesk, basic: int, words: str
):
    set_balance(helpdesk, "yuki.1", DataBalance(basic=basic))
    await tap(browser, helpdesk, "yuki")

    await browser.open("/mypage/gifts")

    assert browser.says(words)


async def test_network_without_gifts_is_said(browser: Browser, helpdesk: Helpdesk):
    set_network(helpdesk, "hiro.1", "au")
    await tap(browser, helpdesk, "hiro")

    await browser.open("/mypage/gifts")

    assert browser.says(helpdesk.catalog.my_page.gift_network)


async def test_on_line_the_way_leads_back_to_the_talk(
    browser: Browser, helpdesk: Helpdesk
):
    browser.http.headers["user-agent"] = "Mozilla/5.0 Line/14.0.0"
    await tap(browser, helpdesk, "yuki")

    await browser.open("/mypage/gifts")

    assert (browser.says("この画面を閉じて、トークで"), browser.page.select("a[href='/chat']")) == (True, [])  # fmt: skip


# --- 連携 -------------------------------------------------------------------------------


async def test_both_roles_are_shown_with_their_day(
    browser: Browser, other_browser: Browser, helpdesk: Helpdesk
):
    await tap(browser, helpdesk, "yuki")
    await browser.open("/mypage/links")
    await log_in(other_browser, "hiro-1")
    await other_browser.open("/mypage/links")

    assert browser.texts(".link-row p") == [
        "契約者連携11月24日(火)から連携しています（このアカウント）",
        "利用者連携11月24日(火)から連携しています（このアカウント）",
    ]
    assert other_browser.texts(".link-row p") == [
        "契約者連携連携していません。トークで「契約者連携」と送ると、お手続きをご案内します。",
        "利用者連携11月24日(火)から連携しています",
    ]


async def test_past_links_are_told_without_whose_they_were(
    browser: Browser, helpdesk: Helpdesk, clock: FakeClock
):
    clock.forward(days=1)
    link(helpdesk, "aiko", "hiro.1", [LinkRole.END_USER])
    clock.forward(days=1)
    helpdesk.linking.unlink("aiko", int(link_id(helpdesk, "aiko", LinkRole.END_USER)))
    await log_in(browser, "hiro-1")

    await browser.open("/mypage/links")

    assert browser.texts(".rows li") == [
        "11月25日(水)〜11月26日(木)利用者連携",
        "11月24日(火)〜11月25日(水)利用者連携",
    ]
    assert not browser.says("aiko")


@pytest.mark.parametrize(("way", "actor"), [("login", "my_page:yuki.1"), ("tap", "customer:yuki")])  # fmt: skip
async def test_link_is_ended_after_a_question(
    browser: Browser,
    helpdesk: Helpdesk,
    links: Callable[[str], list[tuple[str, str]]],
    way: str,
    actor: str,
):
    found = link_id(helpdesk, "yuki", LinkRole.END_USER)
    if way == "login":
        await log_in(browser, "yuki-1")
    else:
        await tap(browser, helpdesk, "yuki")
    await browser.open("/mypage/links")

    await browser.send("/mypage/links", step="unlink", link_id=found)
    asked, before = asks(browser), links("yuki")
    seen = await press(browser, "confirm")

    with helpdesk.database.engine.connect() as connection:
        rows = connection.execute(tables.audit.select()).all()
    ended = [row.actor for row in rows if row.action == "unlinked"]
    assert (asked, before, ended) == (True, BOTH, [actor])
    assert (seen, notice(browser), links("yuki")) == (
        LINKS,
        UNLINKED,
        [("yuki.1", "holder")],
    )


async def test_own_holder_link_that_ends_closes_the_page(
    browser: Browser, helpdesk: Helpdesk
):
    await tap(browser, helpdesk, "yuki")
    await browser.open("/mypage/links")
    await press(browser, "unlink")

    seen = await press(browser, "confirm")

    assert (seen, browser.text("h1")) == (
        Seen(200, "message"),
        "契約者連携を解除しました",
    )
    assert await browser.open("/mypage/links") == Seen(403, "message")


async def test_question_that_is_not_confirmed_ends_nothing(
    browser: Browser, links: Callable[[str], list[tuple[str, str]]]
):
    await log_in(browser, "yuki-1")
    await browser.open("/mypage/links")
    await press(browser, "unlink")

    seen = await press(browser, "cancel")

    assert (seen, asks(browser), links("yuki")) == (LINKS, False, BOTH)


async def test_link_that_has_ended_meanwhile_is_no_error(
    browser: Browser, helpdesk: Helpdesk
):
    found = link_id(helpdesk, "yuki", LinkRole.HOLDER)
    await log_in(browser, "yuki-1")
    helpdesk.linking.unlink("yuki", int(found))
    await browser.open("/mypage/links")

    seen = await browser.send("/mypage/links", step="confirm_unlink", link_id=found)

    assert (seen, notice(browser)) == (LINKS, None)


@pytest.mark.parametrize("found", ["", "nonsense", "-1", "999999", "another's"])
async def test_link_of_another_contract_is_out_of_reach(
    browser: Browser,
    helpdesk: Helpdesk,
    links: Callable[[str], list[tuple[str, str]]],
    found: str,
):
    other = link_id(helpdesk, "hiro", LinkRole.END_USER)
    await log_in(browser, "yuki-1")
    await browser.open("/mypage/links")

    seen = await browser.send(
        "/mypage/links",
        step="confirm_unlink",
        link_id=other if found == "another's" else found,
    )

    assert (seen, notice(browser), links("hiro"), links("yuki")) == (
        LINKS,
        None,
        [("hiro.1", "end_user")],
        BOTH,
    )


async def test_holder_ends_the_link_of_another_end_user(
    browser: Browser, helpdesk: Helpdesk, links: Callable[[str], list[tuple[str, str]]]
):
    link(helpdesk, "aiko", "eita.2", [LinkRole.END_USER])
    await log_in(browser, "eita-2")
    await browser.open("/mypage/links")
    await press(browser, "unlink")

    await press(browser, "confirm")

    assert (notice(browser), links("aiko")) == (UNLINKED, [])


# --- お知らせの設定 -----------------------------------------------------------------------


async def test_news_are_switched_on_and_off(browser: Browser, helpdesk: Helpdesk):
    await tap(browser, helpdesk, "yuki")
    await browser.open("/mypage/notices")
    before = browser.texts(".state")

    await press(browser, "choose")
    on = notice(browser), [each.is_on for each in helpdesk.notices.choices("yuki")]
    await press(browser, "choose")
    off = notice(browser), [each.is_on for each in helpdesk.notices.choices("yuki")]

    title = helpdesk.notices.choices("yuki")[0].title
    words = helpdesk.catalog.my_page
    assert (before, on, off) == (
        ["オフ"] * len(before),
        (words.notice_on.format(title=title), [True] + [False] * (len(before) - 1)),
        (words.notice_off.format(title=title), [False] * len(before)),
    )


async def test_end_user_is_offered_the_news_of_data_alone(
    browser: Browser, helpdesk: Helpdesk
):
    await tap(browser, helpdesk, "hiro")
    await browser.open("/mypage/notices")

    seen = await browser.send(
        "/mypage/notices", step="choose", kind="bill_fixed", is_on="1"
    )

    offered = {str(each["value"]) for each in browser.page.select("[name=kind]")}
    assert (seen, "bill_fixed" in offered, bool(offered)) == (
        Seen(200, "notices"),
        False,
        True,
    )
    assert not any(each.is_on for each in helpdesk.notices.choices("hiro"))


async def test_news_need_a_talk(browser: Browser):
    await log_in(browser, "yuki-1")

    seen = await browser.open("/mypage/notices")
    sent = await browser.send(
        "/mypage/notices", step="choose", kind="bill_fixed", is_on="1"
    )

    assert (seen, sent, browser.texts("h2"), browser.texts(".state")) == (
        Seen(200, "notices"),
        Seen(200, "notices"),
        ["トークから開くと設定できます"],
        [],
    )
