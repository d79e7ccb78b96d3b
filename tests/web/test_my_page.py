"""My Page: the ways in, how long they are open, and who may see which page."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from itsdangerous import TimestampSigner

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from tests.fakes import FakeClock
from tests.services.carrier_talk import link
from tests.web.browser import Browser, Seen
from tests.web.my_page_visits import (
    HOLDERS_PAGES,
    PAGES,
    log_in,
    menu,
    press,
    tap,
    ticket,
)

LOGIN = Seen(200, "login")
HOME = Seen(200, "home")
REFUSED = Seen(403, "message")
END_USERS_PAGES = [each for each in PAGES if each not in HOLDERS_PAGES]
LINE_CRAWLER = "facebookexternalhit/1.1;line-poker/1.0"


def is_closed(browser: Browser, helpdesk: Helpdesk, seen: Seen) -> bool:
    """Whether it is the login, which says that a used address opens nothing."""
    words = "".join(helpdesk.catalog.my_page.ticket_over.split())
    return (seen, browser.text("[role=status]")) == (LOGIN, words)


# --- Login ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("login", "last4"), [("yuki-1", "5501"), ("eita-2", "1102"), ("emi-1", "7701")]
)
async def test_login_shows_its_own_subscription(
    browser: Browser, login: str, last4: str
):
    seen = await log_in(browser, login)

    assert (seen, browser.says(last4), menu(browser)) == (HOME, True, list(PAGES))


@pytest.mark.parametrize("page", ["", *PAGES, "receipt"])
async def test_page_without_login_shows_the_login(browser: Browser, page: str):
    seen = await browser.open(f"/mypage/{page}".rstrip("/"))

    assert (seen, browser.texts("dd"), menu(browser)) == (LOGIN, [], [])


async def test_login_leads_to_the_page_that_was_wanted(browser: Browser):
    await browser.open("/mypage/bills")

    seen = await press(browser, "login", login_id="yuki-1", password="Sample-Yuki-1")

    assert seen == Seen(200, "bills")


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
    assert (locked, later) == (Seen(200, "login", sentence), HOME)


async def test_another_browser_sees_nothing(browser: Browser, other_browser: Browser):
    await log_in(browser, "yuki-1")

    assert await other_browser.open("/mypage") == LOGIN


async def test_logout_ends_the_session(browser: Browser):
    await log_in(browser, "yuki-1")

    seen = await press(browser, "logout")

    assert (seen, await browser.open("/mypage")) == (LOGIN, LOGIN)


@pytest.mark.parametrize("way", ["login", "tap"])
@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param(1799, HOME, id="before half an hour is over"),
        pytest.param(1800, LOGIN, id="when it is"),
        pytest.param(1801, LOGIN, id="after"),
    ],
)
async def test_session_lasts_half_an_hour(
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
    clock.forward(seconds=seconds)

    assert await browser.open("/mypage") == expected


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        pytest.param(["yuki.1", "2026-11-24T02:00:00+00:00"], LOGIN, id="older"),
        pytest.param(
            {"login": "yuki.1", "at": "2026-11-24T02:00:00+00:00"}, HOME, id="of now"
        ),
    ],
)
async def test_cookie_of_an_older_version_opens_nothing(
    browser: Browser, helpdesk: Helpdesk, kept: object, expected: Seen
):
    signer = TimestampSigner(helpdesk.settings.secret_key)
    content = b64encode(json.dumps({"my_page": kept}).encode())
    browser.http.headers["cookie"] = f"helpdesk={signer.sign(content).decode()}"

    assert await browser.open("/mypage") == expected


@pytest.mark.parametrize("page", ["", *PAGES])
async def test_forged_form_does_nothing(browser: Browser, page: str):
    await log_in(browser, "yuki-1")

    seen = await browser.send(
        f"/mypage/{page}".rstrip("/"), csrf="forged", step="choose"
    )

    assert seen == REFUSED


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("step", ["nonsense", "", "cancel"])
async def test_form_without_sense_shows_the_page_again(
    browser: Browser, page: str, step: str
):
    await log_in(browser, "yuki-1")

    assert await browser.send(f"/mypage/{page}", step=step) == Seen(200, page)


# --- One tap --------------------------------------------------------------------------


async def test_tap_opens_my_page_without_the_token_in_its_address(
    browser: Browser, helpdesk: Helpdesk
):
    response = await browser.http.get(ticket(helpdesk, "yuki"))

    assert [str(each.headers["location"]) for each in response.history] == ["/mypage"]
    assert (response.status_code, str(response.url)) == (
        200,
        "http://help.example/mypage",
    )


async def test_tap_on_a_page_below_opens_that_page(
    browser: Browser, helpdesk: Helpdesk
):
    address = ticket(helpdesk, "yuki").replace("/mypage?", "/mypage/bills?m=2026-10&")

    seen = await browser.open(address)

    assert seen == Seen(200, "bill")


@pytest.mark.parametrize(
    ("seconds", "opens"),
    [
        pytest.param(299, True, id="before five minutes are over"),
        pytest.param(300, False, id="when they are"),
    ],
)
async def test_address_is_good_for_five_minutes(
    browser: Browser, helpdesk: Helpdesk, clock: FakeClock, seconds: int, opens: bool
):
    address = ticket(helpdesk, "yuki")
    clock.forward(seconds=seconds)

    seen = await browser.open(address)

    assert (seen == HOME, is_closed(browser, helpdesk, seen)) == (opens, not opens)


async def test_used_address_opens_nothing_elsewhere(
    browser: Browser, other_browser: Browser, helpdesk: Helpdesk
):
    address = ticket(helpdesk, "yuki")
    await browser.open(address)

    seen = await other_browser.open(address)

    assert is_closed(other_browser, helpdesk, seen)


async def test_used_address_goes_on_where_it_was_opened(
    browser: Browser, helpdesk: Helpdesk
):
    address = ticket(helpdesk, "yuki")
    await browser.open(address)

    assert await browser.open(address) == HOME


async def test_forgotten_address_goes_on_where_somebody_is_in(
    browser: Browser, helpdesk: Helpdesk, clock: FakeClock
):
    address = ticket(helpdesk, "yuki")
    await browser.open(address)
    clock.forward(minutes=6)
    helpdesk.my_page_access.forget()

    assert await browser.open(address) == HOME


async def test_used_address_of_another_customer_goes_on_nowhere(
    browser: Browser, other_browser: Browser, helpdesk: Helpdesk
):
    address = ticket(helpdesk, "hiro")
    await other_browser.open(address)
    await tap(browser, helpdesk, "yuki")

    seen = await browser.open(address)

    assert is_closed(browser, helpdesk, seen)


@pytest.mark.parametrize("token", ["nonsense", "../etc", "%00", "x" * 500])
async def test_address_that_never_was_opens_nothing(
    browser: Browser, helpdesk: Helpdesk, token: str
):
    seen = await browser.open(f"/mypage?t={token}")

    assert is_closed(browser, helpdesk, seen)


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        pytest.param("HEAD", {}, id="head"),
        pytest.param("GET", {"user-agent": LINE_CRAWLER}, id="preview of LINE"),
        pytest.param("GET", {"user-agent": "Slackbot-LinkExpanding 1.0"}, id="bot"),
        pytest.param("GET", {"user-agent": "WhatsApp/2.23"}, id="WhatsApp"),
        pytest.param("GET", {"purpose": "prefetch"}, id="prefetch"),
        pytest.param("GET", {"sec-purpose": "prefetch;prerender"}, id="prerender"),
    ],
)
async def test_program_that_only_looks_uses_nothing_up(
    browser: Browser,
    other_browser: Browser,
    helpdesk: Helpdesk,
    method: str,
    headers: dict[str, str],
):
    address = ticket(helpdesk, "yuki")

    looked = await other_browser.http.request(method, address, headers=headers)

    assert (looked.status_code, "5501" in looked.text) == (200, False)
    assert await browser.open(address) == HOME


async def test_person_who_looks_like_a_program_presses_a_button(
    browser: Browser, helpdesk: Helpdesk
):
    address = ticket(helpdesk, "yuki")
    browser.http.headers["user-agent"] = LINE_CRAWLER

    looked = await browser.open(address)
    seen = await press(browser, "open")

    assert (looked, seen) == (Seen(200, "ticket"), HOME)


async def test_tap_takes_the_place_of_a_login(browser: Browser, helpdesk: Helpdesk):
    await log_in(browser, "eita-1")

    await tap(browser, helpdesk, "hiro")

    assert (browser.says("6601"), menu(browser)) == (True, END_USERS_PAGES)


# --- Rights ---------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
async def test_holder_by_one_tap_sees_every_page(
    browser: Browser, helpdesk: Helpdesk, page: str
):
    await tap(browser, helpdesk, "yuki")

    assert await browser.open(f"/mypage/{page}") == Seen(200, page)


@pytest.mark.parametrize("page", PAGES)
async def test_end_user_sees_the_data_pages_only(
    browser: Browser, helpdesk: Helpdesk, page: str
):
    await tap(browser, helpdesk, "hiro")

    seen = await browser.open(f"/mypage/{page}")

    words = helpdesk.catalog.my_page.holder_only.sentence
    may = page not in HOLDERS_PAGES
    assert (seen, browser.says(words)) == (Seen(200, page) if may else REFUSED, not may)


@pytest.mark.parametrize(
    ("page", "step"),
    [
        ("add", "buy"),
        ("plan", "change"),
        ("plan", "confirm_withdraw"),
        ("contract", "show_code"),
        ("contract", "prove"),
        ("contract", "confirm_reissue"),
        ("links", "confirm_unlink"),
        ("receipt", ""),
    ],
)
async def test_form_of_an_end_user_does_nothing_of_the_holders(
    browser: Browser, helpdesk: Helpdesk, page: str, step: str
):
    code = helpdesk.user_codes.show("hiro.1", "test")
    before = helpdesk.carrier.contract("hiro.1"), helpdesk.linking.links_on("hiro.1")
    await tap(browser, helpdesk, "hiro")
    await browser.open("/mypage")

    seen = await browser.send(
        *(f"/mypage/{page}",),
        step=step,
        megabytes="500",
        plan="basic_6gb_voice",
        link_id=str(before[1][0].id),
        login_id="hiro-1",
        password="Sample-Hiro-1",
    )

    after = helpdesk.carrier.contract("hiro.1"), helpdesk.linking.links_on("hiro.1")
    assert (seen, after, helpdesk.user_codes.show("hiro.1", "test")) == (
        REFUSED,
        before,
        code,
    )
    assert helpdesk.carrier.usage("hiro.1").balance.total == 0


async def test_link_that_ends_closes_the_page(browser: Browser, helpdesk: Helpdesk):
    await tap(browser, helpdesk, "hiro")
    [(gone, _)] = helpdesk.linking.links_of("hiro")
    helpdesk.linking.unlink("hiro", gone.id)

    seen = await browser.open("/mypage/data")

    said = "".join(helpdesk.catalog.my_page.links_over.split())
    assert (seen, browser.text("[role=status]")) == (LOGIN, said)


async def test_holder_link_that_ends_closes_the_holders_pages(
    browser: Browser, helpdesk: Helpdesk
):
    await tap(browser, helpdesk, "yuki")
    holder = helpdesk.linking.links_of("yuki")[0][0]
    helpdesk.linking.unlink("yuki", holder.id)

    assert (await browser.open("/mypage/bills"), await browser.open("/mypage")) == (
        REFUSED,
        HOME,
    )
    assert menu(browser) == END_USERS_PAGES


# --- Several subscriptions ------------------------------------------------------------


async def test_subscriptions_are_chosen_by_the_address(
    browser: Browser, helpdesk: Helpdesk
):
    link(helpdesk, "eita", "eita.1", [LinkRole.HOLDER])
    link(helpdesk, "eita", "eita.2", [LinkRole.HOLDER])

    await tap(browser, helpdesk, "eita")
    first = browser.texts(".switch [aria-current]")
    await browser.open("/mypage/contract?s=eita.2")

    assert (first, browser.texts(".switch [aria-current]"), browser.texts("dd")[0]) == (
        ["下4桁1101"],
        ["下4桁1102"],
        "下4桁1102",
    )
    assert {str(each["href"]).partition("?")[2] for each in browser.page.select(".menu a")} == {"s=eita.2"}  # fmt: skip


async def test_page_without_choice_is_of_the_first_that_it_can_be_of(
    browser: Browser, helpdesk: Helpdesk
):
    """The end user of one line, who holds another."""
    link(helpdesk, "eita", "hiro.1", [LinkRole.END_USER])
    link(helpdesk, "eita", "eita.2", [LinkRole.HOLDER])
    await tap(browser, helpdesk, "eita")

    home = browser.texts(".switch [aria-current]")
    seen = await browser.open("/mypage/bills")
    bills = browser.texts(".switch [aria-current]")
    other = await browser.open("/mypage/bills?s=hiro.1")

    assert (home, seen, bills, other) == (
        ["下4桁6601"],
        Seen(200, "bills"),
        ["下4桁1102"],
        REFUSED,
    )


@pytest.mark.parametrize("wanted", ["hiro.1", "nobody.9", "", "%00"])
@pytest.mark.parametrize("way", ["login", "tap"])
async def test_subscription_of_somebody_else_is_refused(
    browser: Browser, helpdesk: Helpdesk, wanted: str, way: str
):
    if way == "login":
        await log_in(browser, "yuki-1")
    else:
        await tap(browser, helpdesk, "yuki")

    seen = await browser.open(f"/mypage/data?s={wanted}")

    words = helpdesk.catalog.my_page.other_subscription.sentence
    assert (seen, browser.says(words)) == (REFUSED, True)
