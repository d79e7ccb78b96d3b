"""Conversation tests as data: what a case may say of LINE, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.staff import Status
from helpdesk.services.ports import Button, Message
from tests.converse.arrivals import Arrivals
from tests.converse.cases import BadCase, read_cases
from tests.converse.line_steps import Doing, read_doings
from tests.converse.operators import read_act
from tests.line_platform import LinePlatform

AT = datetime(2026, 11, 24, 2, tzinfo=UTC)
ONCE = {"times": 1, "is_every": False, "is_shuffled": False}


@pytest.mark.parametrize(
    ("form", "doing"),
    [
        ("follow", Doing("follow")),
        ("Follow", Doing("follow")),
        ("ｕｎｆｏｌｌｏｗ", Doing("unfollow")),
        ("block", Doing("unfollow")),
        ("unsend", Doing("unsend")),
        ("sticker", Doing("sticker", {})),
        ("location", Doing("location", {})),
        ("join", Doing("join", "group")),
        ("standby", Doing("standby")),
        ("redeliver", Doing("redeliver", ONCE)),
        ("redelivery", Doing("redeliver", ONCE)),
        ("accountLink", Doing("account_link", "ok")),
        ("beacon", Doing("event", {"type": "beacon"})),
        ("利用者連携", Doing("says", "利用者連携")),
        ("画像を送ります", Doing("says", "画像を送ります")),
        (110, Doing("says", "110")),
        ({"text": "follow"}, Doing("text", "follow")),
        ({"sticker": "thanks"}, Doing("sticker", {"keywords": ["thanks"]})),
        ({"sticker": ["OK", "good"]}, Doing("sticker", {"keywords": ["OK", "good"]})),
        ({"sticker": {"text": "はい"}}, Doing("sticker", {"text": "はい"})),
        ({"image": None}, Doing("image", {})),
        ({"video": "clip.mp4"}, Doing("video", {})),
        ({"location": {"title": "駅"}}, Doing("location", {"title": "駅"})),
        ({"postback": "はい"}, Doing("postback", "はい")),
        ({"postback": {"data": "x"}}, Doing("postback", {"data": "x"})),
        ({"menu": "データ残量確認"}, Doing("menu", "データ残量確認")),
        ({"menu": 0}, Doing("menu", 0)),
        ({"rich_menu": "利用者連携"}, Doing("menu", "利用者連携")),
        ({"tap": "はい"}, Doing("tap", "はい")),
        ({"follow": True}, Doing("follow")),
        ({"unsend": None}, Doing("unsend")),
        ({"unsend": "まちがい"}, Doing("unsend", "まちがい")),
        ({"edit": "新"}, Doing("edit", {"text": "新", "of": None})),
        (
            {"edit": {"text": "新", "of": "旧"}},
            Doing("edit", {"text": "新", "of": "旧"}),
        ),
        ({"redeliver": 3}, Doing("redeliver", ONCE | {"times": 3})),
        ({"redeliver": "3x"}, Doing("redeliver", ONCE | {"times": 3})),
        (
            {"redeliver": {"times": 3, "shuffle": True}},
            Doing("redeliver", {"times": 3, "is_every": True, "is_shuffled": True}),
        ),
        ({"account_link": "Expired"}, Doing("account_link", "expired")),
        ({"account-link": "other"}, Doing("account_link", "other")),
        ({"join": "room"}, Doing("join", "room")),
        ({"group": "やあ"}, Doing("group", "やあ")),
        (
            {"event": {"type": "new", "new": 1}},
            Doing("event", {"type": "new", "new": 1}),
        ),
        ({"event": "new"}, Doing("event", {"type": "new"})),
        ({"event": "unfollow"}, Doing("unfollow")),
        ({"type": "follow"}, Doing("follow")),
        ({"message": "やあ"}, Doing("text", "やあ")),
        ({"message": {"type": "video"}}, Doing("video", {})),
        (
            {"message": {"type": "hologram"}},
            Doing("event", {"type": "message", "message": {"type": "hologram"}}),
        ),
        (
            {"type": "accountLink", "link": {"result": "failed"}},
            Doing("account_link", "failed"),
        ),
        (
            {"memberJoined": {"joined": {}}},
            Doing("event", {"type": "memberJoined", "memberJoined": {"joined": {}}}),
        ),
        ({"type": "text", "text": "やあ"}, Doing("text", "やあ")),
        ({"type": "image"}, Doing("image", {})),
        (
            {"type": "message", "message": {"type": "text", "text": "やあ"}},
            Doing("text", "やあ"),
        ),
        (
            {"type": "things", "things": {}},
            Doing("event", {"type": "things", "things": {}}),
        ),
    ],
    ids=str,
)
def test_line_step_is_read(form, doing):
    assert read_doings(form) == [doing]


@pytest.mark.parametrize(
    ("form", "act"),
    [
        ("お待たせしました", ("say", "お待たせしました")),
        (110, ("say", "110")),
        ({"say": "はい"}, ("say", "はい")),
        ({"take": "op2"}, ("take", "op2")),
        ({"resolve": True}, ("resolve", True)),
        ({"release": True}, ("release", True)),
        ({"pass": "op2"}, ("pass", "op2")),
        ({"hold": False}, ("hold", False)),
        ({"take_over": "chief"}, ("take_over", "chief")),
        ({"status": {"op1": "away"}}, ("status", {"op1": Status.AWAY})),
    ],
    ids=str,
)
def test_operator_step_is_read(form, act):
    assert read_act(form) == act


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ({"resolve": True, "hold": True}, "one thing at a time"),
        ({"resign": True}, "is none of"),
        ({"resolve": False}, "left out"),
        ({"status": "away"}, "names people"),
        ({"status": {"op1": "asleep"}}, "asleep"),
    ],
    ids=str,
)
def test_bad_operator_step_names_file_and_case(tmp_path, form, reason):
    text = f"test_cases: [{{test_case: a sad one, steps: [{{operator: {form}}}]}}]"

    with pytest.raises(BadCase, match=rf"cases\.yml: a sad one: .*{reason}"):
        read(tmp_path, text)


def test_line_step_may_be_several_things_at_once():
    assert read_doings([{"text": "あ"}, "unsend"]) == [
        Doing("text", "あ"),
        Doing("unsend"),
    ]


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        (None, "name an event"),
        ("", "name an event"),
        (True, "name an event"),
        ({}, "name an event"),
        ([], "nothing in the list"),
        ({"text": "あ", "sticker": "thanks"}, "one thing at a time"),
        ({"folow": True}, "no event 'folow'"),
        ({"follow": False}, "does nothing"),
        ({"text": ""}, "no text"),
        ({"text": ["あ"]}, "no text"),
        ({"menu": None}, "no text"),
        ({"account_link": "maybe"}, "account_link is one of"),
        ({"redeliver": 0}, "no number"),
        ({"redeliver": "often"}, "no number"),
        ({"redeliver": {"twice": True}}, "redeliver knows"),
        ({"edit": {"to": "あ"}}, "an edit is"),
        ({"event": {"kind": "x"}}, "has a type"),
        ({"join": "party"}, "group or a room"),
        ([{"redeliver": 2}, "follow"], "one of several"),
    ],
    ids=str,
)
def test_bad_line_step_is_refused(form, reason):
    with pytest.raises(ValueError, match=reason):
        read_doings(form)


def read(folder: Path, text: str):
    (folder / "cases.yml").write_text(text, "utf-8")
    return read_cases(folder)


def test_bad_line_step_names_file_and_case(tmp_path):
    text = "test_cases: [{test_case: a sad one, steps: [{line: {folow: 1}}]}]"

    with pytest.raises(BadCase, match=r"cases\.yml: a sad one: .*folow.*known are"):
        read(tmp_path, text)


def test_who_does_one_thing_on_line_is_there_for_the_whole_case(tmp_path):
    [case] = read(
        tmp_path,
        """
        test_cases:
          - test_case: two people
            customer: aiko
            steps:
              - user: やあ
              - line: follow
              - user: どうも
                as: eita
        """,
    )

    assert (case.actors, case.needs_line) == (["aiko", "eita"], True)
    assert [case.is_on_line(actor) for actor in case.actors] == [True, False]


def test_fixture_puts_everybody_on_line(tmp_path):
    [case] = read(
        tmp_path,
        """
        fixtures: [{on_line: {channel: line}}]
        test_cases:
          - test_case: two people
            fixtures: [on_line]
            steps: [{user: やあ}, {user: どうも, as: eita}]
        """,
    )

    assert [case.is_on_line(actor) for actor in ("stranger", "eita")] == [True, True]


def test_web_case_needs_no_line(tmp_path):
    [case] = read(tmp_path, "test_cases: [{test_case: plain, steps: [{user: やあ}]}]")

    assert not case.needs_line


def test_unknown_channel_is_refused(tmp_path):
    text = "test_cases: [{test_case: far, channel: fax, steps: []}]"

    with pytest.raises(BadCase, match="a channel is web or line, not 'fax'"):
        read(tmp_path, text)


# --- What was said, and what stands in the talk on LINE -------------------------------


class Talk:
    """One user's chat, into which the bot's bubbles are put by hand."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self.platform = LinePlatform("secret", "token", None, lambda: AT)
        self.user = self.platform.add_user("アイコ")
        self.arrivals = Arrivals(helpdesk, self.platform, self.user)

    def show(self, message: dict[str, object], sender: str = "いつでもヘルプ") -> None:
        self.platform.show(self.user, "bot", message, "reply").sender_name = sender

    def compare(self, text: str, *labels: str, author: str = "bot") -> str:
        buttons = [Button(label, label, "/x", True) for label in labels]
        return self.arrivals.compare([Message(1, author, text, AT, buttons)])


