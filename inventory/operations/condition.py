"""Goods that cannot be sold as they are: set apart, restored, or thrown away."""

from uuid import UUID

from accounts.models import User
from inventory.ledger import Broken
from inventory.models import MovementKind, StockMovement
from inventory.operations.booking import book


def quarantine_stock(
    *,
    sku: str,
    place: str,
    quantity: int,
    reason: str,
    actor: User,
    lot: str = "",
    note: str = "",
    accepts: frozenset[Broken] | None = frozenset(),
    key: UUID | None = None,
) -> StockMovement:
    """Set `quantity` base units apart where they stand; `reason` is a code.

    :raises NotEnoughStock: if fewer stand there that are not set apart already
    :raises WouldBreak: if promises would have to give way that the caller does not accept to break
    :raises KeyReused: if `key` stands for another request
    """
    return book(
        MovementKind.QUARANTINE,
        sku=sku,
        place=place,
        quantity=quantity,
        reason=reason,
        actor=actor,
        lot=lot,
        note=note,
        accepts=accepts,
        key=key,
    )


def restore_stock(
    *,
    sku: str,
    place: str,
    quantity: int,
    actor: User,
    lot: str = "",
    note: str = "",
    key: UUID | None = None,
) -> StockMovement:
    """Let `quantity` base units be sold again that were set apart.

    :raises NotEnoughStock: if fewer are set apart there
    :raises KeyReused: if `key` stands for another request
    """
    return book(
        MovementKind.RESTORE,
        sku=sku,
        place=place,
        quantity=quantity,
        actor=actor,
        lot=lot,
        note=note,
        key=key,
    )


def scrap_stock(
    *,
    sku: str,
    place: str,
    quantity: int,
    reason: str,
    actor: User,
    lot: str = "",
    note: str = "",
    accepts: frozenset[Broken] | None = frozenset(),
    key: UUID | None = None,
) -> StockMovement:
    """Throw `quantity` base units away, first those set apart; `reason` is a code.

    :raises NotEnoughStock: if fewer stand there
    :raises WouldBreak: if promises would have to give way that the caller does not accept to break
    :raises KeyReused: if `key` stands for another request
    """
    return book(
        MovementKind.SCRAP,
        sku=sku,
        place=place,
        quantity=quantity,
        reason=reason,
        actor=actor,
        lot=lot,
        note=note,
        accepts=accepts,
        key=key,
    )
