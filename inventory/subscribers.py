"""What follows when stock has changed."""

from typing import Any

from inventory import operations
from jobs import outbox


@outbox.subscriber("stock.changed")
def note_stock_change(payload: dict[str, Any]) -> None:
    """Keep low stock and the order of “last moved” up to date."""
    operations.note_stock_change(items=payload["items"])


@outbox.subscriber("promises.broken")
def tell_of_broken_promises(payload: dict[str, Any]) -> None:
    """Write to whoever was promised goods that are gone."""
    operations.tell_of_broken_promises(movements=payload["movements"])
