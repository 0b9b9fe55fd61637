from inventory.models.allocation import Allocation
from inventory.models.barcode import Barcode
from inventory.models.category import Category
from inventory.models.grant import Grant
from inventory.models.hold import Hold, HoldLine, HoldStatus
from inventory.models.item import Item, ItemStatus, Tracking
from inventory.models.ledger_check import LedgerCheck, LedgerMark
from inventory.models.level import StockLevel
from inventory.models.location import Location, LocationKind
from inventory.models.lot import Lot
from inventory.models.low_stock import LowStock
from inventory.models.movement import MovementKind, StockMovement
from inventory.models.note import MovementNote
from inventory.models.pack import Pack
from inventory.models.picture import Picture
from inventory.models.reason import Reason
from inventory.models.sales_line import SalesLine
from inventory.models.unit import Unit

__all__ = [
    "Allocation",
    "Barcode",
    "Category",
    "Grant",
    "Hold",
    "HoldLine",
    "HoldStatus",
    "Item",
    "ItemStatus",
    "LedgerCheck",
    "LedgerMark",
    "Location",
    "LocationKind",
    "Lot",
    "LowStock",
    "MovementKind",
    "MovementNote",
    "Pack",
    "Picture",
    "Reason",
    "SalesLine",
    "StockLevel",
    "StockMovement",
    "Tracking",
    "Unit",
]
