"""Pictures of items: named by what is in them, so a browser asks for each once."""

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.views.decorators.http import etag, require_safe

from inventory.models import Picture
from pages.requests import PageRequest


def _name(request: PageRequest, sha256: str, size: str) -> str:
    return f'"{sha256}-{size}"'


@permission_required("inventory.view_item", raise_exception=True)
@require_safe
@etag(_name)
def picture(request: PageRequest, sha256: str, size: str) -> HttpResponse:
    """Send a picture, full or as a thumbnail."""
    column = "thumbnail" if size == "thumb" else "content"
    found = Picture.objects.filter(pk=sha256).values_list(column, flat=True).first()
    if found is None:
        raise Http404("There is no such picture.")
    response = HttpResponse(bytes(found), content_type="image/webp")
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
