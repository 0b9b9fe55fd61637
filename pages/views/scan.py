"""The scan field: a code in, the page of what it stands for out."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from pages import scan as codes
from pages import typed
from pages.parts import go_to, render_part
from pages.requests import PageRequest

NOTHING = "Nothing was scanned. Hold the scanner to a code, or type it and press Enter."


@require_http_methods(["GET", "HEAD", "POST"])
def scan(request: PageRequest) -> HttpResponse:
    """Go to what a code stands for; nonsense is said so, and the field keeps focus and code.

    A USB scanner types the code and Enter, so an ordinary form is all it takes.
    """
    if request.method != "POST":
        return _field(request, code="", problem="", status=200)
    code = request.POST.get("code", "")
    try:
        code = typed.one_line(code)
    except typed.Unreadable as refusal:
        return _field(request, code="", problem=str(refusal), status=422)
    if not code:
        return _field(request, code="", problem=NOTHING, status=422)
    url = codes.target_of(code, request.user)
    if url is None:
        problem = f"Nothing here is called “{code}”. Scan again, or look for it by name."
        return _field(request, code=code, problem=problem, status=422)
    return go_to(request, url)


def _field(request: PageRequest, *, code: str, problem: str, status: int) -> HttpResponse:
    context = {"code": code, "problem": problem}
    return render_part(request, "pages/scan.html", "scan-form", context, status=status)
