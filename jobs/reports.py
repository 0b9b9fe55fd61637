"""Questions about what waits and what was given up."""

from datetime import timedelta

from django.db.models import F, Min

from jobs.models import Effect, OutboxEvent
from jobs.models.clock import ClockTimestamp

_COUNTED = 1000


def count_parked() -> int:
    """How many effects were given up; a thousand is the most it counts, for pages ask often."""
    return Effect.objects.parked().values("pk")[:_COUNTED].count()


def lag() -> timedelta:
    """For how long the oldest event or effect has been due: zero when the relay keeps up."""
    zero = timedelta(0)
    oldest_event = (
        OutboxEvent.objects.filter(spread_at__isnull=True)
        .order_by("id")
        .values_list(ClockTimestamp() - F("created_at"), flat=True)
        .first()
    )
    oldest_effect = Effect.objects.due().aggregate(lag=ClockTimestamp() - Min("due_at"))["lag"]
    return max(oldest_event or zero, oldest_effect or zero)
