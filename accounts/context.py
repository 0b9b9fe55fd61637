"""What a page says about the rights of whoever reads it."""

from functools import partial
from typing import Any

from django.http import HttpRequest

from accounts.access import places_of

_NAMED = 3


def narrowed(request: HttpRequest) -> dict[str, Any]:
    """Give `narrowed_to`: the places whose numbers somebody sees, in words; empty for all of them.

    Asked when a template shows it: an error page without a sign-in has nobody.
    """
    if not hasattr(request, "user"):
        return {"narrowed_to": ""}
    return {"narrowed_to": partial(_in_words, request.user)}


def _in_words(user: Any) -> str:
    codes = places_of(user)
    return ", ".join(codes) if len(codes) <= _NAMED else f"your {len(codes)} places"
