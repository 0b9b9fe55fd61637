"""Whether this process should get requests. Whether it lives is answered in config/asgi.py."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pages import probes
from pages.probes import Word


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether this process should get requests, and how the parts of the house are.

    A stranger reads `ok` or `differs`, staff read which and why.
    """
    words = probes.answers()
    ready = probes.ready(words)
    # Without a database nobody can be recognised.
    staff = words["database"].ok and request.user.is_authenticated and request.user.is_staff
    told = {name: _in_detail(word) if staff else _in_short(word) for name, word in words.items()}
    status = "ready" if ready else "not ready"
    return JsonResponse({"status": status, **told}, status=200 if ready else 503)


def _in_short(word: Word) -> str:
    return "ok" if word.ok else "differs"


def _in_detail(word: Word) -> dict[str, str | bool]:
    return {"word": word.word, "ok": word.ok, "detail": word.detail}
