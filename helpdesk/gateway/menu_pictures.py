"""The pictures of the rich menus: five tiles, each with icon, label and note."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Protocol

from PIL import Image, ImageDraw

from helpdesk.gateway.japanese_fonts import Face, Font, Typeface, find_typeface
from helpdesk.gateway.menu_icons import TICKED, icon, rounded, tick

SIZE = (2500, 1686)
# What a tap hits: x, y, width and height of two tiles above and three below.
AREAS = [
    (0, 0, 1250, 843),
    (1250, 0, 1250, 843),
    (0, 843, 833, 843),
    (833, 843, 834, 843),
    (1667, 843, 833, 843),
]

# A phone shows the picture about 375 wide: 20 here are 3 there.
_ROWS = [(slice(0, 2), 144), (slice(2, 5), 122)]  # tiles, and the size of their labels
_NOTE = 80
_IN_BRACKETS = 0.78  # of the label's size
_LEADING = 1.2
_MARGIN = 32  # at the edge of the picture
_GAP = 24  # between tiles
_PADDING = 44  # between a tile's edge and its words
_BORDER = 4
_CORNER = 56
_DISC = 232
_ICON = 140
_BADGE = 88
_RIM = 12  # of the badge
_BELOW_DISC = 22
_ABOVE_NOTE = 22
_PALETTE = 128  # colours enough for six and the shades between them

# Where a label may go on in a second line: before a bracket, else after hiragana that
# ends a word, or between katakana and kanji.
_BRACKETS = "(（"
_WORD_END = re.compile(
    r"(?<=[\u3041-\u3096])(?=[^\u3041-\u3096])"
    r"|(?<=[\u30A1-\u30FC])(?=[\u4E00-\u9FFF])"
    r"|(?<=[\u4E00-\u9FFF])(?=[\u30A1-\u30FC])"
)

Box = tuple[int, int, int, int]


class Item(Protocol):
    @property
    def label(self) -> str: ...
    @property
    def note(self) -> str: ...


class Colors(Protocol):
    @property
    def background(self) -> str: ...
    @property
    def tile(self) -> str: ...
    @property
    def border(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def note(self) -> str: ...
    @property
    def mark(self) -> str: ...


class Menu(Protocol):
    """What is read of the catalog's menu."""

    @property
    def bar(self) -> str: ...
    @property
    def colors(self) -> Colors: ...
    @property
    def items(self) -> Mapping[str, Item]: ...
    @property
    def variants(self) -> Mapping[Any, Sequence[str]]: ...


