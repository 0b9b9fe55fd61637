"""What the stockroom finds for the search of everything."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from inventory.models import Item, Location, Lot, StockMovement
from inventory.models.movement import references_called
from pages.search import Found, searcher


@searcher(label="Items", order=10, permission="inventory.view_item")
def items(text: str, user: Any, limit: int) -> list[Found]:
    """Items by SKU, barcode or name; by that of a pack, it says of which."""
    found = list(Item.objects.for_user(user).search(text).order_by("sku", "pk")[:limit])
    if len(found) == 1 and (packed := _pack_called(text, found[0])):
        return [packed]
    return [
        Found(title=item.sku, subtitle=item.name, url=item.get_absolute_url(), code=item.sku)
        for item in found
    ]


def _pack_called(code: str, item: Item) -> Found | None:
    packs = item.barcodes.filter(code=code, pack__isnull=False)
    barcode = packs.select_related("pack").first()
    if barcode is None:
        return None
    return Found(
        title=item.sku, subtitle=f"{item.name}, {barcode.pack}", url=barcode.leads_to, code=code
    )


@searcher(label="Places", order=20, permission="inventory.view_location")
def places(text: str, user: Any, limit: int) -> list[Found]:
    """Places whose code begins so."""
    found = Location.objects.for_user(user).filter(code__istartswith=text).order_by("code", "pk")
    return [
        Found(title=place.code, subtitle=place.name, url=place.get_absolute_url())
        for place in found[:limit]
    ]


@searcher(label="Lots", order=25, permission="inventory.view_lot")
def lots(text: str, user: Any, limit: int) -> list[Found]:
    """Lots whose code begins so."""
    found = Lot.objects.for_user(user).filter(code__istartswith=text).select_related("item")
    return [
        Found(title=lot.code, subtitle=str(lot.item), url=lot.get_absolute_url(), code=lot.code)
        for lot in found.order_by("code", "pk")[:limit]
    ]


@searcher(label="References", order=30, permission="inventory.view_stockmovement")
def references(text: str, user: Any, limit: int) -> list[Found]:
    """What movements belong to, as in order:1042; its bare number will do."""
    movements = StockMovement.objects.for_user(user).exclude(reference="")
    called = movements.filter(reference__in=references_called(text))
    found = called.order_by("reference").values_list("reference", flat=True).distinct()
    return [
        Found(
            title=reference,
            subtitle="all its movements",
            url=_filtered("movement", reference=reference),
            code=text,
        )
        for reference in found[:limit]
    ]


def _filtered(noun: str, **filters: str) -> str:
    return f"{reverse(f'inventory:{noun}-list')}?{urlencode(filters)}"
