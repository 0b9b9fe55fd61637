"""The sync shell: lock, plan, write. Pages, jobs and imports come in here."""

from collections.abc import Sequence
from itertools import chain

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper

from accounts.access import EVERYWHERE
from inventory.ledger import reading, writing
from inventory.ledger.plan import Plan, Planned, plan
from inventory.ledger.refusals import (
    NotEnoughStock,
    TooBusy,
    WouldBreak,
    error_behind,
    error_of,
    is_a_race,
)
from inventory.ledger.request import Done, Outcome, Refused, Request
from inventory.ledger.stock import Stock
from inventory.models.movement import MovementKind
from jobs import outbox

_TRIES = 4


def post(requests: Sequence[Request]) -> list[Outcome]:
    """Lock, plan, write, inside the caller's transaction or its own; outcomes in request order.

    A hold whose time is over refuses nobody: what would fall short is tried once more without it.

    :raises StockError: if the tables refuse what the plan allowed, time and again
    :raises TooBusy: if promises that give way change faster than they can be locked
    """
    if not requests:
        return []
    asked = list(requests)
    try:
        return _posted(asked)
    except _Overdue as overdue:
        # The rollback has freed the levels, so that all locks are taken once more and in their
        # order. No SKIP LOCKED: whoever is ending one of the holds is waited for.
        expiries = [_expiry(hold) for hold in overdue.holds]
        return _posted([*expiries, *asked], reclaims=False)[len(expiries) :]


def post_one(request: Request) -> Done:
    """`post([request])` for operations.

    :raises StockError: the refusal, as its own class (NotEnoughStock, HoldEnded, …), fit to show
    """
    [outcome] = post([request])
    if isinstance(outcome, Refused):
        raise error_of(outcome)
    return outcome


class _Overdue(Exception):
    """Holds that should have ended stand in the way of a request."""

    def __init__(self, holds: list[int]) -> None:
        super().__init__(holds)
        self.holds = holds


def _posted(asked: Sequence[Request], *, reclaims: bool = True) -> list[Outcome]:
    # Somebody may be faster than what we read, as when a place was made structural or the key of a
    # hold was used meanwhile. What is read anew shows it, so that only the request concerned is
    # refused.
    touched: frozenset[int] = frozenset()
    for left in reversed(range(_TRIES)):
        try:
            return _tried(asked, touched, reclaims=reclaims)
        except reading.Stale as stale:
            touched |= stale.holds
            if not left:
                raise TooBusy(
                    "Others promise these goods faster than this can be booked. Try again."
                ) from stale
        except IntegrityError as broken:
            refusal = error_behind(broken)
            if refusal is None and not is_a_race(broken):
                raise
            if not left:
                raise refusal or broken from broken
    raise AssertionError


@transaction.atomic
def _tried(asked: Sequence[Request], touched: frozenset[int], *, reclaims: bool) -> list[Outcome]:
    with connection.cursor() as cursor:
        stock, now = reading.lock(cursor, asked, touched)
        planned = plan(asked, stock, now=now)
        _see_enough(cursor, asked, touched, stock, planned, reclaims=reclaims)
        movements, holds = writing.write(cursor, planned, stock)
    if planned.postings:
        by_level = {level.id: key.item for key, level in stock.levels.items()}
        items = sorted({by_level[posting.level] for posting in planned.postings})
        outbox.add("stock.changed", {"items": items})
    broken = [
        movement
        for movement, posting in zip(movements, planned.postings, strict=True)
        if posting.kind == MovementKind.BREAK
    ]
    if broken:
        outbox.add("promises.broken", {"movements": broken})
    outcomes: list[Outcome] = []
    for outcome in planned.outcomes:
        if isinstance(outcome, Refused):
            outcomes.append(outcome)
            continue
        booked = tuple(movements[: outcome.postings])
        del movements[: outcome.postings]
        hold = outcome.hold and holds.get(outcome.hold, outcome.hold)
        outcomes.append(Done(booked, hold, outcome.replayed, outcome.broken))
    return outcomes


def _see_enough(
    cursor: CursorWrapper,
    asked: Sequence[Request],
    touched: frozenset[int],
    stock: Stock,
    planned: Plan,
    *,
    reclaims: bool,
) -> None:
    """See that a plan was made with all in sight, and all that it changes locked.

    :raises Stale: if it must be made anew, with more
    :raises _Overdue: if holds that should have ended stand in the way
    """
    pressed = _pressed(asked, planned.outcomes)
    if reading.beside(cursor, asked, stock, pressed):
        raise reading.Stale
    if reclaims and (overdue := reading.overdue(cursor, pressed)):
        raise _Overdue(overdue)
    # What gives way was only read so far: a hold is locked before the levels.
    if loose := (planned.holds.keys() & stock.holds) - reading.named(asked) - touched:
        raise reading.Stale(loose)
    if any(posting.level == 0 for posting in planned.postings):
        raise reading.Stale  # a lot came to the shelf after its target was opened


def _pressed(asked: Sequence[Request], outcomes: Sequence[Refused | Planned]) -> list[int]:
    """The items of the requests that were refused for want of stock, or that break promises."""
    pressed = [
        request.lines
        for request, outcome in zip(asked, outcomes, strict=True)
        if (
            outcome.code in (NotEnoughStock.code, WouldBreak.code)
            if isinstance(outcome, Refused)
            else outcome.broken
        )
    ]
    return sorted({line.item for line in chain.from_iterable(pressed)})


def _expiry(hold: int) -> Request:
    return Request(MovementKind.EXPIRE, (), actor=None, scope=EVERYWHERE, of_hold=hold)
