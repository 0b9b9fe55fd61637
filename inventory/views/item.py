"""The page of an item, taking a new one into the catalogue, and giving one its picture."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import NOWHERE, movable_scope_of, scope_of
from inventory import availability, operations, reports
from inventory.forms import ItemForm, PictureForm
from inventory.models import Allocation, Barcode, Category, Item, StockMovement, Unit
from inventory.reports import HeldOf
from inventory.views.packs import in_packs, packs_with, with_packs
from inventory.views.positions import opened, sealed
from jobs.idempotency import IdempotencyError
from pages.parts import go_to
from pages.requests import PageRequest

_DIGITS = 18  # what a bigint holds in any case


@permission_required("inventory.view_item", raise_exception=True)
@require_safe
def item_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show an item: what stands where, and why it has the number it has."""
    pieces = Barcode.objects.filter(item=OuterRef("pk"), pack=None)
    codes = pieces.order_by("code").values("code")
    items = (
        with_packs(Item.objects.for_user(request.user))
        .select_related("category__parent__parent", "unit", "low")
        .annotate(barcode_codes=ArraySubquery(codes))
    )
    item = get_object_or_404(items, pk=pk)
    scope = scope_of(request.user)
    availability.load_low([item], scope=scope)
    timeline = reports.timeline(item, scope=scope, **_asked(request, item))
    levels = availability.standing(timeline.levels)
    packs = packs_with(item)
    scanned = request.GET.get("scanned", "")
    context = {
        "item": item,
        "packs": packs,
        "may_move": movable_scope_of(request.user) != NOWHERE,
        "scanned": next((pack for pack in packs if scanned in pack.codes), None),
        "reorder_in_packs": in_packs(item.reorder_at, packs),
        "categories": _with_those_above(item.category),
        "levels": levels,
        "places": len({level.location_id for level in levels}),
        "most": max((level.on_hand for level in levels), default=0),
        "timeline": timeline,
        "here": frozenset(line.movement.pk for line in timeline.lines),
        # Most items have none, and need not be asked.
        "holds": _held(request, item) if any(each.held for each in levels) else [],
        "allocations": _promised(request, item) if any(e.allocated for e in levels) else [],
        "earlier": sealed(timeline.earlier, of=item),
    }
    return render(request, "inventory/item.html", context)


def _held(request: PageRequest, item: Item) -> list[HeldOf]:
    if not request.user.has_perm("inventory.view_hold"):
        return []
    return reports.holds_of_item(item, scope=scope_of(request.user))


def _promised(request: PageRequest, item: Item) -> list[Allocation]:
    if not request.user.has_perm("inventory.view_allocation"):
        return []
    promises = Allocation.objects.for_user(request.user).filter(level__item=item)
    return list(
        promises.select_related("level__location", "level__lot").order_by("created_at", "pk")
    )


@permission_required("inventory.add_item", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def item_new(request: PageRequest) -> HttpResponse:
    """Take an item into the catalogue."""
    form = ItemForm(
        request.POST or None,
        request.FILES or None,
        initial={"unit": Unit.objects.filter(code="piece").first()},
    )
    if form.is_valid():
        asked = dict(form.cleaned_data)
        barcodes, picture = asked.pop("barcode_codes"), asked.pop("picture_file")
        try:
            item = operations.create_item(
                **asked, barcodes=barcodes, picture=picture, actor=request.user, key=form.key
            )
            return go_to(request, item, message=f"{item.sku} is in the catalogue.")
        except operations.PictureRefused as refusal:
            form.add_error("picture_file", str(refusal))
        except operations.SkuTaken:
            form.say_sku_is_taken()
        except operations.BarcodeTaken:
            form.say_barcode_is_taken()
        except (operations.ItemRefused, IdempotencyError) as refusal:
            form.add_error(None, str(refusal))
    status = 422 if form.is_bound else 200
    return render(request, "inventory/item_new.html", {"form": form}, status=status)


@permission_required("inventory.change_item", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def change_picture(request: PageRequest, pk: int) -> HttpResponse:
    """Give an item another picture."""
    item = get_object_or_404(Item.objects.for_user(request.user), pk=pk)
    form = PictureForm(request.POST, request.FILES) if request.method == "POST" else PictureForm()
    if form.is_valid():
        try:
            operations.set_picture(
                item=item, content=form.cleaned_data["picture_file"], actor=request.user
            )
            return go_to(request, item, message=f"{item.sku} has its new picture.")
        except operations.PictureRefused as refusal:
            form.add_error("picture_file", str(refusal))
    context = {"item": item, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "inventory/item_picture.html", context, status=status)


def _asked(request: PageRequest, item: Item) -> dict[str, Any]:
    """Which page of the timeline is asked for: one before a position, or one with a line."""
    if "before" in request.GET:
        return {"before": opened(request.GET["before"], of=item)}
    return {"line": _line(request, item)} if "line" in request.GET else {}


def _line(request: PageRequest, item: Item) -> StockMovement:
    asked = request.GET["line"]
    if not (asked.isascii() and asked.isdecimal() and len(asked) <= _DIGITS):
        raise Http404("No line of the ledger is called that.")
    lines = StockMovement.objects.for_user(request.user).select_related("level")
    return get_object_or_404(lines, pk=int(asked), level__item=item)


def _with_those_above(category: Category | None) -> list[Category]:
    """The category and those it stands in, the outermost first."""
    path: list[Category] = []
    while category is not None:
        path.insert(0, category)
        category = category.parent
    return path
