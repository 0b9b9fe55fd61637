"""What a caller of the ledger asks, and what comes of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from accounts.access import Scope
from inventory.models.movement import MovementKind


@dataclass(frozen=True, slots=True)
class Line:
    """`quantity` base units of one item; signed only when it corrects.

    `place` pins it to one level; None lets the strategy choose, for promises only. `promise` is
    the allocation that this line uses up or gives back, or the line (from 1) of the hold that it
    changes.
    """

    item: int
    quantity: int
    place: int | None = None
    promise: int | None = None


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

    `actor` is None only when the clock asks. A promise is made out of the places in `scope`.
    `reverses` is the movement that a reversal undoes; its one line names where that stands.
    `hold` makes a hold, `of_hold` is the one that the request ends or changes. A confirmation
    `accepts_less` when something of the hold was broken.
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
    reverses: int | None = None
    hold: NewHold | None = None
    of_hold: int | None = None
    accepts_less: bool = False


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
    request had been answered before and nothing was written.
    """

    movements: tuple[int, ...]
    hold: int | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Not booked, and nothing of it was written. `code` is for machines, `text` fit to show."""

    code: str
    text: str
    shortages: tuple[Shortage, ...] = ()


type Outcome = Done | Refused
