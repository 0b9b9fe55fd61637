"""What may change in the stockroom: one function for each thing the business does."""

from inventory.ledger import (
    AlreadyReversed,
    ItemNotStocked,
    LevelChanged,
    NotEnoughStock,
    NotReversible,
    NotYet,
    PlaceIsStructural,
    QuantityOutOfRange,
    StockError,
)
from inventory.operations.items import BarcodeTaken, ItemRefused, SkuTaken, create_item
from inventory.operations.ledger_checks import check_ledger
from inventory.operations.low_stock import note_stock_change, refresh_low_stock
from inventory.operations.pictures import PictureRefused, keep_picture, set_picture
from inventory.operations.places import PlaceRefused, save_place
from inventory.operations.stock import (
    adjust_stock,
    receive_stock,
    return_stock,
    reverse_movement,
    ship_stock,
)

__all__ = [
    "AlreadyReversed",
    "BarcodeTaken",
    "ItemNotStocked",
    "ItemRefused",
    "LevelChanged",
    "NotEnoughStock",
    "NotReversible",
    "NotYet",
    "PictureRefused",
    "PlaceIsStructural",
    "PlaceRefused",
    "QuantityOutOfRange",
    "SkuTaken",
    "StockError",
    "adjust_stock",
    "check_ledger",
    "create_item",
    "keep_picture",
    "note_stock_change",
    "receive_stock",
    "refresh_low_stock",
    "return_stock",
    "reverse_movement",
    "save_place",
    "set_picture",
    "ship_stock",
]
