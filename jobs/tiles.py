"""What Today says about effects that were given up."""

from typing import Any

from django.http import HttpRequest

from jobs import outbox, reports
from jobs.models import Effect
from pages.tiles import tile

_SHOWN = 3


@tile(order=90, template="jobs/parked_tile.html", permission="jobs.view_effect", width="side")
def parked(request: HttpRequest) -> dict[str, Any] | None:
    """Name the effects that were given up last; nothing is shown while there are none."""
    effects = Effect.objects.for_user(request.user).parked().select_related("event")
    latest = list(effects.order_by("-parked_at", "-pk")[:_SHOWN])
    if not latest:
        return None
    count = len(latest) if len(latest) < _SHOWN else reports.count_parked()
    shown = [(outbox.purpose_of(effect.subscriber), effect) for effect in latest]
    return {"effects": shown, "count": count}
