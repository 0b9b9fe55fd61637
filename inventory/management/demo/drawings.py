"""Small flat drawings of the things a gift shop sells."""

from collections.abc import Callable
from itertools import pairwise

from inventory.management.demo.pen import GROUND, INK, WHITE, Pen, arc, bend, heart, star

_FLAME, _GLOW, _BEAK = "#EE8F3A", "#FFE08A", "#E9A13B"
_SKY, _WOOD = "#D5E8EE", "#C99A5F"


def drawing(motif: str, colour: str, pattern: str) -> bytes:
    """Draw a motif, as PNG; the same words give the same drawing."""
    pen = Pen(colour, pattern)
    MOTIFS[motif](pen)
    return pen.png()


def _mug(pen: Pen) -> None:
    pen.band(arc(62, 52, 17, 16, -80, 80), pen.colours.deep, width=5)
    pen.shape([(20, 26), (64, 26), (64, 68), *bend((64, 68), (64, 80), (52, 80)), (32, 80),
               *bend((32, 80), (20, 80), (20, 68))], pen.cloth)  # fmt: skip
    pen.line([(21, 34), (63, 34)], width=2, fill=pen.colours.deep)


def _lunch_bag(pen: Pen) -> None:
    pen.band(arc(48, 32, 14, 19, 180, 360), pen.colours.deep, width=4)
    pen.shape([(22, 32), (74, 32), (80, 84), (16, 84)], pen.cloth)
    pen.shape([(21.5, 32), (74.5, 32), (75.5, 41), (20.5, 41)], pen.colours.deep)


def _jumbo_bag(pen: Pen) -> None:
    pen.band(arc(48, 34, 17, 24, 180, 360), pen.colours.deep, width=4)
    pen.box((12, 34, 84, 86), pen.cloth, corner=4)
    for x in (29, 67):
        pen.shape([(x - 4, 34), (x + 4, 34), (x + 4, 86), (x - 4, 86)], pen.colours.deep)


def _bunting(pen: Pen) -> None:
    pen.line(bend((5, 24), (48, 42), (91, 24)))
    flags = (((9, 25.5), (32, 31.5), (16, 66)), ((36, 32.5), (60, 32.5), (48, 72)),
             ((64, 31.5), (87, 25.5), (80, 66)))  # fmt: skip
    for number, flag in enumerate(flags):
        pen.shape(flag, pen.colours.deep if number == 1 else pen.cloth)


def _lantern(pen: Pen) -> None:
    pen.line(arc(48, 17, 9, 9, 0, 352))
    pen.shape([(38, 22), (58, 22), (71, 38), (25, 38)], pen.cloth)
    pen.box((29, 38, 67, 80), _GLOW, corner=1)
    pen.box((42, 58, 54, 80), WHITE, corner=1)
    pen.shape([*bend((48, 44), (56, 53), (48, 57)), *bend((48, 57), (40, 53), (48, 44))], _FLAME)
    for x in (29, 67):
        pen.line([(x, 40), (x, 80)], width=3.6)
    pen.box((23, 79, 73, 88), pen.cloth, corner=2)


def _hanging_heart(pen: Pen) -> None:
    pen.line([*bend((48, 34), (36, 18), (48, 8)), *bend((48, 8), (60, 18), (48, 34))], width=2.2)
    pen.shape(heart(48, 54, 35), pen.cloth)
    pen.dot(48, 41, 3.2, GROUND)


def _hanging_star(pen: Pen) -> None:
    pen.line([(48, 5), (48, 16)], width=2.2)
    pen.shape(star(48, 53, 40), pen.cloth)
    pen.dot(48, 24, 2.4, GROUND)


def _cakestand(pen: Pen) -> None:
    pen.line(arc(48, 9, 4, 4, 0, 352))
    pen.line([(48, 13), (48, 84)], width=4)
    for top, half, low in ((22, 15, 11), (43, 25, 13), (65, 36, 15)):
        dish = arc(48, top, half * 0.9, low, 0, 180)
        pen.shape([(48 - half, top - 2), (48 + half, top - 2), *dish], pen.cloth)
    pen.shape([(42, 80), (54, 80), (64, 89), (32, 89)], pen.colours.deep)


def _jam_jar(pen: Pen) -> None:
    pen.box((25, 32, 71, 86), WHITE, corner=8)
    pen.box((29, 44, 67, 82), pen.colours.body, corner=6)
    pen.box((35, 52, 61, 74), "#FFFDF5", corner=2)
    pen.heart(48, 63, 7, pen.colours.deep)
    pen.shape([(26, 14), (70, 14), (78, 32), *bend((78, 32), (70, 36), (64, 31)),
               *bend((64, 31), (56, 37), (48, 31)), *bend((48, 31), (40, 37), (32, 31)),
               *bend((32, 31), (26, 36), (18, 32))], pen.cloth)  # fmt: skip
    pen.line([(26, 26), (70, 26)], width=2.2)


