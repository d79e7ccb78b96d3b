"""My Page on a phone: login and one tap, every page, free of barriers; without Rasa."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from helpdesk.bootstrap import Helpdesk, build
from helpdesk.domain.linking import LinkRole
from helpdesk.public import PublicApplication
from tests.converse.stage import free_port, serving
from tests.fakes import FakeClock

WIDTHS = (375, 320)
HOLDERS = ("data", "add", "gifts", "plan", "bills", "contract", "links", "notices")
END_USERS = ("data", "gifts", "notices")
# Beyond what is serious: on a page that is ready, nothing of these two is left either.
BARRIERS = {"serious", "critical", "moderate"}


@dataclass(frozen=True)
class Site:
    """The pages, served; `helpdesk` is what stands behind them."""

    address: str
    helpdesk: Helpdesk

    def ticket(self, customer: str) -> str:
        with self.helpdesk.database.writing() as unit:
            token = self.helpdesk.my_page_access.offer(unit, customer)
        return f"{self.address}/mypage?t={token}"


@pytest.fixture
def site(settings, tmp_path):
    """The sample world, untouched."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    changed = {"database_url": f"sqlite:///{tmp_path}/db", "public_url": address}
    helpdesk = build(settings.model_copy(update=changed), FakeClock())
    helpdesk.database.migrate()
    helpdesk.sample_world.fill()
    with serving(PublicApplication(helpdesk).asgi(), port):
        yield Site(address, helpdesk)
    helpdesk.database.engine.dispose()


@pytest.fixture
def open_phone(browser):
    """Opens a phone; complains of any console error."""
    contexts, errors = [], []

    def note(message):
        # What was refused says so itself.
        if message.type == "error" and "status of 4" not in message.text:
            errors.append(message.text)

    def make(**options):
        context = browser.new_context(
            **{
                "viewport": {"width": 375, "height": 812},
                "locale": "ja-JP",
                "timezone_id": "Asia/Tokyo",
            }
            | options
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


def log_in(page: Page, site: Site, login: str) -> None:
    page.goto(f"{site.address}/mypage")
    page.get_by_label("ログインID", exact=True).fill(login)
    page.get_by_label("パスワード", exact=True).fill(f"Sample-{login.capitalize()}")
    page.locator("[data-action=login]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("マイページ")


def barriers(page: Page) -> list[str]:
    """What axe objects to, and where."""
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url} {each['id']}: {each['nodes'][0]['html'][:120]}"
        for each in found
        if each["impact"] in BARRIERS
    ]


def is_sound(page: Page, name: str = "") -> None:
    """One heading, nothing cut off at either width, nothing in anybody's way."""
    expect(page.locator("h1")).to_have_count(1)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 812})
        assert page.evaluate("document.documentElement.scrollWidth") == width, page.url
    page.set_viewport_size({"width": 375, "height": 812})
    assert barriers(page) == []
    keep_picture(page, name)


def press(page: Page, action: str) -> None:
    page.locator(f"[data-action={action}]").first.click()


