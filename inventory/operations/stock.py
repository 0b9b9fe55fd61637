"""What people do with stock: receive, ship, take back, correct, undo."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.access import scope_of
from accounts.models import User
from inventory import ledger
from inventory.ledger import LevelChanged, Line, Request
from inventory.models import Item, Location, MovementKind, Reason, StockMovement
from jobs import idempotency


def receive_stock(
    *,
    sku: str,
    place: str,
    quantity: int,
    actor: User,
    reference: str = "",
    note: str = "",
    effective_at: datetime | None = None,
    key: UUID | None = None,
) -> StockMovement:
    """Book `quantity` base units in at a place; return the ledger line.

    The same `key` books once: the second time the first line is returned.

    :raises StockError: if nothing can stand there, or the item is not stocked
    :raises KeyReused: if `key` stands for another request
    """
    return _book(
        MovementKind.RECEIVE,
        sku=sku,
        place=place,
        quantity=quantity,
        actor=actor,
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
    reference: str = "",
    note: str = "",
    effective_at: datetime | None = None,
    allocation: int | None = None,
    key: UUID | None = None,
) -> StockMovement:
    """Book `quantity` base units out of a place; return the ledger line.

    It takes what is free there, or with `allocation` what is promised by it.

    :raises NotEnoughStock: if fewer are free there
    :raises PromiseGone: if the allocation was used up, or promises less
    :raises KeyReused: if `key` stands for another request
    """
    return _book(
        MovementKind.SHIP,
        sku=sku,
        place=place,
        quantity=quantity,
        actor=actor,
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
    reference: str = "",
    note: str = "",
    effective_at: datetime | None = None,
    key: UUID | None = None,
) -> StockMovement:
    """Take `quantity` base units back into a place; `reason` is a code; return the ledger line.

    :raises StockError: if nothing can stand there, or the item is not stocked
    :raises KeyReused: if `key` stands for another request
    """
    return _book(
        MovementKind.RETURN,
        sku=sku,
        place=place,
        quantity=quantity,
        actor=actor,
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
    note: str = "",
    effective_at: datetime | None = None,
    seen: int | None = None,
    key: UUID | None = None,
) -> StockMovement:
    """Correct what stands at a place by `delta` base units; `reason` is a code.

    `seen` is the version of the level that `delta` was worked out from, as a count does: when
    others have changed it since, nothing is written. Without it the change adds to theirs.

    :raises LevelChanged: if the level is no longer at the version `seen`
    :raises NotEnoughStock: if fewer than `-delta` can be taken there
    :raises KeyReused: if `key` stands for another request
    """
    return _book(
        MovementKind.ADJUST,
        sku=sku,
        place=place,
        quantity=delta,
        actor=actor,
        reason=reason,
        note=note,
        effective_at=effective_at,
        seen=seen,
        key=key,
    )


@transaction.atomic
def reverse_movement(
    *, movement: int, actor: User, note: str = "", key: UUID | None = None
) -> StockMovement:
    """Undo one ledger line by its exact negation; return the new line.

    :raises AlreadyReversed: if somebody has
    :raises NotEnoughStock: if what it brought is no longer free there
    :raises NotReversible: if it is itself a reversal
    :raises KeyReused: if `key` stands for another request
    """
    claim = _claim(actor, key, MovementKind.REVERSE, movement=movement)
    if claim and not claim.first:
        return StockMovement.objects.for_user(actor).get(pk=claim.earlier["movement"])
    origin = StockMovement.objects.for_user(actor).select_related("level").get(pk=movement)
    line = Line(origin.level.item_id, -origin.on_hand_delta, origin.level.location_id)
    return _post(
        Request(
            MovementKind.REVERSE,
            (line,),
            actor=actor.pk,
            scope=scope_of(actor),
            reference=origin.reference,
            note=note,
            reverses=origin.pk,
        ),
        claim,
    )


@transaction.atomic
def _book(
    kind: MovementKind,
    *,
    sku: str,
    place: str,
    quantity: int,
    actor: User,
    reason: str = "",
    reference: str = "",
    note: str = "",
    effective_at: datetime | None = None,
    seen: int | None = None,
    promise: int | None = None,
    key: UUID | None = None,
) -> StockMovement:
    claim = _claim(
        actor,
        key,
        kind,
        sku=sku.upper(),
        place=place.upper(),
        quantity=quantity,
        reason=reason,
        reference=reference,
        note=note,
        seen=seen,
        promise=promise,
    )
    if claim and not claim.first:
        return StockMovement.objects.for_user(actor).get(pk=claim.earlier["movement"])
    item = Item.objects.for_user(actor).get(sku__iexact=sku)
    location = Location.objects.for_user(actor).get(code__iexact=place)
    why = Reason.objects.get(code=reason).pk if reason else None
    movement = _post(
        Request(
            kind,
            (Line(item.pk, quantity, location.pk, promise),),
            actor=actor.pk,
            scope=scope_of(actor),
            reference=reference,
            reason=why,
            note=note,
            effective_at=effective_at,
        ),
        claim,
    )
    # Only under the lock is it known; what was written falls with the transaction.
    if seen is not None and movement.version != seen + 1:
        raise LevelChanged(f"What stands at {location.code} has changed meanwhile.")
    return movement


def _post(request: Request, claim: idempotency.Claim | None) -> StockMovement:
    [movement] = ledger.post_one(request).movements
    if claim:
        claim.answer({"movement": movement})
    return StockMovement.objects.select_related("level").get(pk=movement)


def _claim(
    actor: User, key: UUID | None, kind: MovementKind, **asked: Any
) -> idempotency.Claim | None:
    if key is None:
        return None
    return idempotency.claim(
        principal=f"user:{actor.pk}",
        key=key,
        request_hash=idempotency.fingerprint([kind, asked]),
    )
