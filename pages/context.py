"""What every page's frame needs."""

from functools import partial
from typing import Any

from django.http import HttpRequest

from pages import navigation, parts


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the frame `navigation`, a list of links, and `toasts`, taken when the frame shows them.

    Today renders a template a tile, each with this context: the navigation is made once a request.
    """
    if not hasattr(request, "_shell"):
        links = navigation.links(request) if hasattr(request, "user") else []
        request._shell = {  # type: ignore[attr-defined]  # our own, for the length of the request
            "navigation": links,
            "toasts": partial(parts.toasts, request),
        }
    return request._shell  # type: ignore[attr-defined, no-any-return]  # set just above
