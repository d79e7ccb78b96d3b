"""My Page: the contract, and the user code behind a password typed just now."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from helpdesk.storage import tables
from tests.fakes import FakeClock
from tests.services.carrier_talk import link
from tests.web.browser import Browser, Seen
from tests.web.my_page_visits import facts, filled, log_in, press, tap

CONTRACT = Seen(200, "contract")
PASSWORD = Seen(200, "password")
YUKI_CODE = "31415926535897932"

Looks = Callable[[], list[tuple[str, str]]]


@pytest.fixture
def looks(helpdesk: Helpdesk) -> Looks:
    """Who has looked at which subscription's code, by the audit log."""

    def read() -> list[tuple[str, str]]:
        with helpdesk.database.engine.connect() as connection:
            rows = connection.execute(tables.audit.select()).all()
        return [(row.actor, row.subject) for row in rows if row.action == "code_shown"]

    return read


def code(browser: Browser) -> str | None:
    return browser.text("#user-code")


async def show(browser: Browser) -> Seen:
    await browser.open("/mypage/contract")
    return await press(browser, "show_code")


def left_today(browser: Browser) -> str | None:
    """What the page says of the reissues that are left."""
    return browser.text("#reissues-left")


# --- Facts ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        pytest.param(
            "yuki-1",
            {
                "電話番号": "下4桁5501",
                "利用開始日": "8月28日(金)",
                "プラン": "ベーシックプラン3GB（音声通話SIM）",
                "オプション": "LINEデータフリー",
                "回線": "ドコモ回線",
                "お申し込み": "Web申込・新しい番号",
            },
            id="Web, new",
        ),
        pytest.param(
            "kenji-1",
            {
                "電話番号": "下4桁3301",
                "利用開始日": "まだ決まっていません",
                "プラン": "LINEフリープラン1GB（データSIM）",
                "オプション": "なし",
                "回線": "ドコモ回線",
                "お申し込み": "Web申込・乗り換え（MNP）",
            },
            id="Web, MNP",
        ),
    ],
)
async def test_contract_is_shown_without_its_code(
    browser: Browser, looks: Looks, login: str, expected: dict[str, str]
):
    await log_in(browser, login)

    seen = await browser.open("/mypage/contract")

    assert (seen, facts(browser), code(browser), looks()) == (
        CONTRACT,
        expected,
        None,
        [],
    )


# --- The code -------------------------------------------------------------------------


async def test_code_is_shown_once_for_each_tap_after_a_login(
    browser: Browser, looks: Looks
):
    await log_in(browser, "yuki-1")

    seen = await show(browser), code(browser)
    await browser.open("/mypage/contract")
    after = code(browser)
    await press(browser, "show_code")

    assert (seen, after, code(browser)) == ((CONTRACT, YUKI_CODE), None, YUKI_CODE)
    assert looks() == [("my_page:yuki.1", "yuki.1")] * 2


async def test_customer_of_one_tap_types_the_password(
    browser: Browser, helpdesk: Helpdesk, looks: Looks
):
    await tap(browser, helpdesk, "yuki")

    asked = await show(browser), code(browser)
    seen = await press(browser, "login", login_id="yuki-1", password="Sample-Yuki-1")

    assert (asked, seen, code(browser)) == ((PASSWORD, None), CONTRACT, YUKI_CODE)
    assert (await show(browser), code(browser)) == (CONTRACT, YUKI_CODE)
    assert looks() == [("customer:yuki", "yuki.1")] * 2


@pytest.mark.parametrize("way", ["login", "tap"])
@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param(299, CONTRACT, id="before five minutes are over"),
        pytest.param(300, PASSWORD, id="when they are"),
    ],
)
async def test_password_counts_for_five_minutes(
    browser: Browser,
    helpdesk: Helpdesk,
    clock: FakeClock,
    way: str,
    seconds: int,
    expected: Seen,
):
    if way == "login":
        await log_in(browser, "yuki-1")
    else:
        await tap(browser, helpdesk, "yuki")
        await show(browser)
        await press(browser, "login", login_id="yuki-1", password="Sample-Yuki-1")
    clock.forward(seconds=seconds)

    assert await show(browser) == expected


@pytest.mark.parametrize(
    ("login", "password", "word"),
    [
        pytest.param("yuki-1", "x", "wrong_login", id="wrong password"),
        pytest.param("yuki-1", "", "missing_login", id="no password"),
    ],
)
async def test_wrong_password_shows_no_code(
    browser: Browser,
    helpdesk: Helpdesk,
    looks: Looks,
    login: str,
    password: str,
    word: str,
):
    await tap(browser, helpdesk, "yuki")
    await show(browser)

    seen = await press(browser, "login", login_id=login, password=password)

    error = getattr(helpdesk.catalog.wording, word)
    assert (seen, browser.value("#login-id", "value"), looks()) == (
        Seen(200, "password", error),
        login,
        [],
    )


