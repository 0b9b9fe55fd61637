"""Whom something would break: shown before it does."""

from collections.abc import Sequence
from typing import Any

from inventory.forms import AcceptsField
from inventory.models import Hold
from inventory.operations import Broken
from pages.requests import PageRequest


def whom_it_breaks(request: PageRequest, breaks: Sequence[Broken]) -> dict[str, Any]:
    """What `inventory/breaks.html` shows: each promise that would give way, with its hold.

    `accepts` is what the button sends to say that these were seen.
    """
    if not breaks:
        return {}
    numbers = [b.owner.removeprefix("hold:") for b in breaks if b.owner.startswith("hold:")]
    holds = Hold.objects.for_user(request.user).with_makers().in_bulk(numbers)
    return {
        "breaks": [
            {"promise": b, "hold": holds.get(int(b.owner[5:])) if b.owner[:5] == "hold:" else None}
            for b in breaks
        ],
        "accepts": AcceptsField.written(breaks),
    }
