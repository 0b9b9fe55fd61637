"""Opens a shop in a house that will be broken, and audits it afterwards; for `killed_house`.

`python -m tests.faults.bookkeeper open SEED PEOPLE` prints a shop as JSON: a few items in two bins
each, so few of each that some asks must be refused; `… last SEED PEOPLE` one in which there are ten
of one item, and nothing is done but hold and release. `… audit FILE` compares the asks in a file, a
line of JSON each, with what is written, and prints what is wrong.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from inventory import operations  # noqa: E402 -- after setup
from tests.factories import make_item, make_place, make_site, make_stock, make_user  # noqa: E402
from tests.faults.history import audit  # noqa: E402

# Of each item what stands in its bins, how many are asked for at most, and how often what is done.
ACTS = {"receive": 20, "ship": 18, "return": 5, "adjust": 12, "hold": 25, "release": 12}
SHOPS: dict[str, tuple[int, list[int], int, dict[str, int]]] = {
    "open": (6, [25, 25], 6, ACTS | {"confirm": 8}),
    "last": (1, [3, 7], 3, {"hold": 1, "release": 1}),
}


def open_shop(kind: str, seed: int, people: int) -> dict[str, Any]:
    count, bins, most, acts = SHOPS[kind]
    name = f"{kind}-{seed}".upper()
    password = f"a long enough password {seed}"
    # One account each: nobody may sign in a dozen times in a minute.
    emails = [f"{name}.{number}@backroom.example".lower() for number in range(people)]
    actor, *_ = [make_user(email=one, password=password, superuser=True) for one in emails]
    site, items = make_site(code=name), []
    for number in range(count):
        item = make_item(sku=f"{name}-{number}")
        places = [make_place(code=f"{name}-{number}-{n}", parent=site) for n in range(len(bins))]
        for place, quantity in zip(places, bins, strict=True):
            make_stock(quantity, item=item, place=place, actor=actor)
        items.append({"pk": item.pk, "sku": item.sku, "places": [place.code for place in places]})
    return {"emails": emails, "password": password, "items": items, "most": most, "acts": acts}


def audited(file: str) -> dict[str, Any]:
    found = audit([json.loads(line) for line in Path(file).read_text().splitlines()])
    check = operations.check_ledger(full=True)
    findings = ["another check was running"] if check is None else check.findings
    return asdict(found) | {"wrong": found.wrong, "findings": findings}


if __name__ == "__main__":
    act, *given = sys.argv[1:]
    done = audited(*given) if act == "audit" else open_shop(act, *map(int, given))
    print(json.dumps(done, default=str))