async def test_login_of_another_subscription_shows_no_code(
    browser: Browser, helpdesk: Helpdesk, looks: Looks
):
    await tap(browser, helpdesk, "yuki")
    await show(browser)

    seen = await press(browser, "login", login_id="eita-1", password="Sample-Eita-1")

    error = helpdesk.catalog.my_page.other_login.format(number_last4="5501")
    assert (seen, looks()) == (Seen(200, "password", error), [])
    assert await show(browser) == PASSWORD


async def test_password_of_one_subscription_does_not_open_the_other(
    browser: Browser, helpdesk: Helpdesk
):
    link(helpdesk, "eita", "eita.1", [LinkRole.HOLDER])
    link(helpdesk, "eita", "eita.2", [LinkRole.HOLDER])
    await tap(browser, helpdesk, "eita")
    await show(browser)
    first = await press(browser, "login", login_id="eita-1", password="Sample-Eita-1")

    await browser.open("/mypage/contract?s=eita.2")

    assert (first, await press(browser, "show_code")) == (CONTRACT, PASSWORD)


async def test_five_wrong_passwords_lock(
    browser: Browser, helpdesk: Helpdesk, looks: Looks
):
    await tap(browser, helpdesk, "yuki")
    await show(browser)
    for _ in range(5):
        await press(browser, "login", login_id="yuki-1", password="wrong")

    seen = await press(browser, "login", login_id="yuki-1", password="Sample-Yuki-1")

    error = helpdesk.catalog.wording.login_locked.format(until="11:15")
    assert (seen, looks()) == (Seen(200, "password", error), [])


async def test_new_tap_forgets_the_password(browser: Browser, helpdesk: Helpdesk):
    await tap(browser, helpdesk, "yuki")
    await show(browser)
    await press(browser, "login", login_id="yuki-1", password="Sample-Yuki-1")

    await tap(browser, helpdesk, "yuki")

    assert await show(browser) == PASSWORD


# --- Reissue --------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["login", "tap"])
async def test_code_is_reissued_after_a_question(
    browser: Browser, helpdesk: Helpdesk, way: str
):
    if way == "login":
        await log_in(browser, "yuki-1")
    else:
        await tap(browser, helpdesk, "yuki")
    await browser.open("/mypage/contract")

    asked = await press(browser, "reissue")
    before = helpdesk.user_codes.show("yuki.1", "test")
    seen = await press(browser, "confirm")
    receipt = browser.text("#result")
    await browser.open("/mypage/contract")

    assert (asked, before, seen, receipt) == (
        Seen(200, "reissue"),
        YUKI_CODE,
        Seen(200, "receipt"),
        "利用コードを再設定しました",
    )
    assert "あと2回" in (left_today(browser) or "")
    assert helpdesk.user_codes.show("yuki.1", "test") != YUKI_CODE


async def test_reissue_that_is_not_confirmed_changes_nothing(
    browser: Browser, helpdesk: Helpdesk
):
    await log_in(browser, "yuki-1")
    await browser.open("/mypage/contract")
    await press(browser, "reissue")

    seen = await press(browser, "cancel")

    assert (seen, helpdesk.user_codes.show("yuki.1", "test")) == (CONTRACT, YUKI_CODE)


async def test_double_click_reissues_once(browser: Browser, helpdesk: Helpdesk):
    """The form names itself, so that it is one reissue however often it is sent."""
    await log_in(browser, "yuki-1")
    await browser.open("/mypage/contract")
    await press(browser, "reissue")
    url, form = filled(browser, "confirm")

    for _ in range(2):
        await browser.send(url, **form)

    assert helpdesk.user_codes.reissues_left("yuki.1") == 2


@pytest.mark.parametrize("step", ["reissue", "confirm_reissue"])
async def test_fourth_reissue_of_a_day_is_refused_until_the_next(
    browser: Browser, helpdesk: Helpdesk, clock: FakeClock, step: str
):
    await log_in(browser, "yuki-1")
    for _ in range(3):
        await browser.open("/mypage/contract")
        await press(browser, "reissue")
        await press(browser, "confirm")
    third = helpdesk.user_codes.show("yuki.1", "test")
    await browser.open("/mypage/contract")

    seen = await browser.send("/mypage/contract", step=step)
    left = left_today(browser)
    clock.forward(hours=13)
    await log_in(browser, "yuki-1")
    await browser.open("/mypage/contract")

    refusal = helpdesk.catalog.wording.no_reissue_left.format(limit=3)
    assert (seen, helpdesk.user_codes.show("yuki.1", "test")) == (
        Seen(200, "contract", "".join(refusal.split())),
        third,
    )
    assert ("上限" in (left or ""), "あと3回" in (left_today(browser) or "")) == (
        True,
        True,
    )
