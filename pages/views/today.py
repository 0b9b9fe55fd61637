"""What needs me today."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pages import tiles
from pages.requests import PageRequest


@require_safe
def today(request: PageRequest) -> HttpResponse:
    """Show the tiles that apps have registered."""
    return render(
        request, "pages/today.html", {"tiles": tiles.shown(request), "now": timezone.now()}
    )
