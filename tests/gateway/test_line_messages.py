"""What the customer is told, as messages of LINE."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.gateway.line_limits import utf16_units
from helpdesk.gateway.line_messages import LineMessages
from helpdesk.services.ports import Button, Message
from tests.fakes import NOW
from tests.line_platform.schema import violations

ROOT = Path(__file__).parents[2]
URL = "https://help.example"
HOLDER_PAGE = f"{URL}/link/holder?t=abc-DEF_123"
MY_PAGE = f"{URL}/mypage"
FAMILY = "👨‍👩‍👧‍👦"
GREEN = "#06845B"
BOT = {"name": "いつでもヘルプ"}
OPERATOR = {"name": "オペレーター"}

LINE = LineMessages(
    pages_url=URL,
    page_labels={
        "/link/holder": "ログイン画面を開く",
        "/link/end-user": "利用コードの入力画面を開く",
        "/mypage": "マイページを開く",
    },
    senders={"bot": "いつでもヘルプ", "operator": "オペレーター"},
    accent=GREEN,
)


def message(
    text: str, buttons: Sequence[Button] = (), author: str = "bot", number: int = 1
) -> Message:
    return Message(number, author, text, NOW, buttons)


def buttons(number: int, *, are_answers: bool = False) -> list[Button]:
    return [
        Button(f"b{place}", f"ボタン{place}", "/affirm", are_answers)
        for place in range(1, number + 1)
    ]


def render(*messages: Message, has_more: bool = False) -> list[dict[str, Any]]:
    return [each.to_dict() for each in LINE.render(messages, has_more=has_more)]


def text_message(text: str, sender: dict[str, str] = BOT) -> dict[str, Any]:
    return {"type": "text", "text": text, "sender": sender}


def postback(place: int) -> dict[str, Any]:
    return {
        "type": "postback",
        "data": f"1:b{place}",
        "label": f"ボタン{place}",
        "displayText": f"ボタン{place}",
    }


def quick_reply(number: int) -> dict[str, Any]:
    places = range(1, number + 1)
    return {
        "items": [{"type": "action", "action": postback(place)} for place in places]
    }


def template(text: str, number: int) -> dict[str, Any]:
    actions = [postback(place) for place in range(1, number + 1)]
    return {
        "type": "template",
        "altText": text,
        "template": {"type": "buttons", "text": text, "actions": actions},
        "sender": BOT,
    }


def flex_button(action: dict[str, Any], **look: str) -> dict[str, Any]:
    return {
        "type": "button",
        "action": action,
        **look,
        "height": "sm",
        "adjustMode": "shrink-to-fit",
        "scaling": True,
    }


def opening(label: str, uri: str) -> dict[str, Any]:
    action = {"type": "uri", "label": label, "uri": uri}
    return flex_button(action, style="primary", color=GREEN)


def answering(place: int) -> dict[str, Any]:
    return flex_button(postback(place), style="secondary")


def flex(text: str, *footer: dict[str, Any], alt_text: str = "") -> dict[str, Any]:
    return {
        "type": "flex",
        "altText": alt_text or text,
        "contents": {
            "type": "bubble",
            "body": {
                "type": "box",
                "layout": "vertical",
                "spacing": "sm",
                "contents": [
                    {"type": "text", "text": text, "wrap": True, "scaling": True}
                ],
            },
            "footer": {
                "type": "box",
                "layout": "vertical",
                "spacing": "sm",
                "contents": list(footer),
            },
        },
        "sender": BOT,
    }


@pytest.mark.parametrize(
    ("author", "sender"),
    [
        pytest.param("bot", BOT, id="bot"),
        pytest.param("operator", OPERATOR, id="operator"),
        pytest.param("system", BOT, id="system"),
    ],
)
def test_message_names_its_author(author: str, sender: dict[str, str]):
    sent = render(message("お待ちください。", author=author))

    assert sent == [text_message("お待ちください。", sender)]


def test_messages_keep_their_order():
    sent = render(message("一つ目"), message("二つ目", author="operator"))

    assert sent == [text_message("一つ目"), text_message("二つ目", OPERATOR)]


def test_nothing_is_sent_for_nothing():
    assert render() == []
    assert render(message(" \n")) == []


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        pytest.param("あ" * 5000, [5000], id="5000"),
        pytest.param("あ" * 5001, [5000, 1], id="5001"),
        pytest.param("😀" * 2500, [5000], id="5000 of emoji"),
        pytest.param("あ" + "😀" * 2500, [4999, 2], id="5001 with emoji"),
    ],
)
def test_long_text_is_several_messages(text: str, lengths: list[int]):
    sent = render(message(text))

    assert [utf16_units(each["text"]) for each in sent] == lengths
    assert [each["sender"] for each in sent] == [BOT] * len(lengths)


@pytest.mark.parametrize(
    ("number", "are_answers"),
    [
        pytest.param(1, True, id="one answer"),
        pytest.param(13, True, id="13 answers"),
        pytest.param(5, False, id="5 others"),
        pytest.param(13, False, id="13 others"),
    ],
)
def test_quick_replies_stand_below_the_newest_message(number: int, are_answers: bool):
    asked = message("どれですか？", buttons(number, are_answers=are_answers))

    sent = render(message("確認します。"), asked)

    assert sent == [
        text_message("確認します。"),
        {**text_message("どれですか？"), "quickReply": quick_reply(number)},
    ]


def test_quick_replies_stand_below_the_last_piece():
    sent = render(message("あ" * 5001, buttons(2, are_answers=True)))

    assert sent == [
        text_message("あ" * 4500 + "あ" * 500),
        {**text_message("あ"), "quickReply": quick_reply(2)},
    ]


@pytest.mark.parametrize("number", [1, 4])
@pytest.mark.parametrize("is_newest", [True, False])
def test_few_buttons_are_a_template(number: int, is_newest: bool):
    sent = render(message("ご案内します。", buttons(number)), has_more=not is_newest)

    assert sent == [template("ご案内します。", number)]


@pytest.mark.parametrize("number", [5, 13])
@pytest.mark.parametrize("are_answers", [True, False])
def test_many_buttons_of_an_older_message_are_in_a_bubble(
    number: int, are_answers: bool
):
    asked = message("どれですか？", buttons(number, are_answers=are_answers))

    sent = render(asked, message("お待ちください。"))

    places = range(1, number + 1)
    assert sent == [
        flex("どれですか？", *(answering(place) for place in places)),
        text_message("お待ちください。"),
    ]


@pytest.mark.parametrize("are_answers", [True, False])
def test_more_buttons_than_quick_replies_are_in_a_bubble(are_answers: bool):
    sent = render(message("どれですか？", buttons(14, are_answers=are_answers)))

    assert sent == [flex("どれですか？", *(answering(place) for place in range(1, 15)))]


def test_answers_of_an_older_message_are_like_other_buttons():
    asked = message("同じですか？", buttons(2, are_answers=True))

    assert render(asked, has_more=True) == [template("同じですか？", 2)]


def test_answers_among_other_buttons_are_like_these():
    mixed = [*buttons(1, are_answers=True), *buttons(2)[1:]]

    assert render(message("同じですか？", mixed)) == [template("同じですか？", 2)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("あ" * 59, "template", id="59"),
        pytest.param("あ" * 60, "template", id="60"),
        pytest.param("あ" * 61, "flex", id="61"),
        pytest.param(FAMILY * 60, "template", id="60 families"),
        pytest.param(FAMILY * 61, "flex", id="61 families"),
    ],
)
def test_template_has_a_short_text(text: str, kind: str):
    [sent] = render(message(text, buttons(2)))

    assert sent["type"] == kind


def test_longer_text_with_buttons_is_a_bubble():
    text = "一段落目。\n\n" + "あ" * 60

    sent = render(message(text, buttons(2)))

    assert sent == [flex(text, answering(1), answering(2))]


@pytest.mark.parametrize(
    ("label", "short", "middle"),
    [
        pytest.param("あ" * 20, "あ" * 20, "あ" * 20, id="20"),
        pytest.param("あ" * 21, "あ" * 19 + "…", "あ" * 21, id="21"),
        pytest.param(FAMILY * 21, FAMILY * 19 + "…", FAMILY * 21, id="21 families"),
        pytest.param("あ" * 41, "あ" * 19 + "…", "あ" * 39 + "…", id="41"),
    ],
)
def test_label_fits_its_place(label: str, short: str, middle: str):
    answer = [Button("b1", label, "/affirm", is_answer=True)]
    action = {"type": "postback", "data": "1:b1", "displayText": label}

    [quick] = render(message("はい？", answer))
    [small] = render(message("はい？", answer), has_more=True)
    [large] = render(message("あ" * 61, answer), has_more=True)

    assert quick["quickReply"]["items"][0]["action"] == {**action, "label": short}
    assert small["template"]["actions"] == [{**action, "label": short}]
    assert large["contents"]["footer"]["contents"] == [
        flex_button({**action, "label": middle}, style="secondary")
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(
            f"次のページです。\n{MY_PAGE}", "次のページです。", id="last line"
        ),
        pytest.param(f"{MY_PAGE}\n開きます。", "開きます。", id="first line"),
        pytest.param(f"前。\n{MY_PAGE}\n後。", "前。\n後。", id="line of its own"),
        pytest.param(f"前。\n　{MY_PAGE} \n後。", "前。\n後。", id="line with spaces"),
        pytest.param(
            f"ページは {MY_PAGE} です。", "ページは です。", id="within a sentence"
        ),
        pytest.param(f"ページは{MY_PAGE}です。", "ページはです。", id="without spaces"),
        pytest.param(f"前。\n\n{MY_PAGE}", "前。", id="paragraph"),
        pytest.param(f"前。\n\n後。\n{MY_PAGE}", "前。\n\n後。", id="paragraphs stay"),
        pytest.param(f"{MY_PAGE}\n前。\n{MY_PAGE}", "前。", id="twice the same"),
        pytest.param(MY_PAGE, "マイページを開く", id="nothing else"),
    ],
)
def test_address_of_a_page_is_a_button(text: str, shown: str):
    assert render(message(text)) == [flex(shown, opening("マイページを開く", MY_PAGE))]


def test_addresses_that_differ_have_a_button_each():
    other = f"{URL}/link/holder?t=other"

    sent = render(message(f"前。\n{HOLDER_PAGE}\n{MY_PAGE}\n{other}"))

    assert sent == [
        flex(
            "前。",
            opening("ログイン画面を開く", HOLDER_PAGE),
            opening("マイページを開く", MY_PAGE),
            opening("ログイン画面を開く", other),
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("https://example.com/mypage", id="another host"),
        pytest.param(f"{URL}/mypages", id="longer name"),
        pytest.param(f"{URL}/mypage/codes", id="page below"),
        pytest.param(f"{URL}/mypage?next=codes", id="other parameter"),
        pytest.param(f"{URL}/chat", id="unknown page"),
        pytest.param(URL, id="no page"),
    ],
)
def test_other_address_stays_in_the_text(text: str):
    assert render(message(text)) == [text_message(text)]


def test_page_comes_before_the_other_buttons():
    sent = render(message(f"開きます。\n{MY_PAGE}", buttons(2)))

    assert sent == [
        flex(
            "開きます。",
            opening("マイページを開く", MY_PAGE),
            answering(1),
            answering(2),
        )
    ]


def test_page_and_quick_replies_stand_together():
    sent = render(message(f"開きます。\n{MY_PAGE}", buttons(1, are_answers=True)))

    bubble = flex("開きます。", opening("マイページを開く", MY_PAGE))
    assert sent == [{**bubble, "quickReply": quick_reply(1)}]


def test_buttons_without_a_text_get_one():
    assert render(message("", buttons(2))) == [template("ボタン1", 2)]


@pytest.mark.parametrize(
    ("text", "alt_text"),
    [
        pytest.param("あ" * 400, "あ" * 400, id="400"),
        pytest.param("あ" * 401, "あ" * 399 + "…", id="401"),
        pytest.param("😀" * 201, "😀" * 199 + "…", id="402 with emoji"),
    ],
)
def test_alternative_text_is_short_and_tells_no_address(text: str, alt_text: str):
    sent = render(message(f"{HOLDER_PAGE}\n{text}"))

    button = opening("ログイン画面を開く", HOLDER_PAGE)
    assert sent == [flex(text, button, alt_text=alt_text)]


def test_text_too_long_for_a_bubble_leaves_it_the_end():
    text = "あ" * 1900 + "。\n" + "い" * 1899 + "。"

    sent = render(message(f"{text}\n{MY_PAGE}"))

    end = "い" * 1899 + "。"
    button = opening("マイページを開く", MY_PAGE)
    assert sent == [
        text_message("あ" * 1900 + "。"),
        flex(end, button, alt_text="い" * 399 + "…"),
    ]


def test_bubble_with_many_long_buttons_is_small_enough():
    many = [Button(f"{n:032}", "あ" * 40, "/affirm", False) for n in range(14)]

    [sent] = render(message("あ" * 2000, many))

    assert len(json.dumps(sent["contents"])) <= 30_000


@settings(deadline=None, max_examples=30)  # long texts take their time
@given(
    st.lists(st.integers(1, 6000), min_size=1, max_size=40),
    st.sampled_from([0, 2, 20]),
    st.booleans(),
)
def test_one_message_fits_in_one_call(
    sentences: list[int], number: int, has_page: bool
):
    text = "".join("あ" * length + "。\n" for length in sentences)[:20_000]
    page = f"\n{MY_PAGE}" if has_page else ""
    one = message(text + page, buttons(number))

    assert 1 <= LINE.bubbles(one) <= 5
    assert LINE.bubbles(one) == len(render(one)) == len(render(one, has_more=True))


ANSWERS = ("/affirm", "/deny", "/inform_")
PAGES = {
    "[PAGE:holder]": HOLDER_PAGE,
    "[PAGE:end_user]": f"{URL}/link/end-user?t=abc-DEF_123",
    "[PAGE:my_page]": MY_PAGE,
}
LONG_VALUES = {
    "links": "・下4桁が0001の回線：契約者連携、利用者連携\n" * 5,
    "contact": "公式サイトの問い合わせページ（見本のため、電話番号は載せていません）",
}


def spoken() -> Iterator[Any]:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    for name, variants in domain["responses"].items():
        for variant in variants:
            yield pytest.param(variant, id=name)


def said(response: dict[str, Any]) -> Message:
    values = defaultdict(lambda: "12月31日(木)10:00", LONG_VALUES)
    text = response["text"].format_map(values)
    for placeholder, address in PAGES.items():
        text = text.replace(placeholder, address)
    return message(
        text,
        [
            Button(
                f"{place:032x}",
                each["title"],
                each["payload"],
                each["payload"].startswith(ANSWERS),
            )
            for place, each in enumerate(response.get("buttons", []))
        ],
    )


def labels(sent: dict[str, Any]) -> list[str]:
    places = [
        *sent.get("quickReply", {"items": []})["items"],
        *(
            {"action": each}
            for each in sent.get("template", {"actions": []})["actions"]
        ),
        *sent.get("contents", {"footer": {"contents": []}})["footer"]["contents"],
    ]
    return [place["action"]["label"] for place in places]


@pytest.mark.parametrize("response", list(spoken()))
def test_everything_the_bot_says_is_within_the_limits(response: dict[str, Any]):
    one = said(response)

    newest, older = render(one), render(one, has_more=True)

    assert len(newest) == len(older) == LINE.bubbles(one) == 1
    assert ["quickReply" in sent for sent in older] == [False]
    for sent in (*newest, *older):
        body = {"replyToken": "token", "messages": [sent]}
        assert violations("ReplyMessageRequest", body) == []
        assert [label for label in labels(sent) if label.endswith("…")] == []
        assert "?t=" not in sent.get("text", "") + sent.get("altText", "")
