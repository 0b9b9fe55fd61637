"""Bringing goods to another place: one item, or all that stands somewhere."""

from dataclasses import dataclass
from itertools import batched
from uuid import UUID

from django.db import OperationalError
from psycopg.errors import LockNotAvailable, QueryCanceled

from accounts.access import movable_scope_of
from accounts.models import User
from inventory import ledger
from inventory.ledger import Broken, Line, Refused, Request, StockError
from inventory.models import MovementKind, StockLevel, StockMovement
from inventory.operations.booking import book
from inventory.operations.reach import place_to_move

A_CHUNK = 200  # levels a transaction, so that no lock is held long


@dataclass(frozen=True, slots=True)
class Left:
    """What still stands where it stood, and why."""

    sku: str
    quantity: int
    why: str


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of a move of everything: how many items went, and what was left behind."""

    items: int
    left: tuple[Left, ...]


def move_stock(
    *,
    sku: str,
    place: str,
    to_place: str,
    quantity: int,
    actor: User,
    lot: str = "",
    reference: str = "",
    note: str = "",
    accepts: frozenset[Broken] | None = frozenset(),
    key: UUID | None = None,
) -> StockMovement:
    """Bring `quantity` base units to another place; return the ledger line there.

    What is free goes first. Promises go along, and break where nothing can be sold, if the caller
    `accepts` those that it would break.

    :raises NotEnoughStock: if fewer stand there
    :raises WouldBreak: if promises would have to give way that the caller does not accept to break
    :raises StockError: if nothing can stand at `to_place`, or it is the same place
    :raises KeyReused: if `key` stands for another request
    """
    return book(
        MovementKind.MOVE,
        sku=sku,
        place=place,
        to_place=to_place,
        quantity=quantity,
        actor=actor,
        lot=lot,
        reference=reference,
        note=note,
        accepts=accepts,
        key=key,
    )


def move_everything(
    *,
    place: str,
    to_place: str,
    actor: User,
    key: UUID,
    note: str = "",
    accepts: frozenset[Broken] | None = frozenset(),
) -> Moved:
    """Bring all that stands at a place to another, up to 200 items a transaction.

    An item that is refused stays, the others go; a chunk that fails leaves what moved before it.
    Asked again it moves what stands there then, so that nothing goes twice. The lines share `key`
    as their group.
    """
    source = place_to_move(place, actor)
    target = place_to_move(to_place, actor)
    standing = StockLevel.objects.for_user(actor).filter(location=source, on_hand__gt=0)
    left: list[Left] = []
    levels = list(standing.select_related("item").order_by("item_id"))
    for chunk in batched(levels, A_CHUNK):
        requests = [
            Request(
                MovementKind.MOVE,
                (Line(level.item_id, level.on_hand, source.pk, to_place=target.pk),),
                actor=actor.pk,
                scope=movable_scope_of(actor),
                note=note,
                group=key,
                accepts=accepts,
            )
            for level in chunk
        ]
        whys = _why_not(requests)
        left += [
            Left(level.item.sku, level.on_hand, why)
            for level, why in zip(chunk, whys, strict=True)
            if why
        ]
    return Moved(len(levels) - len(left), tuple(left))


def _why_not(requests: list[Request]) -> list[str]:
    """Post one chunk; tell of each request why it was refused, or nothing."""
    try:
        outcomes = ledger.post(requests)
    except StockError as refusal:
        return [str(refusal)] * len(requests)
    except OperationalError as failure:
        if not isinstance(failure.__cause__, LockNotAvailable | QueryCanceled):
            raise
        return ["Others are booking there just now. Press again."] * len(requests)
    return [outcome.text if isinstance(outcome, Refused) else "" for outcome in outcomes]
