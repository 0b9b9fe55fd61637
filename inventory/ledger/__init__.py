"""The one door to quantities: whatever changes stock passes through here.

`plan` decides and touches nothing; `post` locks, plans, writes deltas, and says what came of it.
Three nets hold every change: the row lock in one order, the version seen under it, and the CHECKs
of the tables.
"""

from inventory.ledger.plan import plan
from inventory.ledger.refusals import (
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
    NotYours,
    PlaceIsStructural,
    PromiseGone,
    QuantityOutOfRange,
    SamePlace,
    StockError,
    TooBusy,
    WouldBreak,
)
from inventory.ledger.request import (
    Broken,
    Done,
    Line,
    NewHold,
    Outcome,
    Refused,
    Request,
    Shortage,
)
from inventory.ledger.shell import post, post_one
from inventory.ledger.stock import (
    Article,
    Balance,
    Level,
    OpenAllocation,
    Origin,
    Part,
    Place,
    StandingHold,
    Stock,
)

__all__ = [
    "AlreadyReversed",
    "Article",
    "Balance",
    "Broken",
    "Done",
    "HoldBroken",
    "HoldEnded",
    "ItemNotStocked",
    "KeyTaken",
    "Level",
    "LevelChanged",
    "Line",
    "NewHold",
    "NoSuchLine",
    "NotEnoughStock",
    "NotReversible",
    "NotYet",
    "NotYours",
    "OpenAllocation",
    "Origin",
    "Outcome",
    "Part",
    "Place",
    "PlaceIsStructural",
    "PromiseGone",
    "QuantityOutOfRange",
    "Refused",
    "Request",
    "SamePlace",
    "Shortage",
    "StandingHold",
    "Stock",
    "StockError",
    "TooBusy",
    "WouldBreak",
    "plan",
    "post",
    "post_one",
]
