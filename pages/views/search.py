"""The search of the top bar and its page."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from pages import search as everything
from pages import typed
from pages.parts import asks_for_part, render_part
from pages.requests import PageRequest

LIMIT = 20  # hits of one kind on the page; in the top bar fewer
LIMIT_AS_YOU_TYPE = 5


@require_safe
def search(request: PageRequest) -> HttpResponse:
    """Show what is called so; Enter on an exact code goes straight there."""
    try:
        text = typed.one_line(request.GET.get("q", ""))
    except typed.Unreadable as refusal:
        return _page(request, text="", hits=[], problem=str(refusal), status=400)
    as_you_type = asks_for_part(request)
    limit = LIMIT_AS_YOU_TYPE if as_you_type else LIMIT
    hits = everything.everywhere(text, request.user, limit=limit) if text else []
    found = everything.exact(text, hits)
    if found is not None and not as_you_type:
        return redirect(found.url)
    return _page(request, text=text, hits=hits)


def _page(
    request: PageRequest,
    *,
    text: str,
    hits: list[everything.Hits],
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "text": text,
        "hits": hits,
        "problem": problem,
        "as_you_type": asks_for_part(request),
    }
    return render_part(request, "pages/search.html", "found", context, status=status)
