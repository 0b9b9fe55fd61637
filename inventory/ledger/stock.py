"""What the ledger knows when it decides."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from accounts.access import Scope
from inventory.models.hold import HoldStatus
from inventory.models.movement import MovementKind


class Key(NamedTuple):
    """A level by its item, place and lot; None for what is not tracked by lot."""

    item: int
    place: int
    lot: int | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """The four quantities of a level, or the change of them, in base units."""

    on_hand: int = 0
    allocated: int = 0
    held: int = 0
    unavailable: int = 0

    @property
    def available(self) -> int:
        return self.on_hand - self.allocated - self.held - self.unavailable

    def __add__(self, other: "Balance") -> "Balance":
        return Balance(
            self.on_hand + other.on_hand,
            self.allocated + other.allocated,
            self.held + other.held,
            self.unavailable + other.unavailable,
        )

    def __neg__(self) -> "Balance":
        return Balance(-self.on_hand, -self.allocated, -self.held, -self.unavailable)


@dataclass(frozen=True, slots=True)
class Level:
    """A level as the lock showed it."""

    id: int
    balance: Balance
    version: int


@dataclass(frozen=True, slots=True)
class Article:
    """What the ledger asks of an item."""

    sku: str
    stocked: bool = True
    tracked: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """What the ledger asks of a lot."""

    code: str
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """What the ledger asks of a place; a lower `priority` is taken from first."""

    code: str
    path: str = ""
    structural: bool = False
    sells: bool = True
    priority: int = 50

    def is_in(self, scope: Scope) -> bool:
        return scope.covers(self.path)


@dataclass(frozen=True, slots=True)
class Origin:
    """A movement that somebody wants to reverse, and whether somebody has."""

    key: Key
    kind: MovementKind
    change: Balance
    reversed_already: bool


@dataclass(frozen=True, slots=True)
class Part:
    """What a hold holds of its `line` (from 1) at one level; `n` tells parts of a line apart."""

    line: int
    n: int
    key: Key
    quantity: int


@dataclass(frozen=True, slots=True)
class StandingHold:
    """A hold as its lock showed it; `asked` are (item, base units) in the order of the request."""

    id: int
    status: HoldStatus
    expires_at: datetime
    request_hash: bytes
    asked: tuple[tuple[int, int], ...]
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenAllocation:
    """What is promised to `reference` at one level, since when; None is now."""

    key: Key
    quantity: int
    reference: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stock:
    """What the locks and the facts read under them say.

    `articles`, `places` and `lots` that are named or stood at, `origins`, `holds` and
    `allocations` by id; `keys` are the holds that exist already by (principal, key).
    `moved` are the lines' levels and versions since which what is on hand there has changed.
    """

    levels: dict[Key, Level]
    articles: dict[int, Article]
    places: dict[int, Place]
    origins: dict[int, Origin] = field(default_factory=dict)
    holds: dict[int, StandingHold] = field(default_factory=dict)
    keys: dict[tuple[str, str], int] = field(default_factory=dict)
    allocations: dict[int, OpenAllocation] = field(default_factory=dict)
    moved: frozenset[tuple[Key, int]] = frozenset()
    lots: dict[int, Batch] = field(default_factory=dict)
