"""How many may be promised: said once here, so that every reader gives the same number.

*Free at a place* is `StockLevel.available`. *Available to sell* is the sum of it over the places
that sell; what is free at other places counts as unavailable. All in base units.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.access import Scope
from inventory.models import Item, ItemStatus, LowStock, StockLevel
from inventory.models.item import ItemQuerySet

# What a level adds to the promise; the one place that says it.
_TO_SELL = Sum("available", filter=Q(location__sells=True))


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands of an item in a scope; `available` is what may be sold."""

    on_hand: int = 0
    allocated: int = 0
    held: int = 0
    available: int = 0

    @property
    def unavailable(self) -> int:
        return self.on_hand - self.allocated - self.held - self.available


def annotated(items: ItemQuerySet, *, scope: Scope) -> ItemQuerySet:
    """Add to each item what stands of it in `scope`: on_hand, allocated, held, unavailable,
    available.
    """

    # Subqueries, not a join: only the rows of a page are summed.
    def summed(total: Any) -> Coalesce:
        levels = StockLevel.objects.within(scope).filter(item=OuterRef("pk")).order_by()
        return Coalesce(
            Subquery(levels.values("item").annotate(total=total).values("total")),
            0,
            output_field=models.BigIntegerField(),
        )

    return items.annotate(
        on_hand=summed(Sum("on_hand")),
        allocated=summed(Sum("allocated")),
        held=summed(Sum("held")),
        available=summed(_TO_SELL),
    ).annotate(unavailable=F("on_hand") - F("allocated") - F("held") - F("available"))


def of_item(item: Item, *, scope: Scope) -> Figures:
    """Tell what stands of one item in `scope`."""
    found = (
        StockLevel.objects.within(scope)
        .filter(item=item)
        .aggregate(
            on_hand=Coalesce(Sum("on_hand"), 0),
            allocated=Coalesce(Sum("allocated"), 0),
            held=Coalesce(Sum("held"), 0),
            available=Coalesce(_TO_SELL, 0),
        )
    )
    return Figures(**{name: int(number) for name, number in found.items()})


def of_levels(levels: Iterable[StockLevel]) -> Figures:
    """Add up levels that were read already, with their places."""
    levels = list(levels)
    return Figures(
        on_hand=sum(level.on_hand for level in levels),
        allocated=sum(level.allocated for level in levels),
        held=sum(level.held for level in levels),
        available=sum(level.available for level in levels if level.location.sells),
    )


def by_place(item: Item, *, scope: Scope) -> list[StockLevel]:
    """The levels of one item in `scope` that hold something, in picking order."""
    levels = StockLevel.objects.within(scope).filter(item=item)
    return standing(levels.select_related("location", "lot"))


def standing(levels: Iterable[StockLevel]) -> list[StockLevel]:
    """Of all levels of one item those that hold something, in picking order."""
    return sorted((level for level in levels if level.on_hand), key=_picking_order)


def _picking_order(level: StockLevel) -> tuple[bool, int, str, date, int]:
    place, lot = level.location, level.lot
    expiry = (lot.expires_on if lot else None) or date.max
    return not place.sells, place.priority, place.code, expiry, level.pk


def to_sell(level: StockLevel) -> int:
    """How many of one level may be sold; its place should be loaded."""
    return level.available if level.location.sells else 0


def not_to_sell(level: StockLevel) -> int:
    """How many of one level are unavailable: set apart, or free where nothing is sold."""
    return level.on_hand - level.allocated - level.held - to_sell(level)


def low(items: ItemQuerySet, *, scope: Scope, out: bool = False) -> ItemQuerySet:
    """Of `items` those that have run low in `scope`, or `out` only those of which nothing is left.

    For the whole house a subscriber keeps them. Whoever sees a part of it must not learn from them
    what is elsewhere: an item is low there by what may be sold there, if it ever stood there.
    """
    if scope.everywhere:
        return items.filter(low__out=True) if out else items.filter(low__isnull=False)
    return items.filter(pk__in=_low_levels(scope, out=out).values("item"))


def load_low(items: Sequence[Item], *, scope: Scope) -> None:
    """Give `items`, loaded with what the house keeps as low, what is low in `scope` instead."""
    if scope.everywhere:
        return
    left: dict[int, int] = dict(
        _low_levels(scope).filter(item__in=items).values_list("item", "free")
    )
    for item in items:
        item.low = None
        if item.pk in left:
            # A row that is never saved: who reads it finds what the house would keep.
            low = LowStock(item=item, out=left[item.pk] == 0)
            low.since = None  # type: ignore[assignment]  # nobody keeps it
            item.low = low


def _low_levels(scope: Scope, *, out: bool = False) -> Any:
    """The items that are low in `scope`, as rows of `item` and `free`."""
    sold = StockLevel.objects.within(scope).filter(
        item__stocked=True, item__status=ItemStatus.ACTIVE
    )
    free = sold.order_by().values("item").annotate(free=Coalesce(_TO_SELL, 0))
    few = Q(free=0) if out else Q(free=0) | Q(free__lte=F("item__reorder_at"))
    return free.filter(few)
