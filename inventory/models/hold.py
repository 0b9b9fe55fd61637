"""Stock set aside for somebody for a limited time, and the part of it at each level."""

from typing import TYPE_CHECKING, Self
from uuid import uuid4

import pgtrigger
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone

from accounts.access import Scope, scope_of
from inventory.models.clock import ClockTimestamp
from inventory.models.item import Item
from inventory.models.location import within
from inventory.models.movement import StockMovement

if TYPE_CHECKING:
    from accounts.models import User


def maker(principal: str) -> Subquery:
    """The name of the person that a column of principals names; none of a basket."""
    called = Concat(Value("user:"), Cast("pk", models.CharField()))
    people = get_user_model().objects.annotate(principal=called)
    return Subquery(people.filter(principal=OuterRef(principal)).values("name"))


class HoldStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    CONFIRMED = "confirmed", "Confirmed"
    RELEASED = "released", "Released"
    EXPIRED = "expired", "Expired"
    BROKEN = "broken", "Broken"


class HoldQuerySet(models.QuerySet["Hold"]):
    def within(self, scope: Scope) -> Self:
        """Those that hold something in `scope`, or did so: an ended one holds nothing anywhere."""
        if scope.everywhere:
            return self
        parts = HoldLine.objects.within(scope).filter(hold=OuterRef("pk"))
        # As the ledger calls what belongs to it; the index has only lines with a reference.
        called = Concat(Value("hold:"), Cast(OuterRef("pk"), models.CharField()))
        lines = StockMovement.objects.within(scope).filter(reference=called).exclude(reference="")
        return self.filter(Exists(parts) | Exists(lines))

    def for_user(self, user: "User | AnonymousUser") -> Self:
        """Those somebody may see: the own ones always."""
        if not user.is_active:
            return self.none()
        return self.within(scope_of(user)) | self.of(user)

    def of(self, user: "User | AnonymousUser") -> Self:
        """Those that somebody made."""
        return self.filter(principal=f"user:{user.pk}")

    def with_makers(self) -> Self:
        """Each with `by`, the name of who made it; none of a basket."""
        return self.annotate(by=maker("principal"))

    def search(self, text: str) -> Self:
        """With something of the item that is called so, or for whom or what it begins so."""
        begins = Q(contact__istartswith=text) | Q(reference__istartswith=text)
        if item := Item.objects.by_code(text).first():
            parts = HoldLine.objects.filter(hold=OuterRef("pk"), level__item=item)
            return self.filter(Exists(parts) | begins)
        return self.filter(begins)


class Hold(models.Model):
    """A promise with an end. It is its own idempotency record: one a principal and key.

    `principal` tells who asked, as text: `user:3`. Only the database's clock decides when it ends.
    """

    public = models.UUIDField(default=uuid4, unique=True, editable=False)
    status = models.CharField(max_length=10, choices=HoldStatus, default=HoldStatus.ACTIVE)
    # [[item id, base units], …] in the order of the request, however many levels they came from.
    asked = models.JSONField()
    expires_at = models.DateTimeField()
    max_expires_at = models.DateTimeField()
    principal = models.CharField(max_length=100)
    idempotency_key = models.CharField(max_length=200)
    request_hash = models.BinaryField(max_length=32)
    contact = models.CharField(max_length=200, blank=True, default="")
    reference = models.CharField(max_length=100, blank=True, default="")
    created_at = models.DateTimeField(db_default=ClockTimestamp())
    ended_at = models.DateTimeField(null=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["principal", "idempotency_key"], name="hold_principal_key_unique"
            ),
            models.CheckConstraint(
                condition=Q(status__in=HoldStatus.values), name="hold_status_valid"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__lte=F("max_expires_at")), name="hold_ends_in_time"
            ),
            models.CheckConstraint(
                condition=Q(status=HoldStatus.ACTIVE, ended_at__isnull=True)
                | ~Q(status=HoldStatus.ACTIVE) & Q(ended_at__isnull=False),
                name="hold_ended_tells_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at", "id"],
                name="hold_active_by_end",
                condition=Q(status="active"),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="hold_ends_once",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.status <> 'active'"),
                func="""
                    IF NEW.status <> OLD.status OR NEW.expires_at <> OLD.expires_at THEN
                        RAISE EXCEPTION 'a hold ends once'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'hold_ends_once';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="hold_is_kept", operation=pgtrigger.Delete),
        ]
        permissions = [("hold_stock", "Can hold stock")]

    def __str__(self) -> str:
        return f"Hold {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("inventory:hold-detail", args=[self.pk])

    @property
    def is_over(self) -> bool:
        """Whether its time has run out, swept or not; the database's clock decides in the end."""
        return self.status == HoldStatus.ACTIVE and self.expires_at <= timezone.now()

    @property
    def wanted(self) -> int:
        """Base units of all its lines."""
        return sum(quantity for _, quantity in self.asked)


class HoldLineQuerySet(models.QuerySet["HoldLine"]):
    def within(self, scope: Scope) -> Self:
        return self.filter(within(scope, "level__location__path"))

    def for_user(self, user: "User | AnonymousUser") -> Self:
        return self.within(scope_of(user))


class HoldLine(models.Model):
    """What an active hold holds at one level; only `inventory.ledger` writes here.

    `line` counts the lines of the request from 1, `n` the levels that one of them came from. When
    the hold ends its lines go: the ledger tells what was held where.
    """

    hold = models.ForeignKey(Hold, models.CASCADE, related_name="lines", db_index=False)
    line = models.PositiveSmallIntegerField()
    n = models.PositiveSmallIntegerField()
    level = models.ForeignKey("inventory.StockLevel", models.PROTECT, related_name="hold_lines")
    quantity = models.BigIntegerField()

    objects = HoldLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hold", "line", "n"], name="hold_line_unique"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="hold_line_holds_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} at {self.level}"
