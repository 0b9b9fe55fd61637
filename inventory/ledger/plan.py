"""The decision: what is written for what is asked. No I/O, no clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from inventory.ledger import goods, promises
from inventory.ledger.draft import Draft, Posting, Running, running
from inventory.ledger.refusals import (
    AlreadyReversed,
    ItemNotStocked,
    LotMissing,
    LotUnwanted,
    NotReversible,
    NotYet,
    NotYours,
    PlaceIsStructural,
    QuantityOutOfRange,
    SamePlace,
    short_of,
    would_break,
)
from inventory.ledger.request import Broken, Line, NewHold, Refused, Request, Shortage
from inventory.ledger.stock import OpenAllocation, StandingHold, Stock
from inventory.models.movement import PROMISES, QUANTITY_MAX, REVERSIBLE, MovementKind


@dataclass(frozen=True, slots=True)
class Planned:
    """What comes of a request: how many postings, which hold, whether it stood already, and which
    promises gave way.
    """

    postings: int
    hold: int | None = None
    replayed: bool = False
    broken: tuple[Broken, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written, in order, and what comes of each request.

    `holds` and `allocations` are those that changed, as they are afterwards; what has no id yet
    has a negative number, and its details in `new_holds`. An allocation that is gone is None.
    """

    postings: tuple[Posting, ...]
    outcomes: tuple[Refused | Planned, ...]
    holds: dict[int, StandingHold]
    new_holds: dict[int, NewHold]
    allocations: dict[int, OpenAllocation | None]


# Clocks of machines differ a little; an hour ahead is a mistake.
_CLOCK_SKEW = timedelta(minutes=5)


def plan(requests: Sequence[Request], stock: Stock, *, now: datetime) -> Plan:
    """Decide what is written for `requests`, in order; no I/O, no clock, nothing changed in place.

    `stock` is what the locking SELECTs returned, `now` the database's. Later requests see what
    earlier ones took; what one request wants of a level is summed before it is checked. A hold
    never reads other holds.
    """
    left = running(stock)
    postings: list[Posting] = []
    outcomes: list[Refused | Planned] = []
    holds: dict[int, StandingHold] = {}
    allocations: dict[int, OpenAllocation | None] = {}
    for request in requests:
        draft = Draft(request, left)
        refused = _misfit(request, left, now) or _WRITERS[request.kind](draft, now)
        refused = refused or _beyond_scope(draft) or _shortage(draft)
        if refused := refused or would_break(draft.broken, request.accepts):
            outcomes.append(refused)
            continue
        draft.accept()
        postings += draft.postings
        holds |= draft.holds
        allocations |= draft.allocations
        outcomes.append(
            Planned(len(draft.postings), draft.hold, draft.replayed, tuple(draft.broken))
        )
    return Plan(tuple(postings), tuple(outcomes), holds, left.new_holds, allocations)


def _misfit(request: Request, left: Running, now: datetime) -> Refused | None:
    """Tell why a request cannot be right whatever the quantities are, if so."""
    if request.effective_at and request.effective_at > now + _CLOCK_SKEW:
        return Refused(NotYet.code, "That is in the future. Book it when it has happened.")
    if request.kind == MovementKind.REVERSE:
        return _not_reversible(request, left)
    for line in request.lines:
        if not _quantity_fits(request.kind, line.quantity):
            return Refused(
                QuantityOutOfRange.code,
                f"Between 1 and {QUANTITY_MAX:,} base units in one line, please.",
            )
        if request.kind == MovementKind.RELABEL:
            continue
        if refused := _cannot_stand(request.kind, line, left):
            return refused
    return None


def _cannot_stand(kind: MovementKind, line: Line, left: Running) -> Refused | None:
    article = left.articles[line.item]
    if not article.stocked:
        return Refused(ItemNotStocked.code, f"{article.sku} is not kept in stock, only sold.")
    if refused := _wrong_lot(kind, line, article.tracked, article.sku):
        return refused
    if kind in PROMISES:
        return None
    if line.place is not None and line.place == line.to_place:
        code = left.places[line.place].code
        return Refused(SamePlace.code, f"It stands at {code} already. Where to?")
    for place in (line.place, line.to_place):
        if place is not None and left.places[place].structural:
            return Refused(
                PlaceIsStructural.code,
                f"Nothing can stand at {left.places[place].code}: it only groups other places. "
                "Choose a place inside it.",
            )
    return None


