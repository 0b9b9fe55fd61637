"""`./dev bench ledger [--movements 10000000]`: how long the proof of a large ledger takes.

A tenth of the movements, of 100,000 items, is booked through the ledger. The others are written
beside it by SQL, in this database that nobody keeps: each level gets as many lines again, which
take one off the shelf and bring it back, numbered and balanced as the ledger would have it. Then
all is proved from the first line, 100,000 more are booked, and proved from the marks.
"""

import argparse
import math
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402 -- after setup

from accounts.models import User  # noqa: E402
from bench import house  # noqa: E402
from inventory import operations  # noqa: E402
from inventory.models import LedgerCheck, StockMovement  # noqa: E402

ITEMS, NEW = 100_000, 100_000
FULL_S, INCREMENTAL_S = 300.0, 5.0

# Ship one and take it back, again and again: the balance is what it was, the version runs on.
_MORE = """
    INSERT INTO inventory_stockmovement (
        level_id, kind, on_hand_delta, allocated_delta, held_delta, unavailable_delta,
        on_hand_after, allocated_after, held_after, unavailable_after,
        sells_after, version, reference, actor_id
    )
    SELECT level.id, CASE n %% 2 WHEN 1 THEN 'ship' ELSE 'return' END,
           CASE n %% 2 WHEN 1 THEN -1 ELSE 1 END, 0, 0, 0,
           level.on_hand - n %% 2, level.allocated, level.held, level.unavailable,
           true, level.version + n, 'order:' || n, %(actor)s
    FROM inventory_stocklevel AS level
    CROSS JOIN generate_series(1, %(lines)s) AS n
    WHERE level.id BETWEEN %(first)s AND %(last)s AND level.available > 0
"""
_UP_TO = """
    UPDATE inventory_stocklevel SET version = version + %(lines)s
    WHERE id BETWEEN %(first)s AND %(last)s AND available > 0
"""
_LEVELS = 5000


def write_beside(movements: int) -> None:
    """Write about that many more lines, the same number for each level that has stock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), max(id) FROM inventory_stocklevel WHERE available > 0")
        [(levels, last)] = cursor.fetchall()
        lines = math.ceil(movements / levels / 2) * 2
        actor = User.objects.order_by("pk")[0].pk
        for first in range(1, last + 1, _LEVELS):
            these = {"first": first, "last": first + _LEVELS - 1, "lines": lines, "actor": actor}
            with transaction.atomic():
                cursor.execute(_MORE, these)
                cursor.execute(_UP_TO, these)
        cursor.execute("VACUUM ANALYZE inventory_stockmovement, inventory_stocklevel")


def proved(*, full: bool) -> LedgerCheck:
    check = operations.check_ledger(full=full)
    if check is None or not check.proved:
        raise RuntimeError(f"Not proved: {check and check.findings}")
    return check


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench ledger", description=__doc__)
    parser.add_argument("--movements", type=int, default=10_000_000)
    asked = parser.parse_args()
    house.build(items=ITEMS, movements=asked.movements // 10)
    began = time.monotonic()
    write_beside(asked.movements - StockMovement.objects.count())
    print(f"written beside in {time.monotonic() - began:.0f} s", file=sys.stderr)
    full = proved(full=True)
    print(f"{full.movements_read:,} movements, {full.levels:,} levels, from the first line")
    print(f"    {full.seconds:.1f} s")
    house.book_more(NEW)
    marked = proved(full=False)
    print(f"{marked.movements_read:,} new ones, from the marks")
    print(f"    {marked.seconds:.1f} s")
    within = full.seconds < FULL_S and marked.seconds < INCREMENTAL_S
    print("all within" if within else f"over {FULL_S:.0f} s or {INCREMENTAL_S:.0f} s")
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
