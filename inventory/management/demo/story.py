"""Sixty days in the demonstration shop, booked through the ledger like everything else."""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from inventory import ledger, operations
from inventory.ledger import Line, Request
from inventory.management.demo.catalogue import STAR
from inventory.models import Item, Location, MovementKind, Reason, StockMovement

DAYS = 60
_A_CALL = 50
_OUT, _LOW = 5, 18
PICK = ("A-01-1", "A-01-2", "A-02-1", "A-02-2", "A-03-1", "A-04-2", "S-01", "S-02")
BULK = ("B-11-1", "B-11-2", "B-11-3")
# Orders a day, Monday to Sunday.
_WEEK = (9, 8, 8, 9, 12, 5, 2)

type People = Mapping[str, User]


class Story:
    """What stands where while the story is told, so that it never ships what is not there."""

    def __init__(
        self, items: Sequence[Item], places: Mapping[str, Location], people: People, seed: int
    ) -> None:
        self._chance = random.Random(seed)  # noqa: S311 -- a story, no secret
        self._places = {code: place.pk for code, place in places.items()}
        self._people = people
        self._items = [item for item in items if item.sku != STAR]
        self._home = {
            item.pk: (self._chance.choice(PICK), self._chance.choice(BULK)) for item in self._items
        }
        self._there: dict[tuple[int, str], int] = {}
        self._asked: list[Request] = []
        self._reasons = dict(Reason.objects.values_list("code", "pk"))

    def tell(self, *, first_order: int, days: int = DAYS) -> None:
        """Book opening stock, deliveries, orders, returns and corrections, oldest first."""
        now = timezone.now()
        start = now - timedelta(days=days)
        for item in self._items:
            self._open(item, start)
        order = first_order
        for day in range(1, days):
            morning = start + timedelta(days=day)
            if day % 6 == 2:
                self._deliver(2000 + day + first_order, morning)
            for _ in range(_WEEK[morning.weekday()]):
                order += 1
                self._order(order, morning + timedelta(minutes=self._chance.randint(20, 540)))
            if day % 5 == 0:
                self._correct(morning + timedelta(hours=9))
            if day % 4 == 1:
                self._return(order, morning + timedelta(hours=9, minutes=20))
        self._run_low(now - timedelta(hours=3))
        self._write()

    def _open(self, item: Item, at: datetime) -> None:
        pick, bulk = self._home[item.pk]
        for place, quantity in ((pick, (20, 60)), (bulk, (60, 240))):
            self._receive(item, place, self._chance.randint(*quantity), "opening stock", at)

    def _receive(self, item: Item, place: str, quantity: int, reference: str, at: datetime) -> None:
        self._change(item.pk, place, quantity)
        self._ask(MovementKind.RECEIVE, [(item.pk, place, quantity)], at, reference=reference)

    def _deliver(self, number: int, morning: datetime) -> None:
        lines = [
            (item.pk, self._home[item.pk][1], self._chance.choice([24, 36, 48, 96]))
            for item in self._chance.sample(self._items, 14)
        ]
        for item, place, quantity in lines:
            self._change(item, place, quantity)
        at = morning + timedelta(hours=1)
        self._ask(
            MovementKind.RECEIVE, lines, at, reference=f"delivery:{number}", by="Purchasing 1"
        )

    def _order(self, number: int, at: datetime) -> None:
        lines = []
        for item in self._chance.sample(self._items, self._chance.randint(1, 5)):
            place = next((p for p in self._home[item.pk] if self._there[item.pk, p] > 12), None)
            if place:
                quantity = self._chance.randint(1, 12)
                self._change(item.pk, place, -quantity)
                lines.append((item.pk, place, quantity))
        if lines:
            self._ask(MovementKind.SHIP, lines, at, reference=f"order:{number}")

    def _return(self, order: int, at: datetime) -> None:
        item = self._chance.choice(self._items)
        self._change(item.pk, "Q-01", 1)
        self._ask(
            MovementKind.RETURN,
            [(item.pk, "Q-01", 1)],
            at,
            reference=f"order:{order - 3}",
            reason=self._chance.choice(["faulty", "unwanted", "wrong-item"]),
        )

    def _correct(self, at: datetime) -> None:
        item = self._chance.choice(self._items)
        place = self._home[item.pk][0]
        by, reason, note = self._chance.choice(
            [
                (-1, "damaged", "foot snapped on unpacking"),
                (-2, "lost", "not on the shelf, not on the floor"),
                (1, "found", "stood behind the next box"),
                (3, "miscounted", ""),
            ]
        )
        if self._there[item.pk, place] + by >= 0:
            self._change(item.pk, place, by)
            self._ask(MovementKind.ADJUST, [(item.pk, place, by)], at, reason=reason, note=note)

    def _run_low(self, at: datetime) -> None:
        """A big order takes nearly all of some items, and all of a few."""
        for number, item in enumerate(self._chance.sample(self._items, _OUT + _LOW)):
            keep = 0 if number < _OUT else (item.reorder_at or 0) // 2
            lines = []
            for place in self._home[item.pk]:
                stays = keep if place == self._home[item.pk][0] else 0
                quantity = self._there[item.pk, place] - stays
                if quantity > 0:
                    self._change(item.pk, place, -quantity)
                    lines.append((item.pk, place, quantity))
            if lines:
                self._ask(MovementKind.SHIP, lines, at, reference=f"order:{9000 + number}")

    def _change(self, item: int, place: str, by: int) -> None:
        self._there[item, place] = self._there.get((item, place), 0) + by

    def _ask(
        self,
        kind: MovementKind,
        lines: Sequence[tuple[int, str, int]],
        at: datetime,
        *,
        reference: str = "",
        reason: str = "",
        note: str = "",
        by: str = "",
    ) -> None:
        who = by or self._chance.choice(["Warehouse 1", "Warehouse 2"])
        self._asked.append(
            Request(
                kind,
                tuple(Line(item, quantity, self._places[place]) for item, place, quantity in lines),
                actor=self._people[who].pk,
                reference=reference,
                reason=self._reasons[reason] if reason else None,
                note=note,
                effective_at=at,
            )
        )

    def _write(self) -> None:
        for batch in _chunks(self._asked, _A_CALL):
            ledger.post(batch)