def _wrong_lot(kind: MovementKind, line: Line, tracked: bool, sku: str) -> Refused | None:
    if line.lot is not None and not tracked:
        return Refused(LotUnwanted.code, f"{sku} is not tracked by lot.")
    brings = kind in (MovementKind.RECEIVE, MovementKind.RETURN, MovementKind.COUNT)
    if kind == MovementKind.ADJUST:
        brings = line.quantity > 0
    if tracked and brings and line.lot is None:
        return Refused(LotMissing.code, f"Which lot of {sku}? It is on the package.")
    return None


def _quantity_fits(kind: MovementKind, quantity: int) -> bool:
    if kind == MovementKind.RELABEL:
        return quantity == 0
    if kind == MovementKind.COUNT:
        return 0 <= quantity <= QUANTITY_MAX
    if kind == MovementKind.ADJUST:
        return quantity != 0 and -QUANTITY_MAX <= quantity <= QUANTITY_MAX
    return 1 <= quantity <= QUANTITY_MAX


def _not_reversible(request: Request, left: Running) -> Refused | None:
    origins = []
    for line in request.lines:
        origin = left.origins.get(line.reverses or 0)
        if origin is None or origin.kind not in REVERSIBLE:
            return Refused(
                NotReversible.code,
                "Only a receipt, shipment, return, adjustment or move can be reversed. "
                "Book what sets it right instead.",
            )
        if origin.reversed_already or line.reverses in left.reversed:
            return Refused(AlreadyReversed.code, "This line has been reversed already.")
        if origin.change.on_hand < 0 and (
            refused := _cannot_stand(request.kind, line, left)
        ):  # it would bring back what was taken
            return refused
        origins.append(origin)
    return goods.halves_fit(origins)


_WRITERS: dict[MovementKind, Callable[[Draft, datetime], Refused | None]] = {
    MovementKind.RECEIVE: goods.bring,
    MovementKind.RETURN: goods.bring,
    MovementKind.RELABEL: goods.bring,
    MovementKind.SHIP: goods.ship,
    MovementKind.ADJUST: goods.adjust,
    MovementKind.COUNT: goods.count,
    MovementKind.MOVE: goods.move,
    MovementKind.QUARANTINE: goods.quarantine,
    MovementKind.RESTORE: goods.restore,
    MovementKind.SCRAP: goods.scrap,
    MovementKind.REVERSE: goods.reverse,
    MovementKind.HOLD: promises.hold,
    MovementKind.RELEASE: promises.release,
    MovementKind.EXPIRE: promises.expire,
    MovementKind.CONFIRM: promises.confirm,
    MovementKind.ALLOCATE: promises.allocate,
    MovementKind.DEALLOCATE: promises.deallocate,
}


def _beyond_scope(draft: Draft) -> Refused | None:
    """The last net of rights by place. It names no place: the person may not even see it."""
    places, scope = draft.base.places, draft.request.scope
    if all(places[place].is_in(scope) for _, place, _ in draft.levels):
        return None
    return Refused(
        NotYours.code,
        "It stands where you may not move stock, or a part of it does. "
        "Ask somebody who may, or an Admin for a grant.",
    )


def _shortage(draft: Draft) -> Refused | None:
    base = draft.base
    short = []
    for key, below_zero in draft.lowest.items():
        if below_zero >= 0:
            continue
        before = base.levels.get(key)
        available = before.balance.available if before else 0
        short.append(
            Shortage(
                sku=base.articles[key.item].sku,
                place=base.places[key.place].code,
                wanted=available - below_zero,
                available_now=available,
            )
        )
    return short_of(short) if short else None