@pytest.fixture
def talk(helpdesk):
    return Talk(helpdesk)


def flex(text: str, *actions: dict[str, str]) -> dict[str, object]:
    footer = {
        "type": "box",
        "contents": [{"type": "button", "action": a} for a in actions],
    }
    body = {"type": "box", "contents": [{"type": "text", "text": text}]}
    bubble = {"type": "bubble", "body": body, "footer": footer}
    return {"type": "flex", "altText": text, "contents": bubble}


def postback(label: str) -> dict[str, str]:
    return {"type": "postback", "label": label, "displayText": label, "data": "1:x"}


def test_a_text_in_two_bubbles_has_arrived(talk):
    talk.show({"type": "text", "text": "はじめの文。"})
    talk.show({"type": "text", "text": "おわりの文。"})

    assert talk.compare("はじめの文。\nおわりの文。") == ""


def test_addresses_of_pages_have_become_buttons(talk):
    address = "https://help.example/link/holder?t=abc"
    talk.show(
        flex("開いてください。", {"type": "uri", "label": "開く", "uri": address})
    )

    assert talk.compare(f"開いてください。\n{address}") == ""


def test_address_without_a_button_is_seen(talk):
    talk.show({"type": "text", "text": "開いてください。"})

    assert "buttons open pages" in talk.compare(
        "開いてください。\nhttps://help.example/mypage"
    )


@pytest.mark.parametrize("labels", [(), ("はい",), ("いいえ", "はい")], ids=str)
def test_missing_button_is_seen(talk, labels):
    talk.show(flex("よろしいですか？", *map(postback, labels)))

    assert "the buttons are" in talk.compare("よろしいですか？", "はい", "いいえ")


def test_what_did_not_arrive_is_seen(talk):
    assert "did not arrive" in talk.compare("こんにちは")


def test_other_words_are_seen(talk):
    talk.show({"type": "text", "text": "こんばんは"})

    assert "instead of" in talk.compare("こんにちは")


def test_more_than_was_said_is_seen(talk):
    talk.show({"type": "text", "text": "こんにちは"})
    talk.show({"type": "text", "text": "こんにちは"})

    assert "more than was said" in talk.compare("こんにちは")


def test_wrong_sender_is_seen(talk):
    talk.show({"type": "text", "text": "お待たせしました"})

    assert "said" in talk.compare("お待たせしました", author="operator")


def test_nothing_is_expected_where_the_account_is_blocked(talk):
    talk.platform.chats[talk.user].blocked = True

    assert talk.arrivals.compare([]) == ""
