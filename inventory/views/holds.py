"""Holds: the list, the page of one, and what can be done with it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import movable_scope_of, scope_of
from inventory import availability, operations, reports
from inventory.forms import ChangeHoldForm, ConfirmForm, ExtendForm, HoldForm
from inventory.models import Hold, HoldStatus, Item, MovementKind, StockMovement
from inventory.views import cells
from inventory.views.packs import packs_of, scannable
from jobs.idempotency import IdempotencyError
from pages import formats
from pages.formkeys import KeyedForm
from pages.lists import Choice, Column, Empty, Exact, ListSpec, View, show_list
from pages.parts import go_to, render_part
from pages.requests import PageRequest

# What "about to expire" means on the list.
_SOON = timedelta(minutes=15)
_LAST = 50  # lines of the ledger on the page of a hold


def _mine(holds: Any, _: str) -> Any:
    return holds  # narrowed by the view, which knows who asks


def _ending(holds: QuerySet[Hold], _: str) -> QuerySet[Hold]:
    return holds.filter(status=HoldStatus.ACTIVE, expires_at__lte=timezone.now() + _SOON)


def _prepare(holds: Sequence[Hold], user: Any) -> None:
    """Give each row its items."""
    items = Item.objects.for_user(user).in_bulk({item for one in holds for item, _ in one.asked})
    for one in holds:
        one.items = [items[item] for item, _ in one.asked]  # type: ignore[attr-defined]  # of the row


HOLDS = ListSpec(
    name="holds",
    title="Holds",
    one="hold",
    many="holds",
    columns=[
        # They are numbered as they are made.
        Column("number", "Hold", cell=cells.hold_number, sort="id", value=lambda hold: hold.pk),
        Column(
            "items",
            "What",
            cell=cells.hold_items,
            value=lambda hold: ", ".join(item.sku for item in hold.items),
        ),
        Column("quantity", "Held", numeric=True, value=lambda hold: hold.wanted),
        Column("contact", "For", phone=False),
        Column("reference", "Reference", cell=cells.reference, phone=False),
        Column("by", "By", phone=False),
        Column("status", "State", cell=cells.hold_state, value=lambda hold: hold.status),
        Column("ends", "Ends", cell=cells.hold_end, value=lambda h: h.expires_at),
        Column("created", "Made", value=lambda hold: hold.created_at, phone=False),
    ],
    order="-number",
    empty=Empty(
        title="No hold here",
        sentence="Nothing is held that matches. Reserve goods on the page of an item.",
    ),
    filters=[
        Choice("status", "State", choices=HoldStatus.choices),
        Choice("ending", "Ends", choices=[("soon", "Within 15 minutes")], narrow=_ending),
        Choice(
            "by",
            "By",
            choices=lambda user: [("me", "Me")],
            narrow=_mine,
        ),
        Exact("reference", "Reference", hint="As in order:1042"),
    ],
    views=[
        View(label="All"),
        View(label="Active", filters={"status": "active"}),
        View(label="About to expire", filters={"status": "active", "ending": "soon"}),
        View(label="Mine", filters={"by": "me"}),
    ],
    search=lambda holds, text: holds.search(text),  # type: ignore[attr-defined]  # ours
    search_hint="SKU, for whom, reference",
    export="inventory.view_hold",
    row_url=lambda hold: hold.get_absolute_url(),
    prepare=_prepare,
)


@permission_required("inventory.view_hold", raise_exception=True)
@require_safe
def hold_list(request: HttpRequest) -> HttpResponseBase:
    """Show the holds, newest first."""
    holds = Hold.objects.for_user(request.user).with_makers()
    if request.GET.get("by") == "me":
        holds = holds.of(request.user)
    return show_list(request, HOLDS, holds, template="inventory/holds.html")


@permission_required("inventory.hold_stock", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def hold_stock(request: PageRequest, pk: int) -> HttpResponse:
    """Reserve an item for somebody."""
    item = get_object_or_404(Item.objects.for_user(request.user), pk=pk)
    form = HoldForm(request.POST or None, user=request.user)
    shortage = None
    if form.is_valid():
        asked = dict(form.cleaned_data)
        try:
            hold = operations.hold_stock(
                lines=[(item.sku, asked.pop("quantity"))],
                actor=request.user,
                key=form.key,
                **asked,
            )
            return go_to(
                request,
                item,
                message=f"{formats.quantity(hold.wanted)} of {item.sku} are held"
                f" until {formats.until(hold.expires_at)}.",
            )
        except operations.StockError as refusal:
            form.add_error(None, str(refusal))
            shortage = next(iter(refusal.shortages), None)
    packs = packs_of(item)
    context = {
        "item": item,
        "form": form,
        "packs": packs,
        "known": scannable(item, packs, form),
        "levels": availability.by_place(item, scope=movable_scope_of(request.user)),
        "available": availability.of_item(item, scope=movable_scope_of(request.user)).available,
        "shortage": shortage,
    }
    status = 422 if form.is_bound else 200
    return render_part(request, "inventory/hold_new.html", "act", context, status=status)


@permission_required("inventory.view_hold", raise_exception=True)
@require_safe
def hold_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show a hold: what it holds where, until when, and what happened to it."""
    return _shown(request, _found(request, pk))


