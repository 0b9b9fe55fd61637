"""What the ledger knows when it decides."""

from dataclasses import dataclass, field

from inventory.models.movement import MovementKind


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
class Origin:
    """A movement that somebody wants to reverse, and whether somebody has."""

    item: int
    place: int
    kind: MovementKind
    change: Balance
    reversed_already: bool


@dataclass(frozen=True, slots=True)
class Stock:
    """What the locking SELECT and the facts read under it say.

    `levels` by (item, place); `skus` of items and `codes` of places that are named, by id;
    `structural` places, those `not_sold` from and items `not_stocked` among them; `origins` by
    movement id.
    """

    levels: dict[tuple[int, int], Level]
    skus: dict[int, str]
    codes: dict[int, str]
    structural: frozenset[int] = frozenset()
    not_sold: frozenset[int] = frozenset()
    not_stocked: frozenset[int] = frozenset()
    origins: dict[int, Origin] = field(default_factory=dict)
