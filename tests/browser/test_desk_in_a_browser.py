"""A customer and two operators at once: the whole way through the desk, and its hours."""

from __future__ import annotations

import os
import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page, expect

from helpdesk.settings import ROOT
from tests.browser.test_linking_in_a_browser import hears, say
from tests.converse.cases import DEFAULT_CLOCK

ASKS = "オペレーターに相談したい"
IN_QUEUE = "オペレーターへのご相談を受け付けました"
AWAY = "ただいまオペレーターがお受けできません"
LUNCH = {"opens": "10:00", "closes": "12:00"}, {"opens": "13:00", "closes": "19:00"}


@pytest.fixture
def world(stage, request, monkeypatch, tmp_path):
    """At the moment that the test names, by the hours of its own catalog, if any."""
    start, hours = getattr(request, "param", (DEFAULT_CLOCK, None))
    if isinstance(start, str):
        start = datetime.fromisoformat(f"{start}+09:00")
    if hours is not None:
        monkeypatch.setenv("HELPDESK_CATALOG", str(catalog_with(hours, tmp_path)))
    with stage.world(start) as world:
        yield world


def catalog_with(hours: dict, folder: Path) -> Path:
    """A copy of the catalog whose business hours differ in this."""
    catalog = shutil.copytree(ROOT / "data" / "catalog", folder / "catalog")
    file = catalog / "business_hours.yml"
    usual = yaml.safe_load(file.read_text("utf-8"))
    weekly = usual["weekly"] | hours.get("weekly", {})
    changed = usual | hours | {"weekly": weekly}
    file.write_text(yaml.safe_dump(changed, allow_unicode=True), "utf-8")
    return catalog


def row(console: Page, which: str):
    return console.locator(f"#list-{which} .row")


def open_first(console: Page, which: str) -> None:
    expect(row(console, which).first).to_be_visible()
    row(console, which).first.locator(".row-link").click()
    expect(console.locator("#talk-name")).to_be_visible()


def reads(console: Page, text: str) -> None:
    expect(console.locator("#lines")).to_contain_text(text, timeout=15_000)


def confirm(console: Page) -> None:
    console.locator("#confirm-yes").click()


def become(phone: Page, person: str) -> None:
    """Go on as one of the sample's people."""
    phone.evaluate(
        """person => fetch('/chat/session', {method: 'POST',
           headers: {'Content-Type': 'application/json'},
           body: JSON.stringify({sample: person})})""",
        person,
    )
    phone.reload()


# --- The way through ------------------------------------------------------------------


def test_customer_is_taken_answered_passed_on_and_asked_how_it_was(phone, console):
    sato, suzuki, customer = console("op1"), console("op2"), phone()

    say(customer, ASKS)
    hears(customer, IN_QUEUE)
    expect(row(sato, "waiting")).to_have_count(1)
    expect(row(suzuki, "waiting")).to_have_count(1)
    expect(sato).to_have_title(re.compile(r"^\(1\)"))
    take_by_keyboard(sato, customer)
    expect(row(suzuki, "others")).to_have_count(1)
    talk_both_ways(sato, customer)
    look_over_the_shoulder(sato, suzuki)
    pass_on(sato, suzuki, customer)
    end(suzuki, customer)

    expect(row(suzuki, "mine")).to_have_count(0)
    expect(suzuki.locator("#turn")).to_have_text("自動応答が対応しています。")


def take_by_keyboard(sato: Page, customer: Page) -> None:
    sato.keyboard.press("j")
    sato.keyboard.press("Enter")
    expect(sato.locator("#talk-name")).to_be_visible()
    sato.keyboard.press("t")
    expect(sato.locator("#text")).to_be_focused()
    hears(customer, "オペレーターの佐藤が承ります。")


