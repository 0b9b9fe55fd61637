"""Promising stock to an order, and taking the promise back."""

from uuid import UUID

from django.db import transaction

from accounts.access import movable_scope_of
from accounts.models import User
from inventory import ledger
from inventory.ledger import Line, PromiseGone, Request
from inventory.models import Allocation, Item, MovementKind
from inventory.operations.reach import place_to_move
from jobs import idempotency


@transaction.atomic
def allocate_stock(
    *,
    sku: str,
    quantity: int,
    reference: str,
    actor: User,
    place: str = "",
    key: UUID | None = None,
) -> list[Allocation]:
    """Promise `quantity` base units to `reference`; return the open allocations it has now.

    It takes from the places that sell, where `actor` may move stock, or from `place` alone.

    :raises NotEnoughStock: if less is available
    :raises KeyReused: if `key` stands for another request
    """
    claim = key and idempotency.claim(
        principal=f"user:{actor.pk}",
        key=key,
        request_hash=idempotency.fingerprint(
            [MovementKind.ALLOCATE, sku.upper(), quantity, reference, place.upper()]
        ),
    )
    if not claim or claim.first:
        item = Item.objects.for_user(actor).get(sku__iexact=sku)
        at = place_to_move(place, actor).pk if place else None
        ledger.post_one(
            Request(
                MovementKind.ALLOCATE,
                (Line(item.pk, quantity, at),),
                actor=actor.pk,
                scope=movable_scope_of(actor),
                reference=reference,
            )
        )
    if claim and claim.first:
        claim.answer({"reference": reference})
    return list(Allocation.objects.for_user(actor).filter(reference=reference).order_by("pk"))


@transaction.atomic
def deallocate_stock(
    *, allocation: int, quantity: int, actor: User, key: UUID | None = None
) -> None:
    """Take `quantity` base units of an open allocation back; they are free again.

    :raises PromiseGone: if it was shipped or given back, or promises less
    :raises KeyReused: if `key` stands for another request
    """
    claim = key and idempotency.claim(
        principal=f"user:{actor.pk}",
        key=key,
        request_hash=idempotency.fingerprint([MovementKind.DEALLOCATE, allocation, quantity]),
    )
    if claim and not claim.first:
        return
    seen = Allocation.objects.for_user(actor).select_related("level")
    promise = seen.filter(pk=allocation).first()
    if promise is None:
        raise PromiseGone(PromiseGone.text)
    ledger.post_one(
        Request(
            MovementKind.DEALLOCATE,
            (Line(promise.level.item_id, quantity, promise=promise.pk),),
            actor=actor.pk,
            scope=movable_scope_of(actor),
            reference=promise.reference,
        )
    )
    if claim:
        claim.answer({})
