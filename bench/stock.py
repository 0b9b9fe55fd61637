"""`./dev bench stock [--history FILE …]`: promises and moves through the pages' own forms.

With a sales history in (or 100,000 items and 1,000,000 movements when none is given) one item after
the other is held and released through its page, in this process by Django's test client: what the
server's socket costs is not in it. Then all that stands at a bin, 500 levels, is moved by its page
while another process holds and releases the very same items; it starts before and goes on after.
"""

import argparse
import multiprocessing
import os
import random
import statistics
import sys
import time
from collections.abc import Sequence
from multiprocessing.synchronize import Event
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402 -- after setup
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.models import User  # noqa: E402
from bench import house  # noqa: E402
from inventory import operations  # noqa: E402
from inventory.models import Hold, Item, Location, StockLevel, StockMovement  # noqa: E402

TIMES = 300
LEVELS = 500
HOLD_MS, MOVE_S = 50.0, 2.0


def person() -> User:
    return User.objects.filter(is_superuser=True).order_by("pk")[0]


def signed_in() -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(person())
    return client


def hold_and_release(client: Client, item: int) -> tuple[float, float, str]:
    """Milliseconds of a hold of one and of its release; what was said if it was refused."""
    key = str(uuid4())
    began = time.perf_counter()
    answer = client.post(
        reverse("inventory:hold-stock", args=[item]),
        {"quantity": 1, "lifetime": 60, "form_key": key},
    )
    held = (time.perf_counter() - began) * 1000
    if answer.status_code >= 400:
        return held, 0.0, f"{answer.status_code}"
    hold = Hold.objects.get(idempotency_key=key)
    began = time.perf_counter()
    client.post(reverse("inventory:release-hold", args=[hold.pk]), {"form_key": str(uuid4())})
    return held, (time.perf_counter() - began) * 1000, ""


def make_history(files: Sequence[str]) -> None:
    if not files:
        house.build(items=100_000, movements=1_000_000)
        return
    User.objects.create_superuser("bench@backroom.example", name="Bench")
    site = Location.objects.create(code="SHOP", kind="site")
    Location.objects.create(code="SHOP-1", parent=site)
    call_command("import_sales_history", *files, stdout=sys.stderr)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _delivered(chance: random.Random) -> list[int]:
    """Items at random, of which ten stand at the first bin besides: a history may have sold all."""
    items = list(Item.objects.filter(stocked=True, tracking="none").order_by("pk"))
    place = Location.objects.filter(structural=False, parent__isnull=False).order_by("pk")[0]
    chosen = chance.sample(items, TIMES)
    for item in chosen:
        operations.receive_stock(sku=item.sku, place=place.code, quantity=10, actor=person())
    return [item.pk for item in chosen]


def crowded_bin() -> tuple[Location, Location, list[int]]:
    """A bin where 500 items stand, 20 of each, an empty one, and those items."""
    actor, site = person(), Location.objects.filter(parent=None).order_by("pk")[0]
    crowded = Location.objects.create(code="FULL-1", parent=site)
    empty = Location.objects.create(code="EMPTY-1", parent=site)
    items = list(Item.objects.filter(stocked=True, tracking="none").order_by("pk")[:LEVELS])
    for item in items:
        operations.receive_stock(sku=item.sku, place="FULL-1", quantity=20, actor=actor)
    return crowded, empty, [item.pk for item in items]


def shop(items: Sequence[int], started: Event, stop: Event, told: multiprocessing.Queue) -> None:
    """Hold and release at random until `stop`; tell when each began, and how long it took."""
    client, chance = signed_in(), random.Random(1)
    took: list[tuple[float, float, str]] = []
    while not stop.is_set():
        began = time.monotonic()
        held, _, refused = hold_and_release(client, chance.choice(items))
        took.append((began, held, refused))
        if len(took) == 20:
            started.set()
    told.put(took)


def move_all(client: Client, source: Location, target: Location) -> float:
    """Seconds until all that stands at `source` stands at `target`."""
    began = time.perf_counter()
    answer = client.post(
        reverse("inventory:move-everything", args=[source.pk]),
        {"to_place": target.code, "form_key": str(uuid4())},
    )
    took = time.perf_counter() - began
    if answer.status_code >= 400 or StockLevel.objects.filter(location=source, on_hand__gt=0):
        raise RuntimeError(f"The move was answered with {answer.status_code}.")
    return took


def tell(name: str, milliseconds: Sequence[float]) -> float:
    median = statistics.median(milliseconds)
    late = statistics.quantiles(milliseconds, n=100, method="inclusive")[94]
    print(f"{name:<44} {median:>8.1f} {late:>8.1f} {max(milliseconds):>8.1f}")
    return median


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench stock", description=__doc__)
    parser.add_argument("--history", nargs="*", default=[], help="sales history, CSV or .gz")
    asked = parser.parse_args()
    make_history(asked.history)
    lines = StockMovement.objects.count()
    print(f"\n{lines:,} movements, fsync on\n")
    print(f"{'milliseconds':<44} {'median':>8} {'95 %':>8} {'slowest':>8}")
    client, chance = signed_in(), random.Random(2026)
    items = _delivered(chance)
    for item in items[:10]:
        hold_and_release(client, item)
    pairs = [hold_and_release(client, item) for item in items]
    medians = [
        tell("hold one through the page", [held for held, _, _ in pairs]),
        tell("release it through the page", [released for _, released, _ in pairs]),
    ]

    source, target, crowd = crowded_bin()
    context = multiprocessing.get_context("spawn")
    started, stop, told = context.Event(), context.Event(), context.Queue()
    shopper = context.Process(target=shop, args=(crowd, started, stop, told))
    shopper.start()
    if not started.wait(60):
        raise RuntimeError("The other process does not hold.")
    moves = []
    for there, back in [(source, target), (target, source)] * 3:
        began = time.monotonic()
        moves.append((began, move_all(client, there, back)))
    stop.set()
    took = told.get(timeout=30)
    shopper.join(30)
    meanwhile = [
        held for at, held, _ in took if any(b <= at <= b + seconds for b, seconds in moves)
    ]
    refused = sum(1 for *_, why in took if why)
    tell(f"move {LEVELS} levels", [seconds * 1000 for _, seconds in moves])
    tell(f"hold one of them meanwhile ({len(meanwhile)})", meanwhile)
    print(f"\n{len(took)} holds in all, {refused} refused")
    check = operations.check_ledger(full=True)
    slowest = max(seconds for _, seconds in moves)
    within = (
        max(medians) < HOLD_MS
        and slowest < MOVE_S
        and not refused
        and len(meanwhile) > 0
        and check is not None
        and check.proved
    )
    print("all within" if within else f"over {HOLD_MS:.0f} ms or {MOVE_S:.0f} s")
    return 0 if within else 1


if __name__ == "__main__":
    settings.DEBUG = False
    sys.exit(main())
