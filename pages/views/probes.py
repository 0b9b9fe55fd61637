"""Whether this process lives, and whether it should get requests."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; it asks nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")
