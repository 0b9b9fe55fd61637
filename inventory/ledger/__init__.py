"""The one door to quantities: whatever changes stock passes through here.

`plan` decides and touches nothing; `post` locks, plans, writes deltas, and says what came of it.
Three nets hold every change: the row lock in one order, the version seen under it, and the CHECKs
of the tables.
"""

from inventory.ledger.plan import plan
from inventory.ledger.refusals import (
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
from inventory.ledger.request import Done, Line, Outcome, Refused, Request, Shortage
from inventory.ledger.shell import post, post_one
from inventory.ledger.stock import Balance, Level, Origin, Stock

__all__ = [
    "AlreadyReversed",
    "Balance",
    "Done",
    "ItemNotStocked",
    "Level",
    "LevelChanged",
    "Line",
    "NotEnoughStock",
    "NotReversible",
    "NotYet",
    "Origin",
    "Outcome",
    "PlaceIsStructural",
    "QuantityOutOfRange",
    "Refused",
    "Request",
    "Shortage",
    "Stock",
    "StockError",
    "plan",
    "post",
    "post_one",
]
