"""Goods of the demonstration shop that expire: sold beside its own, from a shelf of the shop."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import User
from inventory import operations
from inventory.management.demo.catalogue import BARCODES, with_check_digit
from inventory.management.demo.drawings import drawing
from inventory.models import Category, Item, Tracking, Unit

_AT = "S-01"


@dataclass(frozen=True, slots=True)
class Delicacy:
    """An item tracked by lot; `lots` are (code, pieces received, days until it expires)."""

    sku: str
    name: str
    motif: str
    colour: str
    price: str
    lots: tuple[tuple[str, int, int], ...]


DELICACIES = (
    Delicacy(
        "70210",
        "PLUM JAM 340 G",
        "jam jar",
        "ROSE",
        "3.95",
        (("P2611", 24, 4), ("P2702", 48, 90)),
    ),
    Delicacy(
        "70220",
        "BREAKFAST TEA 125 G",
        "teapot",
        "BLUE",
        "4.50",
        (("T4471", 6, -3), ("T4502", 36, 21), ("T4533", 36, 200)),
    ),
    Delicacy(
        "70230",
        "BEESWAX CANDLE",
        "candle",
        "CREAM",
        "6.25",
        (("W-18", 12, 400), ("W-19", 24, 700)),
    ),
)


def make_delicacies(who: Mapping[str, User]) -> list[Item]:
    """Take them in, receive their lots, and ship some of what expires first."""
    piece = Unit.objects.get(code="piece")
    gifts = Category.objects.get(name="Gifts")
    category = Category.objects.create(name="Delicacies", parent=gifts)
    today = timezone.localdate()
    made = []
    for number, one in enumerate(DELICACIES):
        made.append(
            operations.create_item(
                sku=one.sku,
                name=one.name,
                unit=piece,
                category=category,
                price=Decimal(one.price),
                reorder_at=12,
                tracking=Tracking.LOT,
                barcodes=[with_check_digit(f"{BARCODES}{70000 + number:05}")],
                picture=drawing(one.motif, one.colour, "PLAIN"),
                actor=who["Admin"],
            )
        )
        for lot, pieces, days in one.lots:
            operations.receive_stock(
                sku=one.sku,
                place=_AT,
                quantity=pieces,
                lot=lot,
                expires_on=today + timedelta(days=days),
                reference=f"delivery:{2090 + number}",
                actor=who["Warehouse 1"],
            )
        operations.ship_stock(
            sku=one.sku,
            place=_AT,
            quantity=4,
            reference=f"order:{1610 + number}",
            actor=who["Warehouse 1"],
        )
    return made