@permission_required("inventory.hold_stock", raise_exception=True)
@require_POST
def extend_hold(request: PageRequest, pk: int) -> HttpResponse:
    """Let a hold last longer."""
    return _act(
        request,
        pk,
        ExtendForm(request.POST),
        operations.extend_hold,
        lambda hold: f"Held until {formats.until(hold.expires_at)}.",
    )


@permission_required("inventory.hold_stock", raise_exception=True)
@require_POST
def change_hold(request: PageRequest, pk: int) -> HttpResponse:
    """Hold more or less of one line."""
    return _act(
        request,
        pk,
        ChangeHoldForm(request.POST),
        operations.change_hold,
        lambda hold: f"{formats.quantity(hold.wanted)} are held now.",
    )


@permission_required("inventory.hold_stock", raise_exception=True)
@require_POST
def release_hold(request: PageRequest, pk: int) -> HttpResponse:
    """Give back what a hold holds."""
    return _act(
        request,
        pk,
        KeyedForm(request.POST),
        operations.release_hold,
        lambda hold: f"{hold} is released; what it held is free.",
    )


@permission_required("inventory.hold_stock", raise_exception=True)
@require_POST
def confirm_hold(request: PageRequest, pk: int) -> HttpResponse:
    """Promise what is held to an order."""
    return _act(
        request,
        pk,
        ConfirmForm(request.POST),
        operations.confirm_hold,
        lambda hold: f"{hold} is confirmed: promised to {hold.reference or hold}.",
    )


def _act(
    request: PageRequest,
    pk: int,
    form: KeyedForm,
    operation: Callable[..., Hold],
    said: Callable[[Hold], str],
) -> HttpResponse:
    hold = _found(request, pk)
    if form.is_valid():
        try:
            hold = operation(hold=hold.pk, actor=request.user, **form.cleaned_data)
            return go_to(request, hold, message=said(hold))
        except (operations.StockError, IdempotencyError) as refusal:
            form.add_error(None, str(refusal))
            return _shown(request, _found(request, pk), form, refusal)
    return _shown(request, hold, form)


def _found(request: PageRequest, pk: int) -> Hold:
    return get_object_or_404(Hold.objects.for_user(request.user).with_makers(), pk=pk)


def _shown(
    request: PageRequest, hold: Hold, form: KeyedForm | None = None, refusal: Any = None
) -> HttpResponse:
    movements = (
        StockMovement.objects.for_user(request.user)
        .filter(reference=f"hold:{hold.pk}")
        .select_related(
            "level__item", "level__location", "level__lot", "actor", "reason", "reversal_of"
        )
        .order_by("-recorded_at", "-pk")[:_LAST]
    )
    broken = [line for line in movements if line.kind == MovementKind.BREAK]
    causes = reports.causes_of(broken) if broken else {}
    forms = {
        ExtendForm: "extend",
        ConfirmForm: "confirm",
        ChangeHoldForm: "change",
        KeyedForm: "release",
    }
    here = {name: kind() for kind, name in forms.items()}
    if form is not None:
        here[forms[type(form)]] = form
    shortages = getattr(refusal, "shortages", ())
    context = {
        "hold": hold,
        "lines": reports.lines_of_hold(hold, scope=scope_of(request.user)),
        "movements": [(line, causes.get(line.pk)) for line in movements],
        "forms": here,
        "form": form,
        "shortage": next(iter(shortages), None),
        "broken": getattr(refusal, "code", "") == "hold_broken",
        "list_url": reverse("inventory:hold-list"),
    }
    status = 422 if form is not None else 200
    return render(request, "inventory/hold.html", context, status=status)
