"""Customers on LINE: the whole product, played on the phone page of LINE's stand-in."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from helpdesk.settings import ROOT
from helpdesk.storage.catalog import Catalog
from tests.browser.test_linking_in_a_browser import hears, link_page, log_in, say
from tests.line_platform import LinePlatform, running

SIZES = [
    pytest.param({"width": 390, "height": 844}, id="phone"),
    pytest.param({"width": 1280, "height": 800}, id="desktop"),
]
HOLDER_TILE = "契約者連携(マイページ)"


@pytest.fixture(scope="module")
def eitas_subscriptions():
    people = Catalog.read(ROOT / "data" / "catalog").sample_world.people
    return people["eita"].subscriptions


def talk(page: Page) -> Locator:
    return page.get_by_role("log")


def tap(page: Page, tile: str) -> None:
    """Press a tile of the rich menu."""
    page.get_by_role("region", name="メニュー").get_by_role("button", name=tile).click()


def sees_menu(page: Page, variant: str) -> None:
    """The right menu, with its picture."""
    menu = page.locator("#menu")
    name = re.compile(rf"helpdesk-{variant}-\w+")
    expect(menu).to_have_attribute("data-name", name, timeout=15_000)
    expect(menu.locator("img")).to_have_js_property("naturalWidth", 2500)


def become_somebody_new(page: Page) -> None:
    panel = page.get_by_role("button", name=re.compile("人をえらぶ"))
    if panel.is_visible():
        panel.click()
    page.get_by_role("button", name="はじめての人").click()
    expect(page).to_have_title(re.compile("はじめての人"))


def send_thing(page: Page, name: str) -> None:
    page.get_by_role("button", name="スタンプや写真を送る").click()
    things = page.get_by_role("group", name="送れるもの")
    things.get_by_role("button", name=name).click()
    expect(things).to_be_hidden()


@pytest.mark.parametrize("size", SIZES)
def test_newcomer_is_greeted_and_asks(line_phone, size):
    page = line_phone(size=size)
    become_somebody_new(page)
    sees_menu(page, "none")

    page.get_by_role("main").get_by_role("button", name="友だち追加").click()
    hears(page, "友だち追加、ありがとうございます")
    say(page, "連携って何？")
    hears(page, "義務ではありません")

    expect(page.locator(".entry.mine")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


@pytest.mark.parametrize("size", SIZES)
def test_stickers_and_pictures_are_answered_and_messages_taken_back(line_phone, size):
    page = line_phone(size=size)
    become_somebody_new(page)

    send_thing(page, "スタンプ：ありがとう")
    hears(page, "お役に立ててうれしいです")
    send_thing(page, "画像")
    hears(page, "自動応答では中身を確認できません")
    say(page, "パスワードは Hanako2024 です")
    hears(page, "このメッセージは読まずに破棄しました")
    page.get_by_role("button", name="送信取消・編集").last.click()
    page.get_by_role("button", name="送信取消", exact=True).click()

    expect(talk(page)).to_contain_text("送信を取り消しました")
    expect(talk(page)).not_to_contain_text("Hanako2024")
    page.reload()
    hears(page, "送信を取り消しました")
    expect(page.locator(".entry.mine")).to_have_count(2)


def test_eita_links_his_contract_from_the_menu(line_phone, eitas_subscriptions):
    eita = line_phone("eita")
    sees_menu(eita, "none")

    tap(eita, HOLDER_TILE)
    page = link_page(eita, "ログイン画面を開く")
    log_in(page, eitas_subscriptions[0])
    expect(page.get_by_role("heading", name="連携が完了しました")).to_be_visible()

    hears(eita, "契約者連携が完了しました（下4桁が1101の回線）")
    hears(eita, "あと1回線")
    sees_menu(eita, "holder")
    page.get_by_role("link", name="トークに戻る").click()
    hears(page, "契約者連携が完了しました")
    expect(page).to_have_title("エイタ - LINEの見本")


def test_aiko_types_the_code_and_confirms_it(line_phone, eitas_subscriptions):
    aiko = line_phone("aiko", {"width": 1280, "height": 800})
    sees_menu(aiko, "none")

    say(aiko, eitas_subscriptions[1].code)
    hears(aiko, "下4桁が1102の回線と連携します")
    answers = aiko.get_by_role("group", name="返信の候補")
    answers.get_by_role("button", name="はい", exact=True).click()

    hears(aiko, "利用者連携が完了しました")
    expect(answers).to_be_hidden()
    sees_menu(aiko, "end_user")


def test_yuki_opens_my_page_from_the_menu_of_both_links(line_phone):
    yuki = line_phone("yuki")
    sees_menu(yuki, "both")

    tap(yuki, HOLDER_TILE)
    page = link_page(yuki, "マイページを開く")

    expect(page).to_have_url(re.compile("/mypage"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_experiments_are_shown_again_after_a_reload(browser):
    platform = LinePlatform("a secret", "a token")
    platform.add_user("eita")
    with running(platform) as address, browser.new_page() as page:
        page.goto(address)
        page.get_by_text("実験").click()
        page.get_by_label("LINEの遅れ").select_option("8秒")
        page.get_by_label("エラー率").select_option("10%")
        page.get_by_label("通数の上限").fill("3")
        page.keyboard.press("Enter")
        platform.wait_for(lambda: platform.quota.limit == 3)

        page.reload()
        page.get_by_text("実験").click()

        expect(page.get_by_label("LINEの遅れ")).to_have_value("8")
        expect(page.get_by_label("エラー率")).to_have_value("0.1")
        expect(page.get_by_label("通数の上限")).to_have_value("3")
