"""A large house, made through the ledger: `python -m bench.house --items 100000`."""

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if __name__ == "__main__":
    django.setup()

from django.db import connection
from django.utils import timezone

from accounts.access import EVERYWHERE
from accounts.models import User
from inventory import ledger, operations
from inventory.ledger import Done, Line, NewHold, Request
from inventory.management.demo.catalogue import THINGS
from inventory.management.demo.pen import COLOURS, PATTERNS
from inventory.models import (
    Category,
    Item,
    Location,
    LocationKind,
    MovementKind,
    Reason,
    StockLevel,
    Unit,
)
from jobs.models import OutboxEvent

BINS = 200
DAYS = 365
_A_CALL = 500  # lines; more is no faster, and locks longer
_AT_ONCE = 5000  # rows of everything else
_KINDS = {
    MovementKind.SHIP: 70,
    MovementKind.RECEIVE: 20,
    MovementKind.ADJUST: 6,
    MovementKind.RETURN: 4,
}

type Shelf = tuple[int, int]  # an item at a place


def build(*, items: int, movements: int) -> None:
    """Make that many items in 200 bins, and exactly that many movements of them.

    The same numbers make the same house, but for its dates.
    """
    if movements and not items:
        raise ValueError("Movements need an item.")
    chance = random.Random(items)
    actor = User.objects.create_superuser("bench@backroom.example", name="Bench").pk
    bins, keys = _places(), _items(items, chance)
    shelves = [(item, chance.choice(bins)) for item in keys]
    start = timezone.now() - timedelta(days=DAYS)
    # Everything is received once; the rest goes in and out of those shelves.
    opening = shelves[:movements]
    progress = _Progress(movements)
    for batch in _chunks(opening, _A_CALL):
        progress.add(_booked([_received(shelf, actor, start, chance) for shelf in batch]))
    _trade(opening, progress, actor=actor, start=start, chance=chance)
    _bring_up_to_date(keys)


def book_more(movements: int) -> None:
    """Trade with what stands there, exactly that many movements more."""
    standing = StockLevel.objects.filter(available__gt=0).order_by("pk")
    _trade(
        list(standing.values_list("item", "location")),
        _Progress(movements),
        actor=User.objects.order_by("pk")[0].pk,
        start=timezone.now() - timedelta(days=DAYS),
        chance=random.Random(movements),
    )


def promise(holds: int) -> None:
    """Hold one of an item that many times, for the next hours."""
    actor = User.objects.order_by("pk")[0].pk
    standing = StockLevel.objects.filter(available__gt=0).order_by("pk")
    items = list(standing.values_list("item", flat=True)[:holds])
    for batch in _chunks(range(holds), _A_CALL):
        ledger.post([_held(items[number % len(items)], actor, number) for number in batch])


def _held(item: int, actor: int, number: int) -> Request:
    lifetime = timedelta(hours=1, seconds=number)
    new = NewHold(f"user:{actor}", f"bench:{number}", b"", lifetime, lifetime, f"Visitor {number}")
    line = Line(item, 1)
    return Request(MovementKind.HOLD, (line,), actor=actor, scope=EVERYWHERE, hold=new)


def _trade(
    shelves: Sequence[Shelf],
    progress: "_Progress",
    *,
    actor: int,
    start: datetime,
    chance: random.Random,
) -> None:
    reason = Reason.objects.get(code="miscounted").pk
    order, days = 0, DAYS / progress.wanted if progress.wanted else 0
    while progress.left:
        batch, lines = [], 0
        while lines < min(_A_CALL, progress.left):
            order += 1
            at = start + timedelta(days=days * (progress.done + lines))
            chosen = chance.sample(
                shelves, min(chance.randint(1, 7), progress.left - lines, len(shelves))
            )
            batch.append(_moved(order, chosen, actor, reason, at, chance))
            lines += len(chosen)
        progress.add(_booked(batch))
    sys.stderr.write("\n")


class _Progress:
    """How far it is, on standard error: on a terminal while it goes on, else once at the end."""

    def __init__(self, wanted: int) -> None:
        self.wanted, self.done = wanted, 0
        self._began = time.monotonic()

    @property
    def left(self) -> int:
        return self.wanted - self.done

    def add(self, booked: int) -> None:
        self.done += booked
        if self.left and not sys.stderr.isatty():
            return
        rate = self.done / max(time.monotonic() - self._began, 0.001)
        sys.stderr.write(f"\r{self.done:,} of {self.wanted:,} movements, {rate:,.0f} a second ")
        if not self.left:
            sys.stderr.write("\n")


def _places() -> list[int]:
    site = Location.objects.create(code="LARGE", name="Large house", kind=LocationKind.SITE)
    zone = Location.objects.create(code="L", kind=LocationKind.ZONE, parent=site, structural=True)
    return [
        Location.objects.create(code=f"L-{number:03}", parent=zone, priority=number).pk
        for number in range(1, BINS + 1)
    ]


def _items(count: int, chance: random.Random) -> list[int]:
    piece = Unit.objects.get(code="piece")
    names = dict.fromkeys(thing.category for thing in THINGS)
    categories = {name: Category.objects.create(name=name) for name in names}
    colours = list(COLOURS)
    keys: list[int] = []
    for numbers in _chunks(range(count), _AT_ONCE):
        items = []
        for number in numbers:
            thing = THINGS[number % len(THINGS)]
            look = f"{chance.choice(colours)} {chance.choice(PATTERNS)}"
            items.append(
                Item(
                    sku=f"{10000 + number}{chance.choice(['', '', 'A', 'B'])}",
                    name=f"{thing.name} {look} {number}",
                    category=categories[thing.category],
                    unit=piece,
                    reorder_at=20,
                )
            )
        keys += [item.pk for item in Item.objects.bulk_create(items)]
    return keys


def _received(shelf: Shelf, actor: int, at: datetime, chance: random.Random) -> Request:
    item, place = shelf
    # A few have little from the beginning: they run low and out.
    quantity = chance.randint(1, 900 if chance.random() < 0.95 else 25)
    return Request(
        MovementKind.RECEIVE,
        (Line(item, quantity, place),),
        actor=actor,
        scope=EVERYWHERE,
        reference=f"delivery:{item % 5000}",
        effective_at=at,
    )


def _moved(
    order: int,
    chosen: Sequence[Shelf],
    actor: int,
    reason: int,
    at: datetime,
    chance: random.Random,
) -> Request:
    [kind] = chance.choices(list(_KINDS), list(_KINDS.values()))
    adjusts = kind == MovementKind.ADJUST
    return Request(
        kind,
        tuple(Line(item, chance.randint(1, 3), place) for item, place in chosen),
        actor=actor,
        scope=EVERYWHERE,
        reference="" if adjusts else f"order:{order}",
        reason=reason if adjusts else None,
        effective_at=at,
    )


def _booked(requests: list[Request]) -> int:
    """Book what can be; how many lines that were. An order for what is gone is refused."""
    outcomes = ledger.post(requests)
    return sum(len(outcome.movements) for outcome in outcomes if isinstance(outcome, Done))


def _bring_up_to_date(items: Sequence[int]) -> None:
    """Do at once what the relay would do one event at a time."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for chunk in _chunks(items, _AT_ONCE):
        operations.note_stock_change(items=chunk)
    OutboxEvent.objects.all().delete()
    operations.check_ledger(full=True)


def _chunks[T](rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.house", description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--movements", type=int, default=1_000_000)
    asked = parser.parse_args()
    build(items=asked.items, movements=asked.movements)


if __name__ == "__main__":
    main()
