"""Setting right what was counted."""

from uuid import UUID

from accounts.models import User
from inventory.ledger import Broken
from inventory.models import MovementKind, StockMovement
from inventory.operations.booking import book


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
