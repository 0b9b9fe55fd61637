"""Read-only questions across tables."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Count, OuterRef, Subquery, Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import JSONArray

from accounts.access import Scope
from inventory import availability
from inventory.availability import Figures
from inventory.ledger import Broken
from inventory.models import (
    Allocation,
    Hold,
    HoldLine,
    HoldStatus,
    Item,
    Location,
    Lot,
    MovementKind,
    StockLevel,
    StockMovement,
)
from inventory.models.clock import ClockTimestamp
from inventory.models.hold import maker
from inventory.models.level import StockLevelQuerySet

# The newest lines of each level by its own index, then the newest of those: however long the
# ledger is, a page reads a page for each place.
_NEWEST_OF_ITEM = """
    SELECT movement.id
    FROM unnest(%(levels)s::bigint[], %(versions)s::bigint[]) AS level (id, version)
    CROSS JOIN LATERAL (
        SELECT line.id, line.recorded_at FROM inventory_stockmovement AS line
        WHERE line.level_id = level.id AND line.version <= level.version
          AND (%(at)s::timestamptz IS NULL OR (line.recorded_at, line.id) < (%(at)s, %(id)s))
        ORDER BY line.version DESC LIMIT %(size)s
    ) AS movement
    ORDER BY movement.recorded_at DESC, movement.id DESC LIMIT %(size)s
"""


# What stood at each level when a line was written: its newest line that is not later.
_STOOD_THEN = """
    SELECT line.version, line.sells_after, line.on_hand_after, line.allocated_after,
           line.held_after, line.unavailable_after
    FROM inventory_stocklevel AS level
    CROSS JOIN LATERAL (
        SELECT * FROM inventory_stockmovement AS line
        WHERE line.level_id = level.id AND (line.recorded_at, line.id) <= (%(at)s, %(id)s)
        ORDER BY line.version DESC LIMIT 1
    ) AS line
    WHERE level.id = ANY(%(levels)s)
