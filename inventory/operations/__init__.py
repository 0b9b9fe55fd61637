"""What may change in the stockroom: one function for each thing the business does."""

from inventory.ledger import (
    AlreadyReversed,
    Broken,
    HoldBroken,
    HoldEnded,
    ItemNotStocked,
    KeyTaken,
    LevelChanged,
    LotMissing,
    LotUnwanted,
    NoSuchLine,
    NotEnoughStock,
    NotReversible,
    NotYet,
    NotYours,
    PlaceIsStructural,
    PromiseGone,
    QuantityOutOfRange,
    SamePlace,
    StockError,
    TooBusy,
    WouldBreak,
)
from inventory.operations.allocations import allocate_stock, deallocate_stock
from inventory.operations.broken_promises import tell_of_broken_promises
from inventory.operations.condition import quarantine_stock, restore_stock, scrap_stock
from inventory.operations.counts import count_stock
from inventory.operations.grants import (
    GrantRefused,
    change_grant,
    count_last_of,
    grant_place,
    take_grant,
)
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
from inventory.operations.lots import LotDiffers, NoSuchLot
from inventory.operations.low_stock import note_stock_change, refresh_low_stock
from inventory.operations.moves import Left, Moved, move_everything, move_stock
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
    "Broken",
    "GrantRefused",
    "HoldBroken",
    "HoldEnded",
    "ItemNotStocked",
    "ItemRefused",
    "KeyTaken",
    "Left",
    "LevelChanged",
    "LotDiffers",
    "LotMissing",
    "LotUnwanted",
    "Moved",
    "NoSuchLine",
    "NoSuchLot",
    "NotEnoughStock",
    "NotReversible",
    "NotYet",
    "NotYours",
    "PictureRefused",
    "PlaceIsStructural",
    "PlaceRefused",
    "PromiseGone",
    "QuantityOutOfRange",
    "SamePlace",
    "SkuTaken",
    "StockError",
    "TooBusy",
    "WouldBreak",
    "adjust_stock",
    "allocate_stock",
    "change_grant",
    "change_hold",
    "check_ledger",
    "confirm_hold",
    "count_last_of",
    "count_stock",
    "create_item",
    "deallocate_stock",
    "expire_holds",
    "extend_hold",
    "grant_place",
    "hold_stock",
    "keep_picture",
    "move_everything",
    "move_stock",
    "note_stock_change",
    "quarantine_stock",
    "receive_stock",
    "refresh_low_stock",
    "release_hold",
    "restore_stock",
    "return_stock",
    "reverse_movement",
    "save_place",
    "scrap_stock",
    "set_picture",
    "ship_stock",
    "take_grant",
    "tell_of_broken_promises",
]
