"""Effects that were given up, and another try for them."""

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST, require_safe

from jobs import operations, outbox
from jobs.models import Effect
from pages.lists import Choice, Column, Empty, ListSpec, show_list
from pages.parts import go_to
from pages.requests import PageRequest

CELLS = "jobs/parked.html"


def _topics(user: Any) -> list[tuple[str, str]]:
    return [(topic, topic) for topic in outbox.topics()]


def _purpose(effect: Effect) -> str:
    return outbox.purpose_of(effect.subscriber)


PARKED = ListSpec(
    name="parked-effects",
    title="Parked effects",
    one="parked effect",
    many="parked effects",
    columns=[
        Column("what", "What should happen", cell=f"{CELLS}#what", value=_purpose),
        Column("topic", "After", value=lambda effect: effect.event.topic),
        Column("why", "Why it did not", cell=f"{CELLS}#why", value=lambda row: row.last_error),
        Column("attempts", "Tries", numeric=True),
        Column("parked", "Given up", sort="parked_at", value=lambda row: row.parked_at),
        Column("again", "Try again", cell=f"{CELLS}#again", value=_purpose),
    ],
    order="-parked",
    empty=Empty(
        title="Nothing is parked",
        sentence="Every mail was sent and every change was passed on, or is being tried.",
        kind="done",
    ),
    filters=[Choice("topic", "After", choices=_topics, lookup="event__topic")],
)


@permission_required("jobs.view_effect", raise_exception=True)
@require_safe
def parked(request: HttpRequest) -> HttpResponseBase:
    """Show what was given up after five tries, and why."""
    effects = Effect.objects.for_user(request.user).parked().select_related("event")
    return show_list(request, PARKED, effects, template="jobs/parked.html")


@permission_required("jobs.change_effect", raise_exception=True)
@require_POST
def try_again(request: PageRequest, pk: int) -> HttpResponse:
    """Try one parked effect again."""
    tried = operations.try_again(effect=pk, actor=request.user)
    message = "It is being tried again." if tried else "Somebody has had it tried again already."
    return go_to(request, "jobs:parked", message=message)


@permission_required("jobs.change_effect", raise_exception=True)
@require_POST
def try_all_again(request: PageRequest) -> HttpResponse:
    """Try all parked effects again."""
    count = operations.try_all_again(actor=request.user)
    message = {0: "Nothing is parked any more.", 1: "It is being tried again."}.get(
        count, f"{count} effects are being tried again."
    )
    return go_to(request, "jobs:parked", message=message)
