"""One of several processes that book at random on the same few shelves.

`python -m tests.inventory.hammer SEED TIMES` prints what came of it as JSON.
"""

import json
import os
import random
import sys
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from accounts.access import EVERYWHERE  # noqa: E402 -- after setup
from accounts.models import User  # noqa: E402
from inventory import ledger, operations  # noqa: E402
from inventory.ledger import Line, Request  # noqa: E402
from inventory.models import (  # noqa: E402
    Allocation,
    Hold,
    MovementKind,
    Reason,
    StockLevel,
    StockMovement,
)


def several(kind: MovementKind, levels: list[StockLevel], actor: User, reason: int | None):
    """Two to four shelves in one request, named in no order at all."""
    chosen = random.sample(levels, random.randint(2, 4))
    sign = random.choice([-1, 1]) if kind == MovementKind.ADJUST else 1
    lines = tuple(
        Line(level.item_id, sign * random.randint(1, 3), level.location_id) for level in chosen
    )
    return ledger.post_one(Request(kind, lines, actor=actor.pk, scope=EVERYWHERE, reason=reason))


def reverse_something(levels: list[StockLevel], actor: User):
    level = random.choice(levels)
    latest = StockMovement.objects.filter(level=level).order_by("-version").first()
    return operations.reverse_movement(movement=latest.pk, actor=actor)


def hold_something(levels: list[StockLevel], actor: User):
    """One or two items, wherever they stand; some are over before they have begun."""
    chosen = random.sample(levels, random.randint(1, 2))
    return operations.hold_stock(
        lines=[(level.item.sku, random.randint(1, 3)) for level in chosen],
        lifetime=timedelta(milliseconds=random.choice([0, 20, 60_000])),
        actor=actor,
        key=uuid4(),
    )


def end_a_hold(actor: User):
    hold = Hold.objects.order_by("?").first()
    if hold is None:
        return operations.expire_holds()
    if random.random() < 0.3:
        quantity = random.randint(1, 4)
        return operations.change_hold(hold=hold.pk, line=1, quantity=quantity, actor=actor)
    end = random.choice([operations.release_hold, operations.confirm_hold])
    return end(hold=hold.pk, actor=actor)


def allocate_something(levels: list[StockLevel], actor: User):
    level = random.choice(levels)
    return operations.allocate_stock(
        sku=level.item.sku, quantity=random.randint(1, 3), reference="order:7", actor=actor
    )


def use_an_allocation(actor: User):
    promise = Allocation.objects.select_related("level__item", "level__location")
    promise = promise.order_by("?").first()
    if promise is None:
        return operations.expire_holds()
    if random.random() < 0.5:
        return operations.deallocate_stock(allocation=promise.pk, quantity=1, actor=actor)
    return operations.ship_stock(
        sku=promise.level.item.sku,
        place=promise.level.location.code,
        quantity=1,
        allocation=promise.pk,
        actor=actor,
    )


def take_whatever_is_promised(levels: list[StockLevel], actor: User):
    """Physical truth: it moves, goes, or is set apart, and promises go along or give way."""
    level = StockLevel.objects.select_related("item", "location").get(pk=random.choice(levels).pk)
    what = {
        "sku": level.item.sku,
        "place": level.location.code,
        "actor": actor,
        "accepts": None,
    }
    quantity = random.randint(1, 3)
    target = random.choice(levels).location.code
    return random.choice(
        [
            lambda: operations.move_stock(**what, to_place=target, quantity=quantity),
            lambda: operations.move_stock(**what, to_place=target, quantity=quantity),
            lambda: operations.quarantine_stock(**what, reason="damaged", quantity=quantity),
            lambda: operations.scrap_stock(**what, reason="damaged", quantity=quantity),
            lambda: operations.count_stock(
                **what, counted=max(level.on_hand - quantity, 0), seen=level.version
            ),
        ]
    )()


def restore_something(actor: User):
    level = StockLevel.objects.filter(unavailable__gt=0).select_related("item", "location").first()
    if level is None:
        return operations.expire_holds()
    return operations.restore_stock(
        sku=level.item.sku, place=level.location.code, quantity=1, actor=actor
    )


def main(seed: int, times: int) -> Counter[str]:
    random.seed(seed)
    levels = list(StockLevel.objects.select_related("item", "location").order_by("pk"))
    actor, reason = User.objects.first(), Reason.objects.get(code="miscounted").pk
    acts = [
        lambda: several(MovementKind.RECEIVE, levels, actor, None),
        lambda: several(MovementKind.SHIP, levels, actor, None),
        lambda: several(MovementKind.ADJUST, levels, actor, reason),
        lambda: reverse_something(levels, actor),
        lambda: hold_something(levels, actor),
        lambda: hold_something(levels, actor),
        lambda: end_a_hold(actor),
        lambda: end_a_hold(actor),
        lambda: operations.expire_holds(),
        lambda: allocate_something(levels, actor),
        lambda: use_an_allocation(actor),
        lambda: take_whatever_is_promised(levels, actor),
        lambda: take_whatever_is_promised(levels, actor),
        lambda: restore_something(actor),
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
