"""What may change in the stockroom: one function for each thing the business does."""

from inventory.ledger import (
    AlreadyReversed,
    HoldBroken,
    HoldEnded,
    ItemNotStocked,
    KeyTaken,
    LevelChanged,
    NoSuchLine,
    NotEnoughStock,
    NotReversible,
    NotYet,
    PlaceIsStructural,
    PromiseGone,
    QuantityOutOfRange,
    StockError,
)
from inventory.operations.allocations import allocate_stock, deallocate_stock
from inventory.operations.holds import (
    change_hold,
    confirm_hold,
    expire_holds,
    extend_hold,
    hold_stock,
    release_hold,
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
    "HoldBroken",
    "HoldEnded",
    "ItemNotStocked",
    "ItemRefused",
    "KeyTaken",
    "LevelChanged",
    "NoSuchLine",
    "NotEnoughStock",
    "NotReversible",
    "NotYet",
    "PictureRefused",
    "PlaceIsStructural",
    "PlaceRefused",
    "PromiseGone",
    "QuantityOutOfRange",
    "SkuTaken",
    "StockError",
    "adjust_stock",
    "allocate_stock",
    "change_hold",
    "check_ledger",
    "confirm_hold",
    "create_item",
    "deallocate_stock",
    "expire_holds",
    "extend_hold",
    "hold_stock",
    "keep_picture",
    "note_stock_change",
    "receive_stock",
    "refresh_low_stock",
    "release_hold",
    "return_stock",
    "reverse_movement",
    "save_place",
    "set_picture",
    "ship_stock",
]