def _alarm_clock(pen: Pen) -> None:
    for x, turn in ((30, -1), (66, 1)):
        pen.line([(48 + turn * 20, 76), (48 + turn * 27, 87)], width=4)
        pen.oval((x - 11, 9, x + 11, 29), pen.colours.deep)
    pen.line([(48, 8), (48, 20)], width=4)
    pen.oval((14, 18, 82, 86), pen.cloth)
    pen.oval((25, 29, 71, 75), WHITE)
    for x, y in ((48, 35), (65, 52), (48, 69), (31, 52)):
        pen.dot(x, y, 1.7)
    pen.line([(48, 40), (48, 52), (57, 57)])


def _picture_frame(pen: Pen) -> None:
    pen.box((16, 10, 80, 86), pen.cloth, corner=3)
    pen.box((28, 22, 68, 74), _SKY, corner=1)
    pen.dot(57, 35, 5.5, _BEAK)
    pen.shape([(28.5, 74), (28.5, 60), (41, 46), (52, 60), (58, 54), (67.5, 65), (67.5, 74)],
              "#6FA287")  # fmt: skip
    pen.line([(28, 22), (68, 22), (68, 74), (28, 74), (28, 22)])


def _bird(pen: Pen) -> None:
    for x in (45, 55):
        pen.line([(x, 70), (x, 85), (x + 6, 85)], width=2.4)
    pen.shape([(76, 34), (89, 40), (76, 45)], _BEAK)
    pen.shape([(8, 34), *bend((8, 34), (28, 34), (48, 30)), *bend((48, 30), (56, 20), (66, 22)),
               *bend((66, 22), (79, 26), (78, 42)), *bend((78, 42), (74, 74), (46, 73)),
               *bend((46, 73), (24, 70), (8, 34))], pen.cloth)  # fmt: skip
    pen.shape([*bend((30, 46), (46, 42), (60, 48)), *bend((60, 48), (46, 68), (30, 46))],
              pen.colours.deep)  # fmt: skip
    pen.dot(66, 34, 4.2, WHITE)
    pen.dot(66, 34, 2.6)


def _candle(pen: Pen) -> None:
    pen.shape([*bend((48, 6), (60, 20), (48, 26)), *bend((48, 26), (36, 20), (48, 6))], _FLAME)
    pen.line([(48, 24), (48, 34)], width=2.2)
    pen.box((32, 33, 64, 80), pen.cloth, corner=3)
    pen.line(arc(82, 76, 7, 7, -160, 160), width=3.6)
    pen.shape([(14, 76), (82, 76), *arc(48, 76, 30, 11, 0, 180)], pen.colours.deep)


def _hot_water_bottle(pen: Pen) -> None:
    pen.box((41, 6, 55, 20), WHITE, corner=3)
    pen.shape([(38, 19), (58, 19), *bend((58, 19), (58, 27), (66, 29)),
               *bend((66, 29), (74, 32), (74, 42)), (74, 76), *bend((74, 76), (74, 88), (62, 88)),
               (34, 88), *bend((34, 88), (22, 88), (22, 76)), (22, 42),
               *bend((22, 42), (22, 32), (30, 29)), *bend((30, 29), (38, 27), (38, 19))],
              pen.cloth)  # fmt: skip
    pen.box((36, 22, 60, 29), pen.colours.deep, corner=3)


def _gift_box(pen: Pen) -> None:
    pen.box((18, 40, 78, 86), pen.cloth, corner=2)
    pen.box((13, 29, 83, 44), pen.cloth, corner=2)
    pen.shape([(42, 29), (54, 29), (54, 86), (42, 86)], pen.colours.deep)
    for turn in (-1, 1):
        tip = 48 + turn * 24
        pen.shape([*bend((48, 28), (48 + turn * 8, 6), (tip, 12)),
                   *bend((tip, 12), (48 + turn * 26, 28), (48, 28))], pen.colours.deep)  # fmt: skip
    pen.box((42, 23, 54, 32), pen.colours.deep, corner=3)


def _cake_tins(pen: Pen) -> None:
    for top, half, depth in ((66, 34, 22), (44, 27, 18), (24, 20, 16)):
        fill = pen.colours.trim if half == 27 else pen.cloth
        pen.box((48 - half, top, 48 + half, top + depth), fill, corner=2)
        pen.box((46 - half, top - 4, 50 + half, top + 4), pen.colours.deep, corner=2)
    pen.box((42, 12, 54, 21), pen.colours.deep, corner=3)


