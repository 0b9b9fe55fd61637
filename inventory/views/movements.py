"""The list of movements: the ledger, read."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.models import User
from inventory.models import Item, Location, Lot, MovementKind, Reason, StockMovement
from inventory.views import cells
from pages.lists import ByCode, Choice, Column, DateRange, Empty, Exact, ListSpec, show_list


def _of_item(movements: Any, item: Item) -> Any:
    return movements.of_item(item)


def _of_lot(movements: Any, lot: Lot) -> Any:
    # Two items may have lots of one code; the filter by item tells them apart.
    return movements.of_lots(lot.code)


def _at(movements: Any, place: Location) -> Any:
    return movements.at(place)


def _search(movements: Any, text: str) -> Any:
    return movements.search(text)


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
        Column(
            "kind", "What", cell=cells.kind, value=lambda line: line.get_kind_display(), phone=False
        ),
        Column("sku", "SKU", cell=cells.line_sku, value=lambda line: line.level.item.sku),
        Column(
            "item",
            "Item",
            cell=cells.line_name,
            value=lambda line: line.level.item.name,
            phone=False,
        ),
        Column(
            "place", "Place", cell=cells.line_place, value=lambda line: line.level.location.code
        ),
        Column("on_hand_delta", "Change", cell=cells.change, numeric=True),
        Column("on_hand_after", "On hand after", numeric=True, phone=False),
        Column("reference", "Reference", cell=cells.reference),
        Column("reason", "Why", value=lambda line: line.reason, phone=False),
        Column("actor", "By", value=lambda line: line.actor, phone=False),
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
            "lot",
            "Lot",
            rows=lambda user: Lot.objects.for_user(user),
            narrow=_of_lot,
        ),
        ByCode(
            "place",
            "Place",
            rows=lambda user: Location.objects.for_user(user),
            narrow=_at,
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
    row_url=lambda line: line.get_absolute_url(),
)


@permission_required("inventory.view_stockmovement", raise_exception=True)
@require_safe
def movement_list(request: HttpRequest) -> HttpResponseBase:
    """Show the ledger, newest line first."""
    movements = StockMovement.objects.for_user(request.user).select_related(
        "level__item",
        "level__location",
        "level__lot",
        "actor",
        "reason",
        "note",
        "reversal",
        "reversal_of",
    )
    return show_list(request, MOVEMENTS, movements, template="inventory/movements.html")
