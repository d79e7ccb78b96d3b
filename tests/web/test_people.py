"""The pages of administrators and supervisors: people, and the audit log."""

from __future__ import annotations

import pytest

from helpdesk.bootstrap import Helpdesk
from tests.fakes import japan
from tests.web.staff_browser import HOME, Shown, StaffBrowser

PEOPLE = "担当者"
AUDIT = "操作の記録"
FORBIDDEN = Shown(403, "この画面は開けません")
NOT_FOUND = Shown(404, "見つかりません")
IN = Shown(200, HOME)
LOGIN = Shown(200, "ログイン")


@pytest.fixture
async def admin(staff: StaffBrowser) -> StaffBrowser:
    """A browser in which the administrator is logged in."""
    assert await staff.log_in("admin") == IN
    return staff


def row(browser: StaffBrowser, number: int) -> list[str]:
    return browser.texts(f"tbody tr:nth-of-type({number}) > *")


# --- Who may --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operator", "people", "audit", "menu"),
    [
        pytest.param("op1", FORBIDDEN, FORBIDDEN, ["受付"], id="operator"),
        pytest.param(
            *("chief", FORBIDDEN, Shown(200, AUDIT)),
            ["受付", "レポート", "未回答の文", AUDIT],
            id="supervisor",
        ),
        pytest.param(
            *("admin", Shown(200, PEOPLE), Shown(200, AUDIT)),
            ["受付", "レポート", "未回答の文", AUDIT, PEOPLE],
            id="administrator",
        ),
    ],
)
async def test_pages_are_for_those_who_may(
    staff: StaffBrowser, operator: str, people: Shown, audit: Shown, menu: list[str]
):
    await staff.log_in(operator)

    found = (await staff.at("/people"), await staff.at("/audit"))

    assert (found, staff.texts("header nav a")) == ((people, audit), menu)


async def test_operators_change_nobody(staff: StaffBrowser, helpdesk: Helpdesk):
    await staff.log_in("op1")
    await staff.open("/account")

    seen = await staff.does("/people/op1", step="change", name="x", role="supervisor")

    with helpdesk.database.reading() as unit:
        found = unit.operators.get("op1")
    assert (seen, found and found.name) == (FORBIDDEN, "佐藤")


# --- People ---------------------------------------------------------------------------


async def test_list_shows_everybody(admin: StaffBrowser):
    await admin.open("/people")

    assert [row(admin, number) for number in range(1, 6)] == [
        ["管理者", "admin", "システム管理者", "退勤", "利用中", "なし"],
        ["高橋", "chief", "スーパーバイザー", "離席", "利用中", "なし"],
        ["佐藤", "op1", "オペレーター", "受付中", "利用中", "なし"],
        ["鈴木", "op2", "オペレーター", "受付中", "利用中", "なし"],
        [],
    ]


async def test_added_operator_logs_in(admin: StaffBrowser, other_staff: StaffBrowser):
    await admin.open("/people")

    seen = await admin.does("/people", id="tanaka", name="田中", role="supervisor")
    password = admin.text("#initial-password")
    entered = await other_staff.log_in("tanaka", password)
    await admin.open("/people")

    assert (seen.status, seen.heading, entered) == (
        200,
        "田中さんの初回パスワード",
        IN,
    )
    assert row(admin, 5)[:3] == ["田中", "tanaka", "スーパーバイザー"]
    assert password not in (admin.page.get_text(), None)


@pytest.mark.parametrize(
    ("key", "name", "alert"),
    [
        pytest.param(
            *("田中", "田中"),
            "IDは、半角の英小文字と数字、記号（.-_）で、32文字まで入力してください。"
            "先頭は英小文字か数字です。",
            id="bad ID",
        ),
        pytest.param(
            *("tanaka", ""), "名前を32文字までで入力してください。", id="no name"
        ),
        pytest.param(
            *("op1", "田中"),
            "このIDはすでに使われています。別のIDを入力してください。",
            id="taken",
        ),
    ],
)
async def test_refused_operator_is_said_and_what_was_typed_stays(
    admin: StaffBrowser, key: str, name: str, alert: str
):
    await admin.open("/people")

    seen = await admin.does("/people", id=key, name=name, role="supervisor")

    typed = [admin.value(each, "value") for each in ("#id", "#name")]
    chosen = admin.value("#role option[selected]", "value")
    assert (seen, typed, chosen) == (
        Shown(200, PEOPLE, alert),
        [key, name],
        "supervisor",
    )


async def test_changes_are_saved(admin: StaffBrowser):
    await admin.open("/people/op1")
    form = {"name": "佐々木", "role": "supervisor", "is_active": "no"}

    seen = await admin.does("/people/op1", step="change", **form)
    await admin.open("/people")

    assert seen == Shown(200, "佐々木", None, "変更を保存しました。")
    assert row(admin, 4) == [
        *("佐々木", "op1", "スーパーバイザー", "退勤", "利用停止", "なし"),
    ]


@pytest.mark.parametrize(
    ("form", "alert"),
    [
        pytest.param(
            {"name": "管理者", "role": "operator"},
            "ログインできるシステム管理者がいなくなるため、変更できません。"
            "先に、別の担当者をシステム管理者にしてください。",
            id="the last administrator",
        ),
        pytest.param(
            {"name": " ", "role": "administrator"},
            "名前を32文字までで入力してください。",
            id="no name",
        ),
        pytest.param({"name": "管理者", "role": "king"}, None, id="no role"),
    ],
)
async def test_refused_change_is_said(
    admin: StaffBrowser, form: dict[str, str], alert: str | None
):
    await admin.open("/people/admin")

    seen = await admin.does("/people/admin", step="change", is_active="yes", **form)

    assert seen == Shown(200, "管理者", alert)


