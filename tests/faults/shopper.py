"""Some of many who hold the last units: retries, has connections cut, and keeps a history.

`python -m tests.faults.shopper SEED SKU SHOPPERS ASKS CUTS [--spoilt]` prints each ask as a line
of JSON.
`CUTS` is the share of asks whose database connection dies on the way or whose answer is lost.
Spoilt, it works without the row lock and without the version test.
"""

import json
import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from typing import Any
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import psycopg  # noqa: E402 -- after setup
from django.db import OperationalError, connection  # noqa: E402

from accounts.models import User  # noqa: E402
from inventory import operations  # noqa: E402
from inventory.ledger import reading, writing  # noqa: E402
from inventory.models import StockLevel  # noqa: E402

_TRIES = 60
RELEASED = 0.9  # of the holds, so that somebody always comes for the last units
LIFETIME = timedelta(hours=1)


def spoil() -> None:
    """Take the lock and the version test away, in this process alone."""
    reading.LOCK_LEVELS = _without(reading.LOCK_LEVELS, "FOR NO KEY UPDATE OF level")
    writing.CHANGE_LEVELS = _without(writing.CHANGE_LEVELS, "AND level.version = change.seen")


def _without(text: str, part: str) -> str:
    if part not in text:
        raise AssertionError(f"{part} is not in the statement any more: mend this test")
    return text.replace(part, "")


@contextmanager
def cut(chance: random.Random, killer: psycopg.Connection[Any]) -> Iterator[None]:
    """Kill the connection of this thread within a few milliseconds, as a network does."""
    connection.ensure_connection()
    victim = connection.connection.info.backend_pid
    after = threading.Timer(
        chance.uniform(0, 0.012),
        lambda: killer.execute("SELECT pg_terminate_backend(%s)", [victim]),
    )
    after.start()
    try:
        yield
    finally:
        after.join()


def ask(sku: str, quantity: int, actor: User, key: Any) -> dict[str, Any]:
    """Hold, and say what came of it."""
    try:
        hold = operations.hold_stock(
            lines=[(sku, quantity)], lifetime=LIFETIME, actor=actor, key=key
        )
    except operations.NotEnoughStock as refusal:
        return {"refused": refusal.shortages[0].available_now}
    return {"hold": hold.pk}


def _oversold(sku: str) -> bool:
    return StockLevel.objects.filter(item__sku=sku, available__lt=0).exists()


def main(seed: int, sku: str, shoppers: int, asks: int, cuts: float, *, spoilt: bool) -> None:
    """Let some shoppers ask at once, each in a thread with a connection of its own."""

    def shop(number: int) -> None:
        try:
            _shop(random.Random(seed * 1000 + number), sku, asks, cuts, spoilt=spoilt)
        finally:
            connection.close()

    with ThreadPoolExecutor(shoppers) as pool:
        list(pool.map(shop, range(shoppers)))


def _shop(chance: random.Random, sku: str, asks: int, cuts: float, *, spoilt: bool) -> None:
    actor = User.objects.earliest("pk")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as killer:
        for _ in range(asks):
            told = _asked(chance, sku, actor, cuts, killer)
            _say(told)
            if spoilt and _oversold(sku):
                return _say({"oversold": True})
            # In a spoilt house all of them: what is kept would fill it, and nobody would try again.
            if "hold" in told and (spoilt or chance.random() < RELEASED):
                release(told["hold"], actor)
    return None


def _asked(
    chance: random.Random, sku: str, actor: User, cuts: float, killer: psycopg.Connection[Any]
) -> dict[str, Any]:
    """Ask until there is an answer, always with the same key; when, for what, and the answer."""
    quantity, key = chance.randint(1, 3), uuid4()
    began, outcome = time.time(), {}
    for _ in range(_TRIES):
        unlucky = chance.random() < cuts
        try:
            with cut(chance, killer) if unlucky else nullcontext():
                outcome = ask(sku, quantity, actor, key)
        except (OperationalError, psycopg.OperationalError):
            connection.close()
            continue  # nobody knows what came of it
        if unlucky and chance.random() < 0.5:
            connection.close()
            continue  # the answer was lost on its way
        break
    return {"key": str(key), "quantity": quantity, "from": began, "to": time.time(), **outcome}


def _say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def release(hold: int, actor: User) -> None:
    while True:
        try:
            operations.release_hold(hold=hold, actor=actor)
        except (OperationalError, psycopg.OperationalError):
            connection.close()
        else:
            return


if __name__ == "__main__":
    if spoilt := "--spoilt" in sys.argv:
        spoil()
    seed, sku, shoppers, asks, cuts = sys.argv[1:6]
    main(int(seed), sku, int(shoppers), int(asks), float(cuts), spoilt=spoilt)
