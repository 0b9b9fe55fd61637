"""How the ledger is proved, and what did not agree."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import scope_of
from inventory.models import LedgerCheck, Location
from pages.requests import PageRequest


@permission_required("inventory.view_stockmovement", raise_exception=True)
@require_safe
def ledger_proof(request: PageRequest) -> HttpResponse:
    """Show the last checks, and name the levels that did not agree."""
    checks = list(LedgerCheck.objects.order_by("-pk")[:10])
    latest = checks[0] if checks else None
    found = latest.findings if latest else []
    mine = Location.objects.for_user(request.user).filter(code__in={one["place"] for one in found})
    seen = set(mine.values_list("code", flat=True)) if found else set()
    return render(
        request,
        "inventory/proof.html",
        {
            "latest": latest,
            "findings": [finding for finding in found if finding["place"] in seen],
            "whole": scope_of(request.user).everywhere,
            "full": LedgerCheck.objects.filter(full=True).order_by("-pk").first(),
            "checks": checks,
        },
    )
