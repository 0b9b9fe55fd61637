"""The pen that draws the demonstration shop: flat shapes on a card, with an ink outline."""

import io
from cmath import phase
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import cos, pi, sin

from PIL import Image, ImageDraw

GROUND, INK, WHITE = "#F4F1E8", "#13201E", "#FFFFFF"
_CARD, _FINER = 96, 4
_SIDE = _CARD * _FINER
_OUTLINE = 2.9
_NOTCH = 0.8

type Point = tuple[float, float]
type Box = tuple[float, float, float, float]
type Cloth = Image.Image  # the body's colour with its pattern, as large as the card


@dataclass(frozen=True, slots=True)
class Colours:
    """`body` of the thing, `trim` for what is printed on it, `deep` for lids and hems."""

    body: str
    trim: str
    deep: str


COLOURS = {
    "RED": Colours("#C9463B", "#F9E3DC", "#8F2C26"),
    "BLUE": Colours("#4A79B8", "#DFEAF7", "#2C4E80"),
    "GREEN": Colours("#4E9B74", "#E0F2E8", "#2D6A4C"),
    "ROSE": Colours("#E09AA8", "#FDEFF2", "#B4596D"),
    "CREAM": Colours("#ECDDB5", "#B9793A", "#B9793A"),
    "SLATE": Colours("#44565A", "#D3DDDC", "#24353A"),
    "MUSTARD": Colours("#E4B43A", "#FFF4CC", "#A9760F"),
    "IVORY": Colours("#FFFFFF", "#7FA39E", "#B8CFCB"),
}
PATTERNS = ("PLAIN", "SPOTS", "STRIPES", "HEARTS", "STARS", "GINGHAM")


class Pen:
    """Draws in units of a 96 by 96 card; `cloth` is what the thing is made of."""

    def __init__(self, colour: str, pattern: str) -> None:
        self._image = Image.new("RGB", (_SIDE, _SIDE), GROUND)
        self._draw = ImageDraw.Draw(self._image)
        self.colours = COLOURS[colour]
        self.cloth: Cloth = _woven(colour, pattern)

    def shape(self, points: Sequence[Point], fill: str | Cloth) -> None:
        """A closed outline."""
        drawn = [(x * _FINER, y * _FINER) for x, y in points]
        if isinstance(fill, str):
            self._draw.polygon(drawn, fill=fill)
        else:
            inside = Image.new("1", (_SIDE, _SIDE))
            ImageDraw.Draw(inside).polygon(drawn, fill=1)
            self._image.paste(fill, mask=inside)
        self.line([*points, points[0], points[1]])

    def box(self, box: Box, fill: str | Cloth, *, corner: float = 3) -> None:
        left, top, right, bottom = box
        corners = [
            (right - corner, top + corner, -90),
            (right - corner, bottom - corner, 0),
            (left + corner, bottom - corner, 90),
            (left + corner, top + corner, 180),
        ]
        self.shape(
            [p for x, y, at in corners for p in arc(x, y, corner, corner, at, at + 90)], fill
        )

    def oval(self, box: Box, fill: str | Cloth) -> None:
        left, top, right, bottom = box
        middle = ((left + right) / 2, (top + bottom) / 2)
        self.shape(arc(*middle, (right - left) / 2, (bottom - top) / 2, 0, 352), fill)

    def dot(self, x: float, y: float, r: float, fill: str = INK) -> None:
        sides = (x - r, y - r, x + r, y + r)
        self._draw.ellipse([side * _FINER for side in sides], fill=fill)

    def line(self, points: Sequence[Point], *, width: float = _OUTLINE, fill: str = INK) -> None:
        """An open line with round ends."""
        drawn = [(x * _FINER, y * _FINER) for x, y in points]
        self._draw.line(drawn, fill=fill, width=round(width * _FINER))
        # Pillow rounds every joint or none, at a price; here only those that would show.
        for x, y in (points[0], *_corners(points, width), points[-1]):
            self.dot(x, y, width / 2, fill)

    def band(self, points: Sequence[Point], fill: str, *, width: float = 4) -> None:
        """A line that is itself outlined: a handle, a strap."""
        self.line(points, width=width + 2 * _OUTLINE)
        self.line(points, width=width, fill=fill)

    def heart(self, x: float, y: float, r: float, fill: str) -> None:
        self._draw.polygon([(a * _FINER, b * _FINER) for a, b in heart(x, y, r)], fill=fill)

    def png(self) -> bytes:
        """The card in few colours: in a list its thumbnail is one of fifty."""
        out = io.BytesIO()
        small = self._image.resize((_CARD, _CARD), Image.Resampling.BOX)
        small.quantize(32).save(out, "PNG", compress_level=1)
        return out.getvalue()


