"""Why an item, or a lot of it, has the number it has."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, Sum
from django.db.models.functions import JSONArray

from accounts.access import Scope
from inventory import availability
from inventory.availability import Figures
from inventory.models import Item, Lot, MovementKind, StockLevel, StockMovement
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


def changes_of(levels: Sequence[StockLevel]) -> list[tuple[str, int]]:
    """What each kind of movement has changed of what is on hand at the levels of a timeline of a
    lot, by its label.
    """
    sums: Counter[str] = Counter()
    for level in levels:
        for kind, change in level.changes:  # type: ignore[attr-defined]  # annotated
            sums[kind] += change
    return [(kind.label, sums[kind]) for kind in MovementKind if sums[kind]]


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
