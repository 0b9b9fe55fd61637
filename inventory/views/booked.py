"""What people are told when something was booked: the line, and a way to undo it."""

from django.http import HttpResponse
from django.urls import reverse

from inventory.models import Item, MovementKind, StockMovement
from pages import formats
from pages.parts import go_to
from pages.requests import PageRequest

_SIGNED = {MovementKind.ADJUST, MovementKind.REVERSE}


def booked(request: PageRequest, item: Item, movement: StockMovement) -> HttpResponse:
    """Go back to the item with the line that was booked, and undo beside it."""
    signed = movement.kind in _SIGNED
    change = movement.on_hand_delta
    said = formats.delta(change) if signed else formats.quantity(abs(change))
    undo = movement.kind != MovementKind.REVERSE and request.user.has_perm(
        "inventory.reverse_stock"
    )
    return go_to(
        request,
        item,
        message=f"{movement.did()} {said} at {movement.level.location}. "
        f"On hand there now: {formats.quantity(movement.on_hand_after)}.",
        undo=reverse("inventory:reverse-movement", args=[movement.pk]) if undo else None,
    )
