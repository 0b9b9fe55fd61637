"""The list of movements: the ledger, read."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.models import User
from inventory.models import Item, Location, MovementKind, Reason, StockLevel, StockMovement
from inventory.views import cells
from pages.lists import ByCode, Choice, Column, DateRange, Empty, Exact, ListSpec, show_list

_NAMED = 1000


def _of_levels(movements: QuerySet[StockMovement], levels: Q) -> QuerySet[StockMovement]:
    """Movements at the levels of a condition.

    A few are named one by one, so that PostgreSQL goes to them; many it rather finds on its way
    along the ledger.
    """
    named = list(StockLevel.objects.filter(levels).values_list("pk", flat=True)[: _NAMED + 1])
    if len(named) <= _NAMED:
        return movements.filter(level__in=named)
    return movements.filter(level__in=StockLevel.objects.filter(levels))


def _at_place(movements: QuerySet[StockMovement], place: Location) -> QuerySet[StockMovement]:
    return _of_levels(movements, Q(location__path__at_or_below=place.path))


def _of_item(movements: QuerySet[StockMovement], item: Item) -> QuerySet[StockMovement]:
    return _of_levels(movements, Q(item=item))


def _search(movements: QuerySet[Any], text: str) -> QuerySet[Any]:
    """A SKU or barcode, or how a reference begins."""
    item = Item.objects.by_code(text).first()
    return _of_item(movements, item) if item else movements.filter(reference__startswith=text)


def _people(user: Any) -> list[tuple[str, str]]:
    return [
        (str(pk), name or email)
        for pk, name, email in User.objects.order_by("name", "pk").values_list(
            "pk", "name", "email"
        )
    ]


def _reasons(user: Any) -> list[tuple[str, str]]:
    return list(Reason.objects.order_by("label", "pk").values_list("code", "label"))


def _note(movement: StockMovement) -> str:
    note = getattr(movement, "note", None)
    return note.text if note else ""


MOVEMENTS = ListSpec(
    name="movements",
    title="Movements",
    one="movement",
    many="movements",
    columns=[
        Column("recorded", "Booked", sort="recorded_at", value=lambda line: line.recorded_at),
        Column("kind", "What", cell=cells.kind, value=lambda line: line.get_kind_display()),
        Column("sku", "SKU", cell=cells.line_sku, value=lambda line: line.level.item.sku),
        Column("item", "Item", cell=cells.line_name, value=lambda line: line.level.item.name),
        Column(
            "place", "Place", cell=cells.line_place, value=lambda line: line.level.location.code
        ),
        Column("on_hand_delta", "Change", cell=cells.change, numeric=True),
        Column("on_hand_after", "On hand after", numeric=True),
        Column("reference", "Reference", cell=cells.reference),
        Column("reason", "Why", value=lambda line: line.reason),
        Column("actor", "By", value=lambda line: line.actor),
        Column("effective", "Happened", value=lambda line: line.effective_at, default=False),
        Column("version", "Version", numeric=True, default=False),
        Column("note", "Note", value=_note, default=False),
    ],
    order="-recorded",
    empty=Empty(
        title="No movement here",
        sentence="Nothing was booked that matches. Drop a filter, or look at another time.",
    ),
    filters=[
        Choice("kind", "What", choices=MovementKind.choices),
        ByCode(
            "item",
            "Item",
            rows=lambda user: Item.objects.for_user(user),
            code="sku",
            narrow=_of_item,
            hint="Its SKU",
        ),
        ByCode(
            "place",
            "Place",
            rows=lambda user: Location.objects.for_user(user),
            narrow=_at_place,
            hint="A site, zone or bin, by its code",
        ),
        Exact("reference", "Reference", hint="As in order:1042"),
        Choice("reason", "Why", choices=_reasons, lookup="reason__code"),
        Choice("actor", "By", choices=_people),
        DateRange("booked", "Booked", lookup="recorded_at"),
    ],
    search=_search,
    search_hint="SKU, barcode or reference",
    export="inventory.view_stockmovement",
    row_url=lambda line: f"{line.level.item.get_absolute_url()}#line-{line.pk}",
)


@permission_required("inventory.view_stockmovement", raise_exception=True)
@require_safe
def movement_list(request: HttpRequest) -> HttpResponseBase:
    """Show the ledger, newest line first."""
    movements = StockMovement.objects.for_user(request.user).select_related(
        "level__item", "level__location", "actor", "reason", "note", "reversal", "reversal_of"
    )
    return show_list(request, MOVEMENTS, movements, template="inventory/movements.html")
