"""What the shop keeps and sells."""

from typing import TYPE_CHECKING, Self

import pgtrigger
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Now, Upper
from django.urls import reverse

from inventory.models.barcode import Barcode
from inventory.models.codes import validate_sku
from inventory.models.picture import picture_url

if TYPE_CHECKING:
    from accounts.models import User

SKU_MAX = 64


class ItemQuerySet(models.QuerySet["Item"]):
    def for_user(self, user: "User | AnonymousUser") -> Self:
        """The catalogue is one for all who work here; what stands where is not."""
        return self if user.is_active else self.none()

    def by_code(self, code: str) -> Self:
        """The item with this SKU, in any case, or else with this barcode."""
        pk = _called(code)
        return self.none() if pk is None else self.filter(pk=pk)

    def search(self, text: str) -> Self:
        """An exact code is the answer; else codes that begin so, and names that have it."""
        if (pk := _called(text)) is not None:
            return self.filter(pk=pk)
        begins = Q(sku__istartswith=text)
        # A trigram index needs three characters to find anything.
        return self.filter(begins | Q(name__icontains=text) if len(text) > 2 else begins)


def _called(code: str) -> int | None:
    """The key of the item that is called exactly so, in one question to two indexes."""
    by_sku = Item.objects.filter(sku__iexact=code).values_list("pk", Value(0))
    by_barcode = Barcode.objects.filter(code=code).values_list("item", Value(1))
    found = min(by_sku.union(by_barcode), key=lambda hit: hit[1], default=None)
    return found[0] if found else None


class ItemStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    ENDED = "ended", "No longer sold"


class Tracking(models.TextChoices):
    NONE = "none", "Not"
    LOT = "lot", "By lot"


def _kept_while_stock_stands(name: str, field: str, *, changes: str) -> pgtrigger.Trigger:
    """Refuse a change of `field` while any of the item stands somewhere."""
    return pgtrigger.Trigger(
        name=name,
        operation=pgtrigger.UpdateOf(field),
        when=pgtrigger.Before,
        condition=pgtrigger.Condition(changes),
        # Wait for whoever is booking it: for a new level by the item, for others by theirs. The
        # blanks are part of the text in the database: without them every house would need a
        # migration that changes nothing.
        func=f"""
                    PERFORM FROM inventory_item WHERE id = NEW.id FOR UPDATE;
                    PERFORM FROM inventory_stocklevel WHERE item_id = NEW.id
                        ORDER BY id FOR NO KEY UPDATE;
                    IF EXISTS (
                        SELECT FROM inventory_stocklevel
                        WHERE item_id = NEW.id AND on_hand > 0
                    ) THEN
                        RAISE EXCEPTION 'stock stands of this item'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = '{name}';
                    END IF;
                    RETURN NEW;
                """,
    )


class Item(models.Model):
    sku = models.CharField("SKU", max_length=SKU_MAX, validators=[validate_sku])
    name = models.CharField(max_length=200)
    category = models.ForeignKey(
        "inventory.Category", models.PROTECT, null=True, blank=True, related_name="items"
    )
    unit = models.ForeignKey("inventory.Unit", models.PROTECT, db_index=False)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    picture = models.ForeignKey(
        "inventory.Picture", models.PROTECT, null=True, blank=True, editable=False
    )
    status = models.CharField(max_length=10, choices=ItemStatus, default=ItemStatus.ACTIVE)
    stocked = models.BooleanField(
        default=True, help_text="Untick for what is sold but not kept: postage, charges."
    )
    tracking = models.CharField(
        "tracked",
        max_length=10,
        choices=Tracking,
        default=Tracking.NONE,
        help_text="By lot: each receipt says which lot it is, and what expires first goes first.",
    )
    reorder_at = models.BigIntegerField(
        null=True, blank=True, help_text="Low when this many or fewer are available."
    )
    # Written by a subscriber, so that no movement waits for it; lists sort by it.
    last_moved_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ItemQuerySet.as_manager()

    class Meta:
        constraints = [
            # Upper, as `sku__iexact` asks: one index keeps the rule and finds the row.
            models.UniqueConstraint(
                Upper("sku"),
                name="item_sku_unique",
                violation_error_message="An item with this SKU already exists.",
            ),
            models.CheckConstraint(
                condition=Q(
                    sku__regex=r"^[^[:space:][:cntrl:]]([^[:cntrl:]]*[^[:space:][:cntrl:]])?$"
                ),
                name="item_sku_printable",
                violation_error_message=(
                    "1 to 64 printable characters, with no blank at either end."
                ),
            ),
            models.CheckConstraint(
                condition=Q(status__in=ItemStatus.values), name="item_status_valid"
            ),
            models.CheckConstraint(
                condition=Q(tracking__in=Tracking.values), name="item_tracking_valid"
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0),
                name="item_price_not_negative",
                violation_error_message="A price is zero or more.",
            ),
            models.CheckConstraint(
                condition=Q(reorder_at__gte=0),
                name="item_reorder_at_not_negative",
                violation_error_message="Reorder at zero or more.",
            ),
        ]
        indexes = [
            models.Index(fields=["sku", "id"], name="item_by_sku"),
            models.Index(fields=["name", "id"], name="item_by_name"),
            models.Index(fields=["last_moved_at", "id"], name="item_by_last_moved"),
            # What `sku__istartswith` becomes.
            models.Index(OpClass(Upper("sku"), "text_pattern_ops"), name="item_sku_begins"),
            # The very expression that `name__icontains` becomes.
            GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="item_name_search"),
        ]
        triggers = [
            _kept_while_stock_stands(
                "item_with_stock_is_stocked", "stocked", changes="OLD.stocked AND NOT NEW.stocked"
            ),
            _kept_while_stock_stands(
                "item_with_stock_keeps_tracking",
                "tracking",
                changes="OLD.tracking <> NEW.tracking",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("inventory:item-detail", args=[self.pk])

    def clean(self) -> None:
        """Say what no field can say alone; the database has the last word on stock."""
        # A piece of it may be called by its SKU, a pack may not: they are not as many.
        taken = Barcode.objects.filter(code__iexact=self.sku).exclude(item=self.pk, pack=None)
        if other := taken.first():
            raise ValidationError({"sku": f"{self.sku} is a barcode of {other.item}."})
        if not self.pk:
            return
        tracked = Item.objects.filter(pk=self.pk).values_list("tracking", flat=True).first()
        if self.stocked and tracked == self.tracking:
            return
        stands = self.levels.filter(on_hand__gt=0).aggregate(total=models.Sum("on_hand"))["total"]
        if stands:
            field = "tracking" if self.stocked else "stocked"
            raise ValidationError(
                {field: f"{stands:,} stand in the house. Ship or adjust them first."}
            )

    @property
    def tracks_lots(self) -> bool:
        return self.tracking == Tracking.LOT

    @property
    def picture_url(self) -> str:
        """Where its picture is served, or nothing when it has none."""
        return picture_url(self.picture_id) if self.picture_id else ""

    @property
    def thumbnail_url(self) -> str:
        """Where its small picture is served, or nothing when it has none."""
        return picture_url(self.picture_id, size="thumb") if self.picture_id else ""
