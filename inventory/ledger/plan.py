"""The decision: what is written for what is asked. No I/O, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inventory.ledger.refusals import (
    AlreadyReversed,
    ItemNotStocked,
    NotEnoughStock,
    NotReversible,
    NotYet,
    PlaceIsStructural,
    QuantityOutOfRange,
)
from inventory.ledger.request import Line, Refused, Request, Shortage
from inventory.ledger.stock import Balance, Level, Stock
from inventory.models.movement import QUANTITY_MAX, MovementKind


@dataclass(frozen=True, slots=True)
class Posting:
    """One movement to write: which level, the change, and the balance and version after it.

    `sells` tells whether what stands there can be sold, so counts as available.
    """

    request: Request
    level: int
    change: Balance
    after: Balance
    version: int
    sells: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written, in order; for each request its refusal or how many postings it has."""

    postings: tuple[Posting, ...]
    outcomes: tuple[Refused | int, ...]


_REVERSIBLE = frozenset(
    {MovementKind.RECEIVE, MovementKind.RETURN, MovementKind.SHIP, MovementKind.ADJUST}
)
# Clocks of machines differ a little; an hour ahead is a mistake.
_CLOCK_SKEW = timedelta(minutes=5)


def plan(requests: Sequence[Request], stock: Stock, *, now: datetime) -> Plan:
    """Decide what is written for `requests`, in order; no I/O, no clock, nothing changed in place.

    `stock` is what the locking SELECT returned, `now` the database's. Later requests see what
    earlier ones took; what one request wants of a level is summed before it is checked.
    """
    levels = dict(stock.levels)
    postings: list[Posting] = []
    outcomes: list[Refused | int] = []
    for request in requests:
        planned = _planned(request, stock, levels, now)
        if isinstance(planned, Refused):
            outcomes.append(planned)
            continue
        for posting, key in planned:
            levels[key] = Level(posting.level, posting.after, posting.version)
            postings.append(posting)
        outcomes.append(len(planned))
        if request.reverses is not None:
            stock = _with_reversed(stock, request.reverses)
    return Plan(tuple(postings), tuple(outcomes))


type _Keyed = tuple[Posting, tuple[int, int]]


def _planned(
    request: Request, stock: Stock, levels: dict[tuple[int, int], Level], now: datetime
) -> list[_Keyed] | Refused:
    refusal = _misfit(request, stock, now)
    if refusal:
        return refusal
    written: dict[tuple[int, int], Level] = {}
    lowest: dict[tuple[int, int], int] = {}
    planned: list[_Keyed] = []
    for line in request.lines:
        key = (line.item, line.place)
        before = written.get(key) or levels.get(key) or Level(0, Balance(), 0)
        change = _change(request, line, stock)
        level = Level(before.id, before.balance + change, before.version + 1)
        written[key] = level
        lowest[key] = min(lowest.get(key, 0), level.balance.available)
        sells = line.place not in stock.not_sold
        posting = Posting(request, level.id, change, level.balance, level.version, sells)
        planned.append((posting, key))
    shortages = tuple(
        _shortage(key, levels.get(key), below_zero, stock)
        for key, below_zero in lowest.items()
        if below_zero < 0
    )
    if shortages:
        return Refused(NotEnoughStock.code, _told(shortages), shortages)
    return planned


def _misfit(request: Request, stock: Stock, now: datetime) -> Refused | None:
    """Tell why a request cannot be right whatever the quantities are, if so."""
    if request.effective_at and request.effective_at > now + _CLOCK_SKEW:
        return Refused(NotYet.code, "That is in the future. Book it when it has happened.")
    if request.kind == MovementKind.REVERSE:
        return _not_reversible(request, stock)
    for line in request.lines:
        if not _quantity_fits(request.kind, line.quantity):
            return Refused(
                QuantityOutOfRange.code,
                f"Between 1 and {QUANTITY_MAX:,} base units in one line, please.",
            )
        if request.kind == MovementKind.RELABEL:
            continue
        if refused := _cannot_stand(line, stock):
            return refused
    return None


def _cannot_stand(line: Line, stock: Stock) -> Refused | None:
    if line.item in stock.not_stocked:
        return Refused(
            ItemNotStocked.code, f"{stock.skus[line.item]} is not kept in stock, only sold."
        )
    if line.place in stock.structural:
        return Refused(
            PlaceIsStructural.code,
            f"Nothing can stand at {stock.codes[line.place]}: it only groups other places. "
            "Choose a place inside it.",
        )
    return None


def _quantity_fits(kind: MovementKind, quantity: int) -> bool:
    if kind == MovementKind.RELABEL:
        return quantity == 0
    if kind == MovementKind.ADJUST:
        return quantity != 0 and -QUANTITY_MAX <= quantity <= QUANTITY_MAX
    return 1 <= quantity <= QUANTITY_MAX


def _not_reversible(request: Request, stock: Stock) -> Refused | None:
    origin = stock.origins.get(request.reverses or 0)
    if origin is None or origin.kind not in _REVERSIBLE:
        return Refused(
            NotReversible.code,
            "Only a receipt, shipment, return or adjustment can be reversed. "
            "Book an adjustment instead.",
        )
    if origin.reversed_already:
        return Refused(AlreadyReversed.code, "This line has been reversed already.")
    if origin.change.on_hand < 0:  # it would bring back what was taken
        return next(filter(None, (_cannot_stand(line, stock) for line in request.lines)), None)
    return None


def _change(request: Request, line: Line, stock: Stock) -> Balance:
    if request.kind == MovementKind.REVERSE:
        return -stock.origins[request.reverses or 0].change
    if request.kind == MovementKind.SHIP:
        return Balance(on_hand=-line.quantity)
    return Balance(on_hand=line.quantity)


def _shortage(
    key: tuple[int, int], before: Level | None, below_zero: int, stock: Stock
) -> Shortage:
    available = before.balance.available if before else 0
    return Shortage(
        sku=stock.skus[key[0]],
        place=stock.codes[key[1]],
        wanted=available - below_zero,
        available_now=available,
    )


def _with_reversed(stock: Stock, movement: int) -> Stock:
    """The same stock for the requests that follow: this movement cannot be reversed again."""
    origin = replace(stock.origins[movement], reversed_already=True)
    return replace(stock, origins={**stock.origins, movement: origin})


def _told(shortages: tuple[Shortage, ...]) -> str:
    first = shortages[0]
    text = (
        f"{first.available_now:,} of {first.sku} can be taken from {first.place}, "
        f"not {first.wanted:,}."
    )
    if len(shortages) > 1:
        text += f" {len(shortages) - 1} more fall short too."
    return text
