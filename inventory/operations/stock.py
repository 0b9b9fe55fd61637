"""What people do with stock: receive, ship, take back, correct, undo."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.access import movable_scope_of
from accounts.models import User
from inventory.ledger import Broken, Line, Request
from inventory.models import MovementKind, StockMovement
from inventory.operations.booking import book, claimed, posted


def receive_stock(
    *,
    sku: str,
    place: str,
    quantity: int,
    actor: User,
    lot: str = "",
    expires_on: date | None = None,
    reference: str = "",
    note: str = "",
    effective_at: datetime | None = None,
    key: UUID | None = None,
) -> StockMovement:
    """Book `quantity` base units in at a place; return the ledger line.

    What is tracked by lot says which; a new lot expires on `expires_on`, or never.

    The same `key` books once: the second time the first line is returned.

    :raises LotMissing: if the item is tracked by lot, and none is named
    :raises LotDiffers: if the lot is known to expire on another day
    :raises StockError: if nothing can stand there, or the item is not stocked
    :raises KeyReused: if `key` stands for another request
    """
    return book(
        MovementKind.RECEIVE,
        sku=sku,
        place=place,
        quantity=quantity,
        actor=actor,
        lot=lot,
        expires_on=expires_on,
        reference=reference,
        note=note,
        effective_at=effective_at,
        key=key,
    )


def ship_stock(
    *,
    sku: str,
    place: str,
    quantity: int,
    actor: User,
    lot: str = "",
    reference: str = "",
    note: str = "",
    effective_at: datetime | None = None,
    allocation: int | None = None,
    key: UUID | None = None,
) -> StockMovement:
    """Book `quantity` base units out of a place; return the ledger line, the last of several lots.

    It takes what is free there, or with `allocation` what is promised by it. Of lots it takes what
    expires first, or the `lot` alone.

    :raises NotEnoughStock: if fewer are free there
    :raises PromiseGone: if the allocation was used up, or promises less
    :raises KeyReused: if `key` stands for another request
    """
    return book(
        MovementKind.SHIP,
        sku=sku,
        place=place,
        quantity=quantity,
        actor=actor,
        lot=lot,
        reference=reference,
        note=note,
        effective_at=effective_at,
        promise=allocation,
        key=key,
    )


def return_stock(
    *,
    sku: str,
    place: str,
    quantity: int,
    reason: str,
    actor: User,
    lot: str = "",
    expires_on: date | None = None,
    reference: str = "",
    note: str = "",
    effective_at: datetime | None = None,
    key: UUID | None = None,
) -> StockMovement:
    """Take `quantity` base units back into a place; `reason` is a code; return the ledger line.

    :raises LotMissing: if the item is tracked by lot, and none is named
    :raises LotDiffers: if the lot is known to expire on another day
    :raises StockError: if nothing can stand there, or the item is not stocked
    :raises KeyReused: if `key` stands for another request
    """
    return book(
        MovementKind.RETURN,
        sku=sku,
        place=place,
        quantity=quantity,
        actor=actor,
        lot=lot,
        expires_on=expires_on,
        reason=reason,
        reference=reference,
        note=note,
        effective_at=effective_at,
        key=key,
    )


def adjust_stock(
    *,
    sku: str,
    place: str,
    delta: int,
    reason: str,
    actor: User,
    lot: str = "",
    note: str = "",
    effective_at: datetime | None = None,
    accepts: frozenset[Broken] | None = frozenset(),
    key: UUID | None = None,
) -> StockMovement:
    """Correct what stands at a place by `delta` base units; `reason` is a code.

    What falls below promises breaks them, if the caller `accepts` those that it would break.

    :raises NotEnoughStock: if fewer than `-delta` stand there
    :raises WouldBreak: if promises would have to give way that the caller does not accept to break
    :raises KeyReused: if `key` stands for another request
    """
    return book(
        MovementKind.ADJUST,
        sku=sku,
        place=place,
        quantity=delta,
        actor=actor,
        lot=lot,
        reason=reason,
        note=note,
        effective_at=effective_at,
        accepts=accepts,
        key=key,
    )


@transaction.atomic
def reverse_movement(
    *, movement: int, actor: User, note: str = "", key: UUID | None = None
) -> StockMovement:
    """Undo one ledger line by its exact negation, a move at both of its places, lots that were
    taken as one together; return the new line.

    :raises AlreadyReversed: if somebody has
    :raises NotEnoughStock: if what it brought is no longer free there
    :raises NotReversible: if its kind cannot be reversed
    :raises KeyReused: if `key` stands for another request
    """
    claim = claimed(actor, key, MovementKind.REVERSE, movement=movement)
    if claim and not claim.first:
        return StockMovement.objects.for_user(actor).get(pk=claim.earlier["movement"])
    origin = StockMovement.objects.for_user(actor).select_related("level").get(pk=movement)
    request = Request(
        MovementKind.REVERSE,
        tuple(
            Line(
                line.level.item_id,
                -line.on_hand_delta,
                line.level.location_id,
                lot=line.level.lot_id,
                reverses=line.pk,
            )
            for line in reversed(origin.booked_with())
        ),
        actor=actor.pk,
        scope=movable_scope_of(actor),
        reference=origin.reference,
        note=note,
    )
    return posted(request, claim)
