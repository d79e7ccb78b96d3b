"""What the fake LINE platform refuses, and what it takes, as LINE would."""

from __future__ import annotations

from typing import Any

import pytest

from tests.line_platform import schema, spec
from tests.line_platform.limits import graphemes, utf16

FAMILY = "👨‍👩‍👧‍👦"
NEEDS_SPEC = pytest.mark.skipif(
    not spec.is_available(), reason="LINE's OpenAPI description is not here"
)


def text(text: str = "こんにちは", **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": text, **more}


def postback(**more: Any) -> dict[str, Any]:
    return {"type": "postback", "label": "はい", "data": "yes", **more}


def chips(*actions: dict[str, Any]) -> dict[str, Any]:
    return {"items": [{"type": "action", "action": action} for action in actions]}


def buttons(count: int = 1, **more: Any) -> dict[str, Any]:
    template = {
        "type": "buttons",
        "text": "選択",
        "actions": [postback()] * count,
        **more,
    }
    return {"type": "template", "altText": "選択", "template": template}


def confirm(**more: Any) -> dict[str, Any]:
    template = {
        "type": "confirm",
        "text": "はい？",
        "actions": [postback()] * 2,
        **more,
    }
    return {"type": "template", "altText": "確認", "template": template}


def flex(*contents: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"type": "box", "layout": "vertical", "contents": list(contents)}
    bubble = {"type": "bubble", "body": body}
    return {"type": "flex", "altText": "案内", "contents": bubble, **more}


def flex_button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "action": postback(**more)}


def link(uri: str) -> dict[str, Any]:
    return {"type": "uri", "label": "開く", "uri": uri}


def properties(*messages: dict[str, Any]) -> list[str]:
    """Where a push of these messages is refused."""
    body = {"to": f"U{'0' * 32}", "messages": list(messages)}
    return [each["property"] for each in schema.violations("PushMessageRequest", body)]


@pytest.mark.parametrize(
    "message",
    [
        text(),
        text("😀" * 2500),
        text(quickReply=chips(*[postback()] * 13)),
        text(quickReply=chips(postback(label="あ" * 20, displayText="あ" * 300))),
        text(quickReply=chips(postback(label=FAMILY * 20))),
        text(quickReply=chips(postback(label="ｶﾞ" * 20))),
        text(quickReply=chips(postback(data="😀" * 150))),
        text(sender={"name": "担当 高橋", "iconUrl": "https://a.example/i.png"}),
        buttons(4, text="あ" * 160),
        buttons(4, text="あ" * 60, title="あ" * 40),
        buttons(1, actions=[link("tel:0120000000")]),
        confirm(text="あ" * 240),
        flex(
            {"type": "text", "text": "あ", "wrap": True}, flex_button(label="あ" * 40)
        ),
        flex(altText="あ" * 400),
    ],
)
def test_message_within_the_limits_is_taken(message):
    assert properties(message) == []


