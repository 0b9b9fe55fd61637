"""Read-only questions across tables."""

from inventory.reports.movements import causes_of, meanwhile
from inventory.reports.places import last_in, standing_at, standing_in
from inventory.reports.promises import (
    HeldOf,
    holds_of_item,
    lines_of_hold,
    promises_at,
    promises_in,
)
from inventory.reports.timelines import Position, changes_of, timeline

__all__ = [
    "HeldOf",
    "Position",
    "causes_of",
    "changes_of",
    "holds_of_item",
    "last_in",
    "lines_of_hold",
    "meanwhile",
    "promises_at",
    "promises_in",
    "standing_at",
    "standing_in",
    "timeline",
]
