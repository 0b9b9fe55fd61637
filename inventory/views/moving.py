"""Bringing all that stands at a place to another."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from accounts.access import movable_scope_of
from inventory import operations, reports
from inventory.forms import MoveEverythingForm
from inventory.models import Location
from inventory.operations import Broken, Moved
from inventory.views.broken import whom_it_breaks
from pages import formats
from pages.parts import go_to, render_part
from pages.requests import PageRequest

_OFFERED = 40  # more places than these are typed or scanned, not chosen from a list


@permission_required("inventory.move_stock", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def move_everything(request: PageRequest, pk: int) -> HttpResponse:
    """Bring all that stands at a place to another.

    What would break a promise is asked for first; what could not go is listed, and goes when the
    form is sent again.
    """
    place = place_to_book(request, pk)
    form = MoveEverythingForm(request.POST or None, user=request.user, place=place)
    moved, breaks = None, _unaccepted(request, place, form)
    if form.is_valid() and not breaks:
        try:
            moved = operations.move_everything(
                place=place.code, actor=request.user, key=form.key, **form.cleaned_data
            )
        except operations.StockError as refusal:
            form.add_error(None, str(refusal))
        else:
            if not moved.left:
                return go_to(request, place, message=_said(moved, form.cleaned_data["to_place"]))
            breaks = [each for left in moved.left for each in left.breaks]
    return _shown(request, place, form, moved, breaks)


def place_to_book(request: PageRequest, pk: int) -> Location:
    """A place where this person may change what stands there.

    :raises PermissionDenied: if they may only look at it
    """
    place = get_object_or_404(Location.objects.for_user(request.user), pk=pk)
    if not movable_scope_of(request.user).covers(str(place.path)):
        raise PermissionDenied(
            f"You may look at {place}, but not move what stands there. Ask an Admin for it."
        )
    return place


def _unaccepted(
    request: PageRequest, place: Location, form: MoveEverythingForm
) -> Sequence[Broken]:
    """The promises at the place, all of them, if some would break that were not shown before."""
    if not form.is_valid():
        return []
    places = Location.objects.movable_by(request.user)
    if places.filter(code=form.cleaned_data["to_place"], sells=True).exists():
        return []  # they go along
    promises = reports.promises_at(place)
    return [] if form.cleaned_data["accepts"].issuperset(promises) else promises


def _said(moved: Moved, to_place: str) -> str:
    if not moved.items:
        return "Nothing stood there any more."
    items = "1 item" if moved.items == 1 else f"{formats.quantity(moved.items)} items"
    return f"Moved {items} to {to_place}. Nothing is left here."


def _shown(
    request: PageRequest,
    place: Location,
    form: MoveEverythingForm,
    moved: Moved | None,
    breaks: Sequence[Broken],
) -> HttpResponse:
    others = Location.objects.movable_by(request.user).holding().exclude(pk=place.pk)
    promised = reports.promises_at(place)
    context: dict[str, Any] = {
        "place": place,
        "form": form,
        "standing": reports.standing_at(place),
        "promised": len(promised),
        "moved": moved,
        "others": others.order_by("priority", "code", "pk")[:_OFFERED],
        "many": True,
        **whom_it_breaks(request, breaks),
    }
    status = 422 if form.is_bound else 200
    return render_part(request, "inventory/move_everything.html", "act", context, status=status)