def talk_both_ways(sato: Page, customer: Page) -> None:
    """Each sees the other type, and reads what was typed; the bot is silent."""
    said_by_bot = customer.locator(".entry[data-from=bot]").count()
    box = customer.get_by_role("textbox", name="メッセージ")
    box.press_sequentially("請求書", delay=30)
    expect(sato.locator("#typing")).to_have_text("お客さまが入力しています…")
    say(customer, "請求書がほしいです")
    reads(sato, "請求書がほしいです")
    sato.keyboard.type("はい、")
    expect(customer.locator("#typing .dots")).to_be_visible()

    # A ready answer goes in at the caret; what was said is quoted.
    sato.keyboard.press("Control+/")
    sato.keyboard.type("確認中")
    expect(sato.locator("#canned-list [aria-selected=true]")).to_contain_text("確認中")
    sato.keyboard.press("Enter")
    sato.locator("#lines .quote").last.click()
    expect(sato.locator("#quoting .quoted")).to_have_text("請求書がほしいです")
    sato.keyboard.press("Control+Enter")

    hears(customer, "はい、確認いたしますので、少しお待ちください。")
    expect(sato.locator("#lines .quoted")).to_have_text("請求書がほしいです")
    expect(customer.locator(".entry[data-from=bot]")).to_have_count(said_by_bot)


def look_over_the_shoulder(sato: Page, suzuki: Page) -> None:
    """The colleague looks, and reads the note that the customer does not see."""
    sato.keyboard.press("Escape")
    sato.keyboard.press("n")
    sato.keyboard.type("請求書の再発行をご希望")
    sato.get_by_role("button", name="メモを残す").click()
    open_first(suzuki, "others")
    expect(suzuki.locator("#notes")).to_contain_text("請求書の再発行をご希望")
    expect(sato.locator("#looking")).to_have_text("鈴木さんも見ています")
    expect(suzuki.locator("#composer")).to_have_count(0)


def pass_on(sato: Page, suzuki: Page, customer: Page) -> None:
    sato.locator("#lines").focus()
    sato.keyboard.press("p")
    sato.locator("#pass-to").select_option("op2")
    sato.locator("#do-pass button").click()
    confirm(sato)
    hears(customer, "担当がオペレーターの鈴木に替わりました")
    expect(sato.locator("#composer")).to_have_count(0)
    expect(suzuki.locator("#text")).to_be_focused()
    suzuki.keyboard.type("鈴木が引き継ぎました。")
    suzuki.keyboard.press("Control+Enter")
    hears(customer, "鈴木が引き継ぎました。")


def end(suzuki: Page, customer: Page) -> None:
    """The bot goes on, and the customer says how it was."""
    suzuki.keyboard.press("Escape")
    suzuki.keyboard.press("e")
    suzuki.keyboard.press("Enter")
    hears(customer, "オペレーターとのやりとりは終了しました")
    hears(customer, "評価をお聞かせください")
    customer.get_by_role("button", name="5 とても満足").click()
    hears(customer, "評価をありがとうございます")


def test_warned_answer_stays_until_it_is_sent_on_purpose(phone, console):
    sato, customer = console("op1"), phone()
    say(customer, ASKS)
    open_first(sato, "waiting")
    sato.keyboard.press("t")
    expect(sato.locator("#text")).to_be_focused()

    sato.keyboard.type("それは知りません。")
    sato.keyboard.press("Control+Enter")

    expect(sato.locator("#say-alert")).to_contain_text("知りません")
    expect(sato.locator("#text")).to_have_value("それは知りません。")
    sato.reload()
    expect(sato.locator("#text")).to_have_value("それは知りません。")
    sato.keyboard.press("Control+Enter")
    sato.get_by_role("button", name="このまま送る").click()
    hears(customer, "それは知りません。")
    expect(sato.locator("#text")).to_have_value("")
    expect(sato.get_by_role("button", name="このまま送る")).to_be_hidden()


