"""What stands in a place, and what happened there last."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Sum
from django.db.models.expressions import RawSQL

from inventory.models import Location, StockLevel, StockMovement

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
# First each place by itself: a level is read once, however many places are above it. Of a whole
# site one look at all levels is faster than one at each of its places.
_STANDING_IN = """
    WITH inside AS MATERIALIZED (
        SELECT above.id AS above, place.id FROM inventory_location AS above
        JOIN inventory_location AS place ON place.path <@ above.path
        WHERE above.id = ANY(%(places)s)
    ),
    here AS MATERIALIZED (
        SELECT location_id, count(*) FILTER (WHERE lot_id IS NULL) AS items, sum(on_hand) AS pieces
        FROM inventory_stocklevel
        WHERE on_hand > 0 AND (%(whole)s OR location_id IN (SELECT id FROM inside))
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


@dataclass(frozen=True, slots=True)
class Standing:
    """How much stands in a place and all beneath it.

    `places` of them hold stock, `pieces` are base units. `items` are the different ones, if all
    stands at one place: an item may stand at several, and to tell them apart takes too long.
    """

    places: int = 0
    pieces: int = 0
    items: int | None = 0


def last_in(place: Location, *, size: int) -> list[StockMovement]:
    """The newest lines of the ledger in a place and all beneath it."""
    path = str(place.path)
    newest = RawSQL(_NEWEST_IN, [path, size, size, size, path, size])  # noqa: S611  # of our own words
    return list(
        StockMovement.objects.filter(pk__in=newest)
        .select_related("level__item", "level__location", "actor", "reason", "reversal_of")
        .order_by("-recorded_at", "-pk")
    )


def standing_in(places: Iterable[Location]) -> dict[int, Standing]:
    """What stands in each of `places`, by its primary key; who sees a place sees all beneath it."""
    paths = {place.pk: str(place.path) for place in places}
    ids, whole = list(paths), any("." not in path for path in paths.values())
    with connection.cursor() as cursor:
        cursor.execute(_STANDING_IN, {"places": ids, "whole": whole})
        found = {id: Standing(*standing) for id, *standing in cursor.fetchall()}
    return {id: found.get(id, Standing()) for id in ids}


def standing_at(place: Location) -> Standing:
    """What stands at a place itself."""
    levels = StockLevel.objects.filter(location=place, on_hand__gt=0)
    found = levels.aggregate(items=Count("item", distinct=True), pieces=Sum("on_hand", default=0))
    return Standing(int(found["items"] > 0), int(found["pieces"]), found["items"])
