"""What a request would write, on top of what the requests before it have left."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date

from inventory.ledger.request import Broken, NewHold, Request
from inventory.ledger.stock import (
    Article,
    Balance,
    Batch,
    Key,
    Level,
    OpenAllocation,
    Origin,
    Place,
    StandingHold,
    Stock,
)
from inventory.models.movement import MovementKind


@dataclass(frozen=True, slots=True)
class Posting:
    """One movement to write: which level, the change, and the balance and version after it.

    `sells` tells whether what stands there can be sold, so counts as available. `hold` is the one
    that it belongs to, by its id or by the number that a draft gave to a new one; without one it
    belongs to `reference`.
    """

    request: Request
    kind: MovementKind
    level: int
    change: Balance
    after: Balance
    version: int
    sells: bool
    hold: int | None
    reference: str
    reverses: int | None


@dataclass(slots=True)
class Running:
    """The stock as the requests planned so far leave it."""

    articles: dict[int, Article]
    places: dict[int, Place]
    origins: dict[int, Origin]
    levels: dict[Key, Level]
    holds: dict[int, StandingHold]
    keys: dict[tuple[str, str], int]
    allocations: dict[int, OpenAllocation]
    levels_of: dict[int, list[Key]]
    moved: frozenset[tuple[Key, int]]
    lots: dict[int, Batch]
    new_holds: dict[int, NewHold] = field(default_factory=dict)
    reversed: set[int] = field(default_factory=set)
    _given: int = 0

    def give_number(self) -> int:
        """A number for what has no id yet; no id is negative."""
        self._given -= 1
        return self._given


def running(stock: Stock) -> Running:
    """A copy of `stock` that drafts may be accepted into."""
    levels_of: defaultdict[int, list[Key]] = defaultdict(list)
    for key in stock.levels:
        levels_of[key.item].append(key)
    return Running(
        articles=stock.articles,
        places=stock.places,
        origins=stock.origins,
        levels=dict(stock.levels),
        holds=dict(stock.holds),
        keys=dict(stock.keys),
        allocations=dict(stock.allocations),
        levels_of=levels_of,
        moved=stock.moved,
        lots=stock.lots,
    )


@dataclass(slots=True)
class Draft:
    """One request's postings and promises; nothing of it counts until it is accepted.

    `lowest` is the least that was free at each level on the way. An allocation that is gone is
    None. `broken` are the promises that give way.
    """

    request: Request
    base: Running
    postings: list[Posting] = field(default_factory=list)
    levels: dict[Key, Level] = field(default_factory=dict)
    lowest: dict[Key, int] = field(default_factory=dict)
    holds: dict[int, StandingHold] = field(default_factory=dict)
    allocations: dict[int, OpenAllocation | None] = field(default_factory=dict)
    new_hold: NewHold | None = None
    hold: int | None = None
    replayed: bool = False
    broken: list[Broken] = field(default_factory=list)

    def level(self, key: Key) -> Level:
        return self.levels.get(key) or self.base.levels.get(key) or Level(0, Balance(), 0)

    def free(self, key: Key) -> int:
        return self.level(key).balance.available

    def post(
        self,
        key: Key,
        change: Balance,
        kind: MovementKind | None = None,
        *,
        hold: int | None = None,
        reference: str | None = None,
        reverses: int | None = None,
    ) -> None:
        """Add a movement of one level; of the request's kind, hold and reference unless told."""
        before = self.level(key)
        level = Level(before.id, before.balance + change, before.version + 1)
        self.levels[key] = level
        self.lowest[key] = min(self.lowest.get(key, 0), level.balance.available)
        self.postings.append(
            Posting(
                request=self.request,
                kind=kind or self.request.kind,
                level=level.id,
                change=change,
                after=level.balance,
                version=level.version,
                sells=self.base.places[key.place].sells,
                hold=self.hold if hold is None else hold,
                reference=self.request.reference if reference is None else reference,
                reverses=reverses,
            )
        )

    def expiry(self, key: Key) -> date:
        """Until when it is good; what does not expire is good to the end of days."""
        lot = self.base.lots.get(key.lot or 0)
        return lot.expires_on if lot and lot.expires_on else date.max

    def standing(self, hold: int) -> StandingHold | None:
        return self.holds.get(hold) or self.base.holds.get(hold)

    def allocation(self, number: int) -> OpenAllocation | None:
        if number in self.allocations:
            return self.allocations[number]
        return self.base.allocations.get(number)

    def use(self, number: int, promise: OpenAllocation, quantity: int) -> None:
        """Take `quantity` out of an open allocation; what is used up is gone."""
        left = promise.quantity - quantity
        self.allocations[number] = replace(promise, quantity=left) if left else None

    def accept(self) -> None:
        """From now on this counts for the requests that follow."""
        base = self.base
        base.levels.update(self.levels)
        base.holds.update(self.holds)
        for number, after in self.allocations.items():
            if after is None:
                base.allocations.pop(number, None)
            else:
                base.allocations[number] = after
        if self.new_hold is not None and self.hold is not None:
            base.new_holds[self.hold] = self.new_hold
            base.keys[self.new_hold.principal, self.new_hold.key] = self.hold
        base.reversed.update(
            posting.reverses for posting in self.postings if posting.reverses is not None
        )
