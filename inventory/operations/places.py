"""Places: made, renamed, moved in the tree, taken out of sale."""

from django.db import IntegrityError, connection, transaction

from accounts.access import movable_scope_of
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

    :raises PlaceRefused: if stock stands at a place that becomes structural, the tree would close
        a ring, or it is beyond what `actor` may move
    """
    try:
        with transaction.atomic():
            _lock_tree()
            _refuse_beyond(place, actor)
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


def _refuse_beyond(place: Location, actor: User) -> None:
    """Nobody edits a place where they may not move stock, nor brings one in or out of there."""
    scope = movable_scope_of(actor)
    if scope.everywhere:
        return
    before = None if place._state.adding else Location.objects.get(pk=place.pk)
    if before is not None and not scope.covers(str(before.path)):
        raise PlaceRefused(f"You may look at {before.code}, but not change it. Ask an Admin.")
    if before is not None and before.parent_id == place.parent_id:
        return
    # Read under the lock of the tree: where the new parent stands now.
    mine = Location.objects.movable_by(actor)
    if place.parent_id is None or not mine.filter(pk=place.parent_id).exists():
        raise PlaceRefused(
            "It would stand where you may not move stock. Choose a place of yours to put it under."
        )


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
                scope=movable_scope_of(actor),
                reference=f"place:{place.code}",
            )
        )
