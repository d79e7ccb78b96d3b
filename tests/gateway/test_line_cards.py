"""Cards as bubbles of LINE, in place of the text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from helpdesk.domain.card import Card, CardRow
from helpdesk.gateway.line_messages import LineMessages
from helpdesk.services.ports import Button, Message
from tests.fakes import NOW
from tests.gateway.test_line_messages import (
    BOT,
    GREEN,
    LINE,
    MY_PAGE,
    answering,
    buttons,
    opening,
    postback,
    quick_reply,
    render,
    text_message,
)
from tests.line_platform.schema import violations

GRAY = "#5A6A70"
TEXT = "1.3 GB of 3 GB are left."
CARD = Card("Data", "1.3 GB left", (CardRow("Used", "1.7 GB", 0.57),), "As of noon")


def message(
    card: Card, text: str = TEXT, buttons: Sequence[Button] = (), number: int = 1
) -> Message:
    return Message(number, "bot", text, NOW, buttons, card=card)


def words(text: str, **look: Any) -> dict[str, Any]:
    return {"type": "text", "text": text, "wrap": True, "scaling": True, **look}


def box(layout: str, *contents: dict[str, Any], **look: str) -> dict[str, Any]:
    return {"type": "box", "layout": layout, "contents": list(contents), **look}


def row(label: str, value: str) -> dict[str, Any]:
    return box(
        "baseline",
        words(label, size="sm", color=GRAY),
        words(value, size="sm", align="end"),
        spacing="sm",
    )


def bar(percent: int) -> dict[str, Any]:
    look = {"height": "6px", "cornerRadius": "3px"}
    filler = {"type": "filler"}
    filled = box("vertical", filler, width=f"{percent}%", backgroundColor=GREEN, **look)
    inside = filled if percent else filler
    return box("vertical", inside, backgroundColor="#DDE5E8", **look)


def bubble(*body: dict[str, Any], footer: Sequence[dict[str, Any]] = ()) -> Any:
    contents = {"type": "bubble", "body": box("vertical", *body, spacing="md")}
    if footer:
        contents["footer"] = box("vertical", *footer, spacing="sm")
    return {"type": "flex", "altText": TEXT, "contents": contents, "sender": BOT}


def shown(*footer: dict[str, Any]) -> Any:
    """The bubble of CARD."""
    with_bar = box("vertical", row("Used", "1.7 GB"), bar(57), spacing="xs")
    return bubble(
        words("Data", size="sm", weight="bold", color=GRAY),
        words("1.3 GB left", size="xxl", weight="bold"),
        {"type": "separator"},
        with_bar,
        words("As of noon", size="xs", color=GRAY),
        footer=footer,
    )


def test_card_is_a_bubble_in_place_of_the_text():
    assert render(message(CARD)) == [shown()]


def test_card_shows_only_what_it_has():
    sent = render(message(Card("Data", None, ())))

    assert sent == [bubble(words("Data", size="sm", weight="bold", color=GRAY))]


@pytest.mark.parametrize(
    ("share", "drawn"),
    [
        pytest.param(0.0, bar(0), id="nothing"),
        pytest.param(0.001, bar(1), id="a little"),
        pytest.param(0.505, bar(50), id="half"),
        pytest.param(1.0, bar(100), id="all"),
    ],
)
def test_share_is_a_bar(share: float, drawn: dict[str, Any]):
    card = Card("Data", None, (CardRow("Used", "1.7 GB", share),))

    [sent] = render(message(card))

    with_bar = box("vertical", row("Used", "1.7 GB"), drawn, spacing="xs")
    assert sent["contents"]["body"]["contents"][2:] == [with_bar]


def test_row_without_a_share_has_no_bar():
    card = replace(CARD, rows=(CardRow("Plan", "3 GB"),))

    [sent] = render(message(card))

    assert sent["contents"]["body"]["contents"][3] == row("Plan", "3 GB")


def test_pages_and_buttons_stand_below_the_card():
    one = message(CARD, f"{TEXT}\n{MY_PAGE}", buttons(2))

    label = render(Message(1, "bot", MY_PAGE, NOW))[0]["altText"]
    assert render(one) == [shown(opening(label, MY_PAGE), answering(1), answering(2))]


def test_quick_replies_stand_below_the_newest_card_only():
    one = message(CARD, buttons=buttons(2, are_answers=True))

    newest, older = render(one), render(one, has_more=True)

    assert newest == [{**shown(), "quickReply": quick_reply(2)}]
    assert older == [shown(answering(1), answering(2))]
    assert postback(1) == older[0]["contents"]["footer"]["contents"][0]["action"]


@pytest.mark.parametrize(
    ("text", "alt_text"),
    [
        pytest.param("a" * 400, "a" * 400, id="400"),
        pytest.param("a" * 401, "a" * 399 + "…", id="401"),
        pytest.param("a" * 9000, "a" * 399 + "…", id="more than a message"),
        pytest.param("", "Data", id="none"),
    ],
)
def test_alternative_text_is_the_message_s(text: str, alt_text: str):
    assert render(message(CARD, text)) == [{**shown(), "altText": alt_text}]


def test_card_too_large_for_a_bubble_is_said():
    rows = [CardRow(f"Month {n}", "1.7 GB", 0.5) for n in range(40)]

    assert render(message(replace(CARD, rows=rows))) == [text_message(TEXT)]


@pytest.mark.parametrize("number", [0, 14])
@pytest.mark.parametrize("rows", [1, 12])
def test_card_is_within_the_limits(number: int, rows: int):
    row = CardRow("\u3042" * 20, "\u3042" * 10, 1.0)
    card = Card("\u3042" * 20, "\u3042" * 20, [row] * rows, "\u3042" * 100)
    many = [Button(f"{n:032}", "\u3042" * 40, "/x", False) for n in range(number)]
    one = message(card, buttons=many)

    [sent] = render(one)

    body = {"replyToken": "token", "messages": [sent]}
    assert violations("ReplyMessageRequest", body) == []
    assert len(json.dumps(sent["contents"])) <= 30_000
    assert LINE.bubbles(one) == 1


def test_bar_has_the_colour_that_is_given():
    line = LineMessages("https://help.example", {}, {"bot": "Bot"}, "#123456")

    [sent] = line.render([message(CARD)])

    assert '"#123456"' in json.dumps(sent.to_dict())
