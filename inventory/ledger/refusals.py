"""The stock rules, as the errors that say which one was broken."""

from collections.abc import Sequence

from django.db import IntegrityError

from inventory.ledger.request import Broken, Refused, Shortage
from inventory.models.constraint import constraint_of


class StockError(Exception):
    """A stock rule said no. The text is fit to show, `code` is for machines."""

    code = "stock_refused"

    def __init__(
        self,
        text: str,
        shortages: tuple[Shortage, ...] = (),
        breaks: tuple[Broken, ...] = (),
    ) -> None:
        super().__init__(text)
        self.shortages = shortages
        self.breaks = breaks


class NotEnoughStock(StockError):
    code = "not_enough_stock"


class WouldBreak(StockError):
    """Promises stand on these goods, and the caller has not accepted to break them."""

    code = "breaks_promises"


class TooBusy(StockError):
    """New promises came in faster than they could be locked."""

    code = "too_busy"


class SamePlace(StockError):
    code = "same_place"


class PlaceIsStructural(StockError):
    code = "place_is_structural"


class ItemNotStocked(StockError):
    code = "item_not_stocked"


class LotMissing(StockError):
    """An item that is tracked by lot comes in, or is counted, without one."""

    code = "lot_missing"


class LotUnwanted(StockError):
    """A lot was named of an item that is not tracked by lot."""

    code = "lot_unwanted"


class QuantityOutOfRange(StockError):
    code = "quantity_out_of_range"


class AlreadyReversed(StockError):
    code = "already_reversed"


class NotReversible(StockError):
    code = "not_reversible"


class NotYet(StockError):
    code = "not_yet"


class HoldEnded(StockError):
    code = "hold_ended"


class HoldBroken(StockError):
    """Less is left of a hold than was asked; the shortages tell what is left."""

    code = "hold_broken"


class PromiseGone(StockError):
    """An allocation was used up, or holds less than is asked of it."""

    code = "promise_gone"
    text = "That promise is gone: it was shipped or given back."


class NoSuchLine(StockError):
    """A hold has no line of this number."""

    code = "no_such_line"


class KeyTaken(StockError):
    """The key of a hold stands for another request."""

    code = "key_reused"
    text = "This key was used for something else. Open the form again and send it anew."


class NotYours(StockError):
    """Somebody may see a place, but not move what stands there."""

    code = "not_yours"


class LevelChanged(StockError):
    """What is on hand is no longer what whoever counted had seen."""

    code = "level_changed"


def short_of(shortages: Sequence[Shortage]) -> Refused:
    """The refusal for want of stock, with all that falls short."""
    first = shortages[0]
    if first.place:
        text = f"{first.available_now:,} of {first.sku} can be taken from {first.place}"
    else:
        text = f"{first.available_now:,} available of {first.sku}"
    text += f", not {first.wanted:,}."
    if others := len(shortages) - 1:
        text += f" {others} more fall short too." if others > 1 else " 1 more falls short too."
    return Refused(NotEnoughStock.code, text, tuple(shortages))


def would_break(breaks: Sequence[Broken], accepted: frozenset[Broken] | None) -> Refused | None:
    """The refusal for promises that the caller has not accepted to break, if there are any."""
    if accepted is None or accepted.issuperset(breaks):
        return None
    quantity = sum(broken.quantity for broken in breaks)
    owners = len({broken.owner for broken in breaks})
    text = f"{quantity:,} of it {'are' if quantity > 1 else 'is'} promised"
    text += f" to {breaks[0].owner}." if owners == 1 else f", to {owners} holds or orders."
    return Refused(WouldBreak.code, text, breaks=tuple(breaks))


_BY_CODE = {error.code: error for error in StockError.__subclasses__()}


def error_of(refused: Refused) -> StockError:
    """The refusal as the error of its rule."""
    return _BY_CODE[refused.code](refused.text, refused.shortages, refused.breaks)


# What the tables of the ledger refuse when somebody was faster than the facts that were read. Any
# other constraint can only be broken by a mistake of ours, which must be heard of.
_BY_CONSTRAINT: dict[str, tuple[type[StockError], str]] = {
    "stock_level_not_on_structural": (
        PlaceIsStructural,
        "Nothing can stand there any more: somebody has just made it a place that only groups "
        "others. Choose a place inside it.",
    ),
    "stock_level_keeps_promises": (NotEnoughStock, "More is promised there than is on hand."),
    "stock_movement_keeps_promises": (NotEnoughStock, "More is promised there than is on hand."),
    "stock_movement_in_range": (QuantityOutOfRange, "That is too much for one line."),
    "inventory_stockmovement_reversal_of_id_key": (
        AlreadyReversed,
        "This line has been reversed already.",
    ),
}


def error_behind(broken: IntegrityError) -> StockError | None:
    """The rule that a constraint or trigger has kept, as its error; None if it is no such rule."""
    kept = _BY_CONSTRAINT.get(constraint_of(broken))
    if kept is None:
        return None
    error, text = kept
    return error(text)


def is_a_race(broken: IntegrityError) -> bool:
    """Whether the same key was used at the same moment: read again, the other one stands there."""
    return constraint_of(broken) == "hold_principal_key_unique"
