"""The page of 429: too many tries, and how long the pause is."""

from django.http import HttpRequest, HttpResponse

from accounts import throttle
from pages.errors import Choice, ErrorPage, error_page

# What allauth counts, by the URL that is asked.
_COUNTED = {
    "account_login": "login",
    "account_invitation": "invitation",
    "account_change_password": "change_password",
    "account_reset_password": "reset_password",
    "account_reset_password_from_key": "reset_password_from_key",
}


def handler429(request: HttpRequest) -> HttpResponse:
    """Say that it was too much from one address, and when it may go on; allauth calls it."""
    match = request.resolver_match
    action = _COUNTED.get(str(match.url_name) if match else "", "login")
    key = request.POST.get("email", "").strip().lower()
    seconds = throttle.pause(request, action=action, key=key) or 1
    answer = error_page(
        request,
        ErrorPage(
            status=429,
            title="A little too often",
            sentence=f"Too many tries came from here. Wait {throttle.in_words(seconds)}, then try "
            "again.",
            choices=[Choice(label="Back to the form", url=request.path)],
            written="Nothing was changed.",
        ),
    )
    answer["Retry-After"] = str(seconds)
    return answer
