"""Booking stock from the page of an item: receive, ship, take back, correct, undo."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import scope_of
from inventory import availability, operations
from inventory.forms import AdjustForm, BookForm, ReceiveForm, ReturnForm, ReverseForm, ShipForm
from inventory.models import Item, StockMovement
from jobs.idempotency import IdempotencyError
from pages import formats
from pages.parts import go_to, render_part
from pages.requests import PageRequest

ACT = "inventory/act.html"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do with an item. `sign` tells which way the preview goes."""

    name: str
    verb: str
    did: str
    sign: int
    form: type[BookForm]
    book: Callable[..., StockMovement]


RECEIVE = Act("receive-stock", "Receive", "Received", 1, ReceiveForm, operations.receive_stock)
SHIP = Act("ship-stock", "Ship", "Shipped", -1, ShipForm, operations.ship_stock)
RETURN = Act("return-stock", "Take back", "Took back", 1, ReturnForm, operations.return_stock)
ADJUST = Act("adjust-stock", "Adjust", "Adjusted", 1, AdjustForm, operations.adjust_stock)

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


@permission_required("inventory.adjust_stock", raise_exception=True)
@require_http_methods(_METHODS)
def adjust_stock(request: PageRequest, pk: int) -> HttpResponse:
    """Correct what stands of an item at a place."""
    return _act(request, pk, ADJUST)


@permission_required("inventory.reverse_stock", raise_exception=True)
@require_http_methods(_METHODS)
def reverse_movement(request: PageRequest, pk: int) -> HttpResponse:
    """Undo one line of the ledger."""
    movements = StockMovement.objects.for_user(request.user)
    movement = get_object_or_404(
        movements.select_related("level__item", "level__location", "actor"), pk=pk
    )
    item = movement.level.item
    form = ReverseForm(request.POST or None)
    if form.is_valid():
        try:
            operations.reverse_movement(
                movement=pk, actor=request.user, key=form.key, **form.cleaned_data
            )
            return go_to(
                request, item, message=f"Reversed: {movement.level.location} is as before."
            )
        except (operations.StockError, IdempotencyError) as refusal:
            form.add_error(None, str(refusal))
    context = {
        "item": item,
        "form": form,
        "movement": movement,
        "on_hand_after": movement.level.on_hand - movement.on_hand_delta,
    }
    return render_part(request, "inventory/reverse.html", "act", context, status=_status(form))


def _act(request: PageRequest, pk: int, act: Act) -> HttpResponse:
    item = get_object_or_404(Item.objects.for_user(request.user), pk=pk)
    given = {"initial": {"place": request.GET.get("place", "")[:32]}}
    form = act.form(request.POST or None, user=request.user, **given)
    if form.is_valid():
        try:
            movement = act.book(sku=item.sku, actor=request.user, key=form.key, **form.cleaned_data)
            return _booked(request, item, act, movement)
        except (operations.StockError, IdempotencyError) as refusal:
            form.add_error(None, str(refusal))
    levels = list(availability.by_place(item, scope=scope_of(request.user)))
    if not form.is_bound and not form.initial["place"] and len(levels) == 1:
        form.initial["place"] = levels[0].location.code
    context: dict[str, Any] = {
        "item": item,
        "form": form,
        "act": act,
        "url": reverse(f"inventory:{act.name}", args=[item.pk]),
        "levels": levels,
        "on_hand": {level.location.code: level.on_hand for level in levels},
    }
    return render_part(request, ACT, "act", context, status=_status(form))


def _booked(request: PageRequest, item: Item, act: Act, movement: StockMovement) -> HttpResponse:
    change = movement.on_hand_delta if act is ADJUST else abs(movement.on_hand_delta)
    said = formats.delta(change) if act is ADJUST else formats.quantity(change)
    may_undo = request.user.has_perm("inventory.reverse_stock")
    return go_to(
        request,
        item,
        message=f"{act.did} {said} at {movement.level.location}: "
        f"{formats.quantity(movement.on_hand_after)} stand there now.",
        undo=reverse("inventory:reverse-movement", args=[movement.pk]) if may_undo else None,
    )


def _status(form: Any) -> int:
    return 422 if form.is_bound else 200