@dataclass(frozen=True)
class Words:
    """A line of text around its middle."""

    text: str
    font: Font
    middle: tuple[float, float]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the ink."""
        (x, y), around = self.middle, self.font.getbbox(self.text, anchor="mm")
        return (x + around[0], y + around[1], x + around[2], y + around[3])


@dataclass(frozen=True)
class Tile:
    """Where all of a tile stands: its edges, the middle of its disc, its words."""

    item: str
    box: Box
    disc: tuple[int, int]
    label: list[Words]
    note: Words


def draw(menu: Menu, variant: str) -> bytes:
    """The picture as PNG. Raises NoJapaneseFont."""
    colors = menu.colors
    picture = Image.new("RGB", SIZE, colors.background)
    pen = ImageDraw.Draw(picture)
    for tile in layout(menu, variant, find_typeface()):
        _draw_ground(picture, tile, colors)
        _draw_icon(picture, tile, colors)
        for line in tile.label:
            pen.text(line.middle, line.text, colors.text, line.font, "mm")
        note = tile.note
        pen.text(note.middle, note.text, colors.note, note.font, "mm")
    content = BytesIO()
    # A palette makes the file less than half as large.
    picture.quantize(_PALETTE).save(content, "PNG", optimize=True)
    return content.getvalue()


def layout(menu: Menu, variant: str, typeface: Typeface) -> list[Tile]:
    """The tiles of a variant."""
    return [
        tile
        for row, size in _ROWS
        for tile in _row(menu, menu.variants[variant][row], AREAS[row], size, typeface)
    ]


def _row(
    menu: Menu, names: Sequence[str], areas: list[Box], most: int, typeface: Typeface
) -> list[Tile]:
    """Tiles whose labels have one size, and whose discs and notes have one height."""
    boxes = [_tile_box(area) for area in areas]
    width = min(right - left for left, _, right, _ in boxes) - 2 * _PADDING
    bold, regular = typeface.bold, typeface.regular
    labels = [_lines(menu, name, most, width, bold) for name in names]
    size = min(_size(lines, most, width, bold) for lines in labels)
    space = max(_height(lines, size) for lines in labels)
    note_space = _height([""], _NOTE)
    tiles = []
    for name, box, lines in zip(names, boxes, labels, strict=True):
        x, middle = (box[0] + box[2]) // 2, (box[1] + box[3]) // 2
        y = middle - (_DISC + _BELOW_DISC + space + _ABOVE_NOTE + note_space) / 2
        disc = (x, round(y + _DISC / 2))
        y += _DISC + _BELOW_DISC
        label = _stack(lines, size, (x, y + space / 2), bold)
        y += space + _ABOVE_NOTE
        note = menu.items[name].note
        font = regular.font(_size([note], _NOTE, width, regular))
        words = Words(note, font, (x, y + note_space / 2))
        tiles.append(Tile(name, box, disc, label, words))
    return tiles


def _stack(
    lines: list[str], size: int, middle: tuple[float, float], face: Face
) -> list[Words]:
    x, y = middle[0], middle[1] - _height(lines, size) / 2
    stacked = []
    for line in lines:
        space = _height([line], size)
        font = face.font(_line_size(line, size))
        stacked.append(Words(line, font, (x, y + space / 2)))
        y += space
    return stacked


def _height(lines: list[str], size: int) -> float:
    return sum(_line_size(line, size) * _LEADING for line in lines)


def _tile_box(area: Box) -> Box:
    """The tile within what a tap hits."""
    x, y, width, height = area
    return (
        x + (_GAP // 2 if x else _MARGIN),
        y + (_GAP // 2 if y else _MARGIN),
        x + width - (_GAP // 2 if x + width < SIZE[0] else _MARGIN),
        y + height - (_GAP // 2 if y + height < SIZE[1] else _MARGIN),
    )


def _lines(menu: Menu, name: str, most: int, width: int, face: Face) -> list[str]:
    """The label in one line or two, whichever can be larger; one if both can."""
    label = menu.items[name].label
    ways = [[label], *([label[:at], label[at:]] for at in _breaks(label, menu))]
    return max(ways, key=lambda lines: _size(lines, most, width, face))


def _breaks(label: str, menu: Menu) -> list[int]:
    brackets = [at for at, sign in enumerate(label) if at and sign in _BRACKETS]
    if brackets:
        return brackets
    # A word that begins another label, as a compound of katakana alone shows no end.
    others = [_WORD_END.split(item.label)[0] for item in menu.items.values()]
    words = {each for each in others if label.startswith(each) and each != label}
    ends = {match.start() for match in _WORD_END.finditer(label)} | set(map(len, words))
    return sorted(ends) or [len(label) // 2]


def _size(lines: list[str], most: int, width: int, face: Face) -> int:
    """The largest size in which the lines fit, at most `most`."""
    font = face.font(most)
    longest = max(
        font.getlength(line) * _line_size(line, most) / most for line in lines
    )
    return min(most, int(most * width / max(longest, 1)))


def _line_size(line: str, size: int) -> int:
    return round(size * _IN_BRACKETS) if line and line[0] in _BRACKETS else size


def _draw_ground(picture: Image.Image, tile: Tile, colors: Colors) -> None:
    left, top, right, bottom = tile.box
    size = (right - left, bottom - top)
    inner = (size[0] - 2 * _BORDER, size[1] - 2 * _BORDER)
    picture.paste(colors.border, (left, top), rounded(size, _CORNER))
    corner = (left + _BORDER, top + _BORDER)
    picture.paste(colors.tile, corner, rounded(inner, _CORNER - _BORDER))


def _draw_icon(picture: Image.Image, tile: Tile, colors: Colors) -> None:
    _stamp(picture, tile.disc, rounded((_DISC, _DISC), _DISC // 2), colors.mark)
    _stamp(picture, tile.disc, icon(tile.item, _ICON), colors.tile)
    if tile.item in TICKED:
        place = (tile.disc[0] + _DISC * 3 // 8, tile.disc[1] + _DISC * 3 // 8)
        for size, color in ((_BADGE + 2 * _RIM, colors.tile), (_BADGE, colors.mark)):
            _stamp(picture, place, rounded((size, size), size // 2), color)
        _stamp(picture, place, tick(_BADGE * 2 // 3), colors.tile)


def _stamp(
    picture: Image.Image, middle: tuple[int, int], mask: Image.Image, color: str
) -> None:
    corner = (middle[0] - mask.width // 2, middle[1] - mask.height // 2)
    picture.paste(color, corner, mask)
