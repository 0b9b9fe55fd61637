"""What must happen elsewhere because something was written here, and how far that is."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.db.models.lookups import Exact

from jobs.models.clock import ClockTimestamp


class OutboxEvent(models.Model):
    """A fact, written in the transaction that made it true. Rows are made by `outbox.add` alone."""

    topic = models.CharField(max_length=100)
    payload = models.JSONField()
    created_at = models.DateTimeField(db_default=ClockTimestamp(), editable=False)
    # When the relay wrote one effect for each subscriber; null while it has not seen the row.
    spread_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(topic__regex=r"^[a-z0-9]+([._-][a-z0-9]+)*$"),
                name="outbox_event_topic_valid",
            ),
            models.CheckConstraint(
                condition=Exact(Func(F("payload"), function="jsonb_typeof"), Value("object")),
                name="outbox_event_payload_is_an_object",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], name="outbox_event_unseen", condition=Q(spread_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} #{self.pk}"


class EffectQuerySet(models.QuerySet["Effect"]):
    def for_user(self, user: Any) -> Self:
        """Effects belong to no place: who may see one may see all."""
        return self

    def waiting(self) -> Self:
        """Neither done nor given up."""
        return self.filter(done_at__isnull=True, parked_at__isnull=True)

    def due(self) -> Self:
        return self.waiting().filter(due_at__lte=ClockTimestamp())

    def parked(self) -> Self:
        return self.filter(parked_at__isnull=False)


class Effect(models.Model):
    """One subscriber's answer to one event; each is tried, done or parked by itself."""

    event = models.ForeignKey(
        "jobs.OutboxEvent", models.CASCADE, related_name="effects", db_index=False
    )
    subscriber = models.CharField(max_length=200)
    # Counted before the subscriber is called, so one that kills the process is counted too.
    attempts = models.PositiveSmallIntegerField("tries", default=0)
    due_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField("parked", null=True)
    last_error = models.TextField("why", blank=True, default="")

    objects = EffectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="effect_unique"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(parked_at__isnull=True),
                name="effect_done_or_parked",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(attempts__gte=1),
                name="effect_done_was_tried",
            ),
            models.CheckConstraint(
                condition=Q(parked_at__isnull=True) | ~Q(last_error=""),
                name="effect_parked_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                name="effect_waiting",
                condition=Q(done_at__isnull=True, parked_at__isnull=True),
            ),
            models.Index(
                F("parked_at").desc(),
                F("id").desc(),
                name="effect_parked",
                condition=Q(parked_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} after {self.event_id}"
