"""Booking stock from the page of an item: receive, ship, move, adjust, return, set apart, scrap."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import movable_scope_of
from inventory import availability, operations
from inventory.forms import (
    AdjustForm,
    BookForm,
    MoveForm,
    QuarantineForm,
    ReceiveForm,
    RestoreForm,
    ReturnForm,
    ScrapForm,
    ShipForm,
)
from inventory.models import Allocation, Item, Location, Lot, StockLevel, StockMovement
from inventory.views.booked import booked
from inventory.views.broken import whom_it_breaks
from inventory.views.packs import packs_of, scannable
from jobs.idempotency import IdempotencyError
from pages.parts import render_part
from pages.requests import PageRequest

# More places than these are typed or scanned, not chosen from a list.
_OFFERED = 40
_DIGITS = 18  # what a bigint holds in any case


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do with an item. `way` tells the page what it changes: in, out, move, change,
    apart (set apart, no longer to be sold) or back.
    """

    name: str
    verb: str
    way: str
    form: type[BookForm]
    book: Callable[..., StockMovement]


RECEIVE = Act("receive-stock", "Receive", "in", ReceiveForm, operations.receive_stock)
SHIP = Act("ship-stock", "Ship", "out", ShipForm, operations.ship_stock)
RETURN = Act("return-stock", "Return", "in", ReturnForm, operations.return_stock)
MOVE = Act("move-stock", "Move", "move", MoveForm, operations.move_stock)
QUARANTINE = Act(
    "quarantine-stock", "Set apart", "apart", QuarantineForm, operations.quarantine_stock
)
RESTORE = Act("restore-stock", "Restore", "back", RestoreForm, operations.restore_stock)
SCRAP = Act("scrap-stock", "Scrap", "gone", ScrapForm, operations.scrap_stock)
ADJUST = Act("adjust-stock", "Adjust", "change", AdjustForm, operations.adjust_stock)

_METHODS = ["GET", "HEAD", "POST"]


@permission_required("inventory.receive_stock", raise_exception=True)
@require_http_methods(_METHODS)
def receive_stock(request: PageRequest, pk: int) -> HttpResponse:
    """Book an item in at a place."""
    return _act(request, pk, RECEIVE)


@permission_required("inventory.ship_stock", raise_exception=True)
@require_http_methods(_METHODS)
def ship_stock(request: PageRequest, pk: int) -> HttpResponse:
    """Book an item out of a place."""
    return _act(request, pk, SHIP)


@permission_required("inventory.return_stock", raise_exception=True)
@require_http_methods(_METHODS)
def return_stock(request: PageRequest, pk: int) -> HttpResponse:
    """Take an item back into a place."""
    return _act(request, pk, RETURN)


@permission_required("inventory.move_stock", raise_exception=True)
@require_http_methods(_METHODS)
def move_stock(request: PageRequest, pk: int) -> HttpResponse:
    """Bring an item to another place."""
    return _act(request, pk, MOVE)


@permission_required("inventory.quarantine_stock", raise_exception=True)
@require_http_methods(_METHODS)
def quarantine_stock(request: PageRequest, pk: int) -> HttpResponse:
    """Set an item apart where it stands."""
    return _act(request, pk, QUARANTINE)


@permission_required("inventory.quarantine_stock", raise_exception=True)
@require_http_methods(_METHODS)
def restore_stock(request: PageRequest, pk: int) -> HttpResponse:
    """Let an item be sold again that was set apart."""
    return _act(request, pk, RESTORE)


@permission_required("inventory.scrap_stock", raise_exception=True)
@require_http_methods(_METHODS)
def scrap_stock(request: PageRequest, pk: int) -> HttpResponse:
    """Throw an item away."""
    return _act(request, pk, SCRAP)


@permission_required("inventory.adjust_stock", raise_exception=True)
@require_http_methods(_METHODS)
def adjust_stock(request: PageRequest, pk: int) -> HttpResponse:
    """Correct what stands of an item by a difference."""
    return _act(request, pk, ADJUST)


def _act(request: PageRequest, pk: int, act: Act) -> HttpResponse:
    item = get_object_or_404(Item.objects.for_user(request.user), pk=pk)
    form = act.form(
        request.POST or None,
        user=request.user,
        tracked=item.tracks_lots,
        initial=_initial(request, item, act),
    )
    shortage = None
    breaks: tuple[operations.Broken, ...] = ()
    if form.is_valid():
        try:
            movement = act.book(sku=item.sku, actor=request.user, key=form.key, **form.cleaned_data)
            return booked(request, item, movement)
        except operations.WouldBreak as warning:
            breaks = warning.breaks
        except (operations.StockError, IdempotencyError) as refusal:
            form.add_error(None, str(refusal))
            shortage = next(iter(getattr(refusal, "shortages", ())), None)
    levels = availability.by_place(item, scope=movable_scope_of(request.user))
    if act is RESTORE:
        levels = [level for level in levels if level.unavailable]
    if not form.is_bound and not form.initial["place"]:
        places = {level.location.code for level in levels}
        form.initial["place"] = places.pop() if len(places) == 1 else ""
    # An adjustment goes up or down, which no code says: it is typed.
    scans = act is not ADJUST
    packs = packs_of(item) if scans else []
    context = {
        "item": item,
        "form": form,
        "act": act,
        "packs": packs,
        "url": reverse(f"inventory:{act.name}", args=[item.pk]),
        "levels": levels,
        "others": _other_places(request, levels),
        "lots": _lots(request, item) if item.tracks_lots else [],
        "known": known(levels) | (scannable(item, packs, form) if scans else {}),
        "shortage": shortage,
        **whom_it_breaks(request, breaks),
    }
    return render_part(request, "inventory/act.html", "act", context, status=status_of(form))


def _initial(request: PageRequest, item: Item, act: Act) -> dict[str, Any]:
    """What the form begins with: a place, or what is promised to an order."""
    asked = request.GET.get("allocation", "")
    if act is SHIP and asked.isascii() and asked.isdecimal() and len(asked) <= _DIGITS:
        promises = Allocation.objects.for_user(request.user).select_related("level__location")
        promise = get_object_or_404(promises, pk=int(asked), level__item=item)
        return {
            "allocation": promise.pk,
            "place": promise.level.location.code,
            "quantity": promise.quantity,
            "reference": promise.reference,
        }
    return {"place": request.GET.get("place", "")[:32], "lot": request.GET.get("lot", "")[:64]}


def known(levels: list[StockLevel]) -> dict[str, Any]:
    """What the page must know to say what a form will do before it is sent."""
    places: dict[str, list[Any]] = {}
    for level in levels:
        figures = places.setdefault(level.location.code, [0, level.location.sells, 0, 0])
        figures[0] += level.on_hand
        figures[2] += level.unavailable
        figures[3] += level.available
    return {
        "places": places,
        "available": sum(level.available for level in levels if level.location.sells),
    }


def _other_places(request: PageRequest, levels: list[StockLevel]) -> list[Location]:
    """Where it could stand, too: offered behind those where it does."""
    places = Location.objects.movable_by(request.user).holding()
    here = [level.location_id for level in levels]
    return list(places.exclude(pk__in=here).order_by("priority", "code", "pk")[:_OFFERED])


def _lots(request: PageRequest, item: Item) -> list[Lot]:
    """Those that may be meant, what expires last first: that is what comes in."""
    return list(
        Lot.objects.for_user(request.user).filter(item=item).by_expiry().reverse()[:_OFFERED]
    )


def status_of(form: Any) -> int:
    """422 for a form that came and is shown again."""
    return 422 if form.is_bound else 200
