"""Where somebody may change stock, asked before the ledger is."""

from accounts.access import movable_scope_of
from accounts.models import User
from inventory.ledger import NotYours
from inventory.models import Hold, HoldLine, Location


def place_to_move(code: str, actor: User) -> Location:
    """The place that is called so, in any case, where `actor` may move what stands there.

    :raises Location.DoesNotExist: if they do not see it, whether it exists or not
    :raises NotYours: if they may only look at it
    """
    place = Location.objects.for_user(actor).get(code__iexact=code)
    refuse_to_move(place, actor)
    return place


def refuse_to_move(place: Location, actor: User) -> None:
    """Say no to whoever may only look at a place that they see.

    :raises NotYours: if so
    """
    if not movable_scope_of(actor).covers(str(place.path)):
        raise NotYours(
            f"You may look at {place.code}, but not move what stands there. Ask an Admin for it."
        )


def refuse_to_touch(hold: Hold, actor: User) -> None:
    """Say no to whoever may not move all that a hold holds.

    :raises NotYours: if so
    """
    mine = HoldLine.objects.within(movable_scope_of(actor)).filter(hold=hold)
    if hold.lines.exclude(pk__in=mine.values("pk")).exists():
        raise NotYours(
            "A part of it stands where you may not move stock. Ask somebody who may, "
            "or an Admin for a grant."
        )
