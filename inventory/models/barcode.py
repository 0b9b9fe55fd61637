"""A code that a scanner reads off an item, or off a pack of it."""

from urllib.parse import urlencode

import pgtrigger
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from inventory.models.codes import validate_code


class Barcode(models.Model):
    code = models.CharField(
        max_length=64,
        unique=True,
        validators=[validate_code],
        error_messages={"unique": "Another item has this barcode."},
    )
    item = models.ForeignKey("inventory.Item", models.CASCADE, related_name="barcodes")
    pack = models.ForeignKey(
        "inventory.Pack",
        # Not PROTECT: with the item, both go.
        models.RESTRICT,
        null=True,
        blank=True,
        related_name="barcodes",
        help_text="Empty: it stands for a single one.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__regex=r"^[^[:space:][:cntrl:]]+$"),
                name="barcode_has_no_blanks",
                violation_error_message="A barcode has no blanks in it.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="barcode_pack_fits",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("item_id", "pack_id"),
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.pack_id IS NOT NULL"),
                # A pack stays with its item, so what was read here holds.
                func="""
                    IF NOT EXISTS (
                        SELECT FROM inventory_pack
                        WHERE id = NEW.pack_id AND item_id = NEW.item_id
                    ) THEN
                        RAISE EXCEPTION 'the barcode stands for a pack of another item'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'barcode_pack_fits';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def leads_to(self) -> str:
        """The page of its item, which says which pack was scanned, if it was one."""
        url = self.item.get_absolute_url()
        return url if self.pack_id is None else f"{url}?{urlencode({'scanned': self.code})}"

    def clean(self) -> None:
        """Refuse the SKU of an item, which a scanner would read as that, and a pack of another."""
        items = apps.get_model("inventory.Item")._default_manager
        called = items.filter(sku__iexact=self.code)
        # Its own SKU is one piece, whatever else says so.
        if self.pack_id is None:
            called = called.exclude(pk=self.item_id)
        if other := called.first():
            raise ValidationError({"code": f"{self.code} is the SKU of {other}."})
        if self.pack is not None and self.pack.item_id != self.item_id:
            raise ValidationError(
                f"{self.code} stands for a {self.pack} of {self.pack.item}. "
                "Take it off there first."
            )
