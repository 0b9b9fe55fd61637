"""The list of items."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse_lazy
from django.views.decorators.http import require_safe

from accounts.access import EVERYWHERE, Scope, scope_of
from inventory import availability
from inventory.models import Category, Item, ItemStatus, Location, StockLevel
from inventory.views import cells
from pages.lists import ByCode, Choice, Column, Empty, ListSpec, View, show_list


def _at_place(items: QuerySet[Item], place: Location) -> QuerySet[Item]:
    """Items that stand at `place` or in it, with the numbers of there alone."""
    there = StockLevel.objects.filter(
        item=OuterRef("pk"), on_hand__gt=0, location__path__at_or_below=place.path
    )
    narrowed: Any = items.filter(Exists(there))
    return availability.annotated(narrowed, scope=Scope(paths=(place.path,)))


def _states(scope: Scope) -> Choice:
    def narrow(items: Any, state: str) -> QuerySet[Item]:
        return availability.low(items, scope=scope, out=state == "out")

    choices = [("low", "Low"), ("out", "Out of stock")]
    return Choice("state", "State", choices=choices, narrow=narrow)


def _count_low(user: Any) -> int:
    return availability.low(Item.objects.for_user(user), scope=scope_of(user)).count()


def _categories(user: Any) -> list[tuple[str, str]]:
    named = Category.objects.order_by("name", "pk").values_list("pk", "name")
    return [(str(pk), name) for pk, name in named]


def _prepare(items: Sequence[Item], user: Any) -> None:
    """Give each row the place that a picker would go to first, and whether it is low."""
    availability.load_low(items, scope=scope_of(user))
    levels = (
        StockLevel.objects.for_user(user)
        .filter(item__in=items, on_hand__gt=0)
        .order_by("item", "-location__sells", "location__priority", "location__code")
        .distinct("item")
        .values_list("item", "location__code")
    )
    codes = dict(levels)
    for item in items:
        item.picking_place = codes.get(item.pk, "")  # type: ignore[attr-defined]  # of the row


ITEMS = ListSpec(
    name="items",
    title="Items",
    one="item",
    many="items",
    columns=[
        Column("sku", "SKU", cell=cells.sku, sort="sku"),
        Column("name", "Item", cell=cells.name, sort="name"),
        Column(
            "place",
            "Pick place",
            cell=cells.picking_place,
            value=lambda item: item.picking_place,
            phone=False,
        ),
        Column("on_hand", "On hand", numeric=True, phone=False),
        Column("allocated", "Allocated", numeric=True, phone=False),
        Column("held", "Held", numeric=True, phone=False),
        Column("unavailable", "Unavail.", numeric=True, phone=False),
        Column("available", "Available", cell=cells.available, numeric=True),
        Column("make_up", "Make-up", cell=cells.make_up, value=lambda item: "", phone=False),
        Column("state", "State", cell=cells.state, value=cells.stock_state),
        Column("reorder_at", "Reorder at", numeric=True, default=False),
        Column("category", "Category", value=lambda item: item.category, default=False),
        Column(
            "moved",
            "Last moved",
            sort="last_moved_at",
            value=lambda item: item.last_moved_at,
            phone=False,
        ),
    ],
    order="sku",
    empty=Empty(
        title="No item here",
        sentence="Nothing matches. Try part of its name, or drop a filter.",
        label="New item",
        url=reverse_lazy("inventory:item-new"),  # type: ignore[arg-type]  # said when shown
    ),
    filters=[
        _states(EVERYWHERE),
        ByCode(
            "place",
            "Place",
            rows=lambda user: Location.objects.for_user(user),
            narrow=_at_place,
            hint="A site, zone or bin, by its code",
        ),
        Choice("category", "Category", choices=_categories),
        Choice("status", "Status", choices=ItemStatus.choices),
    ],
    views=[
        View(label="Everything"),
        View(
            label="Low stock",
            filters={"state": "low"},
            count=_count_low,
        ),
        View(
            label="Out of stock",
            filters={"state": "out"},
        ),
    ],
    search=lambda items, text: items.search(text),  # type: ignore[attr-defined]  # ours
    search_hint="SKU, barcode or words",
    export="inventory.view_item",
    row_url=lambda item: item.get_absolute_url(),
    prepare=_prepare,
    legend="inventory/legend.html",
)


@permission_required("inventory.view_item", raise_exception=True)
@require_safe
def item_list(request: HttpRequest) -> HttpResponseBase:
    """Show the items, with what stands of them where this person may look."""
    items = Item.objects.for_user(request.user).select_related("category", "low")
    scope = scope_of(request.user)
    rows = availability.annotated(items, scope=scope)
    spec = replace(ITEMS, filters=[_states(scope), *ITEMS.filters[1:]])
    return show_list(request, spec, rows, template="inventory/items.html")
