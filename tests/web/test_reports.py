"""The reports' page, charts, file and figures."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from bs4 import Tag

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.figures import Figures
from helpdesk.domain.reports import Grouping, Report, Row
from helpdesk.services.reports import BadPeriod, PeriodReport
from helpdesk.web.report_charts import CHARTS
from helpdesk.web.report_tables import TABLES, Column, Kind, Names, columns_of, csv_rows
from helpdesk.web.reports import Wanted, wanted
from tests.fakes import FakeClock
from tests.services.desk_talk import by_hand
from tests.web.browser import Browser
from tests.web.report_browser import staff_browser, type_in

TODAY = date(2026, 11, 24)
PAGES = [
    "/reports",
    "/reports.csv",
    "/api/reports",
    "/reports/chart/volume.svg",
]


@pytest.fixture
async def browser(helpdesk: Helpdesk) -> AsyncIterator[Browser]:
    browser = staff_browser(helpdesk)
    yield browser
    await browser.http.aclose()


def work(helpdesk: Helpdesk, clock: FakeClock) -> None:
    """Two dialogues, one of them with an operator, and a request that was given up."""
    desk = by_hand(helpdesk)
    type_in(helpdesk, "連携を解除したい", "unlink")
    desk.handoffs.request("eita", "request")
    type_in(helpdesk, "ほげほげ", customer="aiko")
    desk.handoffs.request("aiko", "request")
    clock.forward(seconds=83)
    desk.talks.claim("eita", "op1")
    desk.handoffs.leave("aiko")
    clock.forward(minutes=5)
    desk.talks.resolve("eita", "op1")
    type_in(helpdesk, "料金を確認したい", "check_billing", customer="mika")


def table(browser: Browser, name: str) -> list[list[str]]:
    """The cells of a table, the headings first."""
    found = browser.page.select_one(f"table[aria-labelledby=table-{name}]")
    assert isinstance(found, Tag)
    return [
        [cell.get_text(strip=True) for cell in row.select("th, td")]
        for row in found.select("tr")
    ]


async def figures(browser: Browser, query: str) -> dict[str, Any]:
    response = await browser.http.get(f"/api/reports?{query}")
    content: dict[str, Any] = response.json()
    return content


# --- Who may --------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
async def test_operators_see_no_reports(helpdesk: Helpdesk, page: str):
    browser = staff_browser(helpdesk, "op1")

    response = await browser.http.get(page)

    assert response.status_code == 403
    await browser.http.aclose()


@pytest.mark.parametrize("page", PAGES)
async def test_strangers_log_in_first(helpdesk: Helpdesk, page: str):
    browser = staff_browser(helpdesk, None)

    response = await browser.http.get(page, headers={"accept": "text/html"})

    assert (response.status_code, response.headers["location"]) == (303, "/login")
    await browser.http.aclose()


# --- Periods --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({}, ("today", 0, 0, "half_hour"), id="today, if nothing is said"),
        pytest.param(
            {"period": "yesterday"}, ("yesterday", -1, -1, "half_hour"), id="1"
        ),
        pytest.param({"period": "week"}, ("week", -6, 0, "day"), id="seven days"),
        pytest.param({"period": "month"}, ("month", -23, 0, "day"), id="this month"),
        pytest.param(
            {"period": "days", "from": "2026-11-20", "to": "2026-11-22"},
            ("days", -4, -2, "day"),
            id="from and to",
        ),
        pytest.param(
            {"period": "days", "from": "2026-11-20"},
            ("days", -4, -4, "half_hour"),
            id="one day",
        ),
        pytest.param(
            {"period": "today", "from": "2026-11-23", "to": "2026-11-23"},
            ("today", -1, -1, "half_hour"),
            id="a link of yesterday's page keeps its day",
        ),
        pytest.param(
            {"period": "week", "group": "operator"},
            ("week", -6, 0, "operator"),
            id="who",
        ),
    ],
)
def test_period_is_read(query: dict[str, str], expected: tuple[str, int, int, str]):
    period, first, last, group = expected

    found = wanted(query, TODAY)

    assert found == Wanted(
        period,
        TODAY + timedelta(days=first),
        TODAY + timedelta(days=last),
        Grouping(group),
    )
    assert wanted(
        dict(part.split("=") for part in found.query().split("&")), TODAY
    ) == (found)


@pytest.mark.parametrize(
    "query",
    [
        {"period": "year"},
        {"period": "days"},
        {"period": "days", "from": "2026-13-01", "to": "2026-13-02"},
        {"from": "きのう"},
        {"group": "colour"},
    ],
    ids=str,
)
def test_senseless_period_is_refused(query: dict[str, str]):
    with pytest.raises(BadPeriod):
        wanted(query, TODAY)


@pytest.mark.parametrize(
    "query",
    ["period=year", "from=2026-11-24&to=2026-11-23", "from=2020-01-01&to=2026-11-23"],
)
async def test_senseless_period_is_said(browser: Browser, query: str):
    seen = await browser.open(f"/reports?{query}")
    others = [(await browser.http.get(f"{page}?{query}")) for page in PAGES[1:]]

    assert (seen.status, (seen.alert or "")[:12]) == (400, "期間を確認してください。")
    assert [(each.status_code, each.json()) for each in others] == [
        (400, {"error": "period"})
    ] * 3


# --- The page -------------------------------------------------------------------------


@pytest.mark.parametrize("grouping", list(Grouping))
async def test_empty_day_says_so(browser: Browser, grouping: Grouping):
    seen = await browser.open(f"/reports?period=yesterday&group={grouping.value}")

    assert (
        seen.status,
        browser.text(".report-empty h2"),
        browser.page.select("img"),
    ) == (
        200,
        "この期間のデータはまだありません",
        [],
    )


async def test_page_shows_figures(
    browser: Browser, helpdesk: Helpdesk, clock: FakeClock
):
    work(helpdesk, clock)

    await browser.open("/reports?period=today&group=half_hour")

    assert table(browser, "bot")[1:] == [
        ["11:00～11:30", *("3", "1", "33.3%", "2", "66.7%", "3", "2", "66.7%")],
        ["合計", *("3", "1", "33.3%", "2", "66.7%", "3", "2", "66.7%")],
    ]
    assert table(browser, "queue")[2][:11] == [
        *("合計", "2", "1", "1", "0", "50.0%", "50.0%"),
        *("1:23", "1:23", "1:23", "1:23"),
    ]
    assert table(browser, "load")[2] == [
        *("合計", "1", "5:00", "5:00", "1.0", "12:46", "39.2%")
    ]
    assert browser.texts(".report-key dd")[:4] == ["3", "33.3%", "66.7%", "66.7%"]


async def test_rows_are_named(browser: Browser, helpdesk: Helpdesk, clock: FakeClock):
    work(helpdesk, clock)
    names = {}

    for group, name in (("day", "bot"), ("intent", "bot"), ("operator", "load")):
        await browser.open(f"/reports?group={group}")
        names[group] = [row[0] for row in table(browser, name)]

    assert names == {
        "day": ["日付", "11月24日(火)", "合計"],
        "intent": [
            *("ご用件", "料金を確認したい", "連携を解除したい"),
            *("ご用件が決まる前", "合計"),
        ],
        "operator": ["担当者", "佐藤", "鈴木", "担当なし", "合計"],
    }


@pytest.mark.parametrize("grouping", list(Grouping))
async def test_page_links_to_charts_and_file_of_its_days(
    browser: Browser, helpdesk: Helpdesk, clock: FakeClock, grouping: Grouping
):
    work(helpdesk, clock)
    await browser.open(f"/reports?period=week&group={grouping.value}")

    images = [str(image["src"]) for image in browser.page.select("img")]
    charts = [await browser.http.get(each) for each in images]
    file = browser.value("a[download]", "href")

    assert [each.status_code for each in charts] == [200] * len(CHARTS[grouping])
    assert "from=2026-11-18&to=2026-11-24" in file


async def test_present_choice_is_marked(browser: Browser, helpdesk: Helpdesk):
    type_in(helpdesk, "解除", "unlink")

    await browser.open("/reports?period=week&group=intent")

    assert browser.texts(".segments [aria-current]") == ["7日間", "ご用件別"]
    assert (
        browser.value("[name=from]", "value"),
        browser.value("[name=to]", "value"),
    ) == (
        "2026-11-18",
        "2026-11-24",
    )


async def test_page_needs_no_script(browser: Browser, helpdesk: Helpdesk):
    type_in(helpdesk, "解除", "unlink")

    await browser.open("/reports")

    assert browser.page.select("script, [style], style, [onclick]") == []


@pytest.mark.parametrize("grouping", list(Grouping))
def test_every_column_and_chart_has_its_name(helpdesk: Helpdesk, grouping: Grouping):
    words = helpdesk.catalog.reports
    keys = [each.key for each in columns_of(grouping)]
    headings = [words.columns[key] for key in keys]

    assert len(set(headings)) == len(keys)
    assert set(TABLES[grouping]) <= set(words.tables)
    assert set(CHARTS[grouping]) <= set(words.charts)


def test_every_name_is_used(helpdesk: Helpdesk):
    words = helpdesk.catalog.reports
    used = {each.key for grouping in Grouping for each in columns_of(grouping)}

    assert (set(words.columns), set(words.units)) == (
        used,
        {kind.value for kind in Kind} - {"count", "ratio"},
    )


@pytest.mark.parametrize(
    ("kind", "value", "shown", "number"),
    [
        pytest.param(Kind.COUNT, 12345, "12,345", 12345, id="count"),
        pytest.param(Kind.SHARE, 2 / 3, "66.7%", 66.7, id="share"),
        pytest.param(Kind.SHARE, 0.0, "0.0%", 0.0, id="a share of none"),
        pytest.param(Kind.SHARE, None, "–", None, id="a share of nothing"),
        pytest.param(Kind.DURATION, 59.6, "1:00", 60, id="a minute"),
        pytest.param(Kind.DURATION, 0, "0:00", 0, id="at once"),
        pytest.param(Kind.DURATION, 3723.0, "1:02:03", 3723, id="an hour"),
        pytest.param(Kind.ERROR, 90.0, "+1:30", 90, id="too long"),
        pytest.param(Kind.ERROR, -90.0, "−1:30", -90, id="too short"),
        pytest.param(Kind.ERROR, 0.2, "0:00", 0, id="no error"),
        pytest.param(Kind.SCORE, 4.256, "4.26", 4.26, id="score"),
        pytest.param(Kind.RATIO, 1.25, "1.2", 1.25, id="ratio"),
    ],
)
def test_figure_is_written_for_people_and_for_programs(
    kind: Kind, value: float | None, shown: str, number: float | None
):
    column = Column("any", kind, lambda _: value)

    assert (column.shown(Figures()), column.number(Figures())) == (shown, number)


# --- Charts ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grouping", "name"),
    [(grouping, name) for grouping in Grouping for name in CHARTS[grouping]],
)
@pytest.mark.parametrize("is_empty", [True, False], ids=["empty", "full"])
async def test_chart_is_a_picture_and_nothing_else(
    browser: Browser,
    helpdesk: Helpdesk,
    clock: FakeClock,
    grouping: Grouping,
    name: str,
    is_empty: bool,
):
    if not is_empty:
        work(helpdesk, clock)

    response = await browser.http.get(
        f"/reports/chart/{name}.svg?group={grouping.value}"
    )

    tags = {each.tag.rpartition("}")[2] for each in ET.fromstring(response.text).iter()}
    addresses = response.text.replace("http://www.w3.org/", "")
    assert (
        response.headers["content-type"],
        response.headers.get_list("content-security-policy"),
    ) == (
        "image/svg+xml",
        ["default-src 'none'; style-src 'unsafe-inline'"],
    )
    assert ("script" in tags, "http" in addresses, "url(" in addresses) == (
        False,
        False,
        False,
    )
    assert helpdesk.catalog.reports.charts[name] in response.text


@pytest.mark.parametrize(
    "address", ["/reports/chart/secret.svg", "/reports/chart/rates.svg?group=operator"]
)
async def test_unknown_chart_is_not_found(browser: Browser, address: str):
    response = await browser.http.get(address)

    assert response.status_code == 404


async def test_chart_shows_what_its_page_shows(browser: Browser, helpdesk: Helpdesk):
    """Somebody writes between the page and its pictures."""
    type_in(helpdesk, "解除", "unlink")
    await browser.open("/reports")
    image = browser.value("img", "src")
    before = await browser.http.get(image)
    type_in(helpdesk, "料金", "check_billing", customer="aiko")

    after = await browser.http.get(image)
    fresh = await browser.http.get("/reports/chart/volume.svg")

    assert bars(before.text) == bars(after.text) != bars(fresh.text)


def bars(picture: str) -> list[str | None]:
    return [
        each.text
        for each in ET.fromstring(picture).iter()
        if each.tag.endswith("}desc") and each.get("class") == "value"
    ]


# --- The file -------------------------------------------------------------------------


async def test_file_is_one_that_excel_reads(
    browser: Browser, helpdesk: Helpdesk, clock: FakeClock
):
    work(helpdesk, clock)

    response = await browser.http.get("/reports.csv?period=today&group=operator")

    text = response.content.decode("utf-8-sig")
    assert response.content[:3] == b"\xef\xbb\xbf"
    assert (text.count("\r\n"), text.count("\n")) == (5, 5)
    assert (
        response.headers["content-type"],
        response.headers["content-disposition"],
    ) == (
        "text/csv; charset=utf-8",
        'attachment; filename="reports-2026-11-24-2026-11-24-operator.csv"',
    )
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [
        (row["担当者"], row["応答数"], row["平均待ち時間（秒）"], row["応答率（%）"])
        for row in rows
    ] == [
        ("佐藤", "1", "83", "100.0"),
        ("鈴木", "0", "", ""),
        ("担当なし", "0", "", "0.0"),
        ("合計", "1", "83", "50.0"),
    ]


async def test_file_has_days_as_a_spreadsheet_knows_them(browser: Browser):
    response = await browser.http.get("/reports.csv?period=week")

    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == [
        *(f"2026-11-{day}" for day in range(18, 25)),
        "合計",
    ]


@pytest.mark.parametrize(
    "name",
    ["=1+1", "+81", "-5", "@SUM(A1)", "\t=1", " =1", "＝1+1", "\r\n=1"],
    ids=repr,
)
def test_name_is_never_a_formula(helpdesk: Helpdesk, name: str):
    report = Report(Figures(), (Row("op1", Figures()),))
    found = PeriodReport(TODAY, TODAY, Grouping.OPERATOR, report, {"op1": name})

    _, row, _ = csv_rows(found, Names(helpdesk))

    assert row[0] == f"'{name}"


# --- The figures ----------------------------------------------------------------------


async def test_figures_are_those_of_the_page(
    browser: Browser, helpdesk: Helpdesk, clock: FakeClock
):
    work(helpdesk, clock)

    found = await figures(browser, "period=today&group=operator")

    total = found["total"]
    assert {key: found[key] for key in ("from", "to", "group")} == {
        "from": "2026-11-24",
        "to": "2026-11-24",
        "group": "operator",
    }
    assert [(row["key"], row["name"]) for row in found["rows"]] == [
        ("op1", "佐藤"),
        ("op2", "鈴木"),
        (None, "担当なし"),
    ]
    assert (total["requests"], total["taken_rate"], total["wait_mean"]) == (
        2,
        0.5,
        83.0,
    )
    assert (total["operator_mean"], total["messages_mean"]) == (None, None)
