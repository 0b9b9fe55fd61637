"""How the ledger is proved, and what did not agree."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from inventory.models import LedgerCheck
from pages.requests import PageRequest


@permission_required("inventory.view_stockmovement", raise_exception=True)
@require_safe
def ledger_proof(request: PageRequest) -> HttpResponse:
    """Show the last checks, and name the levels that did not agree."""
    checks = list(LedgerCheck.objects.order_by("-pk")[:10])
    return render(
        request,
        "inventory/proof.html",
        {
            "latest": checks[0] if checks else None,
            "full": LedgerCheck.objects.filter(full=True).order_by("-pk").first(),
            "checks": checks,
        },
    )
