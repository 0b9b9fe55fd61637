"""Asking a stranger to sign in, in a way that also shows when htmx asked."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirectBase
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from pages.parts import htmx_of


class SignInMiddleware(LoginRequiredMiddleware):
    """Every page asks for a sign-in, but those marked `login_not_required`."""

    def handle_no_permission(  # type: ignore[override]  # Django's own knows no HX-Redirect
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirectBase:
        to_sign_in = redirect_to_login(_back_to(request), self.get_login_url(view_func))
        if htmx_of(request):
            # The browser itself would follow a 302 and put the sign-in page into a table.
            return HttpResponseClientRedirect(to_sign_in.url)
        return to_sign_in


def _back_to(request: HttpRequest) -> str:
    """Where to go after signing in: the page that was open, for only a page can be asked anew."""
    htmx = htmx_of(request)
    if htmx and htmx.current_url_abs_path:
        return str(htmx.current_url_abs_path)
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()}):
        return urlsplit(referer).path or "/"
    return "/"