def visit(page: Page, site: Site, path: str) -> None:
    page.goto(f"{site.address}/mypage{path}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_holder_sees_every_page(site, open_phone, scheme):
    helpdesk = site.helpdesk
    helpdesk.gifts.offer("yuki", "yuki.1", 500, "a gift")
    page = open_phone(color_scheme=scheme)
    page.goto(site.ticket("yuki"))
    expect(page).to_have_url(f"{site.address}/mypage")

    is_sound(page, f"home-{scheme}")
    for each in HOLDERS:
        page.get_by_role("navigation", name="マイページのメニュー").locator(
            f"a[href='/mypage/{each}']"
        ).click()
        expect(page.locator("article")).to_have_attribute("data-step", each)
        is_sound(page, f"{each}-{scheme}")
    visit(page, site, "/data")
    page.get_by_text("日ごとの利用量を表で見る").click()
    is_sound(page)
    visit(page, site, "/bills")
    page.get_by_role("link", name=re.compile("2026年10月")).click()
    is_sound(page, f"bill-{scheme}")
    visit(page, site, "/links")
    press(page, "unlink")
    is_sound(page, f"unlink-{scheme}")
    visit(page, site, "/gifts")
    press(page, "withdraw")
    is_sound(page, f"gift-{scheme}")
    visit(page, site, "/contract")
    press(page, "show_code")
    is_sound(page, f"password-{scheme}")


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no script"])
def test_holder_buys_changes_and_takes_back(site, open_phone, has_script):
    page = open_phone(java_script_enabled=has_script)
    log_in(page, site, "yuki-1")
    sound = is_sound if has_script else lambda *_: None

    visit(page, site, "/add")
    page.get_by_label("1GB").check()
    press(page, "choose")
    expect(page.get_by_role("main")).to_contain_text("1,000円（税抜）")
    sound(page, "add_confirm")
    press(page, "confirm")
    expect(page.locator("#result")).to_have_text("データ量を追加しました")
    sound(page, "add_receipt")
    page.reload()
    expect(page.locator("#result")).to_have_text("データ量を追加しました")

    visit(page, site, "/plan")
    page.get_by_label("ベーシックプラン 6GB").check()
    press(page, "choose")
    expect(page.get_by_role("main")).to_contain_text("2,420円（税込）")
    sound(page, "plan_confirm")
    press(page, "confirm")
    expect(page.locator("#result")).to_have_text("プラン変更を受け付けました")
    sound(page, "plan_receipt")
    visit(page, site, "/plan")
    sound(page, "plan_waiting")
    press(page, "withdraw")
    sound(page, "plan_withdraw")
    press(page, "confirm")
    expect(page.locator("#result")).to_have_text("プラン変更を取り消しました")

    visit(page, site, "/contract")
    press(page, "show_code")
    code = site.helpdesk.user_codes.show("yuki.1", "test")
    expect(page.locator("#user-code")).to_have_attribute("data-code", code)
    sound(page, "code")
    press(page, "reissue")
    sound(page, "reissue")
    press(page, "confirm")
    expect(page.locator("#result")).to_have_text("利用コードを再設定しました")
    assert site.helpdesk.user_codes.show("yuki.1", "test") != code
    visit(page, site, "")
    expect(page.get_by_role("main")).to_contain_text("2.3GB")


def test_end_user_sees_the_data_pages(site, open_phone):
    page = open_phone()
    page.goto(site.ticket("hiro"))

    is_sound(page, "end_user")
    links = page.get_by_role("navigation", name="マイページのメニュー").get_by_role(
        "link"
    )
    hrefs = links.evaluate_all("all => all.map((it) => it.getAttribute('href'))")
    assert hrefs == [f"/mypage/{each}" for each in END_USERS]
    for each in END_USERS:
        visit(page, site, f"/{each}")
        expect(page.locator("article")).to_have_attribute("data-step", each)
        is_sound(page, f"end_user_{each}")
    visit(page, site, "/bills")
    expect(page.get_by_role("heading", level=1)).to_have_text("契約者のページです")
    is_sound(page, "holder_only")


def test_failed_payment_is_the_first_thing_to_be_seen(site, open_phone):
    page = open_phone()
    log_in(page, site, "hiro-1")

    is_sound(page, "failed")
    page.get_by_role("link", name="お支払いについて見る").click()
    expect(page.get_by_role("main")).to_contain_text("お支払い失敗")
    is_sound(page, "failed_bill")


def test_subscriptions_are_switched_by_their_last_digits(site, open_phone):
    for each in ("eita.1", "eita.2"):
        site.helpdesk.linking.link("eita", each, LinkRole.HOLDER)
    page = open_phone()
    page.goto(site.ticket("eita"))
    is_sound(page, "several")

    page.get_by_role("link", name="下4桁 1102").click()
    page.get_by_role("link", name="契約情報").click()

    expect(page.get_by_role("link", name="下4桁 1102")).to_have_attribute(
        "aria-current", "true"
    )
    expect(page.locator("dl").first).to_contain_text("1102")
    is_sound(page)


def test_used_address_leads_to_the_login(site, open_phone):
    address = site.ticket("yuki")
    open_phone().goto(address)

    page = open_phone()
    page.goto(address)

    expect(page.get_by_role("status")).to_contain_text("新しいアドレス")
    is_sound(page, "login")


def test_keyboard_is_enough_to_choose_a_plan(site, open_phone):
    page = open_phone()
    log_in(page, site, "yuki-1")
    visit(page, site, "/plan")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")

    page.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page.locator("article")).to_have_attribute("data-step", "plan_confirm")


def keep_picture(page: Page, name: str) -> None:
    """The picture of the README, or with PICTURES all of them, where a folder is named."""
    if os.environ.get("PICTURES") and name:
        folder = Path(os.environ["PICTURES"])
        page.screenshot(path=str(folder / f"{name}.png"), full_page=True)
    if os.environ.get("PICTURE") and name == "home-light":
        page.screenshot(path=str(Path(os.environ["PICTURE"])), full_page=True)
