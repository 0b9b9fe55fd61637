"""Small flat drawings of the things a gift shop sells, made by Pillow."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

GROUND, INK = "#F4F1E8", "#13201E"
_SIZE, _FINER = 96, 4

type Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Colours:
    """`body` of the thing, and `trim` for what is on it."""

    body: str
    trim: str


COLOURS = {
    "RED": Colours("#C4473D", "#F4D8CF"),
    "BLUE": Colours("#4C78B5", "#D8E4F3"),
    "GREEN": Colours("#4F9A73", "#DCEFE3"),
    "ROSE": Colours("#D98C9A", "#FBE6EA"),
    "CREAM": Colours("#EAD9B0", "#C08A4D"),
    "BLACK": Colours("#33413F", "#C9D2D0"),
    "YELLOW": Colours("#E3B23C", "#FFF3C9"),
    "IVORY": Colours("#FFFFFF", "#9CB8B4"),
}


class Pen:
    """Draws in units of a 96 by 96 card, with an ink outline."""

    def __init__(self, colours: Colours) -> None:
        side = _SIZE * _FINER
        self._image = Image.new("RGB", (side, side), GROUND)
        self._draw = ImageDraw.Draw(self._image)
        self.colours = colours

    def shape(self, points: Points, fill: str) -> None:
        drawn = [(x * _FINER, y * _FINER) for x, y in points]
        self._draw.polygon(drawn, fill=fill)
        self._draw.line([*drawn, drawn[0], drawn[1]], fill=INK, width=11, joint="curve")

    def box(self, box: tuple[float, float, float, float], fill: str, *, round: float = 3) -> None:
        self._draw.rounded_rectangle(
            [side * _FINER for side in box], round * _FINER, fill=fill, outline=INK, width=11
        )

    def oval(self, box: tuple[float, float, float, float], fill: str) -> None:
        self._draw.ellipse([side * _FINER for side in box], fill=fill, outline=INK, width=11)

    def dot(self, x: float, y: float, r: float, fill: str) -> None:
        sides = (x - r, y - r, x + r, y + r)
        self._draw.ellipse([side * _FINER for side in sides], fill=fill)

    def line(self, points: Points, *, width: float = 2.75, fill: str = INK) -> None:
        drawn = [(x * _FINER, y * _FINER) for x, y in points]
        self._draw.line(drawn, fill=fill, width=round(width * _FINER), joint="curve")

    def arc(self, box: tuple[float, float, float, float], start: int, end: int) -> None:
        self._draw.arc([side * _FINER for side in box], start, end, fill=INK, width=11)

    def heart(self, x: float, y: float, r: float, fill: str) -> None:
        self.dot(x - r / 2, y - r / 3, r * 0.62, fill)
        self.dot(x + r / 2, y - r / 3, r * 0.62, fill)
        tip = [(x - r * 1.08, y - r * 0.1), (x + r * 1.08, y - r * 0.1), (x, y + r * 1.2)]
        self._draw.polygon([(a * _FINER, b * _FINER) for a, b in tip], fill=fill)

    def png(self) -> bytes:
        out = io.BytesIO()
        small = self._image.resize((_SIZE, _SIZE), Image.Resampling.LANCZOS)
        small.quantize(24).convert("RGB").save(out, "PNG")
        return out.getvalue()


def drawing(motif: str, colour: str, pattern: str) -> bytes:
    """Draw a motif, as PNG; the same words give the same drawing."""
    pen = Pen(COLOURS[colour])
    area = MOTIFS[motif](pen)
    _PATTERNS[pattern](pen, area)
    return pen.png()


# --- what is on it: inside the area (left, top, right, bottom) that a motif leaves free ----------

type Area = tuple[float, float, float, float]


def _plain(pen: Pen, area: Area) -> None:
    pass


def _spots(pen: Pen, area: Area) -> None:
    left, top, right, bottom = area
    rows = [top + (bottom - top) * part for part in (0.25, 0.75)]
    for row, y in enumerate(rows):
        for part in (0.2, 0.5, 0.8) if row == 0 else (0.35, 0.65):
            pen.dot(left + (right - left) * part, y, 2.6, pen.colours.trim)


def _stripes(pen: Pen, area: Area) -> None:
    left, top, right, bottom = area
    for part in (0.2, 0.5, 0.8):
        x = left + (right - left) * part
        pen.line([(x, top), (x, bottom)], width=3.2, fill=pen.colours.trim)


def _heart(pen: Pen, area: Area) -> None:
    left, top, right, bottom = area
    size = min(right - left, bottom - top) / 3.4
    pen.heart((left + right) / 2, (top + bottom) / 2, size, pen.colours.trim)


_PATTERNS: dict[str, Callable[[Pen, Area], None]] = {
    "PLAIN": _plain,
    "SPOTS": _spots,
    "STRIPES": _stripes,
    "HEARTS": _heart,
}


# --- the things ---------------------------------------------------------------------------------


def _mug(pen: Pen) -> Area:
    pen.oval((58, 38, 82, 64), GROUND)
    pen.box((22, 26, 66, 76), pen.colours.body, round=6)
    return (28, 36, 60, 68)


def _bag(pen: Pen) -> Area:
    pen.arc((34, 10, 62, 52), 180, 360)
    pen.shape([(24, 34), (72, 34), (78, 82), (18, 82)], pen.colours.body)
    return (28, 44, 68, 76)


def _bunting(pen: Pen) -> Area:
    pen.line([(8, 28), (34, 38), (62, 38), (88, 28)])
    for x, y, fill in ((12, 31, 0), (38, 38, 1), (64, 35, 0)):
        colour = pen.colours.trim if fill else pen.colours.body
        pen.shape([(x, y), (x + 20, y), (x + 10, y + 30)], colour)
    return (40, 40, 56, 54)


def _lantern(pen: Pen) -> Area:
    pen.arc((38, 6, 58, 30), 180, 360)
    pen.shape([(34, 28), (62, 28), (70, 40), (26, 40)], pen.colours.body)
    pen.box((30, 40, 66, 80), "#FFFFFF", round=1)
    pen.box((44, 58, 52, 78), pen.colours.trim, round=1)
    pen.shape([(48, 46), (52, 54), (48, 58), (44, 54)], "#F2A94A")
    pen.box((26, 78, 70, 86), pen.colours.body, round=1)
    return (34, 30, 62, 38)


def _heart_shape(pen: Pen) -> Area:
    pen.line([(48, 8), (48, 26)])
    pen.heart(48, 48, 29.5, INK)
    pen.heart(48, 48, 26.4, pen.colours.body)
    return (32, 36, 64, 62)


def _cake_stand(pen: Pen) -> Area:
    pen.line([(48, 14), (48, 82)], width=4)
    pen.dot(48, 12, 4, INK)
    for top, half in ((28, 16), (48, 24), (68, 32)):
        pen.oval((48 - half, top - 5, 48 + half, top + 7), pen.colours.body)
    pen.oval((36, 78, 60, 88), pen.colours.trim)
    return (30, 64, 66, 72)


def _jar(pen: Pen) -> Area:
    pen.box((28, 28, 68, 84), "#FFFFFF", round=8)
    pen.box((32, 46, 64, 80), pen.colours.body, round=5)
    pen.box((26, 14, 70, 30), pen.colours.trim, round=3)
    return (36, 52, 60, 76)


def _clock(pen: Pen) -> Area:
    pen.line([(30, 80), (24, 88)])
    pen.line([(66, 80), (72, 88)])
    pen.oval((16, 16, 80, 80), pen.colours.body)
    pen.oval((26, 26, 70, 70), "#FFFFFF")
    pen.line([(48, 32), (48, 48), (60, 54)])
    return (44, 60, 52, 68)


def _frame(pen: Pen) -> Area:
    pen.box((18, 14, 78, 84), pen.colours.body, round=2)
    pen.box((30, 26, 66, 72), "#FFFFFF", round=1)
    pen.shape([(33, 70), (46, 50), (54, 60), (58, 56), (64, 70)], pen.colours.trim)
    return (34, 30, 62, 48)


def _bird(pen: Pen) -> Area:
    pen.line([(44, 72), (42, 86)])
    pen.line([(54, 72), (54, 86)])
    pen.oval((20, 30, 74, 76), pen.colours.body)
    pen.shape([(70, 44), (86, 48), (70, 54)], "#E3B23C")
    pen.shape([(24, 52), (8, 40), (14, 62)], pen.colours.trim)
    pen.dot(60, 44, 3, INK)
    return (30, 44, 54, 68)


def _candle(pen: Pen) -> Area:
    pen.shape([(48, 8), (55, 22), (48, 30), (41, 22)], "#F2A94A")
    pen.box((34, 32, 62, 78), pen.colours.body, round=3)
    pen.oval((20, 74, 76, 90), pen.colours.trim)
    return (38, 40, 58, 70)


def _bottle(pen: Pen) -> Area:
    pen.box((40, 8, 56, 22), pen.colours.trim, round=2)
    pen.box((30, 24, 66, 88), pen.colours.body, round=12)
    return (36, 40, 60, 76)


def _box(pen: Pen) -> Area:
    pen.box((18, 38, 78, 84), pen.colours.body, round=2)
    pen.box((14, 26, 82, 42), pen.colours.trim, round=2)
    return (24, 48, 72, 78)


def _tin(pen: Pen) -> Area:
    pen.box((20, 34, 76, 82), pen.colours.body, round=2)
    pen.oval((20, 22, 76, 44), pen.colours.trim)
    return (28, 50, 68, 76)


def _teapot(pen: Pen) -> Area:
    pen.shape([(70, 48), (88, 34), (90, 40), (72, 66)], pen.colours.body)
    pen.arc((6, 38, 36, 70), 90, 270)
    pen.oval((20, 30, 76, 82), pen.colours.body)
    pen.dot(48, 24, 5, INK)
    pen.box((36, 26, 60, 34), pen.colours.trim, round=3)
    return (32, 44, 64, 72)


def _plate(pen: Pen) -> Area:
    pen.oval((12, 12, 84, 84), pen.colours.body)
    pen.oval((28, 28, 68, 68), pen.colours.trim)
    return (20, 14, 76, 26)


def _cushion(pen: Pen) -> Area:
    pen.shape(
        [(16, 20), (48, 26), (80, 20), (74, 48), (80, 78), (48, 72), (16, 78), (22, 48)],
        pen.colours.body,
    )
    return (30, 34, 66, 66)


def _umbrella(pen: Pen) -> Area:
    pen.line([(48, 12), (48, 80)])
    pen.arc((48, 70, 62, 90), 0, 180)
    pen.shape(
        [(10, 52), (18, 32), (48, 18), (78, 32), (86, 52), (66, 46), (48, 52), (30, 46)],
        pen.colours.body,
    )
    return (28, 28, 68, 44)


def _tray(pen: Pen) -> Area:
    pen.oval((4, 38, 24, 60), GROUND)
    pen.oval((72, 38, 92, 60), GROUND)
    pen.box((14, 30, 82, 68), pen.colours.body, round=6)
    pen.box((22, 38, 74, 60), pen.colours.trim, round=4)
    return (18, 31, 78, 36)


def _doorstop(pen: Pen) -> Area:
    pen.shape([(16, 82), (48, 18), (80, 82)], pen.colours.body)
    return (36, 54, 60, 80)


def _bowl(pen: Pen) -> Area:
    pen.shape([(12, 38), (84, 38), (72, 70), (60, 80), (36, 80), (24, 70)], pen.colours.body)
    pen.oval((12, 30, 84, 46), pen.colours.trim)
    return (30, 50, 66, 72)


def _basket(pen: Pen) -> Area:
    pen.arc((26, 10, 70, 74), 180, 360)
    pen.shape([(14, 42), (82, 42), (74, 84), (22, 84)], pen.colours.body)
    for y in (54, 66):
        pen.line([(18, y), (78, y)], width=1.6)
    return (24, 70, 72, 82)


MOTIFS: dict[str, Callable[[Pen], Area]] = {
    "MUG": _mug,
    "LUNCH BAG": _bag,
    "PARTY BUNTING": _bunting,
    "LANTERN": _lantern,
    "HANGING HEART": _heart_shape,
    "CAKESTAND 3 TIER": _cake_stand,
    "JAM JAR": _jar,
    "ALARM CLOCK": _clock,
    "PICTURE FRAME": _frame,
    "BIRD ORNAMENT": _bird,
    "PILLAR CANDLE": _candle,
    "HOT WATER BOTTLE": _bottle,
    "GIFT BOX": _box,
    "CAKE TIN": _tin,
    "TEAPOT": _teapot,
    "DINNER PLATE": _plate,
    "CUSHION COVER": _cushion,
    "UMBRELLA": _umbrella,
    "SERVING TRAY": _tray,
    "DOORSTOP": _doorstop,
    "MIXING BOWL": _bowl,
    "WICKER BASKET": _basket,
}
