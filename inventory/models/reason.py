"""Why a quantity was corrected: a list that staff keep."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

# The kinds of movement that may tell why.
KINDS = ["adjust", "count", "return", "quarantine", "scrap"]


class ReasonQuerySet(models.QuerySet["Reason"]):
    def offered_for(self, kind: str) -> Self:
        """Those that a form for this kind of movement offers."""
        return self.filter(active=True, kinds__contains=[kind]).order_by("label", "pk")


class Reason(models.Model):
    code = models.SlugField(max_length=30, unique=True)
    label = models.CharField(max_length=60)
    kinds = ArrayField(
        models.CharField(max_length=12),
        blank=True,
        help_text=f"For which kinds of movement people may choose it: {', '.join(KINDS)}.",
    )
    active = models.BooleanField(
        default=True, help_text="Untick instead of deleting: old movements keep their reason."
    )

    objects = ReasonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kinds__contained_by=KINDS), name="reason_kinds_valid"
            ),
            models.UniqueConstraint(
                Upper("label"),
                name="reason_label_unique",
                violation_error_message="There is a reason with this label already.",
            ),
        ]

    def __str__(self) -> str:
        return self.label
