"""Goods that are held in the demonstration shop, some of them about to be free again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from accounts.models import User
from inventory import operations
from inventory.management.demo.catalogue import STAR
from inventory.models import Item, LowStock, StockLevel


@dataclass(frozen=True, slots=True)
class Promise:
    """Held by somebody of the house, for somebody else; confirmed if it names an order."""

    by: str
    contact: str
    quantity: int
    minutes: int
    order: str = ""


PROMISES = (
    Promise("Support 1", "Visitor 12", 2, 6),
    Promise("Support 1", "Visitor 31", 1, 9),
    Promise("Warehouse 1", "Customer 7", 4, 12),
    Promise("Support 1", "Visitor 40", 3, 14),
    Promise("Supervisor 1", "Customer 19", 5, 25),
    Promise("Support 1", "Customer 3", 2, 60, order="order:1602"),
)


def make_promises(who: Mapping[str, User]) -> None:
    """Hold some of what is plenty; the item that the tour begins with keeps its number."""
    plenty = StockLevel.objects.filter(available__gte=12, location__sells=True).values("item")
    items = Item.objects.filter(pk__in=plenty).exclude(sku=STAR)
    items = items.exclude(pk__in=LowStock.objects.values("item")).order_by("sku")
    for promise, item in zip(PROMISES, items[: len(PROMISES)], strict=True):
        actor = who[promise.by]
        hold = operations.hold_stock(
            lines=[(item.sku, promise.quantity)],
            lifetime=timedelta(minutes=promise.minutes),
            actor=actor,
            key=uuid4(),
            contact=promise.contact,
        )
        if promise.order:
            operations.confirm_hold(hold=hold.pk, reference=promise.order, actor=actor)
