"""What is promised to an order, given back."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from inventory import operations
from inventory.forms import GiveBackForm
from inventory.models import Allocation
from jobs.idempotency import IdempotencyError
from pages import formats
from pages.parts import go_to, render_part
from pages.requests import PageRequest


@permission_required("inventory.allocate_stock", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def deallocate_stock(request: PageRequest, pk: int) -> HttpResponse:
    """Take a promise to an order back, or a part of it."""
    promises = Allocation.objects.for_user(request.user).select_related(
        "level__item", "level__location"
    )
    promise = get_object_or_404(promises, pk=pk)
    item = promise.level.item
    form = GiveBackForm(request.POST or None, initial={"quantity": promise.quantity})
    if form.is_valid():
        try:
            operations.deallocate_stock(
                allocation=pk, actor=request.user, key=form.key, **form.cleaned_data
            )
            given = formats.quantity(form.cleaned_data["quantity"])
            return go_to(request, item, message=f"{given} of {item.sku} are free again.")
        except (operations.StockError, IdempotencyError) as refusal:
            form.add_error(None, str(refusal))
    context = {"item": item, "form": form, "promise": promise}
    status = 422 if form.is_bound else 200
    return render_part(request, "inventory/give_back.html", "act", context, status=status)
