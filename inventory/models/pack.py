"""A number of an item that comes together, as a box of 12: another way to say how many."""

from typing import Self

import pgtrigger
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import Upper

from inventory.models.barcode import Barcode
from inventory.models.codes import validate_sku
from inventory.models.movement import QUANTITY_MAX


class PackQuerySet(models.QuerySet["Pack"]):
    def with_codes(self) -> Self:
        """The smallest first, each with its barcodes, as `codes`."""
        codes = Barcode.objects.filter(pack=OuterRef("pk")).order_by("code").values("code")
        return self.annotate(codes=ArraySubquery(codes)).order_by("factor", "pk")


class Pack(models.Model):
    """The ledger knows no packs: whoever scans or says one means `factor` base units.

    The factor never changes. It stands on boxes, as a barcode, and those that were printed before
    still have as many in them: another number is another pack.
    """

    item = models.ForeignKey("inventory.Item", models.CASCADE, related_name="packs", db_index=False)
    label = models.CharField(
        max_length=40, validators=[validate_sku], help_text="As people call it: box, carton."
    )
    factor = models.BigIntegerField(
        "holds", help_text="So many of the item's unit. It cannot be changed later."
    )

    objects = PackQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "item",
                Upper("label"),
                name="pack_label_unique",
                violation_error_message="This item has a pack with this label already.",
            ),
            models.UniqueConstraint(
                fields=["item", "factor"],
                name="pack_factor_unique",
                violation_error_message="This item has a pack of as many already.",
            ),
            models.CheckConstraint(
                condition=Q(factor__gte=2, factor__lte=QUANTITY_MAX),
                name="pack_factor_valid",
                violation_error_message="A pack holds at least 2, and at most 1,000,000,000.",
            ),
            models.CheckConstraint(
                condition=Q(
                    label__regex=r"^[^[:space:][:cntrl:]]([^[:cntrl:]]*[^[:space:][:cntrl:]])?$"
                ),
                name="pack_label_printable",
                violation_error_message=(
                    "1 to 40 printable characters, with no blank at either end."
                ),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="pack_stays_as_it_is",
                operation=pgtrigger.UpdateOf("item_id", "factor"),
                when=pgtrigger.Before,
                condition=pgtrigger.Condition(
                    "OLD.item_id <> NEW.item_id OR OLD.factor <> NEW.factor"
                ),
                func="""
                    RAISE EXCEPTION 'a pack keeps its item and how many it holds: make a new one'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'pack_stays_as_it_is';
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} of {self.factor:,}"

    def clean(self) -> None:
        """Refuse another factor in words; the database has the last one."""
        was = Pack.objects.filter(pk=self.pk).first() if self.pk else None
        if was is not None and self.factor is not None and was.factor != self.factor:
            raise ValidationError(
                {
                    "factor": f"A {was} stays one: those that are packed so hold as many still. "
                    f"Make a new pack of {self.factor:,}, and give it a barcode of its own."
                }
            )