def test_secrets_are_shown_on_demand(phone, console):
    sato, customer = console("op1"), phone()
    say(customer, ASKS)
    hears(customer, IN_QUEUE)
    open_first(sato, "waiting")
    sato.keyboard.press("t")
    hears(customer, "承ります")

    say(customer, "コードは24681357902468131です")
    sato.get_by_role("button", name="表示", exact=True).click()

    expect(sato.locator(".secret output")).to_have_text("24681357902468131")


def test_what_is_being_done_survives_news(phone, console):
    sato, customer = console("op1"), phone()
    become(customer, "yuki")
    say(customer, ASKS)
    open_first(sato, "waiting")
    sato.keyboard.press("t")
    expect(sato.locator("#text")).to_be_focused()
    sato.keyboard.type("書きかけ")
    sato.get_by_text("利用コードを再設定する").click()
    reason = sato.locator("#acts-reissue-yuki\\.1").get_by_label("理由")
    reason.fill("紛失のお申し出")

    say(customer, "まだですか")
    reads(sato, "まだですか")

    expect(reason).to_have_value("紛失のお申し出")
    expect(reason).to_be_focused()
    expect(sato.locator("#text")).to_have_value("書きかけ")
    sato.get_by_role("button", name="再設定する", exact=True).click()
    confirm(sato)
    expect(reason).to_be_hidden()


def test_supervisor_takes_a_talk_from_the_bot(phone, console):
    chief, customer = console("chief"), phone()
    say(customer, "連携って何？")
    hears(customer, "義務ではありません")
    chief.reload()
    chief.get_by_text("自動応答と会話中").click()

    chief.locator("#list-bot").get_by_role("button").first.click()
    confirm(chief)

    hears(customer, "オペレーターの高橋が承ります。")
    expect(chief.locator("#composer")).to_be_visible()


def test_desk_works_without_scripts(phone, console):
    sato, customer = console("op1", java_script_enabled=False), phone()
    say(customer, ASKS)
    hears(customer, IN_QUEUE)

    sato.goto(sato.url)
    sato.locator("#list-waiting .row-act button").click()
    sato.locator("#text").fill("お待たせいたしました。")
    sato.get_by_role("button", name="送信", exact=True).click()
    hears(customer, "お待たせいたしました。")
    sato.get_by_role("button", name="対応を終える").click()

    hears(customer, "オペレーターとのやりとりは終了しました")


def test_lost_connections_are_told_and_mended(console):
    sato = console("op1")
    # A stream that ends is refused when it is asked for again.
    sato.route("**/events*", lambda route: route.fulfill(status=204))
    sato.evaluate("dispatchEvent(new Event('online'))")

    state = sato.locator("#line-state")
    expect(state).to_have_text("接続が切れました。つなぎ直しています。")
    sato.unroute("**/events*")
    expect(state).to_have_text("", timeout=15_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1366])
def test_nothing_is_wider_than_the_screen(phone, console, width, scheme):
    sato, customer = console("op1", color_scheme=scheme), phone()
    become(customer, "yuki")
    say(customer, ASKS)
    hears(customer, IN_QUEUE)
    open_first(sato, "waiting")
    sato.get_by_role("button", name="受ける", exact=True).click()
    expect(sato.locator("#composer")).to_be_visible()
    sato.set_viewport_size({"width": width, "height": 768})

    assert sato.evaluate("document.documentElement.scrollWidth") == width


# --- The hours ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "world", [("2026-11-24T09:59:50", None)], indirect=True, ids=["09:59:50"]
)
def test_desk_opens_at_ten(phone, console, world):
    sato, customer = console("op1"), phone()
    expect(sato.locator("#desk-closed")).to_contain_text("11月24日(火) 10:00から")
    say(customer, ASKS)
    hears(customer, AWAY)
    say(customer, "やめる")
    world.settle()

    world.clock.move(timedelta(seconds=10))
    expect(sato.locator("#desk-closed")).to_have_count(0, timeout=20_000)
    say(customer, ASKS)

    hears(customer, IN_QUEUE)


