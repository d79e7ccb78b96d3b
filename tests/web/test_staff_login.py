"""The staff's way in and out, and the own account."""

from __future__ import annotations

import re

import pyotp
import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.staff import Status
from helpdesk.settings import Settings
from helpdesk.web.staff_pages import COOKIE
from tests.fakes import FakeClock
from tests.web.staff_browser import HOME, Shown, StaffBrowser, staff_app

LOGIN = Shown(200, "ログイン")
IN = Shown(200, HOME)
ASKED_FOR_CODE = Shown(200, "確認コードの入力")
ACCOUNT = "アカウント"
WRONG = "IDまたはパスワードが違います。もう一度入力してください。"
WRONG_CODE = (
    "確認コードが違うか、すでに使われています。"
    "アプリに表示されている新しいコードを入力してください。"
)
LATE = "画面を開いてから時間がたったため、受け付けられませんでした。もう一度入力してください。"
LOCKED = (
    "パスワードや確認コードの間違いが続いたため、受け付けを一時的に止めています。"
    "11:15を過ぎてから、もう一度お試しください。"
    "お急ぎのときは、システム管理者に連絡してください。"
)
NEW = "a new long password"


def status_of(helpdesk: Helpdesk, operator: str) -> Status:
    with helpdesk.database.reading() as unit:
        found = unit.operators.get(operator)
    assert found is not None
    return found.status


async def set_up_code(staff: StaffBrowser, clock: FakeClock) -> pyotp.TOTP:
    """The second factor of op1, who has logged in for it and out again."""
    await staff.log_in("op1")
    await staff.open("/account")
    await staff.send("/account", step="begin_totp")
    totp = pyotp.TOTP(staff.text("#totp-key") or "")
    done = await staff.does("/account", step="confirm_totp", code=totp.at(clock()))
    assert done.notice is not None
    await staff.send("/logout")
    clock.forward(seconds=30)
    return totp


# --- In and out -----------------------------------------------------------------------


async def test_login_leads_to_the_desk(staff: StaffBrowser):
    assert await staff.log_in("op1") == IN
    # Who is in is not asked again.
    assert await staff.at("/login") == IN


@pytest.mark.parametrize(
    ("operator", "password", "alert"),
    [
        pytest.param("op1", "wrong", WRONG, id="wrong password"),
        pytest.param("nobody", "Sample-Op1-Desk", WRONG, id="unknown"),
        pytest.param(
            *("op1", "", "IDとパスワードの両方を入力してください。"), id="no password"
        ),
        pytest.param(
            *("", "x", "IDとパスワードの両方を入力してください。"), id="no ID"
        ),
    ],
)
async def test_wrong_login_is_refused_and_the_id_stays(
    staff: StaffBrowser, operator: str, password: str, alert: str
):
    seen = await staff.log_in(operator, password)

    assert (seen, staff.value("#operator-id", "value")) == (
        Shown(200, "ログイン", alert),
        operator,
    )
    assert await staff.at("/account") == LOGIN


async def test_five_wrong_logins_lock_until_a_quarter_of_an_hour_is_over(
    staff: StaffBrowser, clock: FakeClock
):
    for _ in range(5):
        await staff.log_in("op1", "wrong")

    locked = await staff.log_in("op1")
    clock.forward(minutes=15)

    assert (locked, await staff.log_in("op1")) == (Shown(200, "ログイン", LOCKED), IN)


async def test_logout_ends_the_session(staff: StaffBrowser):
    await staff.log_in("op1")
    await staff.open("/account")

    seen = await staff.does("/logout")

    assert (seen, staff.http.cookies.get(COOKIE)) == (LOGIN, None)
    assert await staff.at("/account") == LOGIN


async def test_who_leaves_the_last_screen_leaves_the_desk(
    staff: StaffBrowser, other_staff: StaffBrowser, helpdesk: Helpdesk
):
    found = []
    for browser in (staff, other_staff):
        await browser.log_in("op1")
        await browser.open("/account")
    for browser in (staff, other_staff):
        await browser.send("/logout")
        found.append(status_of(helpdesk, "op1"))

    assert found == [Status.AVAILABLE, Status.OFF]


async def test_logout_without_a_session_leads_to_the_login(staff: StaffBrowser):
    assert await staff.does("/logout") == LOGIN


async def test_samples_are_named_on_the_login_page(staff: StaffBrowser):
    await staff.open("/login")

    assert staff.texts("#samples td") == [
        *("op1", "Sample-Op1-Desk", "佐藤", "オペレーター"),
        *("op2", "Sample-Op2-Desk", "鈴木", "オペレーター"),
        *("chief", "Sample-Chief-Desk", "高橋", "スーパーバイザー"),
        *("admin", "Sample-Admin-Desk", "管理者", "システム管理者"),
    ]


