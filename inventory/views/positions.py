"""Where a page of a timeline ended, as it stands in an address."""

from datetime import datetime

from django.core import signing
from django.core.exceptions import BadRequest

from inventory.availability import Figures
from inventory.models import Item, Lot
from inventory.reports import Position
from pages.keyset import NOT_OURS


def sealed(position: Position | None, *, of: Item | Lot) -> str:
    """Write a position so that it cannot be edited; none is an empty text."""
    if position is None:
        return ""
    carried = position.carried
    return signing.dumps(
        [
            position.at.isoformat(),
            position.id,
            carried.on_hand,
            carried.allocated,
            carried.held,
            carried.available,
        ],
        salt=_salt(of),
    )


def opened(text: str, *, of: Item | Lot) -> Position:
    """:raises BadRequest: if `text` was not made here, for the timeline of this one"""
    try:
        at, id, *figures = signing.loads(text, salt=_salt(of))
    except signing.BadSignature as edited:
        raise BadRequest(NOT_OURS) from edited
    return Position(datetime.fromisoformat(at), id, Figures(*figures))


def _salt(of: Item | Lot) -> str:
    # A position of one explains nothing of another.
    return f"inventory.timeline.{of._meta.model_name}.{of.pk}"
