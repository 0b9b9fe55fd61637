"""Sixty days in the demonstration shop, as a list of acts: the same list each time, no I/O.

What happens is drawn with a fixed seed; the calendar is laid over it afterwards (`dated`), so a
house made today and one made on another weekday differ in their dates alone.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from inventory.management.demo.catalogue import STAR
from inventory.management.demo.places import BULK, INSPECTION, KEPT, PICK, THEIRS
from inventory.models import MovementKind

OUT, LOW = 5, 18
FEWEST = 60  # items that a story can be told of
_ORDERS = 470
_A_DELIVERY = 14  # lines
# Of these the orders leave the scarce items alone until their time comes.
_RUN_DOWN = (300, 455)

type Spot = tuple[str, str]  # SKU, code of a place
type Stock = dict[Spot, int]


@dataclass(frozen=True, slots=True)
class Sold:
    """An item as the story knows it; `box` pieces come in one."""

    sku: str
    reorder_at: int
    box: int


@dataclass(frozen=True, slots=True)
class Act:
    """Something booked in the shop; lines are SKU, place, base units; signed when it corrects.

    `undoes` is the place in the list of the act whose only line it reverses.
    """

    kind: MovementKind
    lines: tuple[tuple[str, str, int], ...]
    by: str
    reference: str = ""
    reason: str = ""
    note: str = ""
    undoes: int | None = None


def first_story(items: Sequence[Sold]) -> list[Act]:
    """The house as it is found: opening stock, and sixty days up to now."""
    teller = _Teller(items, {}, seed=47, orders=1000, deliveries=2035)
    teller.open()
    teller.tell(star=True)
    return teller.acts


def next_story(items: Sequence[Sold], standing: Mapping[Spot, int], *, orders: int) -> list[Act]:
    """Another sixty days, from what is `standing` and with order numbers after `orders`."""
    teller = _Teller(items, dict(standing), seed=47 + orders, orders=orders, deliveries=orders)
    teller.tell(star=False)
    return teller.acts


class _Teller:
    """Keeps what stands where while the story is told, so that it never ships what is not there."""

    def __init__(
        self, items: Sequence[Sold], standing: Stock, *, seed: int, orders: int, deliveries: int
    ) -> None:
        self.acts: list[Act] = []
        self._chance = random.Random(seed)  # noqa: S311 -- a story, no secret
        self._there = standing
        self._orders, self._deliveries = orders, deliveries
        self._items = [item for item in items if item.sku != STAR]
        # Where an item stands is no part of the chance: it is the same in the next story.
        self._home = {
            item.sku: (PICK[number % len(PICK)], BULK[number * 7 % len(BULK)])
            for number, item in enumerate(self._items)
        }
        scarce = self._chance.sample(self._items, OUT + LOW)
        self._scarce = {item.sku: number < OUT for number, item in enumerate(scarce)}
        self._plenty = [item for item in self._items if item.sku not in self._scarce]
        self._ends = dict(
            zip(self._spread(len(scarce)), self._chance.sample(scarce, len(scarce)), strict=True)
        )

    def _spread(self, count: int) -> list[int]:
        """The orders that take the last of a scarce item, between the two of `_RUN_DOWN`."""
        first, last = _RUN_DOWN
        return [first + number * (last - first) // (count - 1) for number in range(count)]

    def open(self) -> None:
        """What stood there when the ledger began, a receipt for each place."""
        for place in (*PICK, *BULK):
            lines = [
                (item.sku, place, self._opening(item, place))
                for item in self._items
                if place in self._home[item.sku]
            ]
            if place == "A-04-2":
                lines.append((STAR, place, 18))
            self._book(MovementKind.RECEIVE, lines, by="Supervisor 1", reference="opening stock")

    def _opening(self, item: Sold, place: str) -> int:
        boxes = (1, 3) if item.sku in self._scarce else (4, 9)
        return item.box * (2 if place in PICK else self._chance.randint(*boxes))

    def tell(self, *, star: bool) -> None:
        """Orders one after another, and between them what else happens in a stockroom."""
        for number in range(1, _ORDERS + 1):
            self._orders += 1
            self._order(number, _STAR_ORDERS.get(number) if star else None)
            if number % 43 == 30:
                self._deliver(_STAR_DELIVERIES.get(number) if star else None)
            if number % 31 == 17:
                self._correct()
            if number % 26 == 9:
                self._return()
            if number % 90 == 55:
                self._enter_twice()
            if star and number in _STAR_ACTS:
                for act in _STAR_ACTS[number]:
                    self._add(act)

    def _order(self, number: int, star: tuple[str, int] | None) -> None:
        lines: list[tuple[str, str, int]] = []
        if star:
            lines.append((STAR, star[0], -star[1]))
        if number in self._ends:
            lines += self._last_of(self._ends[number])
        for item in self._chance.sample(self._plenty, self._chance.choice([1, 2, 2, 3, 4, 6])):
            wanted = self._chance.choice([1, 1, 2, 3, 4, 6, item.box])
            lines += self._picked(item, wanted)
        if lines:
            by = self._chance.choice(["Warehouse 1", "Warehouse 2"])
            self._book(MovementKind.SHIP, lines, by=by, reference=f"order:{self._orders}")

    def _picked(self, item: Sold, wanted: int) -> list[tuple[str, str, int]]:
        """From the pick face, else from the bulk; nothing if it would run low for it."""
        spots = [(item.sku, place) for place in self._home[item.sku]]
        free = sum(self._there.get(spot, 0) for spot in spots)
        if free - wanted <= item.reorder_at + item.box:
            return []
        return next(
            ([(*spot, -wanted)] for spot in spots if self._there.get(spot, 0) >= wanted), []
        )

    def _last_of(self, item: Sold) -> list[tuple[str, str, int]]:
        """All of it, but for half of what it is low at; nothing stays of one that runs out."""
        keep = 0 if self._scarce[item.sku] else item.reorder_at // 2
        lines = []
        for place in self._home[item.sku]:
            there = self._there.get((item.sku, place), 0)
            stays = min(keep, there)
            keep -= stays
            if there > stays:
                lines.append((item.sku, place, stays - there))
        return lines

    def _deliver(self, star: tuple[str, int] | None) -> None:
        """What has become least, in boxes."""
        self._deliveries += 1
        least = sorted(self._plenty, key=lambda item: (self._boxes(item), item.sku))
        lines = [
            (item.sku, self._home[item.sku][1], item.box * self._chance.choice([2, 3, 4]))
            for item in least[:_A_DELIVERY]
        ]
        if star:
            lines.append((STAR, *star))
        reference = f"delivery:{self._deliveries}"
        self._book(MovementKind.RECEIVE, lines, by="Purchasing 1", reference=reference)

    def _boxes(self, item: Sold) -> float:
        return sum(self._there.get((item.sku, p), 0) for p in self._home[item.sku]) / item.box

    def _correct(self) -> None:
        by, reason, note = self._chance.choice(_CORRECTIONS)
        item = self._chance.choice(self._plenty)
        place = next((p for p in self._home[item.sku] if self._there.get((item.sku, p), 0) > 3), "")
        if place:
            lines = [(item.sku, place, by)]
            who = self._chance.choice(["Warehouse 1", "Warehouse 2", "Supervisor 1"])
            self._book(MovementKind.ADJUST, lines, by=who, reason=reason, note=note)

    def _return(self) -> None:
        """One line of an order that went out a while ago, to be looked at."""
        sent = [
            act
            for act in self.acts
            if act.kind == MovementKind.SHIP and all(sku != STAR for sku, *_ in act.lines)
        ][-60:-10]
        if not sent:
            return
        act = self._chance.choice(sent)
        sku, _, quantity = self._chance.choice(act.lines)
        reason, note = self._chance.choice(_RETURNS)
        self._book(
            MovementKind.RETURN,
            [(sku, INSPECTION, self._chance.randint(1, min(3, -quantity)))],
            by="Warehouse 2",
            reference=act.reference,
            reason=reason,
            note=note,
        )

    def _enter_twice(self) -> None:
        """A line of the last order once more, by mistake; the supervisor takes it back."""
        last = next((act for act in reversed(self.acts) if act.kind == MovementKind.SHIP), None)
        if last is None:
            return
        sku, place, quantity = last.lines[-1]
        if self._there.get((sku, place), 0) >= -quantity:
            self._add(replace(last, lines=(last.lines[-1],)))
            self._add(_reversal(self.acts[-1], note="entered twice"))

    def _book(
        self,
        kind: MovementKind,
        lines: Sequence[tuple[str, str, int]],
        *,
        by: str,
        reference: str = "",
        reason: str = "",
        note: str = "",
    ) -> None:
        self._add(Act(kind, tuple(lines), by, reference, reason, note))

    def _add(self, act: Act) -> None:
        if act.by == KEPT and not {place for _, place, _ in act.lines} <= THEIRS:
            act = replace(act, by="Warehouse 1")
        if act.kind == MovementKind.REVERSE:
            act = replace(act, undoes=len(self.acts) - 1)  # the one before it
        for sku, place, quantity in act.lines:
            self._there[sku, place] = self._there.get((sku, place), 0) + quantity
        self.acts.append(act)


def _reversal(act: Act, *, note: str) -> Act:
    lines = tuple((sku, place, -quantity) for sku, place, quantity in act.lines)
    return Act(MovementKind.REVERSE, lines, "Supervisor 1", act.reference, note=note)


_CORRECTIONS = (
    (-1, "damaged", "handle broken off on unpacking"),
    (-1, "damaged", "box fell from the rack"),
    (-2, "lost", "not on the shelf, not on the floor"),
    (-1, "sample", "for the photographer"),
    (1, "found", "stood behind the next box"),
    (3, "miscounted", ""),
    (-3, "miscounted", "the last box was opened already"),
)
_RETURNS = (
    ("faulty", "print is smudged"),
    ("faulty", ""),
    ("unwanted", ""),
    ("unwanted", "customer ordered too many"),
    ("wrong-item", "ordered in blue"),
    ("cancelled", ""),
)

# The star, by hand: 18 − 6 + 48 − 1 − 12 + 12 − 14 + 2 = 47 for sale, and 2 in inspection.
_STAR_ORDERS = {42: ("A-04-2", 6), 371: ("B-11-3", 14)}
_STAR_DELIVERIES = {245: ("B-11-3", 48), 417: ("S-01", 2)}
_BROKEN = Act(
    MovementKind.ADJUST,
    ((STAR, "A-04-2", -1),),
    "Warehouse 1",
    reason="damaged",
    note="foot snapped on unpacking",
)
_MISTAKE = Act(MovementKind.SHIP, ((STAR, "B-11-3", -12),), "Warehouse 2", "order:1310")
_RETURNED = Act(
    MovementKind.RETURN,
    ((STAR, INSPECTION, 2),),
    "Warehouse 2",
    "order:1371",
    "faulty",
    "two plates are chipped",
)
_STAR_ACTS = {
    262: (_BROKEN,),
    310: (_MISTAKE, _reversal(_MISTAKE, note="order was cancelled")),
    440: (_RETURNED,),
}
