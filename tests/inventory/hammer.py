"""One of several processes that book at random on the same few shelves.

`python -m tests.inventory.hammer SEED TIMES` prints what came of it as JSON.
"""

import json
import os
import random
import sys
from collections import Counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from accounts.models import User  # noqa: E402 -- after setup
from inventory import ledger, operations  # noqa: E402
from inventory.ledger import Line, Request  # noqa: E402
from inventory.models import MovementKind, Reason, StockLevel, StockMovement  # noqa: E402


def several(kind: MovementKind, levels: list[StockLevel], actor: User, reason: int | None):
    """Two to four shelves in one request, named in no order at all."""
    chosen = random.sample(levels, random.randint(2, 4))
    sign = random.choice([-1, 1]) if kind == MovementKind.ADJUST else 1
    lines = tuple(
        Line(level.item_id, sign * random.randint(1, 3), level.location_id) for level in chosen
    )
    return ledger.post_one(Request(kind, lines, actor=actor.pk, reason=reason))


def reverse_something(levels: list[StockLevel], actor: User):
    level = random.choice(levels)
    latest = StockMovement.objects.filter(level=level).order_by("-version").first()
    return operations.reverse_movement(movement=latest.pk, actor=actor)


def main(seed: int, times: int) -> Counter[str]:
    random.seed(seed)
    levels = list(StockLevel.objects.order_by("pk"))
    actor, reason = User.objects.first(), Reason.objects.get(code="miscounted").pk
    acts = [
        lambda: several(MovementKind.RECEIVE, levels, actor, None),
        lambda: several(MovementKind.SHIP, levels, actor, None),
        lambda: several(MovementKind.ADJUST, levels, actor, reason),
        lambda: reverse_something(levels, actor),
    ]
    outcomes: Counter[str] = Counter()
    for _ in range(times):
        try:
            random.choice(acts)()
            outcomes["booked"] += 1
        except ledger.StockError as refusal:
            outcomes[refusal.code] += 1
        except Exception as failure:  # a deadlock is one; the test wants none
            outcomes[f"{type(failure).__name__}: {failure}"] += 1
    return outcomes


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))
