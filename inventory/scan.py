"""What a scanned code of the stockroom stands for."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from inventory.models import Item, Location, Lot, StockMovement
from pages.scan import resolver


@resolver(order=10)
def item(code: str, user: Any) -> str | None:
    """An item, by its SKU in any case, by a barcode or by that of a pack."""
    if not user.has_perm("inventory.view_item"):
        return None
    found = Item.objects.for_user(user).by_code(code).first()
    if found is None:
        return None
    barcode = found.barcodes.filter(code=code).first()
    return barcode.leads_to if barcode else found.get_absolute_url()


@resolver(order=20)
def place(code: str, user: Any) -> str | None:
    """A place, by its code in any case: its page."""
    found = Location.objects.for_user(user).filter(code__iexact=code).first()
    return found.get_absolute_url() if found and user.has_perm("inventory.view_location") else None


@resolver(order=25)
def lot(code: str, user: Any) -> str | None:
    """A lot; the list of them if several items have one with this code."""
    if not user.has_perm("inventory.view_lot"):
        return None
    found = list(Lot.objects.for_user(user).filter(code__iexact=code)[:2])
    if len(found) > 1:
        return f"{reverse('inventory:lot-list')}?{urlencode({'q': found[0].code})}"
    return found[0].get_absolute_url() if found else None


@resolver(order=30)
def reference(code: str, user: Any) -> str | None:
    """What movements belong to, as in `order:1042`: those movements."""
    if not user.has_perm("inventory.view_stockmovement"):
        return None
    if not StockMovement.objects.for_user(user).filter(reference=code).exists():
        return None
    return f"{reverse('inventory:movement-list')}?{urlencode({'reference': code})}"
