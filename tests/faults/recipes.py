"""For each operation that changes stock: what it needs to stand there, and how it is asked for.

A new operation gets a row in `RECIPES` (or in `ELSEWHERE`, if it changes no quantity), or `pairs`
fails. It acts on what stands on a `Stage`: one item at one place, with `FREE` of it free there, so
that two who want `MANY` cannot both have it.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.db.models import F

from accounts.access import EVERYWHERE
from accounts.models import User
from inventory import ledger, operations
from inventory.ledger import Line, NewHold, Request
from inventory.models import Allocation, Hold, Item, Location, MovementKind, Reason, StockLevel
from tests.factories import make_item

FREE, MANY = 3, 2
ELSEWHERE = {
    "change_grant",
    "check_ledger",
    "count_last_of",
    "count_place",  # one count_stock after the other
    "create_item",
    "grant_place",
    "keep_picture",
    "move_load",  # one move_stock after the other
    "note_stock_change",
    "refresh_low_stock",
    "save_place",  # what stands there may be sold no more; its race is in test_races
    "set_picture",
    "take_grant",
    "tell_of_broken_promises",
}


@dataclass
class Stage:
    """An item of its own at a place. What two recipes both need is one and the same thing.

    Whatever is set aside is received besides, so that `FREE` stays free.
    """

    place: Location
    target: Location  # where nothing of it stands
    actor: User
    item: Item = field(init=False)
    receipt: int = field(init=False)  # of what is free

    def __post_init__(self) -> None:
        self.item = make_item()
        self.receipt = self._booked(MovementKind.RECEIVE, FREE)

    @property
    def here(self) -> dict[str, Any]:
        return {"sku": self.item.sku, "place": self.place.code, "actor": self.actor}

    @cached_property
    def set_apart(self) -> int:
        self._booked(MovementKind.RECEIVE, MANY)
        why = Reason.objects.get(code="damaged").pk
        return self._booked(MovementKind.QUARANTINE, MANY, reason=why)

    @property
    def version(self) -> int:
        return StockLevel.objects.get(item=self.item, location=self.place).version

    @cached_property
    def other(self) -> Item:
        """Another item at the place, with as much free."""
        other = make_item()
        self._booked(MovementKind.RECEIVE, FREE, item=other)
        return other

    @property
    def items(self) -> list[int]:
        return [self.item.pk, *([self.other.pk] if "other" in self.__dict__ else [])]

    @cached_property
    def hold(self) -> Hold:
        return self._held(MANY)

    @cached_property
    def overdue(self) -> Hold:
        """A hold whose time is over, from `begin` on, and that nobody has swept."""
        return self._held(1)

    @cached_property
    def allocation(self) -> Allocation:
        self._booked(MovementKind.RECEIVE, MANY)
        self._booked(MovementKind.ALLOCATE, MANY, reference=f"stage:{self.item.pk}")
        return Allocation.objects.get(reference=f"stage:{self.item.pk}")

    def begin(self) -> None:
        """Let the time be over of what is to be overdue: any sweep ends all that is."""
        if "overdue" in self.__dict__:
            Hold.objects.filter(pk=self.overdue.pk).update(expires_at=F("created_at"))

    def _held(self, quantity: int) -> Hold:
        self._booked(MovementKind.RECEIVE, quantity)
        key, hour = str(uuid4()), timedelta(hours=1)
        new = NewHold(f"user:{self.actor.pk}", key, b"", lifetime=hour, longest=hour)
        self._booked(MovementKind.HOLD, quantity, hold=new)
        return Hold.objects.get(idempotency_key=key)

    def _booked(
        self, kind: MovementKind, quantity: int, *, item: Item | None = None, **rest: Any
    ) -> int:
        # Through the ledger's own door: thousands of stages are set up.
        line = Line((item or self.item).pk, quantity, self.place.pk)
        asked = Request(kind, (line,), actor=self.actor.pk, scope=EVERYWHERE, **rest)
        [movement] = ledger.post_one(asked).movements
        return movement


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to ask for an operation. `arguments` set up what it needs, the first time."""

    operation: str
    arguments: Callable[[Stage], dict[str, Any]]
    how: str = ""

    def __str__(self) -> str:
        return f"{self.operation} {self.how}".strip()


def _new_hold(stage: Stage, *lines: tuple[str, int]) -> dict[str, Any]:
    return {
        "lines": list(lines),
        "lifetime": timedelta(hours=1),
        "actor": stage.actor,
        "key": uuid4(),
    }