def arc(x: float, y: float, rx: float, ry: float, start: float, end: float) -> list[Point]:
    """Points around (x, y), from `start` to `end` in degrees, clockwise from the right."""
    steps = max(4, round(abs(end - start) / 8))
    turns = [(start + (end - start) * step / steps) * pi / 180 for step in range(steps + 1)]
    return [(x + rx * cos(turn), y + ry * sin(turn)) for turn in turns]


def bend(start: Point, towards: Point, end: Point) -> list[Point]:
    """A curve from `start` to `end`, drawn `towards` a third point."""
    parts = [step / 10 for step in range(11)]
    return [
        (
            (1 - t) ** 2 * start[0] + 2 * t * (1 - t) * towards[0] + t**2 * end[0],
            (1 - t) ** 2 * start[1] + 2 * t * (1 - t) * towards[1] + t**2 * end[1],
        )
        for t in parts
    ]


def heart(x: float, y: float, r: float) -> list[Point]:
    turns = [step * pi / 24 for step in range(48)]
    return [
        (
            x + r * sin(turn) ** 3,
            y - r * (13 * cos(turn) - 5 * cos(2 * turn) - 2 * cos(3 * turn) - cos(4 * turn)) / 16,
        )
        for turn in turns
    ]


def star(x: float, y: float, r: float) -> list[Point]:
    turns = [(step * pi / 5 - pi / 2, r if step % 2 == 0 else r * 0.45) for step in range(10)]
    return [(x + far * cos(turn), y + far * sin(turn)) for turn, far in turns]


def _corners(points: Sequence[Point], width: float) -> list[Point]:
    """Where a line of that width would have a notch that can be seen."""
    steps = [complex(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in pairwise(points)]
    steps = [step or 1j for step in steps]
    turns = [abs(phase(after / before)) for before, after in pairwise(steps)]
    return [p for p, turn in zip(points[1:-1], turns, strict=True) if turn * width > _NOTCH]


@cache
def _woven(colour: str, pattern: str) -> Cloth:
    colours = COLOURS[colour]
    cloth = Image.new("RGB", (_SIDE, _SIDE), colours.body)
    draw = ImageDraw.Draw(cloth)
    if pattern == "STRIPES":
        for x in range(3, _CARD, 12):
            draw.rectangle([x * _FINER, 0, (x + 5) * _FINER, _SIDE], fill=colours.trim)
    elif pattern == "GINGHAM":
        _checked(cloth, colours)
    elif pattern != "PLAIN":
        for middle in _staggered(13 if pattern == "SPOTS" else 16):
            print_ = [(x * _FINER, y * _FINER) for x, y in _PRINTS[pattern](*middle)]
            draw.polygon(print_, fill=colours.trim)
    return cloth


_PRINTS = {
    "SPOTS": lambda x, y: arc(x, y, 3.4, 3.4, 0, 352),
    "HEARTS": lambda x, y: heart(x, y, 4.6),
    "STARS": lambda x, y: star(x, y, 5.2),
}


def _staggered(gap: int) -> list[Point]:
    rows = range(-1, _CARD // gap + 2)
    # From the middle of the card, so that a thing in the middle carries its print evenly.
    return [
        (48 + (column + row % 2 / 2) * gap, 48 + row * gap * 0.8)
        for row in range(-len(rows), len(rows))
        for column in range(-len(rows) // 2 - 1, len(rows) // 2 + 2)
    ]


def _checked(cloth: Cloth, colours: Colours) -> None:
    trim = Image.new("RGB", cloth.size, colours.trim)
    paler = Image.blend(cloth, trim, 0.5)
    across, along = (Image.new("1", cloth.size) for _ in range(2))
    for at in range(4, _CARD, 16):
        sides = [at * _FINER, (at + 8) * _FINER]
        ImageDraw.Draw(across).rectangle([sides[0], 0, sides[1], _SIDE], fill=1)
        ImageDraw.Draw(along).rectangle([0, sides[0], _SIDE, sides[1]], fill=1)
    both = across.copy()
    both.paste(0, mask=along.point(lambda on: 0 if on else 255))
    for strip in (across, along):
        cloth.paste(paler, mask=strip)
    cloth.paste(trim, mask=both)
