"""What people are told when something was booked: the line, and a way to undo it."""

from django.http import HttpResponse
from django.urls import reverse

from inventory.models import Item, MovementKind, StockMovement
from inventory.models.movement import REVERSIBLE
from pages import formats
from pages.parts import go_to
from pages.requests import PageRequest

_SIGNED = {MovementKind.ADJUST, MovementKind.REVERSE}
_APART = {MovementKind.QUARANTINE, MovementKind.RESTORE}


def booked(request: PageRequest, item: Item, movement: StockMovement) -> HttpResponse:
    """Go back to the item with the line that was booked, and undo beside it."""
    undo = movement.kind in REVERSIBLE and request.user.has_perm("inventory.reverse_stock")
    return go_to(
        request,
        item,
        message=_said(movement),
        undo=reverse("inventory:reverse-movement", args=[movement.pk]) if undo else None,
    )


def _said(movement: StockMovement) -> str:
    place, change = movement.level.location, movement.on_hand_delta
    there = f"On hand there now: {formats.quantity(movement.on_hand_after)}."
    if movement.kind == MovementKind.COUNT:
        found = f"Counted {formats.quantity(movement.on_hand_after)} at {place}"
        return f"{found}: {formats.delta(change)}." if change else f"{found}, as the ledger says."
    if movement.kind in _APART:
        moved = formats.quantity(abs(movement.unavailable_delta))
        apart = formats.quantity(movement.unavailable_after)
        return f"{movement.did()} {moved} at {place}. Set apart there now: {apart}."
    if movement.kind == MovementKind.MOVE:
        return f"Moved {formats.quantity(change)} to {place}. {there}"
    said = formats.delta(change) if movement.kind in _SIGNED else formats.quantity(abs(change))
    return f"{movement.did()} {said} at {place}. {there}"
