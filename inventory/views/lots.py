"""The list of lots, and the page of one: where it stands, and every line that made it so."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import scope_of
from inventory import availability, reports
from inventory.models import Allocation, Item, Lot, StockLevel
from inventory.reports import HeldOf
from inventory.views import cells
from inventory.views.positions import opened, sealed
from pages.lists import ByCode, Choice, Column, Empty, ListSpec, View, show_list
from pages.requests import PageRequest

_SOON = timedelta(days=30)
_LINES = 50  # of the ledger, on a page of a lot


def _expiring(lots: QuerySet[Lot], when: str) -> QuerySet[Lot]:
    today = timezone.localdate()
    if when == "out":
        return lots.filter(expires_on__lt=today)
    return lots.filter(expires_on__gte=today, expires_on__lte=today + _SOON)


def _standing(lots: Any, _: str) -> Any:
    return lots  # narrowed by the view, which knows who asks


def _prepare(lots: Sequence[Lot], user: Any) -> None:
    """Give each row what stands of it where this person may look."""
    levels = StockLevel.objects.for_user(user).filter(lot__in=lots, on_hand__gt=0)
    standing: dict[int | None, list[StockLevel]] = {}
    for level in levels.select_related("location").order_by("location__code"):
        standing.setdefault(level.lot_id, []).append(level)
    for lot in lots:
        lot.standing = standing.get(lot.pk, [])  # type: ignore[attr-defined]  # of the row


LOTS = ListSpec(
    name="lots",
    title="Lots",
    one="lot",
    many="lots",
    columns=[
        Column("lot", "Lot", cell=cells.lot_code, value=lambda lot: lot.code),
        Column("sku", "SKU", cell=cells.lot_sku, value=lambda lot: lot.item.sku),
        Column("item", "Item", cell=cells.lot_name, value=lambda lot: lot.item.name, phone=False),
        Column(
            "expires",
            "Expires",
            cell=cells.lot_expiry,
            sort="expires_on",
            value=lambda lot: lot.expires_on,
        ),
        Column(
            "on_hand",
            "On hand",
            numeric=True,
            value=lambda lot: sum(level.on_hand for level in lot.standing),
        ),
        Column(
            "available",
            "Available",
            numeric=True,
            value=lambda lot: sum(
                level.available for level in lot.standing if level.location.sells
            ),
        ),
        Column(
            "places",
            "Where",
            cell=cells.lot_places,
            value=lambda lot: ", ".join(level.location.code for level in lot.standing),
            phone=False,
        ),
    ],
    order="expires",
    empty=Empty(
        title="No lot here",
        sentence="Nothing that is tracked by lot matches. "
        "An item is tracked when its form in the admin says so.",
        kind="done",
    ),
    filters=[
        Choice(
            "expires",
            "Expires",
            choices=[("soon", "Within 30 days"), ("out", "Out of date")],
            narrow=_expiring,
        ),
        Choice("stands", "Stands", choices=[("gone", "Nowhere any more")], narrow=_standing),
        ByCode(
            "item",
            "Item",
            rows=lambda user: Item.objects.for_user(user),
            code="sku",
            hint="Its SKU",
        ),
    ],
    views=[
        View(label="All"),
        View(label="Expire within 30 days", filters={"expires": "soon"}),
        View(label="Out of date", filters={"expires": "out"}),
    ],
    search=lambda lots, text: lots.search(text),  # type: ignore[attr-defined]  # ours
    search_hint="Lot or SKU",
    export="inventory.view_lot",
    row_url=lambda lot: lot.get_absolute_url(),
    prepare=_prepare,
)


@permission_required("inventory.view_lot", raise_exception=True)
@require_safe
def lot_list(request: HttpRequest) -> HttpResponseBase:
    """Show the lots that stand somewhere, what expires first first."""
    levels = StockLevel.objects.for_user(request.user).filter(lot=OuterRef("pk"))
    stands = Exists(levels.filter(on_hand__gt=0))
    lots = Lot.objects.for_user(request.user).select_related("item")
    if request.GET.get("stands") == "gone":
        lots = lots.filter(Exists(levels), ~stands)
    else:
        lots = lots.filter(stands)
    return show_list(request, LOTS, lots, template="inventory/lots.html")


@permission_required("inventory.view_lot", raise_exception=True)
@require_safe
def lot_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show a lot: where it stands, what is promised of it, and where it came from and went."""
    lot = get_object_or_404(Lot.objects.for_user(request.user).select_related("item"), pk=pk)
    before = opened(request.GET["before"], of=lot) if "before" in request.GET else None
    # Everything on the page is said of one reading of the levels, so it agrees whatever is booked
    # meanwhile.
    timeline = reports.timeline(
        lot.item, lot=lot, scope=scope_of(request.user), before=before, size=_LINES
    )
    levels = availability.standing(timeline.levels)
    changes = reports.changes_of(timeline.levels)
    figures = availability.of_levels(levels)
    context = {
        "lot": lot,
        "item": lot.item,
        "levels": levels,
        "most": max((level.on_hand for level in levels), default=0),
        "figures": figures,
        "changes": changes,
        "timeline": timeline,
        "adds_up": timeline.adds_up and sum(change for _, change in changes) == figures.on_hand,
        "earlier": sealed(timeline.earlier, of=lot),
        "holds": _held(request, lot) if figures.held else [],
        "allocations": _promised(request, lot) if figures.allocated else [],
    }
    return render(request, "inventory/lot_page.html", context)


def _held(request: PageRequest, lot: Lot) -> list[HeldOf]:
    if not request.user.has_perm("inventory.view_hold"):
        return []
    return reports.holds_of_item(lot.item, lot=lot, scope=scope_of(request.user))


def _promised(request: PageRequest, lot: Lot) -> list[Allocation]:
    if not request.user.has_perm("inventory.view_allocation"):
        return []
    promises = Allocation.objects.for_user(request.user).filter(level__lot=lot)
    return list(promises.select_related("level__location").order_by("created_at", "pk"))