def _teapot(pen: Pen) -> None:
    pen.band(arc(24, 54, 15, 16, 75, 285), pen.colours.deep, width=4)
    pen.shape([*bend((64, 66), (80, 62), (80, 40)), (90, 34), *bend((90, 40), (90, 76), (66, 78))],
              pen.cloth)  # fmt: skip
    pen.shape([(36, 30), (60, 30), *bend((60, 30), (78, 38), (76, 58)),
               *bend((76, 58), (74, 84), (56, 84)), (40, 84), *bend((40, 84), (22, 84), (20, 58)),
               *bend((20, 58), (18, 38), (36, 30))], pen.cloth)  # fmt: skip
    pen.shape([(33, 31), *bend((33, 31), (48, 14), (63, 31))], pen.colours.deep)
    pen.dot(48, 18, 4.6)


def _plate(pen: Pen) -> None:
    pen.oval((9, 9, 87, 87), pen.cloth)
    pen.oval((27, 27, 69, 69), "#FFFDF5")
    pen.line(arc(48, 48, 15, 15, 150, 250), width=1.8, fill="#C9D2CF")


def _cushion(pen: Pen) -> None:
    pen.shape([*bend((10, 14), (48, 26), (86, 14)), *bend((86, 14), (74, 48), (86, 82)),
               *bend((86, 82), (48, 70), (10, 82)), *bend((10, 82), (22, 48), (10, 14))],
              pen.cloth)  # fmt: skip
    for x, y in ((10, 14), (86, 14), (86, 82), (10, 82)):
        pen.dot(x, y, 5)
        pen.dot(x, y, 2.6, pen.colours.deep)


def _umbrella(pen: Pen) -> None:
    pen.line([(48, 8), (48, 76), *arc(55, 76, 7, 9, 180, 0)], width=3.6)
    ends = (8, 28, 48, 68, 88)
    hem = [p for a, b in pairwise(ends)
           for p in bend((96 - a, 54), (96 - (a + b) / 2, 44), (96 - b, 54))]  # fmt: skip
    pen.shape([*arc(48, 54, 40, 38, 180, 360), *hem], pen.cloth)
    for x, towards in ((28, 30), (68, 66)):
        pen.line(bend((48, 16), (towards, 28), (x, 52)), width=2)
    pen.line([(48, 16), (48, 52)], width=2)


def _doily(pen: Pen) -> None:
    for turn in range(12):
        [(x, y), *_] = arc(48, 48, 33, 33, turn * 30, turn * 30 + 8)
        pen.oval((x - 9, y - 9, x + 9, y + 9), WHITE)
    pen.oval((15, 15, 81, 81), WHITE)
    for x, y in [arc(48, 48, 28, 28, turn * 20, turn * 20 + 8)[0] for turn in range(18)]:
        pen.dot(x, y, 2, INK)
    pen.oval((26, 26, 70, 70), pen.cloth)


def _tray(pen: Pen) -> None:
    pen.box((5, 22, 91, 74), _WOOD, corner=10)
    pen.box((20, 29, 76, 67), pen.cloth, corner=4)
    for x in (12.5, 83.5):
        pen.line([(x, 40), (x, 56)], width=5)


def _doorstop(pen: Pen) -> None:
    pen.band(arc(48, 22, 9, 12, 160, 380), pen.colours.deep, width=4)
    pen.shape([(36, 26), (60, 26), *bend((60, 26), (72, 52), (82, 80)),
               *bend((82, 80), (82, 87), (74, 87)), (22, 87), *bend((22, 87), (14, 87), (14, 80)),
               *bend((14, 80), (24, 52), (36, 26))], pen.cloth)  # fmt: skip
    pen.line([(24, 78), (72, 78)], width=2, fill=pen.colours.deep)


def _mixing_bowl(pen: Pen) -> None:
    pen.band([(62, 38), (80, 12)], _WOOD, width=4)
    pen.shape([(13, 40), (83, 40), *bend((83, 40), (82, 80), (58, 82)), (38, 82),
               *bend((38, 82), (14, 80), (13, 40))], pen.cloth)  # fmt: skip
    pen.box((8, 34, 88, 45), pen.colours.deep, corner=5)


