"""The list of places, and the page of one: what stands there, and what is promised of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.access import movable_scope_of
from inventory import availability, reports
from inventory.models import (
    Item,
    Location,
    LocationKind,
    StockLevel,
)
from inventory.views import cells
from pages.lists import ByCode, Choice, Column, Empty, Flag, ListSpec, View, show_list
from pages.requests import PageRequest

_PROMISES, _LAST = 20, 8  # promises, and lines of the ledger, on the page of a place


def _below(places: Any, site: Location) -> Any:
    return places.below(site)


def _by_selling(places: QuerySet[Location], sells: str) -> QuerySet[Location]:
    return places.filter(sells=sells == "yes")


def _prepare(places: Sequence[Location], user: Any) -> None:
    """Give each row what stands in it, and its site."""
    standing = reports.standing_in(places)
    roots = {place.pk: int(str(place.path).partition(".")[0]) for place in places}
    sites = Location.objects.for_user(user).in_bulk(set(roots.values()))
    for place in places:
        place.standing = standing[place.pk]  # type: ignore[attr-defined]  # of the row
        place.site = sites.get(roots[place.pk], "")  # type: ignore[attr-defined]  # likewise


def _items(place: Any) -> int | str:
    return "" if place.standing.items is None else place.standing.items


PLACES = ListSpec(
    name="places",
    title="Places",
    one="place",
    many="places",
    columns=[
        Column("code", "Place", cell=cells.place_code, sort="code"),
        Column("name", "Name"),
        Column("kind", "Kind", value=lambda place: place.get_kind_display(), phone=False),
        Column("site", "Site", value=lambda place: place.site, phone=False),
        Column("sells", "Sold from", cell=cells.place_sells, phone=False),
        Column("items", "Items", numeric=True, value=_items),
        Column("pieces", "Pieces", numeric=True, value=lambda place: place.standing.pieces),
        Column("priority", "Picking order", numeric=True, sort="priority", default=False),
    ],
    order="code",
    empty=Empty(
        title="No place yet",
        sentence="Places are made in the admin: a site first, then its zones and bins.",
    ),
    filters=[
        ByCode(
            "in",
            "In",
            rows=lambda user: Location.objects.for_user(user),
            narrow=_below,
            hint="A site or a zone, by its code",
        ),
        Choice("kind", "Kind", choices=LocationKind.choices),
        Choice("sells", "Sold from", choices=[("yes", "Yes"), ("no", "No")], narrow=_by_selling),
    ],
    views=[
        View(label="All"),
        View(label="Bins", filters={"kind": "bin"}),
        View(label="Not sold from", filters={"sells": "no"}),
    ],
    search=lambda places, text: places.search(text),  # type: ignore[attr-defined]  # ours
    search_hint="Code or name",
    export="inventory.view_location",
    row_url=lambda place: place.get_absolute_url(),
    prepare=_prepare,
)


@permission_required("inventory.view_location", raise_exception=True)
@require_safe
def place_list(request: HttpRequest) -> HttpResponseBase:
    """Show the places, with how much stands in each."""
    places = Location.objects.for_user(request.user)
    return show_list(request, PLACES, places, template="inventory/places.html")


def _promised(levels: QuerySet[StockLevel]) -> QuerySet[StockLevel]:
    return levels.filter(Q(held__gt=0) | Q(allocated__gt=0))


_PLACE = Column("place", "Place", cell=cells.level_place, value=lambda each: each.location.code)
# What is free where nothing is sold counts as unavailable, as `inventory.availability` has it.
STANDING = ListSpec(
    name="standing",
    title="What stands here",
    one="item",
    many="items",
    columns=[
        Column("sku", "SKU", cell=cells.level_sku, sort="item__sku", value=lambda e: e.item.sku),
        Column("name", "Item", cell=cells.level_name, value=lambda each: each.item.name),
        Column("lot", "Lot", value=lambda each: each.lot, default=False),
        Column("on_hand", "On hand", numeric=True, sort="on_hand"),
        Column("allocated", "Allocated", numeric=True, phone=False),
        Column("held", "Held", numeric=True, phone=False),
        Column(
            "unavailable", "Unavail.", numeric=True, value=availability.not_to_sell, phone=False
        ),
        Column(
            "available",
            "Available",
            cell=cells.level_available,
            numeric=True,
            value=availability.to_sell,
        ),
        Column("make_up", "Make-up", cell=cells.level_make_up, value=lambda each: "", phone=False),
    ],
    order="sku",
    empty=Empty(title="Nothing stands here", sentence="Receive something here, or move it here."),
    filters=[Flag("promised", "Held or promised only", narrow=_promised)],
    search=lambda levels, text: levels.filter(item__in=Item.objects.search(text)),
    search_hint="SKU, barcode or words",
    export="inventory.view_stocklevel",
    row_url=lambda each: each.item.get_absolute_url(),
    legend="inventory/legend.html",
)


@permission_required("inventory.view_location", raise_exception=True)
@require_safe
def place_detail(request: PageRequest, pk: int) -> HttpResponseBase:
    """Show a place: what stands at it and in it, what is promised, what happened last."""
    place, above, inside = _with_those_around(request, pk)
    levels = StockLevel.objects.for_user(request.user).filter(
        location__path__at_or_below=place.path, on_hand__gt=0
    )
    columns = _with_place(STANDING.columns) if inside else STANDING.columns
    promises = reports.promises_in(
        place,
        holds=request.user.has_perm("inventory.view_hold"),
        allocations=request.user.has_perm("inventory.view_allocation"),
        size=_PROMISES + 1,
    )
    context = {
        "place": place,
        "above": above,
        "inside": inside,
        "standing": place.standing,  # type: ignore[attr-defined]  # given with the others
        "may_move": movable_scope_of(request.user).covers(str(place.path)),
        "promises": promises[:_PROMISES],
        "more": len(promises) > _PROMISES,
        "movements": reports.last_in(place, size=_LAST),
    }
    return show_list(
        request,
        replace(STANDING, columns=columns, title=f"What stands at {place}"),
        levels.select_related("item", "lot", "location"),
        template="inventory/place.html",
        extra=context,
    )


def _with_place(columns: Sequence[Column]) -> list[Column]:
    """The same with the place of each level, which takes the room of a number on a phone."""
    cut = [column.name for column in columns].index("on_hand")
    return [*columns[:cut], _PLACE, replace(columns[cut], phone=False), *columns[cut + 1 :]]


def _with_those_around(
    request: PageRequest, pk: int
) -> tuple[Location, list[Location], list[Location]]:
    """The place, those that it stands in, the outermost first, and those that stand in it; each
    with what stands there.
    """
    around = list(Location.objects.for_user(request.user).around(pk).order_by("code", "pk"))
    place = next((each for each in around if each.pk == pk), None)
    if place is None:
        raise Http404("No place is called that.")
    inside = [each for each in around if each.parent_id == pk]
    standing = reports.standing_in([place, *inside])
    for each in (place, *inside):
        each.standing = standing[each.pk]  # type: ignore[attr-defined]  # of the page
    above = [each for each in around if each != place and each not in inside]
    return place, sorted(above, key=lambda each: str(each.path).count(".")), inside