async def test_operator_who_talks_is_not_closed(
    admin: StaffBrowser, helpdesk: Helpdesk
):
    customer = helpdesk.conversations.begin("web")
    with helpdesk.database.writing() as unit:
        helpdesk.handoffs.enqueue(unit, customer, "request", f"customer:{customer}")
    helpdesk.talks.claim(customer, "op1")
    await admin.open("/people/op1")
    form = {"name": "佐藤", "role": "operator", "is_active": "no"}

    seen = await admin.does("/people/op1", step="change", **form)

    alert = (
        "この担当者は、1件のお客さまに対応しています。"
        "対応の終了または引き継ぎのあとで、利用を停止してください。"
    )
    assert seen == Shown(200, "佐藤", alert)


async def test_new_password_is_shown_once(
    admin: StaffBrowser, other_staff: StaffBrowser
):
    await other_staff.log_in("op1")
    await admin.open("/people/op1")

    seen = await admin.does("/people/op1", step="reset_password")
    password = admin.text("#initial-password")

    assert (seen.status, seen.heading) == (200, "佐藤さんの初回パスワード")
    assert await other_staff.at("/account") == LOGIN
    assert await other_staff.log_in("op1", password) == IN


async def test_lock_is_shown_and_lifted(admin: StaffBrowser, other_staff: StaffBrowser):
    for _ in range(5):
        await other_staff.log_in("op1", "wrong")
    await admin.open("/people")
    listed = row(admin, 3)[4]
    await admin.open("/people/op1")

    seen = await admin.does("/people/op1", step="lift_lock")

    notice = "ロックを解除しました。すぐにログインできます。"
    assert (listed, seen) == (
        "ロック中（11:15まで）",
        Shown(200, "佐藤", None, notice),
    )
    assert await other_staff.log_in("op1") == IN


async def test_second_factor_is_removed(admin: StaffBrowser):
    await admin.open("/people/op1")

    seen = await admin.does("/people/op1", step="remove_second_factor")

    notice = "二段階認証を解除しました。次は、IDとパスワードでログインできます。"
    assert seen == Shown(200, "佐藤", None, notice)


@pytest.mark.parametrize("step", ["change", "reset_password", "lift_lock", "nonsense"])
async def test_unknown_person_is_not_found(admin: StaffBrowser, step: str):
    opened = await admin.at("/people/nobody")
    await admin.open("/people")

    seen = await admin.does("/people/nobody", step=step, name="x", role="operator")

    assert (opened, seen) == (NOT_FOUND, NOT_FOUND)


# --- The audit log --------------------------------------------------------------------


async def test_log_is_in_words(admin: StaffBrowser, helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        at = japan(2026, 11, 24, 11, 5, 9)
        unit.audit.add(at, "customer:web-1", "linked", "eita.1", role="holder", moved=0)
        unit.audit.add(at, "operator:op1", "something_new", "<b>", reason="{x}")
        unit.audit.add(at, "operator:?", "login_failed", "?", why="unknown")

    await admin.open("/audit")

    assert [row(admin, number) for number in range(1, 5)] == [
        ["2026-11-2411:05:09", "不明なID", "ログイン失敗", "", "理由：登録のないID"],
        [
            *("2026-11-2411:05:09", "佐藤（op1）", "something_new", "<b>"),
            "理由：{x}",
        ],
        [
            *("2026-11-2411:05:09", "お客さまweb-1", "連携", "eita.1"),
            "役割：契約者連携moved：0",
        ],
        ["2026-11-2411:00:00", "管理者（admin）", "ログイン", "管理者", ""],
    ]


async def test_log_is_filtered_and_leafed_through(
    admin: StaffBrowser, helpdesk: Helpdesk
):
    with helpdesk.database.writing() as unit:
        for number in range(51):
            unit.audit.add(
                helpdesk.clock(), "operator:op1", "code_shown", f"c.{number}"
            )

    await admin.open("/audit?who=佐藤&act=code_shown&day=2026-11-24")
    first = admin.texts("tbody tr > :nth-child(4)")
    kept = [admin.value(each, "value") for each in ("#who", "#day")]
    await admin.open(str(admin.value("a[rel=next]", "href")))
    second = admin.texts("tbody tr > :nth-child(4)")

    assert (first, kept) == (
        [f"c.{number}" for number in range(50, 0, -1)],
        ["佐藤", "2026-11-24"],
    )
    assert (second, admin.value("#who", "value")) == (["c.0"], "佐藤")
    assert admin.page.select("a[rel=next]") == []


async def test_names_in_the_log_lead_to_what_else_they_did(admin: StaffBrowser):
    await admin.open("/audit")

    links = [each["href"] for each in admin.page.select("#audit a")]

    assert links == ["/audit?who=operator%3Aadmin", "/audit?whom=admin"]
    assert await admin.at(links[0]) == Shown(200, AUDIT)
    assert len(admin.page.select("tbody tr")) == 1


@pytest.mark.parametrize(
    ("query", "lines"),
    [
        pytest.param("who=nobody", 0, id="nothing fits"),
        pytest.param("day=nonsense", 1, id="no day"),
        pytest.param("before=nonsense", 1, id="no page"),
        pytest.param("before=-1", 1, id="a negative page"),
        pytest.param("before=99999999999999999999", 1, id="a page beyond all"),
        pytest.param("before=²", 1, id="no decimal"),
    ],
)
async def test_strange_questions_are_no_errors(
    admin: StaffBrowser, query: str, lines: int
):
    seen = await admin.at(f"/audit?{query}")

    assert (seen, len(admin.page.select("tbody tr"))) == (Shown(200, AUDIT), lines)
