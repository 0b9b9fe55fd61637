"""Undoing one line of the ledger, after its effect was shown."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from inventory import operations
from inventory.forms import ReverseForm
from inventory.models import StockMovement
from inventory.views.booked import booked
from jobs.idempotency import IdempotencyError
from pages.parts import render_part
from pages.requests import PageRequest


@permission_required("inventory.reverse_stock", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def reverse_movement(request: PageRequest, pk: int) -> HttpResponse:
    """Undo one line of the ledger."""
    movements = StockMovement.objects.for_user(request.user).select_related(
        "level__item", "level__location", "actor", "reason", "reversal", "reversal_of"
    )
    movement = get_object_or_404(movements, pk=pk)
    item = movement.level.item
    form, shortage = ReverseForm(request.POST or None), None
    if form.is_valid():
        try:
            line = operations.reverse_movement(
                movement=pk, actor=request.user, key=form.key, **form.cleaned_data
            )
            return booked(request, item, line)
        except (operations.StockError, IdempotencyError) as refusal:
            form.add_error(None, str(refusal))
            shortage = next(iter(getattr(refusal, "shortages", ())), None)
            # Others have booked since it was read: the page must show how it is now.
            movement = movements.get(pk=pk)
    context = {
        "item": item,
        "form": form,
        "movement": movement,
        "shortage": shortage,
        "possible": movement.may_be_reversed(),
        "change": -movement.on_hand_delta,
        "on_hand_after": movement.level.on_hand - movement.on_hand_delta,
    }
    status = 422 if form.is_bound else 200
    return render_part(request, "inventory/reverse.html", "act", context, status=status)
