"""What the demonstration shop sells, and where it stands."""

import random
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from accounts.models import User
from inventory import operations
from inventory.management.demo.drawings import COLOURS, MOTIFS, drawing
from inventory.models import Barcode, Category, Item, Location, LocationKind, Picture, Unit

ITEMS = 300
STAR = "22423"  # the item whose number the pages explain first

CATEGORIES = {
    "Kitchen": [
        "MUG",
        "JAM JAR",
        "CAKE TIN",
        "TEAPOT",
        "DINNER PLATE",
        "SERVING TRAY",
        "MIXING BOWL",
        "CAKESTAND 3 TIER",
    ],
    "Home": [
        "LANTERN",
        "ALARM CLOCK",
        "PICTURE FRAME",
        "PILLAR CANDLE",
        "CUSHION COVER",
        "DOORSTOP",
        "HOT WATER BOTTLE",
    ],
    "Gifts": ["HANGING HEART", "BIRD ORNAMENT", "GIFT BOX", "PARTY BUNTING"],
    "Bags": ["LUNCH BAG", "WICKER BASKET", "UMBRELLA"],
}
PATTERNS = ("PLAIN", "SPOTS", "STRIPES", "HEARTS")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A place of the demonstration house; `under` names the place above it."""

    code: str
    name: str
    kind: LocationKind
    under: str = ""
    sellable: bool = True
    priority: int = 50


SHELVES = (
    Shelf("NORTH", "Unit 4, Leeds", LocationKind.SITE),
    Shelf("SOUTH", "Shop, Brighton", LocationKind.SITE),
    Shelf("A", "Zone A, pick", LocationKind.ZONE, "NORTH"),
    Shelf("B", "Zone B, bulk rack", LocationKind.ZONE, "NORTH"),
    Shelf("Q", "Inspection", LocationKind.ZONE, "NORTH", sellable=False),
    Shelf("S", "Shop floor", LocationKind.ZONE, "SOUTH"),
    Shelf("A-01-1", "pick face", LocationKind.BIN, "A", priority=10),
    Shelf("A-01-2", "pick face", LocationKind.BIN, "A", priority=10),
    Shelf("A-02-1", "pick face", LocationKind.BIN, "A", priority=10),
    Shelf("A-02-2", "pick face", LocationKind.BIN, "A", priority=10),
    Shelf("A-03-1", "pick face", LocationKind.BIN, "A", priority=10),
    Shelf("A-04-2", "pick face", LocationKind.BIN, "A", priority=10),
    Shelf("B-11-1", "bulk rack", LocationKind.BIN, "B", priority=30),
    Shelf("B-11-2", "bulk rack", LocationKind.BIN, "B", priority=30),
    Shelf("B-11-3", "bulk rack", LocationKind.BIN, "B", priority=30),
    Shelf("Q-01", "returns", LocationKind.BIN, "Q", sellable=False, priority=90),
    Shelf("S-01", "till side", LocationKind.BIN, "S"),
    Shelf("S-02", "window", LocationKind.BIN, "S"),
)


def make_places(actor: User) -> dict[str, Location]:
    """Make two sites with twelve bins; by code."""
    made: dict[str, Location] = {}
    for shelf in SHELVES:
        made[shelf.code] = operations.save_place(
            place=Location(
                code=shelf.code,
                name=shelf.name,
                kind=shelf.kind,
                parent=made.get(shelf.under),
                structural=shelf.kind != LocationKind.BIN,
                sellable=shelf.sellable,
                priority=shelf.priority,
            ),
            actor=actor,
        )
    return made


def make_items(chance: random.Random) -> list[Item]:
    """Make the catalogue, with a drawing for each of its things."""
    piece = Unit.objects.get(code="piece")
    shop = Category.objects.create(name="Shop")
    of_thing: dict[str, Category] = {}
    for name, things in CATEGORIES.items():
        category = Category.objects.create(name=name, parent=shop)
        of_thing |= dict.fromkeys(things, category)
    kinds = [*product(MOTIFS, COLOURS, PATTERNS)]
    chosen = [("CAKESTAND 3 TIER", "ROSE", "PLAIN")]
    chosen += chance.sample([kind for kind in kinds if kind not in chosen], ITEMS - 1)
    pictures: dict[tuple[str, str, str], Picture] = {}
    items = []
    for number, kind in enumerate(chosen):
        thing, colour, pattern = kind
        pictures[kind] = operations.keep_picture(content=drawing(thing, colour, pattern))
        items.append(
            Item(
                sku=STAR if number == 0 else _sku(number),
                name=" ".join([thing, colour] + ([] if pattern == "PLAIN" else [pattern])),
                category=of_thing[thing],
                unit=piece,
                price=Decimal(chance.choice([125, 165, 255, 375, 495, 850, 1275])) / 100,
                reorder_at=chance.choice([12, 20, 24, 30, 40]),
                picture=pictures[kind],
            )
        )
    Item.objects.bulk_create(items)
    Barcode.objects.bulk_create(
        Barcode(code=_ean13(f"5012345{number:05}"), item=item) for number, item in enumerate(items)
    )
    return items


def _sku(number: int) -> str:
    if number == 7:
        return "GIFT SET 12/B"  # blanks and slashes are allowed, and so are tried
    return f"{20000 + number * 31}{('', '', '', 'A', 'B')[number % 5]}"


def _ean13(twelve: str) -> str:
    """https://www.gs1.org/services/how-calculate-check-digit-manually"""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve))
    return f"{twelve}{-total % 10}"
