"""Pages that say what went wrong, what was not written, and what can be done next."""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.cache import patch_vary_headers

from pages import outages
from pages.parts import asks_for_part, htmx_of

logger = structlog.get_logger(__name__)

NOTHING_WRITTEN = "Nothing was written."


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """A way on: where it leads, and what happens then."""

    label: str
    url: str
    explained: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorPage:
    """What the template shows. `figure` is the number that matters: `9`, `of` 12.

    `panel` is a template for what happened meanwhile, rendered with `panel_context`.
    """

    status: int
    title: str
    sentence: str
    figure: str = ""
    of: str = ""
    choices: Sequence[Choice] = ()
    written: str = ""
    panel: str = ""
    panel_context: Mapping[str, Any] = field(default_factory=dict)


class Refusal(Exception):
    """A view may raise it: the page of `status` shows the sentence, the choices, what is written.

    The sentence is fit to show. It becomes a page, so a form that can show the error itself should.
    """

    status = 409
    title = ""

    def __init__(
        self,
        sentence: str,
        *,
        title: str = "",
        figure: str = "",
        of: str = "",
        choices: Sequence[Choice] = (),
        written: str = NOTHING_WRITTEN,
        panel: str = "",
        panel_context: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(sentence)
        self.page = ErrorPage(
            status=self.status,
            title=title or self.title,
            sentence=sentence,
            figure=figure,
            of=of,
            choices=choices,
            written=written,
            panel=panel,
            panel_context=panel_context or {},
        )


class Conflict(Refusal):
    """The world has changed since the page was opened."""

    status = 409
    title = "It changed while you were typing"


class Unprocessable(Refusal):
    """It was understood, and it cannot be."""

    status = 422
    title = "That cannot be booked as it stands"


class TooMany(Refusal):
    """Others do the same right now."""

    status = 503
    title = "Not just now"


class RefusalMiddleware:
    """Show a `Refusal` that a view raised as the page of its status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return error_page(request, exception.page) if isinstance(exception, Refusal) else None


def error_page(request: HttpRequest, page: ErrorPage) -> HttpResponse:
    """Render `page`; htmx gets it into the main part of the page, whatever it asked for."""
    as_part = asks_for_part(request)
    template = "pages/error.html#error" if as_part else "pages/error.html"
    context = {"error": page, "reference": reference(page.status)}
    response = HttpResponse(render_to_string(template, context, request), status=page.status)
    patch_vary_headers(response, ["HX-Request-Type"])
    if page.status == 503:
        response["Retry-After"] = str(outages.RETRY_AFTER)
    if as_part:
        # htmx 4 swaps every answer: without this, the page would land in a table or a form.
        response["HX-Retarget"] = "#main"
        response["HX-Reswap"] = "innerHTML"
        response["HX-Push-Url"] = "false"
    return response


def reference(status: int) -> str:
    """Give the number to tell whoever runs Backroom: the log's request id begins with it."""
    request_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    parts = [f"BR-{status}", request_id[:4], request_id[4:8]]
    return "-".join(part for part in parts if part).upper()


def handler400(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say what of the request cannot be read."""
    sentence = "The address or the form holds something that Backroom cannot read."
    if isinstance(exception, RequestDataTooBig):
        sentence = "That is more text than a form may carry. Shorten it and send it again."
    elif isinstance(exception, BadRequest) and str(exception):
        sentence = str(exception)
    again = Choice(label="Start this page anew", url=request.path) if _is_read(request) else None
    return error_page(
        request,
        ErrorPage(
            status=400,
            title="This cannot be read",
            sentence=sentence,
            choices=[choice for choice in (again, _home()) if choice],
            written="" if _is_read(request) else NOTHING_WRITTEN,
        ),
    )


def handler403(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that this person may not, and who could."""
    sentence = "Your role does not include this. An Admin can give it to you, or do it for you."
    if isinstance(exception, PermissionDenied) and str(exception):
        sentence = str(exception)
    return error_page(
        request,
        ErrorPage(
            status=403,
            title="You may not do this",
            sentence=sentence,
            choices=[_home()],
            written="" if _is_read(request) else NOTHING_WRITTEN,
        ),
    )


def handler404(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that nothing is here; a stranger is shown the way in, for it may be a page for staff.

    Whoever typed a slash too many is led to the page without it.
    """
    # A page whose own address ends with a slash found nothing by itself; without the slash the
    # admin would send whoever asks back here.
    typed = request.method in ("GET", "HEAD") and request.resolver_match is None
    if typed and (here := request.path.rstrip("/")) and here != request.path:
        with suppress(Resolver404):
            resolve(here)
            return redirect(here + _query_of(request), permanent=True)
    stranger = not request.user.is_authenticated
    look = "Look for it by its code or its name in the field above."
    if stranger:
        look = "Sign in to look for it."
    return error_page(
        request,
        ErrorPage(
            status=404,
            title="There is nothing here",
            sentence=f"The address is mistyped, or what it named is gone. {look}",
            choices=[_sign_in(request) if stranger else _home()],
        ),
    )


def _query_of(request: HttpRequest) -> str:
    query = request.META.get("QUERY_STRING", "")
    return f"?{query}" if query else ""


def handler500(request: HttpRequest) -> HttpResponse:
    """Own up. An outage that surfaced outside a view is a 503 here."""
    failure = sys.exception()
    if failure is not None and outages.is_outage(failure):
        return outages.answer(request, failure)
    # It asks for nothing that may be what is broken: no user, no navigation.
    page = outages.bare_page("500.html", {"reference": reference(500)})
    response = HttpResponse(page, status=500)
    outages.beside_the_form(response)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form came without its token, as after signing in anew in another tab."""
    logger.warning("csrf_failure", path=request.path, reason=reason)
    return error_page(
        request,
        ErrorPage(
            status=403,
            title="This page was too old",
            sentence="You have signed in or out since it was opened, or the browser keeps no "
            "cookies for Backroom. Open it anew and send the form again.",
            choices=[Choice(label="Open it anew", url=_came_from(request)), _home()],
            written=NOTHING_WRITTEN,
        ),
    )


def _sign_in(request: HttpRequest) -> Choice:
    # Not Today: it would ask to sign in as well, and forget the address.
    return Choice(label="Sign in", url=redirect_to_login(request.get_full_path()).url)


def _home() -> Choice:
    return Choice(label="Go to Today", url=resolve_url("pages:today"))


def _is_read(request: HttpRequest) -> bool:
    return request.method in {"GET", "HEAD"}


def _came_from(request: HttpRequest) -> str:
    htmx = htmx_of(request)
    if htmx and htmx.current_url_abs_path:
        return str(htmx.current_url_abs_path)
    return request.path if _is_read(request) else resolve_url("pages:today")