def tell_of_the_star(people: People) -> None:
    """The item that explains itself: 47 of it, in three places, and why."""
    now = timezone.now()
    warehouse, other = people["Warehouse 1"], people["Warehouse 2"]
    book: dict[str, Any] = {"sku": STAR, "actor": warehouse}
    at = [now - timedelta(days=day, hours=2) for day in range(DAYS, 0, -6)]
    operations.receive_stock(
        **book, place="A-04-2", quantity=18, reference="opening stock", effective_at=at[0]
    )
    operations.receive_stock(
        **book, place="B-11-3", quantity=48, reference="delivery:2041", effective_at=at[2]
    )
    operations.ship_stock(
        **book, place="A-04-2", quantity=6, reference="order:1042", effective_at=at[4]
    )
    operations.adjust_stock(
        **book,
        place="A-04-2",
        delta=-1,
        reason="damaged",
        note="foot snapped on unpacking",
        effective_at=at[5],
    )
    mistake = operations.ship_stock(
        **book, place="B-11-3", quantity=12, reference="order:1051", effective_at=at[7]
    )
    operations.reverse_movement(movement=mistake.pk, actor=other, note="order was cancelled")
    operations.ship_stock(
        **book, place="B-11-3", quantity=14, reference="order:1053", effective_at=at[8]
    )
    operations.receive_stock(
        **book, place="S-01", quantity=2, reference="delivery:2058", effective_at=at[9]
    )
    operations.return_stock(
        sku=STAR,
        actor=other,
        place="Q-01",
        quantity=2,
        reason="faulty",
        reference="order:1042",
        effective_at=at[9],
    )


def bring_up_to_date(items: Sequence[Item]) -> None:
    """Do now what the relay and the clock would do in the next minute."""
    operations.note_stock_change(items=[item.pk for item in items])
    operations.check_ledger(full=True)


def last_order() -> int:
    """The highest number of an order that a story has used."""
    references = StockMovement.objects.filter(reference__startswith="order:")
    numbers = [
        int(text.partition(":")[2]) for text in references.values_list("reference", flat=True)
    ]
    return max(numbers, default=1100)


def _chunks(asked: list[Request], size: int) -> Iterator[list[Request]]:
    return (asked[start : start + size] for start in range(0, len(asked), size))
