from inventory.admin.catalogue import BarcodeAdmin, CategoryAdmin, ItemAdmin, UnitAdmin
from inventory.admin.grants import GrantAdmin
from inventory.admin.ledger import (
    LedgerCheckAdmin,
    LowStockAdmin,
    StockLevelAdmin,
    StockMovementAdmin,
)
from inventory.admin.places import LocationAdmin, ReasonAdmin

__all__ = [
    "BarcodeAdmin",
    "CategoryAdmin",
    "GrantAdmin",
    "ItemAdmin",
    "LedgerCheckAdmin",
    "LocationAdmin",
    "LowStockAdmin",
    "ReasonAdmin",
    "StockLevelAdmin",
    "StockMovementAdmin",
    "UnitAdmin",
]
