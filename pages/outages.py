"""When PostgreSQL or Valkey is away for a moment: say so, ask to come again, log one line."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import psycopg
import redis.exceptions
import structlog
from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

logger = structlog.get_logger(__name__)

RETRY_AFTER = 2  # seconds
# htmx 4 swaps every answer: of a whole page that came instead of a part, it takes the toast.
BESIDE = {
    "HX-Reselect": ".toast",
    "HX-Retarget": "#toasts",
    "HX-Reswap": "beforeend",
    "HX-Push-Url": "false",
}

# Every OperationalError means "not now": no connection, no free one in the pool, server going
# down, disk full, a lock or a statement that took too long, a deadlock that another won.
OUTAGES = (
    OperationalError,
    InterfaceError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
)

# When not even that can be rendered, as without the collected static files.
BARE = (
    '<!doctype html><title>Backroom</title><p class="toast bad">Something went wrong. What you '
    "sent may not have been written: look before you send it again."
)


class OutageMiddleware:
    """Answer 503 with Retry-After when a part of the house is away. Goes behind authentication."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        # The session is the first that asks the database; what a later middleware raises while
        # it looks for the user would be a 500 with a traceback.
        if not getattr(view, "login_required", True):
            return None
        try:
            _ = request.user.is_authenticated
        except OUTAGES as failure:
            # The middlewares on the way out would ask for the user again, and wait again.
            request.user = AnonymousUser()
            return answer(request, failure)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answer(request, exception) if is_outage(exception) else None


def is_outage(failure: BaseException | None) -> bool:
    """Tell whether `failure` comes from a part of the house that is away for now."""
    return any(isinstance(each, OUTAGES) for each in _causes(failure))


def answer(request: HttpRequest, failure: BaseException) -> HttpResponse:
    """Log one line and give the 503 page, which asks neither database nor cache."""
    cause = " ".join(str(failure).split())
    logger.warning("outage", path=request.path, kind=type(failure).__name__, cause=cause)
    response = HttpResponse(bare_page("503.html"), status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    beside_the_form(response)
    # Django would log it once more, with the traceback of something that is nobody's mistake.
    response._has_been_logged = True  # type: ignore[attr-defined]  # read by django.utils.log
    return response


def bare_page(template: str, context: Mapping[str, Any] | None = None) -> str:
    """Render a page that needs neither user nor database; without its style sheet if need be."""
    try:
        return render_to_string(template, dict(context or {}))
    except Exception:
        logger.exception("bare_page_failed", template=template)
        return BARE


def beside_the_form(response: HttpResponse) -> None:
    """Let htmx show the toast of `response` among the others: what was typed stays where it is."""
    for name, value in BESIDE.items():
        response[name] = value


def _causes(failure: BaseException | None) -> Iterator[BaseException]:
    while failure is not None:
        yield failure
        failure = failure.__cause__
