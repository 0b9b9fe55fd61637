"""Which items have run low or out, kept up as stock changes."""

from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import F, Q

from accounts.access import EVERYWHERE
from inventory import availability
from inventory.models import Item, ItemStatus, LowStock
from inventory.models.item import ItemQuerySet

# From the index that has only what changed what is on hand.
_LAST_MOVED = """
    UPDATE inventory_item AS item SET last_moved_at = moved.at
    FROM (
        SELECT level.item_id, max(latest.effective_at) AS at
        FROM inventory_stocklevel AS level
        CROSS JOIN LATERAL (
            SELECT effective_at FROM inventory_stockmovement AS movement
            WHERE movement.level_id = level.id AND movement.on_hand_delta <> 0
            ORDER BY effective_at DESC LIMIT 1
        ) AS latest
        WHERE level.item_id = ANY(%s)
        GROUP BY level.item_id
    ) AS moved
    WHERE item.id = moved.item_id AND item.last_moved_at IS DISTINCT FROM moved.at
"""


def note_stock_change(*, items: Sequence[int]) -> None:
    """Bring up to date what lists know of these items: low, out, moved last."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST_MOVED, [list(items)])
    _refresh(Item.objects.filter(pk__in=items))


def refresh_low_stock() -> None:
    """Look at every item: thresholds change too, and places stop selling."""
    _refresh(Item.objects.all())


@transaction.atomic
def _refresh(items: ItemQuerySet) -> None:
    is_low = Q(available=0) | Q(available__lte=F("reorder_at"))
    low = dict(
        availability.annotated(items, scope=EVERYWHERE)
        .filter(is_low, stocked=True, status=ItemStatus.ACTIVE)
        .order_by("pk")
        .values_list("pk", "available")  # type: ignore[misc]  # annotated
    )
    LowStock.objects.filter(item__in=items).exclude(item__in=list(low)).delete()
    LowStock.objects.bulk_create(
        [LowStock(item_id=item, out=available == 0) for item, available in low.items()],
        update_conflicts=True,
        unique_fields=["item"],
        update_fields=["out"],
    )
