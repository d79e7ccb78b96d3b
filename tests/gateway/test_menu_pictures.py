"""The pictures of the rich menus: LINE's limits, and that all of it can be read."""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from helpdesk.gateway.japanese_fonts import (
    NoJapaneseFont,
    Typeface,
    find_typeface,
)
from helpdesk.gateway.menu_icons import icon
from helpdesk.gateway.menu_pictures import AREAS, SIZE, Tile, draw, layout
from helpdesk.settings import Settings
from helpdesk.storage.catalog import Catalog
from helpdesk.storage.line_catalog import Menu

VARIANTS = ["none", "holder", "end_user", "both", "operator"]
LARGEST_FILE = 1024 * 1024
# WCAG 2.2, 1.4.3: the least contrast of text.
LEAST_CONTRAST = 4.5
# The least size of a label's characters where there is room: 18 of 375 on a phone.
LEAST_LABEL = 120


@pytest.fixture(scope="session")
def menu(settings: Settings) -> Menu:
    return Catalog.read(settings.catalog).line.menu


@pytest.fixture(scope="session")
def typeface() -> Typeface:
    return find_typeface()


@pytest.fixture(scope="session")
def pictures(menu: Menu) -> dict[str, bytes]:
    """Drawn once: it takes a second each."""
    return {variant: draw(menu, variant) for variant in VARIANTS}


def with_labels(menu: Menu, label: str, note: str) -> Menu:
    items = {
        name: item.model_copy(update={"label": label, "note": note})
        for name, item in menu.items.items()
    }
    return menu.model_copy(update={"items": items})


def lines_of(tiles: list[Tile]) -> list[list[str]]:
    return [[line.text for line in tile.label] for tile in tiles]


def luminance(color: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_areas_cover_the_picture_without_gap_or_overlap():
    cover = Image.new("L", SIZE)
    for x, y, width, height in AREAS:
        box = (x, y, x + width, y + height)
        cover.paste(cover.crop(box).point(lambda times: times + 1), box)

    assert cover.getextrema() == (1, 1)


@pytest.mark.parametrize("variant", VARIANTS)
def test_picture_keeps_lines_limits(pictures: dict[str, bytes], variant: str):
    picture = Image.open(BytesIO(pictures[variant]))

    assert (picture.format, picture.size) == ("PNG", (2500, 1686))
    assert len(pictures[variant]) <= LARGEST_FILE


def test_each_variant_has_a_picture_of_its_own(pictures: dict[str, bytes]):
    assert len(set(pictures.values())) == len(VARIANTS)


def test_drawing_again_gives_the_same_picture(menu: Menu, pictures: dict[str, bytes]):
    assert draw(menu, "both") == pictures["both"]


def test_picture_has_the_colors_of_the_catalog(menu: Menu, pictures: dict[str, bytes]):
    """The palette keeps them as they are."""
    picture = Image.open(BytesIO(pictures["both"])).convert("RGB")

    counted = picture.getcolors(picture.width * picture.height) or []
    found = {f"#{r:02X}{g:02X}{b:02X}" for _, (r, g, b) in counted}
    assert set(menu.colors.model_dump().values()) - found == set()


@pytest.mark.parametrize("name", ["text", "note", "mark"])
def test_colors_can_be_told_from_the_tile(menu: Menu, name: str):
    colors = menu.colors

    assert contrast(getattr(colors, name), colors.tile) >= LEAST_CONTRAST


@pytest.mark.parametrize("variant", VARIANTS)
def test_labels_are_large(menu: Menu, typeface: Typeface, variant: str):
    sizes = [tile.label[0].font.size for tile in layout(menu, variant, typeface)]

    assert min(sizes) >= LEAST_LABEL


@pytest.mark.parametrize(
    ("label", "note"),
    [
        (None, None),
        ("利", "回"),
        ("利用者連携利用者連携利用者連携利用者連携", "とても" * 20),
        ("アカウントマネージャーセンターメニュー", "W" * 60),
        ("有人対応を終了してボットへ戻る(確認)", "(注)"),
        ("(マイページ)", "（連携ずみ）"),
        ("", ""),
    ],
    ids=["catalog", "short", "kanji", "katakana", "mixed", "bracket first", "empty"],
)
@pytest.mark.parametrize("variant", VARIANTS)
def test_words_stay_inside_their_tile(
    menu: Menu, typeface: Typeface, variant: str, label: str | None, note: str | None
):
    changed = menu if label is None else with_labels(menu, label, note or "")

    for tile in layout(changed, variant, typeface):
        left, top, right, bottom = tile.box
        for words in [*tile.label, tile.note]:
            box = words.box
            assert left < box[0] <= box[2] < right, words.text
            assert top < box[1] <= box[3] < bottom, words.text


@pytest.mark.parametrize("variant", VARIANTS)
def test_words_of_a_tile_do_not_touch(menu: Menu, typeface: Typeface, variant: str):
    for tile in layout(menu, variant, typeface):
        boxes = [words.box for words in [*tile.label, tile.note]]
        assert all(upper[3] < lower[1] for upper, lower in pairwise(boxes))


def test_tiles_lie_inside_what_a_tap_hits(menu: Menu, typeface: Typeface):
    tiles = layout(menu, "none", typeface)

    assert all(
        x < tile.box[0] < tile.box[2] < x + width
        and y < tile.box[1] < tile.box[3] < y + height
        for tile, (x, y, width, height) in zip(tiles, AREAS, strict=True)
    )


def test_labels_break_between_words(menu: Menu, typeface: Typeface):
    assert lines_of(layout(menu, "operator", typeface)) == [
        ["契約者連携", "(マイページ)"],
        ["利用者連携"],
        ["データ", "残量確認"],
        ["データ", "プレゼント"],
        ["有人対応を", "終了"],
    ]


def test_item_without_an_icon_gets_three_dots():
    assert icon("not_in_the_catalog", 100).getbbox() is not None


def test_every_item_of_the_catalog_has_an_icon_of_its_own(menu: Menu):
    dots = icon("not_in_the_catalog", 100).tobytes()

    assert [name for name in menu.items if icon(name, 100).tobytes() == dots] == []


def test_font_that_only_fontconfig_knows_is_found(typeface: Typeface, tmp_path: Path):
    program = tmp_path / "fc-match"
    program.write_text(f"#!/bin/sh\nprintf 'en|ja\\n{typeface.bold.file}'\n")
    program.chmod(0o755)

    assert find_typeface([], str(program)).bold == typeface.bold


def test_font_without_japanese_is_not_taken(tmp_path: Path):
    """Where no font has Japanese, fontconfig names one that has not."""
    program = tmp_path / "fc-match"
    program.write_text("#!/bin/sh\nprintf 'en|fr\\n/usr/share/fonts/DejaVuSans.ttf'\n")
    program.chmod(0o755)

    with pytest.raises(NoJapaneseFont):
        find_typeface([], str(program))


def test_no_font_says_what_to_install():
    with pytest.raises(NoJapaneseFont, match="apt-get install fonts-noto-cjk"):
        find_typeface([("/no/such/folder", "*", "*")], "no-such-program")
