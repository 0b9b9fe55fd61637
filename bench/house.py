"""A large house, made through the ledger: `python -m bench.house --items 100000`."""

import argparse
import os
import random
import sys
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if __name__ == "__main__":
    django.setup()

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from inventory import ledger, operations
from inventory.ledger import Line, Request
from inventory.models import (
    Category,
    Item,
    Location,
    LocationKind,
    MovementKind,
    Reason,
    Unit,
)

BINS = 200
A_CALL = 400  # requests
WORDS = {
    "thing": [
        "LANTERN",
        "BUNTING",
        "CUSHION",
        "TEAPOT",
        "BASKET",
        "CANDLE",
        "MIRROR",
        "TRAY",
        "CLOCK",
        "HOOK",
        "JAR",
        "FRAME",
    ],
    "kind": [
        "WOODEN",
        "METAL",
        "CERAMIC",
        "VINTAGE",
        "GLASS",
        "WICKER",
        "ENAMEL",
        "PAPER",
        "COTTON",
        "SLATE",
    ],
    "look": [
        "RED",
        "BLUE",
        "GREEN",
        "CREAM",
        "SPOTTED",
        "STRIPED",
        "FLORAL",
        "HEART",
        "STAR",
        "PLAIN",
        "ROSE",
        "IVORY",
    ],
}


def build(*, items: int, movements: int, seed: int = 1) -> None:
    """Make that many items in 200 bins, and that many movements of them."""
    random.seed(seed)
    actor = User.objects.create_superuser("bench@backroom.example", name="Bench")
    bins, keys = _places(), _items(items)
    began = time.monotonic()
    done = 0
    # Everything is received once; the rest goes in and out of those shelves.
    shelves = [(item, random.choice(bins)) for item in keys]
    start = timezone.now() - timedelta(days=365)
    for batch in _chunks(shelves[:movements], A_CALL):
        ledger.post([_received(item, place, actor.pk, start) for item, place in batch])
        done += len(batch)
        _say(done, movements, began)
    reason = Reason.objects.get(code="miscounted").pk
    order = 0
    while done < movements:
        requests = []
        while len(requests) < A_CALL // 4 and done < movements:
            order += 1
            at = start + timedelta(seconds=365 * 86400 * done / movements)
            lines = min(random.randint(1, 7), movements - done)
            chosen = random.sample(shelves, lines)
            requests.append(_moved(order, chosen, actor.pk, reason, at))
            done += lines
        ledger.post(requests)
        _say(done, movements, began)
    _bring_up_to_date(keys)


def _places() -> list[int]:
    site = Location.objects.create(code="LARGE", name="Large house", kind=LocationKind.SITE)
    zone = Location.objects.create(code="L", kind=LocationKind.ZONE, parent=site, structural=True)
    return [
        Location.objects.create(code=f"L-{number:03}", parent=zone, priority=number).pk
        for number in range(1, BINS + 1)
    ]


def _items(count: int) -> list[int]:
    piece = Unit.objects.get(code="piece")
    categories = [Category.objects.create(name=word.title()) for word in WORDS["thing"]]
    for numbers in _chunks(range(count), 5000):
        Item.objects.bulk_create(
            Item(
                sku=f"{10000 + number}{random.choice(['', '', 'A', 'B'])}",
                name=f"{random.choice(WORDS['kind'])} {WORDS['thing'][number % 12]} "
                f"{random.choice(WORDS['look'])} {number}",
                category=categories[number % 12],
                unit=piece,
                reorder_at=20,
            )
            for number in numbers
        )
    return list(Item.objects.order_by("pk").values_list("pk", flat=True))


def _received(item, place, actor, at):
    quantity = random.choice([0, 0, 0, 12]) + random.randint(1, 900)
    return Request(
        MovementKind.RECEIVE,
        (Line(item, quantity, place),),
        actor=actor,
        reference=f"delivery:{item % 5000}",
        effective_at=at,
    )


def _moved(order, chosen, actor, reason, at):
    kind = random.choices(
        [MovementKind.SHIP, MovementKind.RECEIVE, MovementKind.ADJUST, MovementKind.RETURN],
        [70, 20, 6, 4],
    )[0]
    adjusts = kind == MovementKind.ADJUST
    lines = tuple(Line(item, random.randint(1, 3), place) for item, place in chosen)
    return Request(
        kind,
        lines,
        actor=actor,
        reference="" if adjusts else f"order:{order}",
        reason=reason if adjusts else None,
        effective_at=at,
    )


def _bring_up_to_date(items: list[int]) -> None:
    """What the relay would do one event at a time."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for chunk in _chunks(items, 5000):
        operations.note_stock_change(items=chunk)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM jobs_outboxevent")
    operations.check_ledger(full=True)


def _chunks(rows, size):
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _say(done: int, total: int, began: float) -> None:
    rate = done / max(time.monotonic() - began, 0.001)
    sys.stderr.write(f"\r{done:,} of {total:,} movements, {rate:,.0f} a second ")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--movements", type=int, default=1_000_000)
    asked = parser.parse_args()
    build(items=asked.items, movements=asked.movements)


if __name__ == "__main__":
    main()
