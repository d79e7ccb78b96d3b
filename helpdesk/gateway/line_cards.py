"""Cards as bodies of LINE's bubbles: title, big figure, rows with bars, note."""

from __future__ import annotations

import json

from linebot.v3.messaging import (
    FlexBox,
    FlexComponent,
    FlexFiller,
    FlexSeparator,
    FlexText,
)

from helpdesk.domain.card import Card, CardRow

# Of a bubble's 30 KB of JSON; the rest is left to the buttons, of about 400 bytes each.
_LARGEST_BODY = 15_000

# On white, which a bubble is in LINE's dark mode too.
_QUIET = "#5A6A70"
_TRACK = "#DDE5E8"
_BAR_HEIGHT = "6px"
_BAR_ROUND = "3px"


def card_body(card: Card, accent: str) -> FlexBox | None:
    """The card in a box; None if it is too large for a bubble.

    `accent`: the colour of what a bar is filled with.
    """
    contents: list[FlexComponent] = [
        _text(card.title, size="sm", weight="bold", color=_QUIET)
    ]
    if card.lead is not None:
        contents.append(_text(card.lead, size="xxl", weight="bold"))
    if card.rows:
        contents.append(FlexSeparator())
    contents += [_row(row, accent) for row in card.rows]
    if card.note is not None:
        contents.append(_text(card.note, size="xs", color=_QUIET))
    body = FlexBox(layout="vertical", spacing="md", contents=contents)
    # As the SDK writes it, with 6 bytes for each unit of Japanese.
    return body if len(json.dumps(body.to_dict())) <= _LARGEST_BODY else None


def _row(row: CardRow, accent: str) -> FlexBox:
    words = FlexBox(
        layout="baseline",
        spacing="sm",
        contents=[
            _text(row.label, size="sm", color=_QUIET),
            _text(row.value, size="sm", align="end"),
        ],
    )
    if row.share is None:
        return words
    bar = _bar(row.share, accent)
    return FlexBox(layout="vertical", spacing="xs", contents=[words, bar])


def _bar(share: float, accent: str) -> FlexBox:
    # A little of something is not nothing, so it is seen.
    percent = max(round(share * 100), 1) if share else 0
    filled = FlexBox(
        layout="vertical",
        width=f"{percent}%",
        height=_BAR_HEIGHT,
        background_color=accent,
        corner_radius=_BAR_ROUND,
        contents=[FlexFiller()],
    )
    return FlexBox(
        layout="vertical",
        height=_BAR_HEIGHT,
        background_color=_TRACK,
        corner_radius=_BAR_ROUND,
        contents=[filled if percent else FlexFiller()],
    )


def _text(
    text: str,
    *,
    size: str,
    weight: str | None = None,
    color: str | None = None,
    align: str | None = None,
) -> FlexText:
    # Only scaled text follows the size of letters that is set in the app.
    return FlexText(
        text=text,
        size=size,
        weight=weight,
        color=color,
        align=align,
        wrap=True,
        scaling=True,
    )
