"""Answers to a browser that may ask by htmx or without any script."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import render, resolve_url
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails


@runtime_checkable
class Addressed(Protocol):
    """Something with a page of its own."""

    def get_absolute_url(self) -> str: ...


class HttpResponseSeeOther(HttpResponseRedirectBase):
    """Go there with GET, whatever the method was."""

    status_code = 303


@dataclass(frozen=True, slots=True)
class Toast:
    """A line that says what was done. `kind` is ok, held or bad; `undo` a URL to POST to, or empty.

    `key` is the form key of that POST, so that pressing twice undoes once.
    """

    text: str
    kind: str
    undo: str
    key: str


def render_part(
    request: HttpRequest,
    template: str,
    part: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Render the partial `part` of `template` when htmx asks for a part, else the whole page.

    Partial, HTML id and `hx-target` are one word. htmx calls its request "full" when it swaps the
    body or restores the history: then it gets the page.
    """
    name = f"{template}#{part}" if asks_for_part(request) else template
    response = render(request, name, dict(context or {}), status=status)
    patch_vary_headers(response, ["HX-Request-Type"])
    return response


def asks_for_part(request: HttpRequest) -> bool:
    """Tell whether htmx wants a part of the page."""
    htmx = htmx_of(request)
    return htmx is not None and htmx.request_type == "partial"


def htmx_of(request: HttpRequest) -> HtmxDetails | None:
    """Give what htmx says about `request`; None when a browser asked by itself."""
    # An error before its middleware has run finds no `htmx` at all.
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return htmx or None


def go_to(
    request: HttpRequest,
    target: Addressed | str,
    *,
    message: str = "",
    undo: str | None = None,
) -> HttpResponse:
    """Send the browser to `target`: a thing with a page, a URL or the name of one.

    `message` is shown there as a toast; `undo` is the URL to which its "Undo" posts. To htmx the
    answer is HX-Redirect, for the browser itself would follow a 303 and put the page into the form.
    """
    if message:
        messages.success(request, message, extra_tags=undo or "")
    url = target.get_absolute_url() if isinstance(target, Addressed) else resolve_url(target)
    redirect = HttpResponseClientRedirect if htmx_of(request) else HttpResponseSeeOther
    response: HttpResponse = redirect(url)
    patch_vary_headers(response, ["HX-Request"])
    return response


_KINDS = {messages.WARNING: "held", messages.ERROR: "bad"}


def toasts(request: HttpRequest) -> list[Toast]:
    """Take the waiting toasts of this person; a message is shown once."""
    return [
        Toast(
            text=str(message),
            kind=_KINDS.get(message.level, "ok"),
            undo=message.extra_tags or "",
            key=str(uuid4()),
        )
        for message in messages.get_messages(request)
    ]
