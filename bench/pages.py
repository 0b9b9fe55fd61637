"""`./dev bench pages`: queries and server time of the pages on a large house.

100,000 items and 1,000,000 movements unless told otherwise. Each page is asked for in this process
by Django's test client, signed in, once to warm up and then 20 times; the table shows the number of
queries, the median and the slowest. What the server's socket costs is not in it.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Iterator

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 -- after setup
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils.http import urlencode  # noqa: E402

from accounts.models import User  # noqa: E402
from bench import house  # noqa: E402
from inventory.models import Hold, Item, Location, StockMovement  # noqa: E402

TIMES, HOLDS = 20, 20_000
QUERIES = 10
MILLISECONDS = 100.0


def addresses() -> Iterator[tuple[str, str]]:
    """The pages that are measured, with what they are."""
    items, movements = reverse("inventory:item-list"), reverse("inventory:movement-list")

    def asked(page: str, **query: str) -> str:
        return f"{page}?{urlencode(query)}"

    latest = StockMovement.objects.order_by("-pk").select_related("level__item").first()
    assert latest is not None, "the house is empty"
    item = latest.level.item
    place = Location.objects.filter(levels__on_hand__gt=0).order_by("pk").first()
    assert place is not None
    site = Location.objects.order_by("path")[0]
    middle = Item.objects.order_by("pk")[Item.objects.count() // 2]
    yield "Today", reverse("pages:today")
    yield "Items", items
    yield "Items by name, descending", asked(items, sort="-name")
    yield "Items moved last", asked(items, sort="-moved")
    yield "Items low", asked(items, state="low")
    yield "Items out of stock", asked(items, state="out")
    yield f"Items at {place.code}", asked(items, place=place.code)
    yield "Search Items: 1 character", asked(items, q=item.sku[0])
    yield "Search Items: 3 characters", asked(items, q=middle.name[:3])
    yield "Search Items: 10 characters", asked(items, q=middle.name[:10])
    yield "Search Items: nothing has it", asked(items, q="zzzqqqxxxw")
    yield "Search Items: an exact SKU", asked(items, q=middle.sku)
    yield "Item", item.get_absolute_url()
    yield "Movements", movements
    yield "Movements of an item", asked(movements, item=item.sku)
    yield f"Movements at {place.code}", asked(movements, place=place.code)
    yield "Movements of a reference", asked(movements, reference=latest.reference or "order:1")
    yield "Movements: adjustments", asked(movements, kind="adjust")
    yield "Search Movements: 1 character", asked(movements, q="o")
    yield "Search Movements: 3 characters", asked(movements, q="ord")
    yield "Search Movements: 10 characters", asked(movements, q="order:1000")
    yield "Holds", reverse("inventory:hold-list")
    yield (
        "Holds about to expire",
        asked(reverse("inventory:hold-list"), status="active", ending="soon"),
    )
    yield "A hold", Hold.objects.order_by("-pk")[0].get_absolute_url()
    yield "Places", reverse("inventory:place-list")
    yield f"Place {place.code}", place.get_absolute_url()
    yield "The site with all of it", site.get_absolute_url()
    yield f"Count {place.code}", reverse("inventory:count-place", args=[place.pk])
    yield "Search everywhere: 1 character", asked(reverse("pages:search"), q=item.sku[0])
    yield "Search everywhere: 3 characters", asked(reverse("pages:search"), q=middle.name[:3])
    yield "Search everywhere: 10 characters", asked(reverse("pages:search"), q=middle.name[:10])
    for model in ("item", "location", "stocklevel", "stockmovement"):
        yield f"Admin: {model}", reverse(f"admin:inventory_{model}_changelist")
    yield "Admin: item, searched", asked(reverse("admin:inventory_item_changelist"), q="lamp")
    yield (
        "Admin: stockmovement, searched",
        asked(reverse("admin:inventory_stockmovement_changelist"), q=item.sku),
    )


def measure(client: Client, address: str) -> tuple[int, int, float, float]:
    """Ask 20 times; status, queries, and the median and slowest in milliseconds."""
    asked: list[str] = []

    def note(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        response = client.get(address, follow=True)
        response.getvalue()
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        client.get(address, follow=True).getvalue()
        took.append((time.perf_counter() - began) * 1000)
    return response.status_code, len(asked), statistics.median(took), max(took)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench pages", description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--movements", type=int, default=1_000_000)
    asked = parser.parse_args()
    call_command("migrate", verbosity=0)
    if not Item.objects.exists():
        house.build(items=asked.items, movements=asked.movements)
        house.promise(HOLDS)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    client = Client(SERVER_NAME="localhost")
    client.force_login(
        User.objects.filter(is_superuser=True).first()
        or User.objects.create_superuser("bench@backroom.example", name="Bench")
    )
    sizes = f"{asked.items:,} items, {asked.movements:,} movements, {HOLDS:,} holds"
    print(f"{sizes}, median of {TIMES}\n")
    print(f"{'page':<36} {'queries':>7} {'median ms':>9} {'slowest':>8}")
    over = 0
    for name, address in addresses():
        status, queries, median, slowest = measure(client, address)
        late = status != 200 or queries > QUERIES or median >= MILLISECONDS
        over += late
        note = f"  <- {status}" if status != 200 else "  <-" if late else ""
        print(f"{name:<36} {queries:>7} {median:>9.1f} {slowest:>8.1f}{note}")
    print(f"\n{over} over {QUERIES} queries or {MILLISECONDS:.0f} ms" if over else "\nall within")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
