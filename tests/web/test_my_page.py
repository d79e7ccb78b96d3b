"""My Page: whose it is, what it shows, reissue and unlinking."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from tests.fakes import FakeClock
from tests.web.browser import Browser, Seen

LOGIN = Seen(200, "login")
MY_PAGE = Seen(200, "my_page")
YUKI_CODE = "31415926535897932"
UNLINKED = "利用者連携を解除しました。"


async def log_in(browser: Browser, login: str, password: str | None = None) -> Seen:
    await browser.open("/mypage")
    if password is None:
        password = f"Sample-{login.capitalize()}"
    return await browser.send(
        "/mypage", step="login", login_id=login, password=password
    )


def code(browser: Browser) -> str | None:
    return browser.text("#user-code")


def notice(browser: Browser) -> str | None:
    return browser.text(".notice")


def asks(browser: Browser, what: str) -> bool:
    """Whether the page waits for a yes to a reissue or an unlink."""
    return bool(browser.page.select(f"#{what}-question"))


def left_today(browser: Browser) -> str | None:
    """How many reissues the page says are left; None if it names no number."""
    found = re.search(r"あと(\d+)回", browser.text("#reissues-left") or "")
    return found and found.group(1)


def link_id(helpdesk: Helpdesk, customer: str, role: LinkRole) -> str:
    return next(
        str(link.id)
        for link, _ in helpdesk.linking.links_of(customer)
        if link.role is role
    )


# --- Login ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("login", "last4", "order"),
    [
        pytest.param("yuki-1", "5501", "web_new", id="Web, new"),
        pytest.param("eita-2", "1102", "web_mnp", id="Web, MNP"),
        pytest.param("emi-1", "7701", "shop", id="shop"),
    ],
)
async def test_login_shows_the_contract_with_its_code(
    browser: Browser, helpdesk: Helpdesk, login: str, last4: str, order: str
):
    seen = await log_in(browser, login)

    order_words = getattr(helpdesk.catalog.wording.order, order)
    assert (seen, browser.says(last4), browser.texts("dd")[1], code(browser)) == (
        MY_PAGE,
        True,
        order_words,
        helpdesk.user_codes.show(login.replace("-", "."), "test"),
    )


async def test_links_are_shown_with_their_day(browser: Browser):
    await log_in(browser, "yuki-1")

    assert browser.texts(".link-row p") == [
        "契約者連携11月24日(火)から",
        "利用者連携11月24日(火)から",
    ]


async def test_page_without_login_shows_nothing(browser: Browser):
    seen = await browser.open("/mypage")

    assert (seen, code(browser), browser.texts("dd")) == (LOGIN, None, [])


@pytest.mark.parametrize(
    ("login", "password", "word"),
    [
        pytest.param("yuki-1", "x", "wrong_login", id="wrong password"),
        pytest.param("nobody", "Sample-Yuki-1", "wrong_login", id="unknown login"),
        pytest.param("yuki-1", "", "missing_login", id="no password"),
        pytest.param("", "x", "missing_login", id="no login"),
    ],
)
async def test_wrong_login_is_refused_and_the_id_stays(
    browser: Browser, helpdesk: Helpdesk, login: str, password: str, word: str
):
    seen = await log_in(browser, login, password)

    assert (seen, browser.value("#login-id", "value")) == (
        Seen(200, "login", getattr(helpdesk.catalog.wording, word)),
        login,
    )
    assert await browser.open("/mypage") == LOGIN


async def test_five_wrong_logins_lock_until_a_quarter_of_an_hour_is_over(
    browser: Browser, clock: FakeClock, helpdesk: Helpdesk
):
    for _ in range(5):
        await log_in(browser, "yuki-1", "wrong")

    locked = await log_in(browser, "yuki-1")
    clock.forward(minutes=15)
    later = await log_in(browser, "yuki-1")

    sentence = helpdesk.catalog.wording.login_locked.format(until="11:15")
    assert (locked, later) == (Seen(200, "login", sentence), MY_PAGE)


async def test_another_browser_sees_nothing(browser: Browser, other_browser: Browser):
    await log_in(browser, "yuki-1")

    assert (await other_browser.open("/mypage"), code(other_browser)) == (LOGIN, None)


async def test_logout_ends_the_session(browser: Browser):
    await log_in(browser, "yuki-1")

    seen = await browser.send("/mypage", step="logout")

    assert (seen, await browser.open("/mypage")) == (LOGIN, LOGIN)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param(1799, MY_PAGE, id="before half an hour is over"),
        pytest.param(1800, LOGIN, id="when it is"),
        pytest.param(1801, LOGIN, id="after"),
    ],
)
async def test_session_lasts_half_an_hour(
    browser: Browser, clock: FakeClock, seconds: int, expected: Seen
):
    await log_in(browser, "yuki-1")
    clock.forward(seconds=seconds)

    assert await browser.open("/mypage") == expected


@pytest.mark.parametrize("step", ["reissue", "confirm_reissue", "unlink", "nonsense"])
async def test_form_of_a_session_that_is_over_does_nothing(
    browser: Browser, clock: FakeClock, helpdesk: Helpdesk, step: str
):
    await log_in(browser, "yuki-1")
    clock.forward(minutes=30)

    seen = await browser.send("/mypage", step=step)

    assert (seen, helpdesk.user_codes.show("yuki.1", "test")) == (LOGIN, YUKI_CODE)


# --- Reissue --------------------------------------------------------------------------


async def test_reissue_asks_first(browser: Browser):
    await log_in(browser, "yuki-1")

    seen = await browser.send("/mypage", step="reissue")

    assert (seen, code(browser), asks(browser, "reissue")) == (MY_PAGE, YUKI_CODE, True)


async def test_reissue_that_is_not_confirmed_changes_nothing(browser: Browser):
    await log_in(browser, "yuki-1")
    await browser.send("/mypage", step="reissue")

    await browser.send("/mypage", step="cancel")

    assert (code(browser), asks(browser, "reissue")) == (YUKI_CODE, False)


async def test_confirmed_reissue_shows_the_new_code(
    browser: Browser, helpdesk: Helpdesk
):
    await log_in(browser, "yuki-1")
    left = left_today(browser)

    seen = await browser.send("/mypage", step="confirm_reissue")

    shown = code(browser)
    assert (seen, notice(browser), left, left_today(browser)) == (
        MY_PAGE,
        helpdesk.catalog.wording.code_reissued,
        "3",
        "2",
    )
    assert (shown != YUKI_CODE, shown) == (
        True,
        helpdesk.user_codes.show("yuki.1", "test"),
    )


@pytest.mark.parametrize(
    "step",
    [
        pytest.param("confirm_reissue", id="after the question"),
        pytest.param("reissue", id="before the question"),
    ],
)
async def test_fourth_reissue_of_a_day_is_refused(
    browser: Browser, helpdesk: Helpdesk, step: str
):
    await log_in(browser, "yuki-1")
    for _ in range(3):
        await browser.send("/mypage", step="confirm_reissue")
    third = code(browser)

    seen = await browser.send("/mypage", step=step)

    refusal = helpdesk.catalog.wording.no_reissue_left.format(limit=3)
    assert (seen, code(browser), asks(browser, "reissue"), left_today(browser)) == (
        Seen(200, "my_page", "".join(refusal.split())),
        third,
        False,
        None,
    )


async def test_double_click_reissues_once(browser: Browser, helpdesk: Helpdesk):
    """The form names itself, so that it is one reissue however often it is sent."""
    await log_in(browser, "yuki-1")
    await browser.send("/mypage", step="reissue")
    form = {
        str(each["name"]): str(each["value"])
        for each in browser.page.select(".question form")[0].select("input")
    }

    for _ in range(2):
        await browser.send("/mypage", **form)

    assert helpdesk.user_codes.reissues_left("yuki.1") == 2


async def test_day_after_has_reissues_again(browser: Browser, clock: FakeClock):
    await log_in(browser, "yuki-1")
    for _ in range(3):
        await browser.send("/mypage", step="confirm_reissue")
    clock.forward(hours=13)

    await log_in(browser, "yuki-1")

    assert left_today(browser) == "3"


# --- Unlinking ------------------------------------------------------------------------


async def test_unlink_asks_first_then_ends_the_link(
    browser: Browser, helpdesk: Helpdesk, links: Callable[[str], list[tuple[str, str]]]
):
    link = link_id(helpdesk, "yuki", LinkRole.END_USER)
    await log_in(browser, "yuki-1")

    await browser.send("/mypage", step="unlink", link_id=link)
    asked, before = asks(browser, "unlink"), links("yuki")
    seen = await browser.send("/mypage", step="confirm_unlink", link_id=link)

    assert (asked, before) == (True, [("yuki.1", "holder"), ("yuki.1", "end_user")])
    assert (seen, notice(browser), links("yuki"), browser.texts(".link-row p")) == (
        MY_PAGE,
        UNLINKED,
        [("yuki.1", "holder")],
        ["契約者連携11月24日(火)から"],
    )


async def test_link_that_has_ended_meanwhile_is_no_error(
    browser: Browser, helpdesk: Helpdesk
):
    link = link_id(helpdesk, "yuki", LinkRole.HOLDER)
    await log_in(browser, "yuki-1")
    helpdesk.linking.unlink("yuki", int(link))

    seen = await browser.send("/mypage", step="confirm_unlink", link_id=link)

    assert (seen, notice(browser)) == (MY_PAGE, None)


@pytest.mark.parametrize("link", ["", "nonsense", "-1", "999999"])
async def test_link_that_never_was_ends_nothing(
    browser: Browser, links: Callable[[str], list[tuple[str, str]]], link: str
):
    await log_in(browser, "yuki-1")

    seen = await browser.send("/mypage", step="confirm_unlink", link_id=link)

    assert (seen, links("yuki")) == (
        MY_PAGE,
        [("yuki.1", "holder"), ("yuki.1", "end_user")],
    )


async def test_link_of_another_contract_is_out_of_reach(
    browser: Browser, helpdesk: Helpdesk, links: Callable[[str], list[tuple[str, str]]]
):
    other = link_id(helpdesk, "hiro", LinkRole.END_USER)
    await log_in(browser, "yuki-1")

    seen = await browser.send("/mypage", step="confirm_unlink", link_id=other)

    assert (seen, notice(browser), links("hiro")) == (
        MY_PAGE,
        None,
        [("hiro.1", "end_user")],
    )


async def test_holder_sees_and_ends_the_link_of_another_end_user(
    browser: Browser, helpdesk: Helpdesk, links: Callable[[str], list[tuple[str, str]]]
):
    helpdesk.linking.link("aiko", "eita.2", LinkRole.END_USER)
    link = link_id(helpdesk, "aiko", LinkRole.END_USER)
    await log_in(browser, "eita-2")

    await browser.send("/mypage", step="confirm_unlink", link_id=link)

    assert (notice(browser), links("aiko")) == (UNLINKED, [])
