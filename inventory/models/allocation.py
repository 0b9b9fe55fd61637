"""Stock promised to an order and not shipped yet, at one level."""

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from accounts.access import Scope, scope_of
from inventory.models.clock import ClockTimestamp
from inventory.models.location import within

if TYPE_CHECKING:
    from accounts.models import User


class AllocationQuerySet(models.QuerySet["Allocation"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(within(scope, "level__location__path"))

    def for_user(self, user: "User | AnonymousUser") -> Self:
        return self.within(scope_of(user))


class Allocation(models.Model):
    """Open as long as it stands here; only `inventory.ledger` writes here.

    What was shipped or given back goes; the ledger tells of it under the same reference.
    """

    level = models.ForeignKey("inventory.StockLevel", models.PROTECT, related_name="allocations")
    quantity = models.BigIntegerField()
    reference = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=ClockTimestamp())

    objects = AllocationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gte=1), name="allocation_promises_something"
            ),
        ]
        indexes = [models.Index(fields=["reference"], name="allocation_by_reference")]
        permissions = [("allocate_stock", "Can promise stock to an order")]

    def __str__(self) -> str:
        return f"{self.quantity} at {self.level} for {self.reference}"
