"""What the demonstration shop sells: three hundred words and prices, the same for every house."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from accounts.models import User
from inventory import operations
from inventory.management.demo.drawings import drawing
from inventory.management.demo.pen import COLOURS, PATTERNS
from inventory.models import Barcode, Category, Item, Pack, Unit

ITEMS = 300
STAR = "22423"  # the item whose number the pages explain first
BARCODES = "5012345"  # all of the shop's begin so


@dataclass(frozen=True, slots=True)
class Thing:
    """What many items are, in colours and patterns; `price` in pence, `box` pieces come in one."""

    name: str
    motif: str
    category: str
    price: int
    box: int = 12


THINGS = (
    Thing("CAKESTAND 3 TIER", "cakestand", "Baking", 1275, 6),
    Thing("MUG", "mug", "Tableware", 255, 24),
    Thing("SET OF 6 DINNER PLATES", "plate", "Tableware", 1495, 6),
    Thing("TEAPOT", "teapot", "Tableware", 795),
    Thing("EGG CUP", "egg cup", "Tableware", 125, 36),
    Thing("WOODEN TRAY", "tray", "Tableware", 850),
    Thing("SET OF 3 CAKE TINS", "cake tins", "Baking", 495),
    Thing("MIXING BOWL", "mixing bowl", "Baking", 595),
    Thing("JAM JAR", "jam jar", "Baking", 85, 48),
    Thing("APRON", "apron", "Linen", 495),
    Thing("TEA TOWEL", "tea towel", "Linen", 295, 24),
    Thing("PACK OF 20 DOILIES", "doily", "Linen", 165, 48),
    Thing("CUSHION COVER", "cushion", "Linen", 375),
    Thing("METAL LANTERN", "lantern", "Light", 675),
    Thing("PILLAR CANDLE", "candle", "Light", 195, 24),
    Thing("RABBIT NIGHT LIGHT", "night light", "Light", 208, 24),
    Thing("ALARM CLOCK", "alarm clock", "Around the house", 375),
    Thing("PICTURE FRAME", "picture frame", "Around the house", 295),
    Thing("HOT WATER BOTTLE", "hot water bottle", "Around the house", 495),
    Thing("DOORSTOP", "doorstop", "Around the house", 425),
    Thing("WATERING CAN", "watering can", "Around the house", 545),
    Thing("HANGING HEART", "hanging heart", "Decoration", 125, 48),
    Thing("HANGING STAR", "hanging star", "Decoration", 125, 48),
    Thing("PAINTED BIRD", "bird", "Decoration", 169, 36),
    Thing("PARTY BUNTING", "bunting", "Decoration", 495, 24),
    Thing("GIFT BOX", "gift box", "Wrapping and parties", 145, 24),
    Thing("POPCORN HOLDER", "popcorn holder", "Wrapping and parties", 85, 48),
    Thing("LUNCH BAG", "lunch bag", "Bags", 165, 24),
    Thing("JUMBO BAG", "jumbo bag", "Bags", 208, 24),
    Thing("PICNIC BASKET", "basket", "Bags", 1650, 6),
    Thing("UMBRELLA", "umbrella", "Bags", 595),
)
CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "Kitchen": ("Tableware", "Baking"),
    "Home": ("Linen", "Light", "Around the house"),
    "Gifts": ("Decoration", "Wrapping and parties", "Bags"),
}
# Clear of the codes in a sales history that somebody may import into the same house.
_NUMBERS = (*range(24100, 34900), *range(50100, 69900))
# Blanks and slashes are allowed in a SKU, and so are tried.
_ODD = {40: "GIFT SET 12/B", 41: "DISPLAY/03"}


@dataclass(frozen=True, slots=True)
class Ware:
    """An item of the shop before it is made; `reorder_at` in pieces."""

    sku: str
    name: str
    thing: Thing
    colour: str
    pattern: str
    barcode: str
    box_barcode: str
    price: Decimal
    reorder_at: int


def wares() -> list[Ware]:
    """The whole catalogue; the first is the star. The same list each time."""
    chance = random.Random(300)  # noqa: S311 -- a shop, no secret
    looks: list[tuple[Thing, str, str]] = []
    for number, thing in enumerate(THINGS):
        kinds = [*product(COLOURS, PATTERNS)]
        count = ITEMS // len(THINGS) + (number < ITEMS % len(THINGS))
        looks += [(thing, *kind) for kind in chance.sample(kinds, count)]
    chance.shuffle(looks)
    star = (THINGS[0], "ROSE", "PLAIN")
    if star not in looks:
        looks[next(n for n, look in enumerate(looks) if look[0] is THINGS[0])] = star
    looks.insert(0, looks.pop(looks.index(star)))
    numbers = sorted(chance.sample(_NUMBERS, ITEMS))
    return [_ware(number, look, chance, numbers[number]) for number, look in enumerate(looks)]


def _ware(number: int, look: tuple[Thing, str, str], chance: random.Random, code: int) -> Ware:
    thing, colour, pattern = look
    letter = chance.choice(["", "", "", "", "A", "B", "C"])
    return Ware(
        sku=STAR if number == 0 else _ODD.get(number, f"{code}{letter}"),
        name=" ".join([thing.name, colour] + ([] if pattern == "PLAIN" else [pattern])),
        thing=thing,
        colour=colour,
        pattern=pattern,
        barcode=with_check_digit(f"{BARCODES}{number:05}"),
        box_barcode=with_check_digit(f"{BARCODES}{80000 + number:05}"),
        # What is printed costs a little more.
        price=Decimal(thing.price + (0 if pattern == "PLAIN" else thing.price // 50 * 5)) / 100,
        reorder_at=30 if number == 0 else thing.box * chance.choice([1, 1, 2]),
    )


def make_items(*, actor: User) -> list[Item]:
    """Take the whole catalogue in, with a drawing for each of its things."""
    piece = Unit.objects.get(code="piece")
    category = _make_categories()
    items = [
        operations.create_item(
            sku=ware.sku,
            name=ware.name,
            unit=piece,
            category=category[ware.thing.category],
            price=ware.price,
            reorder_at=ware.reorder_at,
            barcodes=[ware.barcode],
            picture=drawing(ware.thing.motif, ware.colour, ware.pattern),
            actor=actor,
        )
        for ware in wares()
    ]
    _make_boxes(items)
    return items


def _make_boxes(items: list[Item]) -> None:
    """Every third comes in a box that has a barcode of its own, and the star first of all."""
    boxed = [*zip(items, wares(), strict=True)][::3]
    boxes = Pack.objects.bulk_create(
        Pack(item=item, label="box", factor=ware.thing.box) for item, ware in boxed
    )
    Barcode.objects.bulk_create(
        Barcode(item=item, pack=box, code=ware.box_barcode)
        for box, (item, ware) in zip(boxes, boxed, strict=True)
    )
    Pack.objects.create(item=items[0], label="pallet", factor=boxes[0].factor * 8)


def _make_categories() -> dict[str, Category]:
    made: dict[str, Category] = {}
    for name, inside in CATEGORIES.items():
        above = Category.objects.create(name=name)
        made |= {word: Category.objects.create(name=word, parent=above) for word in inside}
    return made


def with_check_digit(twelve: str) -> str:
    """The thirteen digits of an EAN-13.

    https://www.gs1.org/services/how-calculate-check-digit-manually
    """
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve))
    return f"{twelve}{-total % 10}"
