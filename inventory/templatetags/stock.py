"""Words for movements."""

from django import template

from inventory.models import MovementKind, StockMovement

register = template.Library()

_DID = {
    MovementKind.RECEIVE: "Received",
    MovementKind.SHIP: "Shipped",
    MovementKind.RETURN: "Taken back",
    MovementKind.ADJUST: "Corrected",
    MovementKind.RELABEL: "Its place changed",
}


@register.filter
def did(movement: StockMovement) -> str:
    """What a ledger line says was done: `Received`, `Damaged`, `Receive reversed`."""
    if movement.kind == MovementKind.REVERSE:
        origin = movement.reversal_of
        return f"{_DID[MovementKind(origin.kind)]}: reversed" if origin else "Reversed"
    if movement.kind == MovementKind.ADJUST and movement.reason:
        return movement.reason.label
    return _DID[MovementKind(movement.kind)]


@register.filter
def may_be_reversed(movement: StockMovement) -> bool:
    """Whether this line is of a kind that can be undone, and nobody has undone it."""
    if movement.kind in (MovementKind.REVERSE, MovementKind.RELABEL):
        return False
    return getattr(movement, "reversal", None) is None
