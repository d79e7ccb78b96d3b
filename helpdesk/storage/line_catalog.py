"""data/catalog/line.yml: what customers see on LINE, checked against LINE's limits."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from helpdesk.storage.strict import Strict

# https://developers.line.biz/en/reference/messaging-api/#rich-menu-object and
# #action-objects: 14 and 20 grapheme clusters; none of ours is a combined character.
_LONGEST_BAR = 14
_LONGEST_LABEL = 20
_TILES = 5

Variant = Literal["none", "holder", "end_user", "both", "operator"]
Color = Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]


class Senders(Strict):
    """Who is named above a bubble; LINE bars words such as its own name."""

    bot: str = Field(max_length=20)
    operator: str = Field(max_length=20)

    @model_validator(mode="after")
    def _are_allowed(self) -> Senders:
        if any("line" in name.lower() for name in (self.bot, self.operator)):
            raise ValueError("LINE does not allow its own name as a sender's")
        return self


class MenuColors(Strict):
    background: Color
    tile: Color
    border: Color
    text: Color
    note: Color
    mark: Color


class MenuItem(Strict):
    """A tile: `wish` is the intent that a tap means, `typed` words that mean it too."""

    label: str = Field(max_length=_LONGEST_LABEL)
    note: str
    wish: str
    typed: list[str]


class Menu(Strict):
    """The rich menus: for each state of a customer, its five tiles."""

    bar: str = Field(max_length=_LONGEST_BAR)
    colors: MenuColors
    items: dict[str, MenuItem]
    variants: dict[Variant, list[str]]

    @model_validator(mode="after")
    def _variants_are_whole(self) -> Menu:
        missing = set(Variant.__args__) - self.variants.keys()  # type: ignore[attr-defined]  # Literal's arguments
        if missing:
            raise ValueError(f"variants are missing: {', '.join(sorted(missing))}")
        for name, tiles in self.variants.items():
            if len(tiles) != _TILES or set(tiles) - self.items.keys():
                raise ValueError(f"variant {name} is not five of the items")
        return self


class Contents(Strict):
    """What the transcript shows for what has no text."""

    sticker: str
    image: str
    video: str
    audio: str
    file: str
    location: str
    unsent: str


class Line(Strict):
    """All of the file."""

    senders: Senders
    pages: dict[Literal["/link/holder", "/link/end-user", "/mypage"], str]
    menu: Menu
    stickers: dict[str, list[str]]
    contents: Contents
