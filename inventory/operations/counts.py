"""Setting right what was counted: one item at a place, or many of them one after the other."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from accounts.models import User
from inventory.ledger import Broken
from inventory.models import MovementKind, StockMovement
from inventory.operations.booking import Refusal, book, one_of_many


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted of an item at a place, or of one of its lots; `seen` as in `count_stock`."""

    sku: str
    lot: str
    counted: int
    seen: int


def count_stock(
    *,
    sku: str,
    place: str,
    counted: int,
    seen: int,
    actor: User,
    lot: str = "",
    reason: str = "",
    note: str = "",
    accepts: frozenset[Broken] | None = frozenset(),
    key: UUID | None = None,
) -> StockMovement:
    """Correct what stands at a place to what was `counted`; return the ledger line, also of none.

    `seen` is the version of the level that whoever counted had on the page; it may have been
    promised since, but what is on hand must be the same still. What falls below promises breaks
    them, if the caller `accepts` those that it would break.

    :raises LevelChanged: if what is on hand has changed since; nothing is written
    :raises WouldBreak: if promises would have to give way that the caller does not accept to break
    :raises KeyReused: if `key` stands for another request
    """
    return book(
        MovementKind.COUNT,
        sku=sku,
        place=place,
        quantity=counted,
        seen=seen,
        actor=actor,
        lot=lot,
        reason=reason,
        note=note,
        accepts=accepts,
        key=key,
    )


def count_place(
    *,
    place: str,
    tallies: Iterable[Tally],
    actor: User,
    key: UUID,
    accepts: frozenset[Broken] | None = frozenset(),
) -> list[StockMovement | Refusal]:
    """Correct each level to what was counted of it; return its ledger line, or why it was refused.

    Each is booked on its own, under a key of its own that comes of `key`: sent again, what was
    booked already is answered with its line.
    """
    return [
        one_of_many(
            partial(
                count_stock,
                sku=tally.sku,
                lot=tally.lot,
                place=place,
                counted=tally.counted,
                seen=tally.seen,
                actor=actor,
                accepts=accepts,
            ),
            key=key,
            of=(tally.sku, tally.lot),
        )
        for tally in tallies
    ]
