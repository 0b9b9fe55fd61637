"""What needs me today."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Show the tiles that apps have registered."""
    return render(request, "pages/today.html")
