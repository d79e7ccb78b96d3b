"""Eita and Aiko link their contracts by typing and pressing, as customers do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

EITA, AIKO = "eita.1", "eita.2"


@pytest.fixture
def contract(world):
    contracts = {each.id: each for each in world.helpdesk.sample_world.contracts()}
    return contracts.__getitem__


def say(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="メッセージ").fill(text)
    page.keyboard.press("Enter")


def hears(page: Page, text: str) -> None:
    expect(page.get_by_role("log")).to_contain_text(text, timeout=15_000)


def link_page(page: Page, name: str) -> Page:
    with page.context.expect_page() as opened:
        page.get_by_role("link", name=name).last.click()
    return opened.value


def log_in(page: Page, contract) -> None:
    page.get_by_label("ログインID", exact=True).fill(contract.login)
    page.get_by_label("パスワード", exact=True).fill(contract.password)
    page.locator("[data-action=login]").click()


def test_eita_and_aiko_reach_both_links(phone, contract, world):
    eita = phone()
    say(eita, "連携って何？")
    hears(eita, "義務ではありません")

    eita.get_by_role("button", name="契約者連携をしたい").last.click()
    hears(eita, "連携完了")
    page = link_page(eita, "契約者連携のページを開く")
    log_in(page, contract(EITA))
    expect(page.get_by_role("heading", name="連携完了")).to_be_visible()
    hears(eita, "契約者連携が完了しました")
    hears(eita, "あと1回線")

    eita.get_by_role("button", name="利用者連携に進む").click()
    hears(eita, "17桁の利用コード")
    say(eita, contract(EITA).code)
    hears(eita, f"下4桁が{contract(EITA).number_last4}の回線")
    eita.get_by_role("button", name="はい", exact=True).click()
    hears(eita, "利用者連携が完了しました")
    keep_picture(eita)

    aiko = phone()
    say(aiko, "利用者連携のやり方を教えて。契約者は夫です")
    hears(aiko, "見られるのは契約者だけです")
    page = link_page(aiko, "利用者連携のページを開く")
    page.get_by_label("利用コード", exact=False).fill(contract(AIKO).code)
    page.locator("[data-action=enter_code]").click()
    expect(page.get_by_role("main")).to_contain_text(contract(AIKO).number_last4)
    page.locator("[data-action=confirm]").click()
    expect(page.get_by_role("heading", name="連携完了")).to_be_visible()
    hears(aiko, "利用者連携が完了しました")

    links = [
        (link.subscription, link.role.value)
        for subscription in (EITA, AIKO)
        for link in world.helpdesk.linking.links_on(subscription)
    ]
    assert links == [(EITA, "holder"), (EITA, "end_user"), (AIKO, "end_user")]


def test_the_talk_survives_a_reload(phone):
    page = phone()
    say(page, "オペレーターの受付時間は？")
    hears(page, "10:00~19:00")
    before = page.locator("#log .entry").count()

    page.reload()

    expect(page.locator("#log .entry")).to_have_count(before)
    hears(page, "オペレーターの受付時間は？")


def test_my_page_shows_and_reissues_the_code(phone, contract, world):
    page = phone()
    page.goto(f"{world.address}/mypage/contract")
    log_in(page, contract(EITA))
    page.locator("[data-action=show_code]").click()
    expect(page.locator("#user-code")).to_have_attribute(
        "data-code", contract(EITA).code
    )

    page.locator("[data-action=reissue]").click()
    page.locator("[data-action=confirm]").first.click()

    expect(page.locator("#result")).to_have_text("利用コードを再設定しました")
    page.get_by_role("link", name="契約情報のページへ").click()
    page.locator("[data-action=show_code]").click()
    shown = page.locator("#user-code").get_attribute("data-code")
    assert shown == world.helpdesk.user_codes.show(EITA, "test")
    assert shown != contract(EITA).code


def test_nothing_is_wider_than_a_small_phone(phone, world):
    page = phone()
    page.set_viewport_size({"width": 320, "height": 640})
    say(page, "連携って何？")
    hears(page, "義務ではありません")

    width = page.evaluate("document.documentElement.scrollWidth")

    assert width == 320


def keep_picture(page: Page) -> None:
    """The picture of the README, where PICTURE names a file for it."""
    if os.environ.get("PICTURE"):
        page.set_viewport_size({"width": 390, "height": 1000})
        page.locator("#log .entry").last.scroll_into_view_if_needed()
        page.screenshot(path=str(Path(os.environ["PICTURE"])))