async def test_guarded_page_leads_to_the_login(staff: StaffBrowser):
    assert [await staff.at(url) for url in ("/account", "/people", "/audit")] == [
        *(LOGIN, LOGIN, LOGIN),
    ]


# --- Cookies and forged forms ---------------------------------------------------------


@pytest.mark.parametrize("is_production", [False, True])
async def test_cookies_stay_with_the_browser_and_the_site(
    settings: Settings, clock: FakeClock, *, is_production: bool
):
    from helpdesk.bootstrap import build  # noqa: PLC0415 -- a product of its own

    env = "production" if is_production else "development"
    product = build(settings.model_copy(update={"env": env}), clock)
    product.database.migrate()
    password = product.people.add_administrator("tanaka", "田中")
    browser = StaffBrowser(staff_app(product))
    browser.http.base_url = "https://desk.example"
    browser.http.follow_redirects = False

    page = await browser.http.get("/login")
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page.text)[0]
    form = {"csrf": csrf, "operator_id": "tanaka", "password": password}
    entered = await browser.http.post("/login", data=form)

    kept = [
        re.sub("=[^;]+", "", each, count=1)
        for answer in (page, entered)
        for each in answer.headers.get_list("set-cookie")
    ]
    secure = "; Secure" if is_production else ""
    rules = f"; HttpOnly; Path=/; SameSite=strict{secure}"
    assert kept == [f"helpdesk_staff_form{rules}", f"{COOKIE}{rules}"]
    assert ("Sample-" in page.text) == (not is_production)
    await browser.http.aclose()
    product.database.engine.dispose()


@pytest.mark.parametrize("csrf", ["", "forged"])
async def test_forged_login_is_refused(staff: StaffBrowser, csrf: str):
    await staff.open("/login")
    form = {"operator_id": "op1", "password": "Sample-Op1-Desk", "csrf": csrf}

    seen = await staff.does("/login", **form)

    assert seen == Shown(403, "ログイン", LATE)
    assert await staff.at("/account") == LOGIN


async def test_login_without_the_form_cookie_is_refused(staff: StaffBrowser):
    form = {"operator_id": "op1", "password": "Sample-Op1-Desk", "csrf": ""}

    assert await staff.does("/login", **form) == Shown(403, "ログイン", LATE)


async def test_refused_form_can_be_sent_again(staff: StaffBrowser):
    """What the page says now holds: a new token came with it."""
    await staff.does("/login", operator_id="op1", password="x", csrf="forged")

    again = await staff.does("/login", operator_id="op1", password="Sample-Op1-Desk")

    assert again == IN


@pytest.mark.parametrize("url", ["/logout", "/account"])
async def test_forged_form_of_a_session_does_nothing(staff: StaffBrowser, url: str):
    await staff.log_in("op1")

    seen = await staff.does(url, csrf="forged", step="begin_totp")

    assert seen == Shown(403, "もう一度お試しください")
    assert await staff.at("/account") == Shown(200, ACCOUNT)
    assert staff.text("#totp-key") is None


# --- The second factor ----------------------------------------------------------------


async def test_code_is_asked_for(staff: StaffBrowser, clock: FakeClock):
    totp = await set_up_code(staff, clock)

    asked = await staff.log_in("op1")
    wrong = await staff.does("/login/code", code="12345")
    elsewhere = await staff.at("/account")
    await staff.open("/login/code")
    right = await staff.does("/login/code", code=totp.at(clock()))

    assert (asked, wrong, elsewhere, right) == (
        ASKED_FOR_CODE,
        Shown(200, "確認コードの入力", WRONG_CODE),
        LOGIN,
        IN,
    )


async def test_wrong_codes_lock(staff: StaffBrowser, clock: FakeClock):
    totp = await set_up_code(staff, clock)
    clock.forward(seconds=-30)
    await staff.log_in("op1")
    for _ in range(5):
        await staff.send("/login/code", code="12345")

    seen = await staff.does("/login/code", code=totp.at(clock()))

    assert seen == Shown(200, "確認コードの入力", LOCKED)


@pytest.mark.parametrize("seconds", [600, 601])
async def test_late_code_leads_to_the_login(
    staff: StaffBrowser, clock: FakeClock, seconds: int
):
    totp = await set_up_code(staff, clock)
    await staff.log_in("op1")
    clock.forward(seconds=seconds)

    assert await staff.does("/login/code", code=totp.at(clock())) == LOGIN


async def test_who_is_asked_for_a_code_can_log_in_as_somebody_else(
    staff: StaffBrowser, clock: FakeClock
):
    await set_up_code(staff, clock)
    await staff.log_in("op1")

    back = await staff.does("/logout")

    assert (back, await staff.log_in("op2")) == (LOGIN, IN)