@pytest.mark.parametrize(
    "world", [("2026-11-24T18:59:50", None)], indirect=True, ids=["18:59:50"]
)
def test_desk_closes_at_seven(phone, console, world):
    sato, waiting, late = console("op1"), phone(), phone()
    say(waiting, ASKS)
    hears(waiting, IN_QUEUE)

    world.clock.move(timedelta(seconds=10))
    hears(waiting, "本日の受付時間が終わりました")
    say(late, ASKS)

    hears(late, AWAY)
    expect(sato.locator("#desk-closed")).to_contain_text("11月25日(水) 10:00から")
    expect(row(sato, "waiting").locator(".mark").first).to_be_visible()


@pytest.mark.parametrize(
    ("world", "opens_at"),
    [
        pytest.param(
            (
                "2026-11-24T12:30:00",
                {"weekly": {"tuesday": list(LUNCH)}},
            ),
            "11月24日(火) 13:00",
            id="lunch",
        ),
        pytest.param(
            ("2026-11-23T11:00:00", {"public_holidays": []}),
            "11月24日(火) 10:00",
            id="holiday",
        ),
        pytest.param(
            ("2026-11-24T11:00:00", {"exceptional_days": {"2026-11-24": []}}),
            "11月25日(水) 10:00",
            id="closed day",
        ),
    ],
    indirect=["world"],
)
def test_desk_is_closed_by_its_catalog(phone, console, opens_at):
    sato, customer = console("op1"), phone()

    say(customer, ASKS)

    hears(customer, AWAY)
    expect(sato.locator("#desk-closed")).to_contain_text(f"{opens_at}から")


# --- The picture of the README --------------------------------------------------------


def test_talk_fits_on_a_laptop(phone, console, world):
    sato, customer, other = console("op1"), phone(), phone()
    become(customer, "yuki")
    become(other, "eita")
    say(customer, "データプレゼントを受け取れません")
    hears(customer, "データプレゼント")
    say(customer, ASKS)
    hears(customer, IN_QUEUE)
    open_first(sato, "waiting")
    sato.keyboard.press("t")
    expect(sato.locator("#text")).to_be_focused()
    sato.keyboard.press("Control+/")
    sato.keyboard.type("はじめのあいさつ")
    expect(sato.locator("#canned-list [aria-selected=true]")).to_contain_text("はじめ")
    sato.keyboard.press("Enter")
    sato.keyboard.press("Control+Enter")
    hears(customer, "オペレーターの佐藤です")
    world.clock.move(timedelta(minutes=1))
    say(customer, "妹から1GB届いたはずなのですが、画面に出ません")
    reads(sato, "妹から1GB")
    sato.locator("#note-text").fill("妹さまからの1GB。受け取り画面に出ないとのこと。")
    sato.get_by_role("button", name="メモを残す").click()
    expect(sato.locator("#notes .note")).to_have_count(1)
    sato.get_by_role("button", name="要確認").click()
    say(other, ASKS)
    expect(row(sato, "waiting")).to_have_count(1)
    world.clock.move(timedelta(minutes=2))
    sato.locator("#lines .quote").last.click()
    sato.keyboard.type("ご不便をおかけしています。贈り物の状況をお調べしますので、")

    sizes = sato.evaluate(
        """() => ['lines', 'composer', 'context', 'desk'].map(id => {
          const box = document.getElementById(id).getBoundingClientRect();
          return box.bottom <= innerHeight && box.right <= innerWidth && box.height > 80;
        })"""
    )

    assert sizes == [True] * 4
    expect(sato.locator("#lines .line").last).to_be_in_viewport(ratio=1)
    if os.environ.get("DESK_PICTURE"):
        expect(sato.locator("#list-waiting .wait")).to_contain_text(
            "2分", timeout=20_000
        )
        sato.locator("#context").evaluate("card => card.scrollTo(0, 0)")
        sato.screenshot(path=os.environ["DESK_PICTURE"])
