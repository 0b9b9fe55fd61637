"""Counting one item at one place: it corrects what was seen there, never what others did since."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import scope_of
from inventory import availability, operations, reports
from inventory.forms import CountedForm
from inventory.models import Item, StockLevel
from inventory.views.acts import known
from inventory.views.booked import booked
from inventory.views.broken import whom_it_breaks
from inventory.views.packs import packs_of, scannable
from jobs.idempotency import IdempotencyError
from pages.parts import render_part
from pages.requests import PageRequest

_FORM = "inventory/counted.html"


@permission_required("inventory.count_stock", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def count_stock(request: PageRequest, pk: int) -> HttpResponse:
    """Correct a level to what was counted there; `at` is the code of the place.

    When others have changed the level since, nothing is written: the form comes back (409) with
    what happened meanwhile, and can be sent for the number that stands there now.
    """
    item = get_object_or_404(Item.objects.for_user(request.user), pk=pk)
    if request.method != "POST":
        level = _level(request, item, request.GET)
        form = CountedForm(user=request.user, initial=_seen(level))
        return _shown(request, item, level, form)
    form = CountedForm(request.POST, user=request.user)
    if form.is_valid():
        asked = {
            name: form.cleaned_data[name]
            for name in ("place", "lot", "counted", "reason", "accepts")
        }
        try:
            movement = operations.count_stock(
                sku=item.sku,
                seen=form.cleaned_data["seen_version"],
                actor=request.user,
                key=form.key,
                **asked,
            )
            return booked(request, item, movement)
        except operations.LevelChanged:
            return _changed(request, item, _level(request, item, request.POST), form)
        except operations.WouldBreak as warning:
            level = _level(request, item, request.POST)
            return _shown(request, item, level, form, **whom_it_breaks(request, warning.breaks))
        except (operations.StockError, IdempotencyError) as refusal:
            form.add_error(None, str(refusal))
    return _shown(request, item, _level(request, item, request.POST), form)


def _changed(
    request: PageRequest, item: Item, level: StockLevel, form: CountedForm
) -> HttpResponse:
    """Show what happened meanwhile; the form now stands on the level as it is."""
    given: Any = request.POST.copy()
    for name in ("seen_on_hand", "seen_version"):
        given[name] = str(_seen(level)[name])
    context = {
        "seen_then": form.cleaned_data["seen_on_hand"],
        "delta": form.delta,
        "counted": form.cleaned_data["counted"],
        "meanwhile": reports.meanwhile(level, since=form.cleaned_data["seen_version"]),
        "added": level.on_hand + form.delta,
    }
    again = CountedForm(given, user=request.user)
    return _shown(request, item, level, again, status=409, **context)


def _shown(
    request: PageRequest,
    item: Item,
    level: StockLevel,
    form: CountedForm,
    *,
    status: int = 0,
    **context: Any,
) -> HttpResponse:
    figures = availability.of_item(item, scope=scope_of(request.user))
    packs = packs_of(item)
    context |= {
        "item": item,
        "level": level,
        "form": form,
        "url": reverse("inventory:count-stock", args=[item.pk]),
        "packs": packs,
        "known": known([level]) | {"available": figures.available} | scannable(item, packs, form),
    }
    return render_part(
        request, _FORM, "counted", context, status=status or (422 if form.is_bound else 200)
    )


def _level(request: PageRequest, item: Item, asked: QueryDict) -> StockLevel:
    """The level that is counted, of one lot if the item is tracked; a link says where by `at`."""
    code, lot = asked.get("place", asked.get("at", "")), asked.get("lot", "")
    levels = StockLevel.objects.for_user(request.user).filter(item=item)
    if "\x00" in code + lot:
        raise Http404("No place is called that.")
    levels = levels.filter(lot__code__iexact=lot) if lot else levels.filter(lot=None)
    return get_object_or_404(levels.select_related("location", "lot"), location__code__iexact=code)


def _seen(level: StockLevel) -> dict[str, Any]:
    return {
        "place": level.location.code,
        "lot": level.lot.code if level.lot else "",
        "seen_on_hand": level.on_hand,
        "seen_version": level.version,
        "counted": level.on_hand,
    }
