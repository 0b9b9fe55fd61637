"""What a caller of the ledger asks, and what comes of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from accounts.access import Scope
from inventory.models.movement import MovementKind


@dataclass(frozen=True, slots=True)
class Line:
    """`quantity` base units of one item; signed only when it corrects.

    `place` pins it to one place; None lets the strategy choose, for promises only. `lot` may be
    left open when something is taken: what expires first goes first. `promise` is
    the allocation that this line uses up or gives back, or the line (from 1) of the hold that it
    changes. `to_place` is where a move brings it. Of a count `quantity` is what was found, by
    somebody who had `seen` this version of the level. `reverses` is the movement that this line
    of a reversal undoes.
    """

    item: int
    quantity: int
    place: int | None = None
    lot: int | None = None
    promise: int | None = None
    to_place: int | None = None
    seen: int | None = None
    reverses: int | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that gives way, or would: base units of one item at one place, by their codes.

    `owner` is who had it: `hold:12`, or the reference that the goods were promised to.
    """

    owner: str
    sku: str
    place: str
    quantity: int


@dataclass(frozen=True, slots=True)
class NewHold:
    """What a hold needs besides its lines; durations, never instants.

    `principal` tells who asks, as `user:3`; the same `key` of one holds once.
    """

    principal: str
    key: str
    request_hash: bytes
    lifetime: timedelta
    longest: timedelta
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What one caller wants, all or nothing; ids are primary keys.

    `actor` is None only when the clock asks. Nothing is changed outside `scope`, and a promise is
    made out of the places in it: `access.movable_scope_of` whoever asks.
    `hold` makes a hold, `of_hold` is the one that the request ends or changes. A confirmation
    `accepts_less` when something of the hold was broken. What takes goods from under promises
    breaks those that the caller `accepts` to break, whichever they are when that is None.
    """

    kind: MovementKind
    lines: tuple[Line, ...]
    actor: int | None
    scope: Scope
    reference: str = ""
    reason: int | None = None
    note: str = ""
    group: UUID | None = None
    effective_at: datetime | None = None
    hold: NewHold | None = None
    of_hold: int | None = None
    accepts_less: bool = False
    accepts: frozenset[Broken] | None = frozenset()


@dataclass(frozen=True, slots=True)
class Shortage:
    """One item that falls short: base units wanted, and free now at `place`, or in all of scope."""

    sku: str
    place: str
    wanted: int
    available_now: int


@dataclass(frozen=True, slots=True)
class Done:
    """Booked; `movements` are the primary keys of its ledger lines, in the order of the request.

    `hold` is the primary key of the hold that it made or changed; `replayed` tells that the same
    request had been answered before and nothing was written. `broken` are the promises that gave
    way.
    """

    movements: tuple[int, ...]
    hold: int | None = None
    replayed: bool = False
    broken: tuple[Broken, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Not booked, and nothing of it was written. `code` is for machines, `text` fit to show.

    `breaks` are the promises that stand in the way, all of them, and would have to give way.
    """

    code: str
    text: str
    shortages: tuple[Shortage, ...] = ()
    breaks: tuple[Broken, ...] = ()


type Outcome = Done | Refused