def _hold(stage: Stage) -> dict[str, Any]:
    return {"hold": stage.hold.pk, "actor": stage.actor}


def _overdue(stage: Stage) -> dict[str, Any]:
    return {"hold": stage.overdue.pk, "actor": stage.actor}


def _set_apart(stage: Stage) -> dict[str, Any]:
    _ = stage.set_apart
    return stage.here | {"quantity": MANY, "key": uuid4()}


def _nothing_but_an_overdue_hold(stage: Stage) -> dict[str, Any]:
    _ = stage.overdue
    return {}


RECIPES = (
    Recipe("receive_stock", lambda s: s.here | {"quantity": MANY, "key": uuid4()}),
    Recipe("ship_stock", lambda s: s.here | {"quantity": MANY, "key": uuid4()}),
    Recipe(
        "ship_stock",
        lambda s: s.here | {"quantity": MANY, "allocation": s.allocation.pk, "key": uuid4()},
        "from a promise",
    ),
    Recipe(
        "return_stock",
        lambda s: s.here | {"quantity": MANY, "reason": "unwanted", "key": uuid4()},
    ),
    Recipe(
        "adjust_stock",
        lambda s: s.here | {"delta": -MANY, "reason": "miscounted", "key": uuid4()},
    ),
    Recipe(
        "adjust_stock",
        lambda s: s.here | {"delta": MANY, "reason": "miscounted", "key": uuid4()},
        "upwards",
    ),
    Recipe(
        "adjust_stock",
        lambda s: (
            s.here | {"delta": -MANY, "reason": "miscounted", "accepts": None, "key": uuid4()}
        ),
        "whatever breaks",
    ),
    Recipe(
        "count_stock",
        lambda s: s.here | {"counted": 1, "seen": s.version, "accepts": None, "key": uuid4()},
    ),
    Recipe(
        "move_stock",
        lambda s: s.here | {"to_place": s.target.code, "quantity": MANY, "key": uuid4()},
    ),
    Recipe(
        "move_everything",
        lambda s: {
            "place": s.place.code,
            "to_place": s.target.code,
            "actor": s.actor,
            "key": uuid4(),
        },
    ),
    Recipe(
        "quarantine_stock",
        lambda s: s.here | {"quantity": MANY, "reason": "damaged", "accepts": None, "key": uuid4()},
    ),
    Recipe("restore_stock", _set_apart),
    Recipe(
        "scrap_stock",
        lambda s: s.here | {"quantity": MANY, "reason": "damaged", "accepts": None, "key": uuid4()},
    ),
    Recipe(
        "reverse_movement",
        lambda s: {"movement": s.receipt, "actor": s.actor, "key": uuid4()},
    ),
    Recipe("hold_stock", lambda s: _new_hold(s, (s.item.sku, MANY))),
    Recipe(
        "hold_stock",
        lambda s: _new_hold(s, (s.item.sku, MANY), (s.other.sku, 1)),
        "of two items",
    ),
    Recipe(
        "hold_stock",
        lambda s: _new_hold(s, (s.other.sku, 1), (s.item.sku, 1), (s.item.sku, 1)),
        "of two items the other way round, of one twice",
    ),
    Recipe("extend_hold", lambda s: _hold(s) | {"lifetime": timedelta(hours=2)}),
    Recipe("change_hold", lambda s: _hold(s) | {"line": 1, "quantity": 2 * MANY}),
    Recipe("change_hold", lambda s: _hold(s) | {"line": 1, "quantity": 1}, "to less"),
    Recipe("release_hold", _hold),
    Recipe("release_hold", _overdue, "that is over"),
    Recipe("confirm_hold", _hold),
    Recipe("confirm_hold", _overdue, "that is over"),
    Recipe("expire_holds", _nothing_but_an_overdue_hold),
    Recipe(
        "allocate_stock",
        lambda s: {
            "sku": s.item.sku,
            "quantity": MANY,
            "reference": f"order:{s.item.pk}",
            "actor": s.actor,
            "key": uuid4(),
        },
    ),
    Recipe(
        "deallocate_stock",
        lambda s: {
            "allocation": s.allocation.pk,
            "quantity": MANY,
            "actor": s.actor,
            "key": uuid4(),
        },
    ),
)


def changing_stock() -> set[str]:
    """The operations that there are, without those that change no quantity."""
    there = {name for name in operations.__all__ if inspect.isfunction(getattr(operations, name))}
    return there - ELSEWHERE
