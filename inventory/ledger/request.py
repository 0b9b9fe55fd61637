"""What a caller of the ledger asks, and what comes of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from inventory.models.movement import MovementKind


@dataclass(frozen=True, slots=True)
class Line:
    """`quantity` base units of one item at one place; signed only when it corrects."""

    item: int
    quantity: int
    place: int


@dataclass(frozen=True, slots=True)
class Request:
    """What one caller wants, all or nothing; ids are primary keys.

    `reverses` is the movement that a reversal undoes; its one line names where that stands.
    """

    kind: MovementKind
    lines: tuple[Line, ...]
    actor: int
    reference: str = ""
    reason: int | None = None
    note: str = ""
    group: UUID | None = None
    effective_at: datetime | None = None
    reverses: int | None = None


@dataclass(frozen=True, slots=True)
class Shortage:
    """One item that falls short: base units wanted, and free at that place now."""

    sku: str
    place: str
    wanted: int
    available_now: int


@dataclass(frozen=True, slots=True)
class Done:
    """Booked; `movements` are the primary keys of its ledger lines, in the order of the request."""

    movements: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Not booked, and nothing of it was written. `code` is for machines, `text` fit to show."""

    code: str
    text: str
    shortages: tuple[Shortage, ...] = ()


type Outcome = Done | Refused
