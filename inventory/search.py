"""What the stockroom finds for the search of everything."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from inventory.models import Item, Location, StockMovement
from pages.search import Found, searcher


@searcher(label="Items", order=10, permission="inventory.view_item")
def items(text: str, user: Any, limit: int) -> list[Found]:
    """Items by SKU, barcode or name."""
    found = Item.objects.for_user(user).search(text).order_by("sku", "pk")[:limit]
    return [
        Found(title=item.sku, subtitle=item.name, url=item.get_absolute_url(), code=item.sku)
        for item in found
    ]


@searcher(label="Places", order=20, permission="inventory.view_item")
def places(text: str, user: Any, limit: int) -> list[Found]:
    """Places whose code begins so: leads to what stands there."""
    found = Location.objects.for_user(user).filter(code__istartswith=text).order_by("code", "pk")
    return [
        Found(title=place.code, subtitle=place.name, url=_filtered("item", place=place.code))
        for place in found[:limit]
    ]


@searcher(label="References", order=30, permission="inventory.view_stockmovement")
def references(text: str, user: Any, limit: int) -> list[Found]:
    """What movements belong to, as in order:1042."""
    movements = StockMovement.objects.for_user(user).filter(reference=text)
    if not movements.exists():
        return []
    url = _filtered("movement", reference=text)
    return [Found(title=text, subtitle="all its movements", url=url, code=text)]


def _filtered(noun: str, **filters: str) -> str:
    return f"{reverse(f'inventory:{noun}-list')}?{urlencode(filters)}"
