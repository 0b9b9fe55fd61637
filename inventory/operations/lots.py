"""Lots come into being when goods of them come in."""

from datetime import date

from accounts.models import User
from inventory.ledger import StockError
from inventory.models import Item, Lot


class NoSuchLot(StockError):
    """Nothing was ever received of a lot with this code."""

    code = "no_such_lot"


class LotDiffers(StockError):
    """A lot is known with another day of expiry."""

    code = "lot_differs"


def lot_named(item: Item, code: str, actor: User) -> Lot:
    """The lot of `item` with this code, in any case.

    :raises NoSuchLot: if there is none
    """
    lot = Lot.objects.for_user(actor).filter(item=item, code__iexact=code).first()
    if lot is None:
        raise NoSuchLot(f"{item.sku} has no lot {code}.")
    return lot


def lot_received(item: Item, code: str, expires_on: date | None) -> Lot:
    """The lot of `item` with this code; a new one expires on that day, or not at all.

    :raises LotDiffers: if it is known already, and expires on another day
    """
    lot, new = Lot.objects.get_or_create(
        item=item, code__iexact=code, defaults={"code": code, "expires_on": expires_on}
    )
    if not new and expires_on and lot.expires_on != expires_on:
        known = f"expires on {lot.expires_on:%-d %B %Y}" if lot.expires_on else "does not expire"
        raise LotDiffers(f"Lot {lot} of {item.sku} {known}. Is the code right?")
    return lot
