"""What is promised: by whom, to whom, and where it stands."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from accounts.access import Scope
from inventory.ledger import Broken
from inventory.models import Allocation, Hold, HoldLine, HoldStatus, Item, Location, Lot
from inventory.models.clock import ClockTimestamp
from inventory.models.hold import maker

# What is held and what is promised to orders, in one question.
_PROMISED_IN = """
    (SELECT 'hold:' || hold.id AS owner, part.quantity, level.item_id, item.sku, item.name,
           place.code, hold.contact, person.name AS by, hold.expires_at AS at,
           hold.expires_at <= clock_timestamp() AS is_over, 1 AS kind, part.id
    FROM inventory_location AS place
    JOIN inventory_stocklevel AS level ON level.location_id = place.id
    JOIN inventory_item AS item ON item.id = level.item_id
    JOIN inventory_holdline AS part ON part.level_id = level.id
    JOIN inventory_hold AS hold ON hold.id = part.hold_id
    LEFT JOIN accounts_user AS person ON 'user:' || person.id = hold.principal
    WHERE place.path <@ %(path)s::ltree AND hold.status = 'active' AND %(holds)s
    ORDER BY hold.expires_at, hold.id, part.id LIMIT %(size)s)
    UNION ALL
    (SELECT promise.reference, promise.quantity, level.item_id, item.sku, item.name,
           place.code, '', NULL, promise.created_at, false, 2, promise.id
    FROM inventory_location AS place
    JOIN inventory_stocklevel AS level ON level.location_id = place.id
    JOIN inventory_item AS item ON item.id = level.item_id
    JOIN inventory_allocation AS promise ON promise.level_id = level.id
    WHERE place.path <@ %(path)s::ltree AND %(allocations)s
    ORDER BY promise.created_at, promise.id LIMIT %(size)s)
    ORDER BY kind, at, id LIMIT %(size)s
"""


@dataclass(frozen=True, slots=True)
class HeldOf:
    """What a hold holds of one item: `parts` are its lines, `by` the name of who made it."""

    hold: Hold
    quantity: int
    parts: list[HoldLine]
    by: str | None


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A line of a hold: what was asked of which item, what is left of it, and where.

    `parts` are those that somebody may see; `elsewhere` is what the others hold.
    """

    number: int
    item: Item
    asked: int
    parts: list[HoldLine]
    elsewhere: int

    @property
    def left(self) -> int:
        return sum(part.quantity for part in self.parts) + self.elsewhere


def holds_of_item(item: Item, *, scope: Scope, lot: Lot | None = None) -> list[HeldOf]:
    """Who holds an item, or a lot of it, in `scope`, whoever ends first at the top."""
    of_item = HoldLine.objects.within(scope).filter(level__item=item)
    parts = (
        (of_item if lot is None else of_item.filter(level__lot=lot))
        .filter(hold__status=HoldStatus.ACTIVE)
        .select_related("hold", "level__location", "level__lot")
        .annotate(by=maker("hold__principal"))
        .order_by("hold__expires_at", "hold", "line", "n")
    )
    by_hold: dict[int, list[HoldLine]] = {}
    for part in parts:
        by_hold.setdefault(part.hold_id, []).append(part)
    return [
        HeldOf(
            hold=several[0].hold,
            quantity=sum(part.quantity for part in several),
            parts=several,
            by=several[0].by,  # type: ignore[attr-defined]  # annotated
        )
        for several in by_hold.values()
    ]


def lines_of_hold(hold: Hold, *, scope: Scope) -> list[AskedLine]:
    """What was asked with a hold, and what is left of it, in `scope` where."""
    items = Item.objects.in_bulk([item for item, _ in hold.asked])
    parts: dict[int, list[HoldLine]] = {}
    elsewhere: Counter[int] = Counter()
    for part in hold.lines.select_related("level__location", "level__lot").order_by("line", "n"):
        if scope.covers(str(part.level.location.path)):
            parts.setdefault(part.line, []).append(part)
        else:
            elsewhere[part.line] += part.quantity
    return [
        AskedLine(number, items[item], quantity, parts.get(number, []), elsewhere[number])
        for number, (item, quantity) in enumerate(hold.asked, start=1)
    ]


@dataclass(frozen=True, slots=True)
class PromiseIn:
    """What is promised of one item at one place. A hold has an end, `at`, and who made it; an order
    has the moment since when it was promised.
    """

    owner: str
    quantity: int
    item: int
    sku: str
    name: str
    place: str
    contact: str
    by: str | None
    at: datetime
    is_over: bool

    @property
    def held(self) -> bool:
        return self.owner.startswith("hold:")


def promises_in(place: Location, *, holds: bool, allocations: bool, size: int) -> list[PromiseIn]:
    """What is promised in a place and all beneath it: first what is held, whoever ends first at
    the top, then what orders were promised; each kind if it was asked for.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _PROMISED_IN,
            {"path": str(place.path), "holds": holds, "allocations": allocations, "size": size},
        )
        return [PromiseIn(*promise) for *promise, _, _ in cursor.fetchall()]


def promises_at(place: Location) -> list[Broken]:
    """What is promised at a place itself, as what would break if its goods could not be sold."""
    held = (
        HoldLine.objects.filter(
            level__location=place,
            hold__status=HoldStatus.ACTIVE,
            hold__expires_at__gt=ClockTimestamp(),
        )
        .order_by("level__item__sku", "hold", "line", "n")
        .values_list("hold", "level__item__sku", "quantity")
    )
    allocated = (
        Allocation.objects.filter(level__location=place)
        .order_by("level__item__sku", "pk")
        .values_list("reference", "level__item__sku", "quantity")
    )
    return [
        *(Broken(f"hold:{hold}", sku, place.code, quantity) for hold, sku, quantity in held),
        *(Broken(owner, sku, place.code, quantity) for owner, sku, quantity in allocated),
    ]
