"""Bringing goods to another place: one item, a load of several, or all that stands somewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import batched
from uuid import UUID

from django.db import OperationalError
from psycopg.errors import LockNotAvailable, QueryCanceled

from accounts.access import movable_scope_of
from accounts.models import User
from inventory import ledger
from inventory.ledger import (
    Broken,
    Line,
    Outcome,
    Refused,
    Request,
    SamePlace,
    StockError,
    TooBusy,
)
from inventory.models import MovementKind, StockLevel, StockMovement
from inventory.operations.booking import Refusal, book, one_of_many
from inventory.operations.reach import place_to_move

A_CHUNK = 200  # levels a transaction, so that no lock is held long


@dataclass(frozen=True, slots=True)
class Left:
    """What still stands where it stood, and why; `breaks` are the promises that stand on it."""

    sku: str
    lot: str
    quantity: int
    why: str
    breaks: tuple[Broken, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Portion:
    """What of a load is of one item, in base units; `lot` may be left open."""

    sku: str
    lot: str
    quantity: int


def move_load(
    *,
    place: str,
    to_place: str,
    portions: Iterable[Portion],
    actor: User,
    key: UUID,
    accepts: frozenset[Broken] | None = frozenset(),
) -> list[StockMovement | Refusal]:
    """Bring several items to another place; return of each its ledger line there, or why not.

    Each is booked on its own, under a key of its own that comes of `key`: sent again, what was
    booked already is answered with its line.
    """
    return [
        one_of_many(
            partial(
                move_stock,
                sku=portion.sku,
                lot=portion.lot,
                place=place,
                to_place=to_place,
                quantity=portion.quantity,
                actor=actor,
                accepts=accepts,
            ),
            key=key,
            of=(portion.sku, portion.lot),
        )
        for portion in portions
    ]


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

    :raises SamePlace: if it is the same place
    """
    source = place_to_move(place, actor)
    target = place_to_move(to_place, actor)
    if source == target:
        raise SamePlace(f"It stands at {source} already. Where to?")
    standing = StockLevel.objects.for_user(actor).filter(location=source, on_hand__gt=0)
    refusals: dict[int, Refused] = {}
    levels = list(standing.select_related("item", "lot").order_by("item_id", "pk"))
    for chunk in batched(levels, A_CHUNK):
        requests = [
            Request(
                MovementKind.MOVE,
                (
                    Line(
                        level.item_id,
                        level.on_hand,
                        source.pk,
                        lot=level.lot_id,
                        to_place=target.pk,
                    ),
                ),
                actor=actor.pk,
                scope=movable_scope_of(actor),
                note=note,
                group=key,
                accepts=accepts,
            )
            for level in chunk
        ]
        for level, outcome in zip(chunk, _posted(requests), strict=True):
            if isinstance(outcome, Refused):
                refusals[level.pk] = outcome
    # Whoever pressed twice is not told of what went with the first.
    now = dict(standing.filter(pk__in=refusals).values_list("pk", "on_hand"))
    return Moved(len(levels) - len(refusals), _left(levels, refusals, now))


def _left(
    levels: Sequence[StockLevel], refusals: dict[int, Refused], now: dict[int, int]
) -> tuple[Left, ...]:
    return tuple(
        Left(
            sku=level.item.sku,
            lot=level.lot.code if level.lot else "",
            quantity=now[level.pk],
            why=refusals[level.pk].text,
            breaks=refusals[level.pk].breaks,
        )
        for level in levels
        if level.pk in now
    )


def _posted(requests: list[Request]) -> Sequence[Outcome]:
    """Post one chunk; what stops it as a whole refuses each of its requests."""
    try:
        return ledger.post(requests)
    except StockError as refusal:
        stopped = Refused(refusal.code, str(refusal))
    except OperationalError as failure:
        if not isinstance(failure.__cause__, LockNotAvailable | QueryCanceled):
            raise
        stopped = Refused(TooBusy.code, "Others are booking there just now. Press again.")
    return [stopped] * len(requests)