async def test_forged_code_is_refused(staff: StaffBrowser, clock: FakeClock):
    totp = await set_up_code(staff, clock)
    await staff.log_in("op1")

    seen = await staff.does("/login/code", code=totp.at(clock()), csrf="forged")

    assert seen == Shown(403, "もう一度お試しください")
    assert await staff.at("/account") == LOGIN


@pytest.mark.parametrize("is_in", [False, True])
async def test_code_page_is_for_those_who_are_asked(
    staff: StaffBrowser, *, is_in: bool
):
    if is_in:
        await staff.log_in("op1")

    assert await staff.at("/login/code") == (IN if is_in else LOGIN)


async def test_picture_is_there_while_it_is_set_up(staff: StaffBrowser):
    await staff.log_in("op1")
    before = await staff.http.get("/account/totp.svg")
    await staff.open("/account")
    await staff.send("/account", step="begin_totp")
    picture = await staff.http.get(str(staff.value("img.qr", "src")))

    kind, kept = (picture.headers[each] for each in ("content-type", "cache-control"))
    assert (before.status_code, picture.status_code, kind, kept) == (
        *(404, 200, "image/svg+xml", "no-store"),
    )
    # A strict policy for styles and scripts applies to pictures that are opened, too.
    assert b"<svg" in picture.content
    assert [each for each in (b"style=", b"<script") if each in picture.content] == []


async def test_wrong_code_does_not_finish_the_set_up(staff: StaffBrowser):
    await staff.log_in("op1")
    await staff.open("/account")
    await staff.send("/account", step="begin_totp")
    key = staff.text("#totp-key")

    seen = await staff.does("/account", step="confirm_totp", code="12345")

    assert (seen, staff.text("#totp-key")) == (Shown(200, ACCOUNT, WRONG_CODE), key)


async def test_password_switches_the_second_factor_off(
    staff: StaffBrowser, clock: FakeClock
):
    totp = await set_up_code(staff, clock)
    await staff.log_in("op1")
    await staff.send("/login/code", code=totp.at(clock()))
    await staff.open("/account")

    wrong = await staff.does("/account", step="switch_off_totp", current="x")
    right = await staff.does(
        "/account", step="switch_off_totp", current="Sample-Op1-Desk"
    )

    alert = "現在のパスワードが違います。もう一度入力してください。"
    assert (wrong, right) == (
        Shown(200, ACCOUNT, alert),
        Shown(200, ACCOUNT, None, "二段階認証を解除しました。"),
    )


# --- The own password -----------------------------------------------------------------


async def test_password_is_changed_and_other_browsers_are_out(
    staff: StaffBrowser, other_staff: StaffBrowser
):
    await staff.log_in("op1")
    await other_staff.log_in("op1")
    await staff.open("/account")
    form = {"current": "Sample-Op1-Desk", "new": NEW, "again": NEW}

    seen = await staff.does("/account", step="password", **form)

    done = "パスワードを変更しました。ほかの端末では、もう一度ログインしてください。"
    assert seen == Shown(200, ACCOUNT, None, done)
    assert await other_staff.at("/account") == LOGIN
    assert await other_staff.log_in("op1", NEW) == IN


@pytest.mark.parametrize(
    ("current", "new", "again", "alert"),
    [
        pytest.param(
            *("wrong", NEW, NEW),
            "現在のパスワードが違います。もう一度入力してください。",
            id="wrong password",
        ),
        pytest.param(
            *("Sample-Op1-Desk", "x" * 11, "x" * 11),
            "新しいパスワードは、12文字以上で入力してください。",
            id="too short",
        ),
        pytest.param(
            *("Sample-Op1-Desk", "Sample-Op1-Desk", "Sample-Op1-Desk"),
            "新しいパスワードが現在のものと同じです。別のパスワードを入力してください。",
            id="unchanged",
        ),
        pytest.param(
            *("Sample-Op1-Desk", NEW, f"{NEW} "),
            "新しいパスワードが、確認用の入力と一致しません。もう一度入力してください。",
            id="typed differently",
        ),
    ],
)
async def test_refused_password_is_said_in_a_sentence(
    staff: StaffBrowser, current: str, new: str, again: str, alert: str
):
    await staff.log_in("op1")
    await staff.open("/account")
    form = {"current": current, "new": new, "again": again}

    seen = await staff.does("/account", step="password", **form)

    assert seen == Shown(200, ACCOUNT, alert)


async def test_account_shows_who_it_is(staff: StaffBrowser):
    await staff.log_in("chief")
    await staff.open("/account")

    assert staff.texts(".facts dd") == ["高橋", "chief", "スーパーバイザー"]


async def test_step_that_is_none_does_nothing(staff: StaffBrowser):
    await staff.log_in("op1")
    await staff.open("/account")

    assert await staff.does("/account", step="nonsense") == Shown(200, ACCOUNT)
