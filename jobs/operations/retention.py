"""What is thrown away, and when; docs/operating.md has the same figures."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet

from jobs.models import Effect, IdempotencyKey, OutboxEvent
from jobs.models.clock import ClockTimestamp

EVENTS_KEPT = timedelta(days=14)
KEYS_KEPT = timedelta(hours=48)
_AT_ONCE = 1000  # rows a statement, so that no lock lives long


def prune_outbox() -> int:
    """Delete events older than `EVENTS_KEPT` whose effects are all done; return how many."""
    open_effects = Effect.objects.filter(event=OuterRef("pk"), done_at__isnull=True)
    return _delete(
        OutboxEvent.objects.filter(
            ~Exists(open_effects),
            spread_at__isnull=False,
            created_at__lt=ClockTimestamp() - EVENTS_KEPT,
        )
    )


def prune_keys() -> int:
    """Delete idempotency keys older than `KEYS_KEPT`; return how many."""
    return _delete(IdempotencyKey.objects.filter(created_at__lt=ClockTimestamp() - KEYS_KEPT))


def _delete(rows: QuerySet) -> int:
    """Delete `rows` and their parts in small transactions, oldest first."""
    count = 0
    while chunk := list(rows.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]):
        rows.model._default_manager.filter(pk__in=chunk).delete()
        count += len(chunk)
    return count