@pytest.mark.parametrize(
    ("message", "where"),
    [
        ({"type": "text"}, "text"),
        ({"type": "speech", "text": "あ"}, ""),
        ({}, ""),
        (text(""), "text"),
        (text("あ" * 5001), "text"),
        (text("😀" * 2500 + "a"), "text"),
        (text(textColour="#000000"), "textColour"),
        (text(quickReply=chips()), "quickReply.items"),
        (text(quickReply=chips(*[postback()] * 14)), "items"),
        (text(quickReply=chips(postback(label="あ" * 21))), "action.label"),
        (text(quickReply=chips(postback(label=FAMILY * 21))), "action.label"),
        (text(quickReply=chips(postback(label="ｱ" * 21))), "action.label"),
        (text(quickReply=chips(postback(label=""))), "action.label"),
        (text(quickReply=chips(postback(data="x" * 301))), "data"),
        (text(quickReply=chips(postback(data="😀" * 150 + "x"))), "action.data"),
        (text(quickReply=chips(postback(data=""))), "action.data"),
        (text(quickReply=chips(postback(displayText="あ" * 301))), "displayText"),
        (text(sender={"name": "あ" * 21}), "name"),
        (text(sender={"name": "LINEの担当"}), "sender.name"),
        (text(sender={"name": "ＬＩＮＥの担当"}), "sender.name"),
        (text(sender={"name": "担当", "iconUrl": "http://a.example"}), "iconUrl"),
        (buttons(0), "template.actions"),
        (buttons(5), "template.actions"),
        (buttons(1, text="あ" * 161), "template.text"),
        (buttons(1, text="あ" * 61, title="題"), "template.text"),
        (buttons(1, title="あ" * 41), "template.title"),
        (buttons(1, actions=[postback(label="あ" * 21)]), "actions[0].label"),
        (buttons(1, actions=[link("javascript:alert(1)")]), "actions[0].uri"),
        (buttons(1, actions=[link("https://a.example/" + "a" * 983)]), "uri"),
        (buttons(1, actions=[link("https://a.example/あ")]), "actions[0].uri"),
        (confirm(actions=[postback()]), "template.actions"),
        (confirm(text="あ" * 241), "template.text"),
        (flex(altText=""), "altText"),
        (flex(altText="あ" * 401), "altText"),
        (flex({"type": "text", "text": ""}), "contents.body.contents[0].text"),
        (flex(flex_button(label="あ" * 41)), "contents[0].action.label"),
        (flex({"type": "text", "text": "あ" * 10_300}), "contents"),
    ],
)
def test_message_beyond_a_limit_is_refused(message, where):
    (found,) = properties(message)

    assert found.startswith("messages[0]")
    assert found.endswith(where)


@NEEDS_SPEC
@pytest.mark.parametrize(
    ("message", "where"),
    [
        (text(5), "text"),
        (text(quickReply=chips({"type": "pos"})), "quickReply.items[0].action"),
        (buttons(1, actions=[{"type": "pos"}]), "template.actions[0]"),
        (buttons(1, type="knobs"), "template"),
        (flex({"type": "txt", "text": "あ"}), "contents.body.contents[0]"),
        (flex({"type": "box", "layout": "sideways", "contents": []}), "layout"),
    ],
)
def test_wrong_kind_is_found_where_it_stands(message, where):
    (found,) = properties(message)

    assert found.startswith("messages[0]")
    assert found.endswith(where)


def test_only_the_last_message_has_quick_replies():
    with_chips = text(quickReply=chips(postback()))

    assert properties(text(), with_chips) == []
    assert properties(with_chips, text()) == ["messages[0].quickReply"]


@pytest.mark.parametrize("count", [0, 6])
def test_request_has_one_to_five_messages(count):
    assert properties(*[text()] * count) == ["messages"]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({}, []),
        ({"chatBarText": "あ" * 14, "name": "あ" * 300}, []),
        ({"chatBarText": "あ" * 15}, ["chatBarText"]),
        ({"name": "あ" * 301}, ["name"]),
        ({"areas": []}, ["areas"]),
        ({"size": {"width": 799, "height": 500}}, ["size", "areas[0].bounds"]),
        ({"size": {"width": 2500, "height": 1725}}, ["size"]),
        ({"size": {"width": 2500, "height": 1600}}, ["areas[0].bounds"]),
        ({"colour": "red"}, ["colour"]),
    ],
    ids=str,
)
def test_rich_menu_is_checked(change, where):
    bounds = {"x": 0, "y": 0, "width": 2500, "height": 1686}
    menu = {
        "size": {"width": 2500, "height": 1686},
        "selected": True,
        "name": "none",
        "chatBarText": "メニュー",
        "areas": [{"bounds": bounds, "action": postback()}],
    }

    found = schema.violations("RichMenuRequest", menu | change)

    assert [each["property"] for each in found] == where


@pytest.mark.parametrize(
    ("text", "units", "clusters"),
    [
        ("a", 1, 1),
        ("😀", 2, 1),
        (FAMILY, 11, 1),
        ("ｶﾞ", 2, 1),
        ("\u304b\u3099", 2, 1),
        ("髙", 1, 1),
    ],
    ids=["latin", "emoji", "family", "half-width kana", "decomposed", "kanji"],
)
def test_lengths_are_counted_as_line_counts(text, units, clusters):
    assert (utf16(text), graphemes(text)) == (units, clusters)