def _basket(pen: Pen) -> None:
    pen.band(arc(48, 44, 25, 34, 180, 360), _WOOD, width=4)
    pen.shape([(14, 46), (82, 46), (74, 86), (22, 86)], _WOOD)
    for y in (62, 74):
        pen.line([(18, y), (78, y)], width=2)
    for x in (32, 48, 64):
        pen.line([(x, 56), (48 + (x - 48) * 0.8, 86)], width=2)
    pen.shape([(10, 40), (86, 40), *[(x, 58 if n % 2 else 50) for n, x in
               enumerate((86, 75, 64, 53, 42, 31, 20, 10))]], pen.cloth)  # fmt: skip


def _apron(pen: Pen) -> None:
    pen.line(arc(48, 18, 12, 12, 180, 360))
    for turn in (-1, 1):
        pen.line(bend((48 + turn * 28, 46), (48 + turn * 40, 48), (48 + turn * 42, 60)))
    pen.shape([(36, 16), (60, 16), *bend((60, 16), (62, 38), (76, 44)), (76, 86), (20, 86),
               (20, 44), *bend((20, 44), (34, 38), (36, 16))], pen.cloth)  # fmt: skip
    pen.box((33, 54, 63, 73), pen.colours.deep, corner=3)


def _tea_towel(pen: Pen) -> None:
    pen.line([(8, 14), (88, 14)], width=5)
    pen.shape([(22, 10), (74, 10), (74, 86), (22, 86)], pen.cloth)
    pen.shape([(22, 70), (74, 70), (74, 78), (22, 78)], pen.colours.deep)
    pen.line([(48, 10), (48, 69)], width=1.8, fill=pen.colours.deep)


def _egg_cup(pen: Pen) -> None:
    pen.shape(arc(48, 36, 18, 26, 180, 532), "#FBE9D2")
    pen.shape([(22, 40), (74, 40), *bend((74, 40), (72, 66), (54, 68)), (54, 76),
               *bend((54, 76), (66, 78), (68, 87)), (28, 87), *bend((28, 87), (30, 78), (42, 76)),
               (42, 68), *bend((42, 68), (24, 66), (22, 40))], pen.cloth)  # fmt: skip


def _popcorn_holder(pen: Pen) -> None:
    for x, y in ((30, 28), (44, 20), (58, 22), (68, 30), (38, 32), (54, 33)):
        pen.oval((x - 9, y - 9, x + 9, y + 9), "#FFF3C9")
    pen.shape([(20, 36), (76, 36), (68, 87), (28, 87)], pen.cloth)


def _night_light(pen: Pen) -> None:
    for turn in (-1, 1):
        x = 48 + turn * 13
        pen.shape(arc(x, 24, 8, 19, 0, 352), pen.cloth)
        pen.line([(x, 16), (x, 30)], width=4, fill=pen.colours.deep)
    pen.shape(arc(48, 60, 33, 28, 0, 352), pen.cloth)
    pen.shape(arc(48, 64, 22, 18, 0, 352), "#FFFDF5")
    for x in (40, 56):
        pen.dot(x, 60, 2.6)
    pen.line([*bend((42, 70), (45, 74), (48, 70)), *bend((48, 70), (51, 74), (54, 70))], width=2)


def _watering_can(pen: Pen) -> None:
    pen.band(arc(54, 40, 24, 26, 190, 395), pen.colours.deep, width=4)
    pen.shape([(36, 56), (36, 72), (14, 38), (19, 34)], pen.cloth)
    pen.shape([(6, 40), (22, 26), (25, 31), (11, 45)], pen.colours.deep)
    pen.shape([(36, 38), (76, 38), (80, 86), (32, 86)], pen.cloth)


MOTIFS: dict[str, Callable[[Pen], None]] = {
    "mug": _mug,
    "lunch bag": _lunch_bag,
    "jumbo bag": _jumbo_bag,
    "bunting": _bunting,
    "lantern": _lantern,
    "hanging heart": _hanging_heart,
    "hanging star": _hanging_star,
    "cakestand": _cakestand,
    "jam jar": _jam_jar,
    "alarm clock": _alarm_clock,
    "picture frame": _picture_frame,
    "bird": _bird,
    "candle": _candle,
    "hot water bottle": _hot_water_bottle,
    "gift box": _gift_box,
    "cake tins": _cake_tins,
    "teapot": _teapot,
    "plate": _plate,
    "cushion": _cushion,
    "umbrella": _umbrella,
    "doily": _doily,
    "tray": _tray,
    "doorstop": _doorstop,
    "mixing bowl": _mixing_bowl,
    "basket": _basket,
    "apron": _apron,
    "tea towel": _tea_towel,
    "egg cup": _egg_cup,
    "popcorn holder": _popcorn_holder,
    "night light": _night_light,
    "watering can": _watering_can,
}
