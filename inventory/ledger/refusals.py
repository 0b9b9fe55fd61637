"""The stock rules, as the errors that say which one was broken."""

from inventory.ledger.request import Refused, Shortage


class StockError(Exception):
    """A stock rule said no. The text is fit to show, `code` is for machines."""

    code = "stock_refused"

    def __init__(self, text: str, shortages: tuple[Shortage, ...] = ()) -> None:
        super().__init__(text)
        self.shortages = shortages


class NotEnoughStock(StockError):
    code = "not_enough_stock"


class PlaceIsStructural(StockError):
    code = "place_is_structural"


class ItemNotStocked(StockError):
    code = "item_not_stocked"


class QuantityOutOfRange(StockError):
    code = "quantity_out_of_range"


class AlreadyReversed(StockError):
    code = "already_reversed"


class NotReversible(StockError):
    code = "not_reversible"


class NotYet(StockError):
    code = "not_yet"


class LevelChanged(StockError):
    """Raised by an operation that was told which version its caller had seen."""

    code = "level_changed"


_BY_CODE = {error.code: error for error in StockError.__subclasses__()}


def error_of(refused: Refused) -> StockError:
    """The refusal as the error of its rule."""
    return _BY_CODE[refused.code](refused.text, refused.shortages)
