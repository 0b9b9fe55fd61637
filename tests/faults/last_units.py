"""Twenty at once for the last ten of an item, with retries and cut connections.

`./dev faults last_units [--full] [--seed N]`: 20 shoppers in 4 processes, 40 rounds of 25 asks each
(full), or 2 rounds of 5.
"""

import json
import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from inventory import operations  # noqa: E402 -- after setup
from tests.factories import make_item, make_place, make_stock  # noqa: E402
from tests.faults.command import answer_of, arguments, report, start  # noqa: E402
from tests.faults.history import Verdict, judge  # noqa: E402

PROCESSES, SHOPPERS = 4, 5
CUTS = 0.15


def crowd(url: str, *, seed: int, asks: int) -> Verdict:
    """Let a crowd hold the last ten of an item, 3 in one bin and 7 in another."""
    sku = f"LAST-{seed}"
    item = make_item(sku=sku)
    for quantity in (3, 7):
        make_stock(quantity, item=item, place=make_place())
    running = [
        start("tests.faults.shopper", seed * 10 + number, sku, SHOPPERS, asks, CUTS, url=url)
        for number in range(PROCESSES)
    ]
    lines = "".join(answer_of(running)).splitlines()
    return judge(sku, [json.loads(line) for line in lines])


def main() -> None:
    asked = arguments(__doc__ or "")
    rounds, asks = (40, 25) if asked.full else (2, 5)
    began, verdicts = time.monotonic(), []
    for number in range(rounds):
        verdicts.append(crowd(os.environ["DATABASE_URL"], seed=asked.seed + number, asks=asks))
    check = operations.check_ledger(full=True)
    report(
        seed=asked.seed,
        asks=sum(one.asks for one in verdicts),
        held=sum(one.held for one in verdicts),
        refused=sum(one.refused for one in verdicts),
        oversold=sum(one.oversold for one in verdicts),
        doubled=sum(one.doubled for one in verdicts),
        lost=sum(one.lost for one in verdicts),
        wrongly_refused=sum(len(one.wrongly_refused) for one in verdicts),
        findings=len(check.findings) if check else "another check was running",
        seconds=round(time.monotonic() - began),
    )
    if not all(one.clean for one in verdicts) or check is None or check.findings:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
