"""A house whose nets are gone, and how long until a crowd oversells it; for `negative_control`.

`python -m tests.faults.spoilt_house SEED [--whole]` on a database of its own; prints the seconds,
or `none` when nothing was oversold within the time.
"""

import json
import os
import sys
import threading
import time
from queue import Empty, Queue
from subprocess import Popen

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402 -- after setup

from tests.factories import make_item, make_place, make_site, make_stock, make_user  # noqa: E402
from tests.faults.command import start  # noqa: E402

PROCESSES, SHOPPERS, ASKS, SECONDS = 3, 6, 400, 10.0
NETS = {
    "inventory_stocklevel": ["stock_level_keeps_promises"],
    "inventory_stockmovement": [
        "stock_movement_keeps_promises",
        "stock_movement_version_unique",
    ],
}


def take_the_nets_away() -> None:
    with connection.cursor() as cursor:
        for table, constraints in NETS.items():
            for name in constraints:
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")


def oversold_after(seed: int, *, spoilt: bool) -> float | None:
    """Seconds from the first ask until one of the crowd saw less than nothing left; None if nobody
    did within the time.
    """
    sku = f"SPOILT-{seed}"
    site = make_site(code=f"SITE-{seed}")
    make_stock(
        4,  # few, so that each ask is for the last ones
        item=make_item(sku=sku),
        place=make_place(code=f"BIN-{seed}", parent=site),
        actor=make_user(email=f"spoilt{seed}@backroom.example"),
    )
    flags = ["--spoilt"] if spoilt else []
    running = [
        start(
            "tests.faults.shopper", seed * 10 + number, sku, SHOPPERS, ASKS, 0, *flags, url=_url()
        )
        for number in range(PROCESSES)
    ]
    told: Queue[str] = Queue()
    for process in running:
        threading.Thread(target=_listen, args=(process, told), daemon=True).start()
    try:
        return _first(told)
    finally:
        for process in running:
            process.terminate()
            process.wait(20)


def _first(told: Queue[str]) -> float | None:
    told.get(timeout=60)  # now somebody has asked
    began = time.monotonic()
    while (left := SECONDS - (time.monotonic() - began)) > 0:
        try:
            if '"oversold"' in told.get(timeout=left):
                return time.monotonic() - began
        except Empty:
            return None
    return None


def _listen(process: Popen[str], told: Queue[str]) -> None:
    for line in process.stdout or ():
        told.put(line)


def _url() -> str:
    return os.environ["DATABASE_URL"]


if __name__ == "__main__":
    spoilt = "--whole" not in sys.argv
    if spoilt:
        take_the_nets_away()
    print(json.dumps(oversold_after(int(sys.argv[1]), spoilt=spoilt)))
