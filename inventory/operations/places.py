"""Places: made, renamed, moved in the tree, taken out of sale."""

from django.db import IntegrityError, connection, transaction

from accounts.access import scope_of
from accounts.models import User
from inventory import ledger
from inventory.ledger import Line, Request
from inventory.models import Location, MovementKind, StockLevel
from inventory.models.constraint import constraint_of


class PlaceRefused(Exception):
    """A rule of the tree said no. The text is fit to show."""


_WHY = {
    "location_structural_is_empty": "Stock stands here. Move it away first, then make the place "
    "structural.",
    "location_not_inside_itself": "A place cannot stand inside itself.",
    "location_code_unique": "A place with this code already exists.",
    "location_code_printable": "A code has up to 32 printable characters without a blank.",
    "location_kind_valid": "A place is a site, a zone, an aisle or a bin.",
    "location_top_is_a_site": "A site stands on its own; all else is under a place.",
}


def save_place(*, place: Location, actor: User) -> Location:
    """Write a new or changed place.

    When that changes what may be sold, the levels beneath it get a line in the ledger (relabel,
    no quantity), so that no reader of their version misses it.

    :raises PlaceRefused: if stock stands at a place that becomes structural, or the tree would
        close a ring
    """
    try:
        with transaction.atomic():
            _lock_tree()
            before = _standings_below(place)
            place.save()
            place.refresh_from_db()
            _relabel(before, place, actor)
            return place
    except IntegrityError as broken:
        why = _WHY.get(constraint_of(broken))
        if why is None:
            raise
        raise PlaceRefused(why) from broken


def _lock_tree() -> None:
    # The lock of the trigger, taken before the tree is read: two changes follow one another.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('inventory_location'))")


def _standings_below(place: Location) -> dict[int, tuple[str, bool]]:
    """For each level beneath `place`, where it stands in the tree and whether it sells."""
    if place._state.adding:
        return {}
    beneath = Location.objects.get(pk=place.pk)
    levels = StockLevel.objects.filter(location__path__at_or_below=beneath.path)
    return {
        level: (path, sells)
        for level, path, sells in levels.values_list("pk", "location__path", "location__sells")
    }


def _relabel(before: dict[int, tuple[str, bool]], place: Location, actor: User) -> None:
    # A level that was opened while we waited for the place is new to us, and told as well.
    levels = StockLevel.objects.filter(location__path__at_or_below=place.path)
    lines = tuple(
        Line(level.item_id, 0, level.location_id)
        for level in levels.select_related("location").order_by("pk")
        if (level.location.path, level.location.sells) != before.get(level.pk)
    )
    if lines:
        ledger.post_one(
            Request(
                MovementKind.RELABEL,
                lines,
                actor=actor.pk,
                scope=scope_of(actor),
                reference=f"place:{place.code}",
            )
        )