"""


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """A movement as it explains the number: `change` of the item's figures, and `after` it."""

    movement: StockMovement
    change: Figures
    after: Figures

    def did(self) -> str:
        """What it says was done."""
        if self.movement.kind == MovementKind.RELABEL and self.change.available:
            return "Put on sale" if self.change.available > 0 else "Taken out of sale"
        return self.movement.did()


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page of the timeline ended, with the figures carried over."""

    at: datetime
    id: int
    carried: Figures


@dataclass(frozen=True, slots=True)
class Timeline:
    """Why an item has the number it has, newest line first.

    `figures` stand at the top of the page, `carried` below its last line; `adds_up` tells that
    every level shown runs without a gap and reaches its balance; `earlier` continues. `levels` are
    all of the item's in scope, as they are now; `newest` tells that nothing was booked later.
    """

    levels: list[StockLevel]
    newest: bool
    lines: list[TimelineLine]
    figures: Figures
    carried: Figures
    adds_up: bool
    earlier: Position | None


def timeline(
    item: Item,
    *,
    scope: Scope,
    lot: Lot | None = None,
    before: Position | None = None,
    line: StockMovement | None = None,
    size: int = 50,
) -> Timeline:
    """Explain the figures of `item` in `scope`, or those at the position `before`.

    With `lot` they are those of one of its lots. With `line` the page is the one that shows this
    line of the item: the newest, or one that begins with it.
    """
    # Lines beyond these versions came while we were reading; the figures do not know them.
    of_item = StockLevel.objects.within(scope).filter(item=item)
    asked = of_item if lot is None else _with_changes(of_item.filter(lot=lot))
    levels = list(asked.select_related("location", "lot"))
    if line is not None:
        before = _at(line, levels, size)
    figures = before.carried if before else availability.of_levels(levels)
    movements = _newest(levels, before, size + 1)
    more, movements = len(movements) > size, movements[:size]

    lines: list[TimelineLine] = []
    after = figures
    sold_before = _sold_before(movements)
    for movement in movements:
        change = _change(movement, sold_before)
        lines.append(TimelineLine(movement, change, after))
        after = _minus(after, change)
    last = movements[-1] if more else None
    return Timeline(
        levels=levels,
        newest=before is None,
        lines=lines,
        figures=figures,
        carried=after,
        adds_up=_adds_up(movements, levels, newest=before is None) and (more or after == Figures()),
        earlier=Position(last.recorded_at, last.pk, after) if last else None,
    )


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


def meanwhile(level: StockLevel, *, since: int, size: int = 10) -> list[StockMovement]:
    """What changed what is on hand at a level after its version `since`, oldest first; the newest
    `size` of it.
    """
    lines = (
        StockMovement.objects.filter(level=level, version__gt=since)
        .exclude(on_hand_delta=0)
        .select_related("actor", "reason", "reversal_of")
        .order_by("-version")
    )
    return list(reversed(lines[:size]))


def changes_of(levels: Sequence[StockLevel]) -> list[tuple[str, int]]:
    """What each kind of movement has changed of what is on hand at the levels of a timeline of a
    lot, by its label.
    """
    sums: Counter[str] = Counter()
    for level in levels:
        for kind, change in level.changes:  # type: ignore[attr-defined]  # annotated
            sums[kind] += change
    return [(kind.label, sums[kind]) for kind in MovementKind if sums[kind]]


def causes_of(broken: Sequence[StockMovement]) -> dict[int, StockMovement]:
    """The lines of goods that broke promises, by the ids of the lines of these promises.

    They stand next at the same level: first what gives way, then what takes the goods.
    """
    of_goods = StockMovement.objects.exclude(kind=MovementKind.BREAK)
    cause = of_goods.filter(level=OuterRef("level"), version__gt=OuterRef("version"))
    pairs = dict(
        StockMovement.objects.filter(pk__in=[line.pk for line in broken])
        .annotate(cause=Subquery(cause.order_by("version").values("pk")[:1]))
        .values_list("pk", "cause")
    )
    causes = of_goods.select_related("level", "actor", "reason", "reversal_of").in_bulk(
        pairs.values()
    )
    return {line: causes[cause] for line, cause in pairs.items()}


def _with_changes(levels: StockLevelQuerySet) -> StockLevelQuerySet:
    """Read with each level what each kind of movement has changed of what is on hand there, as
    pairs `changes`: in one statement, so that the sum of them is what is on hand.
    """
    sums = (
        StockMovement.objects.filter(level=OuterRef("pk"))
        .exclude(on_hand_delta=0)
        .order_by()
        .values("kind")
        .annotate(change=Sum("on_hand_delta"))
        .values(pair=JSONArray("kind", "change"))
    )
    return levels.annotate(changes=ArraySubquery(sums))


@dataclass(frozen=True, slots=True)
class Standing:
    """How much stands in a place and all beneath it.

    `places` of them hold stock, `pieces` are base units. `items` are the different ones, if all
    stands at one place: an item may stand at several, and to tell them apart takes too long.
    """

    places: int = 0
    pieces: int = 0
    items: int | None = 0


# Of a house most of what happened last happened in its large parts: then the newest thousand have
# it. Else the newest lines of each level by its own index, and of those the newest.
_NEWEST_IN = """(
    WITH recent AS MATERIALIZED (
        SELECT line.id
        FROM (
            SELECT id, level_id, recorded_at FROM inventory_stockmovement
            ORDER BY recorded_at DESC, id DESC LIMIT 1000
        ) AS line
        JOIN inventory_stocklevel AS level ON level.id = line.level_id
        JOIN inventory_location AS place ON place.id = level.location_id
        WHERE place.path <@ %s::ltree
        ORDER BY line.recorded_at DESC, line.id DESC LIMIT %s
    ),
    enough AS MATERIALIZED (SELECT count(*) >= %s AS so FROM recent)
    SELECT id FROM recent WHERE (SELECT so FROM enough)
    UNION ALL (
        SELECT movement.id
        FROM inventory_location AS place
        JOIN inventory_stocklevel AS level ON level.location_id = place.id
        CROSS JOIN LATERAL (
            SELECT line.id, line.recorded_at FROM inventory_stockmovement AS line
            WHERE line.level_id = level.id ORDER BY line.version DESC LIMIT %s
        ) AS movement
        WHERE place.path <@ %s::ltree AND NOT (SELECT so FROM enough)
        ORDER BY movement.recorded_at DESC, movement.id DESC LIMIT %s
    )
)"""
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


def last_in(place: Location, *, size: int) -> list[StockMovement]:
    """The newest lines of the ledger in a place and all beneath it."""
    path = str(place.path)
    newest = RawSQL(_NEWEST_IN, [path, size, size, size, path, size])  # noqa: S611  # of our own words
    return list(
        StockMovement.objects.filter(pk__in=newest)
        .select_related("level__item", "level__location", "actor", "reason", "reversal_of")
        .order_by("-recorded_at", "-pk")
    )


# First each place by itself: a level is read once, however many places are above it.
_STANDING_IN = """
    WITH inside AS MATERIALIZED (
        SELECT above.id AS above, place.id FROM inventory_location AS above
        JOIN inventory_location AS place ON place.path <@ above.path
        WHERE above.id = ANY(%(places)s)
    ),
    here AS MATERIALIZED (
        SELECT location_id, count(*) FILTER (WHERE lot_id IS NULL) AS items, sum(on_hand) AS pieces
        FROM inventory_stocklevel
        WHERE on_hand > 0 AND location_id IN (SELECT id FROM inside)
        GROUP BY location_id
    ),
    by_lot AS MATERIALIZED (
        SELECT location_id, count(DISTINCT item_id) AS items
        FROM inventory_stocklevel
        WHERE on_hand > 0 AND lot_id IS NOT NULL AND location_id IN (SELECT id FROM inside)
        GROUP BY location_id
    )
    SELECT inside.above, count(*), sum(here.pieces)::bigint,
           CASE count(*) WHEN 1 THEN sum(here.items + coalesce(by_lot.items, 0))::bigint END
    FROM inside
    JOIN here ON here.location_id = inside.id
    LEFT JOIN by_lot ON by_lot.location_id = inside.id
    GROUP BY inside.above
