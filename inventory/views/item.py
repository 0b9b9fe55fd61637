"""The page of an item, and taking a new one into the catalogue."""

from datetime import datetime

from django.contrib.auth.decorators import permission_required
from django.core import signing
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import scope_of
from inventory import availability, operations, reports
from inventory.availability import Figures
from inventory.forms import ItemForm
from inventory.models import Item, Unit
from jobs.idempotency import IdempotencyError
from pages.keyset import NOT_OURS
from pages.parts import go_to
from pages.requests import PageRequest

_SALT = "inventory.timeline"


@permission_required("inventory.view_item", raise_exception=True)
@require_safe
def item_detail(request: PageRequest, pk: int) -> HttpResponse:
    """Show an item: what stands where, and why it has the number it has."""
    items = Item.objects.for_user(request.user).select_related("category", "unit", "low")
    item = get_object_or_404(items, pk=pk)
    scope = scope_of(request.user)
    before = _opened(request.GET["before"]) if "before" in request.GET else None
    timeline = reports.timeline(item, scope=scope, before=before)
    levels = list(availability.by_place(item, scope=scope))
    context = {
        "item": item,
        "barcodes": list(item.barcodes.order_by("code").values_list("code", flat=True)),
        "levels": levels,
        "most": max((level.on_hand for level in levels), default=0),
        "timeline": timeline,
        "figures": timeline.figures,
        "earlier": _sealed(timeline.earlier) if timeline.earlier else "",
        "newest": before is None,
    }
    return render(request, "inventory/item.html", context)


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
        except (operations.ItemRefused, IdempotencyError) as refusal:
            form.add_error(None, str(refusal))
    status = 422 if form.is_bound else 200
    return render(request, "inventory/item_new.html", {"form": form}, status=status)


def _sealed(position: reports.Position) -> str:
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
        salt=_SALT,
    )


def _opened(text: str) -> reports.Position:
    try:
        at, id, *figures = signing.loads(text, salt=_SALT)
    except signing.BadSignature as edited:
        raise BadRequest(NOT_OURS) from edited
    return reports.Position(datetime.fromisoformat(at), id, Figures(*figures))
