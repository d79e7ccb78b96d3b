"""The console: what it shows, and what each of its acts does for whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select
from starlette.responses import Response
from starlette.types import ASGIApp

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import CloseReason, Speaker
from helpdesk.domain.linking import LinkRole
from helpdesk.domain.staff import Status
from helpdesk.services.turns import Answer, BotMessage
from helpdesk.staff import StaffApplication
from helpdesk.storage import tables
from tests.fakes import FakeClock
from tests.services.desk_talk import (
    JOINED,
    add_customers,
    only,
    operator,
    request_of,
    requests_of,
    said,
    speakers,
    talk,
    wish,
    write,
)
from tests.web.staff_browser import StaffBrowser

DONE = (200, {"done": True})
YUKIS = "yuki.1"


class Desk(StaffBrowser):
    """A browser at the console, whose script posts with the token in a header."""

    async def acts(self, name: str, customer: str = "eita", **fields: str) -> Any:
        return await self.posts(f"/talks/{customer}/{name}", **fields)

    async def posts(self, url: str, **fields: str) -> Any:
        headers = {"x-csrf": str(self.csrf)}
        response = await self.http.post(url, data=fields, headers=headers)
        return response.status_code, response.json()

    @property
    def csrf(self) -> str:
        return str(self._csrf["csrf"])

    def rows(self, which: str) -> list[str]:
        return [str(each["id"])[4:] for each in self.page.select(f"#{which} .row")]

    def lines(self) -> list[tuple[str, str]]:
        return [
            (str(each["data-from"]), "".join(part.get_text() for part in words))
            for each in self.page.select("#lines .line")
            if (words := each.select(".said"))
        ]


@pytest.fixture
def staff_app(helpdesk: Helpdesk) -> ASGIApp:
    return StaffApplication(helpdesk).asgi()


@pytest.fixture
async def desk(staff_app: ASGIApp) -> AsyncIterator[Desk]:
    """op1 at the console."""
    desk = Desk(staff_app)
    await desk.log_in("op1")
    yield desk
    await desk.http.aclose()


@pytest.fixture
async def chief(staff_app: ASGIApp) -> AsyncIterator[Desk]:
    """The supervisor at the console."""
    desk = Desk(staff_app)
    await desk.log_in("chief")
    yield desk
    await desk.http.aclose()


def refused(helpdesk: Helpdesk, why: str, **gaps: str) -> Any:
    sentence = helpdesk.catalog.desk.console.refused[why].format(**gaps)
    return 409, {"error": sentence, "why": why}


def audited(helpdesk: Helpdesk, action: str) -> list[tuple[str, str, Any]]:
    log = tables.audit
    with helpdesk.database.engine.connect() as connection:
        rows = connection.execute(select(log).where(log.c.action == action)).all()
    return [(row.actor, row.subject, row.detail) for row in rows]


# --- Who gets in ----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/talks/eita"])
async def test_strangers_are_led_to_the_login(staff_app: ASGIApp, path: str):
    stranger = Desk(staff_app)

    seen = await stranger.at(path)

    assert (seen.status, seen.heading) == (200, "ログイン")
    await stranger.http.aclose()


@pytest.mark.parametrize(
    "path", ["/fragments/desk", "/fragments/talks/eita", "/events", "/api/desk"]
)
async def test_scripts_of_strangers_are_told_to_log_in(staff_app: ASGIApp, path: str):
    stranger = Desk(staff_app)
    del stranger.http.headers["accept"]

    response = await stranger.http.get(path)

    assert (response.status_code, response.json()) == (401, {"error": "login"})
    await stranger.http.aclose()


@pytest.mark.parametrize("token", ["", "forged"])
async def test_forged_forms_do_nothing(desk: Desk, helpdesk: Helpdesk, token: str):
    helpdesk.handoffs.request("eita", "request")

    response = await desk.http.post("/talks/eita/claim", data={"csrf": token})

    assert (response.status_code, speakers(helpdesk, "eita")) == (
        403,
        [Speaker.WAITING],
    )


@pytest.mark.parametrize("path", ["/talks/nobody", "/talks/nobody?quotes=1"])
async def test_unknown_customers_are_not_found(desk: Desk, path: str):
    assert (await desk.at(path)).status == 404
    assert (await desk.http.get("/fragments/talks/nobody")).status_code == 404
    assert (await desk.acts("note", "nobody", text="a"))[1]["why"] == "unknown_customer"
    assert (await desk.does("/talks/nobody/claim")).status == 404


async def test_unknown_acts_are_not_found(desk: Desk):
    response = await desk.http.post("/talks/eita/dance", data={"csrf": desk.csrf})

    assert response.status_code == 404


# --- The lists ------------------------------------------------------------------------


async def test_lists_show_who_waits_and_who_is_served(desk: Desk, helpdesk: Helpdesk):
    only(helpdesk, "op1", "op2")
    wish(helpdesk, "kenji", "report_link_error")
    for customer in ("eita", "aiko", "kenji", "mika"):
        helpdesk.handoffs.request(customer, "link_failed")
    helpdesk.talks.claim("eita", "op1")
    helpdesk.talks.claim("aiko", "op2")

    await desk.open("/")

    assert {
        name: desk.rows(f"list-{name}") for name in ("mine", "waiting", "others")
    } == {"mine": ["eita"], "waiting": ["kenji", "mika"], "others": ["aiko"]}
    assert desk.texts("#row-kenji .place, #row-kenji .mark, #row-kenji .row-why") == [
        "1番目",
        "不具合",
        "連携の失敗が続いた：連携がうまくいかない",
    ]
    assert desk.texts("#row-aiko .mark") == ["担当鈴木"]
    assert desk.value("#desk", "data-waiting") == "2"


async def test_empty_lists_say_so_kindly(desk: Desk):
    await desk.open("/")

    assert desk.says("お待ちのお客さまはいません。")
    assert desk.says("一覧からお客さまを選んでください。")


async def test_closed_desk_says_when_it_opens(
    desk: Desk, helpdesk: Helpdesk, clock: FakeClock
):
    clock.forward(hours=9)
    await desk.log_in("op1")

    await desk.open("/")

    assert desk.text("#desk-closed") == (
        "受付時間外です。次の受付は11月25日(水)10:00からです。"
    )


async def test_waiting_time_is_counted_from_a_moment(
    desk: Desk, helpdesk: Helpdesk, clock: FakeClock
):
    asked_at = clock().isoformat()
    helpdesk.handoffs.request("eita", "request")
    clock.forward(minutes=4)

    await desk.open("/fragments/desk")

    assert desk.value("#row-eita time", "data-since") == asked_at
    assert desk.text("#row-eita time") == "4分"
    assert desk.value("#desk", "data-now") == clock().isoformat()


async def test_only_supervisors_see_talks_of_the_bot(
    desk: Desk, chief: Desk, helpdesk: Helpdesk
):
    helpdesk.conversations.accept_text("eita", "連携", "c1")

    await desk.open("/")
    await chief.open("/")

    assert (desk.rows("list-bot"), chief.rows("list-bot")) == ([], ["eita"])


async def test_fragment_of_the_lists_marks_the_open_talk(
    desk: Desk, helpdesk: Helpdesk
):
    helpdesk.handoffs.request("eita", "request")

    await desk.open("/fragments/desk?talk=eita")

    assert desk.value("[aria-current]", "href") == "/talks/eita#talk"


async def test_lists_are_there_for_other_programs(desk: Desk, helpdesk: Helpdesk):
    only(helpdesk, "op1", "op2")
    helpdesk.handoffs.request("eita", "request")
    helpdesk.handoffs.request("aiko", "request")
    helpdesk.talks.claim("aiko", "op2")

    found = (await desk.http.get("/api/desk")).json()

    assert (
        [(each["customer"], each["place"]) for each in found["waiting"]],
        [(each["customer"], each["operator"]) for each in found["talks"]],
        [(each["id"], each["status"], each["talks"]) for each in found["operators"]],
    ) == (
        [("eita", 1)],
        [("aiko", "op2")],
        [
            ("admin", "away", 0),
            ("chief", "away", 0),
            ("op1", "available", 0),
            ("op2", "available", 1),
        ],
    )


# --- A talk ---------------------------------------------------------------------------


async def test_talk_shows_what_was_said_and_to_whom(desk: Desk, helpdesk: Helpdesk):
    helpdesk.conversations.accept_text("eita", "<script>alert(1)</script>", "c1")
    turn = helpdesk.conversations.next_turn("eita")
    assert turn is not None
    helpdesk.conversations.answer(
        turn, Answer([BotMessage("はい。", [("次へ", "/affirm")])], None)
    )

    response = await desk.http.get("/talks/eita")
    await desk.open("/talks/eita")

    assert "<script>alert" not in response.text
    assert desk.lines() == [
        ("customer", "<script>alert(1)</script>"),
        ("bot", "はい。"),
    ]
    assert desk.text(".offered") == "選択肢：次へ"


async def test_pages_allow_no_inline_script(desk: Desk):
    response = await desk.http.get("/talks/eita")

    policy = response.headers["content-security-policy"]
    assert ("script-src 'self'" in policy, "unsafe" in policy) == (True, False)
    assert [each.get_text() for each in desk.page.select("script")] in ([], [""])
    assert " style=" not in response.text
    assert " onclick=" not in response.text


async def test_context_tells_why_the_bot_gave_up_and_what_is_known(
    desk: Desk, helpdesk: Helpdesk, clock: FakeClock
):
    wish(helpdesk, "yuki", "report_link_error")
    with helpdesk.database.writing() as unit:
        unit.failed_tries.add("yuki", None, "code", clock())
    helpdesk.handoffs.request("yuki", "link_failed")

    await desk.open("/talks/yuki")

    assert desk.texts("#block-request dd") == [
        "連携の失敗が続いた",
        "連携がうまくいかない不具合",
        "11月24日(火)11:00",
    ]
    assert desk.texts("#block-customer dd")[1] == (
        "利用コードが見つからない、または古い11月24日(火)11:00"
    )
    assert desk.texts("#block-subscriptions h3, #block-subscriptions strong") == [
        "下4桁5501",
        "連携できます",
    ]


async def test_customers_ng_words_are_marked(desk: Desk, helpdesk: Helpdesk):
    write(helpdesk, "eita", "もう訴えますよ", "c1")
    helpdesk.handoffs.request("eita", "request")

    await desk.open("/talks/eita")

    assert desk.texts("#lines .ng") == ["注意語：訴え"]
    assert "注意語" in desk.texts("#row-eita .mark")


async def test_one_time_addresses_are_not_shown(desk: Desk, helpdesk: Helpdesk):
    talk(helpdesk)
    helpdesk.staff_acts.send_page("eita", operator(helpdesk, "op1"), LinkRole.HOLDER)

    await desk.open("/talks/eita")

    assert desk.lines()[-1][1].endswith("/link/holder?t=…")


async def test_each_look_at_a_customer_is_audited_once(desk: Desk, helpdesk: Helpdesk):
    await desk.open("/talks/eita")
    await desk.open("/talks/eita")

    assert audited(helpdesk, "looked_at") == [("operator:op1", "eita", {})]


# --- The word -------------------------------------------------------------------------


async def test_talk_is_taken_answered_and_ended(desk: Desk, helpdesk: Helpdesk):
    helpdesk.handoffs.request("eita", "request")

    answers = [
        await desk.acts("claim"),
        await desk.acts("say", text="確認します。"),
        await desk.acts("resolve"),
    ]

    assert answers == [DONE] * 3
    assert said(helpdesk)[-2:] == [JOINED, ("operator", "確認します。")]
    assert request_of(helpdesk).close_reason is CloseReason.RESOLVED


async def test_page_does_the_same_without_a_script(desk: Desk, helpdesk: Helpdesk):
    helpdesk.handoffs.request("eita", "request")
    await desk.open("/talks/eita")

    await desk.does("/talks/eita/claim")
    await desk.does("/talks/eita/say", text="確認します。")

    assert desk.lines()[-1] == ("operator", "確認します。")
    assert desk.page.select("#composer") != []


async def test_second_operator_is_told_that_it_was_taken(
    desk: Desk, helpdesk: Helpdesk
):
    talk(helpdesk, "eita", "op2")

    assert await desk.acts("claim") == refused(helpdesk, "moved")
    assert await desk.acts("say", text="はい") == refused(helpdesk, "moved")
    shown = await desk.does("/talks/eita/claim")

    sentence = helpdesk.catalog.desk.console.refused["moved"]
    assert (shown.status, desk.text("#page-error")) == (409, sentence)
    assert desk.text("#turn") == "鈴木さんが対応しています。"


async def test_nobody_takes_more_talks_than_allowed(desk: Desk, helpdesk: Helpdesk):
    only(helpdesk, "op1", "op2")
    for customer in ("eita", "aiko", "kenji"):
        talk(helpdesk, customer)
    helpdesk.handoffs.request("mika", "request")

    assert await desk.acts("claim", "mika") == refused(helpdesk, "limit")


async def test_answers_quote_a_line_of_the_customer(desk: Desk, helpdesk: Helpdesk):
    talk(helpdesk)
    write(helpdesk, "eita", "番号は\nどこですか", "c1")
    line = helpdesk.conversations.messages("eita")[-1].id

    await desk.open(f"/talks/eita?quotes={line}")
    offered = (desk.value("[name=quotes]", "value"), desk.text("#quoting .quoted"))
    await desk.acts("say", text="マイページです。", quotes=str(line))
    await desk.open("/talks/eita")

    assert offered == (str(line), "番号はどこですか")
    assert desk.texts("#lines .quoted") == ["番号はどこですか"]


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "empty"), ("  ", "empty"), ("あ" * 5001, "too_long")],
    ids=["empty", "spaces", "long"],
)
async def test_unfit_texts_are_not_sent(
    desk: Desk, helpdesk: Helpdesk, text: str, why: str
):
    talk(helpdesk)

    assert await desk.acts("say", text=text) == refused(helpdesk, why)
    assert said(helpdesk)[-1] == JOINED


async def test_ng_words_are_sent_only_on_purpose(desk: Desk, helpdesk: Helpdesk):
    talk(helpdesk)
    text = "それは知りません。"

    first = await desk.acts("say", text=text)
    before = said(helpdesk)[-1]
    second = await desk.acts("say", text=text, anyway="yes")

    assert (first, before, second) == (
        refused(helpdesk, "ng_words", words="知りません"),
        JOINED,
        DONE,
    )
    assert said(helpdesk)[-1] == ("operator", text)
    assert audited(helpdesk, "ng_words_sent") == [
        ("operator:op1", "eita", {"words": ["知りません"]})
    ]


async def test_refused_answer_is_not_lost_without_a_script(
    desk: Desk, helpdesk: Helpdesk
):
    talk(helpdesk)

    shown = await desk.does("/talks/eita/say", text="それは知りません。")

    assert (shown.status, desk.text("#text")) == (409, "それは知りません。")
    assert "hidden" not in desk.page.select("#anyway")[0].attrs


async def test_talk_is_put_back_passed_on_and_held(desk: Desk, helpdesk: Helpdesk):
    talk(helpdesk)

    held = await desk.acts("hold", on="yes")
    is_held = request_of(helpdesk).held_at is not None
    passed = await desk.acts("pass", to="op2")
    again = await desk.acts("release")

    assert (held, is_held, passed) == (DONE, True, DONE)
    assert again == refused(helpdesk, "moved")
    assert request_of(helpdesk).operator == "op2"


async def test_talk_goes_back_to_the_queue(desk: Desk, helpdesk: Helpdesk):
    talk(helpdesk)

    assert await desk.acts("release") == DONE
    assert speakers(helpdesk, "eita") == [Speaker.WAITING]


@pytest.mark.parametrize("to", ["admin", "op1", "nobody", ""])
async def test_talk_is_not_passed_to_who_is_not_there(
    desk: Desk, helpdesk: Helpdesk, to: str
):
    talk(helpdesk)
    helpdesk.talks.set_status("admin", Status.OFF, "admin")

    assert await desk.acts("pass", to=to) == refused(helpdesk, "no_colleague")


async def test_only_supervisors_take_over(desk: Desk, chief: Desk, helpdesk: Helpdesk):
    talk(helpdesk, "eita", "op2")

    by_operator = await desk.acts("take-over")
    by_supervisor = await chief.acts("take-over")
    from_bot = await chief.acts("take-over", "aiko")

    assert by_operator == refused(helpdesk, "forbidden")
    assert (by_supervisor, from_bot) == (DONE, DONE)
    assert [request_of(helpdesk, each).operator for each in ("eita", "aiko")] == [
        "chief",
        "chief",
    ]


async def test_left_message_is_answered(
    desk: Desk, helpdesk: Helpdesk, clock: FakeClock
):
    helpdesk.handoffs.leave_message("eita", "電話をください", "out_of_hours", "e1")
    await desk.open("/talks/eita")
    shown = desk.texts("#block-request dd")[-1]

    assert (await desk.acts("claim"), shown) == (DONE, "電話をください")
    assert speakers(helpdesk, "eita") == [Speaker.OPERATOR]


# --- For colleagues -------------------------------------------------------------------


async def test_notes_are_written_and_deleted_by_their_author(
    desk: Desk, chief: Desk, helpdesk: Helpdesk
):
    await desk.acts("note", text="折り返し <b>15時</b>")
    await desk.open("/talks/eita")
    note = str(desk.value("#notes .note", "id"))[5:]
    shown = desk.texts("#notes .said")

    others = await chief.acts("delete-note", note=note)
    own = await desk.acts("delete-note", note=note)
    await desk.open("/talks/eita")

    assert shown == ["折り返し<b>15時</b>"]
    assert (others, own) == (refused(helpdesk, "not_your_note"), DONE)
    assert desk.texts("#notes .said") == []


@pytest.mark.parametrize("note", ["", "x", "²", "9" * 30])
async def test_note_keys_are_numbers(desk: Desk, helpdesk: Helpdesk, note: str):
    answer = await desk.acts("delete-note", note=note)

    assert answer == refused(helpdesk, "not_your_note")


async def test_labels_are_put_on_and_taken_off(desk: Desk, helpdesk: Helpdesk):
    pressed = []
    for is_on in ("yes", "yes", "no"):
        assert await desk.acts("label", label="折り返し", on=is_on) == DONE
        await desk.open("/talks/eita")
        pressed.append(desk.texts(".label[aria-pressed=true]"))

    assert pressed == [["折り返し"], ["折り返し"], []]
    assert await desk.acts("label", label="勝手", on="yes") == refused(
        helpdesk, "unknown_label"
    )


# --- On behalf of the customer --------------------------------------------------------


async def test_code_is_reissued_once_for_one_form(desk: Desk, helpdesk: Helpdesk):
    before = helpdesk.user_codes.show(YUKIS, "test")
    fields = {"subscription": YUKIS, "reason": "紛失", "once": "a1"}

    first = await desk.acts("reissue", "yuki", **fields)
    after = helpdesk.user_codes.show(YUKIS, "test")
    again = await desk.acts("reissue", "yuki", **fields)

    assert (first, again, before != after) == (DONE, DONE, True)
    assert helpdesk.user_codes.show(YUKIS, "test") == after


@pytest.mark.parametrize(
    ("customer", "subscription", "reason", "why"),
    [
        ("yuki", YUKIS, " ", "no_reason"),
        ("hiro", "hiro.1", "紛失", "not_the_holder"),
        ("eita", YUKIS, "紛失", "not_the_holder"),
        ("yuki", "none", "紛失", "not_the_holder"),
    ],
    ids=["no reason", "end user", "another's", "none"],
)
async def test_codes_are_reissued_for_linked_holders_with_a_reason(
    desk: Desk,
    helpdesk: Helpdesk,
    customer: str,
    subscription: str,
    reason: str,
    why: str,
):
    answer = await desk.acts(
        "reissue", customer, subscription=subscription, reason=reason
    )

    assert answer == refused(helpdesk, why)


async def test_lock_is_lifted(desk: Desk, helpdesk: Helpdesk, clock: FakeClock):
    limit = helpdesk.catalog.policies.failed_tries
    with helpdesk.database.writing() as unit:
        for _ in range(20):
            unit.failed_tries.add("eita", None, "code", clock())
    await desk.open("/talks/eita")
    locked = desk.texts("#block-customer dd")[-1]

    answer = await desk.acts("unlock", reason="本人に確認")
    await desk.open("/talks/eita")

    assert limit is not None
    assert (locked != "ありません", answer) == (True, DONE)
    assert desk.texts("#block-customer dd")[-1] == "ありません"


async def test_link_is_ended(desk: Desk, helpdesk: Helpdesk):
    link = str(helpdesk.linking.links_of("hiro")[0][0].id)

    missing = await desk.acts("unlink", "hiro", link="x", reason="解約")
    without = await desk.acts("unlink", "hiro", link=link)
    first = await desk.acts("unlink", "hiro", link=link, reason="機種変更")
    again = await desk.acts("unlink", "hiro", link=link, reason="機種変更")

    assert [missing, without, first, again] == [
        refused(helpdesk, "no_such_link"),
        refused(helpdesk, "no_reason"),
        DONE,
        refused(helpdesk, "no_such_link"),
    ]


async def test_page_is_sent_by_who_has_the_word(desk: Desk, helpdesk: Helpdesk):
    before = await desk.acts("send-page", role="holder")
    talk(helpdesk)
    sent = await desk.acts("send-page", role="holder")
    unknown = await desk.acts("send-page", role="cat")

    assert (before, sent, unknown) == (
        refused(helpdesk, "moved"),
        DONE,
        refused(helpdesk, "unknown_page"),
    )
    assert "/link/holder?t=" in said(helpdesk)[-1][1]


async def test_check_of_the_dates_is_audited(desk: Desk, helpdesk: Helpdesk):
    assert await desk.acts("check") == DONE
    assert audited(helpdesk, "eligibility_checked") == [("operator:op1", "eita", {})]


# --- Secrets, images, ready answers ---------------------------------------------------


async def test_secret_is_shown_on_demand_to_its_talk_alone(
    desk: Desk, helpdesk: Helpdesk, clock: FakeClock
):
    write(helpdesk, "eita", "コードは24681357902468131です", "c1")
    page = await desk.http.get("/talks/eita")
    await desk.open("/talks/eita")
    token = str(desk.value("[data-token]", "data-token"))

    shown = await desk.acts("secret", token=token)
    others = await desk.acts("secret", "aiko", token=token)
    clock.forward(minutes=31)
    late = await desk.acts("secret", token=token)

    sentence = helpdesk.catalog.desk.console.refused["secret_gone"]
    gone = (404, {"error": sentence, "why": "secret_gone"})
    assert "24681357902468131" not in page.text
    assert shown == (200, {"secret": "24681357902468131"})
    assert (others, late) == (gone, gone)
    assert len(audited(helpdesk, "secret_opened")) == 3


async def test_passwords_offer_nothing_to_show(desk: Desk, helpdesk: Helpdesk):
    write(helpdesk, "eita", "パスワードは Hanako2024 です", "c1")

    await desk.open("/talks/eita")

    assert desk.page.select("[data-token]") == []
    assert desk.says("（パスワード：保存していません）")


@pytest.mark.parametrize(
    ("kind", "label"),
    [("image", "画像を表示"), ("video", "動画を保存"), ("file", "ファイルを保存")],
)
async def test_contents_of_line_are_asked_for_on_demand(
    helpdesk: Helpdesk, kind: str, label: str
):
    asked = []

    class Contents:
        async def fetch(self, content_id: str) -> Response:
            asked.append(content_id)
            return Response(b"picture", media_type="image/png")

    with helpdesk.database.writing() as unit:
        unit.conversations.say(
            "eita", "customer", "送られました", helpdesk.clock(), content=(kind, "m1")
        )
    line = helpdesk.conversations.messages("eita")[-1].id
    application = StaffApplication(helpdesk)
    application._news.contents = Contents()
    desk = Desk(application.asgi())
    await desk.log_in("op1")

    await desk.open("/talks/eita")
    shown = (desk.text(".content"), desk.value(".content a", "href"), list(asked))
    found = await desk.http.get(f"/images/{line}")
    none = await desk.http.get("/images/999999")

    assert shown == (label, f"/images/{line}", [])
    assert (found.content, none.status_code, asked) == (b"picture", 404, ["m1"])
    await desk.http.aclose()


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("", "はじめのあいさつ"),
        ("あいさつ 終わり", "終わりのあいさつ"),
        ("利用コード", "利用コードの場所"),
        ("データプレゼント", "データプレゼント"),
    ],
)
async def test_ready_answers_are_found_by_words(desk: Desk, words: str, first: str):
    found = (await desk.http.get("/canned", params={"q": words})).json()

    assert found[0]["title"] == first


async def test_ready_answers_are_filled_in(desk: Desk):
    found = (await desk.http.get("/canned")).json()

    assert "オペレーターの佐藤です" in found[0]["text"]
    assert all("{" not in each["text"] for each in found)


async def test_nonsense_finds_no_ready_answer(desk: Desk):
    assert (await desk.http.get("/canned", params={"q": "xyzzy"})).json() == []


# --- Status ---------------------------------------------------------------------------


async def test_own_status_is_set(desk: Desk, helpdesk: Helpdesk):
    answer = await desk.posts("/status", status="away")
    await desk.open("/")

    assert (answer, operator(helpdesk, "op1").status) == (DONE, Status.AWAY)
    assert desk.text("#statuses [aria-pressed=true]") == "離席"
    assert desk.says("離席のため、新しいお客さまは割り当てられません。")


async def test_supervisors_set_the_status_of_others(
    desk: Desk, chief: Desk, helpdesk: Helpdesk
):
    form = {"operator": "op2", "status": "off"}
    by_operator = await desk.does("/status", **form)
    before = operator(helpdesk, "op2").status
    await chief.does("/status", **form)

    assert (by_operator.status, before) == (403, Status.AVAILABLE)
    assert operator(helpdesk, "op2").status is Status.OFF


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"status": "asleep"}, 422), ({"status": "away", "operator": "nobody"}, 404)],
    ids=["status", "operator"],
)
async def test_impossible_statuses_are_refused(
    chief: Desk, fields: dict[str, str], status: int
):
    assert (await chief.does("/status", **fields)).status == status


async def test_long_queue_of_strangers_has_short_names(desk: Desk, helpdesk: Helpdesk):
    (customer,) = add_customers(helpdesk, 1)
    helpdesk.handoffs.request(customer, "request")

    await desk.open("/")

    assert desk.text("#list-waiting .row-name") == f"…{customer[-6:]}"
    assert requests_of(helpdesk, customer)[0].operator is None


@pytest.mark.parametrize(
    ("happened", "is_told"),
    [
        pytest.param([], False, id="never"),
        pytest.param([True], True, id="reached"),
        pytest.param([True, False], False, id="lifted"),
    ],
)
async def test_used_up_pushes_on_line_are_told(
    helpdesk: Helpdesk, happened: list[bool], is_told: bool
):
    for reached in happened:
        helpdesk.line_delivery.note_limit(reached=reached)
    browser = Desk(StaffApplication(helpdesk).asgi())
    await browser.log_in("op1")

    await browser.open("/")

    assert (browser.text("#pushes-held") is not None) is is_told
