"""Twenty at once for the last ten of an item, through the pages of a house with two web processes.

`./dev faults last_units_by_page [--full] [--seed N]`: 20 people in 4 processes hold 1 to 3 and give
back, 4,000 times (full), or 200; every tenth form is sent again, its answer cut off.
"""

import time
from typing import Any

from tests.faults.command import arguments, report
from tests.faults.house import House, house
from tests.faults.killed_house import audited, opened, people

PROCESSES, PEOPLE = 4, 20


def crowd_by_page(whole: House, *, seed: int, asks: int) -> dict[str, Any]:
    """Let a crowd hold the last ten of an item, 3 in one bin and 7 in another."""
    shop = opened(whole, "last", seed, PEOPLE)
    with people(whole.port, shop, seed=seed, asks=asks, processes=PROCESSES) as heard:
        told = list(heard)
    return audited(whole, told)


def main() -> None:
    asked = arguments(__doc__ or "")
    began = time.monotonic()
    with house() as whole:
        found = crowd_by_page(whole, seed=asked.seed, asks=4000 if asked.full else 200)
    report(
        seed=asked.seed,
        asks=found["asks"],
        booked=found["booked"],
        refused=found["refused"],
        **found["wrong"],
        overtaken_by_their_refusal=len(found["overtaken"]),
        findings=len(found["findings"]),
        cut_off=found["cut"],
        seconds=round(time.monotonic() - began),
    )
    if any(found["wrong"].values()) or found["findings"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
