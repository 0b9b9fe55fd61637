"""Units of an item that came into being together, and expire together."""

from typing import TYPE_CHECKING, Self

import pgtrigger
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone

from inventory.models.codes import validate_code

if TYPE_CHECKING:
    from accounts.models import User


class LotQuerySet(models.QuerySet["Lot"]):
    def for_user(self, user: "User | AnonymousUser") -> Self:
        """They belong to the catalogue; what stands of them where is narrowed by place."""
        return self if user.is_active else self.none()

    def search(self, text: str) -> Self:
        """An exact code is the answer; else codes and SKUs that begin so."""
        exact = self.filter(code__iexact=text)
        if exact.exists():
            return exact
        return self.filter(Q(code__istartswith=text) | Q(item__sku__istartswith=text))

    def by_expiry(self) -> Self:
        """Those that expire first come first, those that do not last."""
        return self.order_by(F("expires_on").asc(nulls_last=True), "pk")


class Lot(models.Model):
    item = models.ForeignKey("inventory.Item", models.PROTECT, related_name="lots", db_index=False)
    code = models.CharField(max_length=64, validators=[validate_code])
    expires_on = models.DateField(null=True, blank=True, help_text="The last day it is good.")

    objects = LotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "item",
                Upper("code"),
                name="lot_code_unique",
                violation_error_message="This item has a lot with this code already.",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[^[:space:][:cntrl:]]+$"),
                name="lot_code_printable",
                violation_error_message="Up to 64 printable characters without a blank.",
            ),
        ]
        indexes = [models.Index(fields=["expires_on", "id"], name="lot_by_expiry")]
        triggers = [
            pgtrigger.Trigger(
                name="lot_stays_with_its_item",
                operation=pgtrigger.UpdateOf("item_id"),
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("OLD.item_id <> NEW.item_id"),
                func="RAISE EXCEPTION 'a lot stays with its item';",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("inventory:lot-detail", args=[self.pk])

    @property
    def is_out_of_date(self) -> bool:
        return self.expires_on is not None and self.expires_on < timezone.localdate()
