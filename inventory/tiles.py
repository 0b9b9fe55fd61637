"""What the stockroom shows on Today."""

from typing import Any

from django.db.models import F
from django.db.models.lookups import IsNull

from accounts.access import scope_of
from inventory import availability
from inventory.models import Item, LedgerCheck, StockMovement
from pages.requests import PageRequest
from pages.tiles import tile

_LOW, _LAST = 5, 6


@tile(
    order=10,
    template="inventory/tiles/ledger.html",
    permission="inventory.view_stockmovement",
    width="full",
)
def ledger(request: PageRequest) -> dict[str, Any]:
    """Whether ledger and balances agree."""
    newest = LedgerCheck.objects.order_by("-pk")
    checks = newest[:1].union(newest.filter(full=True)[:1]).order_by("-id")
    latest = next(iter(checks), None)
    full = next((check for check in checks if check.full), None)
    return {
        # Its sums are those of the house.
        "whole": scope_of(request.user).everywhere,
        "check": latest,
        "full": full,
        "apart": abs(latest.ledger_units - latest.balance_units) if latest else 0,
    }


@tile(order=20, template="inventory/tiles/low.html", permission="inventory.view_item")
def low_stock(request: PageRequest) -> dict[str, Any]:
    """Items that ran low or out: those with a threshold first, and out before low."""
    scope = scope_of(request.user)
    items = availability.low(Item.objects.for_user(request.user), scope=scope)
    # Those that somebody watches come first: an imported catalogue has thousands at zero.
    ordered = items.select_related("low").order_by(
        IsNull(F("reorder_at"), True), "-low__out", "low__since", "pk"
    )
    shown = list(availability.annotated(ordered, scope=scope)[:_LOW])
    availability.load_low(shown, scope=scope)
    # Since when is kept for the house alone.
    return {"items": shown, "count": items.count(), "whole": scope.everywhere}


@tile(
    order=30,
    template="inventory/tiles/last.html",
    permission="inventory.view_stockmovement",
    width="side",
)
def last_movements(request: PageRequest) -> dict[str, Any]:
    """What was booked last."""
    movements = StockMovement.objects.for_user(request.user).select_related(
        "level__item", "level__location", "actor", "reason", "reversal_of"
    )
    return {"movements": movements.order_by("-recorded_at", "-pk")[:_LAST]}
