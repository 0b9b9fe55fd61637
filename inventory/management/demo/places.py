"""Where things stand in the demonstration shop: twelve bins on two sites."""

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.models import User
from inventory import operations
from inventory.models import Grant, Location, LocationKind


@dataclass(frozen=True, slots=True)
class Shelf:
    """A place of the shop; `under` names the place above it."""

    code: str
    name: str
    kind: LocationKind
    under: str = ""
    sellable: bool = True
    priority: int = 50


_SITE, _ZONE, _BIN = LocationKind.SITE, LocationKind.ZONE, LocationKind.BIN

SHELVES = (
    Shelf("NORTH", "Unit 4, Leeds", _SITE),
    Shelf("SOUTH", "Shop, Brighton", _SITE),
    Shelf("A", "Zone A, pick", _ZONE, "NORTH", priority=10),
    Shelf("B", "Zone B, bulk rack", _ZONE, "NORTH", priority=30),
    Shelf("C", "Zone C, cases", _ZONE, "NORTH", priority=40),
    Shelf("Q", "Inspection", _ZONE, "NORTH", sellable=False, priority=90),
    Shelf("S", "Shop floor", _ZONE, "SOUTH"),
    Shelf("A-01-1", "pick face", _BIN, "A", priority=10),
    Shelf("A-01-2", "pick face", _BIN, "A", priority=10),
    Shelf("A-02-1", "pick face", _BIN, "A", priority=10),
    Shelf("A-03-1", "pick face", _BIN, "A", priority=11),
    Shelf("A-04-2", "pick face", _BIN, "A", priority=12),
    Shelf("B-11-1", "bulk rack", _BIN, "B", priority=30),
    Shelf("B-11-3", "bulk rack", _BIN, "B", priority=35),
    Shelf("C-01-1", "cases", _BIN, "C", priority=40),
    Shelf("C-02-1", "cases", _BIN, "C", priority=40),
    Shelf("Q-01", "returns", _BIN, "Q", sellable=False, priority=90),
    Shelf("S-01", "till side", _BIN, "S"),
    Shelf("S-02", "window", _BIN, "S"),
)
PICK = ("A-01-1", "A-01-2", "A-02-1", "A-03-1", "A-04-2", "S-01", "S-02")
BULK = ("B-11-1", "B-11-3", "C-01-1", "C-02-1")
INSPECTION = "Q-01"
# Somebody of the warehouse works at the second site alone.
KEPT, KEPT_TO = "Warehouse 2", "SOUTH"
THEIRS = frozenset({"S-01", "S-02"})


def make_places(*, actor: User) -> None:
    """Make the two sites with their zones and bins."""
    made: dict[str, Location] = {}
    for shelf in SHELVES:
        made[shelf.code] = operations.save_place(
            place=Location(
                code=shelf.code,
                name=shelf.name,
                kind=shelf.kind,
                parent=made.get(shelf.under),
                structural=shelf.kind != _BIN,
                sellable=shelf.sellable,
                priority=shelf.priority,
            ),
            actor=actor,
        )


def make_grants(*, people: Mapping[str, User]) -> list[Grant]:
    """Keep one of the warehouse to the second site."""
    place = Location.objects.get(code=KEPT_TO)
    return [
        operations.grant_place(
            holder=people[KEPT], place=place, may_move=True, actor=people["Admin"]
        )
    ]
