"""How one booking becomes a request to the ledger, and its answer is kept under its key."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction

from accounts.access import movable_scope_of
from accounts.models import User
from inventory import ledger
from inventory.ledger import Broken, Line, Request, StockError
from inventory.models import Item, MovementKind, Reason, StockMovement
from inventory.operations.lots import lot_named, lot_received
from inventory.operations.reach import place_to_move
from jobs import idempotency
from jobs.idempotency import IdempotencyError

type Refusal = StockError | IdempotencyError


@transaction.atomic
def book(
    kind: MovementKind,
    *,
    sku: str,
    place: str,
    quantity: int,
    actor: User,
    to_place: str = "",
    lot: str = "",
    expires_on: date | None = None,
    reason: str = "",
    reference: str = "",
    note: str = "",
    effective_at: datetime | None = None,
    promise: int | None = None,
    seen: int | None = None,
    accepts: frozenset[Broken] | None = frozenset(),
    key: UUID | None = None,
) -> StockMovement:
    """Book one line of one item; codes as people say them. Return its ledger line.

    A lot that comes in is made when it is new; of what is taken it may be left open.

    The same `key` books once: the second time the first line is returned.

    :raises StockError: if a stock rule says no, or `actor` may not move what stands there
    :raises KeyReused: if `key` stands for another request
    """
    claim = claimed(
        actor,
        key,
        kind,
        sku=sku.upper(),
        place=place.upper(),
        to_place=to_place.upper(),
        lot=lot.upper(),
        expires_on=expires_on,
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
    at = place_to_move(place, actor).pk
    line = Line(
        item.pk,
        quantity,
        at,
        lot=_lot(kind, item, lot, expires_on, actor) if lot else None,
        promise=promise,
        to_place=place_to_move(to_place, actor).pk if to_place else None,
        seen=seen,
    )
    return posted(
        Request(
            kind,
            (line,),
            actor=actor.pk,
            scope=movable_scope_of(actor),
            reference=reference,
            reason=Reason.objects.get(code=reason).pk if reason else None,
            note=note,
            effective_at=effective_at,
            accepts=accepts,
        ),
        claim,
    )


def _lot(kind: MovementKind, item: Item, code: str, expires_on: date | None, actor: User) -> int:
    comes = kind in (MovementKind.RECEIVE, MovementKind.RETURN)
    if comes and item.tracks_lots:
        return lot_received(item, code, expires_on).pk
    return lot_named(item, code, actor).pk


def claimed(
    actor: User, key: UUID | None, kind: MovementKind, **asked: Any
) -> idempotency.Claim | None:
    """Claim `key` for what is asked, if there is one."""
    if key is None:
        return None
    return idempotency.claim(
        principal=f"user:{actor.pk}",
        key=key,
        request_hash=idempotency.fingerprint([kind, asked]),
    )


def one_of_many(
    act: Callable[..., StockMovement], *, key: UUID, of: tuple[str, str]
) -> StockMovement | Refusal:
    """Do one of several bookings that were sent as one; return its line, or why it was refused.

    It has a key of its own, that comes of the one that was sent and of the SKU and lot that it is
    `of`: none is booked twice, and none keeps another back.
    """
    # No code holds a line break, so no two of them share a name.
    name = "\n".join(of).upper()
    try:
        return act(key=uuid5(key, name))
    except (StockError, IdempotencyError) as refusal:
        return refusal


def posted(request: Request, claim: idempotency.Claim | None) -> StockMovement:
    """Post a request, keep its answer under its key, and return the line of its goods.

    :raises StockError: if a stock rule says no
    """
    movement = ledger.post_one(request).movements[-1]  # promises that gave way stand before it
    if claim:
        claim.answer({"movement": movement})
    return StockMovement.objects.select_related("level").get(pk=movement)