"""


def standing_in(places: Iterable[Location]) -> dict[int, Standing]:
    """What stands in each of `places`, by its primary key; who sees a place sees all beneath it."""
    ids = [place.pk for place in places]
    with connection.cursor() as cursor:
        cursor.execute(_STANDING_IN, {"places": ids})
        found = {id: Standing(*standing) for id, *standing in cursor.fetchall()}
    return {id: found.get(id, Standing()) for id in ids}


def standing_at(place: Location) -> Standing:
    """What stands at a place itself."""
    levels = StockLevel.objects.filter(location=place, on_hand__gt=0)
    found = levels.aggregate(items=Count("item", distinct=True), pieces=Sum("on_hand", default=0))
    return Standing(int(found["items"] > 0), int(found["pieces"]), found["items"])


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


def _newest(levels: list[StockLevel], before: Position | None, size: int) -> list[StockMovement]:
    with connection.cursor() as cursor:
        cursor.execute(
            _NEWEST_OF_ITEM,
            {
                "levels": [level.pk for level in levels],
                "versions": [level.version for level in levels],
                "at": before.at if before else None,
                "id": before.id if before else None,
                "size": size,
            },
        )
        ids = [id for (id,) in cursor.fetchall()]
    return list(
        StockMovement.objects.filter(pk__in=ids)
        .select_related(
            "level__location", "level__lot", "actor", "reason", "note", "reversal", "reversal_of"
        )
        .order_by("-recorded_at", "-pk")
    )


def _at(line: StockMovement, levels: list[StockLevel], size: int) -> Position | None:
    """Where the timeline begins with `line`; None when it is among the newest `size`."""
    with connection.cursor() as cursor:
        cursor.execute(
            _STOOD_THEN,
            {
                "levels": [level.pk for level in levels],
                "at": line.recorded_at,
                "id": line.pk,
            },
        )
        rows = cursor.fetchall()
    # Versions have no gap, so they count the lines that came later.
    later = sum(level.version for level in levels) - sum(version for version, *_ in rows)
    if later < size:
        return None
    carried = Figures(
        on_hand=sum(on_hand for _, _, on_hand, *_ in rows),
        allocated=sum(allocated for _, _, _, allocated, *_ in rows),
        held=sum(held for _, _, _, _, held, _ in rows),
        available=sum(
            on_hand - allocated - held - unavailable
            for _, sells, on_hand, allocated, held, unavailable in rows
            if sells
        ),
    )
    # A line is before a position that has a greater id, so this one is the first.
    return Position(line.recorded_at, line.pk + 1, carried)


def _sold_before(movements: list[StockMovement]) -> dict[int, bool]:
    """Of lines that say that a place changed: whether it sold before, by the line."""
    relabels = {
        (line.level_id, line.version - 1): line.pk
        for line in movements
        if line.kind == MovementKind.RELABEL
    }
    if not relabels:
        return {}
    before = StockMovement.objects.filter(
        level__in={level for level, _ in relabels}, version__in={version for _, version in relabels}
    ).values_list("level", "version", "sells_after")
    return {
        relabels[level, version]: sold
        for level, version, sold in before
        if (level, version) in relabels
    }


def _change(movement: StockMovement, sold_before: dict[int, bool]) -> Figures:
    stands = (
        movement.on_hand_after
        - movement.allocated_after
        - movement.held_after
        - movement.unavailable_after
    )
    stood = stands - (
        movement.on_hand_delta
        - movement.allocated_delta
        - movement.held_delta
        - movement.unavailable_delta
    )
    sold = sold_before.get(movement.pk, movement.sells_after)
    return Figures(
        on_hand=movement.on_hand_delta,
        allocated=movement.allocated_delta,
        held=movement.held_delta,
        available=(stands if movement.sells_after else 0) - (stood if sold else 0),
    )


def _minus(figures: Figures, change: Figures) -> Figures:
    return Figures(
        on_hand=figures.on_hand - change.on_hand,
        allocated=figures.allocated - change.allocated,
        held=figures.held - change.held,
        available=figures.available - change.available,
    )


def _adds_up(movements: list[StockMovement], levels: list[StockLevel], *, newest: bool) -> bool:
    balances = {
        level.pk: (level.version, level.on_hand, level.allocated, level.held, level.unavailable)
        for level in levels
    }
    expected = dict(balances) if newest else {}
    for line in movements:
        seen = (
            line.version,
            line.on_hand_after,
            line.allocated_after,
            line.held_after,
            line.unavailable_after,
        )
        if expected.get(line.level_id, seen) != seen:
            return False
        expected[line.level_id] = (
            line.version - 1,
            line.on_hand_after - line.on_hand_delta,
            line.allocated_after - line.allocated_delta,
            line.held_after - line.held_delta,
            line.unavailable_after - line.unavailable_delta,
        )
    return True
