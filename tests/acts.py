"""What people do."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from inventory import operations
from inventory.models import StockLevel, StockMovement
from tests.factories import make_user


def adjust(level: StockLevel, *, by: int, actor=None, reason: str = "miscounted") -> StockMovement:
    return operations.adjust_stock(
        sku=level.item.sku,
        place=level.location.code,
        delta=by,
        reason=reason,
        actor=actor or make_user(),
    )


def at_once(times: int, act: Callable[[], Any]) -> list[Any]:
    """Do `act` in that many threads, all starting together; what each returned or raised."""
    return all_at_once([act] * times)


def all_at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    barrier = Barrier(len(acts))

    def start(act: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return act()
        except Exception as raised:  # the test looks at it
            return raised
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(start, acts))
