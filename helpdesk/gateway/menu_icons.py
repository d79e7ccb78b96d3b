"""The icons on the tiles of the rich menus, drawn with lines and arcs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import cos, radians, sin

from PIL import Image, ImageDraw

_UNITS = 100
# Pillow draws with hard edges: drawn this much larger and reduced, they are smooth.
_FINER = 4
_INK = 255

Point = tuple[float, float]
Mask = Image.Image


class Pen:
    """Draws on a square of 100 by 100 units; lines and arcs have round ends.

    Without `ink`, what was drawn before is taken away.
    """

    def __init__(self, size: int, stroke: int = 8) -> None:
        self._scale = size * _FINER / _UNITS
        self._stroke = stroke
        self._mask = Image.new("L", (size * _FINER, size * _FINER))
        self._draw = ImageDraw.Draw(self._mask)

    def finished(self) -> Mask:
        return self._mask.reduce(_FINER)

    def dot(self, x: float, y: float, radius: float, *, ink: bool = True) -> None:
        self._draw.ellipse(self._around(x, y, radius), fill=_INK if ink else 0)

    def ring(self, x: float, y: float, radius: float) -> None:
        self.arc(x, y, radius, 0, 360)

    def line(self, *points: Point, ink: bool = True) -> None:
        places = [(x * self._scale, y * self._scale) for x, y in points]
        width = round(self._stroke * self._scale)
        self._draw.line(places, fill=_INK if ink else 0, width=width)
        for x, y in points:
            self.dot(x, y, self._stroke / 2, ink=ink)

    def arc(self, x: float, y: float, radius: float, start: float, end: float) -> None:
        """Angles in degrees, clockwise from three o'clock."""
        around = self._around(x, y, radius + self._stroke / 2)
        self._draw.arc(around, start, end, _INK, round(self._stroke * self._scale))
        for angle in (radians(start), radians(end)):
            self.dot(x + radius * cos(angle), y + radius * sin(angle), self._stroke / 2)

    def box(self, left: float, top: float, right: float, bottom: float) -> None:
        half, scale = self._stroke / 2, self._scale
        self._draw.rounded_rectangle(
            (
                *((left - half) * scale, (top - half) * scale),
                *((right + half) * scale, (bottom + half) * scale),
            ),
            radius=1.5 * self._stroke * scale,
            outline=_INK,
            width=round(self._stroke * scale),
        )

    def _around(
        self, x: float, y: float, radius: float
    ) -> tuple[float, float, float, float]:
        scale = self._scale
        return (
            *((x - radius) * scale, (y - radius) * scale),
            *((x + radius) * scale, (y + radius) * scale),
        )


@cache
def rounded(size: tuple[int, int], radius: int) -> Mask:
    """A filled rectangle with round corners."""
    width, height = (side * _FINER for side in size)
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, width - 1, height - 1), radius * _FINER, _INK
    )
    return mask.reduce(_FINER)


def icon(item: str, size: int) -> Mask:
    """The icon of an item of the catalog; three dots for one that has none yet."""
    pen = Pen(size)
    _ICONS.get(item, _three_dots)(pen)
    return pen.finished()


def tick(size: int) -> Mask:
    """The sign of what has been linked."""
    pen = Pen(size, stroke=16)
    pen.line((18, 54), (40, 76), (82, 28))
    return pen.finished()


def _person_on_document(pen: Pen) -> None:
    pen.box(20, 8, 80, 92)
    pen.ring(50, 34, 10)
    pen.arc(50, 68, 17, 180, 360)
    pen.line((33, 68), (67, 68))


def _linked_phone(pen: Pen) -> None:
    pen.box(8, 8, 60, 92)
    pen.line((30, 79), (38, 79))
    # The chain lies over the edge of the phone, with some air around it.
    for x in range(46, 101, 2):
        pen.dot(x, 46, 25, ink=False)
    pen.arc(46, 46, 13, 90, 270)
    pen.line((46, 33), (58, 33))
    pen.line((46, 59), (58, 59))
    pen.arc(83, 46, 13, 270, 450)
    pen.line((71, 33), (83, 33))
    pen.line((71, 59), (83, 59))
    pen.line((51, 46), (78, 46))


def _gauge(pen: Pen) -> None:
    pen.arc(50, 58, 40, 150, 390)
    pen.line((50, 58), (67, 37))
    pen.dot(50, 58, 9)


def _gift_box(pen: Pen) -> None:
    pen.box(16, 52, 84, 92)
    pen.box(8, 32, 92, 52)
    pen.line((50, 32), (50, 92))
    pen.ring(38, 20, 11)
    pen.ring(62, 20, 11)


def _question_in_bubble(pen: Pen) -> None:
    pen.box(8, 10, 92, 74)
    for x in range(34, 49):
        pen.dot(x, 74, 5, ink=False)
    pen.line((30, 74), (30, 92), (52, 74))
    pen.arc(50, 34, 11, 180, 405)
    pen.line((57.8, 41.8), (50, 50))
    pen.dot(50, 62, 5)


def _exit(pen: Pen) -> None:
    pen.line((52, 10), (14, 10), (14, 90), (52, 90))
    pen.line((40, 50), (90, 50))
    pen.line((70, 30), (90, 50), (70, 70))


def _three_dots(pen: Pen) -> None:
    for x in (20, 50, 80):
        pen.dot(x, 50, 9)


_ICONS: dict[str, Callable[[Pen], None]] = {
    "holder_link": _person_on_document,
    "my_page": _person_on_document,
    "user_link": _linked_phone,
    "user_link_made": _linked_phone,
    "data_balance": _gauge,
    "data_gift": _gift_box,
    "help": _question_in_bubble,
    "end_handoff": _exit,
}
# What has been linked carries a tick.
TICKED = {"my_page", "user_link_made"}
