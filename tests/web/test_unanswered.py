"""Sentences without an answer: the list, the decisions, and the file for Rasa."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.staff import NotPermitted
from helpdesk.settings import ROOT
from helpdesk.storage import desk_tables, tables
from helpdesk.storage.lessons import training_data
from tests.fakes import FakeClock
from tests.services.desk_talk import operator
from tests.web.browser import Browser
from tests.web.report_browser import staff_browser, type_in

PAGES = ["/unanswered", "/unanswered.yml"]


@pytest.fixture
async def browser(helpdesk: Helpdesk) -> AsyncIterator[Browser]:
    browser = staff_browser(helpdesk)
    yield browser
    await browser.http.aclose()


def sentences(browser: Browser) -> list[tuple[str, str]]:
    """The sentences on the page, and how often they were typed."""
    return [
        (
            each.select(".sentence-text")[0].get_text(),
            each.select(".sentence-facts")[0].get_text().split("回")[0],
        )
        for each in browser.page.select(".sentences > li")
    ]


def lessons(helpdesk: Helpdesk) -> list[tuple[Any, ...]]:
    table = desk_tables.lessons
    query = select(table.c.item, table.c.text, table.c.intent, table.c.operator)
    with helpdesk.database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


def decisions(helpdesk: Helpdesk) -> list[tuple[str, str, str, dict[str, Any]]]:
    """The lines of the audit log that tell of lessons."""
    with helpdesk.database.engine.connect() as connection:
        rows = connection.execute(select(tables.audit).order_by(tables.audit.c.id))
        return [
            (row.actor, row.action, row.subject, row.detail)
            for row in rows
            if row.action.startswith("lesson")
        ]


async def decide(browser: Browser, item: int, intent: str, **place: str) -> str:
    """Press the button beside a sentence; where that leads."""
    await browser.open("/unanswered")
    fields = {"kind": "nlu_fallback", "show": "open", "page": "1"} | place
    token = browser.value("input[name=csrf]", "value")
    response = await browser.http.post(
        "/unanswered", data=fields | {"csrf": token, "item": item, "intent": intent}
    )
    assert response.status_code == 303
    return str(response.headers["location"])


async def exported(browser: Browser) -> list[tuple[str, list[str]]]:
    response = await browser.http.get("/unanswered.yml")
    return read(response.text)


def read(text: str) -> list[tuple[str, list[str]]]:
    """Intents with their sentences, read as Rasa does."""
    content = yaml.safe_load(text)
    assert (content["version"], sorted(content)) == ("3.1", ["nlu", "version"])
    return [
        (
            each["intent"],
            [line.removeprefix("- ") for line in each["examples"].splitlines()],
        )
        for each in content["nlu"]
    ]


# --- Who may --------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("who", "status"), [("op1", 403), (None, 401), ("chief", 200)])
async def test_only_supervisors_teach(
    helpdesk: Helpdesk, page: str, who: str | None, status: int
):
    browser = staff_browser(helpdesk, who)

    response = await browser.http.get(page)

    assert response.status_code == status
    await browser.http.aclose()


async def test_forged_form_decides_nothing(browser: Browser, helpdesk: Helpdesk):
    item = type_in(helpdesk, "ほげほげ")

    response = await browser.http.post(
        "/unanswered", data={"item": item, "intent": "unlink", "csrf": "forged"}
    )

    assert (response.status_code, lessons(helpdesk)) == (403, [])


def test_service_asks_for_the_permission_itself(helpdesk: Helpdesk):
    item = type_in(helpdesk, "ほげほげ")

    with pytest.raises(NotPermitted):
        helpdesk.lessons.teach(item, "unlink", operator(helpdesk, "op1"))


# --- The list -------------------------------------------------------------------------


async def test_list_without_sentences_says_so(browser: Browser):
    await browser.open("/unanswered")
    nothing_open = browser.text(".report-empty h2")
    await browser.open("/unanswered?show=done")

    assert (nothing_open, browser.text(".report-empty h2")) == (
        "未確認の文はありません",
        "確認済みの文はまだありません",
    )


async def test_equal_sentences_stand_together_the_newest_first(
    browser: Browser, helpdesk: Helpdesk, clock: FakeClock
):
    for customer, text in [
        ("eita", "eSIMにしたい"),
        ("aiko", "ほげほげ"),
        ("mika", "ｅＳＩＭにしたい　"),
        ("eita", "連携を解除したい"),
    ]:
        type_in(
            helpdesk,
            text,
            "unlink" if "連携" in text else "nlu_fallback",
            customer=customer,
        )
        clock.forward(minutes=1)

    await browser.open("/unanswered")

    assert sentences(browser) == [("ｅＳＩＭにしたい　", "2"), ("ほげほげ", "1")]
    assert "最後は11月24日(火)11:02" in browser.texts(".sentence-facts")[0]


async def test_out_of_scope_is_another_list(browser: Browser, helpdesk: Helpdesk):
    type_in(helpdesk, "ほげほげ")
    type_in(helpdesk, "解約したい", "out_of_scope")

    await browser.open("/unanswered?kind=out_of_scope")

    assert sentences(browser) == [("解約したい", "1")]


async def test_markup_in_a_sentence_is_text(browser: Browser, helpdesk: Helpdesk):
    type_in(helpdesk, "<script>alert(1)</script>あ")

    await browser.open("/unanswered")

    assert sentences(browser) == [("<script>alert(1)</script>あ", "1")]
    assert browser.page.select("script") == []


async def test_secrets_are_shown_as_words(browser: Browser, helpdesk: Helpdesk):
    """Two codes have two tokens, and yet the sentences are equal."""
    type_in(helpdesk, "24681357902468135を登録")
    type_in(helpdesk, "13572468013572468を登録", customer="aiko")

    await browser.open("/unanswered")

    assert sentences(browser) == [("（利用コード：表示していません）を登録", "2")]
    assert browser.says("番号などを含むため、書き出しには入りません")


async def test_what_was_taken_back_never_appears(browser: Browser, helpdesk: Helpdesk):
    item = type_in(helpdesk, "ほげほげ", client_id="event-1")
    helpdesk.lessons.teach(item, "unlink", operator(helpdesk, "chief"))
    with helpdesk.database.writing() as unit:
        unit.conversations.erase(
            "eita", "eita:event-1", "（取り消し）", helpdesk.clock()
        )

    await browser.open("/unanswered?show=done")

    assert (sentences(browser), await exported(browser), lessons(helpdesk)) == (
        [],
        [],
        [],
    )


async def test_words_for_operators_and_surveys_do_not_appear(
    browser: Browser, helpdesk: Helpdesk
):
    message = type_in(helpdesk, "電話をください", client_id="event-1")
    type_in(helpdesk, "とても助かりました", client_id="event-2")
    helpdesk.handoffs.leave_message("eita", "電話をください", "full", "eita:event-1")
    survey = helpdesk.surveys.ask("eita", "bot")
    assert survey is not None
    helpdesk.surveys.comment("eita", survey, "とても助かりました", "eita:event-2")

    await browser.open("/unanswered")

    assert (sentences(browser), message > 0) == ([], True)


@pytest.mark.parametrize(
    ("page", "first", "links"),
    [
        pytest.param("1", "文その35", ["次のページ"], id="the first"),
        pytest.param("2", "文その5", ["前のページ"], id="the last"),
        pytest.param("99", "文その5", ["前のページ"], id="beyond the last"),
        pytest.param("0", "文その35", ["次のページ"], id="before the first"),
        pytest.param("²", "文その35", ["次のページ"], id="no number"),
    ],
)
async def test_list_has_pages(
    browser: Browser, helpdesk: Helpdesk, page: str, first: str, links: list[str]
):
    for number in range(1, 36):
        type_in(helpdesk, f"文その{number}")

    await browser.open(f"/unanswered?page={page}")

    assert (sentences(browser)[0][0], browser.texts(".report-pages a")) == (
        first,
        links,
    )


async def test_every_intent_of_the_dialogue_can_be_chosen(
    browser: Browser, helpdesk: Helpdesk
):
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    intents = [
        each for each in domain["intents"] if not str(each).startswith("EXTERNAL")
    ]
    type_in(helpdesk, "ほげほげ")

    await browser.open("/unanswered")

    offered = [str(each["value"]) for each in browser.page.select("option")]
    assert sorted(offered) == sorted(["", "-", *intents])
    assert "あいさつ（greet）" in browser.texts("option")
    assert "連携を解除したい" in browser.texts("option")


# --- Deciding -------------------------------------------------------------------------


async def test_assigned_sentence_leaves_the_list_and_can_be_taken_back(
    browser: Browser, helpdesk: Helpdesk
):
    item = type_in(helpdesk, "もうつながなくていい")

    there = await decide(browser, item, "unlink")
    await browser.open(there)
    notice = browser.text(".taught p")
    listed = sentences(browser)
    after = lessons(helpdesk)
    await decide(browser, item, "undo")
    await browser.open("/unanswered")

    assert (notice, listed) == (
        "「もうつながなくていい」を「連携を解除したい」にしました。",
        [],
    )
    assert after == [(item, "もうつながなくていい", "unlink", "chief")]
    assert (sentences(browser), lessons(helpdesk)) == (
        [("もうつながなくていい", "1")],
        [],
    )
    assert decisions(helpdesk) == [
        ("operator:chief", "lesson_given", f"inbox:{item}", {"intent": "unlink"}),
        ("operator:chief", "lesson_undone", f"inbox:{item}", {}),
    ]


async def test_sentence_may_be_not_worth_teaching(browser: Browser, helpdesk: Helpdesk):
    item = type_in(helpdesk, "ほげほげ")

    await browser.open(await decide(browser, item, "-"))
    notice = browser.text(".taught p")
    await browser.open("/unanswered?show=done")

    assert (notice, browser.texts(".sentence-meaning")) == (
        "「ほげほげ」を「教えない」にしました。",
        ["教えない"],
    )
    assert (lessons(helpdesk), await exported(browser)) == (
        [(item, "ほげほげ", None, "chief")],
        [],
    )


async def test_decision_holds_for_equal_sentences_also_later(
    browser: Browser, helpdesk: Helpdesk
):
    first = type_in(helpdesk, "eSIMにしたい")
    helpdesk.lessons.teach(first, "change_plan", operator(helpdesk, "chief"))
    later = type_in(helpdesk, "ＥＳＩＭにしたい", customer="aiko")

    again = await decide(browser, later, "out_of_scope")
    await browser.open("/unanswered?show=done")

    assert f"done={first}" in again
    assert sentences(browser) == [("ＥＳＩＭにしたい", "2")]
    assert lessons(helpdesk) == [(first, "eSIMにしたい", "out_of_scope", "chief")]


@pytest.mark.parametrize(
    ("intent", "known"),
    [("fly", True), ("nlu_fallback", True), ("unlink", False), ("undo", False)],
)
async def test_senseless_decision_is_refused(
    browser: Browser, helpdesk: Helpdesk, intent: str, known: bool
):
    item = type_in(helpdesk, "ほげほげ")
    await browser.open("/unanswered")

    seen = await browser.send(
        "/unanswered", item=str(item if known else 999_999), intent=intent
    )

    assert (seen.status, lessons(helpdesk), decisions(helpdesk)) == (404, [], [])


@pytest.mark.parametrize(
    "fields",
    [{}, {"item": "1"}, {"item": "x", "intent": "unlink"}, {"intent": "unlink"}],
)
async def test_form_without_a_choice_decides_nothing(
    browser: Browser, helpdesk: Helpdesk, fields: dict[str, str]
):
    type_in(helpdesk, "ほげほげ")
    await browser.open("/unanswered")

    seen = await browser.send("/unanswered", **fields)

    assert (seen.status, lessons(helpdesk)) == (303, [])


# --- The file -------------------------------------------------------------------------


async def test_file_holds_what_was_taught_by_intent(
    browser: Browser, helpdesk: Helpdesk
):
    chief = operator(helpdesk, "chief")
    for text, intent in [
        ("もうつながなくていい", "unlink"),
        ("eSIMにしたい", "change_plan"),
        ("切り離して", "unlink"),
        ("24681357902468135を登録", "inform_user_code"),
        ("ほげほげ", None),
    ]:
        helpdesk.lessons.teach(type_in(helpdesk, text), intent, chief)

    response = await browser.http.get("/unanswered.yml")

    assert response.text == (
        'version: "3.1"\n'
        "nlu:\n"
        "  - intent: change_plan\n"
        "    examples: |\n"
        "      - eSIMにしたい\n"
        "  - intent: unlink\n"
        "    examples: |\n"
        "      - もうつながなくていい\n"
        "      - 切り離して\n"
    )
    assert response.headers["content-disposition"] == (
        'attachment; filename="lessons.yml"'
    )
    assert decisions(helpdesk)[-1] == (
        *("operator:chief", "lessons_exported", "lessons"),
        {"sentences": 3},
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("a: b # c", "a: b # c", id="signs of YAML"),
        pytest.param('- "はい" | > & * ! %', '- "はい" | > & * ! %', id="more of them"),
        pytest.param("一行目\n二行目\r\n三行目", "一行目 二行目 三行目", id="lines"),
        pytest.param("区切り\u2028と\x85と\x0b字", "区切り と と 字", id="other lines"),
        pytest.param("\x07鳴る\x1b[0m", "鳴る[0m", id="control characters"),
        pytest.param("[料金](amount)は", "[料金] (amount)は", id="a mark of Rasa"),
        pytest.param('[料金]{"entity": "x"}', '[料金] {"entity": "x"}', id="another"),
        pytest.param("  前後  ", "前後", id="white space"),
        pytest.param("絵文字👨‍👩‍👧で🙏", "絵文字👨‍👩‍👧で🙏", id="emoji"),
        pytest.param("'", "'", id="a quotation mark"),
    ],
)
def test_sentence_is_one_line_of_valid_yaml(text: str, line: str):
    assert read(training_data({"unlink": [text, "解除"]})) == [
        ("unlink", [line, "解除"])
    ]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5))
def test_whatever_is_typed_gives_a_file_that_can_be_read(texts: list[str]):
    ((intent, examples),) = read(training_data({"unlink": [*texts, "解除"]}))

    assert (intent, len(examples), examples[-1]) == (
        "unlink",
        sum(bool(each) for each in map(printed, texts)) + 1,
        "解除",
    )


def printed(text: str) -> str:
    """What is left of a text on one line."""
    return "".join(
        each
        for each in "".join(text.split())
        if each >= " " and not "\x7f" <= each < "\xa0"
    )


def test_file_without_lessons_can_be_read():
    assert read(training_data({})) == []


def test_intent_without_a_readable_sentence_is_left_out():
    assert read(training_data({"unlink": ["\x07"], "greet": ["やあ"]})) == [
        ("greet", ["やあ"])
    ]
