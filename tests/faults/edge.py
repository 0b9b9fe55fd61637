"""A hold whose time runs out at the very moment at which it is confirmed.

`./dev faults edge [--full] [--seed N]`: 10,000 times (full), or 100, one process confirms and
another sweeps within a few milliseconds of the end of a hold. Exactly one of them ends it, and
whoever confirmed was told so.
"""

import os
import random
import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402 -- after setup

from inventory import operations  # noqa: E402
from tests.factories import make_item, make_stock, make_user  # noqa: E402
from tests.faults.command import arguments, report  # noqa: E402
from tests.faults.hand import Hand  # noqa: E402
from tests.faults.history import Edges, judge_edges  # noqa: E402

EARLY, LATE = 0.04, 0.003  # seconds before and after its end between which each of the two begins
_END = """
    UPDATE inventory_hold
    SET expires_at = clock_timestamp() + make_interval(secs => %s)
    WHERE id = %s
    RETURNING extract(epoch FROM expires_at)::float8
"""


def at_the_edge(url: str, *, seed: int, times: int) -> Edges:
    """Let two processes meet at the end of so many holds, and judge what they did."""
    chance, actor, sku = random.Random(seed), make_user(superuser=True), f"EDGE-{seed}"
    make_stock(times, item=make_item(sku=sku), actor=actor)
    confirmer, sweeper = Hand.on(url), Hand.on(url)
    told: list[dict[str, Any]] = []
    try:
        for _ in range(times):
            hold = operations.hold_stock(
                lines=[(sku, 1)], lifetime=timedelta(hours=1), actor=actor, key=uuid4()
            )
            # Dense around the end, and some early enough on a busy machine, too.
            leads = [EARLY * chance.random() ** 3 - LATE * chance.random() for _ in range(2)]
            with connection.cursor() as cursor:
                cursor.execute(_END, [max(*leads, 0) + 0.002, hold.pk])
                [[ends]] = cursor.fetchall()
            confirm = {"hold": hold.pk, "actor": actor, "reference": f"edge:{hold.pk}"}
            confirmer.tell("confirm_hold", confirm, at=ends - leads[0])
            sweeper.tell("expire_holds", {}, at=ends - leads[1])
            told.append(confirmer.answer() | {"hold": hold.pk, "ends": ends})
            swept = sweeper.answer()
            told[-1]["sweep"] = swept.get("failed", "")
    finally:
        confirmer.leave()
        sweeper.leave()
    operations.expire_holds(most=times)  # those that were refused before anybody swept them
    return judge_edges(told)


def main() -> None:
    asked = arguments(__doc__ or "")
    began = time.monotonic()
    found = at_the_edge(
        os.environ["DATABASE_URL"], seed=asked.seed, times=10_000 if asked.full else 100
    )
    check = operations.check_ledger(full=True)
    report(
        seed=asked.seed,
        holds=found.holds,
        confirmed=found.confirmed,
        expired=found.expired,
        under_way_at_the_end=found.under_way,
        **found.wrong,
        findings=len(check.findings) if check else "another check was running",
        seconds=round(time.monotonic() - began),
    )
    if not found.clean or check is None or check.findings:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
